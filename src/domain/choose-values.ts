/** Fields with several values at the source, without an order: field → all values. */
export type Alternatives = Readonly<Record<string, readonly string[]>>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Selects a value for each field that has several: the value in use, as long as it is among them. An added value
 * changes nothing, and a deleted value changes the field only if it is the one in use. A field without a value in use
 * keeps the value of the record.
 * @param known the fields as the source last supplied them.
 */
export function chooseValues(record: Fields, alternatives: Alternatives, known: Fields): Fields {
  const chosen: Record<string, unknown> = { ...record };
  for (const [field, values] of Object.entries(alternatives)) {
    const current = known[field];
    if (typeof current !== 'string' || !Object.hasOwn(known, field) || !Object.hasOwn(record, field)) continue;
    const form = compared(current);
    const kept = values.find((value) => value === current) ?? values.find((value) => compared(value) === form);
    if (kept !== undefined) chosen[field] = kept;
  }
  return chosen;
}

/** Another spelling of the same value (case, spaces around, composed characters) is the same value (R5). */
function compared(value: string): string {
  return value.trim().normalize('NFC').toLowerCase();
}
