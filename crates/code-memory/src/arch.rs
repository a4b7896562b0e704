//! Facts about the processor architecture this program was compiled for.

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("code-memory supports x86-64 and AArch64");

/// Fills memory that holds no code: `int3` on x64, `udf #0` on ARM64. Jumping there traps at every aligned address.
pub(crate) const TRAP_BYTE: u8 = if cfg!(target_arch = "x86_64") { 0xcc } else { 0 };

/// How far a direct branch reaches, in bytes, in either direction.
pub(crate) const BRANCH_REACH: u64 = if cfg!(target_arch = "x86_64") { 1 << 31 } else { 1 << 27 };
