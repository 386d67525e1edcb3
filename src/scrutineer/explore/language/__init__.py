"""The language in which people write models: ordinary Python functions that are read, never run."""
