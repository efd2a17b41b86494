-- A foreign key looks at its parent once a row, which was a third of what a big sync cost. Rows of these tables are only
-- written while their task's row is locked, and a source goes only with its tasks' rows locked: nobody can be orphaned.
-- What the keys did when a parent goes is done once a statement.
ALTER TABLE "staged_records" DROP CONSTRAINT "staged_records_task_id_fkey";
ALTER TABLE "changes" DROP CONSTRAINT "changes_task_id_fkey";
ALTER TABLE "known_records" DROP CONSTRAINT "known_records_source_id_fkey";
ALTER TABLE "memberships" DROP CONSTRAINT "memberships_source_id_fkey";

CREATE FUNCTION "forget_tasks"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "staged_records" WHERE "task_id" = ANY(ARRAY(SELECT "id" FROM gone));
  DELETE FROM "changes" WHERE "task_id" = ANY(ARRAY(SELECT "id" FROM gone));
  RETURN NULL;
END $$;

CREATE TRIGGER "sync_tasks_forget" AFTER DELETE ON "sync_tasks"
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION "forget_tasks"();

CREATE FUNCTION "forget_sources"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "known_records" WHERE "source_id" = ANY(ARRAY(SELECT "id" FROM gone));
  UPDATE "memberships" SET "source_id" = NULL WHERE "source_id" = ANY(ARRAY(SELECT "id" FROM gone));
  RETURN NULL;
END $$;

CREATE TRIGGER "sources_forget" AFTER DELETE ON "sources"
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION "forget_sources"();
