import { z } from 'zod';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { listWorkers } from './worker-list.store.js';

const streamSchema = z.object({
  source: z.string(),
  connectedAt: z.iso.datetime().nullable().describe('null = not connected; see `problem`.'),
  lastEventAt: z.iso.datetime().nullable(),
  problem: z.string().nullable().describe('Why the last connection failed: a code and what to do.'),
});

const workerSchema = z
  .object({
    name: z.string().describe('Host and process id.'),
    startedAt: z.iso.datetime(),
    seenAt: z.iso.datetime().describe('Time of the last heartbeat, sent every 10 s.'),
    concurrency: z.int().describe('Tasks at once, at most.'),
    running: z.int().describe('Tasks at work when it was last seen.'),
    alive: z.boolean().describe('Seen within 30 s.'),
    streams: z.array(streamSchema).describe('Open connections for events of sources, such as DingTalk Stream.'),
  })
  .meta({ id: 'Worker' });

/** Which worker processes there are. */
export function workersRoute({ db }: HttpDeps): Route {
  return defineRoute({
    id: 'listWorkers',
    method: 'get',
    path: '/workers',
    role: 'viewer',
    narrowed: 'refused',
    tag: 'System',
    summary: 'List the worker processes',
    replies: {
      200: {
        description: 'Running workers first, then workers that died in the last day.',
        schema: z.object({ items: z.array(workerSchema) }),
      },
    },
    async handle() {
      const rows = await listWorkers(db.prisma);
      const items = rows.map(({ startedAt, seenAt, ...row }) => ({
        ...row,
        startedAt: startedAt.toISOString(),
        seenAt: seenAt.toISOString(),
      }));
      return { status: 200, body: { items } };
    },
  });
}
