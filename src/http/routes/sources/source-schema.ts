import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Wants 1 to 63 of a-z, 0-9 and "-", not beginning with "-".');
const title = z.string().trim().min(1).max(255);
const word = z.string().min(1).max(255);
const config = z
  .record(z.string(), z.unknown())
  .describe(
    'The type\'s options; see `/source-types`. A secret is sent as text, or as `{ "$env": "SOURCE_SECRET_…" }` or ' +
      '`{ "$file": "…" }` where the server finds it.',
  );

const cron = z
  .string()
  .max(100)
  .refine((text) => text.trim().split(/\s+/).length === 5 && parses(text), 'Wants five cron fields: `30 2 * * *`.');

const timezone = z.string().max(64).refine(isTimezone, 'Wants an IANA time zone, such as Europe/Berlin.');

const schedule = z
  .strictObject({
    cron: cron.describe('When full syncs begin.'),
    timezone: timezone.default('UTC'),
    deltaCron: cron.nullable().optional().describe('When delta syncs begin, beside the full ones.'),
  })
  .nullable();

const guard = z
  .strictObject({
    maxPercent: z.number().min(0).max(100).optional(),
    maxRecords: z.int().min(0).max(1_000_000_000).optional(),
    applySafeChanges: z.boolean().optional(),
  })
  .describe('Limits of removals that need no person (default 5 % and 500); `applySafeChanges` lets the rest through.');

const mapping = z
  .record(
    z.string(),
    z.record(word, word).refine((fields) => Object.keys(fields).length <= 100, 'At most 100 fields.'),
  )
  .describe("Per kind: record field ← the source's key.");

const settable = {
  title,
  enabled: z.boolean(),
  config,
  matchKeys: z.array(z.string()).max(10),
  priority: z.int().min(-1_000_000).max(1_000_000),
  schedule,
  removal: z.enum(['deactivate', 'delete', 'keep']),
  guard,
  mapping,
  rawLog: z.boolean(),
  redact: z.array(word).max(100),
};

/** A source to make. */
export const newSourceSchema = z
  .strictObject({
    name,
    type: word,
    title: title.optional(),
    enabled: settable.enabled.default(true),
    config: settable.config.default({}),
    matchKeys: settable.matchKeys.default([]),
    priority: settable.priority.default(0),
    schedule: settable.schedule.default(null),
    removal: settable.removal.default('deactivate'),
    guard: settable.guard.default({}),
    mapping: settable.mapping.default({}),
    rawLog: settable.rawLog.default(true),
    redact: settable.redact.default([]),
  })
  .meta({ id: 'NewSource' });

/** What may change of a source: each field as a whole; a secret sent as "********" stays. */
export const sourcePatchSchema = z.strictObject(settable).partial().meta({ id: 'SourcePatch' });

/** A source as it is shown. */
export const sourceSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    title: z.string(),
    enabled: z.boolean(),
    config: z
      .record(z.string(), z.unknown())
      .describe('Secrets show as "********", or as the variable or file that they refer to.'),
    matchKeys: z.array(z.string()),
    priority: z.int(),
    schedule: z.object({ cron: z.string(), timezone: z.string(), deltaCron: z.string().nullable() }).nullable(),
    removal: z.enum(['deactivate', 'delete', 'keep']),
    guard: z.record(z.string(), z.unknown()),
    mapping: z.record(z.string(), z.record(z.string(), z.string())),
    rawLog: z.boolean(),
    redact: z.array(z.string()),
    lastCompleteAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Source' });

/** The name in a path. */
export const sourceParams = z.object({ name });

/** What a request for a new source carries. */
export type NewSource = z.output<typeof newSourceSchema>;
/** What a request changes of a source; absent fields stay. */
export type SourcePatch = z.output<typeof sourcePatchSchema>;
/** A source as the API shows it, secrets masked. */
export type SourceView = z.output<typeof sourceSchema>;

function parses(text: string): boolean {
  try {
    CronExpressionParser.parse(text).next();
    return true;
  } catch {
    return false;
  }
}

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return !/^[+-]/.test(text);
  } catch {
    return false;
  }
}
