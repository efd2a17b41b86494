const MASK = '********';

/**
 * A copy of a JSON value without passwords, and with the values of the named fields masked, at any depth (R50).
 *
 * Names are compared without regard to case.
 */
export function maskFields(value: unknown, names: readonly string[]): unknown {
  const masked = new Set(names.map((name) => name.toLowerCase()));
  return copy(value, masked);
}

function copy(value: unknown, masked: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((element) => copy(element, masked));
  if (typeof value !== 'object' || value === null || hasOwnText(value)) return value;
  const fields = Object.entries(value).filter(([key]) => key.toLowerCase() !== 'password');
  return Object.fromEntries(
    fields.map(([key, inner]) => [key, masked.has(key.toLowerCase()) ? MASK : copy(inner, masked)]),
  );
}

/** Dates and the like say themselves what they are in JSON. */
function hasOwnText(value: object): boolean {
  return 'toJSON' in value;
}
