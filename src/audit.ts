import { parseArgs } from 'node:util';
import { readDatabaseUrl } from './config.js';
import { type Db, openDb, repeatableRead } from './platform/db.js';
import { type AuditHead, verifyAudit } from './tasks/verify-audit.store.js';

const USAGE = `The audit log, by hand.

  npm run audit -- verify [--expect <number>:<hash>] [--json]

Looks the whole chain through and prints its last entry. Note that down somewhere else and give it to --expect the next
time: then even a log that was written anew as a whole is found. Ends with 1 when something is wrong.
DATABASE_URL names the database.
`;

const OPTIONS = { expect: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (positionals.join(' ') !== 'verify') throw new Error(USAGE);
  const remembered = headOf(values.expect);
  const db = openDb({ url: readDatabaseUrl(), maxConnections: 1, applicationName: 'rollcall-audit' });
  try {
    await verify(db, remembered, values.json);
  } finally {
    await db.close();
  }
}

async function verify(db: Db, remembered: AuditHead | null, json: boolean): Promise<void> {
  // One moment of the database, so that deeds of meanwhile don't look like forged ones.
  const verdict = await repeatableRead(db, (tx) => verifyAudit(tx, remembered));
  if (!verdict.whole) process.exitCode = 1;
  if (json) return void process.stdout.write(`${JSON.stringify(verdict)}\n`);
  process.stdout.write(
    verdict.whole
      ? `The audit log is whole: ${verdict.entries} entries${verdict.head ? `, the last one is ${verdict.head.id}:${verdict.head.hash}` : ''}.\n`
      : `The audit log was tampered with: entry ${verdict.at}: ${verdict.fault}.\n`,
  );
}

function headOf(text: string | undefined): AuditHead | null {
  if (text === undefined) return null;
  const [, id, hash] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (id === undefined || hash === undefined) throw new Error('--expect wants <number>:<hash>, as verify printed it.');
  return { id, hash };
}
