"""Second phase: crates → findings. Workers load the facts of a crate and run the rules over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.case import SafetyCase
from scrutineer.model.finding import Finding, Unread
from scrutineer.model.target import Reader
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit
from scrutineer.run.executor import Collector, Executor
from scrutineer.run.laying import laid_over
from scrutineer.run.loading import Dependencies, Loader, Source, bodies_asked, forget_programs
from scrutineer.run.watcher import Watcher

if TYPE_CHECKING:
    from scrutineer.program.program import Program
    from scrutineer.run.answers import Answers


class Checkable(msgspec.Struct, frozen=True):
    """A crate with what a worker needs to check it.

    `order` is its place among the crates of its target. `near` are the crates that it depends on, also
    indirectly, by their roots; `edges` say for each root who is meant by which name. `shared`: another crate
    of the target depends on it.
    """

    job: int
    order: int
    source: Source
    near: dict[str, Source]
    edges: dict[str, dict[str, str]]
    shared: bool
    kernel: bool
    reader: Reader
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    cases: bool
    store: str


SiteAt = tuple[str, int, int, bool]


class Checked(msgspec.Struct, frozen=True):
    """What the rules said of one crate, or why they could say nothing.

    `sites` are its unsafe operations as (path, start, end, whether that is certain), if any rule asked for them.
    `outside`: it rests on bodies of other crates, or names places there.
    """

    job: int
    order: int
    findings: tuple[Finding, ...] = ()
    cases: tuple[SafetyCase, ...] = ()
    failed: tuple[Unread, ...] = ()
    sites: tuple[SiteAt, ...] | None = None
    outside: bool = False


def check_all(
    crates: Iterable[Checkable], executor: Executor, watcher: Watcher, answers: Answers
) -> dict[int, list[Checked]]:
    """Findings of all crates, by the number of their target; only those without an answer are checked."""
    forget_programs()
    found, missing = answers.known(crates)
    tasks = _in_order(missing)
    by_place = {(task.job, task.order): task for task in tasks}
    watcher.start("checking", len(tasks))
    executor.prepare(partial(_make_shared, tasks, executor.processes))
    fresh: list[Checked] = []
    for answer in executor.run(_check, tasks, _lost):
        fresh.append(answer)
        watcher.advance(1)
    answers.keep((by_place[answer.job, answer.order], answer) for answer in fresh)
    by_job: dict[int, list[Checked]] = {}
    for answer in (*found, *fresh):
        by_job.setdefault(answer.job, []).append(answer)
    return by_job


def _in_order(crates: list[Checkable]) -> list[Checkable]:
    """Large targets and large crates first, and one target after another: programs are kept for one at a time."""
    sizes: Counter[int] = Counter()
    for crate in crates:
        sizes[crate.job] += crate.source.size
    return sorted(crates, key=lambda crate: (-sizes[crate.job], crate.job, -crate.source.size))


def _make_shared(tasks: Sequence[Checkable], processes: int) -> None:
    """Make the programs that every process would make for itself: of crates that many others depend on."""
    if len({task.job for task in tasks}) != 1 or not select_rules(tasks[0].select, tasks[0].ignore).bodies:
        return
    wanted = Counter(root for task in tasks for root in task.near)
    for task in tasks:
        if wanted[task.source.unit.root] >= _MANY * processes:
            with suppress(Exception):  # the process that checks the crate fails in the same way, and says so
                _ = unit_of(task).program


_MANY = 4  # crates for each process: then none of them is spared the work
_COLLECTOR = Collector()


def _check(crate: Checkable) -> Checked:
    """The worker's side: one crate, and its garbage when there is enough of it."""
    answer = _judged(crate)
    _COLLECTOR.spend(crate.source.size)
    return answer


def _judged(crate: Checkable) -> Checked:
    try:
        unit = unit_of(crate)
        before = bodies_asked()
        findings = check_unit(unit, select_rules(crate.select, crate.ignore))
        cases = laid_over(unit, map(unit.cases.whole, unit.cases.all), findings) if crate.cases else ()
        outside = _asked_others(unit, before) or _names_others(crate, (findings, cases))
        return Checked(crate.job, crate.order, findings, cases, sites=_sites(unit), outside=outside)
    except Exception as error:  # noqa: BLE001 - one crate must not cost the others; it is never called clean
        return _failed(crate, f"internal error, please report it: {type(error).__name__}: {error}")


def _sites(unit: Unit) -> tuple[SiteAt, ...] | None:
    known = unit.known_sites
    if known is None:
        return None
    return tuple((site.path, site.span.start, site.span.end, site.certain) for site in known)


def _asked_others(unit: Unit, before: dict[Program, int]) -> bool:
    """Whether a body of another crate was asked for since then."""
    others = unit.program.programs_by_root.values() if unit.has_program else ()
    return any(program.bodies.asked != before.get(program, 0) for program in others)


def _names_others(crate: Checkable, answer: object) -> bool:
    """Whether an answer speaks of files of other crates."""
    paths = {path for source in crate.near.values() for path in source.keys} - crate.source.keys.keys()
    packed = msgspec.msgpack.encode(answer) if paths else b""
    return any(path.encode() in packed for path in paths)


def unit_of(crate: Checkable) -> Unit:
    """A crate as rules and commands see it."""
    source = crate.source
    load = Loader(crate.reader, crate.store)
    dependencies = Dependencies(source.unit.root, crate.near, crate.edges, load)
    made = dependencies.known(source) if crate.shared else None
    files = tuple(made.files[: made.written]) if made is not None else load.facts(source)
    return Unit(
        source.unit,
        files,
        crate.reader.read,
        marks={file.path: file.mark for file in source.files if file.mark},
        kernel=crate.kernel,
        dependencies=dependencies,
        program=partial(dependencies.program, source, lambda: files) if crate.shared else None,
    )


def _lost(crate: Checkable) -> Checked:
    return _failed(crate, "checking it took the process down")


def _failed(crate: Checkable, why: str) -> Checked:
    unit = crate.source.unit
    place = unit.root or crate.source.files[0].path
    return Checked(
        crate.job, crate.order, failed=(Unread(place, f"crate `{unit.name}` was not checked: {why}"),)
    )
