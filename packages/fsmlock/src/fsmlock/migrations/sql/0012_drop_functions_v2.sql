DROP FUNCTION IF EXISTS fsmlock_acquire_v2;
