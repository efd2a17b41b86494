-- R15: an unlocked user may lose a username or e-mail to another user in the same statement (R12). The kept locks are
-- found by the former values as well.
CREATE OR REPLACE FUNCTION lift_kept_locks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM kept_locks
  WHERE target_id = NEW.id
     OR key_hashes && (hash_user_keys(OLD.username_key, OLD.email_key, OLD.phone_key)
                       || hash_user_keys(NEW.username_key, NEW.email_key, NEW.phone_key));
  RETURN NULL;
END
$$;
