import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../../src/platform/db.js';
import type { System, Task } from '../../src/testing/worlds/system.js';

/** What the screens show: sources of each sort, with every sort of task. */
export interface Filled {
  readonly heldTaskId: string;
  readonly partialTaskId: string;
  readonly personId: string;
  readonly departmentId: string;
}

const UNITS = ['Company', 'Research', 'Sales', 'Design', 'Support', 'Finance', 'Quality', 'Logistics'];
const GIVEN = ['Ada', 'Grace', 'Linus', 'Mei', 'Asha', 'Jonas', 'Lucía', 'Omar', 'Yuki', 'Nadia'];
const FAMILY = ['Hartmann', 'Okafor', 'Lindqvist', 'Chen', 'Sharma', 'Rossi', 'Novak', 'Haddad', 'Tanaka', 'Silva'];

/** Fills a system by its own API, so that what is shown is what happens; only the past is made up. */
export async function fillWorld(system: System, db: Db, csvRoot: string): Promise<Filled> {
  const sync = async (name: string, options: object = {}) => {
    const { body } = await system.call<Task>('POST', `/api/v1/sources/${name}/sync`, options);
    return system.untilEnded(body.id);
  };
  await mkdir(csvRoot, { recursive: true });
  await writeFile(join(csvRoot, 'departments.csv'), departments());
  await writeFile(join(csvRoot, 'users.csv'), people(240));
  await addCsv(system, 'personnel', 'Personnel export', { cron: '30 2 * * *', timezone: 'Europe/Berlin' });
  await sync('personnel');
  await writeFile(join(csvRoot, 'users.csv'), people(252, 'Senior '));
  await sync('personnel');
  await push(system);
  await addCsv(system, 'subsidiary', 'Subsidiary in Lyon', null, 'lyon.csv');
  await writeFile(join(csvRoot, 'lyon.csv'), people(60, '', 1_000));
  await sync('subsidiary');
  await writeFile(join(csvRoot, 'lyon.csv'), people(58, '', 1_000) + 'broken,,,not an address,,x\n1001,ada.1,,,,\n');
  const partial = await sync('subsidiary');
  await writeFile(join(csvRoot, 'users.csv'), people(120, 'Senior '));
  const held = await sync('personnel');
  await addCsv(system, 'archive', 'Old archive', null, 'gone.csv');
  await system.call('PATCH', '/api/v1/sources/archive', { enabled: false });
  await makePast(db);
  const person = await db.prisma.user.findFirstOrThrow({
    where: { managerId: null, active: true, memberships: { some: {} } },
  });
  await system.call('PATCH', `/api/v1/users/${person.id}?wait=30`, { fields: { title: 'Team lead' } });
  const department = await db.prisma.department.findFirstOrThrow({ where: { title: 'Research 2' } });
  return { heldTaskId: held.id, partialTaskId: partial.id, personId: person.id, departmentId: department.id };
}

function addCsv(system: System, name: string, title: string, schedule: object | null, file = 'users.csv') {
  const withUnits = file === 'users.csv' ? { departments: { file: 'departments.csv' } } : {};
  return system.call('POST', '/api/v1/sources', {
    ...{ name, title, type: 'csv', schedule },
    config: { users: { file }, ...withUnits },
  });
}

function departments(): string {
  const rows = UNITS.flatMap((title, unit) => [
    `d${unit},${title},${unit === 0 ? '' : 'd0'},${unit}`,
    ...[1, 2, 3].map((team) => `d${unit}t${team},${title} ${team},d${unit},${team}`),
  ]);
  return `uid,title,parentUid,order\n${rows.join('\n')}\n`;
}

function people(count: number, prefix = '', from = 1): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const id = from + at;
    const given = GIVEN[id % 10]!;
    const family = FAMILY[Math.floor(id / 10) % 10]!;
    const title = id % 7 === 0 ? `${prefix}Engineer` : 'Engineer';
    const unit = from > 500 ? '' : `d${id % 8}t${1 + (id % 3)}`;
    const login = `${given}.${id}`
      .toLowerCase()
      .normalize('NFD')
      .replaceAll(/[^a-z0-9.]/g, '');
    return `${id},${login},${given} ${family},${login}@example.org,${title},${unit}`;
  });
  return `uid,username,nickname,email,title,departments\n${rows.join('\n')}\n`;
}

async function push(system: System): Promise<void> {
  const records = ['Vera Brandt', 'Tom Okoro'].map((nickname, at) => ({
    ...{ uid: `x${at}`, nickname, username: `guest${at}`, email: `guest${at}@example.org`, costCentre: 4100 + at },
  }));
  await system.call('POST', '/api/v1/sources/api/records?wait=30', { kind: 'user', records });
}

/** Four weeks of tasks before today, so that spark lines and charts have something to show. */
async function makePast({ prisma }: Db): Promise<void> {
  const sources = await prisma.source.findMany({ where: { type: 'csv', enabled: true } });
  for (const { id: sourceId } of sources) {
    const tasks = Array.from({ length: 28 }, (_, at) => pastTask(sourceId, 28 - at));
    await prisma.syncTask.createMany({ data: tasks });
  }
}

function pastTask(sourceId: string, daysAgo: number) {
  const at = new Date(Date.now() - daysAgo * 86_400_000);
  const weight = (daysAgo * 7) % 11;
  const failed = daysAgo % 13 === 4;
  const counts = { created: weight, updated: weight * 3, removed: weight % 4, seen: 240, unchanged: 200 };
  const rest = { linked: 0, restored: 0, skipped: 0, failed: 0 };
  return {
    ...{ sourceId, trigger: 'schedule', mode: 'full', phase: 'apply', attempt: 1, queuedAt: at, startedAt: at },
    ...{ finishedAt: at, costMs: 800 + weight * 90, status: failed ? 'failed' : 'succeeded' },
    id: uuidv7({ msecs: at.getTime() }),
    batch: `${at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}${String(100_000 + daysAgo)}${sourceId.slice(-6)}`,
    counts: failed ? {} : { user: { ...counts, ...rest } },
    errorCode: failed ? 'source_unavailable' : null,
    errorMessage: failed ? 'The file "users.csv" is not there.' : null,
  };
}
