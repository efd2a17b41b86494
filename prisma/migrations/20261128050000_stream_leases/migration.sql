-- Which worker holds the connection over which a source's events come: one of all.
CREATE TABLE "stream_leases" (
    "source_id" UUID NOT NULL,
    "holder" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "connected_at" TIMESTAMPTZ(3),
    "last_event_at" TIMESTAMPTZ(3),
    "problem" TEXT,

    CONSTRAINT "stream_leases_pkey" PRIMARY KEY ("source_id")
);

-- AddForeignKey
ALTER TABLE "stream_leases" ADD CONSTRAINT "stream_leases_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;
