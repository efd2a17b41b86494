/** What stands for a stored secret, and keeps it when it is sent back. */
const MASK = '********';

/**
 * Options as the form can show them: a secret that the server takes from a variable or a file looks like any other one,
 * and stays what it is when nobody touches it.
 */
export function hideReferences(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return hide(config) as Record<string, unknown>;
}

function hide(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(hide);
  if ('$env' in value || '$file' in value) return MASK;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
}
