"""Has exactly this been asked before? Keys under which answers are kept.

Two keys per question. The quick one is over names, sizes and stamps of the files, which takes no reading; the
sure one over their bytes, which finds the answer again after a checkout has given every file a new time.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

from scrutineer.model.target import SourceFile, Target
from scrutineer.run.job import Job

_RACE = 2_000_000_000  # nanoseconds: a file changed this shortly ago may change again without a new time


def file_key(content: bytes, edition: str) -> str:
    """Key of one file's facts: its bytes, and the edition that they are read in."""
    return hashlib.blake2b(content, digest_size=16, person=edition.encode()).hexdigest()


def heads_key(key: str) -> str:
    """Key of a file's facts without bodies, which is all that some rules need; `key` is that of the whole facts."""
    return f"{key}-heads"


def quick_key(job: Job) -> str:
    """Key over what can be told without reading; "" where that is not enough to believe an answer."""
    limit = time.time_ns() - _RACE
    stamps = (file.stamp.partition(".")[2] for file in job.target.files)
    if any(changed and int(changed) > limit for changed in stamps):
        return ""
    return _digest(job, job.target.files)


def sure_key(job: Job, keys: Mapping[str, str]) -> str:
    """Key over the bytes of the files; `keys` are the files' own."""
    files = (msgspec.structs.replace(file, stamp=keys.get(file.path, "")) for file in job.target.files)
    return _digest(job, tuple(files))


def file_keys(job: Job) -> dict[str, str]:
    """Keys of all files that can be read, by path."""
    keys: dict[str, str] = {}
    for file in job.target.files:
        try:
            keys[file.path] = file_key(job.reader.read(file.path), file.edition)
        except OSError:
            continue  # the first phase says why it cannot be read
    return keys


def narrowed(target: Target, exclude: tuple[str, ...]) -> Target:
    """The target without the files that match a glob, by their own path or by that of a folder above."""
    if not exclude:
        return target
    files = tuple(file for file in target.files if not _matches(file.path, exclude))
    return msgspec.structs.replace(target, files=files)


def _matches(path: str, globs: tuple[str, ...]) -> bool:
    steps = path.split("/")
    places = ["/".join(steps[: count + 1]) for count in range(len(steps))]
    return any(fnmatchcase(place, glob.strip("/")) for place in places for glob in globs)


def _digest(job: Job, files: tuple[SourceFile, ...]) -> str:
    target = msgspec.structs.replace(job.target, files=files)
    packed = msgspec.msgpack.encode((target, job.options))
    return hashlib.blake2b(packed, digest_size=16).hexdigest()
