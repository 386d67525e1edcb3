"""What the fields of a type prove of its `unsafe impl Send` and `Sync`."""

from __future__ import annotations

import pytest
from judged import cases_of

PROVED = [
    "struct S(u32);\nunsafe impl Send for S {}",
    "struct S(*const u32, PhantomData<u8>);\nunsafe impl Send for S {}",
    "struct S<T>(NonNull<T>, PhantomData<T>);\nunsafe impl<T: Send + Sync> Send for S<T> {}",
    "struct S(Inner);\nstruct Inner(Option<NonNull<u32>>);\nunsafe impl Sync for S {}",
    "struct S(u32, PhantomData<*const ()>);\nunsafe impl Send for S {}",  # a marker alone holds nothing
    "struct S<T>(usize, PhantomData<*mut T>);\nunsafe impl<T: Send> Send for S<T> {}",
    "struct S(*const u32);\nunsafe impl Sync for S {}\nimpl S { fn get(&self) -> u32 { unsafe { self.0.read() } } }",
]
NOT_PROVED = [
    "struct S<T>(NonNull<T>);\nunsafe impl<T> Send for S<T> {}",
    "struct S<T>(NonNull<T>);\nunsafe impl<T: Send> Send for S<T> {}",  # shared behind the pointer?
    "struct S<T>(*mut u8, PhantomData<T>);\nunsafe impl<T> Send for S<T> {}",  # the marker says whose memory it is
    "struct S(*mut ());\nunsafe impl Send for S {}",  # of whatever type
    "struct S(Inner);\nstruct Inner(u32, PhantomData<*mut ()>);\nunsafe impl Send for S {}",  # made so on purpose
    "struct S<T>(usize, PhantomData<*mut T>);\nunsafe impl<T> Send for S<T> {}",  # an address is a number, too
    "struct S(UnsafeCell<u32>);\nunsafe impl Sync for S {}",
    "struct S(*mut u32);\nunsafe impl Sync for S {}\nimpl S { fn set(&self) { unsafe { self.0.write(1) } } }",
]
USES = "use std::{cell::UnsafeCell, marker::PhantomData, ptr::NonNull};\n"


def settled(text: str) -> bool:
    """Whether the impl's case is settled."""
    (case,) = [each for each in cases_of(USES + text).all if each.site.kind_is("impl")]
    return case.settled


@pytest.mark.parametrize("text", PROVED)
def test_fields_that_every_thread_may_have_prove_it(text: str) -> None:
    assert settled(text)


@pytest.mark.parametrize("text", NOT_PROVED)
def test_fields_that_tell_too_little_prove_nothing(text: str) -> None:
    assert not settled(text)
