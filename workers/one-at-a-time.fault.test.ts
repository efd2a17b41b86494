import { requestSync } from '../src/tasks/life/request-sync.store.js';
import { faultTests } from '../src/testing/fault/fault-test.js';
import { type FaultWorld, openFaultWorld } from '../src/testing/fault/fault-world.js';
import { firstListing } from '../src/testing/fault/people.js';
import { type SourceServer, startSourceServer } from '../src/testing/fault/source-server.js';
import { waitFor } from '../src/testing/wait-for.js';

/** Many requests, many hands, one source. */
let world: FaultWorld | undefined;
let server: SourceServer | undefined;

afterEach(async () => {
  await world?.stop();
  await server?.close();
  [world, server] = [undefined, undefined];
});

/** Notes when a task of a source goes to work while another one is at work. */
const WATCH = `
  CREATE TABLE fault_overlaps (task_id uuid);
  CREATE FUNCTION fault_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.status IN ('pulling', 'planning', 'applying') AND EXISTS (
        SELECT 1 FROM sync_tasks t WHERE t.source_id = NEW.source_id AND t.id <> NEW.id
          AND t.status IN ('pulling', 'planning', 'applying')
      ) THEN INSERT INTO fault_overlaps VALUES (NEW.id); END IF;
      RETURN NULL;
    END $$;
  CREATE TRIGGER fault_overlap AFTER INSERT OR UPDATE OF status ON sync_tasks
    FOR EACH ROW EXECUTE FUNCTION fault_overlap()`;

faultTests([
  {
    name: 'R41: 50 requests at once for 2 workers with 8 hands each make 2 tasks at most, and never two at work',
    without: ['the index of one task at work'],
    async run(mutation) {
      world = await openFaultWorld(mutation);
      server = await startSourceServer();
      const { tasks, database } = world;
      server.listings.set('hr', firstListing('hr'));
      server.faults.set('hr', () => new Promise((answer) => setTimeout(() => answer(false), 150)));
      await tasks.addSource('hr', { type: 'paged', config: { url: `${server.url}/hr` } });
      await database.db.pool.query(WATCH);
      await Promise.all([world.startWorker({ concurrency: 8 }), world.startWorker({ concurrency: 8 })]);
      const request = () => requestSync(tasks.deps, { sourceName: 'hr', requestedBy: 'test' });
      const first = await request();
      await waitFor(async () => (await tasks.row(first.task.id)).status === 'pulling');
      const answers = await Promise.all(Array.from({ length: 50 }, request));
      expect(new Set([first, ...answers].map(({ task }) => task.id)).size).toBeLessThanOrEqual(2);
      const { prisma, pool } = database.db;
      await waitFor(async () => (await prisma.syncTask.count({ where: { finishedAt: null } })) === 0).catch(() => null);
      expect((await pool.query('SELECT * FROM fault_overlaps')).rows).toEqual([]);
      const ended = await prisma.syncTask.findMany({ select: { status: true, crashes: true, fenced: true } });
      expect(ended).toEqual(Array(ended.length).fill({ status: 'succeeded', crashes: 0, fenced: 0 }));
      expect(ended.length).toBeLessThanOrEqual(2);
      expect(await prisma.user.groupBy({ by: ['version'], _count: true })).toEqual([{ version: 1, _count: 30 }]);
    },
  },
]);
