"""The crates of one target, opened for a command that asks about items of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import msgspec

from scrutineer.model.finding import Coverage, TargetIdentity
from scrutineer.rules.unit import Unit
from scrutineer.run.audit import opened_cache, opened_jobs
from scrutineer.run.checking import unit_of
from scrutineer.run.executor import executor_for
from scrutineer.run.options import Machine, Question
from scrutineer.run.ownership import ownership, without_left_out
from scrutineer.run.question import file_keys
from scrutineer.run.reading import read_all
from scrutineer.run.store import opened_store
from scrutineer.run.watcher import Watcher
from scrutineer.run.work import coverage, crate_tasks


class Opened(msgspec.Struct, frozen=True):
    """Crates one after the other, each seen whole, and how much of the target was read."""

    units: Iterator[Unit]
    target: TargetIdentity
    coverage: Coverage


@contextmanager
def opened_crates(question: Question, machine: Machine, watcher: Watcher) -> Iterator[Opened]:
    """The crates of a target while it is open. Raises TargetError."""
    with opened_jobs([question]) as (job,), opened_cache(machine, watcher) as cache:
        size = sum(file.size for file in job.target.files)
        with (
            closing(executor_for(size, machine.processes, bodies=False)) as executor,
            opened_store(cache, watcher.warn, small=executor.small) as store,
        ):
            keys = {job.number: file_keys(job)} if cache is not None else {}
            (contents,) = read_all([job], keys, store, executor, watcher)
            contents = without_left_out(job, contents)
            crates, unreached = ownership(job.target, contents.modules)
            watcher.stop()
            tasks = crate_tasks(job, contents, crates, store.path)
            units = (unit_of(task) for task in tasks)
            yield Opened(units, job.target.identity, coverage(contents, unreached))
