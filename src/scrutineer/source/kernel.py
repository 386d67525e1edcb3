"""Linux trees: how they are recognised, and which crates their Makefiles build.

A crate's root is a `.rs` whose object an `obj-*` or `*-y` line of a Makefile builds, a host program of a
`hostprogs` line, or the `lib.rs` of a folder under `rust/`. Where a tree holds only a part of its Makefiles, a
file beside no Makefile that no `mod` of its neighbours names is taken for a root.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

import msgspec

from scrutineer.model.target import CrateKind, CrateUnit, Edition, Reader
from scrutineer.source.listing import Listing

# What `rust/Makefile` passes by `--extern`, and the standard crates. Names that do not exist hurt nobody.
_PRELUDE = (
    "alloc", "bindings", "build_error", "core", "ffi", "kernel", "macros", "pin_init", "pin_init_internal", "uapi",
)  # fmt: skip
_HOST_PRELUDE = ("core", "std", "proc_macro", "proc_macro2", "quote", "syn")
_MACROS = frozenset({"macros", "pin_init_internal"})
_VENDORED = frozenset({"proc_macro2", "quote", "syn"})  # crates of the ecosystem that newer trees carry
_HOST_FOLDERS = ("scripts/", "tools/", "samples/rust/hostprogs/")
_VERSION = re.compile(rb"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*=[ \t]*(\S*)", re.MULTILINE)
_EDITION = re.compile(rb"rust_common_flags\s*:?=.*?--edition=(2015|2018|2021|2024)", re.DOTALL)
_ASSIGNMENT = re.compile(r"^\s*([\w.$(){}/-]+)\s*[:+?]?=(.*)$")
_BUILDS = re.compile(r"^(?:obj|lib|always)-|-(?:y|m|objs|\$\(CONFIG_\w+\))$")
_FLAGS = re.compile(r"^\$\(obj\)/(\w+)\.o:\s*private\s+rustc_target_flags\s*:?=(.*)$")
_EXTERN = re.compile(r"--extern\s+(\w+)")
_HOST = re.compile(r"^hostprogs(?:-always)?(?:-|$)")
_MODULE = re.compile(rb"^[ \t]*(?:pub(?:\([^)\n]*\))?[ \t]+)?mod[ \t]+(\w+)[ \t]*;", re.MULTILINE)
_NAMED = re.compile(rb'^[ \t]*(?:#\[path[ \t]*=[ \t]*|include!\()"([^"\n]+\.rs)"', re.MULTILINE)
_MINIMUM = re.compile(rb"^rustc\)\s*echo\s+([\d.]+)", re.MULTILINE)


def is_kernel(listing: Listing, reader: Reader) -> bool:
    """Whether this is a Linux tree with Rust: its top Makefile states a version, and `rust/` holds a crate."""
    if "Makefile" not in listing.files or "rust/kernel/lib.rs" not in listing.files:
        return False
    return {b"VERSION", b"PATCHLEVEL"} <= {key for key, _ in _VERSION.findall(reader.read("Makefile"))}


def version(reader: Reader) -> str:
    """`6.18.5`, as the top Makefile states it."""
    found = _VERSION.findall(reader.read("Makefile"))
    given: dict[bytes, str] = {key: value.decode(errors="replace") for key, value in found}
    numbers = [given.get(key, "") for key in (b"VERSION", b"PATCHLEVEL", b"SUBLEVEL")]
    return ".".join(number for number in numbers if number) + given.get(b"EXTRAVERSION", "")


def crates(listing: Listing, reader: Reader) -> list[CrateUnit]:
    """All crates of the tree, sorted by root."""
    base = CrateUnit(
        name="",
        root="",
        kind="kernel",
        edition=_edition(reader),
        panic="abort",
        rust_version=_minimum(listing, reader),
        extern_prelude=_PRELUDE,
    )
    preludes: dict[str, tuple[str, ...]] = {}
    roots: dict[str, CrateKind] = {}
    folders: set[str] = set()
    for path in (*listing.named("Makefile"), *listing.named("Kbuild")):
        folder = posixpath.dirname(path)
        folders.add(folder)
        lines = _lines(reader.read(path).decode(errors="replace"))
        roots.update(_built(folder, lines, listing))
        if folder == "rust":
            preludes = _preludes(lines)
    roots.update((path, "kernel") for path in listing.rust if _is_library(path))
    stray = [path for path in listing.rust if not _has_makefile(path, folders)]
    roots |= {
        path: "kernel" for path in unclaimed(stray, reader) if path not in roots and not _owned(path, roots)
    }
    return [_crate(base, path, roots[path], preludes) for path in sorted(roots)]


def unclaimed(paths: Iterable[str], reader: Reader) -> list[str]:
    """Those of the files that no `mod name;`, `#[path]` or `include!` of another names."""
    candidates = set(paths)
    claimed: set[str] = set()
    for path in candidates:
        try:
            claimed |= set(_claims(path, reader.read(path))) - {path}
        except OSError:
            continue  # listed as not read when its turn comes
    return sorted(candidates - claimed)


def _claims(path: str, content: bytes) -> Iterator[str]:
    """Where the modules that a file declares may lie."""
    folder, name = posixpath.split(path.removesuffix(".rs"))
    for module in _MODULE.findall(content):
        for base in (folder, posixpath.join(folder, name)):
            yield posixpath.join(base, f"{module.decode()}.rs")
            yield posixpath.join(base, module.decode(), "mod.rs")
    for named in _NAMED.findall(content):
        yield posixpath.normpath(posixpath.join(folder, named.decode(errors="replace")))


def _crate(base: CrateUnit, root: str, kind: CrateKind, preludes: dict[str, tuple[str, ...]]) -> CrateUnit:
    folder = posixpath.dirname(root)
    name = posixpath.basename(root).removesuffix(".rs")
    if _is_library(root):
        if posixpath.basename(folder) == "src":
            folder = posixpath.dirname(folder)
        name = "_".join(folder.split("/")[1:])
    name = name.replace("-", "_")
    if root.startswith(_HOST_FOLDERS):
        kind = "bin"
    elif name in _VENDORED:
        kind = "lib"
    elif name in _MACROS:
        kind = "proc-macro"
    prelude = base.extern_prelude if kind == "kernel" else _HOST_PRELUDE
    if kind == "kernel" and preludes and root.startswith("rust/"):
        prelude = preludes.get(name, ("core",))
    return msgspec.structs.replace(
        base, name=name, root=root, kind=kind, folder=folder, extern_prelude=prelude
    )


def _preludes(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What the Makefile of `rust/` passes by `--extern` to its own crates, which drivers need not know."""
    return {
        match[1]: ("alloc", "core", *_EXTERN.findall(match[2]))
        for match in map(_FLAGS.match, lines)
        if match is not None
    }


def _built(folder: str, lines: Iterable[str], listing: Listing) -> dict[str, CrateKind]:
    """Roots that the assignments of one Makefile build. Conditions are not decided: all variants count."""
    found: dict[str, CrateKind] = {}
    hosts: set[str] = set()
    for line in lines:
        match = _ASSIGNMENT.match(line)
        if not match:
            continue
        target, words = match[1], match[2].split()
        host = target.endswith("-rust")
        if _HOST.search(target):
            hosts.update(words)
        if host and target.removesuffix("-rust") in hosts:
            found[posixpath.join(folder, target.removesuffix("-rust") + ".rs")] = "bin"
        elif _BUILDS.search(target):
            objects = (posixpath.join(folder, word[:-2] + ".rs") for word in words if word.endswith(".o"))
            found.update((path, "kernel") for path in objects)
    return {path: kind for path, kind in found.items() if path in listing.files}


def _lines(makefile: str) -> list[str]:
    """Logical lines: continued ones joined, comments off."""
    return [line.partition("#")[0] for line in makefile.replace("\\\n", " ").splitlines()]


def _is_library(path: str) -> bool:
    return path.startswith("rust/") and posixpath.basename(path) == "lib.rs"


def _has_makefile(path: str, folders: set[str]) -> bool:
    """Whether a Makefile of its own subsystem, not just the tree's or `rust/`'s, speaks for this file."""
    folder = posixpath.dirname(path)
    while folder:
        if folder in folders:
            return True
        folder = posixpath.dirname(folder)
    return False


def _owned(path: str, roots: Iterable[str]) -> bool:
    """Whether the file lies in the folder of a crate that has its folder for itself."""
    return any(path.startswith(posixpath.dirname(root) + "/") for root in roots if _is_library(root))


def _edition(reader: Reader) -> Edition:
    found = _EDITION.search(reader.read("Makefile"))
    given = found[1].decode() if found else "2021"
    return "2015" if given == "2015" else "2018" if given == "2018" else "2024" if given == "2024" else "2021"


def _minimum(listing: Listing, reader: Reader) -> str:
    """The oldest rustc that may build the tree, from its own script."""
    path = "scripts/min-tool-version.sh"
    found = _MINIMUM.search(reader.read(path)) if path in listing.files else None
    return found[1].decode() if found else ""
