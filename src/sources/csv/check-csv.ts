import { SourceConfigError, SyncError } from '../../domain/errors.js';
import type { CheckResult } from '../source-adapter.js';
import type { CsvOptions } from './csv-options.js';
import type { CsvWorld } from './read-file-bytes.js';
import { openTable, type Table } from './open-table.js';
import { DEPARTMENT_COLUMNS, PATH_COLUMNS, USER_COLUMNS } from './map-header.js';

/** Opens both files, reads their headers, and reports what they contain or what is wrong. */
export async function checkCsv(options: CsvOptions, world: CsvWorld): Promise<CheckResult> {
  try {
    const opened = await Promise.allSettled([openDepartments(options, world), openUsers(options, world)]);
    const tables: Table[] = [];
    for (const one of opened) if (one.status === 'fulfilled' && one.value) tables.push(one.value);
    await Promise.all(tables.map((table) => table.close()));
    for (const one of opened) if (one.status === 'rejected') throw one.reason;
    return { ok: true, hint: tables.map(describe).join(' ') };
  } catch (error) {
    if (error instanceof SyncError) return { ok: false, code: error.code, hint: error.message };
    throw error;
  }
}

function describe({ label, header }: Table): string {
  const custom = header.custom.map(({ name }) => name);
  const more = custom.length > 0 ? `; custom fields ${custom.join(', ')}` : '';
  return `The ${label} has ${[...header.fields.keys()].join(', ')}${more}.`;
}

/** Opens the users file. */
export async function openUsers(options: CsvOptions, world: CsvWorld): Promise<Table> {
  const asked = { what: 'users', place: options.users, options, known: USER_COLUMNS, required: 'uid' } as const;
  const table = await openTable(asked, world);
  const { fields } = table.header;
  const lacks = options.departmentsBy === 'path' || fields.has('ownerOf') ? !fields.has('departments') : false;
  if (!lacks) return table;
  await table.close();
  throw new SourceConfigError(`The ${table.label} has no column "departments". Name it in "columns".`);
}

/** Opens the departments file; null if the source has none. */
export async function openDepartments(options: CsvOptions, world: CsvWorld): Promise<Table | null> {
  const place = options.departments;
  if (place === undefined) return null;
  if (options.departmentsBy === 'id') {
    const asked = { what: 'departments', place, options, known: DEPARTMENT_COLUMNS, required: 'uid' } as const;
    return openTable(asked, world);
  }
  const asked = { what: 'departments', place, options, known: PATH_COLUMNS, required: 'path' } as const;
  const table = await openTable(asked, world);
  if (table.header.custom.length === 0) return table;
  await table.close();
  throw new SourceConfigError(`With departmentsBy "path", the ${table.label} may have the column "path" only.`);
}
