"""The bug in six shapes, and six look-alikes that are right: a night shift and the tickets that wait for it."""

from __future__ import annotations

CHAIN = """
use std::cell::Cell;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard};

pub struct Ticket { desk: Arc<Desk>, up: Cell<*const Ticket>, down: Cell<*const Ticket>, place: Cell<usize> }
unsafe impl Send for Ticket {}
unsafe impl Sync for Ticket {}

pub struct Chain { top: *const Ticket }
unsafe impl Send for Chain {}

impl Default for Chain {
    fn default() -> Self { Chain { top: ptr::null() } }
}

impl Chain {
    pub fn pull(&mut self) -> Option<Arc<Ticket>> {
        if self.top.is_null() { return None; }
        let top = unsafe { Arc::from_raw(self.top) };
        self.top = top.down.get();
        top.down.set(ptr::null());
        Some(top)
    }
    /// # Safety
    /// The ticket must be in no other chain.
    pub unsafe fn cut(&mut self, ticket: &Ticket) {
        let (up, down) = (ticket.up.get(), ticket.down.get());
        if up.is_null() { self.top = down; } else { unsafe { (*up).down.set(down) }; }
        if !down.is_null() { unsafe { (*down).up.set(up) }; }
    }
    pub fn seek_and_cut(&mut self, ticket: &Ticket) {
        let mut at = self.top;
        while !at.is_null() {
            if ptr::eq(at, ticket) { unsafe { self.cut(&*at) }; return; }
            at = unsafe { (*at).down.get() };
        }
    }
}

impl Drop for Chain {
    fn drop(&mut self) { while self.pull().is_some() {} }
}

#[derive(Default)]
pub struct Board { open: bool, waiting: Chain, numbers: Vec<u64>, slots: Vec<Arc<Ticket>>, own: Vec<Box<u64>>, head: *mut Raw }
unsafe impl Send for Board {}
#[derive(Default)]
pub struct Raw { before: *mut Raw, after: *mut Raw }
pub struct Desk { board: Mutex<Board> }
fn call(_: Arc<Ticket>) {}
fn hand_over(board: MutexGuard<'_, Board>) { drop(board) }
impl Board {
    fn clear_out(&mut self) -> Chain { std::mem::take(&mut self.waiting) }
}
/// # Safety
/// The ticket is in `slots`, at its place.
unsafe fn evict(slots: &mut Vec<Arc<Ticket>>, ticket: &Ticket) {
    let last = slots.len() - 1;
    unsafe { ptr::swap(slots.as_mut_ptr().add(ticket.place.get()), slots.as_mut_ptr().add(last)) };
    slots.pop();
}
"""

HELPED = """
impl Desk {
    fn take_all(&self) -> Chain { std::mem::take(&mut self.board.lock().unwrap().waiting) }
}
"""

CUT = """
impl Ticket {
    pub fn give_up(&self) {
        let mut board = self.desk.board.lock().unwrap();
        // SAFETY: A ticket is only ever put into the chain of its desk, so it is in that chain or in none.
        unsafe { board.waiting.cut(self) };
    }
}
"""

WALK = "while let Some(ticket) = gone.pull() { call(ticket); }"

BUGS = {
    "take": (
        CUT,
        (
            "let mut board = self.board.lock().unwrap(); let mut gone = std::mem::take(&mut board.waiting);"
            f" drop(board); {WALK}"
        ),
    ),
    "replace": (
        CUT,
        (
            "let mut board = self.board.lock().unwrap();"
            f" let mut gone = std::mem::replace(&mut board.waiting, Chain::default()); drop(board); {WALK}"
        ),
    ),
    "guard lost by scope": (
        CUT,
        (
            "let mut gone = { let mut board = self.board.lock().unwrap(); board.open = false;"
            f" std::mem::take(&mut board.waiting) }}; {WALK}"
        ),
    ),
    "guard lost in a callee": (
        CUT,
        (
            "let mut board = self.board.lock().unwrap(); let mut gone = std::mem::take(&mut board.waiting);"
            f" hand_over(board); {WALK}"
        ),
    ),
    "detached by a helper": (
        CUT,
        "let mut board = self.board.lock().unwrap(); let gone = board.clear_out(); drop(board); drop(gone);",
    ),
    "drain": (
        """
impl Ticket {
    pub fn give_up(&self) {
        let mut board = self.desk.board.lock().unwrap();
        // SAFETY: A ticket is only ever in the slots of its own desk.
        unsafe { evict(&mut board.slots, self) };
    }
}
""",
        (
            "let mut board = self.board.lock().unwrap(); let gone: Vec<_> = board.slots.drain(..).collect(); drop(board);"
            " for ticket in gone { call(ticket); }"
        ),
    ),
    "raw chain": (
        """
/// # Safety
/// `entry` is in the chain of the desk.
pub unsafe fn leave(desk: &Desk, entry: *mut Raw) {
    let mut board = desk.board.lock().unwrap();
    // SAFETY: An entry is only ever in the chain of its own desk.
    unsafe {
        if (*entry).before.is_null() { board.head = (*entry).after; }
        (*entry).after = ptr::null_mut();
        (*entry).before = ptr::null_mut();
    }
}
""",
        (
            "let mut board = self.board.lock().unwrap(); let mut gone = board.head; board.head = ptr::null_mut(); drop(board);"
            " while !gone.is_null() { gone = unsafe { (*gone).after }; }"
        ),
    ),
}

RIGHT = {
    "consumed under the lock": (
        CUT,
        (
            f"let mut board = self.board.lock().unwrap(); let mut gone = std::mem::take(&mut board.waiting); {WALK}"
            " drop(gone); drop(board);"
        ),
    ),
    "one at a time under the lock": (
        CUT,
        "loop { let ticket = self.board.lock().unwrap().waiting.pull(); match ticket { Some(t) => call(t), None => break } }",
    ),
    "re-locked around each step": (
        CUT,
        (
            "let mut board = self.board.lock().unwrap(); while let Some(ticket) = board.waiting.pull() {"
            " drop(board); call(ticket); board = self.board.lock().unwrap(); }"
        ),
    ),
    "a removal that searches": (
        """
impl Ticket {
    pub fn give_up(&self) { self.desk.board.lock().unwrap().waiting.seek_and_cut(self); }
}
""",
        f"let mut gone = std::mem::take(&mut self.board.lock().unwrap().waiting); {WALK}",
    ),
    "a list of values": (
        CUT,
        "let gone = std::mem::take(&mut self.board.lock().unwrap().numbers); for n in gone { let _ = n; }",
    ),
    "elements that are owned": (
        """
impl Desk {
    pub fn drop_one(&self, at: usize) {
        let mut board = self.board.lock().unwrap();
        // SAFETY: The caller looked: `at` is less than the length.
        unsafe { let own = board.own.as_mut_ptr().add(at); **own = 0; }
    }
}
""",
        "let gone = std::mem::take(&mut self.board.lock().unwrap().own); for n in gone { let _ = n; }",
    ),
    "a chain that was never shared": (
        CUT,
        f"let mut made = Chain::default(); let mut gone = std::mem::take(&mut made); {WALK}",
    ),
}


LOOKS_FIRST = (
    """
impl Ticket {
    pub fn give_up(&self) {
        let mut board = self.desk.board.lock().unwrap();
        if self.place.get() == usize::MAX { return; }
        // SAFETY: A ticket is only ever in the chain of its desk, unless its place says that it left.
        unsafe { board.waiting.cut(self) };
    }
}
impl Chain {
    pub fn first(&self) -> Option<&Ticket> { unsafe { self.top.as_ref() } }
}
""",
    (
        "let mut board = self.board.lock().unwrap(); let mut gone = std::mem::take(&mut board.waiting);"
        " if let Some(ticket) = gone.first() { ticket.place.set(usize::MAX); }"
        f" drop(board); {WALK}"
    ),
)
"""A removal that asks first, and a detaching function that answers under the lock."""


def source(parts: tuple[str, str]) -> str:
    """A crate of one file: the library, the removal, and a `close` with the given body."""
    removal, body = parts
    return f"{CHAIN}{removal}\nimpl Desk {{\n    pub fn close(&self) {{\n        {body}\n    }}\n}}\n"
