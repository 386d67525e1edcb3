"""Random `let` statements."""

from __future__ import annotations

from controls import Controls

_VALUES = ["D", "D", "D", "O", "T", "P", "E", "B", "V", "A", "G", "bool", "u32", "Q"]
_TYPES = {
    "D": "D",
    "O": "Option<D>",
    "T": "(D, D)",
    "P": "P",
    "E": "E",
    "B": "Box<D>",
    "V": "Vec<D>",
    "A": "[D; 2]",
    "G": "G",
    "bool": "bool",
    "u32": "u32",
    "Q": "Q",
}


class Lets(Controls):
    """Writes `let` statements."""

    def let_value(self) -> str:
        type_ = self.random.choice(_VALUES)
        value = self.value(type_)
        reused = [name for name in self.present(type_) if name != "self"]
        name = self.random.choice(reused) if reused and self.random.random() < 0.15 else self.fresh()
        if name in self.frozen:
            name = self.fresh()
        self.declare(name, type_, mutable=True)
        return f"let mut {name}: {_TYPES[type_]} = {value};"

    def let_later(self) -> str:
        name = self.fresh()
        value = self.value("D")
        declared = f"let mut {name}: D; "
        if self.random.random() < 0.5:
            return declared + f"if flip() {{ {name} = {value}; }}"
        self.declare(name, "D", mutable=True)
        return declared + f"{name} = {value};"

    def let_pattern(self) -> str:
        a, b = self.fresh(), self.fresh()
        forms = [
            (f"({a}, {b})", "T", {a: "D", b: "D"}),
            (f"({a}, _)", "T", {a: "D"}),
            (f"(mut {a}, mut {b})", "T", {a: "D", b: "D"}),
            (f"&{a}", "&u32", {a: "u32"}),
            (f"(_, {b})", "T", {b: "D"}),
            (f"(ref {a}, ref {b})", "T", {a: "r", b: "r"}),
            (f"P {{ a: {a}, .. }}", "P", {a: "D"}),
            (f"P {{ b: {b}, a: {a} }}", "P", {a: "D", b: "D"}),
            (f"P {{ a: ref {a}, b: _ }}", "P", {a: "r"}),
            (f"[{a}, {b}]", "A", {a: "D", b: "D"}),
            (f"[_, {b}]", "A", {b: "D"}),
            (f"Q({a}, .., {b})", "Q", {a: "D", b: "D"}),
            (f"Q(_, {a}, _)", "Q", {a: "D"}),
            (f"({a}, {b})", "T2", {a: "D", b: "D"}),
            (f"ref {a}", "D", {a: "r"}),
        ]
        pattern, type_, names = self.random.choice(forms)
        if type_ == "&u32":
            value = f"&{self.value('u32')}"
        else:
            value = f"({self.value('D')}, {self.value('D')})" if type_ == "T2" else self.value(type_)
        if type_ == "A":
            value = self.temporary("A")
        if any(kind == "r" for kind in names.values()) and not value.endswith(")"):
            value = {"T": "pair()", "P": "ps()", "D": "mk()"}[type_]
        for name, kind in names.items():
            self.declare(name, kind, mutable=f"mut {name}" in pattern)
        return f"let {pattern} = {value};"

    def let_reference(self) -> str:
        name = self.fresh()
        v = self.value
        value = self.pick(
            [
                lambda: f"&{v('D')}",
                lambda: f"&{v('P')}.b",
                lambda: f"&{v('T')}.0",
                lambda: f"&(&{v('D')}, {v('D')}).1",
                lambda: f"if {self.scrutinee(v('bool'))} {{ &mk() }} else {{ &{v('D')} }}",
                lambda: f"{{ {self.value_statement()} &mk() }}",
                lambda: "match maybe() { Some(_) => &mk(), None => &mk() }",
                lambda: f"&{v('V')}[0]",
                lambda: f"&*{v('B')}",
                lambda: f"&P {{ a: {v('D')}, b: {v('D')} }}.a",
                lambda: f"&{{ {self.value_statement()} mk() }}",
            ]
        )
        if any(
            c.startswith("x") for c in value.replace("(", " ").replace("&", " ").replace(".", " ").split()
        ):
            value = "&mk()"
        self.declare(name, "r")
        return f"let {name} = {value};"

    def value_statement(self) -> str:
        return f"let _t = {self.random.choice(['mk()', 'lock()', 'pair()'])};"

    def let_discard(self) -> str:
        v = self.value
        place = [lambda: self.borrowed("D", "{}")] if self.present("D") else []
        return f"let _ = {self.pick([lambda: v('D'), lambda: v('T'), lambda: f'&{v(chr(68))}', *place])};"

    def let_else(self) -> str:
        name = self.fresh()
        form = self.random.choice(
            ["Some({})", "Ok({})", "Some({} @ D(_))", "Some(ref {})", "Some({}) | Some({})"]
        )
        value = self.value("R" if form.startswith("Ok") else "O")
        with self.branch():
            diverging = self.diverge()
        if not diverging:
            return ""
        if "ref" in form:
            value = "maybe()"
        self.declare(name, "r" if "ref" in form else "D")
        form = "Some({})" if "|" in form else form
        return f"let {form.format(name)} = {self.scrutinee(value)} else {{ {diverging} }};"
