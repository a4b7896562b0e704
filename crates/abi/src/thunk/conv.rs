//! The conventions managed functions can be called with.

use crate::convention::{Abi, Arch};
use std::fmt;

/// How managed functions call one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ManagedConv {
    /// As C functions with 64-bit integer parameters under a platform's convention.
    Platform(Abi),
    /// Cranelift's `Tail` convention, the same on every system: callees pop their stack arguments (rounded up to 16 bytes),
    /// so that calls in tail position can replace them. Source: cranelift-codegen 0.135.8, `isa/x64/abi.rs` and
    /// `isa/aarch64/abi.rs` (`compute_arg_locs`, `get_intreg_for_arg`, `get_intreg_for_retval`, `gen_return`).
    Tail(Arch),
}

impl ManagedConv {
    /// Every convention of an architecture.
    pub fn all(arch: Arch) -> Vec<ManagedConv> {
        let platform = Abi::ALL.into_iter().filter(|abi| abi.arch() == arch).map(ManagedConv::Platform);
        platform.chain([ManagedConv::Tail(arch)]).collect()
    }

    /// The architecture.
    pub const fn arch(self) -> Arch {
        match self {
            ManagedConv::Platform(abi) => abi.arch(),
            ManagedConv::Tail(arch) => arch,
        }
    }

    /// The platform convention whose set of callee-saved registers holds here too.
    const fn base(self) -> Abi {
        match self {
            ManagedConv::Platform(abi) => abi,
            ManagedConv::Tail(Arch::X64) => Abi::SysvX64,
            ManagedConv::Tail(Arch::Arm64) => Abi::Aapcs64,
        }
    }

    /// Hardware numbers of the integer argument registers, in argument order. On ARM64, `Tail` leaves out x0 (return area)
    /// and x1 (address of an indirect callee).
    pub const fn int_args(self) -> &'static [u8] {
        match self {
            ManagedConv::Tail(Arch::Arm64) => &[2, 3, 4, 5, 6, 7],
            _ => self.base().int_args(),
        }
    }

    /// Hardware number of the register a 64-bit integer is returned in.
    pub const fn int_result(self) -> u8 {
        match self {
            ManagedConv::Tail(Arch::Arm64) => 2,
            _ => self.base().int_results()[0],
        }
    }

    /// Whether callees pop their stack arguments.
    pub const fn callee_pops(self) -> bool {
        matches!(self, ManagedConv::Tail(_))
    }

    /// Bytes between the stack pointer at the call and the first stack argument.
    pub const fn shadow_space(self) -> u32 {
        self.base().shadow_space()
    }

    /// The register that holds the VM context in all managed code (Cranelift's pinned register): r15, x21.
    pub const fn context(self) -> u8 {
        match self.arch() {
            Arch::X64 => 15,
            Arch::Arm64 => 21,
        }
    }

    /// Bytes of stack arguments that a callee pops for `count` arguments after function and call info.
    pub const fn popped(self, count: usize) -> usize {
        let on_stack = (count + 2).saturating_sub(self.int_args().len());
        if self.callee_pops() { (on_stack * 8).next_multiple_of(16) } else { 0 }
    }

    /// Integer registers that callers here expect preserved and functions of `other` may change.
    pub(super) fn int_not_saved_by(self, other: Abi) -> Vec<u8> {
        missing(self.base().int_callee_saved(), other.int_callee_saved())
    }

    /// Vector registers that callers here expect preserved and functions of `other` may change.
    pub(super) fn vec_not_saved_by(self, other: Abi) -> Vec<u8> {
        missing(self.base().vec_callee_saved(), other.vec_callee_saved())
    }

    /// Integer registers that functions here may change and callers under `host` expect preserved.
    pub(super) fn int_clobbers(self, host: Abi) -> Vec<u8> {
        missing(host.int_callee_saved(), self.base().int_callee_saved())
    }

    /// Vector registers that functions here may change and callers under `host` expect preserved.
    pub(super) fn vec_clobbers(self, host: Abi) -> Vec<u8> {
        missing(host.vec_callee_saved(), self.base().vec_callee_saved())
    }
}

fn missing(wanted: &[u8], saved: &[u8]) -> Vec<u8> {
    wanted.iter().copied().filter(|reg| !saved.contains(reg)).collect()
}

impl fmt::Display for ManagedConv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManagedConv::Platform(abi) => abi.fmt(f),
            ManagedConv::Tail(Arch::X64) => f.write_str("tail-x64"),
            ManagedConv::Tail(Arch::Arm64) => f.write_str("tail-arm64"),
        }
    }
}

/// Where in the call info the number of arguments is, not counting function and call info.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CountField {
    /// Lowest bit of the number.
    pub shift: u8,
    /// How many bits it has.
    pub bits: u8,
}

impl CountField {
    /// The widest count: 16 million arguments, 128 MB of stack.
    pub const MAX_BITS: u8 = 24;

    /// The count in a call info.
    pub const fn read(self, call_info: u64) -> u64 {
        call_info >> self.shift & ((1 << self.bits) - 1)
    }

    /// Whether the field lies inside 64 bits and is not empty or too wide.
    pub const fn is_valid(self) -> bool {
        self.bits > 0 && self.bits <= Self::MAX_BITS && self.shift as u32 + self.bits as u32 <= 64
    }
}
