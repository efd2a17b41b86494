import { v7 as uuidv7 } from 'uuid';
import { MANUAL_SOURCE } from '../../domain/manual-source.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { Db, Tx } from '../../platform/db.js';
import type { Role } from '../accounts/principal.js';
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

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
interface NewApiKey {
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

/** The id of a source by its name, to narrow a key to it; null = there is none. The built-in source (R51) has no keys. */
export async function findSourceId(tx: Tx, name: string): Promise<string | null> {
  return (
    (await tx.source.findFirst({ where: { name, id: { not: MANUAL_SOURCE.id } }, select: { id: true } }))?.id ?? null
  );
}

/** The two parts of a key's text that matter. */
interface KeyParts {
  /** The key row's UUID. */
  readonly id: string;
  /** 256 random bits in base64url. */
  readonly secret: string;
}

const FORMAT = /^rck_([0-9a-f]{32})_([A-Za-z0-9_-]{43})_([0-9A-Za-z]{6})$/;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Makes the text of a new key: `rck_<id>_<secret>_<checksum>`. It is shown once and never stored. */
export function newKeyText(id: string): string {
  const body = `rck_${id.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`;
  return `${body}_${checksum(body)}`;
}

/** Takes a key's text apart; null when it can't be one. The checksum spares the database typing errors. */
export function parseKeyText(text: string): KeyParts | null {
  const [, hex, secret, sum] = FORMAT.exec(text) ?? [];
  if (hex === undefined || secret === undefined || sum === undefined) return null;
  if (checksum(text.slice(0, -sum.length - 1)) !== sum) return null;
  return { id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), secret };
}

/** What is stored of the secret. 256 random bits need no slow hash. */
export function hashKeySecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret, 'utf8').digest());
}

/** CRC-32 in six base-62 digits; tells a mistyped or cut key, proves nothing. */
function checksum(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let at = 0; at < 6; at += 1) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
