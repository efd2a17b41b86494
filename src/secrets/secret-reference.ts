import { z } from 'zod';

/** What may stand in place of a secret: where the process finds it. Not secret itself. */
export type SecretReference = { readonly $env: string } | { readonly $file: string };

const schema = z.union([z.strictObject({ $env: z.string() }), z.strictObject({ $file: z.string() })]);

/** Reads a reference; null when the value is something else. */
export function readReference(value: unknown): SecretReference | null {
  return schema.safeParse(value).data ?? null;
}

/** Finds everything that looks like a reference, also a mistaken one. */
export function findReferences(value: unknown, path: ConfigPath = []): readonly ConfigPath[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('$env' in value || '$file' in value) return [path];
  const keyed = Array.isArray(value) ? value.map((inner, at) => [at, inner] as const) : Object.entries(value);
  return keyed.flatMap(([key, inner]: readonly [string | number, unknown]) => findReferences(inner, [...path, key]));
}

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
