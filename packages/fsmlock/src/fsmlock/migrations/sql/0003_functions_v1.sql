-- Version 1 of the functions of the PostgreSQL dialect. A function is never replaced: a changed one gets a new
-- version in a new migration, and old and new code can run at the same time.

-- Take an advisory lock, waiting at most 200 ms: long enough for another decision, but not for an open
-- transaction that keeps its decision.
CREATE FUNCTION fsmlock_advisory_lock_v1(p_key bigint, p_exclusive boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  timeout_before text := current_setting('lock_timeout');
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  BEGIN
    IF p_exclusive THEN
      PERFORM pg_advisory_xact_lock(p_key);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(p_key);
    END IF;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM set_config('lock_timeout', timeout_before, true);
    RETURN false;
  END;
  PERFORM set_config('lock_timeout', timeout_before, true);
  RETURN true;
END
$$;

-- Insert the rows of a claim unless another row blocks them. Specification: fsmlock/rules.py (blocking_rows).
-- p_resources, p_locks and p_kinds are the columns of the rows to insert. p_compatible_rows (counted from 1)
-- and p_compatible_locks are pairs: a row, and a lock that is compatible with it.
CREATE FUNCTION fsmlock_acquire_v1(
  p_claim text,
  p_holder text,
  p_why text,
  p_lease_us bigint,
  p_advisory_keys bigint[],
  p_exclusive boolean[],
  p_resources text[],
  p_locks text[],
  p_kinds text[],
  p_boot_id text,
  p_boot_expires_us bigint,
  p_nested_in text[] DEFAULT '{}',
  p_ticket bigint DEFAULT NULL,
  p_compatible_rows bigint[] DEFAULT '{}',
  p_compatible_locks text[] DEFAULT '{}'
) RETURNS TABLE (inserted_id bigint, inserted_resource text, inserted_kind text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  now_us bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'fsmlock needs READ COMMITTED for its decisions, but this transaction is %.'
      ' Acquire holds outside of it, or use the Redis backend.',
      upper(current_setting('transaction_isolation'));
  END IF;
  FOR i IN 1 .. array_length(p_advisory_keys, 1) LOOP
    CONTINUE WHEN CASE WHEN p_exclusive[i] THEN pg_try_advisory_xact_lock(p_advisory_keys[i])
                       ELSE pg_try_advisory_xact_lock_shared(p_advisory_keys[i]) END;
    IF NOT fsmlock_advisory_lock_v1(p_advisory_keys[i], p_exclusive[i]) THEN
      RETURN QUERY SELECT 0::bigint, ''::text, 'busy'::text;
      RETURN;
    END IF;
  END LOOP;
  -- Each statement of a volatile function sees what was committed before it began, so after the locks were
  -- taken. Most often there is no row at all, and the second query isn't even prepared.
  IF EXISTS (SELECT 1 FROM fsmlock_hold h WHERE h.resource = ANY (p_resources)) THEN
    IF EXISTS (
      SELECT 1
      FROM unnest(p_resources, p_locks, p_kinds) WITH ORDINALITY AS r (resource, lock, kind, number)
      JOIN fsmlock_hold h ON h.resource = r.resource
      WHERE h.claim <> p_claim AND h.claim <> ALL (p_nested_in)
        AND (p_ticket IS NULL OR NOT h.waits OR h.id < p_ticket)
        AND CASE
          WHEN r.kind = 'held' AND h.kind = 'held' THEN NOT EXISTS (
            SELECT 1 FROM unnest(p_compatible_rows, p_compatible_locks) AS c (number, lock)
            WHERE c.number = r.number AND c.lock = h.lock
          )
          WHEN r.kind = 'held' AND h.kind = 'blocked' THEN r.lock IN (h.lock, '*')
          WHEN r.kind = 'blocked' AND h.kind = 'held' THEN h.lock IN (r.lock, '*')
          ELSE false
        END
    ) THEN
      RETURN;
    END IF;
  END IF;
  now_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  RETURN QUERY
    INSERT INTO fsmlock_hold (claim, resource, lock, kind, waits, holder, why, since_us, renewed_us,
                              expires_us, clock, clock_expires_us, stop_by, stop_why)
    SELECT p_claim, r.resource, r.lock, r.kind, false, p_holder, p_why, now_us, now_us, now_us + p_lease_us,
           p_boot_id, p_boot_expires_us, '', ''
    FROM unnest(p_resources, p_locks, p_kinds) AS r (resource, lock, kind)
    RETURNING id, fsmlock_hold.resource::text, fsmlock_hold.kind::text;
END
$$;

-- Delete the rows of a claim, with p_only_waiting those in the wait queue, and notify the next waiters.
CREATE FUNCTION fsmlock_release_v1(p_claim text, p_resources text[], p_only_waiting boolean) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  DELETE FROM fsmlock_hold
  WHERE resource = ANY (p_resources) AND claim = p_claim AND (waits OR NOT p_only_waiting);
  IF NOT EXISTS (SELECT 1 FROM fsmlock_hold w WHERE w.waits AND w.resource = ANY (p_resources)) THEN
    RETURN;
  END IF;
  -- Waiters for the same lock pass the notification on when they leave the queue. A waiter for another lock may
  -- be compatible with what is held.
  PERFORM pg_notify('fsmlock_' || w.claim, '') FROM fsmlock_hold w
  WHERE w.waits AND w.kind NOT IN ('retrying', 'later') AND w.resource = ANY (p_resources) AND NOT EXISTS (
    SELECT 1 FROM fsmlock_hold e
    WHERE e.waits AND e.kind NOT IN ('retrying', 'later') AND e.resource = w.resource AND e.lock = w.lock
      AND e.id < w.id AND e.expires_us > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
  );
END
$$;
