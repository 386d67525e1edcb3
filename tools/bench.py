"""Measure the audit.

    python tools/bench.py [--rounds N] [TARGET...]

Per target: files and bytes; CPU seconds that tree-sitter alone needs to parse them; CPU and wall seconds of the whole
command, start-up included, cold (nothing cached) and warm (nothing changed); cold CPU by parsing CPU; the largest
resident size of a process when several work, and when one does everything. Each number is the median of the rounds.
Below, the share of each room in the CPU time of a cold audit by one process, start-up included: by what runs each
four milliseconds or so, the room being that of the innermost module of Scrutineer.

Without a TARGET: the Linux tree that SCRUTINEER_KERNEL_TREE names, and five large published crates, which cargo fetches.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median
from types import FrameType
from typing import NamedTuple, NoReturn

from scrutineer.source.errors import TargetError
from scrutineer.source.locate import opened
from scrutineer.source.readers import FolderReader
from scrutineer.source.survey import Settings

CRATES = ("tokio@1.48.0", "bevy_ecs@0.17.3", "polars-core@0.52.0", "wasmtime@38.0.4", "image@0.25.9")
TOOL = str(Path(sys.executable).parent / "scrutineer")
ANSWERS = (0, 1)  # exit statuses of an audit that was done
HEAD = (
    f"{'target':28} {'files':>6} {'MB':>6} {'parse s':>8} | {'cold CPU':>8} {'wall':>6} {'ratio':>6} |"
    f" {'warm CPU':>8} {'wall':>6} | {'peak MB':>8} {'one job':>8}"
)


class Run(NamedTuple):
    """What one command took, all its processes together: CPU and wall seconds, megabytes of the largest process."""

    cpu: float
    wall: float
    peak: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parse", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rooms", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rooms:
        sample_rooms(options.rooms)
    if options.parse:
        print(parsing_seconds(options.parse))
        return
    print(HEAD)
    kernel = os.environ.get("SCRUTINEER_KERNEL_TREE")
    for target in options.targets or [*([kernel] if kernel else []), *CRATES]:
        try:
            with opened(target, Settings()) as found:
                assert isinstance(found.reader, FolderReader)
                paths = [file.path for file in found.target.files]
                measure(Path(target).name, Path(found.reader.root), paths, options.rounds)
        except TargetError as error:
            print(error)


def measure(name: str, folder: Path, paths: list[str], rounds: int) -> None:
    """Print the line of one target."""
    size = sum((folder / path).stat().st_size for path in paths) / 1e6
    parsing, cold, warm, single = [], [], [], []
    for _ in range(rounds):  # interleaved: a busy machine slows all of them alike
        parsing.append(parse_alone(folder))
        with tempfile.TemporaryDirectory() as cache:
            cold.append(audit(folder, "--cache-dir", cache))
            audit(folder, "--cache-dir", cache)  # times of files just unpacked are not yet believed
            warm.append(audit(folder, "--cache-dir", cache))
        single.append(audit(folder, "--no-cache", "--jobs", "1"))
    parse, cold_run, warm_run = median(parsing), middle(cold), middle(warm)
    print(
        f"{name:28} {len(paths):6} {size:6.2f} {parse:8.2f} | {cold_run.cpu:8.2f} {cold_run.wall:6.2f}"
        f" {cold_run.cpu / parse:6.1f} | {warm_run.cpu:8.2f} {warm_run.wall:6.2f} |"
        f" {cold_run.peak:8.0f} {middle(single).peak:8.0f}",
    )
    print(f"  {shares(folder, rounds)}", flush=True)


def shares(folder: Path, rounds: int) -> str:
    """Rooms with their shares of the CPU time, the largest first."""
    counts: Counter[str] = Counter()
    for _ in range(rounds):
        words = [sys.executable, __file__, "--rooms", str(folder)]
        said = subprocess.run(words, check=False, capture_output=True, text=True).stderr
        counts.update(json.loads(said.splitlines()[-1]))
    return " · ".join(f"{room} {100 * count / counts.total():.0f} %" for room, count in counts.most_common())


def sample_rooms(folder: Path) -> NoReturn:
    """Audit in this process, and write to standard error how often each room was seen at work."""
    counts: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        room = "Python"  # imports, mostly
        while frame is not None and room == "Python":
            module = str(frame.f_globals.get("__name__"))
            room = module.split(".")[1] if module.startswith("scrutineer.") else room
            frame = frame.f_back
        counts[room] += 1

    def leave(status: int) -> NoReturn:
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps(counts), file=sys.stderr, flush=True)
        end(status)

    end, os._exit = os._exit, leave
    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    from scrutineer.cli.main import main as scrutineer  # noqa: PLC0415 - importing is a part of what is measured

    sys.argv = [TOOL, "audit", str(folder), "--format", "json", "--no-cache", "--jobs", "1", "-o", os.devnull]
    scrutineer()
    raise AssertionError("the command leaves the process")


def audit(folder: Path, *options: str) -> Run:
    """Run the command on a folder. Raises RuntimeError if it fails."""
    began = time.monotonic()
    with subprocess.Popen(
        [TOOL, "audit", str(folder), "--format", "json", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        said = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ANSWERS:
        raise RuntimeError(said.decode(errors="replace"))
    return Run(used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss / 1024)


def middle(runs: list[Run]) -> Run:
    """The median of each number."""
    return Run(*(median(column) for column in zip(*runs, strict=True)))


def parse_alone(folder: Path) -> float:
    """CPU seconds of parsing in a process of its own."""
    words = [sys.executable, __file__, "--parse", str(folder)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def parsing_seconds(folder: Path) -> float:
    """CPU seconds that tree-sitter takes for all Rust files of a folder, reading not counted."""
    import tree_sitter_rust  # noqa: PLC0415 - only this process parses
    from tree_sitter import Language, Parser  # noqa: PLC0415 - the same

    parser = Parser(Language(tree_sitter_rust.language()))
    texts = [path.read_bytes() for path in sorted(folder.rglob("*.rs")) if path.is_file()]
    began = time.process_time()
    for text in texts:
        parser.parse(text)
    return time.process_time() - began


if __name__ == "__main__":
    main()
