import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { syntheticDepartment, type SyntheticOptions, syntheticUser } from '../src/testing/synthetic-source.js';

/** What PostgreSQL itself needs for rows: COPY into temporary tables, then one set-based merge in one transaction. */
export class Floor {
  private constructor(private readonly client: pg.Client) {}

  /** Opens a connection to a migrated database, whose own tables and indexes are used. */
  static async open(url: string): Promise<Floor> {
    const client = new pg.Client(url);
    await client.connect();
    return new Floor(client);
  }

  /** Makes users and memberships equal to the made-up source. @returns seconds. */
  async merge(options: SyntheticOptions): Promise<number> {
    const begin = performance.now();
    await this.client.query('BEGIN');
    await this.client.query(INCOMING);
    await this.copy('incoming_departments (uid, title, parent)', departmentLines(options));
    await this.copy('incoming_users (uid, username, nickname, email, phone, title)', userLines(options));
    await this.copy('incoming_memberships (uid, department, is_main)', membershipLines(options));
    for (const statement of MERGE) await this.client.query(statement);
    await this.client.query('COMMIT');
    return (performance.now() - begin) / 1_000;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async copy(into: string, lines: Iterable<string>): Promise<void> {
    await pipeline(Readable.from(inChunks(lines)), this.client.query(copyFrom(`COPY ${into} FROM STDIN`)));
  }
}

const INCOMING = `
  CREATE TEMPORARY TABLE incoming_departments (uid text, title text, parent text) ON COMMIT DROP;
  CREATE TEMPORARY TABLE incoming_users
    (uid text, username text, nickname text, email text, phone text, title text) ON COMMIT DROP;
  CREATE TEMPORARY TABLE incoming_memberships (uid text, department text, is_main boolean) ON COMMIT DROP`;

/** An id that depends on the source's id only: the floor needs no table of links. */
const ID = (uid: string) => `md5(${uid})::uuid`;

const MERGE = [
  'ANALYZE incoming_users',
  'ANALYZE incoming_memberships',
  `INSERT INTO departments (id, title) SELECT ${ID('uid')}, title FROM incoming_departments
   ON CONFLICT (id) DO NOTHING`,
  `UPDATE users u SET nickname = i.nickname, email = i.email, email_key = i.email, phone = i.phone, title = i.title,
     version = u.version + 1, updated_at = now()
   FROM incoming_users i
   WHERE u.id = ${ID('i.uid')} AND (u.nickname, u.email, u.phone, u.title) IS DISTINCT FROM
     (i.nickname, i.email, i.phone, i.title)`,
  `INSERT INTO users (id, username, username_key, nickname, email, email_key, phone, phone_key, title)
   SELECT ${ID('i.uid')}, username, username, nickname, email, email, phone, phone, title FROM incoming_users i
   WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = ${ID('i.uid')})`,
  `INSERT INTO memberships (id, user_id, department_id, is_main)
   SELECT gen_random_uuid(), ${ID('i.uid')}, ${ID('i.department')}, is_main FROM incoming_memberships i
   WHERE NOT EXISTS (SELECT 1 FROM memberships m
     WHERE m.user_id = ${ID('i.uid')} AND m.department_id = ${ID('i.department')})`,
  `DELETE FROM memberships m WHERE NOT EXISTS (SELECT 1 FROM incoming_memberships i
     WHERE m.user_id = ${ID('i.uid')} AND m.department_id = ${ID('i.department')})`,
];

function* departmentLines(options: SyntheticOptions): Generator<string> {
  for (let at = 0; at < options.departments; at += 1) {
    const { externalId, data } = syntheticDepartment(at, options);
    const { title, parentUid } = data;
    yield `${externalId}\t${title}\t${parentUid ?? '\\N'}\n`;
  }
}

function* userLines(options: SyntheticOptions): Generator<string> {
  for (let at = 0; at < options.users; at += 1) {
    const { externalId, data } = syntheticUser(at, options);
    const { username, nickname, email, phone, title } = data;
    yield `${externalId}\t${username}\t${nickname}\t${email}\t${phone}\t${title}\n`;
  }
}

function* membershipLines(options: SyntheticOptions): Generator<string> {
  for (let at = 0; at < options.users; at += 1) {
    const { externalId, data } = syntheticUser(at, options);
    for (const [place, department] of data.departments.entries()) {
      yield `${externalId}\t${department}\t${place === 0}\n`;
    }
  }
}

/** About 64 KB a write: a line each would measure the stream, not the database. */
function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 65_536) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
