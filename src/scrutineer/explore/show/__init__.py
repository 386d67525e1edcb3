"""Counterexamples and proofs shown to people: text and pictures."""
