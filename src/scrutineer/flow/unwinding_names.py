"""Names of library methods, traits and types by what iterating or looking runs of a user's code."""

from __future__ import annotations

ACCESSORS = frozenset(
    {"as_ref", "as_mut", "borrow", "borrow_mut", "deref", "deref_mut", "len", "is_empty", "capacity"}
    | {"size_hint", "index", "index_mut", "as_slice", "as_mut_slice", "as_ptr", "as_mut_ptr", "into_iter"}
)
"""Methods of traits that only hand out what a value holds."""
ADAPTERS = frozenset(
    {"enumerate", "zip", "rev", "take", "skip", "chain", "peekable", "cloned", "copied", "by_ref"}
    | {"map", "filter", "filter_map", "take_while", "fuse"}
)
"""Methods of iterators that wrap them and take no step."""
STEPS_ITERATOR = frozenset({"next", "next_back", "into_iter", "nth"})
"""Methods that run what an iterator is made of."""
ITERATING = frozenset(
    {"Iterator", "IntoIterator", "DoubleEndedIterator", "ExactSizeIterator", "Fn", "FnMut", "FnOnce"}
)
"""Bounds that make a type parameter code which iterators run."""
PLAIN_ITERATORS = frozenset(
    {
        "Iter",
        "IterMut",
        "IntoIter",
        "Drain",
        "Chunks",
        "ChunksMut",
        "ChunksExact",
        "ChunksExactMut",
        "Windows",
    }
    | {"Vec", "VecDeque", "Option", "Range"}
)
"""Types of the library whose iteration moves elements and runs no code of theirs."""
DROP_LATER = frozenset({"drain", "splice", "extract_if"})  # their result does, when it is dropped
