import type { JsonSchema } from '../worlds/api-document.js';

/** What Prisma, Mongo and Sequelize take for a condition or a write where a plain value is meant. */
export const OPERATORS: readonly Readonly<Record<string, unknown>>[] = [
  { not: '' },
  { contains: '' },
  { startsWith: '' },
  { in: ['a', 'b'] },
  { notIn: [] },
  { gt: '' },
  { equals: null },
  { set: 'x' },
  { increment: 1 },
  { OR: [{}] },
  { is: null },
  { path: ['a'], string_contains: '' },
  { connect: { id: 'x' } },
  { $gt: '' },
  { $ne: null },
  { $where: 'sleep(1000)' },
  { $queryRaw: 'SELECT 1' },
];
const LISTS: readonly (readonly unknown[])[] = [[{ not: '' }], [['a']]];

/** A value that a field must refuse, and the way to the field. */
export interface WrongValue {
  /** Keys with dots between. */
  readonly at: string;
  /** A body with that field alone. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Every field of a body, in depth, with every object and list that its schema does not mean. */
export function wrongBodies(schema: JsonSchema): readonly WrongValue[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, field]) => [
    ...wrongValues(field).map((value) => ({ at: name, body: { [name]: value } })),
    ...wrongBodies(field).map(({ at, body }) => ({ at: `${name}.${at}`, body: { [name]: body } })),
  ]);
}

/** Every object with fields of its own inside a body, each with an unknown key; `''` is the body itself. */
export function bodiesWithUnknownKey(schema: JsonSchema, key: string): readonly WrongValue[] {
  const own = { at: '', body: { [key]: 1 } };
  const inner = Object.entries(propertiesOf(schema)).flatMap(([name, field]) =>
    Object.keys(propertiesOf(field)).length === 0
      ? []
      : bodiesWithUnknownKey(field, key).map(({ at, body }) => ({
          at: at === '' ? name : `${name}.${at}`,
          body: { [name]: body },
        })),
  );
  return [own, ...inner];
}

/** Whether a schema takes any text as it is: no list of words, no format, no pattern. */
export function isFreeText(schema: JsonSchema): boolean {
  const choices = choicesOf(schema);
  if (choices.length > 1) return choices.some(isFreeText);
  const { type, format, pattern, enum: words, const: only } = choices[0] ?? schema;
  return typesOf(type).includes('string') && !format && !pattern && !words && only === undefined;
}

function wrongValues(schema: JsonSchema): readonly unknown[] {
  const choices = choicesOf(schema);
  if (choices.some(isAnything)) return [];
  const list = choices.find(({ type }) => typesOf(type).includes('array'));
  const map = choices.some((one) => typesOf(one.type).includes('object') && !one.properties);
  const objects = map ? [] : OPERATORS;
  const lists = list ? wrongValues(list.items ?? {}).map((value) => [value]) : LISTS;
  return [...objects, ...lists];
}

function isAnything({ type, enum: words, const: only, anyOf, oneOf, allOf }: JsonSchema): boolean {
  return !type && !words && only === undefined && !anyOf && !oneOf && !allOf;
}

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return Object.assign({}, ...choicesOf(schema).map(({ properties }) => properties ?? {})) as Record<
    string,
    JsonSchema
  >;
}

function choicesOf(schema: JsonSchema): readonly JsonSchema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return inner.length === 0 ? [schema] : inner.flatMap(choicesOf);
}

function typesOf(type: JsonSchema['type']): readonly string[] {
  return typeof type === 'string' ? [type] : (type ?? []);
}
