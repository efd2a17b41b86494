import { SourceConfigError } from '../../domain/errors.js';
import type { CsvOptions } from './csv-options.js';
import type { CsvWorld } from './csv-world.js';
import { DEPARTMENT_COLUMNS, PATH_COLUMNS, USER_COLUMNS } from './known-columns.js';
import { openTable, type Table } from './open-table.js';

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

/** Opens the departments file; null when the source has none. */
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
