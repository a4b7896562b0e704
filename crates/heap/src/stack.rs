//! The calling thread's registers and stack, as words.
//!
//! Registers that a call may change are on the stack already when a function is called; those that it must preserve are
//! copied there first.

use std::hint::black_box;

use crate::mark::Tracer;

/// Words for the registers that calls preserve, on any system.
const REGISTERS: usize = 32;

/// Calls `f` with the lowest address that has to be scanned: everything from there up to the stack's base includes the
/// registers and the frames of all callers.
#[inline(never)]
pub(crate) fn with_registers(f: &mut dyn FnMut(usize)) {
    let mut registers = [0usize; REGISTERS];
    spill(&mut registers);
    from_here(f);
    black_box(&registers);
}

/// Its frame is below that of `with_registers`, so all of that one is above the address it passes on.
#[inline(never)]
fn from_here(f: &mut dyn FnMut(usize)) {
    let here = black_box(0usize);
    f((&raw const here).addr());
    black_box(&here);
}

/// An address in the caller's frame or below it, above those of all functions it calls later.
#[inline(always)]
pub(crate) fn here() -> usize {
    let marker = 0u8;
    black_box(&raw const marker).addr()
}

#[cfg(target_arch = "x86_64")]
fn spill(registers: &mut [usize; REGISTERS]) {
    // SAFETY: writes 8 words, and on Windows 20 more, to an array of `REGISTERS` words.
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12", "mov [{0} + 24], r13",
            "mov [{0} + 32], r14", "mov [{0} + 40], r15", "mov [{0} + 48], rdi", "mov [{0} + 56], rsi",
            in(reg) registers.as_mut_ptr(),
            options(nostack, preserves_flags)
        );
        // Pairs of pointers may be kept in vector registers, some of which calls preserve there.
        #[cfg(windows)]
        std::arch::asm!(
            "movups [{0} + 64], xmm6", "movups [{0} + 80], xmm7", "movups [{0} + 96], xmm8",
            "movups [{0} + 112], xmm9", "movups [{0} + 128], xmm10", "movups [{0} + 144], xmm11",
            "movups [{0} + 160], xmm12", "movups [{0} + 176], xmm13", "movups [{0} + 192], xmm14",
            "movups [{0} + 208], xmm15",
            in(reg) registers.as_mut_ptr(),
            options(nostack, preserves_flags)
        );
    }
}

#[cfg(target_arch = "aarch64")]
fn spill(registers: &mut [usize; REGISTERS]) {
    // SAFETY: writes 20 words to an array of `REGISTERS` words.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{0}]", "stp x21, x22, [{0}, 16]", "stp x23, x24, [{0}, 32]",
            "stp x25, x26, [{0}, 48]", "stp x27, x28, [{0}, 64]", "stp x29, x30, [{0}, 80]",
            "stp d8, d9, [{0}, 96]", "stp d10, d11, [{0}, 112]", "stp d12, d13, [{0}, 128]",
            "stp d14, d15, [{0}, 144]",
            in(reg) registers.as_mut_ptr(),
            options(nostack, preserves_flags)
        );
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("the heap does not know which registers this processor's calls preserve");

/// Reports every word from `low` to `high`.
///
/// # Safety
/// The range is readable, and nobody else writes to it meanwhile.
pub(crate) unsafe fn scan(tracer: &mut Tracer<'_>, low: usize, high: usize) {
    let mut at = low.next_multiple_of(size_of::<usize>());
    while at.saturating_add(size_of::<usize>()) <= high {
        let word = std::ptr::with_exposed_provenance::<usize>(at);
        // SAFETY: the caller's promise. The word may belong to any variable, which is why it is read as volatile.
        tracer.word(unsafe { word.read_volatile() });
        at += size_of::<usize>();
    }
}

#[cfg(test)]
mod tests {
    use super::{here, with_registers};

    #[test]
    fn the_scan_starts_below_every_frame_of_interest() {
        let outer = here();
        let mut called = false;
        with_registers(&mut |low| {
            called = true;
            assert!(low < outer, "the stack grows down");
            assert!(outer - low < 16 << 10, "only a few frames lie between");
        });
        assert!(called);
    }
}
