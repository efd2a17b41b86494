import type { z } from 'zod';
import type { ConfigPath } from './config-path.js';

/** A value and the schema that describes it; `key` is null where both stand at the same place (optional, union …). */
interface Part {
  readonly schema: z.core.$ZodType;
  readonly key: string | number | null;
  readonly value: unknown;
}

/**
 * Finds the values that the schema marks with `.meta({ secret: true })`, in every branch of a union.
 * Missing and null values are left out: there is nothing to hide.
 */
export function findSecrets(schema: z.core.$ZodType, config: unknown): readonly ConfigPath[] {
  const found = new Map<string, ConfigPath>();
  collectSecrets({ schema, key: null, value: config }, [], found);
  return [...found.values()];
}

/** Finds keys that the schema does not know: a mistyped secret would be stored in clear. */
export function findUnknownKeys(schema: z.core.$ZodType, config: unknown): readonly ConfigPath[] {
  return collectUnknown({ schema, key: null, value: config }, []);
}

function collectSecrets(part: Part, path: ConfigPath, found: Map<string, ConfigPath>): void {
  if (part.value === undefined || part.value === null) return;
  if (isSecret(part.schema)) {
    found.set(JSON.stringify(path), path);
    return;
  }
  for (const inner of partsOf(part)) collectSecrets(inner, join(path, inner.key), found);
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

function isSecret(schema: z.core.$ZodType): boolean {
  return (schema as z.ZodType).meta()?.['secret'] === true;
}

function join(path: ConfigPath, key: string | number | null): ConfigPath {
  return key === null ? path : [...path, key];
}

function partsOf({ schema, value }: Part): readonly Part[] {
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
