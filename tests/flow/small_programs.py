"""Small programs that call each other, and what they do: found by entering every context, not by summaries."""

from __future__ import annotations

from typing import Literal, NamedTuple

from hypothesis import strategies as st

HEADER = (
    "pub struct S { x: u8, y: u8, v: Vec<u8>, w: Vec<u8> }\nstatic mut G: u8 = 0;\nstatic mut H: u8 = 0;\n"
)

Root = Literal["a", "b"]


class Statement(NamedTuple):
    """`field` of `root` (or of a static) is treated as `kind` says, under a condition or not."""

    kind: Literal["set", "take", "push", "alias", "static", "call", "swapped call"]
    root: Root
    field: str
    callee: int
    conditional: bool


class Function(NamedTuple):
    """Statements, then what becomes of the vector `c`: dropped, stored in a field, or handed on."""

    statements: tuple[Statement, ...]
    fate: Literal["dropped", "stored", "handed on"]
    last: Statement


Context = tuple[int, int, int, bool]
"""A function, which parameters of the outermost are its `a` and `b`, and whether its `c` is that one's too."""


@st.composite
def statements(draw: st.DrawFn, functions: int) -> Statement:
    """Any statement."""
    kind = draw(st.sampled_from(["set", "take", "push", "alias", "static", "call", "swapped call"]))
    field = draw(st.sampled_from({"set": "xy", "static": "GH"}.get(kind, "vw")))
    root: Root = draw(st.sampled_from(["a", "b"]))
    return Statement(kind, root, field, draw(st.integers(0, functions - 1)), draw(st.booleans()))


@st.composite
def programs(draw: st.DrawFn) -> tuple[Function, ...]:
    """One to three functions that may call each other and themselves."""
    size = draw(st.integers(1, 3))
    return tuple(
        Function(
            tuple(draw(st.lists(statements(size), max_size=4))),
            draw(st.sampled_from(["dropped", "stored", "handed on"])),
            draw(statements(size))._replace(field=draw(st.sampled_from("vw"))),
        )
        for _ in range(size)
    )


def text_of(program: tuple[Function, ...]) -> str:
    """The program as Rust."""
    lines = [HEADER]
    for number, function in enumerate(program):
        body = [_written(each) for each in function.statements]
        last = function.last
        if function.fate == "stored":
            body.append(f"{last.root}.{last.field} = c;")
        elif function.fate == "handed on":
            body.append(f"f{last.callee}(a, b, c, n);")
        lines.append(f"pub fn f{number}(a: &mut S, b: &mut S, c: Vec<u8>, n: u8) {{ {' '.join(body)} }}")
    return "\n".join(lines)


def _written(each: Statement) -> str:
    place = f"{each.root}.{each.field}"
    text = {
        "set": f"{place} = 1;",
        "take": f"std::mem::take(&mut {place});",
        "push": f"{place}.push(1);",
        "alias": f"let r = &mut *{each.root}; let s = &mut r.{each.field}; s.push(n);",
        "static": f"unsafe {{ {each.field} = n; }}",
        "call": f"f{each.callee}(a, b, Vec::new(), n);",
        "swapped call": f"f{each.callee}(b, a, Vec::new(), n);",
    }[each.kind]
    return f"if n > 3 {{ {text} }}" if each.conditional else text


def effects_of(program: tuple[Function, ...], number: int) -> set[tuple[str, str]]:
    """What a call of a function does to its parameters and statics, as (effect, place)."""
    found: set[tuple[str, str]] = set()
    seen: set[Context] = set()
    todo: list[Context] = [(number, 1, 2, True)]
    while todo:
        context = todo.pop()
        if context in seen:
            continue
        seen.add(context)
        which, a, b, own = context
        roots = {"a": a, "b": b}
        function = program[which]
        for each in function.statements:
            place = f"{roots[each.root]}.{each.field}"
            if each.kind == "call":
                todo.append((each.callee, a, b, False))
            elif each.kind == "swapped call":
                todo.append((each.callee, b, a, False))
            elif each.kind == "static":
                found.add(("writes", each.field))
            else:
                found.add(("writes", place))
                found |= {("moves", place)} if each.kind == "take" else set()
        last = function.last
        if function.fate == "handed on":
            todo.append((last.callee, a, b, own))
        elif function.fate == "stored":
            place = f"{roots[last.root]}.{last.field}"
            found |= {("writes", place), ("drops", place)} | ({("escapes", "3")} if own else set())
        elif own:
            found.add(("drops", "3"))
    return found
