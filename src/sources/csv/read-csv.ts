import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { CsvOptions } from './csv-options.js';
import type { CsvWorld } from './read-file-bytes.js';
import { departmentPathRow, departmentRow, PathDepartments } from './department-row.js';
import type { Table } from './open-table.js';
import { readRecords, type RecordPage } from './read-records.js';
import { openDepartments, openUsers } from './check-csv.js';
import { userRow } from './user-row.js';

type Message = SourceMessage<never>;

/** Reads both files to their ends: departments, then users. Departments from new paths of users precede these users. */
export async function* readCsv(options: CsvOptions, world: CsvWorld): AsyncGenerator<Message> {
  world.signal.throwIfAborted();
  const departments = await openDepartments(options, world);
  if (departments) yield* readDepartments(departments, options, world);
  const users = await openUsers(options, world);
  const byPath = options.departmentsBy === 'path' && !departments;
  yield* byPath ? readUsersAndPaths(users, world) : readUsers(users, options, world);
}

async function* readDepartments(table: Table, options: CsvOptions, world: CsvWorld): AsyncGenerator<Message> {
  const byId = options.departmentsBy === 'id';
  const paths = new PathDepartments();
  let rows = 0;
  let isCut = false;
  for await (const page of readRecords(table, byId ? departmentRow : departmentPathRow(paths), world)) {
    rows = page.rowsSoFar;
    isCut = page.isCut ?? false;
    yield* messagesOf(DEPARTMENT, { ...page, records: byId ? page.records : paths.take() });
  }
  if (!isCut) yield { type: 'complete', kind: DEPARTMENT, evidence: evidence(rows, table) };
}

async function* readUsers(table: Table, options: CsvOptions, world: CsvWorld): AsyncGenerator<Message> {
  let rows = 0;
  let isCut = false;
  for await (const page of readRecords(table, userRow({ by: options.departmentsBy }), world)) {
    rows = page.rowsSoFar;
    isCut = page.isCut ?? false;
    yield* messagesOf(USER, page);
  }
  if (!isCut) yield { type: 'complete', kind: USER, evidence: evidence(rows, table) };
}

async function* readUsersAndPaths(table: Table, world: CsvWorld): AsyncGenerator<Message> {
  const paths = new PathDepartments();
  let rows = 0;
  let unread = 0;
  let isCut = false;
  for await (const page of readRecords(table, userRow({ by: 'path', paths }), world)) {
    rows = page.rowsSoFar;
    isCut = page.isCut ?? false;
    unread += page.rejected.length + page.records.filter(lacksDepartments).length;
    yield* messagesOf(DEPARTMENT, { records: paths.take(), rejected: [] });
    yield* messagesOf(USER, page);
  }
  if (unread > 0) yield unreadPaths(unread);
  if (isCut) return;
  yield { type: 'complete', kind: DEPARTMENT, evidence: `${paths.size} paths in ${evidence(rows, table)}` };
  yield { type: 'complete', kind: USER, evidence: evidence(rows, table) };
}

/** A path that is too deep names departments all the same: those at its first levels. */
const lacksDepartments = ({ problems = [] }: SourceRecord): boolean =>
  problems.some(({ field, code }) => field === 'departments' && code !== 'too_deep');

/** R7: a row that cannot be read may name a department that no other row names. */
function unreadPaths(rows: number): Message {
  const reason = `${rows} rows of users cannot be read, and therefore not their departments.`;
  return { type: 'rejected', kind: DEPARTMENT, externalId: null, code: 'unread_path', reason };
}

function* messagesOf(kind: RecordKind, { records, rejected }: Omit<RecordPage, 'rowsSoFar'>): Generator<Message> {
  if (records.length > 0) yield { type: 'records', kind, records };
  for (const one of rejected) yield { type: 'rejected', kind, ...one };
}

const evidence = (rows: number, table: Table): string =>
  `${rows} rows to the end of the file, ${Math.ceil(table.sizeBytes() / 1_000)} kB`;
