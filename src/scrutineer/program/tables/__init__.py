"""Knowledge of core, alloc and std as data: `standard()` gives the tables, read once, parsed on demand.

`std.json` is written by `tools/std_tables.py` from the documentation that comes with the toolchain.
"""

from __future__ import annotations

from scrutineer.program.tables.standard import Standard, standard

__all__ = ["Standard", "standard"]
