-- Keys of the whole database, sealed by one of SECRET_KEYS.
CREATE TABLE "sealed_keys" (
    "name" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,

    CONSTRAINT "sealed_keys_pkey" PRIMARY KEY ("name")
);

-- Erasures of before are hashed again with the key by the first process that has it: the next erasure or sync.
ALTER TABLE "erasures" ADD COLUMN "keyed" BOOLEAN NOT NULL DEFAULT false;

-- Who has only the table can't find ids by trying. Twice, so that nothing can be hung on.
CREATE FUNCTION keyed_hash(key BYTEA, plain BYTEA) RETURNS BYTEA LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(key || sha256(key || plain))
$$;
