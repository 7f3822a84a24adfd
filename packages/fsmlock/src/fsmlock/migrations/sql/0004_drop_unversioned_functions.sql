DROP FUNCTION IF EXISTS fsmlock_take(text, text, text);
DROP FUNCTION IF EXISTS fsmlock_gone(text);
DROP FUNCTION IF EXISTS fsmlock_wait(bigint, boolean);
