import type pg from 'pg';

/** What stands in users, departments and memberships, in a few words: the same words are the same rows. */
export async function fingerprintRows(database: pg.Pool | pg.Client): Promise<string> {
  const parts: string[] = [];
  for (const [what, from] of Object.entries(ROWS)) {
    const { rows } = await database.query<{ text: string }>(
      `SELECT count(*) || ' ' || $1 || ' (' || coalesce(sum(hashtextextended(row, 0)::numeric), 0) || ')' AS text
       FROM (${from}) AS all_rows (row)`,
      [what],
    );
    parts.push(rows[0]?.text ?? '');
  }
  return parts.join(', ');
}

/**
 * Ids differ between the databases: rows are compared by their visible values. The order of the sum does not matter.
 */
const ROWS = {
  departments: `
    SELECT concat_ws('|', d.title, p.title, d.sort_order, d.is_leaf, cardinality(d.path))
    FROM departments d LEFT JOIN departments p ON p.id = d.parent_id`,
  users: `
    SELECT concat_ws('|', u.username, u.username_key, u.nickname, u.email, u.email_key, u.phone, u.phone_key, u.title,
                     u.active, m.username, d.title)
    FROM users u LEFT JOIN users m ON m.id = u.manager_id LEFT JOIN departments d ON d.id = u.main_department_id`,
  memberships: `
    SELECT concat_ws('|', u.username, d.title, m.is_main)
    FROM memberships m JOIN users u ON u.id = m.user_id JOIN departments d ON d.id = m.department_id`,
};
