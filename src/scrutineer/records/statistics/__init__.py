"""Exact intervals, and how much wider they are when events come in clusters. Knows nothing of CVEs."""
