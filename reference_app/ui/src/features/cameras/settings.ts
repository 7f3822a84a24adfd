import { linesOf, numeric, text } from "./formValues.ts";
import described from "./settings.json";

/** A setting of a camera, as the server describes it; settings.json is written by scripts/schema. */
export interface Setting {
  readonly name: string;
  readonly kind: string;
  readonly label: string;
  readonly help: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly choices?: readonly Choice[];
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export type TableName = "schedule" | "exposure" | "delivery";

/** One table of settings by the names of GraphQL. Null stands for a value that is not set. */
export type Table = Readonly<Record<string, unknown>>;

type Settings = readonly Setting[];

export const SETTINGS: Readonly<Record<TableName | "camera", Settings>> = described;

/** The setting for the time between two captures, which every configuration has. */
export const INTERVAL = settingOf("camera", "intervalSeconds");

/** The text of a form field that is no number where one is needed. */
export interface NotANumber {
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/** Reads one table from its form. A table without any value is null: the agent's own settings apply. */
export function tableFrom(form: FormData, table: TableName): Record<string, unknown> | null {
  const entries = SETTINGS[table].map((setting) => [setting.name, valueOf(form, table, setting)] as const);
  const set = entries.filter(([, value]) => value !== null);
  return set.length === 0 ? null : Object.fromEntries(set);
}

/** The fields of a form whose text is no number though their setting is one. */
export function notNumbers(form: FormData): NotANumber[] {
  const tables = ["schedule", "exposure", "delivery"] as const;
  const names = tables.flatMap((table) =>
    SETTINGS[table].filter(isNumber).map((setting) => [`${table}.${setting.name}`, setting.label] as const),
  );
  return [[INTERVAL.name, INTERVAL.label] as const, ...names]
    .filter(([name]) => typeof numeric(form, name) === "string")
    .map(([name, label]) => ({
      field: name,
      message: `${label} is not a number.`,
      remedy: "Enter a number, for example 30.",
    }));
}

/** The label of a choice's value; the value itself for one that this page doesn't know. */
export function choiceLabel(table: TableName, name: string, value: unknown): string {
  const label = settingOf(table, name).choices?.find((choice) => choice.value === String(value))?.label;
  return label ?? String(value);
}

function settingOf(table: TableName | "camera", name: string): Setting {
  const found = SETTINGS[table].find((setting) => setting.name === name);
  if (found === undefined) throw new Error(`There is no setting ${table}.${name}.`);
  return found;
}

function isNumber({ kind }: Setting): boolean {
  return kind === "number" || kind === "whole number";
}

function valueOf(form: FormData, table: TableName, setting: Setting): unknown {
  const name = `${table}.${setting.name}`;
  const typed = text(form, name);
  if (typed === "") return null;
  if (setting.kind === "list of texts") return linesOf(typed);
  if (setting.kind === "true or false") return typed === "true";
  return isNumber(setting) ? numeric(form, name) : typed;
}
