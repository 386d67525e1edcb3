"""The tables of core, alloc and std: what a path means, which methods and impls a type has.

An item is named by its canonical path (`alloc::vec::Vec`), a primitive by its family: `slice`, `str`, `pointer`,
`reference`, `array`, `tuple`, `unit`, `fn`, `never`, `dyn`, `u8` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

from scrutineer.model.types import TypeRef
from scrutineer.program.tables.arch import arch_function, arch_kind, arch_module, arch_path
from scrutineer.program.tables.records import Declaration, Header, ItemKind, Method, Signature, TraitImpl
from scrutineer.program.tables.signature import read_declaration, read_header, read_member


class _Entry(msgspec.Struct, frozen=True):
    kind: ItemKind
    since: str = ""
    declaration: str = ""
    own: tuple[str, ...] = ()
    inherent: tuple[tuple[str, ...], ...] = ()
    traits: tuple[tuple[str, ...], ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A table as it is stored: items are decoded when asked for."""

    version: str
    modules: dict[str, dict[str, str]]
    universal: tuple[tuple[str, ...], ...]
    providers: dict[str, tuple[str, ...]]
    items: dict[str, msgspec.Raw]


_NAME = re.compile(r"\b(?:fn|type|const(?! (?:fn|unsafe|async|extern)\b)) (\w+)")
_FAMILIES = {
    "ref": "reference",
    "pointer": "pointer",
    "slice": "slice",
    "array": "array",
    "fn": "fn",
    "never": "never",
    "dyn": "dyn",
}


def family(type_: TypeRef) -> str:
    """Under which name the tables keep a type whose path is canonical; empty where they cannot know."""
    if type_.kind == "path":
        return type_.name
    if type_.kind == "tuple":
        return "tuple" if type_.args else "unit"
    return _FAMILIES.get(type_.kind, "")


class Standard:
    """Questions about the standard library. Answers are cached; unknown names give nothing, never an error."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._entries: dict[str, _Entry | None] = {}
        self._named: dict[tuple[str, str], tuple[Method, ...]] = {}
        self._member_texts: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._headers: dict[str, Header] = {}
        self._declarations: dict[str, Declaration | None] = {}
        self._traits: dict[str, tuple[TraitImpl, ...]] = {}
        self.version = table.version

    def module(self, path: str) -> dict[str, str] | None:
        """Public names of a module with the canonical path of each; macros end in `!`. None: no such module."""
        return arch_module(path) or self._table.modules.get(path)

    def canonical(self, path: str) -> str | None:
        """Canonical path of an item by any public path: `std::vec::Vec` → `alloc::vec::Vec`; a macro's ends in `!`."""
        module, _, name = path.rpartition("::")
        names = self._table.modules.get(module)
        found = names.get(name) if names else None
        return found or (path if path in self._table.items else arch_path(path))

    def items(self) -> list[str]:
        """Canonical paths of everything."""
        return list(self._table.items)

    def kind(self, path: str) -> ItemKind | None:
        """What sort of item a canonical path names."""
        entry = self._entry(path)
        return entry.kind if entry else arch_kind(path)

    def declaration(self, path: str) -> Declaration | None:
        """Generics, fields, variants, supertraits or the alias' target of an item."""
        if path not in self._declarations:
            entry = self._entry(path)
            self._declarations[path] = (
                read_declaration(path, entry.kind, entry.since, entry.declaration) if entry else None
            )
        return self._declarations[path]

    def function(self, path: str) -> Signature | None:
        """Signature of a free function."""
        entry = self._entry(path)
        if entry is None or entry.kind != "fn":
            return arch_function(path)
        return read_member(f"{entry.since}|{entry.declaration}")

    def method(self, owner: str, name: str) -> tuple[Method, ...]:
        """Inherent members of that name of a type, or the member of a trait; several where impls differ."""
        key = (owner, name)
        found = self._named.get(key)
        if found is None:
            written = self._texts(owner).get(name, ())
            found = self._named[key] = tuple(self._member(owner, head, text) for head, text in written)
        return found

    def members(self, owner: str) -> dict[str, tuple[Method, ...]]:
        """All inherent members of a type, or the members that a trait declares, by name."""
        return {name: self.method(owner, name) for name in self._texts(owner)}

    def unsafe_methods(self) -> Iterator[str]:
        """Names of all unsafe methods; of the other entries nothing is parsed."""
        for owner, raw in self._table.items.items():
            if b"unsafe" in bytes(raw):
                for name, written in self._texts(owner).items():
                    if any("unsafe" in text for _, text in written) and any(
                        method.signature.unsafe and method.signature.receiver
                        for method in self.method(owner, name)
                    ):
                        yield name

    def trait_impls(self, owner: str) -> tuple[TraitImpl, ...]:
        """Traits implemented for a type (`owner` is its path or family), also negative and conditional ones."""
        found = self._traits.get(owner)
        if found is None:
            entry = self._entry(owner)
            found = self._traits[owner] = tuple(map(_read_impl, entry.traits)) if entry else ()
        return found

    def impls_of(self, owner: str, trait: str) -> tuple[TraitImpl, ...]:
        """The impls of one trait for a type; only their headers are parsed."""
        key = f"{owner} {trait}"
        found = self._traits.get(key)
        if found is None:
            entry = self._entry(owner)
            named = (f"{trait} for ", f"{trait}<")
            written = (*(entry.traits if entry else ()), *_built_in().get(owner, ()))
            lines = [each for each in written if named[0] in each[0] or named[1] in each[0]]
            read = map(_read_impl, lines)
            found = tuple(each for each in read if each.header.trait and each.header.trait.name == trait)
            self._traits[key] = found
        return found

    @property
    def universal(self) -> tuple[TraitImpl, ...]:
        """Impls for every type that meets the bounds: `impl<I: Iterator> IntoIterator for I`."""
        if "" not in self._traits:
            self._traits[""] = tuple(map(_read_impl, self._table.universal))
        return self._traits[""]

    def traits_with(self, member: str) -> tuple[str, ...]:
        """Traits that declare a member of that name."""
        return self._table.providers.get(member, ())

    def _entry(self, path: str) -> _Entry | None:
        if path not in self._entries:
            raw = self._table.items.get(path)
            self._entries[path] = None if raw is None else msgspec.json.decode(raw, type=_Entry)
        return self._entries[path]

    def _texts(self, owner: str) -> dict[str, list[tuple[str, str]]]:
        """Headers and texts of a type's or trait's members by name; nothing of them is parsed yet."""
        found = self._member_texts.get(owner)
        if found is None:
            found = self._member_texts[owner] = {}
            entry = self._entry(owner)
            groups = (("", *entry.own), *entry.inherent) if entry else ()
            for head, *members in groups:
                for text in members:
                    name = _NAME.search(text.partition("|")[2])
                    if name is not None:
                        found.setdefault(name[1], []).append((head, text))
        return found

    def _member(self, owner: str, head: str, text: str) -> Method:
        if not head:
            declaration = self.declaration(owner)
            types = declaration.generics.types if declaration is not None else ()
            return Method(owner, None, read_member(text, frozenset(types)))
        header = self._headers.get(head)
        if header is None:
            header = self._headers[head] = read_header(head)
        return Method(owner, header, read_member(text, frozenset(header.generics.types)))


def _read_impl(lines: tuple[str, ...]) -> TraitImpl:
    header: Header = read_header(lines[0])
    scope = frozenset(header.generics.types)
    members = [read_member("|" + line, scope) for line in lines[1:]]
    return TraitImpl(
        header, tuple((member.name, member.result) for member in members if member.form == "type")
    )


@cache
def _built_in() -> dict[str, list[tuple[str, ...]]]:
    """Impls of families that the documentation lists with the trait only, or that are built into the compiler."""
    found: dict[str, list[tuple[str, ...]]] = {}
    text = (files(__package__) / "references.json").read_bytes()
    for owner, *lines in msgspec.json.decode(text, type=list[tuple[str, ...]]):
        found.setdefault(owner, []).append(tuple(lines))
    return found


@cache
def standard() -> Standard:
    """The tables, read from the package's data on first use (see `tests/program/test_tables.py` for what it costs)."""
    return Standard(msgspec.json.decode((files(__package__) / "std.json").read_bytes(), type=Table))
