"""The numbers of the real archive by another route: plain loops over the files, no product code, no SQL, no scipy."""

from __future__ import annotations

import csv
import json
import math
import re
import tarfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import zstandard

RELEASED = {"6.12": date(2024, 11, 17), "6.18": date(2025, 11, 30), "7.1": date(2026, 6, 14)}
LATER = ["6.13", "6.14", "6.15", "6.16", "6.17", "6.18", "6.19", "7.0", "7.1", "7.2"]
RUNTIME = {"rs_runtime": "rust", "rs_pininit": "rust", "c_runtime": "c"}


class Seen(NamedTuple):
    cve: str
    language: str
    kernel: bool
    folder: str
    introduced: str | None
    fixed: str | None
    score: float | None


def number(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


@cache
def records(archive: Path) -> tuple[Seen, ...]:
    """Every record of the archive, by its JSON and its dyad."""
    texts: dict[str, dict[str, bytes]] = defaultdict(dict)
    with tarfile.open(archive) as tar:
        for member in tar:
            found = re.search(r"/(CVE-[\d-]+)\.(json|dyad)$", member.name)
            stream = tar.extractfile(member) if found else None
            if found and stream:
                texts[found[1]][found[2]] = stream.read()
    return tuple(one(cve, parts) for cve, parts in sorted(texts.items()))


def one(cve: str, parts: dict[str, bytes]) -> Seen:
    cna = json.loads(parts["json"])["containers"]["cna"]
    files = sorted({name for part in cna["affected"] for name in part.get("programFiles", ())})
    rust = [name for name in files if name.endswith(".rs")]
    c = [name for name in files if name[-2:] in (".c", ".h")]
    near = any(name.startswith("rust/") for name in files) or re.search(r"(?i)\brust\b|rust_", cna["title"])
    language = (
        "both" if rust and c else "rust" if rust else "rust-adjacent" if near else "c" if c else "neither"
    )
    own = rust if language == "rust" else c or files
    own = [name for name in own if not name.endswith(".h")] or own
    folders = Counter("/".join(name.split("/")[:-1][:4]) for name in own)
    folder = min(folders, key=lambda name: (-folders[name], name)) if folders else ""
    rows = [line.split(":") for line in parts["dyad"].decode().split("\n") if line and line[0] != "#"]
    mainline = re.compile(r"(2\.6\.\d+|[3-9]\.\d+)$")
    starts = sorted((row[0] for row in rows if mainline.match(row[0])), key=number)
    ends = sorted((row[2] for row in rows if mainline.match(row[2])), key=number)
    outside = ("Documentation/", "samples/", "scripts/", "tools/", "usr/")
    scores = [metric["cvssV3_1"]["baseScore"] for metric in cna.get("metrics", ()) if "cvssV3_1" in metric]
    return Seen(
        cve,
        language,
        not all(name.startswith(outside) for name in files),
        folder,
        starts[0] if starts else None,
        ends[-1] if ends else None,
        scores[0] if scores else None,
    )


@cache
def publications(path: Path) -> dict[str, tuple[str, str]]:
    with path.open() as stream:
        return {row["cve"]: (row["first_published_utc"], row["state"]) for row in csv.DictReader(stream)}


@cache
def lines(path: Path) -> dict[tuple[str, str], dict[str, tuple[int, int]]]:
    """(release, language) → folder → (code lines, unsafe lines) of runtime code."""
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for line in zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes()).splitlines():
        release, bucket, folder, _, _, code, unsafe = json.loads(line)
        if bucket in RUNTIME:
            key = (release, RUNTIME[bucket])
            before = found[key].get(folder, (0, 0))
            found[key][folder] = (before[0] + code, before[1] + unsafe)
    return found


def total(sizes: dict[str, tuple[int, int]], column: int = 0) -> int:
    return sum(row[column] for row in sizes.values())


def straight(x: float, points: list[tuple[float, float]]) -> float:
    """The value at x on the line through the points, flat beyond them."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def line_years(sizes: dict[str, float], start: date, end: date) -> float:
    """Lines at noon of every day, added up; sizes by mainline release."""
    points = [(float(RELEASED[name].toordinal()), lines) for name, lines in sizes.items()]
    days = (end - start).days
    return (
        math.fsum(straight((start + timedelta(day)).toordinal() + 0.5, points) for day in range(days))
        / 365.25
    )


def line_releases(sizes: dict[str, float], releases: list[str]) -> float:
    order = ["6.12", *LATER]
    points = [(float(order.index(name)), lines) for name, lines in sizes.items()]
    return math.fsum(straight(float(order.index(name)), points) for name in releases)


def log_poisson(count: int, mean: float) -> float:
    return count * math.log(mean) - mean - math.lgamma(count + 1)


def solve(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def poisson_ends(count: int) -> tuple[float, float]:
    """The exact interval of a mean, for counts small enough to add up."""

    def at_most(most: int, mean: float) -> float:
        return math.fsum(math.exp(log_poisson(k, mean)) for k in range(most + 1))

    low = solve(lambda mean: 1 - at_most(count - 1, mean) - 0.025, 1e-9, count + 1.0) if count else 0.0
    return low, solve(lambda mean: 0.025 - at_most(count, mean), count + 1e-9, 10.0 * count + 20)


def ratio_ends(count: int, exposure: float, other: int, other_exposure: float) -> tuple[float, float]:
    """The exact conditional interval of the ratio, by adding up the binomial distribution of the first count."""

    def share(r: float) -> float:
        return r * exposure / (r * exposure + other_exposure)

    def at_most(most: int, r: float) -> float:
        p, n = share(r), count + other
        return math.fsum(
            math.exp(
                math.lgamma(n + 1)
                - math.lgamma(k + 1)
                - math.lgamma(n - k + 1)
                + k * math.log(p)
                + (n - k) * math.log1p(-p)
            )
            for k in range(most + 1)
        )

    low = solve(lambda r: 1 - at_most(count - 1, r) - 0.025, 1e-9, 1e3) if count else 0.0
    return low, solve(lambda r: 0.025 - at_most(count, r), 1e-9, 1e3)


def matching(
    found: Iterable[Seen], language: str, wanted: Callable[[Seen], bool] = lambda _: True
) -> list[Seen]:
    return [one for one in found if one.language == language and one.kernel and wanted(one)]
