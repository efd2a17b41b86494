import type { Db } from '../../platform/db.js';
import type { Listing } from './source-server.js';

const DEPARTMENTS = ['board', 'sales', 'stock', 'yard'];

const user = (prefix: string, at: number, more: object = {}) => ({
  uid: `u${String(at).padStart(2, '0')}`,
  username: `${prefix}-${at}`,
  title: 'Clerk',
  departments: [DEPARTMENTS[at % 4]],
  ...(at > 0 ? { managerUid: `u${String(Math.floor(at / 10) * 10 - (at % 10 === 0 ? 10 : 0)).padStart(2, '0')}` } : {}),
  ...more,
});

/** What a source has at first: 4 departments and 30 people. `prefix` keeps usernames of sources apart. */
export function firstListing(prefix: string): Listing {
  const departments = DEPARTMENTS.map((uid) => ({ uid, title: uid, parentUid: uid === 'board' ? null : 'board' }));
  return { departments, users: Array.from({ length: 30 }, (_, at) => user(prefix, at)) };
}

/** What it has later: a new department, 12 new titles, 6 people moved, 4 gone, 14 new. */
export function secondListing(prefix: string): Listing {
  const { departments, users } = firstListing(prefix);
  const changed = users.slice(0, 26).map((one, at) => ({
    ...one,
    ...(at < 12 ? { title: 'Buyer' } : {}),
    ...(at >= 12 && at < 18 ? { departments: ['shop'] } : {}),
  }));
  const added = Array.from({ length: 14 }, (_, at) => user(prefix, 30 + at));
  return {
    departments: [...departments, { uid: 'shop', title: 'shop', parentUid: 'sales' }],
    users: [...changed, ...added],
  };
}

/**
 * Everything that was made of a source, by the source's ids, without what differs between two runs: two sources that
 * have the same records must give the same rows, also in how often each row was written.
 */
export async function snapshot({ pool }: Db, sourceId: string): Promise<unknown> {
  const users = await pool.query(
    `SELECT k.external_id AS uid, k.removed_at IS NOT NULL AS gone, u.title, u.active, u.version,
            u.deactivated_at IS NOT NULL AS deactivated, m.external_id AS manager, d.external_id AS main,
            ARRAY(SELECT dk.external_id || CASE WHEN ms.is_main THEN '*' ELSE '' END FROM memberships ms
                  JOIN known_records dk ON dk.target_id = ms.department_id AND dk.kind = 'department'
                    AND dk.source_id = k.source_id
                  WHERE ms.user_id = u.id AND ms.source_id = k.source_id ORDER BY 1) AS departments
     FROM known_records k
     JOIN users u ON u.id = k.target_id
     LEFT JOIN known_records m ON m.target_id = u.manager_id AND m.kind = 'user' AND m.source_id = k.source_id
     LEFT JOIN known_records d ON d.target_id = u.main_department_id AND d.kind = 'department'
       AND d.source_id = k.source_id
     WHERE k.source_id = $1 AND k.kind = 'user' ORDER BY 1`,
    [sourceId],
  );
  const departments = await pool.query(
    `SELECT k.external_id AS uid, k.removed_at IS NOT NULL AS gone, d.title, d.version, d.is_leaf,
            cardinality(d.path) AS depth, p.external_id AS parent
     FROM known_records k
     JOIN departments d ON d.id = k.target_id
     LEFT JOIN known_records p ON p.target_id = d.parent_id AND p.kind = 'department' AND p.source_id = k.source_id
     WHERE k.source_id = $1 AND k.kind = 'department' ORDER BY 1`,
    [sourceId],
  );
  return { users: users.rows, departments: departments.rows };
}

/** Users without a link although their username is of this source: created twice, or left behind. */
export async function strayUsers({ pool }: Db, prefix: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM users u WHERE username LIKE $1
     AND NOT EXISTS (SELECT 1 FROM known_records k WHERE k.kind = 'user' AND k.target_id = u.id)`,
    [`${prefix}-%`],
  );
  return rows[0]!.count;
}
