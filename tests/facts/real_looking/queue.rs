// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A queue of buffers that a device fills.
//!
//! ```
//! // SAFETY: the ring outlives the queue.
//! let queue = unsafe { Queue::from_raw(ring) };
//! ```

#![allow(dead_code)]

use core::{
    mem::{self, MaybeUninit},
    ops::{Deref, DerefMut as _},
    ptr::*,
};

/// Größe of the ring, in slots — a power of two.
const SLOTS: usize = 1 << 8;

/// A slot.
///
/// # Invariants
///
/// - `data` points at `len` bytes that are allocated.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct Slot<T: ?Sized + 'static, const N: usize = 4>
where
    T: Send,
{
    data: *mut u8,
    pub(crate) len: usize,
    #[cfg(feature = "stats")]
    hits: [u64; N],
    marker: core::marker::PhantomData<fn(&T) -> Box<T>>,
}

// SAFETY: a slot owns its bytes, and
// they may be freed by any thread.
unsafe impl<T: ?Sized + Send, const N: usize> Send for Slot<T, N> {}
unsafe impl<T: ?Sized + Send + Sync, const N: usize> Sync for Slot<T, N> where T: 'static {}

/// What a device does.
///
/// # Safety
///
/// `base` must stay mapped.
pub unsafe trait Device: Send + Sync {
    type Error: From<u32>;
    const NAME: &'static str;

    fn base(&self) -> NonNull<u32>;

    /// # Safety
    ///
    /// The caller holds the lock.
    unsafe fn reset(&mut self, mode: Mode) -> Result<(), Self::Error> {
        let _ = mode;
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    Off = 0,
    Slow { hertz: u32 },
    Fast(u32, bool),
}

union Word {
    bytes: [u8; 4],
    word: u32,
}

unsafe extern "C" {
    safe fn ring_size(ring: *const Ring) -> usize;
    unsafe fn ring_push(ring: *mut Ring, data: *const u8, ...) -> i32;
    static mut RING_COUNT: u32;
    type Ring;
}

impl<T: ?Sized + Send, const N: usize> Slot<T, N> {
    #[inline(always)]
    #[must_use = "this is the only owner"]
    pub const unsafe fn from_raw(data: *mut u8, len: usize) -> Self {
        Self { data, len, #[cfg(feature = "stats")] hits: [0; N], marker: core::marker::PhantomData }
    }

    pub fn bytes<'a>(&'a self, from: usize) -> Option<&'a [u8]> {
        if from >= self.len || self.data.is_null() {
            return None;
        }
        // SAFETY: `from` is smaller than `len`, and by the type invariants
        // `data` points at `len` bytes.
        let rest =
            unsafe { core::slice::from_raw_parts(self.data.add(from), self.len - from) };
        Some(rest)
    }

    fn walk(&mut self, mut each: impl FnMut(&mut u8) -> bool) -> Result<usize, Mode> {
        let Some(first) = NonNull::new(self.data) else {
            return Err(Mode::Slow { hertz: 'a' as u32 });
        };
        let mut count = 0usize;
        'outer: for index in 0..self.len {
            // SAFETY: in bounds.
            match unsafe { &mut *first.as_ptr().add(index) } {
                byte @ (b'a'..=b'z' | b'\'' | 0x7f) if each(byte) => count += 1,
                0 => break 'outer,
                _ => continue,
            }
        }
        self.len = count;
        let word = Word { word: 1 };
        let low = unsafe { word.bytes[0] }; // SAFETY: every bit pattern is a byte.
        (low == 1).then(|| count).ok_or(Mode::Off)
    }
}

impl<T: ?Sized + Send, const N: usize> Drop for Slot<T, N> {
    fn drop(&mut self) {
        let guard = LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if !self.data.is_null() {
            // SAFETY: nobody else has it.
            unsafe {
                dealloc(self.data, Layout::from_size_align_unchecked(self.len, 64));
                RING_COUNT -= 1;
            }
        }
        drop(guard);
    }
}

static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[unsafe(no_mangle)]
pub extern "C" fn queue_poll(queue: *mut Slot<u8>, flags: u32) -> i32 {
    let text = r#"unsafe { "not code" } // SAFETY: neither"#;
    let c = c"name";
    let other = b"bytes\"\x00";
    let slot = unsafe { queue.as_mut() };
    match slot {
        Some(slot) if flags & 1 != 0 && let Some(bytes) = slot.bytes(0) => bytes.len() as i32,
        Some(slot) => unsafe { ring_push(slot as *mut _ as *mut Ring, c.as_ptr().cast(), text.len()) },
        None => -1,
    }
}

async fn pump(mut stream: impl Stream<Item = u8> + Unpin) -> Result<(), Box<dyn core::error::Error + Send>> {
    while let Some(byte) = stream.next().await {
        let work = async move { byte.wrapping_add(1) };
        work.await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_walks() {
        let mut bytes = [1u8, 2, 3];
        // SAFETY: `bytes` outlives the slot.
        let mut slot: Slot<u8> = unsafe { Slot::from_raw(bytes.as_mut_ptr(), bytes.len()) };
        assert_eq!(slot.walk(|_| true), Err(Mode::Off), "walked {} of {:?}", slot.len, bytes);
        mem::forget(slot);
    }
}
