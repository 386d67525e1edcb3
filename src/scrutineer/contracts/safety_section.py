"""Reads a `# Safety` section into obligations."""

from __future__ import annotations

import re

import msgspec

from scrutineer.contracts.properties import properties_of
from scrutineer.contracts.prose import code_names, flat, plain, units
from scrutineer.model.contract import Contract, Precondition, Property
from scrutineer.model.items import Parameter

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]*(?:[\w /&]*\b)?safety\b[^\n]*$", re.IGNORECASE | re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*#{1,6}[ \t]+\w", re.MULTILINE)
_ASKS = re.compile(
    r"\b(?:must|shall|should|needs? to|has to|have to|required?|requires|ensures?|guarantees?|promises?|cannot|can't|uphold"
    r"|may (?:only|not)|can only|only (?:be|if|when|safe)|as long as|undefined behaviou?r|unless|is unsafe|unsound|caller)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"^(?:see\b|for more|note\b|notice\b|otherwise\b|this means\b|in other words\b|for (?:example|instance)\b|e\.g\.|i\.e\."
    r"|(?:the )?callers? can\b|attempt\w* to\b|failure to\b|when implementing this\b|also there\b|use `|this (?:is|can) because"
    r"|thus\b|therefore\b|hence\b|however\b|because\b|as such\b|\(see\b|in this case\b|this can turn\b)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:^\(?see(?: also)?:?|same (?:safety )?(?:\w+ )?(?:requirements?|contracts?|rules?|conditions?|invariants?|preconditions?|constraints?|concerns) (?:as|of|for)"
    r"|safety (?:requirements?|contracts?|rules?|conditions?|section|documentation|concerns) (?:of|for|from|in|on|as)(?: the)?)"
    r"[^`\n]{0,40}`([^`]+)`",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\bsame (?:safety )?(?:\w+ )?(?:requirements?|contracts?|rules?|conditions?|invariants?|preconditions?|constraints?)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^(?:furthermore, |additionally, |also, |and )?((?:if|when|whenever|while|once|unless|in case)\b.*?),\s+(?:then\s+)?(?=\S)",
    re.IGNORECASE | re.DOTALL,
)
_TRAILING = re.compile(r"[,\s]+((?:if|unless|when) .+?)[.\s]*$", re.IGNORECASE | re.DOTALL)
_MUST = re.compile(r"\b(?:must|shall|should|may not|needs? to|has to|have to)\b", re.IGNORECASE)
_ONLY = re.compile(r"\bonly\b|\bas long\b|\bsafe\b", re.IGNORECASE)
_EXTENT = re.compile(
    r"\b(?:for|of|at least|extending(?: for)?|up to) (`?[\w.:()* +]+?`?(?: \* [^ ]+)?) (bytes|elements|items|entries|words|values)\b"
)
_PLACES = frozenset(
    (
        "valid",
        "allocated",
        "alive",
        "initialised",
        "aligned",
        "non-null",
        "no-alias",
        "no-data-race",
        "in-list",
        "not-in-list",
    )
)
_CLAUSE = re.compile(
    r";\s+|,?\s+(?:while|whereas|but)\s+|,\s+and\s+|,\s+(?=(?:which|that) )"
    r"|\s+and\s+(?=(?:that\s|must\s|remains?\s|stays?\s|is\s|are\s|has\s|it\s|to\s|must\b|not\b|may\s|the\s|`[^`]+`\s+(?:must|is|are|remains?|has|points?)\b))"
)
_EITHER = re.compile(r"\beither\b(.+?),?\s+\bor\b(.+)", re.IGNORECASE | re.DOTALL)
_POINTER = re.compile(
    r"\b(?:the|a|this|provided|given|passed|raw)\s+(?:\w+\s+)?(?:pointers?|ptr)\b|\breferenced\b|^pointers?\b",
    re.IGNORECASE,
)
_RESULT = re.compile(r"\b(?:returned|resulting|result|return value)\b", re.IGNORECASE)


def section_of(doc: str) -> str | None:
    """The text of a doc comment's safety section, up to the next heading; None if it has none."""
    visible = re.sub(r"(?ms)^[ \t]*```.*?^[ \t]*```", lambda match: re.sub(r"[^\n]", " ", match[0]), doc)
    heading = _HEADING.search(visible)
    if heading is None:
        return None
    after = _NEXT.search(visible, heading.end())
    return doc[heading.end() : after.start() if after else len(doc)]


def read_safety_section(
    doc: str, *, of: str = "", parameters: tuple[Parameter, ...] = (), receiver: bool = False
) -> Contract | None:
    """The contract that a doc comment states under `# Safety`; None where it has no such section.

    `parameters` of the function (without the receiver) are recognised by name in code font, the only pointer
    among them also by words such as "the pointer".
    """
    section = section_of(doc)
    if section is None:
        return None
    text = plain(section)
    names = _Names(parameters, receiver=receiver)
    all_units = [unit for unit in units(text) if not _ASIDE.match(flat(text[unit.start : unit.end]))]
    asking = [unit for unit in all_units if unit.bullet or _ASKS.search(text[unit.start : unit.end])]
    reference = _REFERENCE.search(flat(text))
    obligations: list[Precondition] = []
    for unit in asking or all_units:
        words = text[unit.start : unit.end]
        if _SAME.search(words) or (_REFERENCE.search(flat(words)) and not properties_of(words)):
            continue
        obligations += _obligations(words, names)
    return Contract(
        of=of, source="section", obligations=tuple(obligations), reference=reference[1] if reference else ""
    )


class _Names:
    """Parameters of the function, as words of the section may name them."""

    def __init__(self, parameters: tuple[Parameter, ...], *, receiver: bool) -> None:
        first = ("self",) if receiver else ()
        self.ordered = first + tuple(parameter.name for parameter in parameters)
        pointers = [parameter.name for parameter in parameters if _is_pointer(parameter)]
        self.pointer = pointers[0] if len(pointers) == 1 else ""
        self.only = pointers[0] if len(pointers) == 1 and len(self.ordered) == 1 else ""

    def position(self, name: str) -> int:
        """Index among all arguments, the receiver first; -1 if it is none."""
        return self.ordered.index(name) if name in self.ordered else -1

    def root(self, code: str) -> str:
        """The parameter that a piece of code begins with (`layout` of `layout.size()`), or nothing.

        Where no parameters are known (a trait, a macro), a plain lower-case name is taken for one.
        """
        name = re.split(r"[.\[(]|::|->", code.lstrip("*&( ").removeprefix("mut "))[0]
        if name in self.ordered:
            return name
        return name if not self.ordered and name == code and re.fullmatch(r"[a-z_]\w*", name) else ""

    def mentioned(self, text: str) -> list[str]:
        """Parameters that a piece of text names, in order of place."""
        codes = code_names(text)
        found = [name for code in codes if (name := self.root(code))]
        if not found and self.pointer and _POINTER.search(text):
            return [self.pointer]
        if not found and not codes and _RESULT.search(text):
            return ["result"]
        return list(dict.fromkeys(found))

    def hide(self, text: str) -> str:
        """The text with parameters in code font blanked: `layout` the parameter is not the property."""
        return re.sub(
            r"`([^`]+)`", lambda code: " " * len(code[0]) if self.root(code[1]) == code[1] else code[0], text
        )


def _is_pointer(parameter: Parameter) -> bool:
    return parameter.type.kind == "pointer" or parameter.type.last == "NonNull"


def _obligations(words: str, names: _Names) -> list[Precondition]:
    """The obligations of one bullet or sentence: one per property that its clauses name, at least one."""
    condition, rest = _split_condition(words)
    either = _EITHER.search(rest)
    other = either[2] if either else ""
    main = rest[: either.start(2)] if either else rest
    alternatives = tuple(_of_clauses(other, rest, names, condition)) if other else ()
    found = _of_clauses(main, rest, names, condition)
    if not found:
        subject = next(iter(names.mentioned(rest)), "")
        found = [_obligation("other", rest, subject, names, condition)]
    if alternatives and found[0].property == "other":  # "either null, or valid"
        found, alternatives = list(alternatives), tuple(found)
    if alternatives:
        found = [msgspec.structs.replace(each, alternatives=alternatives) for each in found]
    return found


def _split_condition(words: str) -> tuple[str, str]:
    words = flat(words)
    leading = _CONDITION.match(words)
    if leading:
        return leading[1], words[leading.end() :]
    trailing = _TRAILING.search(words)
    if trailing and _ASKS.search(words[: trailing.start()]) and not _ONLY.search(words[: trailing.start()]):
        return trailing[1], words[: trailing.start()]
    return "", words


def _of_clauses(text: str, whole: str, names: _Names, condition: str) -> list[Precondition]:
    found: dict[tuple[str, str], Precondition] = {}
    subjects: list[str] = []
    waiting: list[str] = []  # named in a clause that says nothing yet: `a` of "`a` and `b` must be valid"
    for written in _CLAUSE.split(text):
        extent = _EXTENT.search(written or "")
        clause = (
            _EXTENT.sub(lambda match: " " * len(match[0]), written) if extent and written else written or ""
        )
        carried = bool(waiting)
        here = waiting + names.mentioned(clause)
        subjects = here or subjects
        said = properties_of(names.hide(clause))
        if not said and _MUST.search(clause):
            said = ((len(clause), "other"),)
        waiting = [] if said else here
        for at, name in said:
            before = names.mentioned(clause[:at])
            about = (before if before and not carried else subjects) or names.mentioned(whole)
            if not about and names.only and name in _PLACES:
                about = [names.only]
            for subject in about or [""]:
                one = _obligation(name, whole, subject, names, condition)
                if extent and name in _PLACES:
                    one = msgspec.structs.replace(one, extent=f"{extent[1].strip('`')} {extent[2]}")
                found.setdefault((name, subject), one)
    return list(found.values())


def _obligation(name: Property, words: str, subject: str, names: _Names, condition: str) -> Precondition:
    mentioned = tuple(code for code in code_names(words) if code != subject)
    return Precondition(
        property=name,
        words=flat(words),
        parameter=subject,
        position=names.position(subject),
        condition=condition,
        names=mentioned,
    )
