"""Write docs/schema.json, the schema of `audit --format json`, from the records that are written.

python tools/json_schema.py          writes it
python tools/json_schema.py --check  fails where it is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path

from scrutineer.report.format_json import schema

PUBLISHED = Path(__file__).parent.parent / "docs" / "schema.json"


def main() -> int:
    """Write or check; returns the exit status."""
    if "--check" not in sys.argv:
        PUBLISHED.write_bytes(schema())
        return 0
    if PUBLISHED.is_file() and PUBLISHED.read_bytes() == schema():
        return 0
    print("docs/schema.json is out of date: run `python tools/json_schema.py`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
