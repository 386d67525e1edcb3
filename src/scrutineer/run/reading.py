"""First phase: files → facts. Workers read, parse and pack; packed facts go to the store, summaries come here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from scrutineer.facts.interface import interface
from scrutineer.facts.read import read_file
from scrutineer.model.finding import Unread
from scrutineer.model.target import Reader, SourceFile
from scrutineer.run.executor import Executor
from scrutineer.run.job import Contents, FileRead, Job, Summary
from scrutineer.run.question import file_key, heads_key
from scrutineer.run.store import Fresh, Store
from scrutineer.run.watcher import Watcher
from scrutineer.syntax.parse import NotReadableError

_MOST_FILES = 64
_CHUNKS_PER_PROCESS = 8  # so that processes finish at about the same time
_LEAST_BYTES, _MOST_BYTES = 128 << 10, 2 << 20


class _Wanted(msgspec.Struct, frozen=True, gc=False):
    """A file whose facts no cache has, and the place of its target among the run's."""

    job: int
    file: SourceFile


class _Chunk(msgspec.Struct, frozen=True):
    """Files for one worker, with the way to their bytes, and in which forms their facts are wanted.

    `bodies`: with what functions do.
    """

    reader: Reader
    files: tuple[_Wanted, ...]
    packed: bool
    whole: bool
    bodies: bool


class _Answer(msgspec.Struct, frozen=True):
    """What became of one file: its facts, or why not. `retry`: the whole chunk was lost."""

    wanted: _Wanted
    fresh: Fresh | None = None
    why: str = ""
    retry: bool = False


def read_all(
    jobs: Sequence[Job],
    keys: Mapping[int, dict[str, str]],
    store: Store,
    executor: Executor,
    watcher: Watcher,
    *,
    bodies: bool = True,
) -> list[Contents]:
    """Facts of every file of every target are in the store afterwards; what cannot be read is said.

    `keys` are the cache keys of those files that were looked at already, by target. Without `bodies` facts may
    lack what functions do; a program that is asked for it reads them again.
    """
    read: list[dict[str, FileRead]] = []
    wanted: list[_Wanted] = []
    for place, job in enumerate(jobs):
        cached = _cached(job, keys.get(job.number, {}), store, bodies=bodies)
        read.append(cached)
        wanted += (_Wanted(place, file) for file in job.target.files if file.path not in cached)
    failed: list[list[Unread]] = [list(job.target.not_read) for job in jobs]
    watcher.start("reading", len(wanted))
    for answers in _run(jobs, wanted, store, executor, bodies=bodies):
        store.put(answer.fresh for answer in answers if answer.fresh is not None)
        for answer in answers:
            file, place, fresh = answer.wanted.file, answer.wanted.job, answer.fresh
            if fresh is None:
                failed[place].append(Unread(file.path, answer.why))
            else:
                read[place][file.path] = FileRead(file, fresh.key, fresh.summary)
        watcher.advance(len(answers))
    return [
        Contents(dict(sorted(files.items())), tuple(sorted(unread, key=lambda one: one.path)))
        for files, unread in zip(read, failed, strict=True)
    ]


def _cached(job: Job, known: dict[str, str], store: Store, *, bodies: bool) -> dict[str, FileRead]:
    """Files by path whose facts the store has, with bodies or, where that is enough, without."""
    found: dict[str, FileRead] = {}
    for named in (known,) if bodies else (known, {path: heads_key(key) for path, key in known.items()}):
        summaries = store.summaries(named.values())
        for file in job.target.files:
            key = named.get(file.path, "")
            if key in summaries and file.path not in found:
                found[file.path] = FileRead(file, key, summaries[key])
    return found


def _run(
    jobs: Sequence[Job], wanted: list[_Wanted], store: Store, executor: Executor, *, bodies: bool
) -> Iterator[tuple[_Answer, ...]]:
    """Answers per chunk; a chunk that takes its worker down is done again file by file."""
    again: list[_Chunk] = []
    size = sum(one.file.size for one in wanted)

    def chunk(files: list[_Wanted]) -> _Chunk:
        reader = jobs[files[0].job].reader
        return _Chunk(reader, tuple(files), store.keeps_packed, store.keeps_whole, bodies)

    for answers in executor.run(_read_chunk, map(chunk, _groups(wanted, size, executor.processes)), _lost):
        if answers[0].retry and len(answers) > 1:
            again += (chunk([answer.wanted]) for answer in answers)
        else:
            yield answers
    if again:
        yield from executor.run(_read_chunk, again, _lost)


def _groups(wanted: list[_Wanted], size: int, processes: int) -> Iterator[list[_Wanted]]:
    """Files of one target each, large ones first, so that no process is left with one at the end."""
    goal = min(max(size // (processes * _CHUNKS_PER_PROCESS), _LEAST_BYTES), _MOST_BYTES)
    pending: dict[int, list[_Wanted]] = {}
    for one in sorted(wanted, key=lambda one: -one.file.size):
        group = pending.setdefault(one.job, [])
        group.append(one)
        if len(group) == _MOST_FILES or sum(other.file.size for other in group) >= goal:
            yield pending.pop(one.job)
    yield from pending.values()


def _lost(chunk: _Chunk) -> tuple[_Answer, ...]:
    """Answers for files that took the process down with them: the parser crashed, or memory ran out."""
    return tuple(
        _Answer(wanted, why="reading it took the process down; it was left out", retry=True)
        for wanted in chunk.files
    )


def _read_chunk(chunk: _Chunk) -> tuple[_Answer, ...]:
    """The worker's side: one file at a time, its tree gone before the next."""
    return tuple(_read_one(chunk, wanted) for wanted in chunk.files)


def _read_one(chunk: _Chunk, wanted: _Wanted) -> _Answer:
    file = wanted.file
    try:
        content = chunk.reader.read(file.path)
        facts = read_file(file.path, content, file.edition, lower=chunk.bodies)
    except OSError as error:
        return _Answer(wanted, why=error.strerror or str(error))
    except NotReadableError as error:
        return _Answer(wanted, why=str(error))
    except Exception as error:  # noqa: BLE001 - one file must not cost the others; it is never called clean
        return _Answer(wanted, why=f"internal error, please report it: {type(error).__name__}: {error}")
    key = file_key(content, file.edition)
    fresh = Fresh(
        key=key if chunk.bodies else heads_key(key),
        summary=Summary(
            facts.inventory,
            bool(facts.coverage.errors),
            facts.modules,
            interface(content, facts) if chunk.packed else "",
        ),
        packed=msgspec.msgpack.encode(facts) if chunk.packed else b"",
        facts=facts if chunk.whole else None,
    )
    return _Answer(wanted, fresh)
