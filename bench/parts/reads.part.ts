import type { BenchSystem } from '../bench-world.js';
import { addTasks } from '../add-tasks.js';
import type { BenchOptions } from '../options.js';
import type { Part, Row } from '../part.js';
import { quantile } from '../statistics.js';
import { addSource, succeed, syncAndWait } from '../sync-and-wait.js';

const REQUESTS = 100;

/** A department for so many users: 30,000 for 100,000. */
const nodesOf = ({ users }: BenchOptions) => Math.ceil(users * 0.3);

/** Lists as the console asks for them, on a database that is full. */
export const readsPart: Part = {
  name: 'reads',
  title: `Reads of the API, ${REQUESTS} requests one after the other`,
  every: 'once',
  turn: ({ world, options, samples }) =>
    world.inSystem({}, async (bench) => {
      await addSource(bench, { name: 'big', synthetic: { users: options.users, departments: nodesOf(options) } });
      await syncAndWait(bench, 'big');
      const loaded = await newestTask(bench);
      await addTasks(bench.database, 'big', options.users);
      for (const [name, times] of Object.entries(await readAll(bench, loaded))) {
        samples.add(`reads/${name} p50`, quantile(times, 0.5));
        samples.add(`reads/${name} p95`, quantile(times, 0.95));
      }
    }),
  rows: (options) => {
    const count = (of: number) => of.toLocaleString('en');
    return [
      ...rowsOf('tasks', `pages of ${count(options.users)} tasks`),
      ...rowsOf('failed', 'pages of the failed ones of a source'),
      ...rowsOf('changes', `pages of a task's changes, ${count(options.users)} of them people`),
      ...rowsOf('found', 'changes searched by a name'),
      ...rowsOf('summary', "a task's changes, counted by sort"),
      ...rowsOf('tree', `levels of a tree of ${count(nodesOf(options))} departments, opened`),
    ];
  },
};

const rowsOf = (name: string, what: string): Row[] => [
  { what: `${what}, p50`, sample: `reads/${name} p50`, unit: 'ms' },
  { what: `${what}, p95`, sample: `reads/${name} p95`, unit: 'ms', headline: true },
];

interface Page {
  readonly items: readonly { readonly id: string; readonly isLeaf?: boolean }[];
  readonly nextCursor: string | null;
}

async function newestTask(bench: BenchSystem): Promise<string> {
  const { items } = await succeed<Page>(bench.system, 'GET', '/api/v1/tasks?limit=1');
  return items[0]!.id;
}

/** The addresses are the console's own. @returns milliseconds of each request. */
async function readAll(bench: BenchSystem, taskId: string): Promise<Record<string, number[]>> {
  const changes = `/api/v1/tasks/${taskId}/changes`;
  return {
    tasks: await timePages(bench, '/api/v1/tasks?limit=25'),
    failed: await timePages(bench, '/api/v1/tasks?limit=25&source=big&status=failed'),
    changes: await timePages(bench, `${changes}?limit=50`),
    found: await timeEach(bench, (at) => `${changes}?limit=50&search=user${String(at * 17).padStart(7, '0')}`),
    summary: await timeEach(bench, () => `${changes}/summary`),
    tree: await timeTree(bench),
  };
}

/** Page after page, and from the beginning again where there are no more. */
async function timePages(bench: BenchSystem, path: string): Promise<number[]> {
  let cursor: string | null = null;
  return time(async () => {
    const page: Page = await succeed<Page>(bench.system, 'GET', path + (cursor === null ? '' : `&cursor=${cursor}`));
    cursor = page.nextCursor;
  });
}

function timeEach(bench: BenchSystem, pathOf: (at: number) => string): Promise<number[]> {
  return time(async (at) => void (await succeed(bench.system, 'GET', pathOf(at))));
}

/** Opens the roots, then what was read and has something below, level by level. */
async function timeTree(bench: BenchSystem): Promise<number[]> {
  const closed: string[] = [];
  return time(async () => {
    const parent = closed.shift();
    const query = parent === undefined ? '' : `&parent=${parent}`;
    const { items } = await succeed<Page>(bench.system, 'GET', `/api/v1/departments/children?limit=200${query}`);
    for (const { id, isLeaf } of items) if (isLeaf === false) closed.push(id);
  });
}

async function time(act: (at: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < REQUESTS; at += 1) {
    const begin = performance.now();
    await act(at);
    times.push(performance.now() - begin);
  }
  return times;
}
