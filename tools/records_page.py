"""Write docs/records.md: every record of `model/` with the meaning of each field, read from the source itself.

python tools/records_page.py          writes the page
python tools/records_page.py --check  fails where the page is out of date
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "src" / "scrutineer" / "model"
PAGE = ROOT / "docs" / "records.md"
INTRODUCTION = """# The records of `model/`

Generated from the source by `python tools/records_page.py`; the meaning of a field stands beside it in the code.
Rooms hand each other these records and nothing else. Only facts, findings and cases cross a process boundary.
"""


def comment_of(line: str) -> str:
    """Text of the comment that ends a line of code."""
    code, mark, comment = line.partition("  # ")
    return comment.strip() if mark and code.strip() else ""


def field_rows(record: ast.ClassDef, lines: list[str]) -> list[str]:
    """A table row per field: name, type, default, meaning."""
    rows = []
    for node in record.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            kind = ast.unparse(node.annotation).replace("|", "\\|")
            default = f"`{ast.unparse(node.value)}`" if node.value else ""
            meaning = comment_of(lines[node.lineno - 1]).replace("|", "\\|")
            rows.append(f"| `{node.target.id}` | `{kind}` | {default} | {meaning} |")
    return rows


def section(path: Path) -> list[str]:
    """The part of the page that shows one module."""
    text = path.read_text()
    tree, lines = ast.parse(text), text.splitlines()
    records = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    if not records:
        return []
    parts = [f"## `model/{path.name}`", ast.get_docstring(tree) or ""]
    for record in records:
        parts += [f"### {record.name}", ast.get_docstring(record) or ""]
        rows = field_rows(record, lines)
        if rows:
            parts.append("\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows]))
    return parts


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION.strip()]
    for path in sorted(MODEL.glob("*.py")):
        parts += section(path)
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the page, or compare."""
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text() != page():
            sys.exit("docs/records.md is out of date: run python tools/records_page.py")
    else:
        PAGE.write_text(page())


if __name__ == "__main__":
    main()
