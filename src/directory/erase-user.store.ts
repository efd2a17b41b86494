import { MANUAL_SOURCE } from '../domain/manual-source.js';
import { Prisma, type Tx } from '../platform/db.js';

/** The numbers of erased rows. */
export interface Erased {
  readonly links: number;
  readonly memberships: number;
  readonly changes: number;
  readonly staged: number;
  readonly pushes: number;
}

/** All sources that have or had a link to a user, and the built-in one, for locking. */
export async function sourcesOfUser(tx: Tx, id: string): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ sourceId: string }[]>`
    SELECT DISTINCT source_id AS "sourceId" FROM (${recordsOf(id)}) mine ORDER BY 1`;
  return rows.map((row) => row.sourceId);
}

/**
 * Clears a user and all stored source data about them; the row stays as an id to which other rows may refer. Hashes of
 * the user's records, with the key of erasures, prevent that these are used again. Idempotent.
 */
export async function eraseUser(tx: Tx, id: string, key: Uint8Array): Promise<Erased> {
  await tx.$executeRaw`
    INSERT INTO erasures (source_id, kind, id_hash, target_id)
    SELECT source_id, kind, erasure_hash(${key}::bytea, source_id, kind, external_id), target_id
    FROM (${recordsOf(id)}) mine
    ON CONFLICT (source_id, kind, id_hash) DO UPDATE SET target_id = excluded.target_id`;
  const changes = await eraseChanges(tx, id);
  const staged = await eraseStaged(tx, id);
  const pushes = await erasePushed(tx, id);
  await tx.$executeRaw`
    DELETE FROM pending_references p USING known_records k
    WHERE k.kind = 'user' AND k.target_id = ${id}::uuid AND p.source_id = k.source_id AND p.kind = k.kind
      AND p.external_id = k.external_id`;
  const links = await tx.$executeRaw`DELETE FROM known_records WHERE kind = 'user' AND target_id = ${id}::uuid`;
  const memberships = await tx.$executeRaw`DELETE FROM memberships WHERE user_id = ${id}::uuid`;
  await tx.$executeRaw`
    UPDATE users SET username = NULL, username_key = NULL, nickname = NULL, email = NULL, email_key = NULL, phone = NULL,
      phone_key = NULL, title = NULL, attributes = '{}', username_look = NULL, email_look = NULL, manager_id = NULL,
      main_department_id = NULL, active = false, deactivated_at = coalesce(deactivated_at, now()),
      locked_at = coalesce(locked_at, now()), protected = false, version = version + 1, updated_at = now()
    WHERE id = ${id}::uuid`;
  return { links, memberships, changes, staged, pushes };
}

/** All records about a user, also edits by hand (R51) that no task has applied yet. */
function recordsOf(id: string): Prisma.Sql {
  return Prisma.sql`
    SELECT source_id, kind, external_id, target_id FROM known_records WHERE kind = 'user' AND target_id = ${id}::uuid
    UNION SELECT id, 'user', ${id}::text, ${id}::uuid FROM sources WHERE id = ${MANUAL_SOURCE.id}::uuid`;
}

/** Whether a user is erased and the erasure was not lifted. */
export async function isErased(tx: Tx, id: string): Promise<boolean> {
  return (await tx.erasure.count({ where: { targetId: id } })) > 0;
}

/** Allows records of a user again. @returns the number of records that may come back; they create a new user. */
export async function liftErasure(tx: Tx, id: string): Promise<number> {
  return (await tx.erasure.deleteMany({ where: { targetId: id } })).count;
}

/** Clears the values of lines about the user and the memberships; the lines stay. */
function eraseChanges(tx: Tx, id: string): Promise<number> {
  return tx.$executeRaw`
    UPDATE changes c SET before = NULL, after = NULL, known = NULL, keys = NULL, pending = NULL, message = NULL
    WHERE (c.target_id = ${id}::uuid
           OR (c.kind = 'user' AND EXISTS (
                SELECT 1 FROM known_records k JOIN sync_tasks t ON t.source_id = k.source_id
                WHERE k.kind = 'user' AND k.target_id = ${id}::uuid AND t.id = c.task_id
                  AND k.external_id = c.external_id)))
      AND (c.before IS NOT NULL OR c.after IS NOT NULL OR c.known IS NOT NULL OR c.keys IS NOT NULL OR c.message IS NOT NULL)`;
}

function eraseStaged(tx: Tx, id: string): Promise<number> {
  return tx.$executeRaw`
    UPDATE staged_records s SET data = NULL, match_keys = '{}', matched = false,
      state = CASE WHEN s.state = 'present' THEN 'skipped' ELSE s.state END
    FROM (${recordsOf(id)}) k JOIN sync_tasks t ON t.source_id = k.source_id
    WHERE s.task_id = t.id AND s.kind = k.kind
      AND s.external_id = k.external_id AND (s.data IS NOT NULL OR s.match_keys <> '{}')`;
}

/** Clears records in the inbox; they keep position and id, so that the results of other records stay correct. */
function erasePushed(tx: Tx, id: string): Promise<number> {
  return tx.$executeRaw`
    UPDATE pushes p SET records = (
      SELECT jsonb_agg(CASE WHEN r.record->>'uid' = ANY(mine.ids) THEN jsonb_build_object('uid', r.record->'uid')
                            ELSE r.record END ORDER BY r.at)
      FROM jsonb_array_elements(p.records) WITH ORDINALITY AS r (record, at))
    FROM (SELECT source_id, array_agg(external_id) AS ids FROM (${recordsOf(id)}) named GROUP BY source_id) mine
    WHERE p.source_id = mine.source_id AND p.kind = 'user' AND jsonb_typeof(p.records) = 'array'
      AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.records) AS r (record) WHERE r.record->>'uid' = ANY(mine.ids))`;
}
