// A whole plugin: a source type "lunch-club" whose people stand in its options. Try it:
//   PLUGINS=./quickstart/example-plugin/lunch-club.mjs npm run quickstart
import { z } from 'zod';

/** @type {import('../../src/sources/source-adapter.js').SourceAdapter} */
const lunchClub = {
  type: 'lunch-club',
  title: 'Lunch club',
  configSchema: z.strictObject({
    members: z.record(z.string(), z.string()).meta({ description: 'Id → name' }),
    // Sealed in the database, write-only in the API.
    password: z.string().meta({ secret: true }).optional(),
  }),
  cursorSchema: z.strictObject({}),
  capabilities: { kinds: ['user'], modes: ['full'], resumable: false },

  async check({ config }) {
    if (Object.keys(config.members).length > 0) return { ok: true };
    return { ok: false, code: 'nobody_there', hint: 'Add a member.' };
  },

  async *read(_request, { config, signal }) {
    signal.throwIfAborted();
    const records = Object.entries(config.members).map(([externalId, nickname]) => ({
      externalId,
      data: { nickname },
    }));
    yield { type: 'records', kind: 'user', records };
    // Only after the proved end of the list: from here on, who was not named is gone.
    yield { type: 'complete', kind: 'user', evidence: `all ${records.length} members of the options` };
  },
};

/** Called once in each process, before anything else starts. `registry.addTarget` takes landing places of new kinds. */
export function register(registry) {
  registry.addSource(lunchClub);
}
