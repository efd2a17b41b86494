import { SyncError } from '../../domain/errors.js';
import type { CheckResult } from '../source-adapter.js';
import type { CsvOptions } from './csv-options.js';
import type { CsvWorld } from './csv-world.js';
import type { Table } from './open-table.js';
import { openDepartments, openUsers } from './tables.js';

/** Opens both files, reads their headers and says what is in them, or what is wrong. */
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
