-- A session keeps the plans of a function until the statistics of a table are renewed. Those made while few holds were
-- there, or without statistics, might read all rows of an object to find one: by a bitmap, a sort or min(). Now they
-- can only look for the first row, in the order of the index.

-- Insert the rows of a claim unless another row blocks them. Specification: fsmlock/rules.py (blocking_rows).
-- p_resources, p_locks and p_kinds are the columns of the rows to insert. p_compatible_rows (counted from 1)
-- and p_compatible_locks are pairs: a row, and a lock that is compatible with it. p_check names a prepared statement
-- that says whether the objects have the ancestors that the claim assumes; its parameter is p_check_keys. To plan it
-- takes longer than all the rest, so it is prepared once in a session, from p_check_sql. Without that it must be there:
-- otherwise the error is invalid_sql_statement_name.
CREATE OR REPLACE FUNCTION fsmlock_acquire_v3(
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
  p_compatible_locks text[] DEFAULT '{}',
  p_check text DEFAULT NULL,
  p_check_keys text[] DEFAULT '{}',
  p_check_sql text DEFAULT NULL
) RETURNS TABLE (inserted_id bigint, inserted_resource text, inserted_kind text)
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
  now_us bigint;
  is_blocked boolean;
  is_current boolean;
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
  -- taken. Most often there is no row at all, and the second look isn't taken.
  is_blocked := EXISTS (SELECT 1 FROM fsmlock_hold h WHERE h.resource = ANY (p_resources));
  IF is_blocked THEN
    is_blocked := EXISTS (
      WITH RECURSIVE wanted AS (
        SELECT * FROM unnest(p_resources, p_locks, p_kinds) WITH ORDINALITY AS r (resource, lock, kind, number)
      ), present AS (
        -- The names of all locks that have a row on a wanted object: one look into the index for each name,
        -- however many rows there are.
        SELECT w.resource, (SELECT h.lock FROM fsmlock_hold h WHERE h.resource = w.resource ORDER BY h.lock LIMIT 1) AS lock
        FROM (SELECT DISTINCT resource FROM wanted) w
        UNION ALL
        SELECT p.resource,
               (SELECT h.lock FROM fsmlock_hold h WHERE h.resource = p.resource AND h.lock > p.lock
                ORDER BY h.lock LIMIT 1)
        FROM present p WHERE p.lock IS NOT NULL
      )
      SELECT 1
      FROM present p
      JOIN wanted w ON w.resource = p.resource
      CROSS JOIN (VALUES ('held'), ('blocked')) AS k (kind)
      WHERE p.lock IS NOT NULL
        AND CASE
          WHEN w.kind = 'held' AND k.kind = 'held' THEN NOT EXISTS (
            SELECT 1 FROM unnest(p_compatible_rows, p_compatible_locks) AS c (number, lock)
            WHERE c.number = w.number AND c.lock = p.lock
          )
          WHEN w.kind = 'held' AND k.kind = 'blocked' THEN w.lock IN (p.lock, '*')
          WHEN w.kind = 'blocked' AND k.kind = 'held' THEN p.lock IN (w.lock, '*')
          ELSE false
        END
        AND EXISTS (
          SELECT 1 FROM fsmlock_hold h
          WHERE h.resource = p.resource AND h.lock = p.lock AND h.kind = k.kind
            AND h.claim <> p_claim AND h.claim <> ALL (p_nested_in)
            AND (p_ticket IS NULL OR NOT h.waits OR h.id < p_ticket)
          OFFSET 0  -- keeps it from becoming a join, which might read all rows
        )
    );
  END IF;
  -- The ancestors come after the rows: whoever moved an object committed that before they released its hold, so where
  -- the rows don't have that hold any more, this statement sees the move.
  IF p_check IS NOT NULL THEN
    -- A pooler may have given us a session that has it, and no other way tells.
    IF p_check_sql IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_prepared_statements s WHERE s.name = p_check) THEN
      EXECUTE format('PREPARE %I (text[]) AS SELECT %s', p_check, p_check_sql);
    END IF;
    EXECUTE format('EXECUTE %I (%L)', p_check, p_check_keys) INTO is_current;
    IF NOT is_current THEN
      RETURN QUERY SELECT 0::bigint, ''::text, 'stale'::text;
      RETURN;
    END IF;
  END IF;
  IF is_blocked THEN
    RETURN;
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
