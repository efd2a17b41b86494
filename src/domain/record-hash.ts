import { createHash } from 'node:crypto';

/**
 * Tells whether a record moved: 128 bits over its content, whatever the order of its keys.
 * @param salt what else decides its meaning (the source's mapping), '' for nothing.
 */
export function hashRecord(data: unknown, salt: string): string {
  return createHash('sha256').update(salt).update(canonical(data)).digest('hex').slice(0, 32);
}

/** JSON with sorted keys; `undefined` members are left out as JSON does. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const record = value as Record<string, unknown>;
  const members: string[] = [];
  for (const key of Object.keys(record).sort()) {
    if (record[key] !== undefined) members.push(`${JSON.stringify(key)}:${canonical(record[key])}`);
  }
  return `{${members.join(',')}}`;
}
