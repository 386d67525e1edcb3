//! The device's registers, mapped into memory.

/// How many registers there are.
pub const COUNT: usize = 16;

/// The mapped registers of one device.
pub struct Registers {
    base: *mut u32,
}

impl Registers {
    /// Take over a mapping.
    ///
    /// # Safety
    ///
    /// `base` must point to [`COUNT`] registers that stay mapped, and that nothing else accesses.
    pub unsafe fn new(base: *mut u32) -> Registers {
        Registers { base }
    }

    /// Read one register; `None` if there is no such register.
    pub fn read(&self, index: usize) -> Option<u32> {
        if index >= COUNT {
            return None;
        }
        // SAFETY: `index` was checked above, and `base` points to `COUNT` registers.
        Some(unsafe { self.base.add(index).read_volatile() })
    }

    /// Write one register.
    pub fn write(&mut self, index: usize, value: u32) {
        // SAFETY: trust me
        unsafe { self.base.add(index).write_volatile(value) };
    }

    /// Acknowledge the bell.
    pub fn acknowledge(&mut self) {
        unsafe { self.base.write_volatile(1) };
    }
}
