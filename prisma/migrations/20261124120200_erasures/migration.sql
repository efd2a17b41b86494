-- CreateTable
CREATE TABLE "erasures" (
    "source_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "id_hash" BYTEA NOT NULL,
    "target_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("source_id", "kind", "id_hash")
);

-- CreateIndex
CREATE INDEX "erasures_target_id_idx" ON "erasures"("target_id");

-- AddForeignKey
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The least that still knows a record when the source sends it again: no id in clear.
CREATE FUNCTION erasure_hash(source_id UUID, kind TEXT, external_id TEXT) RETURNS BYTEA LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(convert_to(source_id::text || ':' || kind || ':' || external_id, 'UTF8'))
$$;
