"""One report for one `unsafe impl Send/Sync`: which bounds it lacks, and what in the code shows it."""

from __future__ import annotations

from scrutineer.model.finding import Related
from scrutineer.program.entries import TypeEntry
from scrutineer.rules.draft import Draft
from scrutineer.rules.thread.exposure import Exposure
from scrutineer.rules.thread.records import Missing, ThreadImpl
from scrutineer.rules.unit import Unit

_VERBS = {"shares": "lends", "moves": "moves out", "takes": "takes in", "copies": "copies out"}


def draft(unit: Unit, impl: ThreadImpl, missing: tuple[Missing, ...]) -> Draft:
    """The report, standing at the impl's header."""
    path = unit.program.files[impl.entry.file].path
    first = missing[0]
    auto = impl.trait.rpartition("::")[2]
    bounds = ", ".join(f"`{one.param}: {one.trait.rpartition('::')[2]}`" for one in missing)
    return Draft(
        path=path,
        span=impl.entry.item.name_span,
        message=f"`{impl.type.item.name}` is {auto} {_scope(impl, first)}, although {_reason(first)}",
        related=tuple(related for one in missing for related in _evidence(unit, impl, one)),
        help=f"the impl must require {bounds}",
    )


def _scope(impl: ThreadImpl, missing: Missing) -> str:
    """For which arguments the impl holds that should not be there."""
    if impl.trait != missing.trait and any(bound.subject.name == missing.param for bound in impl.bounds):
        return f"whether or not `{missing.param}` is {missing.trait.rpartition('::')[2]}"
    return f"for every `{missing.param}`"


def _reason(missing: Missing) -> str:
    if missing.exposure is not None:
        where = missing.function.item.name if missing.function is not None else missing.exposure.field
        return f"`{where}` {_VERBS[missing.exposure.how]} values of `{missing.param}`"
    if missing.function is not None:
        return f"`{missing.function.item.name}` uses its `{missing.param}` through `&self`"
    field = missing.need.field if missing.need is not None else ""
    verb = "shares" if missing.trait.endswith("Sync") else "owns"
    return f"its field `{field}` {verb} values of `{missing.param}`"


def _evidence(unit: Unit, impl: ThreadImpl, missing: Missing) -> list[Related]:
    """The function or the field that shows the need."""
    if missing.function is not None:
        entry = missing.function
        path = unit.program.files[entry.file].path
        return [unit.related(path, entry.item.name_span, f"values of `{missing.param}` are reached here")]
    name = (missing.need.field if missing.need is not None else "").rpartition(".")[2]
    item = impl.type.item
    fields = (*item.fields, *(field for variant in item.variants for field in variant.fields))
    path = unit.program.files[impl.type.file].path
    return [unit.related(path, f.span, f"`{missing.param}` is held here") for f in fields if f.name == name][
        :1
    ]


def derived_draft(unit: Unit, entry: TypeEntry, exposure: Exposure) -> Draft:
    """The report of a type whose derived Sync asks for too little, standing at its name."""
    function = unit.program.functions[exposure.function]
    where = unit.program.files[function.file].path
    return Draft(
        path=unit.program.files[entry.file].path,
        span=entry.item.name_span,
        message=(
            f"`{entry.item.name}` is Sync by its fields without `{exposure.param}: Sync`, "
            f"although `{function.item.name}` lends values of `{exposure.param}`"
        ),
        related=(unit.related(where, function.item.name_span, f"`&{exposure.param}` is lent here"),),
        help=f"write `unsafe impl Sync` with `{exposure.param}: Sync`, or a PhantomData that takes Sync away",
    )
