import { meant } from "../../shared/transitions/meant.ts";

/** The value of each field, by the name of its group and its own. */
export type Groups = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

interface Group {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly kind: string; readonly default: unknown }[];
}

/** What the fields contain at first. */
export function defaultsOf(groups: readonly Group[]): Groups {
  return Object.fromEntries(
    groups.map((group) => [
      group.name,
      Object.fromEntries(group.fields.map((field) => [field.name, field.default])),
    ]),
  );
}

/** The values that are no defaults. An empty field is one that nobody filled in. */
export function differing(groups: readonly Group[], values: Groups): Groups {
  return Object.fromEntries(
    groups.flatMap((group) => {
      const changed = group.fields
        .map(
          (field) =>
            [field.name, meant(field.kind, values[group.name]?.[field.name]), field.default] as const,
        )
        .filter(([, value, standard]) => value != null && value !== "" && value !== standard);
      return changed.length === 0
        ? []
        : [[group.name, Object.fromEntries(changed.map(([name, value]) => [name, value]))]];
    }),
  );
}

/** Whether the groups have the same values. */
export function sameValues(one: Groups, other: Groups): boolean {
  return Object.entries(one).every(([group, fields]) =>
    Object.entries(fields ?? {}).every(([name, value]) => other[group]?.[name] === value),
  );
}
