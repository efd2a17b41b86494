import { z } from 'zod';
import { type ConfigPath, setAt, valueAt } from './secret-reference.js';
import { findSecrets, isSecret, type Part, partsOf } from './walk-config.js';

/**
 * Finds the options that decide where the secrets of a source are sent and that differ between two configurations.
 *
 * Options with `.meta({ destination: true })` decide it: addresses, hosts, ports, certificates, the account and the type
 * of authentication. A schema that marks none decides it by every option that is no secret: an unmarked adapter must not
 * lose a secret. An option that is left out has its default; null equals left out; http(s) addresses are compared in
 * their normal form (WHATWG URL).
 * @returns paths such as `auth.tokenUrl`, sorted; empty = the secrets stay where they are
 */
export function changedDestinations(schema: z.ZodType, before: unknown, after: unknown): readonly string[] {
  const [old, fresh] = [destinationsIn(schema, before), destinationsIn(schema, after)];
  const paths = new Set([...old.keys(), ...fresh.keys()]);
  return [...paths].filter((path) => old.get(path) !== fresh.get(path)).sort();
}

/** Whether a schema marks any option as a destination. */
function hasDestinations(schema: z.ZodType): boolean {
  let found = false;
  z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      found ||= jsonSchema['destination'] === true;
    },
  });
  return found;
}

/**
 * Finds the secrets that must not stay when a destination changes: all but those with
 * `.meta({ secret: true, destination: 'fixed' })`, which never leave this process, or leave it to one address that no
 * option changes.
 */
export function findBoundSecrets(schema: z.ZodType, config: unknown): readonly ConfigPath[] {
  return findSecrets(schema, config, (secret) => metaOf(secret) !== 'fixed');
}

type Found = Map<string, string>;

function destinationsIn(schema: z.ZodType, config: unknown): Found {
  const found: Found = new Map();
  if (hasDestinations(schema)) collectMarked({ schema, key: null, value: config }, [], found);
  else collectAll(withoutSecrets(schema, config), [], found);
  return found;
}

function collectMarked(part: Part, path: ConfigPath, found: Found): void {
  const value = effectiveValue(part);
  if (value === undefined || value === null) return;
  if (metaOf(part.schema) === true) {
    found.set(path.join('.'), normalText(value));
    return;
  }
  if (isSecret(part.schema)) return;
  const effective = { ...part, value };
  const parts = [...partsOf(effective), ...absentParts(effective)];
  for (const inner of parts) collectMarked(inner, inner.key === null ? path : [...path, inner.key], found);
}

/** What an option that is left out means, where the schema says so. */
function effectiveValue({ schema, value }: Part): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (value !== undefined) return value;
  if (def.type === 'default' || def.type === 'prefault') return def.defaultValue;
  if ('innerType' in def) return effectiveValue({ schema: def.innerType, key: null, value });
  return def.type === 'pipe' ? effectiveValue({ schema: def.in, key: null, value }) : undefined;
}

/** The options of an object that the configuration leaves out: they may have defaults. */
function absentParts({ schema, value }: Part): readonly Part[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== 'object' || typeof value !== 'object' || value === null) return [];
  const absent = Object.entries(def.shape).filter(([key]) => !Object.hasOwn(value, key));
  return absent.map(([key, inner]) => ({ schema: inner, key, value: undefined }));
}

function withoutSecrets(schema: z.ZodType, config: unknown): unknown {
  return findSecrets(schema, config).reduce((rest, path) => setAt(rest, path, null), config);
}

function collectAll(value: unknown, path: ConfigPath, found: Found): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') found.set(path.join('.'), normalText(value));
  else for (const key of Object.keys(value)) collectAll(valueAt(value, [key]), [...path, key], found);
}

const metaOf = (schema: z.core.$ZodType): unknown => (schema as z.ZodType).meta()?.['destination'];

/** Two spellings of one address are one destination. */
function normalText(value: unknown): string {
  if (typeof value === 'string' && /^https?:/i.test(value) && URL.canParse(value)) return new URL(value).href;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
