//! Whole register images: a trampoline that loads every register and calls, and targets that record every register,
//! then destroy all that their convention lets them destroy.

use std::arch::naked_asm;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes of stack in an image.
pub(crate) const STACK: usize = 1024;

/// The registers at a call, and the stack above the stack pointer.
#[repr(C, align(16))]
#[derive(Clone)]
pub(crate) struct Image {
    /// Integer registers by hardware number.
    pub(crate) int: [u64; 32],
    /// Vector registers, low half first.
    pub(crate) vec: [[u64; 2]; 32],
    /// The stack pointer at the call, before a return address was pushed.
    pub(crate) sp: u64,
    /// Where the call returns to.
    pub(crate) return_address: u64,
    /// The bytes from `sp` up.
    pub(crate) stack: [u8; STACK],
}

impl Image {
    /// Different, recognisable values everywhere.
    pub(crate) fn filled(seed: u64) -> Image {
        let value = |i: u64| (seed << 32 | i).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut image =
            Image { int: [0; 32], vec: [[0; 2]; 32], sp: 0, return_address: 0, stack: [0; STACK] };
        image.int = std::array::from_fn(|i| value(i as u64));
        image.vec = std::array::from_fn(|i| [value(100 + i as u64), value(200 + i as u64)]);
        image.stack = std::array::from_fn(|i| value(300 + i as u64 / 8).to_le_bytes()[i % 8]);
        image
    }

    /// 8 bytes of the stack.
    pub(crate) fn word(&self, offset: usize) -> u64 {
        u64::from_le_bytes(self.stack[offset..offset + 8].try_into().expect("8 bytes"))
    }
}

/// What a capture target reads and writes: what it saw, and what it leaves in registers.
#[repr(C)]
struct Capture {
    seen: Image,
    left: Image,
}

static CAPTURE: AtomicPtr<Capture> = AtomicPtr::new(null_mut());
static IN_USE: Mutex<()> = Mutex::new(());

#[cfg(target_arch = "x86_64")]
const INT: usize = std::mem::offset_of!(Image, int);
const VEC: usize = std::mem::offset_of!(Image, vec);
const SP: usize = std::mem::offset_of!(Image, sp);
const RETURN: usize = std::mem::offset_of!(Image, return_address);
const STACK_AT: usize = std::mem::offset_of!(Image, stack);
const LEFT: usize = std::mem::offset_of!(Capture, left);

/// Runs `call`, which must call the target it is given (a capture target of `abi`) once; returns what that target saw.
/// The target returns with the registers of `left` in all registers it does not have to preserve.
pub(crate) fn captured(abi: abi::Abi, left: &Image, call: impl FnOnce(*const u8)) -> Image {
    let _one_at_a_time = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut capture = Box::new(Capture { seen: Image::filled(0), left: left.clone() });
    CAPTURE.store(&mut *capture, Ordering::SeqCst);
    call(target(abi));
    CAPTURE.store(null_mut(), Ordering::SeqCst);
    assert_ne!(capture.seen.sp, 0, "the target was never called");
    capture.seen
}

#[cfg(target_arch = "x86_64")]
fn target(abi: abi::Abi) -> *const u8 {
    match abi {
        abi::Abi::Win64 => capture_win64 as *const u8,
        _ => capture_sysv as *const u8,
    }
}

#[cfg(target_arch = "aarch64")]
fn target(_abi: abi::Abi) -> *const u8 {
    capture_arm64 as *const u8
}

/// Loads all registers and the stack from the image (the stack pointer and, on ARM64, x16 and x30 have
/// other work, and x18 belongs to the system: what is in it is noted in the image),
/// calls `target` and writes the registers it returned with to the image.
///
/// # Safety
/// `target` must be code that may be called with this image.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn call_with_image(image: *mut Image, target: *const u8) {
    naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rsi",
        "push rdi",
        "sub rsp, {stack} + 8",
        "lea rsi, [rdi + {stack_at}]",
        "mov rdi, rsp",
        "mov ecx, {stack}",
        "cld",
        "rep movsb",
        "mov rax, [rsp + {stack} + 8]",
        "movups xmm0, [rax + {vec} + 0]",
        "movups xmm1, [rax + {vec} + 16]",
        "movups xmm2, [rax + {vec} + 32]",
        "movups xmm3, [rax + {vec} + 48]",
        "movups xmm4, [rax + {vec} + 64]",
        "movups xmm5, [rax + {vec} + 80]",
        "movups xmm6, [rax + {vec} + 96]",
        "movups xmm7, [rax + {vec} + 112]",
        "movups xmm8, [rax + {vec} + 128]",
        "movups xmm9, [rax + {vec} + 144]",
        "movups xmm10, [rax + {vec} + 160]",
        "movups xmm11, [rax + {vec} + 176]",
        "movups xmm12, [rax + {vec} + 192]",
        "movups xmm13, [rax + {vec} + 208]",
        "movups xmm14, [rax + {vec} + 224]",
        "movups xmm15, [rax + {vec} + 240]",
        "mov rcx, [rax + {int} + 8]",
        "mov rdx, [rax + {int} + 16]",
        "mov rbx, [rax + {int} + 24]",
        "mov rbp, [rax + {int} + 40]",
        "mov rsi, [rax + {int} + 48]",
        "mov rdi, [rax + {int} + 56]",
        "mov r8, [rax + {int} + 64]",
        "mov r9, [rax + {int} + 72]",
        "mov r10, [rax + {int} + 80]",
        "mov r11, [rax + {int} + 88]",
        "mov r12, [rax + {int} + 96]",
        "mov r13, [rax + {int} + 104]",
        "mov r14, [rax + {int} + 112]",
        "mov r15, [rax + {int} + 120]",
        "mov rax, [rax + {int}]",
        "call [rsp + {stack} + 16]",
        "push rax",
        "mov rax, [rsp + {stack} + 16]",
        "movups [rax + {vec} + 0], xmm0",
        "movups [rax + {vec} + 16], xmm1",
        "movups [rax + {vec} + 32], xmm2",
        "movups [rax + {vec} + 48], xmm3",
        "movups [rax + {vec} + 64], xmm4",
        "movups [rax + {vec} + 80], xmm5",
        "movups [rax + {vec} + 96], xmm6",
        "movups [rax + {vec} + 112], xmm7",
        "movups [rax + {vec} + 128], xmm8",
        "movups [rax + {vec} + 144], xmm9",
        "movups [rax + {vec} + 160], xmm10",
        "movups [rax + {vec} + 176], xmm11",
        "movups [rax + {vec} + 192], xmm12",
        "movups [rax + {vec} + 208], xmm13",
        "movups [rax + {vec} + 224], xmm14",
        "movups [rax + {vec} + 240], xmm15",
        "mov [rax + {int} + 8], rcx",
        "mov [rax + {int} + 16], rdx",
        "mov [rax + {int} + 24], rbx",
        "mov [rax + {int} + 40], rbp",
        "mov [rax + {int} + 48], rsi",
        "mov [rax + {int} + 56], rdi",
        "mov [rax + {int} + 64], r8",
        "mov [rax + {int} + 72], r9",
        "mov [rax + {int} + 80], r10",
        "mov [rax + {int} + 88], r11",
        "mov [rax + {int} + 96], r12",
        "mov [rax + {int} + 104], r13",
        "mov [rax + {int} + 112], r14",
        "mov [rax + {int} + 120], r15",
        "pop rcx",
        "mov [rax + {int}], rcx",
        "add rsp, {stack} + 24",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        stack = const STACK,
        stack_at = const STACK_AT,
        vec = const VEC,
        int = const INT,
    )
}

/// A target that records its image; the lines given restore what the convention preserves.
#[cfg(target_arch = "x86_64")]
macro_rules! capture_x64 {
    ($name:ident, $($restore:literal),*) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            naked_asm!(
                "push rax",
                "mov rax, [rip + {capture}]",
                "movups [rax + {vec} + 0], xmm0",
                "movups [rax + {vec} + 16], xmm1",
                "movups [rax + {vec} + 32], xmm2",
                "movups [rax + {vec} + 48], xmm3",
                "movups [rax + {vec} + 64], xmm4",
                "movups [rax + {vec} + 80], xmm5",
                "movups [rax + {vec} + 96], xmm6",
                "movups [rax + {vec} + 112], xmm7",
                "movups [rax + {vec} + 128], xmm8",
                "movups [rax + {vec} + 144], xmm9",
                "movups [rax + {vec} + 160], xmm10",
                "movups [rax + {vec} + 176], xmm11",
                "movups [rax + {vec} + 192], xmm12",
                "movups [rax + {vec} + 208], xmm13",
                "movups [rax + {vec} + 224], xmm14",
                "movups [rax + {vec} + 240], xmm15",
                "mov [rax + {int} + 8], rcx",
                "mov [rax + {int} + 16], rdx",
                "mov [rax + {int} + 24], rbx",
                "mov [rax + {int} + 40], rbp",
                "mov [rax + {int} + 48], rsi",
                "mov [rax + {int} + 56], rdi",
                "mov [rax + {int} + 64], r8",
                "mov [rax + {int} + 72], r9",
                "mov [rax + {int} + 80], r10",
                "mov [rax + {int} + 88], r11",
                "mov [rax + {int} + 96], r12",
                "mov [rax + {int} + 104], r13",
                "mov [rax + {int} + 112], r14",
                "mov [rax + {int} + 120], r15",
                "pop rcx",
                "mov [rax + {int}], rcx",
                "mov rcx, [rsp]",
                "mov [rax + {ret}], rcx",
                "lea rsi, [rsp + 8]",
                "mov [rax + {sp}], rsi",
                "lea rdi, [rax + {stack_at}]",
                "mov ecx, {stack}",
                "cld",
                "rep movsb",
                "movups xmm0, [rax + {left} + {vec} + 0]",
                "movups xmm1, [rax + {left} + {vec} + 16]",
                "movups xmm2, [rax + {left} + {vec} + 32]",
                "movups xmm3, [rax + {left} + {vec} + 48]",
                "movups xmm4, [rax + {left} + {vec} + 64]",
                "movups xmm5, [rax + {left} + {vec} + 80]",
                "movups xmm6, [rax + {left} + {vec} + 96]",
                "movups xmm7, [rax + {left} + {vec} + 112]",
                "movups xmm8, [rax + {left} + {vec} + 128]",
                "movups xmm9, [rax + {left} + {vec} + 144]",
                "movups xmm10, [rax + {left} + {vec} + 160]",
                "movups xmm11, [rax + {left} + {vec} + 176]",
                "movups xmm12, [rax + {left} + {vec} + 192]",
                "movups xmm13, [rax + {left} + {vec} + 208]",
                "movups xmm14, [rax + {left} + {vec} + 224]",
                "movups xmm15, [rax + {left} + {vec} + 240]",
                "mov rcx, [rax + {left} + {int} + 8]",
                "mov rdx, [rax + {left} + {int} + 16]",
                "mov rsi, [rax + {left} + {int} + 48]",
                "mov rdi, [rax + {left} + {int} + 56]",
                "mov r8, [rax + {left} + {int} + 64]",
                "mov r9, [rax + {left} + {int} + 72]",
                "mov r10, [rax + {left} + {int} + 80]",
                "mov r11, [rax + {left} + {int} + 88]",
                $($restore,)*
                "mov rax, [rax + {left} + {int}]",
                "ret",
                capture = sym CAPTURE,
                stack = const STACK,
                stack_at = const STACK_AT,
                ret = const RETURN,
                left = const LEFT,
                sp = const SP,
                vec = const VEC,
                int = const INT,
            )
        }
    };
}

#[cfg(target_arch = "x86_64")]
capture_x64!(capture_sysv,);
#[cfg(target_arch = "x86_64")]
capture_x64!(
    capture_win64,
    "mov rsi, [rax + {int} + 48]",
    "mov rdi, [rax + {int} + 56]",
    "movups xmm6, [rax + {vec} + 96]",
    "movups xmm7, [rax + {vec} + 112]",
    "movups xmm8, [rax + {vec} + 128]",
    "movups xmm9, [rax + {vec} + 144]",
    "movups xmm10, [rax + {vec} + 160]",
    "movups xmm11, [rax + {vec} + 176]",
    "movups xmm12, [rax + {vec} + 192]",
    "movups xmm13, [rax + {vec} + 208]",
    "movups xmm14, [rax + {vec} + 224]",
    "movups xmm15, [rax + {vec} + 240]"
);

/// See the x64 function of the same name.
///
/// # Safety
/// As there.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn call_with_image(image: *mut Image, target: *const u8) {
    naked_asm!(
        "stp x29, x30, [sp, #-192]!",
        "stp x19, x20, [sp, #16]",
        "stp x21, x22, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x25, x26, [sp, #64]",
        "stp x27, x28, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        "str x0, [sp, #160]",
        "sub sp, sp, #{stack}",
        "add x9, x0, #{stack_at}",
        "mov x10, sp",
        "mov x11, #{stack}",
        "2:",
        "ldr x12, [x9], #8",
        "str x12, [x10], #8",
        "subs x11, x11, #8",
        "b.ne 2b",
        "mov x16, x1",
        "add x9, x0, #{vec}",
        "ldp q0, q1, [x9, #0]",
        "ldp q2, q3, [x9, #32]",
        "ldp q4, q5, [x9, #64]",
        "ldp q6, q7, [x9, #96]",
        "ldp q8, q9, [x9, #128]",
        "ldp q10, q11, [x9, #160]",
        "ldp q12, q13, [x9, #192]",
        "ldp q14, q15, [x9, #224]",
        "ldp q16, q17, [x9, #256]",
        "ldp q18, q19, [x9, #288]",
        "ldp q20, q21, [x9, #320]",
        "ldp q22, q23, [x9, #352]",
        "ldp q24, q25, [x9, #384]",
        "ldp q26, q27, [x9, #416]",
        "ldp q28, q29, [x9, #448]",
        "ldp q30, q31, [x9, #480]",
        "ldp x2, x3, [x0, #16]",
        "ldp x4, x5, [x0, #32]",
        "ldp x6, x7, [x0, #48]",
        "ldp x8, x9, [x0, #64]",
        "ldp x10, x11, [x0, #80]",
        "ldp x12, x13, [x0, #96]",
        "ldp x14, x15, [x0, #112]",
        "ldr x17, [x0, #136]",
        "str x18, [x0, #144]",
        "ldr x19, [x0, #152]",
        "ldp x20, x21, [x0, #160]",
        "ldp x22, x23, [x0, #176]",
        "ldp x24, x25, [x0, #192]",
        "ldp x26, x27, [x0, #208]",
        "ldp x28, x29, [x0, #224]",
        "ldp x0, x1, [x0]",
        "blr x16",
        "ldr x17, [sp, #{stack} + 160]",
        "stp x0, x1, [x17, #0]",
        "stp x2, x3, [x17, #16]",
        "stp x4, x5, [x17, #32]",
        "stp x6, x7, [x17, #48]",
        "stp x8, x9, [x17, #64]",
        "stp x10, x11, [x17, #80]",
        "stp x12, x13, [x17, #96]",
        "stp x14, x15, [x17, #112]",
        "stp x18, x19, [x17, #144]",
        "stp x20, x21, [x17, #160]",
        "stp x22, x23, [x17, #176]",
        "stp x24, x25, [x17, #192]",
        "stp x26, x27, [x17, #208]",
        "stp x28, x29, [x17, #224]",
        "add x16, x17, #{vec}",
        "stp q0, q1, [x16, #0]",
        "stp q2, q3, [x16, #32]",
        "stp q4, q5, [x16, #64]",
        "stp q6, q7, [x16, #96]",
        "stp q8, q9, [x16, #128]",
        "stp q10, q11, [x16, #160]",
        "stp q12, q13, [x16, #192]",
        "stp q14, q15, [x16, #224]",
        "stp q16, q17, [x16, #256]",
        "stp q18, q19, [x16, #288]",
        "stp q20, q21, [x16, #320]",
        "stp q22, q23, [x16, #352]",
        "stp q24, q25, [x16, #384]",
        "stp q26, q27, [x16, #416]",
        "stp q28, q29, [x16, #448]",
        "stp q30, q31, [x16, #480]",
        "add sp, sp, #{stack}",
        "ldp x19, x20, [sp, #16]",
        "ldp x21, x22, [sp, #32]",
        "ldp x23, x24, [sp, #48]",
        "ldp x25, x26, [sp, #64]",
        "ldp x27, x28, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "ldp x29, x30, [sp], #192",
        "ret",
        stack = const STACK,
        stack_at = const STACK_AT,
        vec = const VEC,
    )
}

/// Loads the address of the capture into x17: relocations are spelled differently for Mach-O.
#[cfg(all(target_arch = "aarch64", target_vendor = "apple"))]
macro_rules! load_capture {
    ($($rest:tt)*) => { naked_asm!("adrp x17, {capture}@PAGE", "ldr x17, [x17, {capture}@PAGEOFF]", $($rest)*) };
}
#[cfg(all(target_arch = "aarch64", not(target_vendor = "apple")))]
macro_rules! load_capture {
    ($($rest:tt)*) => { naked_asm!("adrp x17, {capture}", "ldr x17, [x17, :lo12:{capture}]", $($rest)*) };
}

#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn capture_arm64() {
    load_capture!(
        "stp x0, x1, [x17, #0]",
        "stp x2, x3, [x17, #16]",
        "stp x4, x5, [x17, #32]",
        "stp x6, x7, [x17, #48]",
        "stp x8, x9, [x17, #64]",
        "stp x10, x11, [x17, #80]",
        "stp x12, x13, [x17, #96]",
        "stp x14, x15, [x17, #112]",
        "stp x16, x17, [x17, #128]",
        "stp x18, x19, [x17, #144]",
        "stp x20, x21, [x17, #160]",
        "stp x22, x23, [x17, #176]",
        "stp x24, x25, [x17, #192]",
        "stp x26, x27, [x17, #208]",
        "stp x28, x29, [x17, #224]",
        "str x30, [x17, #{ret}]",
        "mov x16, sp",
        "str x16, [x17, #{sp}]",
        "add x16, x17, #{vec}",
        "stp q0, q1, [x16, #0]",
        "stp q2, q3, [x16, #32]",
        "stp q4, q5, [x16, #64]",
        "stp q6, q7, [x16, #96]",
        "stp q8, q9, [x16, #128]",
        "stp q10, q11, [x16, #160]",
        "stp q12, q13, [x16, #192]",
        "stp q14, q15, [x16, #224]",
        "stp q16, q17, [x16, #256]",
        "stp q18, q19, [x16, #288]",
        "stp q20, q21, [x16, #320]",
        "stp q22, q23, [x16, #352]",
        "stp q24, q25, [x16, #384]",
        "stp q26, q27, [x16, #416]",
        "stp q28, q29, [x16, #448]",
        "stp q30, q31, [x16, #480]",
        "mov x9, sp",
        "add x10, x17, #{stack_at}",
        "mov x11, #{stack}",
        "2:",
        "ldr x12, [x9], #8",
        "str x12, [x10], #8",
        "subs x11, x11, #8",
        "b.ne 2b",
        "mov x9, #{left}",
        "add x17, x17, x9",
        "add x9, x17, #{vec}",
        "ldp q0, q1, [x9, #0]",
        "ldp q2, q3, [x9, #32]",
        "ldp q4, q5, [x9, #64]",
        "ldp q6, q7, [x9, #96]",
        "ldp q8, q9, [x9, #128]",
        "ldp q10, q11, [x9, #160]",
        "ldp q12, q13, [x9, #192]",
        "ldp q14, q15, [x9, #224]",
        "ldp q16, q17, [x9, #256]",
        "ldp q18, q19, [x9, #288]",
        "ldp q20, q21, [x9, #320]",
        "ldp q22, q23, [x9, #352]",
        "ldp q24, q25, [x9, #384]",
        "ldp q26, q27, [x9, #416]",
        "ldp q28, q29, [x9, #448]",
        "ldp q30, q31, [x9, #480]",
        "ldr x10, [x16, #128]",
        "ins v8.d[0], x10",
        "ldr x10, [x16, #144]",
        "ins v9.d[0], x10",
        "ldr x10, [x16, #160]",
        "ins v10.d[0], x10",
        "ldr x10, [x16, #176]",
        "ins v11.d[0], x10",
        "ldr x10, [x16, #192]",
        "ins v12.d[0], x10",
        "ldr x10, [x16, #208]",
        "ins v13.d[0], x10",
        "ldr x10, [x16, #224]",
        "ins v14.d[0], x10",
        "ldr x10, [x16, #240]",
        "ins v15.d[0], x10",
        "ldp x2, x3, [x17, #16]",
        "ldp x4, x5, [x17, #32]",
        "ldp x6, x7, [x17, #48]",
        "ldp x8, x9, [x17, #64]",
        "ldp x10, x11, [x17, #80]",
        "ldp x12, x13, [x17, #96]",
        "ldp x14, x15, [x17, #112]",
        "ldp x0, x1, [x17]",
        "mov x16, x15",
        "ret",
        capture = sym CAPTURE,
        stack = const STACK,
        stack_at = const STACK_AT,
        ret = const RETURN,
        left = const LEFT,
        sp = const SP,
        vec = const VEC,
    )
}
