//! The five calling conventions and the facts about each that code generators look up.

use std::fmt;
use std::str::FromStr;

/// A processor architecture that managed and foreign code runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arch {
    /// x86-64, little endian.
    X64,
    /// AArch64, little endian.
    Arm64,
}

impl Arch {
    /// The architecture this program was compiled for.
    pub const HOST: Arch = if cfg!(target_arch = "x86_64") { Arch::X64 } else { Arch::Arm64 };
}

const X64_INT_NAMES: [&str; 16] = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
    "r15",
];

const ARM64_INT_NAMES: [&str; 32] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
    "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
    "sp",
];

/// A C calling convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Abi {
    /// System V AMD64 psABI: Linux, macOS and the BSDs on x64.
    SysvX64,
    /// Microsoft x64 calling convention.
    Win64,
    /// Procedure Call Standard for the Arm 64-bit Architecture, as Linux uses it.
    Aapcs64,
    /// Apple's variant of AAPCS64: stack arguments packed, unnamed arguments on the stack only.
    DarwinArm64,
    /// Microsoft's variant of AAPCS64: variadic calls use integer registers only.
    WindowsArm64,
}

impl Abi {
    /// Every convention, in the order the documentation lists them.
    pub const ALL: [Abi; 5] = [Abi::SysvX64, Abi::Win64, Abi::Aapcs64, Abi::DarwinArm64, Abi::WindowsArm64];

    /// The convention C code follows on the machine this program was compiled for.
    pub const HOST: Abi = match (Arch::HOST, cfg!(windows), cfg!(target_vendor = "apple")) {
        (Arch::X64, true, _) => Abi::Win64,
        (Arch::X64, false, _) => Abi::SysvX64,
        (Arch::Arm64, true, _) => Abi::WindowsArm64,
        (Arch::Arm64, false, true) => Abi::DarwinArm64,
        (Arch::Arm64, false, false) => Abi::Aapcs64,
    };

    /// Name of an integer register by hardware number.
    pub const fn int_name(self, number: u8) -> &'static str {
        match self.arch() {
            Arch::X64 => X64_INT_NAMES[(number & 15) as usize],
            Arch::Arm64 => ARM64_INT_NAMES[(number & 31) as usize],
        }
    }

    /// Prefix of the vector registers' names.
    pub const fn vec_prefix(self) -> &'static str {
        match self.arch() {
            Arch::X64 => "xmm",
            Arch::Arm64 => "v",
        }
    }

    /// The architecture the convention belongs to.
    pub const fn arch(self) -> Arch {
        match self {
            Abi::SysvX64 | Abi::Win64 => Arch::X64,
            Abi::Aapcs64 | Abi::DarwinArm64 | Abi::WindowsArm64 => Arch::Arm64,
        }
    }

    /// Whether records are laid out by Microsoft's rules (empty structs, alignment under packing).
    pub const fn microsoft_layout(self) -> bool {
        matches!(self, Abi::Win64 | Abi::WindowsArm64)
    }

    /// The name used on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Abi::SysvX64 => "sysv-x64",
            Abi::Win64 => "win64",
            Abi::Aapcs64 => "aapcs64",
            Abi::DarwinArm64 => "darwin-arm64",
            Abi::WindowsArm64 => "windows-arm64",
        }
    }

    /// Hardware numbers of the integer argument registers, in argument order.
    /// x64 numbers are the instruction-encoding ones (rax 0, rcx 1, rdx 2, rbx 3, rsp 4, rbp 5, rsi 6, rdi 7, r8..r15).
    pub const fn int_args(self) -> &'static [u8] {
        match self {
            Abi::SysvX64 => &[7, 6, 2, 1, 8, 9],
            Abi::Win64 => &[1, 2, 8, 9],
            _ => &[0, 1, 2, 3, 4, 5, 6, 7],
        }
    }

    /// Number of vector argument registers; they are numbered from 0 in argument order.
    pub const fn vec_args(self) -> u8 {
        match self {
            Abi::Win64 => 4,
            _ => 8,
        }
    }

    /// Hardware numbers of the integer result registers, in order.
    pub const fn int_results(self) -> &'static [u8] {
        match self {
            Abi::SysvX64 => &[0, 2],
            Abi::Win64 => &[0],
            _ => &[0, 1],
        }
    }

    /// Number of vector result registers; they are numbered from 0.
    pub const fn vec_results(self) -> u8 {
        match self {
            Abi::SysvX64 => 2,
            Abi::Win64 => 1,
            _ => 4,
        }
    }

    /// Hardware numbers of the integer registers a callee preserves (frame pointer included, stack pointer not).
    pub const fn int_callee_saved(self) -> &'static [u8] {
        match self {
            Abi::SysvX64 => &[3, 5, 12, 13, 14, 15],
            Abi::Win64 => &[3, 5, 6, 7, 12, 13, 14, 15],
            _ => &[19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29],
        }
    }

    /// Vector registers a callee preserves: all 128 bits on Win64, the low 64 on ARM64.
    pub const fn vec_callee_saved(self) -> &'static [u8] {
        match self {
            Abi::SysvX64 => &[],
            Abi::Win64 => &[6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
            _ => &[8, 9, 10, 11, 12, 13, 14, 15],
        }
    }

    /// Bytes the caller leaves free just above the return address for the callee's use.
    pub const fn shadow_space(self) -> u32 {
        match self {
            Abi::Win64 => 32,
            _ => 0,
        }
    }

    /// Bytes below the stack pointer that a signal or interrupt does not touch and leaf code may use.
    pub const fn red_zone(self) -> u32 {
        match self {
            Abi::SysvX64 | Abi::DarwinArm64 => 128,
            _ => 0,
        }
    }
}

impl fmt::Display for Abi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A convention name that is none of [`Abi::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownAbi(pub String);

impl fmt::Display for UnknownAbi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Abi::ALL.iter().map(|a| a.name()).collect();
        write!(f, "unknown calling convention '{}', expected one of: {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownAbi {}

impl FromStr for Abi {
    type Err = UnknownAbi;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Abi::ALL.into_iter().find(|a| a.name() == s).ok_or_else(|| UnknownAbi(s.to_owned()))
    }
}
