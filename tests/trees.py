"""Small source trees, written to disk by the test that needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Write = Callable[[dict[str, str]], Path]

STRICT = (
    '[package]\nname = "strict"\nversion = "0.1.0"\nedition = "2021"\n'
    '[lints.clippy]\nundocumented_unsafe_blocks = "warn"\n'
)
"""Manifest of a crate that asks for safety comments: there a missing one is a warning."""

BARE = "pub fn bare(p: &u8) -> u8 {\n    unsafe { *(p as *const u8) }\n}\n"
"""A sound unsafe block without a comment: only rules about documentation have something to say."""

ARGUED = "pub fn argued(p: &u8) -> u8 {\n    // SAFETY: It comes from a reference.\n    unsafe { *(p as *const u8) }\n}\n"

UNTIED = "pub fn untied<'a>(p: &String) -> &'a mut String {\n    unsafe { &mut *(p as *const String as *mut String) }\n}\n"
"""An unsafe block without a comment in a body that rules about lifetimes and aliasing have something to say about."""
