"""What a program's tables hold: items with their place in the crate, and what a name can mean."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

from scrutineer.model.items import Function, ImplItem, TraitItem, TypeItem, UseItem, ValueItem
from scrutineer.model.items import Item as ItemRecord

Record = TypeVar("Record", bound=ItemRecord)


class Entry(msgspec.Struct, Generic[Record], frozen=True, gc=False):
    """One item of the crate. `index` is its number in the program's table of its kind.

    `file` indexes `Program.files`, `number` the list of that file, `module` is `Program.modules`' index.
    `cfg` holds the item's predicate together with those of the modules above it.
    """

    index: int
    file: int
    number: int
    module: int
    item: Record
    cfg: str = ""


FunctionEntry = Entry[Function]
TypeEntry = Entry[TypeItem]
TraitEntry = Entry[TraitItem]
ImplEntry = Entry[ImplItem]
ValueEntry = Entry[ValueItem]
AnyEntry = FunctionEntry | TypeEntry | TraitEntry | ImplEntry | ValueEntry

DefinitionKind = Literal[
    "module",
    "type",  # struct, enum, union, alias
    "trait",
    "function",
    "value",  # const, static
    "variant",  # of the enum whose index it has
    "macro",
    "primitive",  # `u8`, `str`
    "param",  # type parameter in scope; its path is its name
    "const_param",
    "self",  # `Self`
    "external",  # of a crate that was not read: the path is only as written
    "unknown",
]


class Definition(msgspec.Struct, frozen=True, gc=False):
    """What a path names.

    `path` is the canonical full path, beginning with the name of the crate that defines it. `crate` tells
    which program `index` belongs to: "" this one, `std` for core, alloc and std (no index), `a` a dependency
    under the name that this crate gives it, `a/b` what that one calls `b`. `rest` are the segments after it that only types can resolve: `new` of `Vec::new`.
    """

    kind: DefinitionKind
    path: str = ""
    crate: str = ""
    index: int = -1
    cfg: str = ""
    rest: tuple[str, ...] = ()


NOTHING = Definition("unknown")


class Binding(msgspec.Struct, frozen=True, gc=False):
    """One meaning of a name in a module: a definition, or a `use` that is followed when asked (`use` is set)."""

    definition: Definition | None
    visibility: str
    cfg: str
    use: UseItem | None = None


class Module:
    """A module, or the inside of a function that declares items (`block`): names fall through to the parent.

    Names are kept with every cfg variant side by side.
    """

    __slots__ = (
        "block",
        "children",
        "files",
        "generated",
        "globs",
        "holes",
        "index",
        "macros",
        "name",
        "parent",
        "path",
        "types",
        "uses",
        "values",
        "visibility",
    )

    def __init__(self, index: int, parent: int, name: str, path: str, *, block: bool = False) -> None:
        self.index = index
        self.parent = parent
        self.name = name
        self.path = path
        self.block = block
        self.visibility = ""
        self.files: list[int] = []
        self.children: dict[str, int] = {}
        self.types: dict[str, list[Binding]] = {}
        self.values: dict[str, list[Binding]] = {}
        self.macros: dict[str, list[Binding]] = {}
        self.uses: dict[str, list[Binding]] = {}
        self.globs: list[Binding] = []
        self.holes: list[tuple[int, int]] = []  # (file, macro call) that may declare further items
        self.generated = False  # includes declarations of C functions that the build makes

    def __repr__(self) -> str:
        """Show the path."""
        return f"<module {self.path}>"


def renamed_crates(root: Module) -> dict[str, str]:
    """Crates by the names that `extern crate a as b` in the root module gives them."""
    return {
        binding.use.name: binding.use.target
        for bindings in root.uses.values()
        for binding in bindings
        if binding.use is not None and binding.use.extern_crate
    }
