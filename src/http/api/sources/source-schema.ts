import { z } from 'zod';
import { MANUAL_SOURCE } from '../../../domain/manual-source.js';
import { readCron } from '../../../domain/cron.js';
import { BUILT_IN_PLACEHOLDERS, isBuiltInPlaceholder, plainPlaceholder } from '../../../domain/placeholder.js';
import { text } from '../../core/text-schema.js';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-", not beginning with "-"')
  .refine((text) => text !== MANUAL_SOURCE.name, `"${MANUAL_SOURCE.name}" is the name of the built-in source`);
const title = text({ max: 255, trim: true });
const word = text({ max: 255 });
const config = z
  .record(z.string(), z.unknown())
  .describe(
    'The type\'s options; see `/source-types`. A secret is sent as text, or as `{ "$env": "SOURCE_SECRET_…" }` or ' +
      '`{ "$file": "…" }` for a reference to a variable or file of the server.',
  );

const cron = z
  .string()
  .max(100)
  .transform((text, context) => {
    const verdict = readCron(text);
    if (verdict.ok) return verdict.cron;
    context.addIssue({ code: 'custom', message: verdict.message });
    return z.NEVER;
  })
  .meta({ type: 'string', maxLength: 100 })
  .describe('Five cron fields, such as `30 2 * * *`: minute, hour, day of month, month, day of week.');

const timezone = z.string().max(64).refine(isTimezone, 'Must be an IANA time zone, such as Europe/Berlin.');

const schedule = z
  .strictObject({
    cron: cron.describe('When full syncs start.'),
    timezone: timezone.default('UTC'),
    deltaCron: cron.nullable().optional().describe('When delta syncs start, in addition to full syncs.'),
  })
  .nullable();

const guard = z
  .strictObject({
    maxPercent: z.number().min(0).max(100).optional(),
    maxRecords: z.int().min(0).max(1_000_000_000).optional(),
    applySafeChanges: z.boolean().optional(),
  })
  .describe(
    'Limits of removals without approval (default 5 % and 500); `applySafeChanges` applies all other changes of a held plan.',
  );

const mapping = z
  .record(
    z.string(),
    z.record(word, word).refine((fields) => Object.keys(fields).length <= 100, 'At most 100 fields.'),
  )
  .describe("Per kind: record field ← the source's key.");

const placeholder = text({ max: 64, trim: true });
const NOT_BUILT_IN = `Must be one of the built-in placeholders: ${BUILT_IN_PLACEHOLDERS.join(' ')}`;

const placeholders = z
  .strictObject({
    add: z
      .array(placeholder)
      .max(100)
      .default([])
      .describe(
        'Texts that mean "no value" in each field with placeholders, ids included. An entry that ends or begins ' +
          'with "@" stands for all e-mail addresses that begin or end with it: `dummy@`, `@noemail.example`.',
      ),
    remove: z
      .array(placeholder.refine(isBuiltInPlaceholder, NOT_BUILT_IN))
      .max(100)
      .default([])
      .describe(`Built-in placeholders that are values in this source: ${BUILT_IN_PLACEHOLDERS.join(' ')}`),
  })
  .superRefine(({ add, remove }, context) => {
    const added = new Set(add.map(plainPlaceholder));
    for (const [at, entry] of remove.entries())
      if (added.has(plainPlaceholder(entry)))
        context.addIssue({ code: 'custom', path: ['remove', at], message: 'Is in "add" as well.' });
  })
  .describe(
    'Changes to the built-in texts that mean "no value" (`NULL`, `n/a`, `-` …); compared without ' +
      'case and surrounding blanks. The next full sync compares each record again.',
  );

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
  placeholders,
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
    placeholders: settable.placeholders.default({ add: [], remove: [] }),
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
      .describe('Secrets are shown as "********", or as the variable or file that they refer to.'),
    matchKeys: z.array(z.string()),
    priority: z.int(),
    schedule: z.object({ cron: z.string(), timezone: z.string(), deltaCron: z.string().nullable() }).nullable(),
    removal: z.enum(['deactivate', 'delete', 'keep']),
    guard: z.record(z.string(), z.unknown()),
    mapping: z.record(z.string(), z.record(z.string(), z.string())),
    rawLog: z.boolean(),
    redact: z.array(z.string()),
    placeholders: z.object({ add: z.array(z.string()), remove: z.array(z.string()) }),
    deletion: z
      .object({ taskId: z.uuid() })
      .nullable()
      .describe('The task of mode `remove` that is deleting the source, which refuses syncs and pushes; null = none.'),
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

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return !/^[+-]/.test(text);
  } catch {
    return false;
  }
}
