import { z } from 'zod';
import { isKnownEncoding } from './encodings.js';

const columns = z
  .record(z.string().min(1), z.string().min(1))
  .meta({ description: 'Field of the record → header of its column, where the default names do not fit' });

const place = z
  .strictObject({
    file: z.string().min(1).max(1_000).optional().meta({ description: 'A file below the CSV folder of this server' }),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'An https address without a password in it' }),
    columns: columns.optional(),
    ca: z.string().min(1).max(100_000).optional().meta({
      description: "PEM certificates to trust instead of the system's, for an https address with a CA of your own",
    }),
  })
  .refine((one) => one.ca === undefined || one.url !== undefined, { path: ['ca'], message: 'is for a url only' })
  .refine((one) => (one.file === undefined) !== (one.url === undefined), 'wants either a file or a url');

/** The options of a csv source. */
export const csvOptions = z.strictObject({
  users: place,
  departments: place.optional(),
  /** `path`: departments are named by their place, `A/B/C`; their ids are made from it. */
  departmentsBy: z.enum(['id', 'path']).default('id'),
  /** Default: found in the header. */
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  /** Default: UTF-8, or what the first 64 kB surely are. */
  encoding: z.string().refine(isKnownEncoding, 'is no encoding that this server knows').optional(),
});

/** The options of a csv source. */
export type CsvOptions = z.infer<typeof csvOptions>;

/** Where one of the two tables is, and how its columns are named. */
export type CsvPlace = z.infer<typeof place>;
