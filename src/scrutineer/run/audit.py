"""One run: targets → reports. Answers to unchanged questions come from the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

import msgspec

from scrutineer.model.finding import Report
from scrutineer.run.cache import Cache, open_cache
from scrutineer.run.job import Job
from scrutineer.run.narrowing import NarrowedReader
from scrutineer.run.options import Machine, Question
from scrutineer.run.question import file_keys, narrowed, quick_key, sure_key
from scrutineer.run.tool import fingerprint
from scrutineer.run.watcher import Watcher
from scrutineer.source.locate import opened
from scrutineer.syntax.build import build_of


class Audited(msgspec.Struct, frozen=True):
    """Everything found in one target, and the way to the bytes of its files while the target is open."""

    question: Question
    report: Report
    read: Callable[[str], bytes]


@contextmanager
def opened_jobs(questions: Sequence[Question]) -> Iterator[list[Job]]:
    """The targets, found but not read; unpacked archives are gone afterwards. Raises TargetError."""
    with ExitStack() as stack:
        yield [_open(number, question, stack) for number, question in enumerate(questions)]


@contextmanager
def opened_cache(machine: Machine, watcher: Watcher) -> Iterator[Cache | None]:
    """The cache of this Scrutineer, None if there is to be none or if it cannot be had."""
    cache = open_cache(machine.cache, fingerprint(), watcher.warn) if machine.cache else None
    if cache is None:
        yield None
    else:
        with closing(cache):
            yield cache


@contextmanager
def audited(questions: Sequence[Question], machine: Machine, watcher: Watcher) -> Iterator[list[Audited]]:
    """One answer per question, in order. Raises TargetError before anything is read, and UnknownRuleError."""
    with opened_jobs(questions) as jobs:
        with opened_cache(machine, watcher) as cache:
            reports = _answers(jobs, cache, machine, watcher)
        yield [
            Audited(question, reports[job.number], _as_written(job))
            for question, job in zip(questions, jobs, strict=True)
        ]


def _open(number: int, question: Question, stack: ExitStack) -> Job:
    options = question.options
    found = stack.enter_context(opened(question.word, options.settings, question.revision))
    target, build = narrowed(found.target, options.exclude), build_of(options.cfg, options.target)
    reader = NarrowedReader(found.reader, build) if build else found.reader
    return Job(number, target, reader, options, build)


def _as_written(job: Job) -> Callable[[str], bytes]:
    """How a report shows source: with what the build leaves out."""
    return job.reader.whole.read if isinstance(job.reader, NarrowedReader) else job.reader.read


def _answers(jobs: list[Job], cache: Cache | None, machine: Machine, watcher: Watcher) -> dict[int, Report]:
    """Reports by the number of their target."""
    known, keys = _recall(jobs, cache) if cache is not None else ({}, {})
    fresh = [job for job in jobs if job.number not in known]
    if fresh:
        from scrutineer.run.work import work  # noqa: PLC0415 - parser and rules, which a warm audit needs not

        for job, report in zip(fresh, work(fresh, keys, cache, machine, watcher), strict=True):
            known[job.number] = report
            if cache is not None:
                _remember(job, keys[job.number], report, cache)
    return known


def _recall(jobs: list[Job], cache: Cache) -> tuple[dict[int, Report], dict[int, dict[str, str]]]:
    """Reports that the cache has, and for the other targets the keys of their files."""
    known: dict[int, Report] = {}
    keys: dict[int, dict[str, str]] = {}
    for job in jobs:
        quick = quick_key(job)
        report = _report(cache, quick) if quick else None
        if report is None:
            keys[job.number] = file_keys(job)
            report = _report(cache, sure_key(job, keys[job.number]))
            if report is not None and quick:
                cache.put_report([quick], msgspec.msgpack.encode(report))
        if report is not None:
            known[job.number] = report
    return known, keys


def _report(cache: Cache, key: str) -> Report | None:
    packed = cache.report(key)
    if packed is None:
        return None
    try:
        return msgspec.msgpack.decode(packed, type=Report)
    except msgspec.DecodeError:
        return None  # recomputed, and then overwritten


def _remember(job: Job, keys: dict[str, str], report: Report, cache: Cache) -> None:
    """Keep an answer, unless a file could not be read: the reason may be gone next time."""
    if len(keys) == len(job.target.files):
        names = [name for name in (quick_key(job), sure_key(job, keys)) if name]
        cache.put_report(names, msgspec.msgpack.encode(report))
