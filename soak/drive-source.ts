import type { FaultWorld } from '../src/testing/fault/fault-world.js';
import type { ListedRecord, SourceServer } from '../src/testing/fault/source-server.js';
import { requestSync } from '../src/tasks/life/request-sync.store.js';
import { retryTask } from '../src/tasks/life/retry-task.store.js';
import { persist } from './persist.js';
import type { Random } from './random.js';
import { addFault, count, type Tally } from './tally.js';

/** What the truth is about one person of a source. */
interface Expected {
  title: string;
  active: boolean;
  /** How often the row should have been written. */
  version: number;
}

/** What drives one source. */
export interface SourceDrive {
  readonly world: FaultWorld;
  readonly server: SourceServer;
  readonly random: Random;
  readonly tally: Tally;
  readonly name: string;
  readonly isOver: () => boolean;
}

/** At first, and at last: one more each cycle. */
const PEOPLE = 80;
const MOST = 1_000;
const ENDED = ['succeeded', 'partial', 'failed', 'cancelled', 'held'];

/**
 * Changes a source, syncs it, waits for the end and compares every person with the model, again and again. The list
 * changes only between syncs, so that each read is of one list.
 */
export async function driveSource(drive: SourceDrive): Promise<void> {
  const { world, server, name } = drive;
  const model = new Map<string, Expected>();
  const config = { url: `${server.url}/${name}` };
  const guard = { maxPercent: 100, maxRecords: 1_000 };
  await persist(() => world.tasks.addSource(name, { type: 'paged', config, guard }));
  for (let cycle = 0; !drive.isOver(); cycle += 1) {
    change(drive.random, model, cycle);
    server.listings.set(name, { departments: [{ uid: 'd', title: 'D' }], users: listOf(name, model) });
    await syncToTheEnd(drive);
    await compare(drive, model, cycle);
  }
}

/** Some are new, some get another title, a few go, a few come back. */
function change(random: Random, model: Map<string, Expected>, cycle: number): void {
  const news = new Set(hire(model, cycle));
  for (const [uid, person] of model) {
    const dice = random.next();
    if (!news.has(uid) && dice < 0.12) turn(person, dice, cycle);
  }
}

/** @returns who is new. */
function hire(model: Map<string, Expected>, cycle: number): readonly string[] {
  const wanted = Math.min(MOST, PEOPLE + cycle);
  const news = Array.from({ length: wanted - model.size }, (_, at) => `u${model.size + at}`);
  for (const uid of news) model.set(uid, { title: 'new', active: true, version: 1 });
  return news;
}

function turn(person: Expected, dice: number, cycle: number): void {
  person.version += 1;
  if (person.active && dice < 0.03) person.active = false;
  else Object.assign(person, { active: true, title: `title ${cycle}` });
}

function listOf(name: string, model: Map<string, Expected>): readonly ListedRecord[] {
  return [...model].flatMap(([uid, { title, active }]) =>
    active ? [{ uid, username: `${name}-${uid}`, title, departments: ['d'] }] : [],
  );
}

/** Asks for a sync and, like a person, retries a task that failed. */
async function syncToTheEnd({ world, name, tally }: SourceDrive): Promise<void> {
  const { deps } = world.tasks;
  const { task } = await persist(() => requestSync(deps, { sourceName: name, requestedBy: 'soak' }));
  for (;;) {
    const row = await persist(() => world.tasks.row(task.id));
    if (!ENDED.includes(row.status)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    count(tally.tasks, row.errorCode === null ? row.status : `${row.status} (${row.errorCode})`);
    if (row.status === 'succeeded') return;
    tally.retries += 1;
    await persist(() => retryTask(deps, { taskId: task.id, requestedBy: 'soak' }));
  }
}

interface Seen extends Expected {
  readonly uid: string;
  readonly linked: boolean;
  readonly memberships: number;
}

async function compare(drive: SourceDrive, model: Map<string, Expected>, cycle: number): Promise<void> {
  const { world, name, tally } = drive;
  const { rows } = await persist(() =>
    world.database.db.pool.query<Seen>(
      `SELECT split_part(u.username, '-', 2) AS uid, u.title, u.active, u.version, EXISTS (
         SELECT 1 FROM known_records k WHERE k.target_id = u.id AND k.kind = 'user' AND k.removed_at IS NULL) AS linked,
         (SELECT count(*)::int FROM memberships m WHERE m.user_id = u.id) AS memberships
       FROM users u WHERE u.username LIKE $1`,
      [`${name}-%`],
    ),
  );
  const seen = new Map(rows.map((row) => [row.uid, row]));
  if (rows.length > seen.size) addFault(tally, 'twice', `${name}: ${rows.length - seen.size} people are duplicates`);
  for (const [uid, person] of model) {
    const row = seen.get(uid);
    const fault = findFault(person, row);
    if (fault) addFault(tally, fault[0], `${name}/${uid} in cycle ${cycle}: ${fault[1]}`);
    // Each fault is reported once.
    if (row) person.version = row.version;
  }
}

type Fault = readonly ['lost' | 'twice' | 'removedWrongly', string];

function findFault(person: Expected, row: Seen | undefined): Fault | null {
  if (!row) return ['lost', 'not there'];
  if (person.active && !(row.active && row.linked)) return ['removedWrongly', 'gone'];
  if (!person.active && row.active) return ['lost', 'the removal'];
  if (row.memberships !== Number(person.active)) return ['lost', `${row.memberships} memberships`];
  if (person.active && row.title !== person.title) return ['lost', 'the title'];
  if (row.version > person.version) return ['twice', `version ${row.version}, should be ${person.version}`];
  return null;
}
