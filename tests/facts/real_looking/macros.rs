//! Macros that write unsafe code.

/// Implements a trait for plain types.
#[macro_export]
macro_rules! impl_plain {
    ($($(#[$attr:meta])* $name:ty),* $(,)?) => {
        $(
            $(#[$attr])*
            // SAFETY: every bit pattern is valid, as the caller says.
            unsafe impl $crate::Plain for $name {}
        )*
    };
}

macro_rules! accessor {
    ($vis:vis fn $get:ident / $set:ident -> $ty:ty, $offset:expr) => {
        /// Reads the register.
        $vis fn $get(&self) -> $ty {
            // SAFETY: `base` is mapped and `$offset` is a register.
            unsafe { self.base.cast::<$ty>().add($offset).read_volatile() }
        }

        $vis fn $set(&mut self, value: $ty) {
            unsafe { self.base.cast::<$ty>().add($offset).write_volatile(value) }
        }
    };
    (@each $self:ident [$($done:tt)*] $next:ident : $ty:ty => $($rest:tt)*) => {
        accessor!(@each $self [$($done)* unsafe { $self.$next as $ty }] $($rest)*)
    };
}

impl_plain!(u8, u16, #[cfg(target_pointer_width = "64")] u64, [u8; 4]);

pub struct Registers {
    base: *mut u8,
}

impl Registers {
    accessor!(pub fn control / set_control -> u32, 0x10);
    accessor! { fn status / set_status -> u16, { 2 * 4 } }

    pub fn dump(&self) {
        log::debug!("control {:#x}, first {}", self.control(), unsafe { *self.base });
        debug_assert!(self.status() != 0, "dead");
        let total = vec![unsafe { self.base.read() }; 3].iter().map(|b| *b as u32).sum::<u32>();
        let value = try_init!(Pair {
            // SAFETY: `this` is being initialised.
            first <- unsafe { init_from(this) },
            second: total,
        }? Error);
        drop(value);
    }
}

thread_local! {
    static CURRENT: core::cell::Cell<u32> = const { core::cell::Cell::new(0) };
}

cfg_if::cfg_if! {
    if #[cfg(unix)] {
        pub unsafe fn raw_handle(fd: i32) -> i32 { fd }
    } else {
        /// # Safety
        ///
        /// `handle` is open.
        pub unsafe fn raw_handle(handle: isize) -> isize {
            unsafe { duplicate(handle) }
        }
    }
}

fn old(path: &Path) -> io::Result<String> {
    let mut file = try!(File::open(path));
    let mut text = String::new();
    try!(file.read_to_string(&mut text));
    Ok(text)
}
