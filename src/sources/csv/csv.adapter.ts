import { z } from 'zod';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { Egress } from '../../outbound/egress/egress.js';
import type { SourceAdapter } from '../source-adapter.js';
import { checkCsv } from './check-csv.js';
import { csvOptions, type CsvOptions, hideInCheck, hideInErrors } from './csv-options.js';
import { readCsv } from './read-csv.js';

/** What the csv sources of this process may access. */
export interface CsvAdapterOptions {
  /** The only folder whose files may be read. */
  readonly root: string;
  /** Allows plain http to this machine; for tests and development. */
  readonly allowHttp?: boolean;
  /** The addresses to which downloads may go; default: only public addresses. */
  readonly egress?: Egress;
}

const noCursor = z.strictObject({});

const CHECK_TIMEOUT_MS = 8_000;
const READ_TIMEOUT_MS = 15 * 60_000;

/** Reads users and departments from csv files of personnel systems and spreadsheets. */
export function csvAdapter({
  root,
  allowHttp = false,
  egress,
}: CsvAdapterOptions): SourceAdapter<CsvOptions, z.infer<typeof noCursor>> {
  const world = { root, allowHttp, egress, isPlaceholder: () => false };
  return {
    type: 'csv',
    title: 'CSV files',
    configSchema: csvOptions,
    cursorSchema: noCursor,
    capabilities: { kinds: [USER, DEPARTMENT], modes: ['full'], resumable: false },
    requiredKinds: ({ departments, departmentsBy }) =>
      departments || departmentsBy === 'path' ? [USER, DEPARTMENT] : [USER],
    check: async ({ config, signal }) =>
      hideInCheck(await checkCsv(config, { ...world, signal, timeoutMs: CHECK_TIMEOUT_MS }), config),
    read: (_, { config, signal, isPlaceholder = world.isPlaceholder }) =>
      hideInErrors(readCsv(config, { ...world, isPlaceholder, signal, timeoutMs: READ_TIMEOUT_MS }), config),
  };
}
