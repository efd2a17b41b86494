import { z } from 'zod';
import { addressOption } from '../../outbound/http-client/address-option.js';
import { AUTH_TYPES, secretsOf } from '../../outbound/http-client/auth-options.js';
import { isKnownEncoding } from './decode-text.js';
import { SyncError } from '../../domain/errors.js';
import { redactSecrets } from '../../outbound/http-client/address-secrets.js';
import type { CheckResult } from '../source-adapter.js';

const columns = z
  .record(z.string().min(1), z.string().min(1))
  .meta({ description: 'Field of the record → header of its column, if it is not one of the default names' });

const place = z
  .strictObject({
    file: z.string().min(1).max(1_000).optional().meta({ description: 'A file in the CSV folder of this server' }),
    url: addressOption('the option "auth" of the same file')
      .optional()
      .meta({ description: 'An https address that contains no password, key, token or signature' }),
    auth: z.discriminatedUnion('type', AUTH_TYPES).optional().meta({
      title: 'Authentication',
      description: 'For an https address. Use a credential with read permission only',
    }),
    columns: columns.optional(),
    ca: z.string().min(1).max(100_000).optional().meta({
      destination: true,
      description: "PEM certificates to trust instead of the system's, for an https address with your own CA",
    }),
  })
  .refine((one) => one.ca === undefined || one.url !== undefined, { path: ['ca'], message: 'is allowed only with url' })
  .refine(({ auth, url }) => auth === undefined || auth.type === 'none' || url !== undefined, {
    path: ['auth'],
    message: 'is allowed only with url',
  })
  .refine((one) => (one.file === undefined) !== (one.url === undefined), 'must have either a file or a url');

/** The options of one file. */
export const csvOptions = z.strictObject({
  users: place,
  departments: place.optional(),
  /** `path`: departments are named by their path, `A/B/C`; their ids are made from it. */
  departmentsBy: z.enum(['id', 'path']).default('id'),
  /** Default: determined from the header. */
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  lastLineEnd: z
    .enum(['required', 'optional'])
    .default('required')
    .meta({
      description:
        'Whether the file must end with a line end. A file without it may be cut off: its last row is refused and no ' +
        'record is removed. Choose "optional" if the program that writes the file always omits the last line end',
    }),
  /** Default: UTF-8, or the encoding that the first 64 kB clearly have. */
  encoding: z.string().refine(isKnownEncoding, 'is not an encoding that this server supports').optional(),
});

/** The options of a csv source. */
export type CsvOptions = z.infer<typeof csvOptions>;

/** The place of one of the two tables, and the names of its columns. */
export type CsvPlace = z.infer<typeof place>;

/** Removes the secrets of the options from a text: a server may return what it received, and errors quote files. */
function hideSecrets(text: string, { users, departments }: CsvOptions): string {
  const secrets = [users.auth, departments?.auth].flatMap((auth) => (auth ? secretsOf(auth) : []));
  return redactSecrets(text, secrets);
}

/** Removes them from the result of a check. */
export function hideInCheck(result: CheckResult, options: CsvOptions): CheckResult {
  return result.hint === undefined ? result : { ...result, hint: hideSecrets(result.hint, options) };
}

/** Removes them from the error that ends a read. */
export async function* hideInErrors<Message>(
  messages: AsyncIterable<Message>,
  options: CsvOptions,
): AsyncGenerator<Message> {
  try {
    yield* messages;
  } catch (error) {
    if (error instanceof SyncError) error.message = hideSecrets(error.message, options);
    throw error;
  }
}
