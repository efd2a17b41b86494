-- How often a worker that was given up for dead was kept from writing to the task.
ALTER TABLE "sync_tasks" ADD COLUMN "fenced" INTEGER NOT NULL DEFAULT 0;

-- What is counted for good: rows that a count could be made of are pruned.
CREATE TABLE "counters" (
    "name" TEXT NOT NULL,
    "value" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "counters_pkey" PRIMARY KEY ("name")
);
