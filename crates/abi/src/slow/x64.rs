//! x64 trampolines, compiled ahead of time: calls from a register image and the entry pool.
//!
//! All functions here have the System V convention on every OS, so one body serves Linux, macOS and Windows: a Windows
//! caller (the Rust compiler) saves rdi, rsi and xmm6 to xmm15 around a call of a `sysv64` function itself.

use super::image::{CallImage, Registers, ResultImage};
use super::pool::{ENTRY_COUNT, EntryImage, dispatch};
use std::arch::naked_asm;
use std::mem::offset_of;

/// Bytes of stack that `call_canary` keeps for arguments, above which it finds its own frame again. A multiple of 16.
/// The unwind expression in `call_canary` spells it out as SLEB128.
pub(super) const WINDOW: usize = 0x7fe0;

/// Distance between the entries of `entries`, in bytes.
pub(super) const ENTRY_STRIDE: usize = 16;

const INT: usize = offset_of!(CallImage, registers) + offset_of!(Registers, int);
const VEC: usize = offset_of!(CallImage, registers) + offset_of!(Registers, vec);
const RESULT_INT: usize = offset_of!(ResultImage, registers) + offset_of!(Registers, int);
const RESULT_VEC: usize = offset_of!(ResultImage, registers) + offset_of!(Registers, vec);

/// DWARF unwind directives, for every system but Windows.
#[cfg(not(windows))]
macro_rules! cfi {
    ($($line:literal)*) => { concat!($($line, "\n",)*) };
}
#[cfg(windows)]
macro_rules! cfi {
    ($($line:literal)*) => {
        ""
    };
}

/// Windows unwind directives; elsewhere they become comments, which still use the operands named in them.
#[cfg(windows)]
macro_rules! seh {
    ($($line:literal)*) => { concat!($($line, "\n",)*) };
}
#[cfg(not(windows))]
macro_rules! seh {
    ($($line:literal)*) => { concat!($("# ", $line, "\n",)*) };
}

/// Prologue shared by both calls: rbp frame, callee-saved registers, then result at rbp-48 and image at rbp-56.
macro_rules! call_prologue {
    () => {
        concat!(
            seh!(".seh_proc {name}"),
            cfi!(".cfi_startproc"),
            "endbr64\n",
            "push rbp\n",
            seh!(".seh_pushreg rbp"),
            cfi!(".cfi_def_cfa_offset 16" ".cfi_offset rbp, -16"),
            "mov rbp, rsp\n",
            cfi!(".cfi_def_cfa_register rbp"),
            "push rbx\n",
            seh!(".seh_pushreg rbx"),
            "push r12\n",
            seh!(".seh_pushreg r12"),
            "push r13\n",
            seh!(".seh_pushreg r13"),
            "push r14\n",
            seh!(".seh_pushreg r14"),
            "push r15\n",
            seh!(".seh_pushreg r15"),
            cfi!(".cfi_offset rbx, -24" ".cfi_offset r12, -32" ".cfi_offset r13, -40" ".cfi_offset r14, -48"
                 ".cfi_offset r15, -56"),
            "sub rsp, 24\n",
            seh!(".seh_stackalloc 24" ".seh_setframe rbp, 64" ".seh_endprologue"),
            "mov [rbp - 48], rsi\n",
            "mov [rbp - 56], rdi\n",
        )
    };
}

/// Lowers rsp to rdx, touching every page on the way so that a guard page cannot be jumped over.
macro_rules! probe_to_rdx {
    () => {
        concat!(
            "2:\n",
            "lea r8, [rsp - 4096]\n",
            "cmp r8, rdx\n",
            "jb 3f\n",
            "mov rsp, r8\n",
            "or qword ptr [rsp], 0\n",
            "jmp 2b\n",
            "3:\n",
            "mov rsp, rdx\n",
        )
    };
}

/// Copies the stack image to rsp; rdi is the image.
macro_rules! copy_stack {
    () => {
        concat!(
            "mov rcx, [rdi + {stack_size}]\n",
            "mov rsi, [rdi + {stack}]\n",
            "shr rcx, 3\n",
            "mov rdi, rsp\n",
            "cld\n",
            "rep movsq\n",
        )
    };
}

/// Undoes `call_prologue`; rbp is the frame.
macro_rules! call_epilogue {
    () => {
        concat!(
            "mov rbx, [rbp - 8]\n",
            "mov r12, [rbp - 16]\n",
            "mov r13, [rbp - 24]\n",
            "mov r14, [rbp - 32]\n",
            "mov r15, [rbp - 40]\n",
            // Windows recognises an epilogue of an rbp frame by `lea rsp, [rbp + n]` followed by pops.
            "lea rsp, [rbp]\n",
            "pop rbp\n",
            cfi!(".cfi_def_cfa rsp, 8"),
            "ret\n",
            cfi!(".cfi_endproc"),
            seh!(".seh_endproc"),
        )
    };
}

/// See `image::call_image`.
#[unsafe(naked)]
pub(super) unsafe extern "sysv64" fn call_plain(image: *const CallImage, result: *mut ResultImage) {
    naked_asm!(
        call_prologue!(),
        "mov rcx, [rdi + {stack_align}]",
        "neg rcx",
        "mov rdx, rsp",
        "sub rdx, [rdi + {stack_size}]",
        "and rdx, rcx",
        probe_to_rdx!(),
        copy_stack!(),
        "mov r11, [rbp - 56]",
        "movaps xmm0, [r11 + {vec}]",
        "movaps xmm1, [r11 + {vec} + 16]",
        "movaps xmm2, [r11 + {vec} + 32]",
        "movaps xmm3, [r11 + {vec} + 48]",
        "movaps xmm4, [r11 + {vec} + 64]",
        "movaps xmm5, [r11 + {vec} + 80]",
        "movaps xmm6, [r11 + {vec} + 96]",
        "movaps xmm7, [r11 + {vec} + 112]",
        "mov rax, [r11 + {int}]",
        "mov rcx, [r11 + {int} + 8]",
        "mov rdx, [r11 + {int} + 16]",
        "mov rsi, [r11 + {int} + 48]",
        "mov rdi, [r11 + {int} + 56]",
        "mov r8, [r11 + {int} + 64]",
        "mov r9, [r11 + {int} + 72]",
        "mov r10, [r11 + {int} + 80]",
        "call qword ptr [r11 + {target}]",
        "mov r11, [rbp - 48]",
        "mov [r11 + {result_int}], rax",
        "mov [r11 + {result_int} + 16], rdx",
        "movaps [r11 + {result_vec}], xmm0",
        "movaps [r11 + {result_vec} + 16], xmm1",
        call_epilogue!(),
        name = sym call_plain,
        target = const offset_of!(CallImage, target),
        stack = const offset_of!(CallImage, stack),
        stack_size = const offset_of!(CallImage, stack_size),
        stack_align = const offset_of!(CallImage, stack_align),
        int = const INT,
        vec = const VEC,
        result_int = const RESULT_INT,
        result_vec = const RESULT_VEC,
    )
}

/// See `image::call_image_canary`. No register survives to point at the frame, so the frame's address lies at a fixed distance from
/// the stack pointer of the call: frame at rsp+WINDOW, target above it, then a spill word.
#[unsafe(naked)]
pub(super) unsafe extern "sysv64" fn call_canary(image: *const CallImage, result: *mut ResultImage) {
    naked_asm!(
        call_prologue!(),
        "mov rcx, [rdi + {stack_align}]",
        "neg rcx",
        "lea rdx, [rsp - {window} - 32]",
        "and rdx, rcx",
        probe_to_rdx!(),
        "mov [rsp + {window}], rbp",
        "mov rax, [rdi + {target}]",
        "mov [rsp + {window} + 8], rax",
        copy_stack!(),
        // From here until the frame is found again: CFA = *(rsp + WINDOW) + 16.
        cfi!(".cfi_remember_state" ".cfi_escape 0x0f, 0x07, 0x77, 0xe0, 0xff, 0x01, 0x06, 0x23, 0x10"),
        "mov r11, [rbp - 56]",
        "movaps xmm0, [r11 + {vec}]",
        "movaps xmm1, [r11 + {vec} + 16]",
        "movaps xmm2, [r11 + {vec} + 32]",
        "movaps xmm3, [r11 + {vec} + 48]",
        "movaps xmm4, [r11 + {vec} + 64]",
        "movaps xmm5, [r11 + {vec} + 80]",
        "movaps xmm6, [r11 + {vec} + 96]",
        "movaps xmm7, [r11 + {vec} + 112]",
        "movaps xmm8, [r11 + {vec} + 128]",
        "movaps xmm9, [r11 + {vec} + 144]",
        "movaps xmm10, [r11 + {vec} + 160]",
        "movaps xmm11, [r11 + {vec} + 176]",
        "movaps xmm12, [r11 + {vec} + 192]",
        "movaps xmm13, [r11 + {vec} + 208]",
        "movaps xmm14, [r11 + {vec} + 224]",
        "movaps xmm15, [r11 + {vec} + 240]",
        "mov rax, [r11 + {int}]",
        "mov rcx, [r11 + {int} + 8]",
        "mov rdx, [r11 + {int} + 16]",
        "mov rbx, [r11 + {int} + 24]",
        "mov rbp, [r11 + {int} + 40]",
        "mov rsi, [r11 + {int} + 48]",
        "mov rdi, [r11 + {int} + 56]",
        "mov r8, [r11 + {int} + 64]",
        "mov r9, [r11 + {int} + 72]",
        "mov r10, [r11 + {int} + 80]",
        "mov r12, [r11 + {int} + 96]",
        "mov r13, [r11 + {int} + 104]",
        "mov r14, [r11 + {int} + 112]",
        "mov r15, [r11 + {int} + 120]",
        "mov r11, [r11 + {int} + 88]",
        "call qword ptr [rsp + {window} + 8]",
        "mov [rsp + {window} + 16], rax",
        "mov rax, [rsp + {window}]",
        "mov rax, [rax - 48]",
        "mov [rax + {result_int} + 8], rcx",
        "mov rcx, [rsp + {window} + 16]",
        "mov [rax + {result_int}], rcx",
        "mov [rax + {result_int} + 16], rdx",
        "mov [rax + {result_int} + 24], rbx",
        "mov [rax + {result_int} + 40], rbp",
        "mov [rax + {result_int} + 48], rsi",
        "mov [rax + {result_int} + 56], rdi",
        "mov [rax + {result_int} + 64], r8",
        "mov [rax + {result_int} + 72], r9",
        "mov [rax + {result_int} + 80], r10",
        "mov [rax + {result_int} + 88], r11",
        "mov [rax + {result_int} + 96], r12",
        "mov [rax + {result_int} + 104], r13",
        "mov [rax + {result_int} + 112], r14",
        "mov [rax + {result_int} + 120], r15",
        "movaps [rax + {result_vec}], xmm0",
        "movaps [rax + {result_vec} + 16], xmm1",
        "movaps [rax + {result_vec} + 32], xmm2",
        "movaps [rax + {result_vec} + 48], xmm3",
        "movaps [rax + {result_vec} + 64], xmm4",
        "movaps [rax + {result_vec} + 80], xmm5",
        "movaps [rax + {result_vec} + 96], xmm6",
        "movaps [rax + {result_vec} + 112], xmm7",
        "movaps [rax + {result_vec} + 128], xmm8",
        "movaps [rax + {result_vec} + 144], xmm9",
        "movaps [rax + {result_vec} + 160], xmm10",
        "movaps [rax + {result_vec} + 176], xmm11",
        "movaps [rax + {result_vec} + 192], xmm12",
        "movaps [rax + {result_vec} + 208], xmm13",
        "movaps [rax + {result_vec} + 224], xmm14",
        "movaps [rax + {result_vec} + 240], xmm15",
        "mov rbp, [rsp + {window}]",
        cfi!(".cfi_restore_state"),
        call_epilogue!(),
        name = sym call_canary,
        window = const WINDOW,
        target = const offset_of!(CallImage, target),
        stack = const offset_of!(CallImage, stack),
        stack_size = const offset_of!(CallImage, stack_size),
        stack_align = const offset_of!(CallImage, stack_align),
        int = const INT,
        vec = const VEC,
        result_int = const RESULT_INT,
        result_vec = const RESULT_VEC,
    )
}

/// The pool: `ENTRY_COUNT` landing pads, `ENTRY_STRIDE` bytes each, that leave their own address in r11.
#[unsafe(naked)]
pub(super) unsafe extern "sysv64" fn entries() {
    naked_asm!(
        ".balign 16",
        seh!(".seh_proc {name}" ".seh_endprologue"),
        cfi!(".cfi_startproc"),
        ".rept {count}",
        "endbr64",
        "lea r11, [rip - 11]",
        "jmp {enter}",
        ".balign 16",
        ".endr",
        cfi!(".cfi_endproc"),
        seh!(".seh_endproc"),
        name = sym entries,
        count = const ENTRY_COUNT,
        enter = sym enter,
    )
}

const _: () = assert!(size_of::<EntryImage>().is_multiple_of(16));

/// Stores every register into an `EntryImage`, hands it to `dispatch`, and returns what that left in it.
/// rdi, rsi and xmm6 to xmm15 come back unchanged, because a Win64 caller expects it.
#[unsafe(naked)]
unsafe extern "sysv64" fn enter() {
    naked_asm!(
        seh!(".seh_proc {name}"),
        cfi!(".cfi_startproc"),
        "push rbp",
        seh!(".seh_pushreg rbp"),
        cfi!(".cfi_def_cfa_offset 16" ".cfi_offset rbp, -16"),
        "mov rbp, rsp",
        seh!(".seh_setframe rbp, 0" ".seh_endprologue"),
        cfi!(".cfi_def_cfa_register rbp"),
        "sub rsp, {size}",
        // A caller with a misaligned stack is found by whoever reads the image, not by a fault here.
        "and rsp, -16",
        "mov [rsp + {int}], rax",
        "mov [rsp + {int} + 8], rcx",
        "mov [rsp + {int} + 16], rdx",
        "mov [rsp + {int} + 24], rbx",
        "mov [rsp + {int} + 48], rsi",
        "mov [rsp + {int} + 56], rdi",
        "mov [rsp + {int} + 64], r8",
        "mov [rsp + {int} + 72], r9",
        "mov [rsp + {int} + 80], r10",
        "mov [rsp + {int} + 88], r11",
        "mov [rsp + {int} + 96], r12",
        "mov [rsp + {int} + 104], r13",
        "mov [rsp + {int} + 112], r14",
        "mov [rsp + {int} + 120], r15",
        "lea rax, [rbp + 16]",
        "mov [rsp + {int} + 32], rax",
        "mov [rsp + {stack}], rax",
        "mov rax, [rbp]",
        "mov [rsp + {int} + 40], rax",
        "mov rax, [rbp + 8]",
        "mov [rsp + {return_address}], rax",
        "movaps [rsp + {vec}], xmm0",
        "movaps [rsp + {vec} + 16], xmm1",
        "movaps [rsp + {vec} + 32], xmm2",
        "movaps [rsp + {vec} + 48], xmm3",
        "movaps [rsp + {vec} + 64], xmm4",
        "movaps [rsp + {vec} + 80], xmm5",
        "movaps [rsp + {vec} + 96], xmm6",
        "movaps [rsp + {vec} + 112], xmm7",
        "movaps [rsp + {vec} + 128], xmm8",
        "movaps [rsp + {vec} + 144], xmm9",
        "movaps [rsp + {vec} + 160], xmm10",
        "movaps [rsp + {vec} + 176], xmm11",
        "movaps [rsp + {vec} + 192], xmm12",
        "movaps [rsp + {vec} + 208], xmm13",
        "movaps [rsp + {vec} + 224], xmm14",
        "movaps [rsp + {vec} + 240], xmm15",
        "cld",
        "mov rdi, rsp",
        "mov rsi, r11",
        "call {dispatch}",
        "mov rsi, [rsp + {int} + 48]",
        "mov rdi, [rsp + {int} + 56]",
        "movaps xmm6, [rsp + {vec} + 96]",
        "movaps xmm7, [rsp + {vec} + 112]",
        "movaps xmm8, [rsp + {vec} + 128]",
        "movaps xmm9, [rsp + {vec} + 144]",
        "movaps xmm10, [rsp + {vec} + 160]",
        "movaps xmm11, [rsp + {vec} + 176]",
        "movaps xmm12, [rsp + {vec} + 192]",
        "movaps xmm13, [rsp + {vec} + 208]",
        "movaps xmm14, [rsp + {vec} + 224]",
        "movaps xmm15, [rsp + {vec} + 240]",
        "mov rax, [rsp + {result_int}]",
        "mov rdx, [rsp + {result_int} + 8]",
        "movaps xmm0, [rsp + {result_vec}]",
        "movaps xmm1, [rsp + {result_vec} + 16]",
        // Popping arguments moves the return address up and returns through it, so that a shadow stack agrees.
        "mov r11, [rsp + {pop}]",
        "lea rsp, [rbp]",
        "pop rbp",
        cfi!(".cfi_def_cfa rsp, 8"),
        "mov r10, [rsp]",
        "mov [rsp + r11], r10",
        "add rsp, r11",
        "ret",
        cfi!(".cfi_endproc"),
        seh!(".seh_endproc"),
        name = sym enter,
        size = const size_of::<EntryImage>(),
        int = const offset_of!(EntryImage, registers) + offset_of!(Registers, int),
        vec = const offset_of!(EntryImage, registers) + offset_of!(Registers, vec),
        stack = const offset_of!(EntryImage, stack),
        return_address = const offset_of!(EntryImage, return_address),
        result_int = const offset_of!(EntryImage, int_results),
        result_vec = const offset_of!(EntryImage, vec_results),
        pop = const offset_of!(EntryImage, pop),
        dispatch = sym dispatch,
    )
}
