"""Rust text to trees and tokens: normalising, parsing, macros. Trees never leave the worker."""
