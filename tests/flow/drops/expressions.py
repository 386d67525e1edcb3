"""Random expressions by type.

Types: D a value whose drop is logged, G a guard, O Option<D>, R Result<D, D>, T (D, D), P and E a struct and an
enum, B Box<D>, V Vec<D>, A [D; 2], r a reference to D, bool, u32.
"""

from __future__ import annotations

from collections.abc import Callable

from ownership import Ownership


class Expressions(Ownership):
    """Writes expressions."""

    def value(self, type_: str) -> str:
        """An expression of a type, by value."""
        self.depth += 1
        simple = self.depth > 5 or self.random.random() < 0.25
        options = self.simple(type_) if simple else self.simple(type_) + self.nested(type_)
        text = self.pick(options)
        self.depth -= 1
        return text

    def simple(self, type_: str) -> list[Callable[[], str]]:
        made = {
            "D": ["mk()", "lock().make()"],
            "G": ["lock()"],
            "O": ["maybe()", "Option::<D>::None", "lock().get()"],
            "R": ["attempt()"],
            "T": ["pair()"],
            "P": ["ps()"],
            "E": ["en()", "E::C"],
            "B": ["Box::new(mk())"],
            "V": ["vec![mk()]", "vec![mk(), mk()]"],
            "A": ["[mk(), mk()]"],
            "Q": ["qs()"],
            "bool": ["flip()", "true", "lock().state()"],
            "u32": ["num()", "1", "lock().number()"],
            "()": ["()"],
            "K": ["poll()", "Poll::<D>::Pending"],
        }[type_]
        options: list[Callable[[], str]] = [lambda text=text: text for text in made]
        options.extend(
            [lambda: self.moved(self.random.choice(self.movable(type_)))] * 3 if self.movable(type_) else []
        )
        return options

    def nested(self, type_: str) -> list[Callable[[], str]]:
        v, block = self.value, self.block_value
        options: list[Callable[[], str]] = [
            lambda: block(type_),
            lambda: self.if_value(type_),
            lambda: self.if_let_value(type_),
            lambda: self.match_value(type_),
            lambda: self.labelled_value(type_),
            lambda: self.loop_value(type_),
            lambda: f"unsafe {block(type_)}",
            lambda: self.closure_value(type_),
        ]
        by_type: dict[str, list[Callable[[], str]]] = {
            "D": [
                lambda: f"keep({v('D')})",
                lambda: f"join({v('D')}, {v('D')})",
                lambda: f"{v('D')}.keep()",
                lambda: f"{v('D')}.merge({self.quiet()})",
                lambda: f"{v('P')}.{self.random.choice('ab')}",
                lambda: f"{v('T')}.{self.random.choice('01')}",
                lambda: f"(*{v('B')})",
                lambda: f"({v('D')}, {v('D')}).{self.random.choice('01')}",
                self.question_value,
                self.ready_value,
                lambda: f"pass!({v('D')})",
                lambda: f"guarded!({v('D')})",
                lambda: f"(|d: D| keep(d))({v('D')})",
                lambda: f"({self.closure('|| ', lambda: v('D'))})()",
                self.replaced_value,
                lambda: f"call_with({self.closure('|d| ', lambda: 'join(' + v('D') + ', d)')})",
                lambda: f"{v('O')}.unwrap_or_else({self.closure('|| ', lambda: v('D'))})",
                lambda: f"block_on({self.closure('async ', lambda: '{ ' + self.awaiting() + ' }')})",
                lambda: f"mem::replace(&mut {self.temporary('D')}, {v('D')})",
                self.field_value,
            ],
            "O": [
                lambda: f"Some({v('D')})",
                lambda: f"{v('D')}.opt()",
                lambda: f"{v('D')}.me().opt()",
                self.taken_value,
            ],
            "R": [
                lambda: f"Ok::<D, D>({v('D')})",
                lambda: f"Err::<D, D>({v('D')})",
                lambda: f"{v('D')}.attempt()",
            ],
            "T": [lambda: f"({v('D')}, {v('D')})", lambda: f"{v('D')}.into_pair()"],
            "K": [lambda: f"Poll::Ready({v('D')})"],
            "P": [
                lambda: f"{{ let a = {v('D')}; let b = {v('D')}; P {{ a, b }} }}",
                lambda: f"{{ let b = {v('D')}; P {{ b, ..ps() }} }}",
                lambda: f"P {{ a: {v('D')}, b: {v('D')} }}",
                lambda: f"P {{ b: {v('D')}, a: {v('D')} }}",
                lambda: f"P {{ a: {v('D')}, ..{self.temporary('P') if self.closed else v('P')} }}",
                lambda: f"P {{ b: {v('D')}, ..ps() }}",
            ],
            "Q": [lambda: f"Q({v('D')}, {v('D')}, {v('D')})"],
            "E": [lambda: f"E::A({v('D')})", lambda: f"E::B {{ y: {v('D')}, x: {v('D')} }}"],
            "B": [lambda: f"Box::new({v('D')})"],
            "V": [lambda: f"vec![{v('D')}, {v('D')}, {v('D')}]"],
            "A": [lambda: f"[{v('D')}, {v('D')}]"],
            "u32": [
                lambda: f"({v('u32')} & {v('u32')})",
                lambda: f"(({v('u32')} & 7) as u32)",
                lambda: f"absorb({v('u32')})",
                lambda: "const { 3 }",
                lambda: f"[{v('u32')}; 3][1]",
                lambda: f"(vec![{v('u32')}; 2].len() as u32)",
                lambda: f"((-({v('u32')} as i32) + 99) as u32)",
                lambda: f"[1u32, {v('u32')}, 3][{self.random.choice('012')}]",
                lambda: f"({v('V')}.len() as u32)",
            ],
            "bool": [
                lambda: f"eat({v('D')})",
                lambda: f"eat2({v('D')}, {v('D')})",
                lambda: f"eat3({v('D')}, {v('bool')}, {v('D')})",
                lambda: f"look({self.reference()})",
                lambda: f"look2({self.reference()}, {self.reference()})",
                lambda: f"{v('D')}.look()",
                lambda: f"{v('D')}.with({v('D')})",
                lambda: f"{self.temporary('G')}.set({v('D')})",
                lambda: f"!{v('bool')}",
                lambda: f"({v('bool')} && {v('bool')})",
                lambda: f"({v('bool')} || {v('bool')})",
                lambda: f"({v('bool')} & {v('bool')})",
                lambda: f"({v('u32')} < {v('u32')})",
                lambda: f"({v('u32')} == {v('u32')})",
                lambda: f"matches!({v('O')}, Some(_))",
                lambda: f"({v('D')} == {v('D')})",
                lambda: f"({self.temporary('D')}.me() != {self.temporary('D')}.touch())",
                lambda: self.random.choice(["cfg!(debug_assertions)", "cfg!(never)"]),
                lambda: f"matches!({v('O')}, Some(x) if x.look())",
                lambda: f"{v('O')}.is_some()",
                lambda: f"touch(&mut {self.temporary('D')})",
                lambda: f"call_twice({self.closure('|| ', lambda: v('bool'), again=True)})",
            ],
        }
        return options + by_type.get(type_, []) * 2

    def quiet(self) -> str:
        """A variable: a receiver taken by value waits in its place, so that an argument must not unwind."""
        names = self.movable("D")
        return self.moved(self.random.choice(names)) if names else "fresh()"

    def temporary(self, type_: str) -> str:
        """An expression of a type that is no place."""
        text = self.value(type_)
        return (
            text
            if "(" in text
            else {
                "D": "mk()",
                "G": "lock()",
                "P": "ps()",
                "T": "pair()",
                "B": "Box::new(mk())",
                "O": "maybe()",
                "A": "[mk(), mk()]",
            }[type_]
        )

    def scrutinee(self, text: str) -> str:
        """The text in parentheses where a brace would be taken for a block."""
        return f"({text})" if "{" in text else text

    def reference(self) -> str:
        """An expression of type `&D` whose temporaries last as long as its statement."""
        v = self.value
        options: list[Callable[[], str]] = [
            lambda: f"&{v('D')}",
            lambda: f"&{v('P')}.b",
            lambda: f"&{v('T')}.1",
            lambda: f"{v('D')}.me()",
            lambda: f"&*{v('B')}",
            lambda: f"{self.temporary('D')}.touch()",
            lambda: f"&{v('V')}[0]",
        ]
        for type_, form in (
            ("D", "&{}"),
            ("r", "{}"),
            ("P", "&{}.a"),
            ("T", "&{}.0"),
            ("B", "&{}"),
            ("D", "{}.me()"),
        ):
            if self.present(type_):
                options.extend([lambda t=type_, f=form: self.borrowed(t, f)] * 2)
        return self.pick(options)

    def field_value(self) -> str:
        """A field moved out of a variable, which is then not used as a whole."""
        names = self.movable("P")
        if not names:
            return self.value("D")
        name = self.random.choice(names)
        del self.variables[name]
        return f"{name}.{self.random.choice('ab')}"

    def replaced_value(self) -> str:
        names = self.mutable("D")
        if not names:
            return self.value("D")
        value = self.value("D")
        names = self.mutable("D")
        return (
            f"mem::replace(&mut {self.random.choice(names)}, {value})"
            if names and "x" not in value
            else value
        )

    def taken_value(self) -> str:
        names = self.mutable("O")
        name = self.random.choice(names) if names else ""
        form = self.random.choice(["{}.take()", "mem::take(&mut {})"])
        return form.format(name) if name else "maybe()"

    def question_value(self) -> str:
        if self.closed or self.result not in {"O", "R"}:
            return self.value("D")
        return f"{self.value(self.result)}?"

    def awaiting(self) -> str:
        v = self.value
        return self.pick(
            [
                lambda: "later().await",
                lambda: f"later_pair({v('D')}).await.0",
                lambda: f"let a = {v('D')}; let b = later().await; a.merge(b)",
                lambda: f"eat({v('D')}); join(later().await, later().await)",
            ]
        )

    def ready_value(self) -> str:
        if self.closed:
            return self.value("D")
        if self.result == "K":
            return f"std::task::ready!({self.value('K')})"
        with self.branch():
            returned = self.value(self.result)
        return f"or_return!({self.value('O')}, {returned})"

    def closure_value(self, type_: str) -> str:
        return f"call_it({self.closure('|| ', lambda: self.value(type_))})"

    def block_value(self, type_: str) -> str:
        raise NotImplementedError

    def if_value(self, type_: str) -> str:
        raise NotImplementedError

    def if_let_value(self, type_: str) -> str:
        raise NotImplementedError

    def match_value(self, type_: str) -> str:
        raise NotImplementedError

    def labelled_value(self, type_: str) -> str:
        raise NotImplementedError

    def loop_value(self, type_: str) -> str:
        raise NotImplementedError
