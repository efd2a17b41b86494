-- CreateTable
CREATE TABLE "hints" (
    "seq" BIGSERIAL NOT NULL,
    "source_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "task_id" UUID,

    CONSTRAINT "hints_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "rate_marks" (
    "key" TEXT NOT NULL,
    "until_ms" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "rate_marks_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "hints_task_id_idx" ON "hints"("task_id");

-- CreateIndex
CREATE INDEX "hints_source_id_kind_external_id_idx" ON "hints"("source_id", "kind", "external_id");

-- AddForeignKey
ALTER TABLE "hints" ADD CONSTRAINT "hints_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hints" ADD CONSTRAINT "hints_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "sync_tasks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A thing that waits to be looked at needs no second hint; one that a task looks at just now does.
CREATE UNIQUE INDEX "hints_waiting" ON "hints"("source_id", "kind", "external_id") WHERE "task_id" IS NULL;
