import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SILENT } from '../testing/worlds/task-world.js';
import { LOG_TEXTS, TERMINAL_CONTROLS_RAW } from '../testing/attacks/log-texts.js';
import { closeLogger, createLogger } from './logger.js';
import { createRecordLog } from './record-log.js';
import { pruneLogs } from './daily-file.js';

let dir: string;
const today = () => new Date().toISOString().slice(0, 10);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rollcall-logs-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const entry = { taskId: 't', batch: 'b', source: 'hr', kind: 'user', redact: [] };
const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test('R50: a page is one JSON line of a file that only its owner reads, masked and without passwords', async () => {
  const log = createRecordLog({ dir, logger: SILENT });
  await log.write({ ...entry, redact: ['phone'], records: [{ uid: '1', phone: '+49', password: 'p' }, { uid: '2' }] });
  await log.write({ ...entry, kind: 'department', records: [{ uid: 'd', title: 'a\nb' }] });
  await log.close();
  const path = join(dir, 'user-data-sync', `${today()}.log`);
  expect(await linesOf(path)).toMatchObject([
    { taskId: 't', batch: 'b', source: 'hr', kind: 'user', records: [{ uid: '1', phone: '********' }, { uid: '2' }] },
    { kind: 'department', records: [{ uid: 'd', title: 'a\nb' }] },
  ]);
  expect(await readFile(path, 'utf8')).not.toContain('password');
  expect(await modeOf(path)).toBe(0o600);
});

test('R50: a page of more than 1 MB is split into lines that say so', async () => {
  const log = createRecordLog({ dir, logger: SILENT });
  const records = Array.from({ length: 30 }, (_, at) => ({ uid: String(at), note: 'x'.repeat(100_000) }));
  await log.write({ ...entry, records });
  await log.close();
  const lines = await linesOf(join(dir, 'user-data-sync', `${today()}.log`));
  expect(lines.length).toBe(4);
  expect(lines.map((line) => line['part'])).toEqual([1, 2, 3, 4]);
  expect(lines.flatMap((line) => line['records'])).toEqual(records);
});

test('R50: what cannot be written does not disturb the sync', () => {
  const log = createRecordLog({ dir, logger: SILENT });
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  expect(() => log.write({ ...entry, records: [circular] })).not.toThrow();
  return log.close();
});

test('the system log is JSON lines in a file that only its owner reads', async () => {
  const logger = createLogger({ dir, level: 'info', console: false });
  logger.child({ taskId: 't' }).info('task began', { mode: 'full' });
  logger.debug('not logged');
  await closeLogger(logger);
  const path = join(dir, `system-${today()}.log`);
  expect(await linesOf(path)).toMatchObject([{ level: 'info', message: 'task began', taskId: 't', mode: 'full' }]);
  expect(await modeOf(path)).toBe(0o600);
});

test('whatever a field holds, an entry is one line that no terminal obeys, and its fields are its own', async () => {
  const logger = createLogger({ dir, level: 'info', console: false });
  const records = createRecordLog({ dir, logger });
  for (const text of LOG_TEXTS) {
    logger.child({ source: text }).warn('source failed', { cause: text, error: new Error(text) });
    await records.write({ ...entry, source: text, records: [{ uid: text, [text]: text }] });
  }
  await records.close();
  await closeLogger(logger);
  for (const path of [join(dir, `system-${today()}.log`), join(dir, 'user-data-sync', `${today()}.log`)]) {
    const raw = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(raw.filter((line) => TERMINAL_CONTROLS_RAW.test(line))).toEqual([]);
    const lines = await linesOf(path);
    expect(lines.map(({ source }) => source)).toEqual(LOG_TEXTS);
    expect(lines.filter((line) => 'forged' in line || line['message'] === 'forged')).toEqual([]);
  }
});

describe('tidying', () => {
  const now = new Date('2026-05-20T10:00:00Z');
  const add = async (name: string, idleMinutes: number) => {
    const path = join(dir, name);
    await writeFile(path, name, { mode: 0o600 });
    const time = new Date(now.getTime() - idleMinutes * 60_000);
    await utimes(path, time, time);
  };

  test('finished files of past days are compressed, those of more than 14 days ago are gone', async () => {
    await add('2026-05-20.log', 600);
    await add('2026-05-19.log', 11);
    await add('2026-05-19.log.1', 9);
    await add('system-2026-05-06.log', 60);
    await add('system-2026-05-05.log.gz', 60);
    await add('2026-05-05.log.1', 60);
    await add('other.txt', 99_999);
    await Promise.all([pruneLogs(dir, now), pruneLogs(dir, now)]);
    expect((await readdir(dir)).sort()).toEqual([
      '2026-05-19.log.1',
      '2026-05-19.log.gz',
      '2026-05-20.log',
      'other.txt',
      'system-2026-05-06.log.gz',
    ]);
    const packed = join(dir, '2026-05-19.log.gz');
    expect(gunzipSync(await readFile(packed)).toString()).toBe('2026-05-19.log');
    expect(await modeOf(packed)).toBe(0o600);
  });
});
