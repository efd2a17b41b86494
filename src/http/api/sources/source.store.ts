import type { Prisma, Source } from '../../../generated/prisma/client.js';
import { MANUAL_SOURCE } from '../../../domain/manual-source.js';
import type { Tx } from '../../../platform/db.js';
import { lostAgainst } from '../../../platform/sql-error.js';

/** A source as it is stored: secrets sealed. */
export type SourceRow = Source;

/** What a caller may set of a source. */
export type SourceValues = Pick<
  Source,
  | 'title'
  | 'enabled'
  | 'matchKeys'
  | 'priority'
  | 'fullCron'
  | 'deltaCron'
  | 'timezone'
  | 'removal'
  | 'rawLog'
  | 'redact'
  | 'dataKey'
> & {
  readonly config: Prisma.InputJsonObject;
  readonly guard: Prisma.InputJsonObject;
  readonly mapping: Prisma.InputJsonObject;
  readonly placeholders: Prisma.InputJsonObject;
};

/** One page of sources. */
export interface SourceFilter {
  /** Only this one: for a narrowed key. */
  readonly onlyId: string | null;
  /** The last name of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

/** Finds a source by its name. */
export function findSource(tx: Tx, name: string): Promise<SourceRow | null> {
  return tx.source.findUnique({ where: { name } });
}

/** Lists the sources that admins configure, by name. */
export function listSources(tx: Tx, { onlyId, after, limit }: SourceFilter): Promise<SourceRow[]> {
  return tx.source.findMany({
    where: {
      deletedAt: null,
      id: onlyId ?? { not: MANUAL_SOURCE.id },
      ...(after === null ? {} : { name: { gt: after } }),
    },
    orderBy: { name: 'asc' },
    take: limit,
  });
}

/** Adds a source; null when its name is taken. */
export async function insertSource(
  tx: Tx,
  values: SourceValues & { readonly id: string; readonly name: string; readonly type: string },
): Promise<SourceRow | null> {
  try {
    return await tx.source.create({ data: values });
  } catch (error) {
    if (lostAgainst(error, 'sources_name_key')) return null;
    throw error;
  }
}

/** Changes a source that is locked against other changes: call `lockSource` before, in the same transaction. */
export function updateSource(tx: Tx, id: string, values: Partial<SourceValues>): Promise<SourceRow> {
  return tx.source.update({ where: { id }, data: values });
}

/** Reads a source and keeps others from changing it until the transaction ends. */
export async function lockSource(tx: Tx, id: string): Promise<SourceRow | null> {
  await tx.$queryRaw`SELECT 1 FROM sources WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.source.findUnique({ where: { id } });
}

/**
 * Locks the source's tasks, so that none begins or writes until the transaction ends.
 * @returns whether one is running.
 */
export async function lockTasks(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ active: boolean }[]>`
    SELECT status IN ('pulling', 'planning', 'applying') AS active
    FROM sync_tasks WHERE source_id = ${id}::uuid
    FOR UPDATE`;
  return rows.some((row) => row.active);
}

/** Deletes a source with its links, tasks and pushes; what it made stays, memberships as if made by hand (R22). */
export async function deleteSource(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM sources WHERE id = ${id}::uuid`;
}

/** The name of a source. */
export async function findSourceName(tx: Tx, id: string): Promise<string | null> {
  const source = await tx.source.findUnique({ where: { id }, select: { name: true } });
  return source?.name ?? null;
}
