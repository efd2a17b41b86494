import { z } from 'zod';
import type { PluginRegistry } from '../../plugins.js';
import type { Tx } from '../../platform/db.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { SourceAdapter } from '../../sources/source-adapter.js';
import type { RecordTarget, TargetRow, TargetWrite } from '../../targets/target.js';

/** The plugin's own table; created when the plugin is loaded. */
export const POSITIONS_TABLE = `
  CREATE TABLE positions (
    id uuid PRIMARY KEY, title text NOT NULL, level int, holder_id uuid REFERENCES users (id) ON DELETE SET NULL,
    open boolean NOT NULL DEFAULT true, version int NOT NULL DEFAULT 1)`;

/**
 * What a plugin adds: a kind of record, where it lands, and a type of source that has it.
 * @public Loaded by its name.
 */
export function register(registry: PluginRegistry): void {
  registry.addTarget(positionsTarget);
  registry.addSource(positionListAdapter);
}

const positionRecord = z
  .object({
    title: z.string().max(255).optional(),
    level: z.number().int().nullable().optional(),
    holderUid: z.string().nullable().optional(),
  })
  .transform((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));

/** Where `position` records land; they name the user who holds them. */
const positionsTarget: RecordTarget = {
  type: 'record',
  name: 'positions',
  kind: 'position',
  dependsOn: ['users'],
  recordSchema: positionRecord,
  fields: ['title', 'level'],
  required: ['title'],
  references: [{ field: 'holderUid', column: 'holderId', kind: 'user' }],
  matchKeys: [],
  inForce: { open: true },
  removed: { open: false },
  atomic: false,
  uniqueFields: [],
  findByIds: (tx, ids) => tx.$queryRaw<TargetRow[]>`
    SELECT id, version, jsonb_build_object('title', title, 'level', level, 'holderId', holder_id, 'open', open) AS fields
    FROM positions WHERE id = ANY(${ids}::uuid[])`,
  create,
  update,
  async delete(tx, rows) {
    await tx.$executeRaw`DELETE FROM positions WHERE id = ANY(${rows.map((row) => row.id)}::uuid[])`;
  },
  async findReferrers(tx, kind, removedIds) {
    if (kind !== 'user') return [];
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM positions WHERE holder_id = ANY(${removedIds}::uuid[])`;
    return rows.map((row) => row.id);
  },
};

async function create(tx: Tx, rows: readonly TargetWrite[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO positions (id, title, level, holder_id)
    SELECT r.id, r.title, r.level, u.id
    FROM jsonb_to_recordset(${JSON.stringify(rows.map(({ id, after }) => ({ id, ...after })))}::jsonb)
      AS r (id uuid, title text, level int, "holderId" uuid)
    LEFT JOIN users u ON u.id = r."holderId"
    ON CONFLICT (id) DO NOTHING`;
}

async function update(tx: Tx, rows: readonly TargetWrite[]): Promise<readonly string[]> {
  const changes = rows.map(({ id, version, after }) => ({ id, version, after }));
  const written = await tx.$queryRaw<{ id: string }[]>`
    UPDATE positions p SET
      title = CASE WHEN r.after ? 'title' THEN r.after->>'title' ELSE p.title END,
      level = CASE WHEN r.after ? 'level' THEN (r.after->>'level')::int ELSE p.level END,
      holder_id = CASE WHEN r.after ? 'holderId' THEN (r.after->>'holderId')::uuid ELSE p.holder_id END,
      open = CASE WHEN r.after ? 'open' THEN (r.after->>'open')::boolean ELSE p.open END,
      version = p.version + 1
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS r (id uuid, version int, after jsonb)
    WHERE p.id = r.id AND p.version = r.version
    RETURNING p.id`;
  const done = new Set(written.map((row) => row.id));
  return rows.map((row) => row.id).filter((id) => !done.has(id));
}

const listConfig = z.strictObject({
  positions: z.array(z.looseObject({ uid: z.string() })),
  people: z.array(z.looseObject({ uid: z.string() })).default([]),
});

/** A source whose positions stand in its options. */
const positionListAdapter: SourceAdapter<z.infer<typeof listConfig>, Record<string, never>> = {
  type: 'position-list',
  title: 'List of positions',
  configSchema: listConfig,
  cursorSchema: z.strictObject({}),
  capabilities: { kinds: ['position', 'user'], modes: ['full'], resumable: false },
  check: () => Promise.resolve({ ok: true }),
  async *read(_request, { config, signal }): AsyncGenerator<SourceMessage<Record<string, never>>> {
    await Promise.resolve();
    signal.throwIfAborted();
    for (const [kind, list] of [['position', config.positions] as const, ['user', config.people] as const]) {
      yield { type: 'records', kind, records: list.map(({ uid, ...data }) => ({ externalId: uid, data })) };
      yield { type: 'complete', kind, evidence: 'the list is all there is' };
    }
  },
};
