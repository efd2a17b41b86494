import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '../prisma/migrate.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres/start.js';
import { startSystem, type System, type Task } from '../src/testing/system.js';
import { buildPlugin } from './bench-world.js';

/**
 * Prints the highest resident memory of a worker process that syncs a made-up source: first load, then unchanged.
 * Reads /proc, so Linux only.
 */
const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '200000' },
    departments: { type: 'string', default: '5000' },
    limit: { type: 'string', default: '300' },
  },
});
const users = Number(values.users);
const folder = await mkdtemp(join(tmpdir(), 'rollcall-memory-'));
const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data') });
let system: System | undefined;
try {
  await server.createDatabase('memory');
  await migrate(server.url('memory'));
  system = await startSystem({
    databaseUrl: server.url('memory'),
    plugins: [await buildPlugin()],
    workers: 0,
    compiled: true,
  });
  const worker = await system.startWorker();
  const config = { synthetic: { users, departments: Number(values.departments) } };
  await system.call('POST', '/api/v1/sources', { name: 'big', type: 'scripted', title: 'Big', config });
  await sync('first load');
  await sync('unchanged');
  const peak = await peakMegabytes(worker.pid ?? 0);
  print(`worker peak RSS ${peak} MB with ${users} users (limit ${values.limit} MB)`);
  process.exitCode = peak <= Number(values.limit) ? 0 : 1;
} finally {
  await system?.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(server.dataFolder, { recursive: true, force: true });
}

async function sync(name: string): Promise<void> {
  const startedAt = Date.now();
  const { body } = await system!.call<Task>('POST', '/api/v1/sources/big/sync', {});
  const task = await untilEnded(body.id);
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  print(`${name}: ${task.status} in ${seconds} s, user ${JSON.stringify(task.counts['user'])}`);
}

async function untilEnded(taskId: string): Promise<Task> {
  for (;;) {
    const { body } = await system!.call<Task>('GET', `/api/v1/tasks/${taskId}`);
    if (['succeeded', 'partial', 'failed', 'cancelled', 'held'].includes(body.status)) return body;
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** VmHWM of proc(5): the highest resident size that the process ever had. */
async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1_024);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
