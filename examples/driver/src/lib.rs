//! Driver of an imaginary doorbell device.
//!
//! Programs open a [`Port`] and wait on it for the bell; each of them is a [`Waiter`] in a list of the port. The
//! list is intrusive, as drivers like them: the links lie inside the waiters, so that nothing is allocated when
//! the bell rings, and a waiter that gives up leaves the list in constant time.

pub mod list;
pub mod port;
pub mod registers;

pub use port::{Outcome, Port, Waiter};
