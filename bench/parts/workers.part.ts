import { departmentsFor } from '../options.js';
import type { Part, Turn } from '../part.js';
import { addSource, syncAndWait } from '../sync-and-wait.js';

const SOURCES = 8;
const COUNTS = [1, 2, 4];

/** What more workers bring. */
export const workersPart: Part = {
  name: 'workers',
  title: `Workers: first loads of ${SOURCES} sources at once, which share all people`,
  every: 'once',
  async turn(turn) {
    for (const workers of COUNTS) await loadAll(workers, turn);
  },
  rows: ({ users }) =>
    COUNTS.map((workers) => ({
      what: workers === 1 ? 'one worker' : `${workers} workers`,
      ...{ sample: `workers/${workers}`, unit: 's' as const, records: users, headline: true },
      ...(workers === 1 ? {} : { beside: { name: 'with one', sample: 'workers/1' } }),
    })),
};

function loadAll(workers: number, { world, options, samples }: Turn): Promise<void> {
  return world.inSystem({ workers }, async (bench) => {
    const users = Math.ceil(options.users / SOURCES);
    const names = Array.from({ length: SOURCES }, (_, at) => `part-${at}`);
    for (const [at, name] of names.entries()) {
      const synthetic = { users, departments: departmentsFor(options, users), firstNumber: at * users };
      await addSource(bench, { name, synthetic });
    }
    const begin = performance.now();
    await Promise.all(names.map((name) => syncAndWait(bench, name)));
    samples.add(`workers/${workers}`, (performance.now() - begin) / 1_000);
  });
}
