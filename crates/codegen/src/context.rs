//! Where compiled code finds the fields of the VM context.

/// Byte offsets from the address in the pinned register. Whoever lays the context out proves that it agrees.
///
/// Function pointers are of the target's C convention and get the context's address as their first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextLayout;

impl ContextLayout {
    /// `usize`: the lowest address the stack pointer may have behind a prologue.
    pub const STACK_LIMIT: i32 = 0;
    /// `u32`: nonzero when polls are to call [`Self::INTERRUPT`].
    pub const INTERRUPT_FLAG: i32 = 8;
    /// `u64`: guards still to be executed until one is made to fail, in code made for tests.
    pub const FORCE_GUARD: i32 = 16;
    /// `usize`: what the innermost entry into managed code needs to abort it.
    pub const ENTRY_SP: i32 = 24;
    /// `fn(context, cookie: u64, site: u32, buffer: *const u64, results: *mut u64) -> u32`: a guard left. 0: the activation
    /// was finished and returned `results`; 1: it threw; 2: abort.
    pub const DEOPT: i32 = 32;
    /// `fn(context) -> u32`: a poll found the flag set. 0: go on; 1: throw; 2: abort.
    pub const INTERRUPT: i32 = 40;
    /// `fn(context) -> !`.
    pub const STACK_OVERFLOW: i32 = 48;
    /// `fn(context, code: u32) -> !`.
    pub const TRAP: i32 = 56;
    /// `fn(context, size: u32, kind: u32) -> *mut u8`: zeroed memory, or null when there is none.
    pub const ALLOC: i32 = 64;
    /// `fn(context) -> !`: ends the innermost entry into managed code. Without a reason noted before, memory was out.
    pub const ABORT: i32 = 72;
    /// `*mut c_void`: the guest's data.
    pub const GUEST: i32 = 80;
    /// `u64`: what the function returned that [`Symbol::SavingCall`](crate::Symbol::SavingCall) called.
    pub const RESULT: i32 = 88;
}
