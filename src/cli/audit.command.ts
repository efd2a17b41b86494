import { Command, InvalidArgumentError } from 'commander';
import { repeatableRead } from '../platform/db.js';
import { type AuditHead, verifyAudit } from '../audit/verify-audit.store.js';
import { jsonOption, print, withDatabase } from './environment.js';

interface VerifyOptions {
  readonly expect?: AuditHead;
  readonly json: boolean;
}

/** `rollcall audit`: checks the audit log. */
export function auditCommand(): Command {
  const audit = new Command('audit').description('Checks the audit log.');
  audit
    .command('verify')
    .description(
      'Verifies the chain of hashes and prints the last entry. Exits with 1 when the log was changed. Keep the printed ' +
        'entry in another place and pass it to --expect next time: this detects a log that was replaced as a whole.',
    )
    .option('--expect <number:hash>', 'entry that an earlier run printed', readHead)
    .addOption(jsonOption())
    .action(verify);
  return audit;
}

async function verify({ expect, json }: VerifyOptions): Promise<void> {
  // One snapshot, so that entries written meanwhile do not look like forged ones.
  const verdict = await withDatabase('audit', (db) => repeatableRead(db, (tx) => verifyAudit(tx, expect ?? null)));
  if (!verdict.whole) process.exitCode = 1;
  const last = verdict.whole && verdict.head ? ` Last entry: ${verdict.head.id}:${verdict.head.hash}` : '';
  const text = verdict.whole
    ? `The audit log is intact: ${verdict.entries} entries.${last}\n`
    : `The audit log was changed: entry ${verdict.at}: ${verdict.fault}.\n`;
  print(json, verdict, text);
}

function readHead(text: string): AuditHead {
  const [, id, hash] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (id !== undefined && hash !== undefined) return { id, hash };
  throw new InvalidArgumentError('It must be <number>:<hash>, as "audit verify" prints it.');
}
