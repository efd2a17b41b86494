import { hash } from 'node:crypto';

/**
 * The hash that shows whether a record changed: 128 bits of its content, independent of the order of its keys.
 * @param salt other data that its meaning depends on (the source's mapping), '' for none.
 */
export function hashRecord(data: unknown, salt: string): string {
  return hash('sha256', salt + canonical(data), 'hex').slice(0, 32);
}

/** JSON with sorted keys; `undefined` members are left out as JSON does. Called for every record of a read. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  return Array.isArray(value) ? canonicalList(value) : canonicalMembers(value as Record<string, unknown>);
}

function canonicalList(items: readonly unknown[]): string {
  let text = '[';
  for (const item of items) text += (text === '[' ? '' : ',') + canonical(item);
  return `${text}]`;
}

function canonicalMembers(record: Record<string, unknown>): string {
  let text = '{';
  for (const key of Object.keys(record).sort()) {
    if (record[key] !== undefined) text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${canonical(record[key])}`;
  }
  return `${text}}`;
}
