import type { FieldProblem } from '../../domain/field-problem.js';

/** The custom fields of a member, and those that cannot be read. */
export interface Extended {
  /** By the names that the company gave them. */
  readonly fields: Readonly<Record<string, string | null>>;
  readonly problems: readonly FieldProblem[];
}

const TEXT = 0;
const LINK = 1;
const MINI_PROGRAM = 2;

/**
 * Reads `extattr`: `{ attrs: [{ type: 0, name, text: { value } } | { type: 1, name, web: { url, title } }] }`
 * (path/96260); older answers have `value` next to `name`. A mini program (2) has no text and becomes no field; a type
 * that is not documented is a problem if it has no text either.
 */
export function readExtended(extattr: unknown): Extended {
  const attrs = isObject(extattr) ? (extattr['attrs'] ?? null) : (extattr ?? null);
  if (attrs === null) return { fields: {}, problems: [] };
  if (!Array.isArray(attrs))
    return { fields: {}, problems: [problem('attributes', 'extattr: must have a list "attrs"')] };
  const read = (attrs as unknown[]).map((one, at) => readOne(one, `extattr.attrs.${at}`));
  const fields = read.flatMap((one) => (Array.isArray(one) ? [one] : []));
  const problems = read.flatMap((one) => (one === null || Array.isArray(one) ? [] : [one]));
  return { fields: Object.fromEntries(fields), problems };
}

/** @returns null if it becomes no field. */
function readOne(one: unknown, place: string): [string, string | null] | FieldProblem | null {
  const name = isObject(one) ? one['name'] : undefined;
  if (!isObject(one) || typeof name !== 'string' || name === '')
    return problem('attributes', `${place}: must be an object with a name`);
  const value = valueOf(one);
  if (typeof value === 'string' || value === null) return [name, value];
  if (typeof value === 'number') return [name, String(value)];
  if (value === undefined && one['type'] === MINI_PROGRAM) return null;
  return problem(`attributes.${name}`, `${place}: must have a text or a link`);
}

/** undefined = there is none. */
function valueOf({ type, text, web, value }: Readonly<Record<string, unknown>>): unknown {
  if (type !== LINK && isObject(text)) return text['value'];
  if (type !== TEXT && isObject(web)) return web['url'];
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function problem(field: string, message: string): FieldProblem {
  return { field, code: 'wrong_type', message };
}
