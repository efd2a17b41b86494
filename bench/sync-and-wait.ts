import type { System, Task } from '../src/testing/worlds/system.js';
import type { SyntheticOptions } from '../src/testing/fakes/synthetic-source.js';
import type { BenchSystem } from './bench-world.js';
import { pollUntil } from './poll-until.js';

/** Makes a made-up source. */
export async function addSource(
  { system }: BenchSystem,
  source: { readonly name: string; readonly synthetic: SyntheticOptions; readonly rawLog?: boolean },
): Promise<void> {
  const { name, synthetic, rawLog = true } = source;
  const body = { name, type: 'scripted', title: name, config: { synthetic }, rawLog };
  await succeed(system, 'POST', '/api/v1/sources', body);
}

/** From now on the made-up source says something else. */
export async function changeSource({ system }: BenchSystem, name: string, synthetic: SyntheticOptions): Promise<void> {
  await succeed(system, 'PATCH', `/api/v1/sources/${name}`, { config: { synthetic } });
}

/** Presses Sync and waits for the end, also of a plan that is held: that one is approved. @returns seconds. */
export async function syncAndWait(bench: BenchSystem, source: string): Promise<number> {
  const begin = performance.now();
  const { id } = await pressSync(bench, source);
  const held = await untilEnded(bench, id);
  if (held) {
    await succeed(bench.system, 'POST', `/api/v1/tasks/${id}/approve`, { ...held, reason: 'benchmark' });
    await untilEnded(bench, id);
  }
  return (performance.now() - begin) / 1_000;
}

/** @returns the task. */
export function pressSync({ system }: BenchSystem, source: string): Promise<Task> {
  return succeed<Task>(system, 'POST', `/api/v1/sources/${source}/sync`, {});
}

/** Sends JSON. @throws Error unless the answer is 2xx. */
export async function succeed<T>(system: System, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await system.call<T>(method, path, body);
  if (answer.status < 300) return answer.body;
  throw new Error(`${method} ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/** How a task ended; with the hash of its plan where that waits for a person. */
interface Ending {
  readonly status: string;
  readonly planHash: string | null;
  readonly error: string | null;
}

/**
 * Looks past the API.
 * @returns the plan that waits for an approval, or null.
 * @throws Error when it ended in another way than well.
 */
async function untilEnded({ database }: BenchSystem, taskId: string): Promise<{ readonly planHash: string } | null> {
  const { status, planHash, error } = await pollUntil(
    async () => (await database.query<Ending>(ENDING, [taskId])).rows[0] ?? null,
  );
  if (status === 'succeeded') return null;
  if (status === 'held' && planHash !== null) return { planHash };
  throw new Error(`The sync ended as ${status}: ${error}`);
}

const ENDING = `
  SELECT status, held->>'planHash' AS "planHash", error_message AS error FROM sync_tasks
  WHERE id = $1 AND status IN ('succeeded', 'held', 'partial', 'failed', 'cancelled')`;

/** Waits for a record of the source whose row others can see. @returns when it was seen, by `performance.now()`. */
export function untilFirstRow({ database }: BenchSystem, source: string): Promise<number> {
  return pollUntil(async () => {
    const { rows } = await database.query(FIRST_LINK, [source]);
    return rows.length > 0 ? performance.now() : null;
  });
}

const FIRST_LINK = `
  SELECT 1 FROM sources s JOIN known_records k ON k.source_id = s.id WHERE s.name = $1 AND k.removed_at IS NULL LIMIT 1`;
