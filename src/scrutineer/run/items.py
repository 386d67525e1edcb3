"""Functions of a target by name, with everything that is known of their bodies."""

from __future__ import annotations

import re
from contextlib import closing

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.finding import Coverage
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program
from scrutineer.run.audit import opened_cache, opened_jobs
from scrutineer.run.checking import unit_of
from scrutineer.run.executor import executor_for
from scrutineer.run.options import Machine, Question
from scrutineer.run.ownership import ownership
from scrutineer.run.question import file_keys
from scrutineer.run.reading import read_all
from scrutineer.run.store import opened_store
from scrutineer.run.watcher import Watcher
from scrutineer.run.work import coverage, crate_tasks

_QUALIFIED = re.compile(r"<([^<>]*) as [^<>]*>")


class Found(msgspec.Struct, frozen=True):
    """Functions that a name means, by path; several under cfg predicates or in several crates."""

    functions: tuple[tuple[str, FunctionFlow], ...]
    coverage: Coverage


def find_functions(question: Question, name: str, machine: Machine, watcher: Watcher) -> Found:
    """Functions whose path is `name`, or ends with it at a `::`. Raises TargetError.

    A method of a trait's impl is named by `<Type as Trait>::method` or, shorter, by `Type::method`.
    """
    with opened_jobs([question]) as (job,), opened_cache(machine, watcher) as cache:
        size = sum(file.size for file in job.target.files)
        with (
            closing(executor_for(size, machine.processes)) as executor,
            opened_store(cache, watcher.warn, small=executor.small) as store,
        ):
            keys = {job.number: file_keys(job)} if cache is not None else {}
            (contents,) = read_all([job], keys, store, executor, watcher)
            crates, unreached = ownership(job.target, contents.modules)
            watcher.stop()
            found: dict[tuple[str, int], tuple[str, FunctionFlow]] = {}
            for task in crate_tasks(job, contents, crates, store.path):
                unit = unit_of(task)
                for path, function in _named(unit.program, name):
                    flow = unit.flows.of(function)
                    if flow is not None:
                        found.setdefault((flow.path, flow.body.span.start), (path, flow))
                        _know_all(flow)
    return Found(tuple(found.values()), coverage(contents, unreached))


def _named(program: Program, name: str) -> list[tuple[str, int]]:
    paths = [canonical_path(program, entry) for entry in program.functions]
    exact = [(path, at) for at, path in enumerate(paths) if path == name]
    return exact or [
        (path, at)
        for at, path in enumerate(paths)
        if path.endswith(f"::{name}") or _QUALIFIED.sub(r"\1", path).endswith(f"::{name}")
    ]


def _know_all(flow: FunctionFlow) -> None:
    """Ask everything that is computed late while the target is still open."""
    for each in flow.all_bodies():
        for point, _ in each.graph.points():
            each.unwinds(point)
