//! Calls that come back with the signal when what they call faults.

use std::arch::global_asm;
use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Once;

/// Why a call did not return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) signal: i32,
}

#[repr(C)]
struct Outcome {
    value: u64,
    faulted: u64,
}

unsafe extern "C" {
    /// Calls `target(argument)` with the stack pointer noted in `*stack`, from where `guarded_resume` continues.
    fn guarded_call(target: *const u8, argument: usize, stack: *mut usize) -> Outcome;
    fn guarded_resume();
}

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl guarded_call, guarded_resume",
    "guarded_call:",
    "push rbp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "sub rsp, 8",
    "mov [rdx], rsp",
    "mov rax, rdi",
    "mov rdi, rsi",
    "call rax",
    "xor edx, edx",
    "2:",
    "add rsp, 8",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    "guarded_resume:",
    "mov edx, 1",
    "jmp 2b",
);

#[cfg(target_arch = "aarch64")]
global_asm!(
    ".globl guarded_call, guarded_resume",
    "guarded_call:",
    "stp x29, x30, [sp, #-96]!",
    "stp x19, x20, [sp, #16]",
    "stp x21, x22, [sp, #32]",
    "stp x23, x24, [sp, #48]",
    "stp x25, x26, [sp, #64]",
    "stp x27, x28, [sp, #80]",
    "mov x9, sp",
    "str x9, [x2]",
    "mov x9, x0",
    "mov x0, x1",
    "blr x9",
    "mov x1, #0",
    "2:",
    "ldp x19, x20, [sp, #16]",
    "ldp x21, x22, [sp, #32]",
    "ldp x23, x24, [sp, #48]",
    "ldp x25, x26, [sp, #64]",
    "ldp x27, x28, [sp, #80]",
    "ldp x29, x30, [sp], #96",
    "ret",
    "guarded_resume:",
    "mov x1, #1",
    "b 2b",
);

thread_local! {
    /// Stack pointer of this thread's guarded call, or 0.
    static STACK: Cell<usize> = const { Cell::new(0) };
}

extern "C" fn handler(signal: i32, _info: *mut libc::siginfo_t, context: *mut c_void) {
    let stack = STACK.get();
    if stack == 0 {
        // Not ours: let it happen again with the usual end.
        // SAFETY: resets a signal to its default.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
        return;
    }
    // SAFETY: the kernel passes a ucontext, and this thread is inside `guarded_call`, whose frame is at `stack`.
    unsafe {
        let context = &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext;
        #[cfg(target_arch = "x86_64")]
        {
            context.gregs[libc::REG_RIP as usize] = guarded_resume as *const () as i64;
            context.gregs[libc::REG_RSP as usize] = stack as i64;
            context.gregs[libc::REG_RAX as usize] = signal.into();
        }
        #[cfg(target_arch = "aarch64")]
        {
            context.pc = guarded_resume as *const () as u64;
            context.sp = stack as u64;
            context.regs[0] = signal as u64;
        }
    }
}

fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGTRAP] {
            // SAFETY: a zeroed sigaction is a valid one; the handler has the type SA_SIGINFO asks for.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handler as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                assert_eq!(libc::sigaction(signal, &action, std::ptr::null_mut()), 0);
            }
        }
    });
}

/// Calls an `extern "C" fn(usize) -> u64` and reports the signal if it faults.
///
/// What it had on its stack is abandoned then, so it must hold nothing that needs dropping.
pub(crate) fn try_call(target: *const u8, argument: usize) -> Result<u64, Fault> {
    install();
    // SAFETY: calls a function, or an address that faults; `handler` brings us back from there.
    let outcome = unsafe { guarded_call(target, argument, STACK.with(Cell::as_ptr)) };
    STACK.set(0);
    if outcome.faulted == 0 { Ok(outcome.value) } else { Err(Fault { signal: outcome.value as i32 }) }
}

/// Writes back the byte at an address, and reports the signal if that faults.
pub(crate) fn try_write(address: usize) -> Result<(), Fault> {
    extern "C" fn poke(address: usize) -> u64 {
        let byte = address as *mut u8;
        // SAFETY: changes nothing; when the address cannot be written, the fault is caught.
        unsafe { byte.write_volatile(byte.read_volatile()) };
        0
    }
    try_call(poke as *const u8, address).map(|_| ())
}

/// Reads the byte at an address, and reports the signal if that faults.
pub(crate) fn try_read(address: usize) -> Result<u8, Fault> {
    extern "C" fn peek(address: usize) -> u64 {
        // SAFETY: when the address cannot be read, the fault is caught.
        unsafe { (address as *const u8).read_volatile().into() }
    }
    try_call(peek as *const u8, address).map(|byte| byte as u8)
}
