import type { z } from 'zod';
import type { ConfigPath } from './secret-reference.js';

/** A value and the schema that describes it; `key` is null where both stand at the same place (optional, union …). */
export interface Part {
  readonly schema: z.core.$ZodType;
  readonly key: string | number | null;
  readonly value: unknown;
}

/**
 * Finds the values that the schema marks with `.meta({ secret: true })`, in every branch of a union.
 * Missing and null values are left out: there is nothing to hide.
 * @param isSought narrows the secrets by their schema; default all of them
 */
export function findSecrets(
  schema: z.core.$ZodType,
  config: unknown,
  isSought: (secret: z.core.$ZodType) => boolean = () => true,
): readonly ConfigPath[] {
  const found = new Map<string, ConfigPath>();
  collectSecrets({ schema, key: null, value: config }, { path: [], found, isSought });
  return [...found.values()];
}

/** Finds keys that the schema does not know: a mistyped secret would be stored in clear. */
export function findUnknownKeys(schema: z.core.$ZodType, config: unknown): readonly ConfigPath[] {
  return collectUnknown({ schema, key: null, value: config }, []);
}

interface SecretSearch {
  readonly path: ConfigPath;
  readonly found: Map<string, ConfigPath>;
  readonly isSought: (secret: z.core.$ZodType) => boolean;
}

function collectSecrets(part: Part, search: SecretSearch): void {
  const { path, found, isSought } = search;
  if (part.value === undefined || part.value === null) return;
  if (isSecret(part.schema)) {
    if (isSought(part.schema)) found.set(JSON.stringify(path), path);
    return;
  }
  for (const inner of partsOf(part)) collectSecrets(inner, { ...search, path: join(path, inner.key) });
}

function collectUnknown(part: Part, path: ConfigPath): readonly ConfigPath[] {
  const { _zod } = part.schema as z.core.$ZodTypes;
  // Each side of an intersection knows only its own keys.
  if (_zod.def.type === 'intersection') return [];
  if (_zod.def.type === 'union') {
    const fitting = _zod.def.options.find((option) => (option as z.ZodType).safeParse(part.value).success);
    return fitting ? collectUnknown({ ...part, schema: fitting }, path) : [];
  }
  return [
    ...unknownKeys(part).map((key) => [...path, key]),
    ...partsOf(part).flatMap((inner) => collectUnknown(inner, join(path, inner.key))),
  ];
}

function unknownKeys({ schema, value }: Part): readonly string[] {
  const { _zod } = schema as z.core.$ZodTypes;
  if (_zod.def.type !== 'object' || _zod.def.catchall !== undefined || !isPlainObject(value)) return [];
  const { shape } = _zod.def;
  return Object.keys(value).filter((key) => !Object.hasOwn(shape, key));
}

/** Whether the schema of an option marks it with `.meta({ secret: true })`. */
export function isSecret(schema: z.core.$ZodType): boolean {
  return (schema as z.ZodType).meta()?.['secret'] === true;
}

function join(path: ConfigPath, key: string | number | null): ConfigPath {
  return key === null ? path : [...path, key];
}

/** The parts inside of a value, each with the schema that describes it; a union gives the value for each branch. */
export function partsOf({ schema, value }: Part): readonly Part[] {
  const { _zod } = schema as z.core.$ZodTypes;
  const same = (inner: z.core.$ZodType): Part => ({ schema: inner, key: null, value });
  const { def } = _zod;
  if ('innerType' in def) return [same(def.innerType)];
  if (def.type === 'pipe') return [same(def.in), same(def.out)];
  if (def.type === 'union') return def.options.map(same);
  if (def.type === 'intersection') return [same(def.left), same(def.right)];
  if (def.type === 'lazy') return [same(def.getter())];
  if (Array.isArray(value)) return elementsOf(schema, value);
  return isPlainObject(value) ? fieldsOf(schema, value) : [];
}

function elementsOf(schema: z.core.$ZodType, values: readonly unknown[]): readonly Part[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const schemaAt = (at: number) => {
    if (def.type === 'array') return def.element;
    return def.type === 'tuple' ? (def.items[at] ?? def.rest) : null;
  };
  return values.flatMap((value, key) => {
    const inner = schemaAt(key);
    return inner ? [{ schema: inner, key, value }] : [];
  });
}

function fieldsOf(schema: z.core.$ZodType, fields: Readonly<Record<string, unknown>>): readonly Part[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const schemaOf = (key: string) => {
    if (def.type === 'record') return def.valueType;
    if (def.type !== 'object') return null;
    return Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall;
  };
  return Object.entries(fields).flatMap(([key, value]) => {
    const inner = schemaOf(key);
    return inner ? [{ schema: inner, key, value }] : [];
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
