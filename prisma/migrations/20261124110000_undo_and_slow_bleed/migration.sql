-- AlterTable
ALTER TABLE "changes" ADD COLUMN     "known" JSONB;

-- AlterTable
ALTER TABLE "sync_tasks" ADD COLUMN     "approved_at" TIMESTAMPTZ(3),
ADD COLUMN     "safe_part" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "undoes" UUID;

-- Links that ended lately, for the guard's rolling day (R32).
CREATE INDEX "known_records_ended" ON "known_records" ("source_id", "kind", "removed_at") WHERE "removed_at" IS NOT NULL;
