"""The inventory of a target: the first phase alone, and its counts by crate, module or subsystem."""

from __future__ import annotations

from contextlib import closing

import msgspec

from scrutineer.model.file import Inventory, total
from scrutineer.model.finding import Coverage, TargetIdentity, ToolIdentity
from scrutineer.run.audit import opened_cache, opened_jobs
from scrutineer.run.executor import executor_for
from scrutineer.run.job import Contents, Job
from scrutineer.run.options import Machine, Question
from scrutineer.run.ownership import Owned, ownership, without_left_out
from scrutineer.run.question import file_keys
from scrutineer.run.reading import read_all
from scrutineer.run.store import opened_store
from scrutineer.run.tool import version
from scrutineer.run.watcher import Watcher
from scrutineer.run.work import coverage
from scrutineer.surface.inventory import Counted, Grouping, Row, rows


class Surveyed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `scrutineer inventory`; `--format json` is this record."""

    schema: int = 1
    tool: ToolIdentity
    target: TargetIdentity
    coverage: Coverage
    by: Grouping
    rows: tuple[Row, ...]
    total: Inventory


def surveyed(question: Question, by: Grouping | None, machine: Machine, watcher: Watcher) -> Surveyed:
    """Count what is unsafe in a target. Without `by`: crates of a target of several, modules of one. Raises TargetError."""
    with opened_jobs([question]) as (job,), opened_cache(machine, watcher) as cache:
        size = sum(file.size for file in job.target.files)
        with (
            closing(executor_for(size, machine.processes, bodies=False)) as executor,
            opened_store(cache, watcher.warn, small=executor.small) as store,
        ):
            keys = {job.number: file_keys(job)} if cache is not None else {}
            (contents,) = read_all([job], keys, store, executor, watcher, bodies=False)
        watcher.stop()
    contents = without_left_out(job, contents)
    crates, unreached = ownership(job.target, contents.modules)
    counted = _counted(contents, crates)
    by = by or _default(job, crates)
    return Surveyed(
        tool=ToolIdentity("scrutineer", version()),
        target=job.target.identity,
        coverage=coverage(contents, unreached),
        by=by,
        rows=rows(counted, by),
        total=total(file.inventory for file in counted),
    )


def _counted(contents: Contents, crates: list[Owned]) -> list[Counted]:
    """Each file for the first crate that has it: libraries come before their tests."""
    owners = {path: crate.unit for crate in reversed(crates) for path in crate.files}
    return [Counted(path, owners.get(path), one.summary.inventory) for path, one in contents.read.items()]


def _default(job: Job, crates: list[Owned]) -> Grouping:
    if job.target.kernel:
        return "subsystem"
    packages = {crate.unit.package for crate in crates}
    return "crate" if len(packages) > 1 else "module"
