//! An intrusive doubly linked list of reference-counted elements.

use std::cell::Cell;
use std::ptr;
use std::sync::Arc;

/// A type with room for the links of a list.
///
/// # Safety
///
/// `links` must return the same links for as long as the element lives.
pub unsafe trait Linked: Sized {
    /// The links of this element.
    fn links(&self) -> &Links<Self>;
}

/// The two neighbours of an element; null at the ends, and while it is in no list.
pub struct Links<T> {
    previous: Cell<*const T>,
    next: Cell<*const T>,
    queued: Cell<bool>,
}

// SAFETY: Links are read and written only by the list that the element is in, through `&mut List`, so whoever
// owns the list is the only one to touch them.
unsafe impl<T: Send> Send for Links<T> {}
// SAFETY: As above: a shared reference to an element gives no access to its links.
unsafe impl<T: Send + Sync> Sync for Links<T> {}

impl<T> Default for Links<T> {
    fn default() -> Self {
        Links {
            previous: Cell::new(ptr::null()),
            next: Cell::new(ptr::null()),
            queued: Cell::new(false),
        }
    }
}

/// A list that owns one reference count of each of its elements.
///
/// # Invariants
///
/// `first` and `last` are both null or both point to elements of this list; the links of its elements point to
/// elements of this list only.
pub struct List<T: Linked> {
    first: *const T,
    last: *const T,
}

// SAFETY: The list owns references to its elements, which may be sent and shared.
unsafe impl<T: Linked + Send + Sync> Send for List<T> {}

impl<T: Linked> Default for List<T> {
    fn default() -> Self {
        List { first: ptr::null(), last: ptr::null() }
    }
}

impl<T: Linked> List<T> {
    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// Append an element.
    ///
    /// # Safety
    ///
    /// The element must be in no list.
    pub unsafe fn push_back(&mut self, element: Arc<T>) {
        let element = Arc::into_raw(element);
        // SAFETY: It comes from an `Arc` whose count this list now owns.
        let links = unsafe { &*element }.links();
        links.previous.set(self.last);
        links.next.set(ptr::null());
        links.queued.set(true);
        if self.last.is_null() {
            self.first = element;
        } else {
            // SAFETY: By the type invariants `last` points to an element of this list, which keeps it alive.
            unsafe { &*self.last }.links().next.set(element);
        }
        self.last = element;
    }

    /// Take the first element out.
    pub fn pop_front(&mut self) -> Option<Arc<T>> {
        if self.first.is_null() {
            return None;
        }
        // SAFETY: By the type invariants `first` is an element of this list.
        unsafe { self.remove(&*self.first) }
    }

    /// Take an element out, wherever in the list it is; `None` if it is in no list.
    ///
    /// # Safety
    ///
    /// The element must not be in any other list than this one.
    pub unsafe fn remove(&mut self, element: &T) -> Option<Arc<T>> {
        let links = element.links();
        if !links.queued.replace(false) {
            return None;
        }
        let (previous, next) = (links.previous.get(), links.next.get());
        if previous.is_null() {
            self.first = next;
        } else {
            // SAFETY: The neighbour is an element of the same list, which keeps it alive.
            unsafe { &*previous }.links().next.set(next);
        }
        if next.is_null() {
            self.last = previous;
        } else {
            // SAFETY: As above.
            unsafe { &*next }.links().previous.set(previous);
        }
        // SAFETY: The list owned one count of this element, and gives it away here.
        Some(unsafe { Arc::from_raw(element) })
    }
}

impl<T: Linked> Iterator for List<T> {
    type Item = Arc<T>;

    fn next(&mut self) -> Option<Arc<T>> {
        self.pop_front()
    }
}

impl<T: Linked> Drop for List<T> {
    fn drop(&mut self) {
        while self.pop_front().is_some() {}
    }
}
