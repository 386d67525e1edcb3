"""Random statements, and expressions that hold statements."""

from __future__ import annotations

from collections.abc import Callable

from lets import Lets


class Statements(Lets):
    """Writes statements; see `Expressions` for what is tracked."""

    def body(self, type_: str, size: int) -> str:
        return self.block(type_, size)

    def statement(self) -> str:
        """One statement; what it looks at stays where it is until it ends."""
        held = set(self.held)
        text = self.any_statement()
        self.held = held
        return text

    def any_statement(self) -> str:
        options: list[Callable[[], str]] = [
            *[self.let_value] * 4,
            self.let_later,
            self.let_pattern,
            self.let_reference,
            self.let_discard,
            self.let_else,
            self.ignore,
            self.ignore,
            self.consume,
            self.assign,
            self.assign_field,
            self.take_apart,
            self.if_statement,
            self.if_statement,
            self.while_statement,
            self.while_let,
            self.for_statement,
            self.match_statement,
            self.leave,
            self.jump,
            self.count_up,
            self.assign_through,
            self.assign_element,
            self.use_macro,
            self.write_text,
            self.let_closure,
            self.macro,
            lambda: self.block("()", 2),
        ]
        return self.pick(options)

    def ignore(self) -> str:
        kinds = ["D", "O", "T", "bool", "bool", "R", "E", "P"]
        value = self.value(self.random.choice(kinds))
        return f"({value});" if value.startswith(("if", "match", "{", "loop", "unsafe", "'")) else f"{value};"

    def consume(self) -> str:
        form = self.random.choice(["drop({});", "mem::forget({});", "eat({});", "mem::drop({});"])
        return form.format(self.value(self.random.choice(["D", "D", "D"])))

    def assign(self) -> str:
        type_ = self.random.choice(["D", "D", "O", "P", "B"])
        names = self.mutable(type_)
        value = self.value(type_)
        names = [name for name in names if name in self.variables]
        return f"{self.random.choice(names)} = {value};" if names else f"let _ = {value};"

    def assign_field(self) -> str:
        value = self.value("D")
        names = self.mutable("P")
        if not names:
            return f"drop({value});"
        return f"{self.random.choice(names)}.{self.random.choice('ab')} = {value};"

    def take_apart(self) -> str:
        value = self.value("T")
        names = self.mutable("D")
        if len(names) < 2:
            return f"let _ = {value};"
        a, b = self.random.sample(names, 2)
        return f"({a}, {self.random.choice([b, '_'])}) = {value};"

    def assign_through(self) -> str:
        value = self.value("D")
        names = [name for name in self.mutable("D") if name not in value]
        if not names:
            return f"*mk().touch() = {value};"
        name = self.random.choice(names)
        return self.random.choice(
            [f"{{ let r = &mut {name}; *r = {value}; }}", f"*{name}.touch() = {value};"]
        )

    def assign_element(self) -> str:
        value = self.value("D")
        names = self.mutable("V")
        return f"{self.random.choice(names)}[0] = {value};" if names else f"vec![mk(), mk()][1] = {value};"

    def use_macro(self) -> str:
        name = self.fresh()
        if self.random.random() < 0.5:
            self.declare(name, "G")
            return f"hold!({name});"
        value = self.value("D")
        self.declare(name, "D", mutable=True)
        return f"hold!({name} = {value});"

    def write_text(self) -> str:
        v = self.value
        return self.pick(
            [
                lambda: f'{{ let mut s = text(); let _ = write!(s, "{{}}", {v("bool")}); }}',
                lambda: f'info!("{{}} {{}}", {v("bool")}, {v("D")}.look());',
                lambda: "let _ = line!();",
                lambda: f"let p = std::pin::pin!({v('D')});",
            ]
        )

    def count_up(self) -> str:
        names = self.mutable("u32")
        value = self.value("u32")
        return f"{self.random.choice(names)} += {value} & 3;" if names else f"absorb({value});"

    def leave(self) -> str:
        if self.closed:
            return self.consume()
        with self.branch():
            return f"if {self.scrutinee(self.value('bool'))} {{ return {self.value(self.result)}; }}"

    def jump(self) -> str:
        with self.branch():
            text = self.jump_out()
        return f"if flip() {{ {text} }}" if text else self.ignore()

    def let_closure(self) -> str:
        name = self.fresh()
        text = self.closure("|| ", lambda: self.value("bool"), again=True)
        return f"{{ let mut {name} = {text}; {name}(); {self.random.choice([name + '();', ''])} }}"

    def macro(self) -> str:
        v = self.value
        return self.pick(
            [
                lambda: f'format!("{{}}", {v("bool")});',
                lambda: f"assert!({v('bool')} || true);",
                lambda: f"assert_ne!({v('u32')} | 8, 1);",
                lambda: f"assert_eq!({v('u32')} & 0, 0);",
                lambda: f"assert_eq!({v('D')}, {v('D')});",
                lambda: f'debug_assert_eq!({v("u32")} & 0, 0, "{{}}", mk().look());',
                lambda: f'debug_assert!({v("u32")} < 90, "{{}}", mk().look());',
                lambda: f"let _ = matches!({v('E')}, E::A(_) | E::C);",
                lambda: f'if {self.scrutinee(v("bool"))} {{ panic!("{{}}", {v("bool")}); }}',
                lambda: "#[cfg(never)] drop(mk());",
            ]
        )
