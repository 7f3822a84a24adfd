import type { RecordProxy, RecordSourceSelectorProxy, Variables } from "relay-runtime";

// Relay's types promise that a linked record always exists, but the store may lack it.

/** The record that a field links to, or null. */
export function linked(record: RecordProxy | null, field: string, args?: Variables): RecordProxy | null {
  return (record?.getLinkedRecord(field, args) as RecordProxy | null | undefined) ?? null;
}

/** The records that a plural field links to, without missing ones. */
export function linkedList(record: RecordProxy | null, field: string): RecordProxy[] {
  const records = record?.getLinkedRecords(field) as (RecordProxy | null)[] | null | undefined;
  return (records ?? []).filter((each) => each !== null);
}

/** The root field of the response that an updater receives, or null. */
export function answered<T>(
  store: RecordSourceSelectorProxy<T>,
  field: keyof T & string,
): RecordProxy | null {
  return (store.getRootField(field) as RecordProxy | null | undefined) ?? null;
}
