import { LIMITS } from '../limits.js';
import type { Part } from '../part.js';
import { PushClient } from '../push-client.js';
import { quantile } from '../statistics.js';

/** Many clients that push a record each, again and again. */
export const singlesPart: Part = {
  name: 'singles',
  title: 'Single records pushed by many clients, each with its own key and waiting for the result',
  every: 'run',
  turn: ({ world, options, samples }) =>
    world.inSystem({}, async (bench) => {
      const client = new PushClient(bench, { connections: options.clients });
      try {
        const load = await pushFor(client, options);
        await client.untilFinished();
        samples.add('singles/rate', load.times.length / load.seconds);
        for (const percent of PERCENTS) samples.add(`singles/p${percent}`, quantile(load.times, percent / 100));
        samples.add('singles/lost', load.taken - (await client.countUsers('single-')));
        samples.add('singles/late', load.taken - load.times.length);
        samples.add('singles/refused', load.refused);
      } finally {
        await client.close();
      }
    }),
  rows: ({ clients, seconds }) => [
    {
      ...{ what: `${clients} clients for ${seconds} s, committed`, sample: 'singles/rate', unit: 'records/s' },
      limit: LIMITS.sustainedPushes,
    },
    ...PERCENTS.map((percent) => {
      const what = `pushed to committed, p${percent}`;
      return { what, sample: `singles/p${percent}`, unit: 'ms' as const, headline: true };
    }),
    { what: 'accepted, but missing afterwards', sample: 'singles/lost', unit: 'records', limit: LIMITS.lostPushes },
    { what: 'accepted, but not processed within 30 s', sample: 'singles/late', unit: 'records' },
    { what: 'refused for now (429, 503)', sample: 'singles/refused', unit: 'records' },
  ],
};

const PERCENTS = [50, 95, 99];

interface Load {
  /** Milliseconds from push to committed. */
  readonly times: readonly number[];
  /** Pushes that were answered with 2xx. */
  readonly taken: number;
  readonly refused: number;
  /** Until the last client had its last answer. */
  readonly seconds: number;
}

async function pushFor(client: PushClient, { clients, seconds }: { clients: number; seconds: number }): Promise<Load> {
  const names = Array.from({ length: clients }, (_, at) => `single-${at}`);
  const keys = new Map<string, string>();
  for (const name of names) keys.set(name, await client.makeKey(name));
  const times: number[] = [];
  let [taken, refused] = [0, 0];
  const begin = performance.now();
  const pushOn = async (name: string) => {
    for (let at = 0; performance.now() < begin + seconds * 1_000; at += 1) {
      const sent = performance.now();
      const { status } = await client.push([personOf(`${name}-${at}`)], { wait: 30, key: keys.get(name)! });
      if (status >= 300) {
        refused += 1;
        await new Promise((done) => setTimeout(done, 100));
        continue;
      }
      taken += 1;
      if (status === 200) times.push(performance.now() - sent);
    }
  };
  await Promise.all(names.map(pushOn));
  return { times, taken, refused, seconds: (performance.now() - begin) / 1_000 };
}

function personOf(name: string): object {
  return { uid: name, username: name, email: `${name}@example.com`, nickname: `Person ${name}` };
}
