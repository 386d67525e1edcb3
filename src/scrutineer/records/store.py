"""Tables on disk (Parquet) and the one place that asks them questions in SQL (DuckDB, in memory)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from scrutineer.records.errors import RecordsError
from scrutineer.records.tables import ROWS, SCHEMA, IngestReport, Tables

_REPORT = "ingest.json"


def write_tables(tables: Tables, into: Path) -> None:
    """Write one Parquet file per table and `ingest.json` into a folder, which is made when missing."""
    parquet = _needed("pyarrow.parquet")
    into.mkdir(parents=True, exist_ok=True)
    for name, row_type in ROWS.items():
        parquet.write_table(
            _arrow_table(getattr(tables, name), row_type), into / f"{name}.parquet", compression="zstd"
        )
    (into / _REPORT).write_bytes(msgspec.json.format(msgspec.json.encode(tables.report), indent=2) + b"\n")


def read_report(folder: Path) -> IngestReport:
    """What the ingest into this folder read. Raises RecordsError when the folder holds no tables."""
    try:
        report = msgspec.json.decode((folder / _REPORT).read_bytes(), type=IngestReport)
    except OSError as error:
        raise RecordsError(
            f"{folder}: no tables here; run `scrutineer records ingest SOURCE --into {folder}`"
        ) from error
    except msgspec.DecodeError as error:
        raise RecordsError(f"{folder / _REPORT}: {error}; ingest again") from error
    if report.schema != SCHEMA:
        raise RecordsError(f"{folder}: tables of another version of scrutineer; ingest again")
    return report


class Store:
    """The tables of one folder, loaded into memory; queries cannot reach the file system or the network."""

    def __init__(self, folder: Path) -> None:
        self.report = read_report(folder)
        duckdb = _needed("duckdb")
        self._connection = duckdb.connect(":memory:", config={"threads": 2})
        for name in ROWS:
            path = folder / f"{name}.parquet"
            try:
                self._connection.execute(
                    f"CREATE TABLE {name} AS SELECT * FROM read_parquet($path)",  # noqa: S608 - our own table names
                    {"path": str(path)},
                )
            except duckdb.Error as error:
                raise RecordsError(f"{path}: cannot be read, ingest again: {error}") from error
        self._connection.execute("SET enable_external_access = false")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query; `?` stands for each of the values in turn."""
        found: list[tuple[Any, ...]] = self._connection.execute(sql, list(values)).fetchall()
        return found

    def value(self, sql: str, *values: object) -> Any:
        """The single value of a query of one row and one column."""
        return self.rows(sql, *values)[0][0]


def _arrow_table(rows: Sequence[msgspec.Struct], row_type: type[msgspec.Struct]) -> Any:
    arrow = _needed("pyarrow")
    kinds = {"str": arrow.string(), "int": arrow.int64(), "float": arrow.float64(), "bool": arrow.bool_()}
    columns = {}
    for field in msgspec.structs.fields(row_type):
        name = str(row_type.__annotations__[field.name]).split(" | ")[0]
        columns[field.name] = arrow.array([getattr(row, field.name) for row in rows], type=kinds[name])
    return arrow.table(columns)


def _needed(module: str) -> ModuleType:
    import importlib  # noqa: PLC0415 - only commands that touch tables pay for it

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise RecordsError(
            f"this needs {module.split('.', maxsplit=1)[0]}: install `scrutineer[data]`"
        ) from error
