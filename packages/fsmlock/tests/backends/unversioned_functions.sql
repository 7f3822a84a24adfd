-- The functions as they were before they had versions: one text with fields by position.
-- Waits a moment for whoever decides just now, but not for a transaction that keeps its decision open.
CREATE OR REPLACE FUNCTION fsmlock_wait(p_number bigint, p_exclusive bool) RETURNS bool
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  before text := current_setting('lock_timeout');
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  BEGIN
    IF p_exclusive THEN
      PERFORM pg_advisory_xact_lock(p_number);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(p_number);
    END IF;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM set_config('lock_timeout', before, true);
    RETURN false;
  END;
  PERFORM set_config('lock_timeout', before, true);
  RETURN true;
END
$$;
CREATE OR REPLACE FUNCTION fsmlock_take(p_question text, p_holder text, p_why text)
RETURNS TABLE (token bigint, on_resource text, as_kind text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  q text[] := string_to_array(p_question, chr(30));
  p_claim text := q[1];
  p_lease bigint := q[2]::bigint;
  p_ticket bigint := nullif(q[3], '')::bigint;
  p_mine text[] := string_to_array(q[4], chr(31));
  p_numbers bigint[] := string_to_array(q[5], chr(31))::bigint[];
  p_exclusive bool[] := string_to_array(q[6], chr(31))::bool[];
  r_resource text[] := string_to_array(q[7], chr(31));
  r_lock text[] := string_to_array(q[8], chr(31));
  r_kind text[] := string_to_array(q[9], chr(31));
  c_resource text[] := string_to_array(q[10], chr(31));
  c_kind text[] := string_to_array(q[11], chr(31));
  c_not bool[] := string_to_array(q[12], chr(31))::bool[];
  c_names text[] := string_to_array(q[13], chr(31));
  p_clock text := q[14];
  p_clock_expires bigint := q[15]::bigint;
  t bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'fsmlock decides under READ COMMITTED alone, this transaction is %.'
      ' Take holds outside of it, or use the Redis backend.', upper(current_setting('transaction_isolation'));
  END IF;
  FOR i IN 1 .. array_length(p_numbers, 1) LOOP
    CONTINUE WHEN CASE WHEN p_exclusive[i] THEN pg_try_advisory_xact_lock(p_numbers[i])
                       ELSE pg_try_advisory_xact_lock_shared(p_numbers[i]) END;
    IF NOT fsmlock_wait(p_numbers[i], p_exclusive[i]) THEN
      RETURN QUERY SELECT 0::bigint, ''::text, 'busy'::text;
      RETURN;
    END IF;
  END LOOP;
  -- Each statement of a volatile function sees what was committed before it began: after the locks.
  -- Most often there is nothing at all, and that is seen sooner.
  IF EXISTS (SELECT 1 FROM fsmlock_hold h WHERE h.resource = ANY (c_resource)) AND EXISTS (
    SELECT 1 FROM unnest(c_resource, c_kind, c_not, c_names) AS c (resource, kind, negated, names)
    JOIN fsmlock_hold h ON h.resource = c.resource AND h.kind = c.kind
    WHERE (h.lock = ANY (string_to_array(c.names, chr(29)))) <> c.negated
      AND h.claim <> ALL (p_mine) AND (p_ticket IS NULL OR NOT h.waits OR h.id < p_ticket)
  ) THEN
    RETURN;
  END IF;
  t := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  RETURN QUERY
    INSERT INTO fsmlock_hold (claim, resource, lock, kind, waits, holder, why, since_us, renewed_us,
                              expires_us, clock, clock_expires_us, stop_by, stop_why)
    SELECT p_claim, r.resource, r.lock, r.kind, false, p_holder, p_why, t, t, t + p_lease,
           p_clock, p_clock_expires, '', ''
    FROM unnest(r_resource, r_lock, r_kind) AS r (resource, lock, kind)
    RETURNING id, fsmlock_hold.resource::text, fsmlock_hold.kind::text;
END
$$;
CREATE OR REPLACE FUNCTION fsmlock_gone(p_question text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  q text[] := string_to_array(p_question, chr(30));
  p_claim text := q[1];
  p_only_waiting bool := q[2]::bool;
  p_resources text[] := string_to_array(q[3], chr(31));
BEGIN
  DELETE FROM fsmlock_hold
  WHERE resource = ANY (p_resources) AND claim = p_claim AND (waits OR NOT p_only_waiting);
  IF NOT EXISTS (SELECT 1 FROM fsmlock_hold w WHERE w.waits AND w.resource = ANY (p_resources)) THEN
    RETURN;
  END IF;
  -- Waiters for one lock let each other in; with another lock one may get what the first can't have yet.
  PERFORM pg_notify('fsmlock_' || w.claim, '') FROM fsmlock_hold w
  WHERE w.waits AND w.kind <> 'later' AND w.resource = ANY (p_resources) AND NOT EXISTS (
    SELECT 1 FROM fsmlock_hold e
    WHERE e.waits AND e.kind <> 'later' AND e.resource = w.resource AND e.lock = w.lock
      AND e.id < w.id AND e.expires_us > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
  );
END
$$;
