"""Guards, lock identity, lock sets, guarded places: which lock is held where, and what it protects."""
