import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FieldProblem } from '../../domain/field-problem.js';
import { csvAdapter } from '../../sources/csv/csv.adapter.js';
import { type AdapterRead, readAdapter } from './read-adapter.js';

/** What a read of csv files said, easy to compare. */
export interface CsvRead extends AdapterRead {
  readonly users: Readonly<Record<string, Record<string, unknown>>>;
  readonly departments: Readonly<Record<string, Record<string, unknown>>>;
  readonly rejected: readonly RejectedRow[];
  /** Fields that were left out, of all records. */
  readonly problems: readonly FieldProblem[];
}

/** A row that was refused. */
export interface RejectedRow {
  readonly externalId: string | null;
  readonly code: string;
  readonly reason: string;
}

/** A folder of csv files that a csv source reads. */
export interface CsvFolder {
  /** Reads files with these contents by these options, to the end or the failure. */
  read(files: { users: string | Buffer; departments?: string | Buffer }, options?: object): Promise<CsvRead>;
  remove(): Promise<void>;
}

/** Makes an empty folder for csv files. */
export async function openCsvFolder(): Promise<CsvFolder> {
  const root = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  return {
    async read({ users, departments }, options = {}) {
      await writeFile(join(root, 'users.csv'), users);
      if (departments !== undefined) await writeFile(join(root, 'departments.csv'), departments);
      const second = departments === undefined ? {} : { departments: { file: 'departments.csv' } };
      const read = await readAdapter(csvAdapter({ root }), { users: { file: 'users.csv' }, ...second, ...options });
      const rejected = read.messages.flatMap((message) => (message.type === 'rejected' ? [message] : []));
      const records = read.messages.flatMap((message) => (message.type === 'records' ? message.records : []));
      const problems = records.flatMap((record) => record.problems ?? []);
      const { user = {}, department = {} } = read.records;
      return { ...read, users: user, departments: department, rejected, problems };
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
