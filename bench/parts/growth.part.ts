import { LIMITS } from '../limits.js';
import { type BenchOptions, departmentsFor } from '../options.js';
import type { Part, Row, Turn } from '../part.js';
import { addSource, syncAndWait } from '../sync-and-wait.js';

/** What ten times as many people take. */
export const growthPart: Part = {
  name: 'growth',
  title: 'Growth: a first load and an unchanged sync by a fresh worker, by number of people',
  every: 'once',
  async turn(turn) {
    for (const users of turn.options.sizes) await load(users, turn);
  },
  rows: ({ sizes }) => [...sizes.flatMap(rowsOf), ...tenfoldOf(sizes)],
};

function load(users: number, { world, options, samples }: Turn): Promise<void> {
  return world.inSystem({}, async (bench) => {
    const [worker] = bench.workers;
    await addSource(bench, { name: 'big', synthetic: { users, departments: departmentsFor(options, users) } });
    await worker!.lagMs();
    samples.add(`growth/${users} first load`, await syncAndWait(bench, 'big'));
    samples.add(`growth/${users} lag`, await worker!.lagMs());
    samples.add(`growth/${users} unchanged`, await syncAndWait(bench, 'big'));
    samples.add(`growth/${users} peak`, await worker!.peakMegabytes());
  });
}

function rowsOf(users: number): Row[] {
  const people = users.toLocaleString('en');
  const sample = (what: string) => `growth/${users} ${what}`;
  return [
    { what: `${people} people, first load`, sample: sample('first load'), unit: 's', records: users, headline: true },
    { what: `${people} people, unchanged`, sample: sample('unchanged'), unit: 's', records: users },
    { what: `${people} people, event-loop delay, p99.9`, sample: sample('lag'), unit: 'ms', limit: LIMITS.lagMs },
    { what: `${people} people, highest memory`, sample: sample('peak'), unit: 'MB', limit: LIMITS.workerMegabytes },
  ];
}

function tenfoldOf(sizes: BenchOptions['sizes']): Row[] {
  const tenfold = sizes.filter((users) => sizes.includes(users / 10));
  return tenfold.flatMap((users) =>
    ['first load', 'unchanged'].map((what): Row => {
      const [more, less] = [users, users / 10].map((people) => people.toLocaleString('en'));
      return {
        ...{ what: `${more} people compared with ${less}, ${what}`, sample: `growth/${users} ${what}`, unit: 's' },
        ...{ beside: { name: 'with a tenth', sample: `growth/${users / 10} ${what}` }, limit: LIMITS.tenfold },
      };
    }),
  );
}
