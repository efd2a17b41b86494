import type { Part, Turn } from '../part.js';
import { PushClient, pushedUsers } from '../push-client.js';

interface Way {
  readonly name: string;
  readonly perRequest: number;
  readonly lines: boolean;
}

const waysOf = (linesARequest: number): readonly Way[] => [
  { name: 'lines', perRequest: linesARequest, lines: true },
  { name: 'thousands', perRequest: 1_000, lines: false },
];

/** The people of the first load, by another way: pushed. */
export const pushPart: Part = {
  name: 'push',
  title: 'The same people pushed by one client, until the last result; compared with the floor',
  every: 'run',
  async turn(turn) {
    for (const way of waysOf(turn.options.lines)) await pushAll(way, turn);
  },
  rows: ({ users, lines }) =>
    waysOf(lines).flatMap(({ name, perRequest, lines: areLines }) => {
      const what = `${areLines ? 'lines of JSON (NDJSON)' : 'JSON'}, ${perRequest.toLocaleString('en')} a request`;
      const beside = { name: 'floor', sample: 'floor/first load' };
      return [
        { what, sample: `push/${name}`, unit: 's', records: users, beside, headline: true },
        { what: '… of them missing afterwards', sample: `push/${name} lost`, unit: 'records' },
      ];
    }),
};

function pushAll(way: Way, { world, options, samples }: Turn): Promise<void> {
  return world.inSystem({}, async (bench) => {
    const client = new PushClient(bench);
    try {
      await client.pushDepartments(options);
      const begin = performance.now();
      for (let from = 0; from < options.users; from += way.perRequest) {
        const page = pushedUsers(options, from, Math.min(options.users, from + way.perRequest));
        const { status, text } = await client.push(page, { lines: way.lines });
        if (status >= 300) throw new Error(`A push was answered with ${status}: ${text}`);
      }
      await client.untilFinished();
      samples.add(`push/${way.name}`, (performance.now() - begin) / 1_000);
      samples.add(`push/${way.name} lost`, options.users - (await client.countUsers('user')));
    } finally {
      await client.close();
    }
  });
}
