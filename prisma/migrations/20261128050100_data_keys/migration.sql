-- A source's secrets are sealed by a key of its own, which one of SECRET_KEYS wraps. Secrets of before keep opening:
-- they are sealed anew when the source is saved or the keys are rotated.
ALTER TABLE "sources" ADD COLUMN "data_key" TEXT;
