/** Where a value stands in a source's options. */
export type ConfigPath = readonly (string | number)[];

/** The value at a place; null where there is none. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? at[key as keyof typeof at] : null),
    value,
  );
}

/** A copy of `value` with one place changed. */
export function setAt(value: unknown, [key, ...rest]: ConfigPath, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.map((element: unknown, at) => (at === key ? setAt(element, rest, to) : element));
  const fields = value as Record<string, unknown>;
  return { ...fields, [key]: setAt(fields[key], rest, to) };
}
