"""Which rules run."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec

from scrutineer.rules.audience import UnknownRuleError
from scrutineer.rules.rule import Rule, all_rules


class Selection(msgspec.Struct, frozen=True):
    """The rules of a run, by id."""

    rules: tuple[Rule, ...]

    @property
    def bodies(self) -> bool:
        """Whether one of them looks at what functions do."""
        return any(rule.bodies for rule in self.rules)


def select_rules(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> Selection:
    """Rules named by `select` (all, if it names none) without those named by `ignore`.

    A name is a rule's id, a class of findings (every rule that can report it), or `all`. Raises
    UnknownRuleError.
    """
    wanted = _named(select) or {rule.id for rule in all_rules()}
    wanted -= _named(ignore)
    return Selection(tuple(rule for rule in all_rules() if rule.id in wanted))


def _named(names: Iterable[str]) -> set[str]:
    return {rule.id for name in names for rule in _rules_of(name)}


def _rules_of(name: str) -> list[Rule]:
    found = [rule for rule in all_rules() if name in {"all", rule.id} or name in rule.classes]
    if not found:
        raise _unknown(name, "rule or class")
    return found


def find_rule(name: str) -> Rule:
    """The rule of that id. Raises UnknownRuleError."""
    for rule in all_rules():
        if rule.id == name:
            return rule
    raise _unknown(name, "rule")


def _unknown(name: str, what: str) -> UnknownRuleError:
    near = difflib.get_close_matches(name, [rule.id for rule in all_rules()], n=1)
    hint = f"; did you mean `{near[0]}`?" if near else "; `scrutineer rules` lists them"
    return UnknownRuleError(f"no {what} is called `{name}`{hint}")
