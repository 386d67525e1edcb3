"""Random control flow."""

from __future__ import annotations

from collections.abc import Callable

from expressions import Expressions


class Controls(Expressions):
    """Writes blocks, conditions, loops and matches."""

    def statement(self) -> str:
        raise NotImplementedError

    def block(self, type_: str, size: int) -> str:
        """A block of some statements and a tail."""
        with self.branch():
            lines = [self.statement() for _ in range(self.random.randint(0, size) if self.depth < 5 else 0)]
            tail = "" if type_ == "()" else self.value(type_)
        return "{ " + " ".join([*lines, tail]) + " }"

    def block_value(self, type_: str) -> str:
        self.depth += 1
        text = self.block(type_, 2)
        self.depth -= 1
        return text

    def condition(self) -> str:
        """A condition, perhaps a `let` or a chain of them; what it binds is declared."""
        if self.random.random() < 0.5:
            return self.scrutinee(self.value("bool"))
        text = self.let_condition()
        while self.edition >= 2024 and self.random.random() < 0.4:
            text += (
                " && " + self.random.choice([self.let_condition, lambda: self.chained(self.value("bool"))])()
            )
        return text

    def chained(self, text: str) -> str:
        return f"({text})" if "||" in text or "{" in text else text

    def let_condition(self) -> str:
        name = self.fresh()
        v = self.value
        forms: list[tuple[str, Callable[[], str], str]] = [
            (f"Some({name})", lambda: v("O"), "D"),
            (f"Some(ref {name})", lambda: "maybe()", "r"),
            (f"Some({name})", lambda: "mk().peek()", "r"),
            ("Some(_)", lambda: v("O"), ""),
            ("None", lambda: v("O"), ""),
            (f"Ok({name}) | Err({name})", lambda: v("R"), "D"),
            (f"Err({name})", lambda: v("R"), "D"),
            (f"E::A({name})", lambda: v("E"), "D"),
            (f"E::B {{ x: {name}, .. }}", lambda: v("E"), "D"),
            (f"Some({name})", lambda: "lock().get()", "D"),
            (f"(Some({name}), _)", lambda: f"({v('O')}, {v('D')})", "D"),
            (f"Some({name} @ D(..))", lambda: v("O"), "D"),
            ("true", lambda: "lock().state()", ""),
        ]
        if self.present("O"):
            forms.append((f"Some({name})", lambda: self.borrowed("O", "&{}"), "r"))
            forms.append((f"Some({name})", lambda: self.borrowed("O", "{}.as_ref()"), "r"))
        pattern, make, type_ = self.random.choice(forms)
        value = make()
        if type_:
            self.declare(name, type_)
        return f"let {pattern} = {self.scrutinee(value)}"

    def if_statement(self) -> str:
        with self.branch():
            text = f"if {self.condition()} {self.block_value('()')}"
        if self.random.random() < 0.5:
            text += f" else {self.block_value('()')}"
        return text

    def if_value(self, type_: str) -> str:
        with self.branch():
            condition = self.condition()
            first = self.block_value(type_)
        second = self.block_value(type_)
        return f"if {condition} {first} else {second}"

    def if_let_value(self, type_: str) -> str:
        with self.branch():
            condition = self.let_condition()
            first = self.block_value(type_)
        with self.branch():
            second = self.block_value(type_)
        return f"if {condition} {first} else {second}"

    def arms(self, type_: str) -> tuple[str, str]:
        """A scrutinee, and arms that cover it."""
        a = self.fresh()
        b = lambda: self.block_value(type_)  # noqa: E731 - one letter keeps the table readable
        v = self.value
        forms: list[tuple[str, list[tuple[str, dict[str, str]]]]] = [
            ("O", [(f"Some({a})", {a: "D"}), ("None", {})]),
            ("O", [(f"Some({a}) if {a}.look()", {a: "D"}), ("Some(_)", {}), ("None", {})]),
            ("O", [(f"Some(ref {a}) if look({a})", {a: "D"}), (f"Some({a})", {a: "D"}), ("_", {})]),
            ("R", [(f"Ok({a}) | Err({a})", {a: "D"})]),
            ("R", [(f"Ok({a}) | Err({a}) if {a}.look()", {a: "D"}), ("_", {})]),
            ("E", [(f"E::A({a})", {a: "D"}), (f"E::B {{ x: {a}, .. }}", {a: "D"}), ("E::C", {})]),
            ("E", [(f"E::A({a}) | E::B {{ x: {a}, y: _ }}", {a: "D"}), ("_", {})]),
            ("T", [(f"({a}, _)", {a: "D"})]),
            ("T", [(f"({a}, ref z)", {a: "D"})]),
            ("P", [(f"P {{ a: {a}, b: _ }} if flip()", {a: "D"}), (f"P {{ b: {a}, .. }}", {a: "D"})]),
            ("A", [(f"[{a}, ..]", {a: "D"})]),
            ("u32", [("0 | 1", {}), ("2..=9 if flip()", {}), (f"{a}", {a: "u32"})]),
            ("D", [(f"{a}", {a: "D"})]),
            ("D", [("_", {})]),
            ("D", [(f"{a} @ D(1..=2)", {a: "D"}), ("_", {})]),
            ("bool", [("true", {}), ("false", {})]),
        ]
        kind, arms = self.random.choice(forms)
        scrutinee = self.scrutinee(self.temporary(kind) if kind == "A" else v(kind))
        if kind == "O" and self.random.random() < 0.2:
            scrutinee = self.random.choice(["unsafe { maybe() }", "lock().get()"])
        if kind == "bool" and self.random.random() < 0.3:
            scrutinee = self.random.choice(["!flip()", "!lock().state()"])
        if kind == "u32" and self.random.random() < 0.2:
            scrutinee, arms = f"&{scrutinee}", [("0 | 1", {}), ("_", {})]
        written: list[str] = []
        before = dict(self.variables)
        after = dict(self.variables)
        for pattern, names in arms:
            self.variables = dict(before)
            for name, each in names.items():
                self.declare(name, "r" if f"ref {name}" in pattern else each)
            body = b()
            if self.random.random() < 0.3:
                self.variables = dict(before)
                for name, each in names.items():
                    self.declare(name, "r" if f"ref {name}" in pattern else each)
                body = f"{self.scrutinee(self.value(type_))},"
            after = {n: t for n, t in after.items() if n in self.variables}
            written.append(f"{pattern} => {body}")
        self.variables = after
        return scrutinee, " ".join(written)

    def match_value(self, type_: str) -> str:
        scrutinee, arms = self.arms(type_)
        return f"match {scrutinee} {{ {arms} }}"

    def match_statement(self) -> str:
        return self.match_value("()")

    def labelled_value(self, type_: str) -> str:
        label = f"'l{self.fresh()[1:]}"
        self.loops.append((label, type_))
        text = f"{label}: {self.block_value(type_)}"
        self.loops.pop()
        return text

    def loop_value(self, type_: str) -> str:
        label = f"'l{self.fresh()[1:]}"
        with self.frozen_outside():
            self.loops.append((label, type_))
            lines = self.block_value("()")
            value = self.bare(self.value(type_))
            self.loops.pop()
        return f"{label}: loop {{ {lines} if flip() {{ continue; }} break {self.random.choice([label, ''])} {value}; }}"

    def while_statement(self) -> str:
        label = f"'l{self.fresh()[1:]}"
        with self.frozen_outside():
            condition = f"flip() && {self.chained(self.value('bool'))}"
            self.loops.append((label, "while"))
            body = self.block_value("()")
            self.loops.pop()
        return f"{label}: while {condition} {body}"

    def while_let(self) -> str:
        name = self.fresh()
        with self.frozen_outside():
            form, type_ = self.random.choice(
                [
                    (f"Some({name}) = maybe()", "D"),
                    (f"Some({name}) = lock().get()", "D"),
                    (f"Some({name}) = mk().opt()", "D"),
                    (f"Some({name}) = mk().peek()", "r"),
                    ("Some(_) = maybe()", ""),
                    ("true = lock().state()", ""),
                    (f"(Some({name}), _) = (maybe(), mk())", "D"),
                ]
            )
            if type_:
                self.declare(name, type_)
            self.loops.append(("", "while"))
            body = self.block_value("()")
            self.loops.pop()
        return f"while let {form} {body}"

    def for_statement(self) -> str:
        name = self.fresh()
        v = self.value
        forms: list[tuple[str, Callable[[], str], str]] = [
            (name, lambda: v("V"), "D"),
            ("_", lambda: v("V"), ""),
            (name, lambda: f"&{v('V')}", "r"),
            (name, lambda: f"0..{self.random.choice('123')}", "u32"),
            (f"({name}, _)", lambda: "vec![pair(), pair()]", "D"),
            (name, lambda: v("A"), "D"),
            (name, lambda: f"{v('V')}.iter()", "r"),
            (f"ref {name}", lambda: v("V"), "r"),
        ]
        pattern, make, type_ = self.random.choice(forms)
        value = make()
        if "{" in value:
            value = f"({value})"
        with self.frozen_outside():
            if type_:
                self.declare(name, type_)
            label = f"'l{self.fresh()[1:]}"
            self.loops.append((label, "while"))
            body = self.block_value("()")
            self.loops.pop()
        return f"{label}: for {pattern} in {value} {body}"

    def jump_out(self) -> str:
        """A jump to a loop or labelled block that is open; "" if there is none."""
        if not self.loops:
            return ""
        label, type_ = self.random.choice(self.loops)
        if type_ == "while":
            innermost = self.loops[-1] == (label, type_)
            if not label and not innermost:
                return ""
            return f"{self.random.choice(['break', 'continue'])} {label};"
        return f"break {label} {self.bare(self.value(type_))};" if type_ != "()" else f"break {label};"

    def bare(self, text: str) -> str:
        """The text, in parentheses if it might be taken for something else behind a `break`."""
        return text if text[0].isalpha() and "{" not in text else f"({text})"

    def diverge(self) -> str:
        """Statements that do not come back; "" if there is no way out."""
        if self.loops and self.random.random() < 0.5:
            text = self.jump_out()
            if text:
                return text
        if self.closed:
            return 'panic!("out");'
        lines = self.random.choice(["", "look(&mk());", "let g = lock();"])
        return f"{lines} return {self.value(self.result)};"
