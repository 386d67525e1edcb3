//! Ports, and who waits on them.

use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use crate::list::{Linked, Links, List};

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bell rang.
    Rang,
    /// The port was closed.
    Closed,
}

#[derive(Default)]
struct Shared {
    closed: bool,
    waiters: List<Waiter>,
}

/// One open port of the device.
#[derive(Default)]
pub struct Port {
    shared: Mutex<Shared>,
}

/// A program that waits on a port.
pub struct Waiter {
    port: Arc<Port>,
    links: Links<Waiter>,
    outcome: AtomicU8,
}

// SAFETY: The links are a field, so they are always the same.
unsafe impl Linked for Waiter {
    fn links(&self) -> &Links<Waiter> {
        &self.links
    }
}

impl Port {
    /// Open a port.
    pub fn open() -> Arc<Port> {
        Arc::new(Port::default())
    }

    /// Start to wait; `None` if the port is closed already.
    pub fn wait(self: &Arc<Port>) -> Option<Arc<Waiter>> {
        let waiter = Arc::new(Waiter {
            port: self.clone(),
            links: Links::default(),
            outcome: AtomicU8::new(0),
        });
        let mut shared = self.shared.lock().unwrap();
        if shared.closed {
            return None;
        }
        // SAFETY: The waiter was made above, so it is in no list yet.
        unsafe { shared.waiters.push_back(waiter.clone()) };
        Some(waiter)
    }

    /// Ring the bell: the first in the list has it.
    pub fn ring(&self) {
        let mut shared = self.shared.lock().unwrap();
        let first = shared.waiters.pop_front();
        drop(shared);
        if let Some(waiter) = first {
            waiter.finish(Outcome::Rang);
        }
    }

    /// Close the port, and tell everyone who still waits.
    pub fn close(&self) {
        let mut shared = self.shared.lock().unwrap();
        shared.closed = true;
        let waiting = mem::take(&mut shared.waiters);
        // Waking a program may take a while, so not under the lock.
        drop(shared);
        for waiter in waiting {
            waiter.finish(Outcome::Closed);
        }
    }
}

impl Waiter {
    /// Give up waiting. Whether the waiter was still in the list.
    pub fn cancel(&self) -> bool {
        let mut shared = self.port.shared.lock().unwrap();
        // SAFETY: A waiter is only ever put into the list of the port that made it, and never into any other. So it
        // is either in this list or in none.
        let removed = unsafe { shared.waiters.remove(self) };
        drop(shared);
        removed.is_some()
    }

    /// How the wait ended, if it did.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.outcome.load(Ordering::Acquire) {
            1 => Some(Outcome::Rang),
            2 => Some(Outcome::Closed),
            _ => None,
        }
    }

    fn finish(&self, outcome: Outcome) {
        let code = if outcome == Outcome::Rang { 1 } else { 2 };
        self.outcome.store(code, Ordering::Release);
    }
}
