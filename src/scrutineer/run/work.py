"""The two phases over several targets at once, and the reports that come of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import msgspec

from scrutineer.model.case import SafetyCase
from scrutineer.model.file import Inventory, total
from scrutineer.model.finding import Coverage, Finding, Report, ToolIdentity, Unread
from scrutineer.rules.selection import select_rules
from scrutineer.run.answers import Answers
from scrutineer.run.cache import Cache
from scrutineer.run.checking import Checkable, Checked, check_all
from scrutineer.run.executor import executor_for
from scrutineer.run.job import Contents, Job
from scrutineer.run.loading import Source
from scrutineer.run.neighbours import neighbours, reachable
from scrutineer.run.options import Machine
from scrutineer.run.ownership import Owned, ownership, without_left_out
from scrutineer.run.reading import read_all
from scrutineer.run.store import opened_store
from scrutineer.run.tool import version
from scrutineer.run.watcher import Watcher


def work(
    jobs: Sequence[Job],
    keys: Mapping[int, dict[str, str]],
    cache: Cache | None,
    machine: Machine,
    watcher: Watcher,
) -> list[Report]:
    """Reports of these targets, in order. `keys` are cache keys of files that were looked at. Raises UnknownRuleError."""
    selections = [select_rules(job.options.select, job.options.ignore) for job in jobs]
    size = sum(file.size for job in jobs for file in job.target.files)
    bodies = any(selection.bodies for selection in selections)
    with (
        closing(executor_for(size, machine.processes, bodies=bodies)) as executor,
        opened_store(cache, watcher.warn, small=executor.small) as store,
    ):
        read = read_all(jobs, keys, store, executor, watcher, bodies=bodies)
        contents = [without_left_out(job, content) for job, content in zip(jobs, read, strict=True)]
        owned = [ownership(job.target, content.modules) for job, content in zip(jobs, contents, strict=True)]
        tasks = [
            task
            for job, content, (crates, _) in zip(jobs, contents, owned, strict=True)
            for task in crate_tasks(job, content, crates, store.path)
        ]
        checked = check_all(tasks, executor, watcher, Answers(cache))
    return [
        _report(job, content, unreached, checked.get(job.number, []))
        for job, content, (_, unreached) in zip(jobs, contents, owned, strict=True)
    ]


def crate_tasks(job: Job, contents: Contents, crates: list[Owned], store: str) -> Iterator[Checkable]:
    """The crates of a target, each with what is needed to see it whole."""
    edges = neighbours(crates)
    sources = [_source(crate, contents) for crate in crates]
    shared = {root for named in edges.values() for root in named.values()}
    by_root = {source.unit.root: source for source in sources if source.unit.root}
    for order, source in enumerate(sources):
        if source.files:
            roots = reachable(source.unit.root, edges)
            yield Checkable(
                job=job.number,
                order=order,
                source=source,
                near={root: by_root[root] for root in sorted(roots)},
                edges={root: edges[root] for root in sorted({*roots, source.unit.root} & edges.keys())},
                shared=source.unit.root in shared,
                kernel=job.target.kernel,
                reader=job.reader,
                select=job.options.select,
                ignore=job.options.ignore,
                cases=job.options.cases,
                store=store,
            )


def _source(crate: Owned, contents: Contents) -> Source:
    read = {path: contents.read[path] for path in crate.files}
    shown = hashlib.blake2b(repr([(path, one.summary.interface) for path, one in read.items()]).encode())
    return Source(
        crate.unit,
        tuple(one.file for one in read.values()),
        {path: one.key for path, one in read.items()},
        shown.hexdigest(),
    )


def coverage(contents: Contents, unreached: tuple[str, ...], failed: tuple[Unread, ...] = ()) -> Coverage:
    """How much of a target was read; `failed` are crates that could not be checked."""
    read = contents.read.values()
    return Coverage(
        files=len(read) + len(contents.not_read),
        read=len(read),
        with_errors=sum(one.summary.with_errors for one in read),
        not_read=(*contents.not_read, *failed),
        unreached=unreached,
    )


def _report(job: Job, contents: Contents, unreached: tuple[str, ...], checked: list[Checked]) -> Report:
    failed = tuple(unread for one in checked for unread in one.failed)
    return Report(
        tool=ToolIdentity("scrutineer", version()),
        target=job.target.identity,
        coverage=coverage(contents, unreached, failed),
        inventory=_inventory(contents, checked),
        findings=_merged(checked),
        cases=_cases(checked) if job.options.cases else msgspec.UNSET,
    )


def _inventory(contents: Contents, checked: list[Checked]) -> Inventory:
    """Counts of the files; of operations where they were resolved in every crate, once for each place."""
    counted = total(one.summary.inventory for one in contents.read.values())
    if any(one.sites is None for one in checked):
        return counted
    certain = {site[:3]: site[3] for one in checked for site in one.sites or ()}
    unknown = len(certain) - sum(certain.values())
    return msgspec.structs.replace(counted, unsafe_sites=len(certain) - unknown, unknown_sites=unknown)


def _cases(checked: list[Checked]) -> tuple[SafetyCase, ...]:
    """All cases in source order, once each: a file may be of several crates."""
    found: dict[tuple[str, int, int, str], SafetyCase] = {}
    for case in (case for one in sorted(checked, key=lambda one: one.order) for case in one.cases):
        site = case.site
        found.setdefault((site.path, site.span.start, site.span.end, site.id.kind), case)
    return tuple(found[key] for key in sorted(found))


def _merged(checked: list[Checked]) -> tuple[Finding, ...]:
    """All findings in source order, once each: a file may be of several crates."""
    found: dict[tuple[object, ...], Finding] = {}
    for one in sorted(checked, key=lambda one: one.order):
        for finding in one.findings:
            found.setdefault(
                (finding.rule, finding.path, finding.start, finding.end, finding.message), finding
            )
    return tuple(
        sorted(found.values(), key=lambda one: (one.path, one.start, one.end, one.rule, one.message))
    )
