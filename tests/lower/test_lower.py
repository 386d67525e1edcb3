from __future__ import annotations

from lowered import local_named, lower, operations, show

from scrutineer.facts.lower import Fragment, MacroSite
from scrutineer.model.body import Body


def _drops_after(body: Body, name: str) -> list[str]:
    """Names of locals dropped behind the call of a function, in order; temporaries are `temp`."""
    found: list[str] = []
    for block in body.blocks:
        seen = False
        for operation in block.operations:
            if operation.callee is not None and operation.callee.name == name:
                seen = True
            elif seen and operation.kind == "drop" and operation.target is not None:
                found.append(body.locals[operation.target.local].name or "temp")
    return found


def test_locals_are_dropped_in_reverse_and_parameters_last() -> None:
    body = lower("fn f(p: P) { let a = x(); let b = y(); mark(); }")
    assert _drops_after(body, "mark") == ["temp", "b", "a", "p"]


def test_temporaries_of_a_tail_outlive_locals_until_edition_2024() -> None:
    code = "fn f() -> u8 { let a = x(); mark().get() }"
    assert _drops_after(lower(code, 2021), "get") == ["a", "temp"]
    assert _drops_after(lower(code, 2024), "get") == ["temp", "a"]


def test_scrutinee_of_if_let_is_dropped_before_else_in_edition_2024() -> None:
    code = "fn f() { if let Some(x) = m().g() { a(); } else { b(); } c(); }"
    assert "temp" not in _drops_before(lower(code, 2021), "b")
    assert _drops_before(lower(code, 2024), "b") == ["temp", "temp"]


def _drops_before(body: Body, name: str) -> list[str]:
    block = next(
        block
        for block in body.blocks
        if any(o.callee is not None and o.callee.name == name for o in block.operations)
    )
    found = []
    for operation in block.operations:
        if operation.callee is not None and operation.callee.name == name:
            break
        if operation.kind == "drop" and operation.target is not None:
            found.append(body.locals[operation.target.local].name or "temp")
    return found


def test_question_mark_leaves_every_open_scope() -> None:
    body = lower("fn f(p: P) -> R { let a = x(); { let b = y(); g()?; } Ok(()) }")
    early = next(block for block in body.blocks if block.terminator.labels == ("?",))
    assert [show(o.target) for o in early.operations if o.kind == "drop"] == [
        f"_{local_named(body, name)}" for name in ("b", "a", "p")
    ]


def test_extended_temporary_dies_after_the_reference_that_extends_it() -> None:
    body = lower("fn f() { let r = &g(); let s = h(); end(); }")
    assert _drops_after(body, "end") == ["temp", "s", "temp"]


def test_an_operand_waits_in_a_temporary_while_the_next_may_unwind() -> None:
    body = lower("fn f() { g(a(), b()); }")
    first = next(o.target for o in operations(body, "call") if o.callee and o.callee.name == "a")
    assert first is not None
    assert first.local in body.scopes[body.locals[first.local].scope].locals
    assert show(first) not in [show(o.target) for o in operations(body, "drop")]


def test_move_closure_takes_paths_by_value() -> None:
    body = lower("fn f(p: P) { let c = move || p.a.g(p.b); }")
    (closure,) = body.closures
    assert {(show(c.place), c.mode) for c in closure.captures} == {("_1.a", "use"), ("_1.b", "use")}


def test_match_has_one_terminator_and_guards_fall_through() -> None:
    body = lower("fn f(x: X) -> u8 { match x { A => 1, B(n) if n > 2 => 2, C | D => 3, _ => 4 } }")
    labels = [block.terminator.labels for block in body.blocks if block.terminator.kind == "match"]
    assert labels[0] == ("A", "B", "_")
    assert ("C", "D", "_") in labels


def test_cfg_on_a_statement_is_a_branch() -> None:
    body = lower("fn f() { #[cfg(a)] g(); h(); }")
    assert body.blocks[0].terminator.labels == ("a", "not(a)")
    assert [o.cfg for o in operations(body, "call")] == ["a", ""]


def test_unknown_macro_is_a_hole_and_known_ones_have_control_flow() -> None:
    body = lower("fn f(n: usize) { odd!(n); assert!(n < 3); }", macro_calls={17: 5})
    assert body.holes == (5,)
    assert [o.name for o in operations(body, "opaque")] == ["odd"]
    assert [block.terminator.kind for block in body.blocks][:2] == ["branch", "unreachable"]


def test_a_macro_that_the_crate_defines_is_not_looked_up() -> None:
    body = lower("fn f() { vec![1]; }", defined=frozenset({"vec"}))
    assert len(operations(body, "opaque")) == 1


def test_an_operation_of_a_macro_stands_where_the_macro_does() -> None:
    text = 'fn f(p: *mut (u8, u8)) { g(1, 2); let q = addr_of_mut!((*p).1); assert!(h(q), "no"); vec![k(q), 2]; }'
    for operation in operations(lower(text)):
        written = text[operation.span.start : operation.span.end]
        if operation.kind in ("raw_borrow", "panic") or operation.name.startswith("vec"):
            assert written.startswith(("addr_of_mut!(", "assert!(", "vec!["))
        if operation.callee is not None:
            assert written.startswith(f"{operation.callee.name}(")


def test_an_initialiser_is_a_closure_that_drops_what_it_filled_when_a_later_field_fails() -> None:
    code = """fn f(y: Y) { let i = pin_init!(Self {
        a <- x(1), // first
        b: y,
        c: g::<A, B>()?,
    }? Error); }"""
    (closure,) = lower(code).closures
    assert [(show(c.place), c.mode) for c in closure.captures] == [("_1", "use")]
    early = [block for block in closure.blocks if block.terminator.labels == ("?",)]
    assert [len([o for o in block.operations if o.kind == "drop"]) for block in early] == [0, 2]
    assert [o.fields for o in operations(closure, "aggregate")] == [("a", "b", "c")]


def test_cfg_as_a_condition_is_a_branch_on_the_predicate() -> None:
    body = lower("fn f() { if cfg!(unix) && g() { a() } else { b() } }")
    terminator = body.blocks[0].terminator
    assert (terminator.kind, terminator.labels) == ("cfg", ("unix", "not(unix)"))
    other = body.blocks[terminator.targets[1]].operations
    assert [o.callee.name for o in other if o.callee is not None] == ["b"]


def test_matches_as_a_condition_is_a_branch_on_the_pattern() -> None:
    body = lower("fn f(s: S) { if matches!(s.state, A | B(1)) { a() } }")
    first = body.blocks[0].terminator
    assert (first.kind, first.labels) == ("match", ("A", "B", "_"))
    assert not operations(body, "assign")


def test_code_made_to_hurt_is_not_lowered_and_says_so() -> None:
    many = "fn f() { " + " ".join(f"let x{at} = g()?;" for at in range(1500)) + " }"
    deep = "fn f() { x" + ".a()" * 30_000 + "; }"
    for code in (many, deep):
        body = lower(code)
        assert body.damaged
        assert [operation.kind for operation in operations(body)] == ["opaque"]


def test_macros_that_expand_to_themselves_end() -> None:
    def twice(site: MacroSite) -> Fragment:
        return Fragment(b"m!(); m!();", lambda _low, _high: site.call)

    body = lower("fn f() { m!(); }", expand=twice)
    assert operations(body, "opaque")
    assert len(body.expansions) < 5_000
