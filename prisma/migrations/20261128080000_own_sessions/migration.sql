-- A person sees the own sessions: by an id that opens nothing, and by the browser they began in.
ALTER TABLE "sessions" ADD COLUMN "id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN "browser" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "sessions_id_key" ON "sessions"("id");
