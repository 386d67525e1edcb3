"""Rules: one rule is two files, `x.py` and `x.md`; both are found by their names, no list names them."""
