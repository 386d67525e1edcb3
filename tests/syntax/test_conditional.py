"""Items that `cfg_if!` and `cfg_select!` put under predicates are there, each under its own."""

from __future__ import annotations

from scrutineer.facts.read import read_file
from scrutineer.syntax.conditional import branches


def test_branches_exclude_each_other() -> None:
    written = b"{ if #[cfg(unix)] { mod a; } else if #[cfg(windows)] { mod b; } else { mod c; } }"
    found = branches("cfg_if::cfg_if", written)
    assert found is not None
    assert [(each.predicate, written[each.start : each.end].strip()) for each in found] == [
        ("unix", b"mod a;"),
        ("all(windows, not(unix))", b"mod b;"),
        ("all(not(unix), not(windows))", b"mod c;"),
    ]


def test_other_macros_are_not_read_so() -> None:
    assert branches("lazy_static", b"{ static ref X: u8 = 1; }") is None


def test_items_inside_are_recorded_where_they_stand() -> None:
    text = b'cfg_select! {\n any(unix, test) => { #[path = "u.rs"] mod imp; }\n _ => { fn other() {} }\n}\n'
    facts = read_file("lib.rs", text)
    (module,), (function,) = facts.modules, facts.functions
    assert (module.path, module.cfg, module.opaque) == ("u.rs", "any(unix, test)", False)
    assert (function.cfg, function.opaque) == ("not(any(unix, test))", False)
    assert text[function.span.start : function.span.end] == b"fn other() {}"
    assert facts.macro_calls == ()
