-- A session keeps the plans of a function until the statistics of a table are renewed. Those made while few holds were
-- there would read the whole table, however many there are by then.
ALTER FUNCTION fsmlock_acquire_v3 SET enable_seqscan = off;
ALTER FUNCTION fsmlock_release_v2 SET enable_seqscan = off;
