"""Second phase: crates → findings. Workers load the facts of a crate and run the rules over it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scrutineer.facts.read import read_file
from scrutineer.model.file import FileFacts
from scrutineer.model.finding import Finding, Unread
from scrutineer.model.target import CrateUnit, Mark, SourceFile
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit
from scrutineer.run.executor import Executor
from scrutineer.run.store import Store, store_at
from scrutineer.run.watcher import Watcher
from scrutineer.source.readers import FolderReader, RevisionReader
from scrutineer.syntax.parse import NotReadableError


class Checkable(msgspec.Struct, frozen=True):
    """A crate with what a worker needs to check it.

    `order` is its place among the crates of its target, `keys` are the cache keys of its files by path.
    """

    job: int
    order: int
    unit: CrateUnit
    kernel: bool
    files: tuple[SourceFile, ...]
    keys: dict[str, str]
    reader: FolderReader | RevisionReader
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    store: str

    @property
    def size(self) -> int:
        """Bytes of source."""
        return sum(file.size for file in self.files)


class Checked(msgspec.Struct, frozen=True):
    """What the rules said of one crate, or why they could say nothing."""

    job: int
    order: int
    findings: tuple[Finding, ...] = ()
    failed: tuple[Unread, ...] = ()


def check_all(crates: Iterable[Checkable], executor: Executor, watcher: Watcher) -> dict[int, list[Checked]]:
    """Findings of all crates, by the number of their target."""
    tasks = sorted(crates, key=lambda crate: -crate.size)
    watcher.start("checking", len(tasks))
    answers: dict[int, list[Checked]] = {}
    for answer in executor.run(_check, tasks, _lost):
        answers.setdefault(answer.job, []).append(answer)
        watcher.advance(1)
    return answers


def _check(crate: Checkable) -> Checked:
    """The worker's side."""
    try:
        unit = Unit(
            crate.unit,
            tuple(sorted(_facts(crate), key=lambda facts: facts.path)),
            crate.reader.read,
            marks=_marks(crate.files),
            kernel=crate.kernel,
        )
        return Checked(crate.job, crate.order, check_unit(unit, select_rules(crate.select, crate.ignore)))
    except Exception as error:  # noqa: BLE001 - one crate must not cost the others; it is never called clean
        return _failed(crate, f"internal error, please report it: {type(error).__name__}: {error}")


def _lost(crate: Checkable) -> Checked:
    return _failed(crate, "checking it took the process down")


def _failed(crate: Checkable, why: str) -> Checked:
    place = crate.unit.root or crate.files[0].path
    return Checked(
        crate.job, crate.order, failed=(Unread(place, f"crate `{crate.unit.name}` was not checked: {why}"),)
    )


def _facts(crate: Checkable) -> list[FileFacts]:
    """Facts of the crate's files; what the store has lost is read again."""
    store: Store = store_at(crate.store)
    found = {facts.path: facts for facts in store.load(crate.keys)}
    for file in crate.files:
        if file.path not in found:
            try:
                found[file.path] = read_file(file.path, crate.reader.read(file.path), file.edition)
            except (OSError, NotReadableError) as error:
                raise RuntimeError(f"{file.path} changed during the audit ({error})") from None
    return list(found.values())


def _marks(files: tuple[SourceFile, ...]) -> dict[str, Mark]:
    return {file.path: file.mark for file in files if file.mark}
