import type { RecordProxy, RecordSourceSelectorProxy } from "relay-runtime";

// Relay's own types promise that a linked record is always there; the store knows better.

/** The record that a field links to, or null. */
export function linked(record: RecordProxy | null, field: string): RecordProxy | null {
  return (record?.getLinkedRecord(field) as RecordProxy | null | undefined) ?? null;
}

/** The records that a plural field links to, those that are gone left out. */
export function linkedList(record: RecordProxy | null, field: string): RecordProxy[] {
  const records = record?.getLinkedRecords(field) as (RecordProxy | null)[] | null | undefined;
  return (records ?? []).filter((each) => each !== null);
}

/** The root field of the answer that an updater is called with, or null. */
export function answered<T>(
  store: RecordSourceSelectorProxy<T>,
  field: keyof T & string,
): RecordProxy | null {
  return (store.getRootField(field) as RecordProxy | null | undefined) ?? null;
}
