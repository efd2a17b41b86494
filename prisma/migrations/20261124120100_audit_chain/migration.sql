-- AlterTable
ALTER TABLE "audit_entries" ADD COLUMN     "before_hash" TEXT,
ADD COLUMN     "after_hash" TEXT,
ADD COLUMN     "prev_hash" BYTEA,
ADD COLUMN     "hash" BYTEA;

-- CreateTable
CREATE TABLE "audit_head" (
    "id" INTEGER NOT NULL,
    "last_id" BIGINT NOT NULL,
    "last_hash" BYTEA NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("id")
);

-- The link of one entry: sha256 over the hash before it and everything that the entry says, in the one spelling of jsonb.
-- `npm run audit -- verify` computes the same without this function.
CREATE FUNCTION audit_entry_hash(entry audit_entries) RETURNS BYTEA LANGUAGE sql STABLE AS $$
  SELECT sha256(entry.prev_hash || convert_to(jsonb_build_array(
    entry.id, (extract(epoch FROM entry.at) * 1000)::bigint, entry.actor, entry.action, entry.object_type,
    entry.object_id, entry.address, entry.before_hash, entry.after_hash, entry.detail)::text, 'UTF8'))
$$;

-- Appends to the chain. The lock of the head row puts the entries in order. Number and time are the word of the database.
-- It runs with the rights of its owner, so that the service needs none on the head.
CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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

-- What is there already becomes the chain's beginning.
DO $$
DECLARE
  entry audit_entries%ROWTYPE;
  before BYTEA := '';
  last BIGINT := 0;
BEGIN
  FOR entry IN SELECT * FROM audit_entries ORDER BY id LOOP
    entry.prev_hash := before;
    before := audit_entry_hash(entry);
    last := entry.id;
    UPDATE audit_entries SET prev_hash = entry.prev_hash, hash = before WHERE id = entry.id;
  END LOOP;
  INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, last, before);
END
$$;

CREATE TRIGGER audit_entries_chain BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION chain_audit_entry();

-- The second line behind the rights of the role that the service has.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entries_stay_all BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- Only the owner of a table may refresh its statistics, and the role of the service is none.
CREATE FUNCTION analyze_staged_records() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE staged_records;
END
$$;

CREATE FUNCTION analyze_changes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE changes;
END
$$;
