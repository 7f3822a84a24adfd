"""One causal id, progress and heartbeat as a logging convention on eliot."""
