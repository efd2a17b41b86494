import { v7 as uuidv7 } from 'uuid';
import type { Prisma } from '../../generated/prisma/client.js';
import type { Db, Tx } from '../../platform/db.js';
import { hashKeySecret, newKeyText, parseKeyText } from './key-text.js';
import type { Role } from './principal.js';

/** What is known of a key; its text is not. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly sourceId: string | null;
  /** The name of the source that it is narrowed to. */
  readonly source: string | null;
  readonly pushOnly: boolean;
  readonly secretHash: Uint8Array;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A key to make. */
export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  readonly sourceId: string | null;
  readonly pushOnly: boolean;
  readonly expiresAt: Date | null;
  readonly createdBy: string;
}

/** Makes a key and answers its text, which nothing can tell again. */
export async function createApiKey(tx: Tx, given: NewApiKey): Promise<{ key: ApiKey; text: string }> {
  const id = uuidv7();
  const text = newKeyText(id);
  const secret = parseKeyText(text)?.secret ?? '';
  const row = await tx.apiKey.create({ data: { ...given, id, secretHash: hashKeySecret(secret) }, include: SOURCE });
  return { key: toApiKey(row), text };
}

/** Finds a key by its id, whatever its state. */
export async function findApiKey(tx: Tx, id: string): Promise<ApiKey | null> {
  const row = await tx.apiKey.findUnique({ where: { id }, include: SOURCE });
  return row && toApiKey(row);
}

/** What a caller is judged by. */
export type CallerKey = Omit<ApiKey, 'source' | 'createdBy' | 'createdAt' | 'lastUsedAt'>;

const CALLER_KEY = `
  SELECT id, name, role, source_id AS "sourceId", push_only AS "pushOnly", secret_hash AS "secretHash",
         expires_at AS "expiresAt", revoked_at AS "revokedAt"
  FROM api_keys WHERE id = $1::uuid`;

/** Reads what a caller is judged by, whatever its state: asked for each key that is in use once a second. */
export async function findCallerKey(pool: Db['pool'], id: string): Promise<CallerKey | null> {
  const { rows } = await pool.query<CallerKey>(CALLER_KEY, [id]);
  return rows[0] ?? null;
}

/** Lists keys, the newest first, revoked and expired ones included. */
export async function listApiKeys(tx: Tx, page: { before: string | null; limit: number }): Promise<readonly ApiKey[]> {
  const rows = await tx.apiKey.findMany({
    where: page.before === null ? {} : { id: { lt: page.before } },
    include: SOURCE,
    orderBy: { id: 'desc' },
    take: page.limit,
  });
  return rows.map(toApiKey);
}

/** Ends a key; false when there is none. Ending it again changes nothing. */
export async function revokeApiKey(tx: Tx, id: string): Promise<boolean> {
  if ((await tx.apiKey.count({ where: { id } })) === 0) return false;
  await tx.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
  return true;
}

/** Remembers that a key was used, at most once a minute, so that a busy key does not write all the time. */
export async function touchApiKey(tx: Tx, id: string): Promise<void> {
  const minuteAgo = new Date(Date.now() - 60_000);
  await tx.apiKey.updateMany({
    where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: minuteAgo } }] },
    data: { lastUsedAt: new Date() },
  });
}

const SOURCE = { source: { select: { name: true } } } as const;

type Row = Prisma.ApiKeyGetPayload<{ include: typeof SOURCE }>;

/** The role column is ours: only `createApiKey` writes it. */
function toApiKey(row: Row): ApiKey {
  return { ...row, role: row.role as Role, source: row.source?.name ?? null };
}
