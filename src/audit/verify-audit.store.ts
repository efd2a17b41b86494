import { createHash } from 'node:crypto';
import type { Tx } from '../platform/db.js';

/** What looking the audit chain through found. */
export type AuditVerdict =
  | { readonly whole: true; readonly entries: number; readonly head: AuditHead | null }
  | { readonly whole: false; readonly entries: number; readonly at: string; readonly fault: string };

/** An entry that was noted before: its number and its hash in hex. */
export interface AuditHead {
  readonly id: string;
  readonly hash: string;
}

/** An entry with the very text that its hash was made of. */
interface ChainRow {
  readonly id: bigint;
  readonly prev: Uint8Array | null;
  readonly hash: Uint8Array | null;
  readonly text: string;
}

const PAGE = 5_000;

/**
 * Looks the whole chain through, page by page: every entry's hash, its tie to the one before, and the end.
 * @param remembered an entry noted down earlier, elsewhere: then a chain that was made anew as a whole is found too.
 */
export async function verifyAudit(tx: Tx, remembered: AuditHead | null = null): Promise<AuditVerdict> {
  let before: AuditHead = { id: '0', hash: '' };
  let entries = 0;
  let met = remembered === null;
  for (let rows = await page(tx, before.id); rows.length > 0; rows = await page(tx, before.id)) {
    for (const row of rows) {
      const fault = faultOf(row, before.hash);
      before = { id: String(row.id), hash: hex(row.hash) };
      if (fault !== null) return { whole: false, entries, at: before.id, fault };
      entries += 1;
      met ||= isSame(remembered, before);
    }
  }
  if (!met)
    return {
      whole: false,
      entries,
      at: remembered?.id ?? '',
      fault: 'the entry given with --expect is not in the chain',
    };
  return judgeEnd(await readHead(tx), before, entries);
}

function isSame(remembered: AuditHead | null, entry: AuditHead): boolean {
  return remembered?.id === entry.id && remembered.hash === entry.hash;
}

function judgeEnd(end: AuditHead, last: AuditHead, entries: number): AuditVerdict {
  if (isSame(end, last)) return { whole: true, entries, head: entries === 0 ? null : last };
  return { whole: false, entries, at: end.id, fault: 'entries at the end were removed or added' };
}

function faultOf(row: ChainRow, before: string): string | null {
  if (hex(row.prev) !== before) return 'an entry before it was removed or added';
  const hash = createHash('sha256')
    .update(row.prev ?? '')
    .update(row.text, 'utf8')
    .digest('hex');
  return hash === hex(row.hash) ? null : 'it was changed';
}

/** The text is put together here by PostgreSQL's own functions; those of ours might have been exchanged. */
function page(tx: Tx, after: string): Promise<ChainRow[]> {
  return tx.$queryRaw<ChainRow[]>`
    SELECT id, prev_hash AS prev, hash,
           jsonb_build_array(id, (extract(epoch FROM at) * 1000)::bigint, actor, action, object_type, object_id,
                             address, before_hash, after_hash, detail)::text AS text
    FROM audit_entries
    WHERE id > ${after}::bigint
    ORDER BY id
    LIMIT ${PAGE}`;
}

async function readHead(tx: Tx): Promise<AuditHead> {
  const row = await tx.auditHead.findUnique({ where: { id: 1 } });
  return { id: String(row?.lastId ?? 0), hash: hex(row?.lastHash ?? null) };
}

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
