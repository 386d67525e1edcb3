"""Explorer of thread interleavings over small models. Knows nothing about Rust."""

from scrutineer.explore.language.draft import Draft
from scrutineer.explore.language.words import atomic, choose, contract, cut, until

__all__ = ["Draft", "atomic", "choose", "contract", "cut", "until"]
