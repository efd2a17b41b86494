-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "sources" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "config" JSONB NOT NULL,
    "match_keys" TEXT[],
    "priority" INTEGER NOT NULL DEFAULT 0,
    "full_cron" TEXT,
    "delta_cron" TEXT,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "removal" TEXT NOT NULL DEFAULT 'deactivate',
    "guard" JSONB NOT NULL DEFAULT '{}',
    "mapping" JSONB NOT NULL DEFAULT '{}',
    "raw_log" BOOLEAN NOT NULL DEFAULT true,
    "redact" TEXT[],
    "cursor" JSONB,
    "last_complete_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sync_tasks" (
    "id" UUID NOT NULL,
    "batch" TEXT NOT NULL,
    "source_id" UUID NOT NULL,
    "trigger" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "dry_run" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL,
    "phase" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "ring" INTEGER NOT NULL DEFAULT 0,
    "rung_at" TIMESTAMPTZ(3),
    "worker" TEXT,
    "heartbeat_at" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),
    "read_started_at" TIMESTAMPTZ(3),
    "pulled" BOOLEAN NOT NULL DEFAULT false,
    "checkpoint" JSONB,
    "checkpoint_seq" BIGINT NOT NULL DEFAULT 0,
    "complete" JSONB NOT NULL DEFAULT '{}',
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER,
    "mark_rank" INTEGER NOT NULL DEFAULT -1,
    "mark_id" BIGINT NOT NULL DEFAULT 0,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "error_code" TEXT,
    "error_message" TEXT,
    "held" JSONB,
    "approved_hash" TEXT,
    "scheduled_for" TIMESTAMPTZ(3),
    "requested_by" TEXT,
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "cost_ms" INTEGER,

    CONSTRAINT "sync_tasks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "staged_records" (
    "task_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "hash" BYTEA,
    "data" JSONB,
    "new_id" UUID,
    "matched" BOOLEAN NOT NULL DEFAULT false,
    "match_keys" TEXT[],
    "recheck" BOOLEAN NOT NULL DEFAULT false,
    "duplicate" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "staged_records_pkey" PRIMARY KEY ("task_id","kind","external_id")
);

-- CreateTable
CREATE TABLE "staged_problems" (
    "task_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "external_id" TEXT,
    "code" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "origin" UUID,

    CONSTRAINT "staged_problems_pkey" PRIMARY KEY ("task_id","seq")
);

-- CreateTable
CREATE TABLE "known_records" (
    "source_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "data" JSONB NOT NULL,
    "target_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "known_records_pkey" PRIMARY KEY ("source_id","kind","external_id")
);

-- CreateTable
CREATE TABLE "pending_references" (
    "source_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "wanted_kind" TEXT NOT NULL,
    "wanted_external_id" TEXT NOT NULL,

    CONSTRAINT "pending_references_pkey" PRIMARY KEY ("source_id","kind","external_id","field","wanted_external_id")
);

-- CreateTable
CREATE TABLE "changes" (
    "task_id" UUID NOT NULL,
    "rank" SMALLINT NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "target" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "external_id" TEXT,
    "target_id" UUID,
    "action" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "keys" JSONB,
    "pending" JSONB,
    "version" INTEGER,
    "code" TEXT,
    "message" TEXT,
    "outcome" TEXT,
    "origin" UUID,

    CONSTRAINT "changes_pkey" PRIMARY KEY ("task_id","rank","id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "username" TEXT,
    "username_key" TEXT,
    "nickname" TEXT,
    "email" TEXT,
    "email_key" TEXT,
    "phone" TEXT,
    "phone_key" TEXT,
    "title" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "manager_id" UUID,
    "main_department_id" UUID,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "lookalikes" TEXT[],
    "locked_at" TIMESTAMPTZ(3),
    "protected" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deactivated_at" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "departments" (
    "id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "parent_id" UUID,
    "sort_order" DOUBLE PRECISION,
    "is_leaf" BOOLEAN NOT NULL DEFAULT true,
    "path" UUID[],
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "departments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "department_id" UUID NOT NULL,
    "source_id" UUID,
    "is_main" BOOLEAN NOT NULL DEFAULT false,
    "is_owner" BOOLEAN NOT NULL DEFAULT false,
    "sort_order" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pushes" (
    "id" UUID NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "source_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "match_key" TEXT,
    "records" JSONB NOT NULL,
    "record_count" INTEGER NOT NULL,
    "requested_by" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "task_id" UUID,
    "result" JSONB,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "pushes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "owner" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "push_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("owner","key")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "source_id" UUID,
    "push_only" BOOLEAN NOT NULL DEFAULT false,
    "secret_hash" BYTEA NOT NULL,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "address" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sources_name_key" ON "sources"("name");

-- CreateIndex
CREATE UNIQUE INDEX "sync_tasks_batch_key" ON "sync_tasks"("batch");

-- CreateIndex
CREATE INDEX "sync_tasks_source_id_id_idx" ON "sync_tasks"("source_id", "id");

-- CreateIndex
CREATE INDEX "sync_tasks_status_idx" ON "sync_tasks"("status");

-- CreateIndex
CREATE UNIQUE INDEX "sync_tasks_source_id_mode_scheduled_for_key" ON "sync_tasks"("source_id", "mode", "scheduled_for");

-- CreateIndex
CREATE INDEX "known_records_target_id_idx" ON "known_records"("target_id");

-- CreateIndex
CREATE INDEX "pending_references_source_id_wanted_kind_wanted_external_id_idx" ON "pending_references"("source_id", "wanted_kind", "wanted_external_id");

-- CreateIndex
CREATE INDEX "users_manager_id_idx" ON "users"("manager_id");

-- CreateIndex
CREATE INDEX "users_main_department_id_idx" ON "users"("main_department_id");

-- CreateIndex
CREATE INDEX "departments_parent_id_idx" ON "departments"("parent_id");

-- CreateIndex
CREATE INDEX "memberships_department_id_idx" ON "memberships"("department_id");

-- CreateIndex
CREATE INDEX "memberships_source_id_idx" ON "memberships"("source_id");

-- CreateIndex
CREATE UNIQUE INDEX "memberships_user_id_department_id_source_id_key" ON "memberships"("user_id", "department_id", "source_id");

-- CreateIndex
CREATE INDEX "pushes_task_id_idx" ON "pushes"("task_id");

-- CreateIndex
CREATE INDEX "pushes_source_id_seq_idx" ON "pushes"("source_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "pushes_seq_key" ON "pushes"("seq");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "audit_entries_object_type_object_id_idx" ON "audit_entries"("object_type", "object_id");

-- AddForeignKey
ALTER TABLE "sync_tasks" ADD CONSTRAINT "sync_tasks_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "staged_records" ADD CONSTRAINT "staged_records_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "sync_tasks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "staged_problems" ADD CONSTRAINT "staged_problems_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "sync_tasks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "known_records" ADD CONSTRAINT "known_records_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pending_references" ADD CONSTRAINT "pending_references_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "changes" ADD CONSTRAINT "changes_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "sync_tasks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_manager_id_fkey" FOREIGN KEY ("manager_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_main_department_id_fkey" FOREIGN KEY ("main_department_id") REFERENCES "departments"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "departments" ADD CONSTRAINT "departments_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "departments"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_department_id_fkey" FOREIGN KEY ("department_id") REFERENCES "departments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pushes" ADD CONSTRAINT "pushes_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pushes" ADD CONSTRAINT "pushes_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "sync_tasks"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What Prisma's schema cannot say -----------------------------------------------------------------------------------

-- R41: at most one task of a source is past `queued` and not ended or held …
CREATE UNIQUE INDEX "sync_tasks_one_active" ON "sync_tasks" ("source_id")
  WHERE "status" IN ('pulling', 'planning', 'applying');
-- … and at most one is queued a mode (a dry run is a mode of its own: it may not swallow a real one).
CREATE UNIQUE INDEX "sync_tasks_one_queued" ON "sync_tasks" ("source_id", "mode", "dry_run")
  WHERE "status" = 'queued';
ALTER TABLE "sync_tasks" ADD CONSTRAINT "sync_tasks_status" CHECK ("status" IN
  ('queued', 'pulling', 'planning', 'held', 'applying', 'succeeded', 'partial', 'failed', 'cancelled'));

-- R12: values may swap between users inside one transaction.
ALTER TABLE "users" ADD CONSTRAINT "users_username_unique" UNIQUE ("username_key") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "users" ADD CONSTRAINT "users_email_unique" UNIQUE ("email_key") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "users" ADD CONSTRAINT "users_phone_unique" UNIQUE ("phone_key") DEFERRABLE INITIALLY DEFERRED;

-- R5: only the few users with look-alike letters are indexed.
CREATE INDEX "users_lookalikes" ON "users" USING GIN ("lookalikes") WHERE "lookalikes" <> '{}';

-- R22: one membership by hand for a user and department.
CREATE UNIQUE INDEX "memberships_by_hand" ON "memberships" ("user_id", "department_id") WHERE "source_id" IS NULL;

-- The inbox: pushes that no task has taken, in order of arrival.
CREATE INDEX "pushes_waiting" ON "pushes" ("source_id", "seq") WHERE "task_id" IS NULL;

-- The push source that the compatible push API writes to by default.
INSERT INTO "sources" ("id", "name", "type", "title", "config", "match_keys", "redact")
VALUES (gen_random_uuid(), 'api', 'push', 'Push API', '{}', '{}', '{}');
