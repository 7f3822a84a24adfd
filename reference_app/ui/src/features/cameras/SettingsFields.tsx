import { FieldGroup, FieldRow } from "./FieldGroup.tsx";
import { ChoiceSetting, LinesSetting, NumberSetting, TextSetting } from "./fields.tsx";
import type { Setting, Table, TableName } from "./settings.ts";

/** The text below a field: its error, or else the help text. */
export type DescribeField = (field: string, help: string) => { error: boolean; helperText: string };

interface Props {
  readonly title: string;
  readonly table: TableName;
  readonly settings: readonly Setting[];
  readonly values: Table;
  readonly describe: DescribeField;
}

/** The fields of one table of settings: lists below each other, short values in rows. */
export function SettingsFields({ title, table, settings, values, describe }: Props) {
  const field = (setting: Setting) => (
    <SettingField
      key={setting.name}
      setting={setting}
      name={`${table}.${setting.name}`}
      value={values[setting.name]}
      {...describe(`${table}.${setting.name}`, setting.help)}
    />
  );
  return (
    <FieldGroup title={title}>
      {settings.filter((setting) => setting.kind === "list of texts").map(field)}
      <FieldRow>{settings.filter((setting) => setting.kind !== "list of texts").map(field)}</FieldRow>
    </FieldGroup>
  );
}

interface FieldProps {
  readonly setting: Setting;
  readonly name: string;
  readonly value: unknown;
  readonly error: boolean;
  readonly helperText: string;
}

/** The field of one setting, by its kind. */
export function SettingField({ setting, ...field }: FieldProps) {
  const { label, kind, choices } = setting;
  if (choices !== undefined) return <ChoiceSetting label={label} choices={choices} {...field} />;
  if (kind === "list of texts") return <LinesSetting label={label} {...field} />;
  return kind === "text" ? (
    <TextSetting label={label} {...field} />
  ) : (
    <NumberSetting label={label} {...field} />
  );
}
