DROP FUNCTION IF EXISTS fsmlock_acquire_v1;
DROP FUNCTION IF EXISTS fsmlock_release_v1;
