import { z } from 'zod';
import type { ConfigPath } from './config-path.js';

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
