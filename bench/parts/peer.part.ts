import { LIMITS } from '../limits.js';
import type { BenchOptions } from '../options.js';
import type { Part } from '../part.js';
import { syncRowByRow } from '../sync-row-by-row.js';

/** Row by row takes so long that few people must do. */
const PEER_USERS = 2_000;

const peerOf = ({ users, departments }: BenchOptions) => {
  return { users: Math.min(PEER_USERS, users), departments: Math.min(100, departments) };
};

/** A sync as many tools do it. */
export const peerPart: Part = {
  name: 'peer',
  title: 'Row by row through an ORM, as many tools sync; same server, same tables',
  every: 'run',
  turn: ({ world, options, samples }) =>
    world.inDatabase(async (url) => {
      const synthetic = peerOf(options);
      const seconds = await syncRowByRow(url, synthetic);
      samples.add('peer/first load', seconds);
      samples.add('peer/rate', synthetic.users / seconds);
    }),
  rows: (options) => [
    { what: 'first load, row by row', sample: 'peer/first load', unit: 's', records: peerOf(options).users },
    {
      ...{ what: 'first load, the product', sample: 'whole/rate', unit: 'records/s' },
      ...{ beside: { name: 'row by row', sample: 'peer/rate' }, limit: LIMITS.peer },
    },
  ],
};
