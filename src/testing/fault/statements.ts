/**
 * Statements of the product as PostgreSQL receives them: the places at which fault tests act. A unit test checks that
 * each pattern matches a statement, so that rewording one does not make a fault test wait for what never comes.
 */
export const STATEMENTS = {
  claim: /UPDATE sync_tasks t\s+SET status = CASE/,
  beginPull: /DELETE FROM staged_problems/,
  stage: /INSERT INTO staged_records AS s\s+\(task_id, kind, external_id, seq, state, hash/,
  beginPlan: /\bmark_rank = -1/,
  writeLines: /INSERT INTO changes \(task_id, rank, target, kind, external_id, target_id/,
  guard: /removed_at IS NULL\) AS linked/,
  beginApply: /array_agg\(DISTINCT c.rank\)/,
  /** A page of records (not of memberships), with what is remembered of them. */
  write: /INSERT INTO known_records AS k/,
  /** A page of an undo, with what is remembered of its records. */
  restore: /SELECT c.action = 'restore' OR jsonb_typeof\(s.data->'known'\)/,
  attachManagers: /UPDATE users u SET manager_id = m.id/,
  mark: /SET mark_rank = \$/,
  end: /UPDATE sync_tasks SET status = \$1, counts/,
  heartbeat: /UPDATE sync_tasks SET heartbeat_at = clock_timestamp\(\)\s+WHERE id = \$1::uuid AND fence/,
  release: /SET worker = NULL, heartbeat_at = NULL, fence = fence \+ 1, ring/,
  ringAnew: /SET ring = ring \+ 1, rung_at = now\(\)\s+WHERE id = \$1::uuid AND ring/,
  takePush: /UPDATE pushes SET task_id = t.id/,
  storePush: /WITH given AS \(\s+SELECT \* FROM ROWS FROM/,
  storeEdit: /INSERT INTO pushes \(id, source_id, kind, records, record_count, requested_by\)/,
  lookForConflicts: /outcome = 'failed' AND code = 'changed_meanwhile'/,
  queueTask: /INSERT INTO sync_tasks\s+\(id, source_id, trigger, mode, dry_run, status, ring, rung_at, scheduled_for/,
} as const satisfies Readonly<Record<string, RegExp>>;
