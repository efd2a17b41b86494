/** Fields that have several values at the source, in no order: field → all of them. */
export type Alternatives = Readonly<Record<string, readonly string[]>>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Gives each field that has several values the one that is known of it, as long as it is still among them: a value that
 * is added changes nothing, and one that is taken away changes the field only if it is the one in use. A field of which
 * no value is known, or not any more, keeps what the record says.
 * @param known the fields as the source is known to have said them.
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
