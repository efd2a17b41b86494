import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { syntheticDepartment, type SyntheticOptions, syntheticUser } from '../src/testing/fakes/synthetic-source.js';

/** The source whose rows they are. */
const SOURCE = '00000000-0000-4000-8000-000000000001';

/** What PostgreSQL itself needs for rows: COPY into temporary tables, then one set-based merge in one transaction. */
export class Floor {
  private constructor(readonly client: pg.Client) {}

  /** Opens a connection to a migrated database, whose own tables, indexes and constraints are used. */
  static async open(url: string): Promise<Floor> {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`INSERT INTO sources (id, name, type, title, config) VALUES ($1, 'floor', 'floor', '', '{}')`, [
      SOURCE,
    ]);
    return new Floor(client);
  }

  /** Makes departments, users and memberships equal to the made-up source. @returns seconds. */
  async merge(options: SyntheticOptions): Promise<number> {
    const begin = performance.now();
    await this.client.query('BEGIN');
    await this.client.query(INCOMING);
    await this.copy('incoming_departments', departmentLines(options));
    await this.copy('incoming_users', userLines(options));
    await this.copy('incoming_memberships', membershipLines(options));
    for (const statement of MERGE) await this.client.query(statement);
    await this.client.query('COMMIT');
    return (performance.now() - begin) / 1_000;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async copy(into: string, lines: Iterable<string>): Promise<void> {
    await pipeline(Readable.from(inCopyChunks(lines)), this.client.query(copyFrom(`COPY ${into} FROM STDIN`)));
  }
}

const INCOMING = `
  CREATE TEMPORARY TABLE incoming_departments (uid text, title text, parent text, sort_order float) ON COMMIT DROP;
  CREATE TEMPORARY TABLE incoming_users
    (uid text, username text, nickname text, email text, phone text, title text, manager text, department text)
    ON COMMIT DROP;
  CREATE TEMPORARY TABLE incoming_memberships (uid text, department text) ON COMMIT DROP`;

/** An id that depends on the source's id only: the floor needs no table of links. */
const ID = (uid: string) => `md5(${uid})::uuid`;

const USER = `nickname, email, phone, title, manager_id, main_department_id`;
const INCOMING_USER = `i.nickname, i.email, i.phone, i.title, ${ID('i.manager')}, ${ID('i.department')}`;

const MERGE = [
  'ANALYZE incoming_departments, incoming_users, incoming_memberships',
  `WITH RECURSIVE tree AS (
     SELECT uid, title, parent, sort_order, ARRAY[${ID('uid')}] AS path FROM incoming_departments WHERE parent IS NULL
     UNION ALL
     SELECT i.uid, i.title, i.parent, i.sort_order, tree.path || ${ID('i.uid')}
     FROM tree JOIN incoming_departments i ON i.parent = tree.uid)
   INSERT INTO departments (id, title, parent_id, sort_order, path, is_leaf)
   SELECT ${ID('uid')}, title, ${ID('parent')}, sort_order, path,
     NOT EXISTS (SELECT 1 FROM incoming_departments child WHERE child.parent = tree.uid)
   FROM tree WHERE NOT EXISTS (SELECT 1 FROM departments d WHERE d.id = ${ID('tree.uid')})`,
  `UPDATE users u SET (${USER}, email_key, phone_key, version, updated_at) =
     ROW(${INCOMING_USER}, i.email, i.phone, u.version + 1, now())
   FROM incoming_users i
   WHERE u.id = ${ID('i.uid')} AND (${USER.replaceAll(/(\w+)/g, 'u.$1')}) IS DISTINCT FROM (${INCOMING_USER})`,
  `INSERT INTO users (id, username, username_key, email_key, phone_key, ${USER})
   SELECT ${ID('i.uid')}, i.username, i.username, i.email, i.phone, ${INCOMING_USER} FROM incoming_users i
   WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = ${ID('i.uid')})`,
  `INSERT INTO memberships (id, user_id, department_id, source_id)
   SELECT gen_random_uuid(), ${ID('i.uid')}, ${ID('i.department')}, '${SOURCE}' FROM incoming_memberships i
   WHERE NOT EXISTS (SELECT 1 FROM memberships m
     WHERE m.user_id = ${ID('i.uid')} AND m.department_id = ${ID('i.department')})`,
  `DELETE FROM memberships m WHERE NOT EXISTS (SELECT 1 FROM incoming_memberships i
     WHERE m.user_id = ${ID('i.uid')} AND m.department_id = ${ID('i.department')})`,
];

const NOTHING = '\\N';

function* departmentLines(options: SyntheticOptions): Generator<string> {
  for (let at = 0; at < options.departments; at += 1) {
    const { externalId, data } = syntheticDepartment(at, options);
    yield line([externalId, data.title, data.parentUid ?? NOTHING, String(data.order)]);
  }
}

function* userLines(options: SyntheticOptions): Generator<string> {
  for (let at = 0; at < options.users; at += 1) {
    const { externalId, data } = syntheticUser(at, options);
    const { username, nickname, email, phone, title, managerUid, departments } = data;
    const references = [managerUid ?? NOTHING, departments[0] ?? NOTHING];
    yield line([externalId, username, nickname, email, phone, title, ...references]);
  }
}

function* membershipLines(options: SyntheticOptions): Generator<string> {
  for (let at = 0; at < options.users; at += 1) {
    const { externalId, data } = syntheticUser(at, options);
    for (const department of data.departments) yield line([externalId, department]);
  }
}

const line = (cells: readonly string[]) => `${cells.join('\t')}\n`;

/** About 64 KB a write: a line each would measure the stream, not the database. */
function* inCopyChunks(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 65_536) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
