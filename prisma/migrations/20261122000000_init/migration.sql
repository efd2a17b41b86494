-- The tables of Rollcall. prisma/schema.prisma describes each column. This file adds what that language cannot express:
-- partial indexes, deferrable constraints, functions and triggers. Rules (R1 …) are those of docs/semantics.md.


-- Sources and tasks ---------------------------------------------------------------------------------------------------

CREATE TABLE sources (
  id               uuid PRIMARY KEY,
  name             text NOT NULL UNIQUE,
  type             text NOT NULL,
  title            text NOT NULL,
  enabled          boolean NOT NULL DEFAULT true,
  config           jsonb NOT NULL,
  data_key         text,
  match_keys       text[],
  priority         integer NOT NULL DEFAULT 0,
  full_cron        text,
  delta_cron       text,
  timezone         text NOT NULL DEFAULT 'UTC',
  removal          text NOT NULL DEFAULT 'deactivate',
  guard            jsonb NOT NULL DEFAULT '{}',
  mapping          jsonb NOT NULL DEFAULT '{}',
  placeholders     jsonb NOT NULL DEFAULT '{"add": [], "remove": []}',
  raw_log          boolean NOT NULL DEFAULT true,
  redact           text[],
  cursor           jsonb,
  last_complete_at timestamptz(3),
  created_at       timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at       timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at       timestamptz(3)
);

-- R45: the name of a task for people, the time in UTC and six digits. No two are equal unless a second has a million tasks.
CREATE SEQUENCE batch_digits MINVALUE 0 MAXVALUE 999999 CYCLE;

CREATE FUNCTION next_batch() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS') || lpad(nextval('batch_digits')::text, 6, '0')
$$;

CREATE TABLE sync_tasks (
  id                  uuid PRIMARY KEY,
  batch               text NOT NULL UNIQUE DEFAULT next_batch(),
  source_id           uuid NOT NULL REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE,
  -- The request.
  trigger             text NOT NULL,
  mode                text NOT NULL,
  dry_run             boolean NOT NULL DEFAULT false,
  undoes              uuid,
  scheduled_for       timestamptz(3),
  requested_by        text,
  queued_at           timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  -- Where it is.
  status              text NOT NULL CONSTRAINT sync_tasks_status CHECK (status IN
                        ('queued', 'pulling', 'planning', 'held', 'applying',
                         'succeeded', 'partial', 'failed', 'cancelled')),
  phase               text,
  started_at          timestamptz(3),
  finished_at         timestamptz(3),
  cost_ms             integer,
  error_code          text,
  error_message       text,
  -- Tries.
  attempt             integer NOT NULL DEFAULT 0,
  failures            integer NOT NULL DEFAULT 0,
  crashes             integer NOT NULL DEFAULT 0,
  not_before          timestamptz(3),
  cancel_requested_at timestamptz(3),
  -- The worker that has it, and the queue.
  worker              text,
  heartbeat_at        timestamptz(3),
  fence               integer NOT NULL DEFAULT 0,
  fenced              integer NOT NULL DEFAULT 0,
  ring                integer NOT NULL DEFAULT 0,
  rung_at             timestamptz(3),
  -- The read.
  read_started_at     timestamptz(3),
  pulled              boolean NOT NULL DEFAULT false,
  checkpoint          jsonb,
  checkpoint_seq      bigint NOT NULL DEFAULT 0,
  complete            jsonb NOT NULL DEFAULT '{}',
  -- The guard.
  safe_part           boolean NOT NULL DEFAULT false,
  held                jsonb,
  approved_hash       text,
  approved_at         timestamptz(3),
  -- Progress of applying, and the result.
  done                integer NOT NULL DEFAULT 0,
  total               integer,
  mark_rank           integer NOT NULL DEFAULT -1,
  mark_id             bigint NOT NULL DEFAULT 0,
  counts              jsonb NOT NULL DEFAULT '{}',

  UNIQUE (source_id, mode, scheduled_for),
  -- Makes the fence a key of the row. A page of a task holds FOR KEY SHARE on the task's row. That lets an UPDATE of
  -- other columns pass (heartbeat, request to cancel), but not of a key: a statement that changes the fence (claim,
  -- end, release) waits until the pages of the claim before are committed or rolled back.
  UNIQUE (id, fence)
);

CREATE INDEX sync_tasks_source_id_id_idx ON sync_tasks (source_id, id);
CREATE INDEX sync_tasks_status_idx ON sync_tasks (status);

-- R41: at most one task of a source is active …
CREATE UNIQUE INDEX sync_tasks_one_active ON sync_tasks (source_id) WHERE status IN ('pulling', 'planning', 'applying');
-- … and at most one is queued per mode. A dry run is a mode of its own: it must not take the place of a real one.
CREATE UNIQUE INDEX sync_tasks_one_queued ON sync_tasks (source_id, mode, dry_run) WHERE status = 'queued';

-- R17: a source that is deleted with its records goes by a task of mode `remove`. Its row stays, under another name,
-- until the task can no longer be undone.
CREATE INDEX sync_tasks_open_removals ON sync_tasks (source_id)
  WHERE mode = 'remove' AND status IN ('queued', 'pulling', 'planning', 'held', 'applying');

-- enabled | disabled | being_deleted | deleted: a source takes syncs and pushes while it is enabled.
CREATE FUNCTION source_state(source sources) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN source.deleted_at IS NOT NULL THEN 'deleted'
    WHEN EXISTS (SELECT 1 FROM sync_tasks r WHERE r.source_id = source.id AND r.mode = 'remove'
                 AND r.status IN ('queued', 'pulling', 'planning', 'held', 'applying')) THEN 'being_deleted'
    WHEN source.enabled THEN 'enabled'
    ELSE 'disabled' END
$$;


-- What a task reads, plans and remembers ------------------------------------------------------------------------------

-- staged_records and changes have no foreign key to their task, known_records and memberships none to their source:
-- PostgreSQL would check the parent once per row, which was a third of the cost of a large sync. Their rows are written
-- only while the task's row is locked, and a source is deleted only with its tasks' rows locked, so none loses its
-- parent. The triggers sources_forget and sync_tasks_forget delete them, once per statement.

CREATE TABLE staged_records (
  task_id     uuid NOT NULL,
  kind        text NOT NULL,
  external_id text NOT NULL,
  seq         bigint NOT NULL,
  state       text NOT NULL,
  hash        bytea,
  data        jsonb,
  problems    jsonb,
  match_keys  text[],
  matched     boolean NOT NULL DEFAULT false,
  match_rank  smallint,
  new_id      uuid,
  recheck     boolean NOT NULL DEFAULT false,
  duplicate   boolean NOT NULL DEFAULT false,

  PRIMARY KEY (task_id, kind, external_id)
);

-- R10: finds the other records that matched the same row.
CREATE INDEX staged_records_matched ON staged_records (task_id, kind, new_id) WHERE matched;

CREATE TABLE staged_problems (
  task_id     uuid NOT NULL REFERENCES sync_tasks ON DELETE CASCADE ON UPDATE CASCADE,
  seq         bigint NOT NULL,
  kind        text NOT NULL,
  external_id text,
  code        text NOT NULL,
  message     text NOT NULL,
  origin      uuid,
  place       integer,

  PRIMARY KEY (task_id, seq)
);

CREATE TABLE changes (
  task_id     uuid NOT NULL,
  rank        smallint NOT NULL,
  id          bigserial NOT NULL,
  target      text NOT NULL,
  kind        text NOT NULL,
  external_id text,
  target_id   uuid,
  action      text NOT NULL,
  before      jsonb,
  after       jsonb,
  keys        jsonb,
  pending     jsonb,
  version     integer,
  known       jsonb,
  problems    jsonb,
  outcome     text,
  code        text,
  message     text,
  origin      uuid,

  PRIMARY KEY (task_id, rank, id)
);

-- The outcome of a change: planned, applied, failed or skipped. What is written in the line counts, else the mark of its
-- task. A change is applied where this is 'applied'.
CREATE FUNCTION change_outcome(change changes, task sync_tasks) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN change.outcome IS NOT NULL THEN change.outcome
              WHEN change.action = 'skip' THEN 'skipped'
              WHEN (change.rank, change.id) <= (task.mark_rank, task.mark_id) THEN 'applied'
              ELSE 'planned' END
$$;

CREATE TABLE known_records (
  source_id   uuid NOT NULL,
  kind        text NOT NULL,
  external_id text NOT NULL,
  hash        bytea NOT NULL,
  data        jsonb NOT NULL,
  target_id   uuid NOT NULL,
  task_id     uuid NOT NULL,
  applied_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  removed_at  timestamptz(3),

  PRIMARY KEY (source_id, kind, external_id)
);

CREATE INDEX known_records_target_id_idx ON known_records (target_id);
-- R10: a row has at most one live link of a source.
CREATE UNIQUE INDEX known_records_one_link ON known_records (source_id, kind, target_id) WHERE removed_at IS NULL;
-- R32: links that ended lately, for the guard's rolling day.
CREATE INDEX known_records_ended ON known_records (source_id, kind, removed_at) WHERE removed_at IS NOT NULL;

-- R3: what a source says of a record after it said `earlier` and then `later`. A key that is absent stays as it was, and
-- custom fields are keys of their own. The same rule for pages in memory is mergeRecords (src/domain/merge-records.ts).
CREATE FUNCTION merge_records(earlier jsonb, later jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN earlier ? 'attributes' OR later ? 'attributes'
              THEN earlier || later || jsonb_build_object('attributes',
                     coalesce(earlier->'attributes', '{}') || coalesce(later->'attributes', '{}'))
              ELSE earlier || later END
$$;

CREATE TABLE pending_references (
  source_id          uuid NOT NULL REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE,
  kind               text NOT NULL,
  external_id        text NOT NULL,
  field              text NOT NULL,
  wanted_kind        text NOT NULL,
  wanted_external_id text NOT NULL,
  offered_at         timestamptz(3),

  PRIMARY KEY (source_id, kind, external_id, field, wanted_external_id)
);

CREATE INDEX pending_references_source_id_wanted_kind_wanted_external_id_idx
  ON pending_references (source_id, wanted_kind, wanted_external_id);
-- R12: records that wait for a value which another user has.
CREATE INDEX pending_references_values ON pending_references (source_id) WHERE wanted_kind LIKE 'users.%';


-- Departments, users and memberships ----------------------------------------------------------------------------------

CREATE TABLE departments (
  id         uuid PRIMARY KEY,
  title      text NOT NULL,
  parent_id  uuid REFERENCES departments ON DELETE SET NULL ON UPDATE CASCADE,
  path       uuid[],
  is_leaf    boolean NOT NULL DEFAULT true,
  sort_order double precision,
  attributes jsonb NOT NULL DEFAULT '{}',
  version    integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  removed_at timestamptz(3)
);

CREATE INDEX departments_parent_id_idx ON departments (parent_id);

CREATE TABLE users (
  id                 uuid PRIMARY KEY,
  username           text,
  username_key       text,
  username_look      text,
  nickname           text,
  email              text,
  email_key          text,
  email_look         text,
  phone              text,
  phone_key          text,
  title              text,
  manager_id         uuid REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE,
  main_department_id uuid REFERENCES departments ON DELETE SET NULL ON UPDATE CASCADE,
  attributes         jsonb NOT NULL DEFAULT '{}',
  active             boolean NOT NULL DEFAULT true,
  protected          boolean NOT NULL DEFAULT false,
  locked_at          timestamptz(3),
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at         timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deactivated_at     timestamptz(3),

  -- R12: a username or an e-mail address belongs to one user in force. Protected users are in force (R11). Values may
  -- swap inside a transaction. A unique constraint can be deferred and a unique index can be partial, but only an
  -- exclusion constraint can be both.
  CONSTRAINT users_username_unique EXCLUDE USING btree (username_key WITH =) WHERE (active OR protected)
    DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT users_email_unique EXCLUDE USING btree (email_key WITH =) WHERE (active OR protected)
    DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX users_manager_id_idx ON users (manager_id);
CREATE INDEX users_main_department_id_idx ON users (main_department_id);
-- R10: match keys find users that are not in force as well.
CREATE INDEX users_username_released ON users (username_key) WHERE NOT (active OR protected);
CREATE INDEX users_email_released ON users (email_key) WHERE NOT (active OR protected);
CREATE INDEX users_phone_key_idx ON users (phone_key);
-- R5: values with letters that look like others.
CREATE INDEX users_username_look ON users (username_look) WHERE username_look IS NOT NULL;
CREATE INDEX users_email_look ON users (email_look) WHERE email_look IS NOT NULL;
-- R15: the few locked users.
CREATE INDEX users_locked ON users (id) WHERE locked_at IS NOT NULL;

CREATE TABLE memberships (
  id            uuid PRIMARY KEY,
  user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
  department_id uuid NOT NULL REFERENCES departments ON DELETE CASCADE ON UPDATE CASCADE,
  source_id     uuid,
  is_main       boolean NOT NULL DEFAULT false,
  is_owner      boolean NOT NULL DEFAULT false,
  sort_order    double precision,
  created_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  UNIQUE (user_id, department_id, source_id)
);

CREATE INDEX memberships_department_id_idx ON memberships (department_id);
CREATE INDEX memberships_source_id_idx ON memberships (source_id);
-- R22: one membership by hand for a user and department.
CREATE UNIQUE INDEX memberships_by_hand ON memberships (user_id, department_id) WHERE source_id IS NULL;

-- R12: which user in force has which value, by what the value looks like.
CREATE VIEW held_values AS
  SELECT 'users.username' AS wanted_kind, username_key AS face, id AS user_id FROM users
    WHERE (active OR protected) AND username_look IS NULL AND username_key IS NOT NULL
  UNION ALL
  SELECT 'users.username', username_look, id FROM users
    WHERE (active OR protected) AND username_look IS NOT NULL
  UNION ALL
  SELECT 'users.email', email_key, id FROM users
    WHERE (active OR protected) AND email_look IS NULL AND email_key IS NOT NULL
  UNION ALL
  SELECT 'users.email', email_look, id FROM users
    WHERE (active OR protected) AND email_look IS NOT NULL;


-- R15: locks by hand outlast the deletion of their user ---------------------------------------------------------------

-- A lock is found again by the id of the row, which a returning record gets again, and by the username or e-mail
-- address. The phone number counts where the user had neither, because many people may share one. Values are kept as
-- hashes only. These are triggers because syncs of any source and undos write users.

CREATE TABLE kept_locks (
  target_id  uuid PRIMARY KEY,
  key_hashes bytea[],
  locked_at  timestamptz(3) NOT NULL
);

-- Hashes of compared values (R5). A null value has none.
CREATE FUNCTION hash_user_keys(username text, email text, phone text) RETURNS bytea[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY(
    SELECT sha256(convert_to(k.field || ':' || k.value, 'UTF8'))
    FROM (VALUES ('username', username), ('email', email), ('phone', phone)) AS k (field, value)
    WHERE k.value IS NOT NULL)
$$;

-- The hashes by which the lock of a user is found again.
CREATE FUNCTION hash_locked_keys(username text, email text, phone text) RETURNS bytea[] LANGUAGE sql IMMUTABLE AS $$
  SELECT hash_user_keys(username, email, CASE WHEN username IS NULL AND email IS NULL THEN phone END)
$$;

CREATE FUNCTION keep_locks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO kept_locks (target_id, key_hashes, locked_at)
  SELECT id, hash_locked_keys(username_key, email_key, phone_key), locked_at
  FROM gone WHERE locked_at IS NOT NULL
  ON CONFLICT (target_id) DO UPDATE SET key_hashes = excluded.key_hashes, locked_at = excluded.locked_at;
  RETURN NULL;
END
$$;

CREATE TRIGGER users_keep_locks AFTER DELETE ON users
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_locks();

-- Locks a new user whose id or value a lock has.
CREATE FUNCTION lock_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM kept_locks) AND NOT EXISTS (SELECT FROM users WHERE locked_at IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  WITH keyed AS MATERIALIZED (
    SELECT unnest(l.key_hashes) AS hash, l.locked_at FROM kept_locks l
    UNION ALL
    SELECT unnest(hash_locked_keys(u.username_key, u.email_key, u.phone_key)), u.locked_at
    FROM users u WHERE u.locked_at IS NOT NULL
  ), found AS (
    SELECT m.id, l.locked_at FROM made m JOIN kept_locks l ON l.target_id = m.id
    UNION ALL
    SELECT m.id, k.locked_at
    FROM made m
    CROSS JOIN LATERAL unnest(hash_user_keys(m.username_key, m.email_key, m.phone_key)) AS h (hash)
    JOIN keyed k ON k.hash = h.hash
  )
  UPDATE users u SET locked_at = f.locked_at, active = false, deactivated_at = coalesce(u.deactivated_at, now())
  FROM (SELECT id, min(locked_at) AS locked_at FROM found GROUP BY id) f
  WHERE u.id = f.id;
  -- The row has its lock itself again.
  DELETE FROM kept_locks l USING made m WHERE l.target_id = m.id;
  RETURN NULL;
END
$$;

CREATE TRIGGER users_lock_again AFTER INSERT ON users
  REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION lock_again();

-- An admin lifts a lock: the kept ones of the same user go too. The unlocked user may lose a username or e-mail to another
-- user in the same statement (R12), so the kept ones are found by the former values as well.
CREATE FUNCTION lift_kept_locks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM kept_locks
  WHERE target_id = NEW.id
     OR key_hashes && (hash_user_keys(OLD.username_key, OLD.email_key, OLD.phone_key)
                       || hash_user_keys(NEW.username_key, NEW.email_key, NEW.phone_key));
  RETURN NULL;
END
$$;

CREATE TRIGGER users_lift_kept_locks AFTER UPDATE OF locked_at ON users FOR EACH ROW
  WHEN (OLD.locked_at IS NOT NULL AND NEW.locked_at IS NULL) EXECUTE FUNCTION lift_kept_locks();


-- Inboxes: pushes and hints -------------------------------------------------------------------------------------------

CREATE TABLE pushes (
  id           uuid PRIMARY KEY,
  seq          bigserial NOT NULL UNIQUE,
  source_id    uuid NOT NULL REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE,
  kind         text NOT NULL,
  match_key    text,
  records      jsonb NOT NULL,
  record_count integer NOT NULL,
  faults       jsonb,
  requested_by text,
  received_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  task_id      uuid REFERENCES sync_tasks ON DELETE SET NULL ON UPDATE CASCADE,
  result       jsonb,
  finished_at  timestamptz(3)
);

CREATE INDEX pushes_task_id_idx ON pushes (task_id);
CREATE INDEX pushes_source_id_seq_idx ON pushes (source_id, seq);
-- Pushes that no task has taken, in order of arrival.
CREATE INDEX pushes_waiting ON pushes (source_id, seq) WHERE task_id IS NULL;

CREATE TABLE idempotency_keys (
  owner      text NOT NULL,
  key        text NOT NULL,
  body_hash  text NOT NULL,
  push_id    uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  PRIMARY KEY (owner, key)
);

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

CREATE TABLE hints (
  seq         bigserial PRIMARY KEY,
  source_id   uuid NOT NULL REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE,
  kind        text NOT NULL,
  external_id text NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  task_id     uuid REFERENCES sync_tasks ON DELETE CASCADE ON UPDATE CASCADE,
  attempts    integer NOT NULL DEFAULT 0,
  not_before  timestamptz(3)
);

CREATE INDEX hints_task_id_idx ON hints (task_id);
CREATE INDEX hints_source_id_kind_external_id_idx ON hints (source_id, kind, external_id);
-- A record that waits to be read needs no second hint, but one that a task is reading does.
CREATE UNIQUE INDEX hints_waiting ON hints (source_id, kind, external_id) WHERE task_id IS NULL;

-- A hint that no task has taken and that is not put aside for later.
CREATE FUNCTION is_waiting(hint hints) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT hint.task_id IS NULL AND (hint.not_before IS NULL OR hint.not_before <= now())
$$;

CREATE TABLE stream_leases (
  source_id     uuid PRIMARY KEY REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE,
  holder        text NOT NULL,
  until         timestamptz(3) NOT NULL,
  connected_at  timestamptz(3),
  last_event_at timestamptz(3),
  problem       text
);


-- The end of a source or task -----------------------------------------------------------------------------------------

-- Memberships of a deleted source stay, as if made by hand (R22). Of two of one person in one department, the one that is
-- by hand already stays.
CREATE FUNCTION forget_sources() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM known_records WHERE source_id = ANY(ARRAY(SELECT id FROM gone));
  DELETE FROM memberships m USING memberships hand
  WHERE m.source_id = ANY(ARRAY(SELECT id FROM gone)) AND hand.source_id IS NULL
    AND hand.user_id = m.user_id AND hand.department_id = m.department_id;
  UPDATE memberships SET source_id = NULL WHERE source_id = ANY(ARRAY(SELECT id FROM gone));
  RETURN NULL;
END
$$;

CREATE TRIGGER sources_forget AFTER DELETE ON sources
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_sources();

CREATE FUNCTION forget_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM staged_records WHERE task_id = ANY(ARRAY(SELECT id FROM gone));
  DELETE FROM changes WHERE task_id = ANY(ARRAY(SELECT id FROM gone));
  RETURN NULL;
END
$$;

CREATE TRIGGER sync_tasks_forget AFTER DELETE ON sync_tasks
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_tasks();


-- Access: API keys, accounts, sessions --------------------------------------------------------------------------------

CREATE TABLE api_keys (
  id           uuid PRIMARY KEY,
  name         text NOT NULL,
  role         text NOT NULL,
  source_id    uuid REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE,
  push_only    boolean NOT NULL DEFAULT false,
  secret_hash  bytea NOT NULL,
  created_by   text,
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at   timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at   timestamptz(3)
);

CREATE TABLE accounts (
  id                  uuid PRIMARY KEY,
  username            text NOT NULL,
  username_key        text NOT NULL UNIQUE,
  role                text NOT NULL,
  password_hash       text,
  password_set_at     timestamptz(3),
  password_expires_at timestamptz(3),
  oidc_issuer         text,
  oidc_subject        text,
  created_by          text,
  created_at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_sign_in_at     timestamptz(3),
  disabled_at         timestamptz(3),

  UNIQUE (oidc_issuer, oidc_subject)
);

CREATE TABLE sessions (
  token_hash       bytea PRIMARY KEY,
  id               uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  account_id       uuid NOT NULL REFERENCES accounts ON DELETE CASCADE ON UPDATE CASCADE,
  via              text NOT NULL,
  address          text,
  browser          text,
  created_at       timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_seen_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at       timestamptz(3) NOT NULL,
  second_factor_at timestamptz(3)
);

CREATE INDEX sessions_account_id_idx ON sessions (account_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

CREATE TABLE second_factors (
  account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE ON UPDATE CASCADE,
  secret     text NOT NULL,
  last_step  bigint NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE recovery_codes (
  account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE ON UPDATE CASCADE,
  code_hash  bytea NOT NULL,

  PRIMARY KEY (account_id, code_hash)
);

CREATE TABLE sign_in_failures (
  key          text PRIMARY KEY,
  failures     integer NOT NULL DEFAULT 1,
  last_at      timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  locked_until timestamptz(3)
);

CREATE INDEX sign_in_failures_last_at_idx ON sign_in_failures (last_at);


-- Erasures ------------------------------------------------------------------------------------------------------------

CREATE TABLE sealed_keys (
  name   text PRIMARY KEY,
  sealed text NOT NULL
);

CREATE TABLE erasures (
  source_id uuid NOT NULL REFERENCES sources ON DELETE CASCADE ON UPDATE CASCADE,
  kind      text NOT NULL,
  id_hash   bytea NOT NULL,
  target_id uuid NOT NULL,
  erased_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  PRIMARY KEY (source_id, kind, id_hash)
);

CREATE INDEX erasures_target_id_idx ON erasures (target_id);

-- Recognises the record of an erased person without keeping its id. With the key of erasures: a copy of the table alone
-- does not let ids be found by trying. Hashed twice, which rules out length extension.
CREATE FUNCTION erasure_hash(key bytea, source_id uuid, kind text, external_id text) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(key || sha256(key || convert_to(source_id::text || ':' || kind || ':' || external_id, 'UTF8')))
$$;


-- The audit log: a chain of hashes ------------------------------------------------------------------------------------

CREATE TABLE audit_entries (
  id          bigserial PRIMARY KEY,
  at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  actor       text NOT NULL,
  action      text NOT NULL,
  object_type text NOT NULL,
  object_id   text NOT NULL,
  address     text,
  detail      jsonb NOT NULL DEFAULT '{}',
  before_hash text,
  after_hash  text,
  prev_hash   bytea,
  hash        bytea
);

CREATE INDEX audit_entries_object_type_object_id_idx ON audit_entries (object_type, object_id);

-- The end of the chain, one row: the first entry makes it.
CREATE TABLE audit_head (
  id        integer PRIMARY KEY,
  last_id   bigint NOT NULL,
  last_hash bytea NOT NULL
);

-- sha256 over the hash of the entry before it and all columns of the entry, spelled as jsonb spells them. The command
-- `audit verify` computes the same without this function.
CREATE FUNCTION audit_entry_hash(entry audit_entries) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(entry.prev_hash || convert_to(jsonb_build_array(
    entry.id, (extract(epoch FROM entry.at) * 1000)::bigint, entry.actor, entry.action, entry.object_type,
    entry.object_id, entry.address, entry.before_hash, entry.after_hash, entry.detail)::text, 'UTF8'))
$$;

-- Appends to the chain. The lock of the head row puts the entries in order. The database sets number and time. It runs
-- with the rights of its owner, so that the role of the service needs none on the head.
CREATE FUNCTION chain_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  head audit_head%ROWTYPE;
BEGIN
  INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, 0, '') ON CONFLICT (id) DO NOTHING;
  SELECT * INTO head FROM audit_head WHERE id = 1 FOR UPDATE;
  NEW.id := head.last_id + 1;
  NEW.at := date_trunc('milliseconds', clock_timestamp());
  NEW.prev_hash := head.last_hash;
  NEW.hash := audit_entry_hash(NEW);
  UPDATE audit_head SET last_id = NEW.id, last_hash = NEW.hash WHERE id = 1;
  RETURN NEW;
END
$$;

CREATE TRIGGER audit_entries_chain BEFORE INSERT ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION chain_audit_entry();

-- The second line of defence, behind the rights of the role of the service.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entries_stay_all BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();


-- Operation -----------------------------------------------------------------------------------------------------------

CREATE TABLE workers (
  name        text PRIMARY KEY,
  started_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  seen_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  concurrency integer NOT NULL,
  running     integer NOT NULL DEFAULT 0
);

-- Counts that only grow: the rows that they could be computed from are pruned.
CREATE TABLE counters (
  name  text PRIMARY KEY,
  value bigint NOT NULL DEFAULT 0
);

CREATE TABLE rate_marks (
  key      text PRIMARY KEY,
  until_ms double precision NOT NULL
);

-- Only the owner of a table can refresh its statistics, and the role of the service is not the owner.
CREATE FUNCTION analyze_staged_records() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE staged_records;
END
$$;

CREATE FUNCTION analyze_changes() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE changes;
END
$$;


-- Rows that are there from the start ----------------------------------------------------------------------------------

-- The source that the push API writes to by default.
INSERT INTO sources (id, name, type, title, config, match_keys, redact)
VALUES (gen_random_uuid(), 'api', 'push', 'Push API', '{}', '{}', '{}');
