/** A line of a mapping as it is typed; lines may be unfinished or double for a while. */
export type Pair = readonly [name: string, value: string];

/** The lines of a stored mapping; null ("not read") is an empty value. */
export function toPairs(data: unknown): readonly Pair[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).map(([name, value]) => [name, typeof value === 'string' ? value : '']);
}

/** What is stored of the lines: none without a name; an empty value is null where that has a meaning, else nothing. */
export function fromPairs(pairs: readonly Pair[], mayBeNull: boolean): Record<string, string | null> | undefined {
  const named = pairs.map(([name, value]) => [name.trim(), value.trim()] as const).filter(([name]) => name !== '');
  const kept = named.filter(([, value]) => value !== '' || mayBeNull);
  if (kept.length === 0) return undefined;
  return Object.fromEntries(kept.map(([name, value]) => [name, value === '' ? null : value]));
}
