"""What stands beside a site in its file: the impl that it is, the block around it, the comments that argue for it."""

from __future__ import annotations

from scrutineer.model.file import FileFacts
from scrutineer.model.items import SafetyComment
from scrutineer.model.site import Site
from scrutineer.program.entries import FunctionEntry, ImplEntry
from scrutineer.program.memo import kept
from scrutineer.program.program import Program


@kept
def _numbers(program: Program) -> dict[str, int]:
    return {facts.path: number for number, facts in enumerate(program.files[: program.written])}


@kept
def _impls(program: Program) -> dict[tuple[int, int, int], ImplEntry]:
    spans = ((entry.file, entry.item.name_span) for entry in program.impls)
    return dict(zip(((file, span.start, span.end) for file, span in spans), program.impls, strict=True))


def file_of(program: Program, site: Site) -> FileFacts:
    """Facts of the file that a site stands in."""
    return program.files[_numbers(program)[site.path]]


def impl_at(program: Program, site: Site) -> ImplEntry | None:
    """The `unsafe impl` that a site is."""
    return _impls(program).get((_numbers(program)[site.path], site.span.start, site.span.end))


def function_of(program: Program, site: Site) -> FunctionEntry | None:
    """The function that a site stands in."""
    return program.functions[site.function] if site.function >= 0 else None


def comments_of(program: Program, site: Site) -> tuple[SafetyComment, ...]:
    """SAFETY comments of a site: its block's, else its impl's, else those of the unsafe function around it."""
    if site.unsafe_block >= 0:
        return file_of(program, site).unsafe_blocks[site.unsafe_block].comments
    entry = impl_at(program, site) if site.kind_is("impl") else function_of(program, site)
    return entry.item.comments if entry is not None else ()
