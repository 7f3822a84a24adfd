import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import { Fragment, useEffect, useRef, type ReactNode } from "react";
import { graphql, readInlineData } from "react-relay";

import type { TransitionFields_transition$key } from "./__generated__/TransitionFields_transition.graphql";
import { FieldGroup } from "./FieldGroup.tsx";
import { TransitionField } from "./TransitionField.tsx";
import type { TransitionError } from "./useTransition.ts";

interface Props {
  /** Null for one that asks for nothing. */
  readonly transition: TransitionFields_transition$key | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly errors: readonly TransitionError[];
  readonly onChange: (name: string, value: unknown) => void;
  /** What stands below a field, by the field's name. */
  readonly below?: Readonly<Record<string, ReactNode>>;
}

/** All that a transition asks for, by its groups. Each error stands at its field, and others on top. */
export function TransitionFields({ transition, values, errors, onChange, below = {} }: Props) {
  const asking = readInlineData(
    graphql`
      fragment TransitionFields_transition on Transition @inline {
        input {
          name
          group
          ...TransitionField_field
        }
      }
    `,
    transition,
  );
  const input = asking?.input ?? [];
  const fields = useRef<HTMLDivElement>(null);
  useEffect(() => {
    fields.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(); // a form may be longer than a screen
  }, [errors]);
  const groups = [...new Set(input.map(({ group }) => group))];
  const names = new Set(input.map(({ name }) => name));
  const errorOf = (name: string) =>
    errors
      .filter((error) => error.field === name)
      .map(({ message, remedy }) => `${message} ${remedy}`)
      .join(" ");
  return (
    <Box
      ref={fields}
      sx={{
        display: "grid",
        gap: 2,
        columnGap: 4,
        pt: 1,
        alignItems: "start",
        gridTemplateColumns: "repeat(auto-fit, minmax(min(26rem, 100%), 1fr))", // one column in a small dialog
        "& > [role=alert]": { gridColumn: "1 / -1" },
      }}
    >
      {errors
        .filter(({ field }) => !names.has(field ?? ""))
        .map(({ message, remedy }) => (
          <Alert key={message} severity="error" variant="outlined">
            {message} {remedy}
          </Alert>
        ))}
      {groups.map((group) => (
        <FieldGroup
          key={group}
          title={group}
          isWide={input.some((field) => field.group === group && below[field.name] != null)}
        >
          {input
            .filter((field) => field.group === group)
            .map((field) => (
              <Fragment key={field.name}>
                <TransitionField
                  field={field}
                  value={values[field.name]}
                  error={errorOf(field.name)}
                  onChange={(value) => {
                    onChange(field.name, value);
                  }}
                />
                {below[field.name] && (
                  <Box sx={{ gridColumn: "1 / -1", minWidth: 0 }}>{below[field.name]}</Box>
                )}
              </Fragment>
            ))}
        </FieldGroup>
      ))}
    </Box>
  );
}
