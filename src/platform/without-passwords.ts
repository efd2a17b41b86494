/** A JSON value and its text. */
interface Written {
  readonly value: unknown;
  readonly text: string;
}

/**
 * A JSON value without any key called `password`, at any depth (R2): what is never stored or logged; and with the values
 * of the named fields masked (R50). Most records have nothing to hide: those are not copied.
 */
export function withoutPasswords(given: unknown, masked: readonly string[] = []): Written {
  const text = JSON.stringify(given) ?? 'null';
  // JSON text never escapes ASCII letters, so a search of the text misses nothing.
  if (masked.length === 0 && !/"password"/i.test(text)) return { value: given, text };
  const value = maskFields(given, masked);
  return { value, text: JSON.stringify(value) ?? 'null' };
}

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
