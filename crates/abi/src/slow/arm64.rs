//! ARM64 trampolines, compiled ahead of time: calls from a register image and the entry pool. x18 is never touched.

use super::image::{CallImage, Registers, ResultImage};
use super::pool::{ENTRY_COUNT, EntryImage, dispatch};
use std::arch::naked_asm;
use std::mem::offset_of;

/// Bytes of stack that `call_canary` keeps for arguments, above which it finds its own frame again. A multiple of 16,
/// within reach of a load. The unwind expression in `call_canary` spells it out as SLEB128.
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
    ($($line:literal)*) => { concat!($("// ", $line, "\n",)*) };
}

/// Prologue shared by both calls: x29 frame of 176 bytes with the callee-saved registers, then image at x29+160 and result
/// at x29+168. All of d8 to d15 and x19 to x28 are saved because a target of another convention may not preserve them.
macro_rules! call_prologue {
    () => {
        concat!(
            seh!(".seh_proc {name}"),
            cfi!(".cfi_startproc"),
            "hint #34\n", // bti c
            "stp x29, x30, [sp, #-176]!\n",
            seh!(".seh_save_fplr_x 176"),
            cfi!(".cfi_def_cfa_offset 176" ".cfi_offset x29, -176" ".cfi_offset x30, -168"),
            "stp x19, x20, [sp, #16]\n",
            seh!(".seh_save_regp x19, 16"),
            "stp x21, x22, [sp, #32]\n",
            seh!(".seh_save_regp x21, 32"),
            "stp x23, x24, [sp, #48]\n",
            seh!(".seh_save_regp x23, 48"),
            "stp x25, x26, [sp, #64]\n",
            seh!(".seh_save_regp x25, 64"),
            "stp x27, x28, [sp, #80]\n",
            seh!(".seh_save_regp x27, 80"),
            "stp d8, d9, [sp, #96]\n",
            seh!(".seh_save_fregp d8, 96"),
            "stp d10, d11, [sp, #112]\n",
            seh!(".seh_save_fregp d10, 112"),
            "stp d12, d13, [sp, #128]\n",
            seh!(".seh_save_fregp d12, 128"),
            "stp d14, d15, [sp, #144]\n",
            seh!(".seh_save_fregp d14, 144"),
            "mov x29, sp\n",
            seh!(".seh_set_fp" ".seh_endprologue"),
            cfi!(".cfi_def_cfa x29, 176"
                 ".cfi_offset x19, -160" ".cfi_offset x20, -152" ".cfi_offset x21, -144" ".cfi_offset x22, -136"
                 ".cfi_offset x23, -128" ".cfi_offset x24, -120" ".cfi_offset x25, -112" ".cfi_offset x26, -104"
                 ".cfi_offset x27, -96" ".cfi_offset x28, -88" ".cfi_offset d8, -80" ".cfi_offset d9, -72"
                 ".cfi_offset d10, -64" ".cfi_offset d11, -56" ".cfi_offset d12, -48" ".cfi_offset d13, -40"
                 ".cfi_offset d14, -32" ".cfi_offset d15, -24"),
            "stp x0, x1, [x29, #160]\n",
        )
    };
}

/// Lowers sp to x11, touching every page on the way so that a guard page cannot be jumped over.
macro_rules! probe_to_x11 {
    () => {
        concat!(
            "2:\n",
            "sub x12, sp, #4096\n",
            "cmp x12, x11\n",
            "b.lo 3f\n",
            "mov sp, x12\n",
            "str xzr, [sp]\n",
            "b 2b\n",
            "3:\n",
            "mov sp, x11\n",
        )
    };
}

/// Copies the stack image to sp; x0 is the image, x11 equals sp.
macro_rules! copy_stack {
    () => {
        concat!(
            "ldr x9, [x0, #{stack_size}]\n",
            "ldr x10, [x0, #{stack}]\n",
            "cbz x9, 5f\n",
            "4:\n",
            "ldp x12, x13, [x10], #16\n",
            "stp x12, x13, [x11], #16\n",
            "subs x9, x9, #16\n",
            "b.ne 4b\n",
            "5:\n",
        )
    };
}

/// Undoes `call_prologue`; x29 is the frame.
macro_rules! call_epilogue {
    () => {
        concat!(
            seh!(".seh_startepilogue"),
            "mov sp, x29\n",
            seh!(".seh_set_fp"),
            "ldp d14, d15, [sp, #144]\n",
            seh!(".seh_save_fregp d14, 144"),
            "ldp d12, d13, [sp, #128]\n",
            seh!(".seh_save_fregp d12, 128"),
            "ldp d10, d11, [sp, #112]\n",
            seh!(".seh_save_fregp d10, 112"),
            "ldp d8, d9, [sp, #96]\n",
            seh!(".seh_save_fregp d8, 96"),
            "ldp x27, x28, [sp, #80]\n",
            seh!(".seh_save_regp x27, 80"),
            "ldp x25, x26, [sp, #64]\n",
            seh!(".seh_save_regp x25, 64"),
            "ldp x23, x24, [sp, #48]\n",
            seh!(".seh_save_regp x23, 48"),
            "ldp x21, x22, [sp, #32]\n",
            seh!(".seh_save_regp x21, 32"),
            "ldp x19, x20, [sp, #16]\n",
            seh!(".seh_save_regp x19, 16"),
            "ldp x29, x30, [sp], #176\n",
            seh!(".seh_save_fplr_x 176"),
            cfi!(".cfi_def_cfa sp, 0" ".cfi_restore x29" ".cfi_restore x30"),
            seh!(".seh_endepilogue"),
            "ret\n",
            cfi!(".cfi_endproc"),
            seh!(".seh_endproc"),
        )
    };
}

/// See `image::call_image`.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn call_plain(image: *const CallImage, result: *mut ResultImage) {
    naked_asm!(
        call_prologue!(),
        "ldr x9, [x0, #{stack_size}]",
        "ldr x10, [x0, #{stack_align}]",
        "neg x10, x10",
        "mov x11, sp",
        "sub x11, x11, x9",
        "and x11, x11, x10",
        probe_to_x11!(),
        copy_stack!(),
        "ldp q0, q1, [x0, #{vec} + 0]",
        "ldp q2, q3, [x0, #{vec} + 32]",
        "ldp q4, q5, [x0, #{vec} + 64]",
        "ldp q6, q7, [x0, #{vec} + 96]",
        "ldr x16, [x0, #{target}]",
        "ldr x8, [x0, #{int} + 64]",
        "ldp x2, x3, [x0, #{int} + 16]",
        "ldp x4, x5, [x0, #{int} + 32]",
        "ldp x6, x7, [x0, #{int} + 48]",
        "ldp x0, x1, [x0, #{int}]",
        "blr x16",
        "ldr x9, [x29, #168]",
        "stp x0, x1, [x9, #{result_int}]",
        "stp q0, q1, [x9, #{result_vec}]",
        "stp q2, q3, [x9, #{result_vec} + 32]",
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
/// the stack pointer of the call, at sp+WINDOW.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn call_canary(image: *const CallImage, result: *mut ResultImage) {
    naked_asm!(
        call_prologue!(),
        "ldr x10, [x0, #{stack_align}]",
        "neg x10, x10",
        "mov x11, sp",
        "mov x9, #{window} + 16",
        "sub x11, x11, x9",
        "and x11, x11, x10",
        probe_to_x11!(),
        "str x29, [sp, #{window}]",
        copy_stack!(),
        // From here until the frame is found again: CFA = *(sp + WINDOW) + 176.
        cfi!(".cfi_remember_state" ".cfi_escape 0x0f, 0x08, 0x8f, 0xe0, 0xff, 0x01, 0x06, 0x23, 0xb0, 0x01"),
        "ldp q0, q1, [x0, #{vec} + 0]",
        "ldp q2, q3, [x0, #{vec} + 32]",
        "ldp q4, q5, [x0, #{vec} + 64]",
        "ldp q6, q7, [x0, #{vec} + 96]",
        "ldp q8, q9, [x0, #{vec} + 128]",
        "ldp q10, q11, [x0, #{vec} + 160]",
        "ldp q12, q13, [x0, #{vec} + 192]",
        "ldp q14, q15, [x0, #{vec} + 224]",
        "ldp q16, q17, [x0, #{vec} + 256]",
        "ldp q18, q19, [x0, #{vec} + 288]",
        "ldp q20, q21, [x0, #{vec} + 320]",
        "ldp q22, q23, [x0, #{vec} + 352]",
        "ldp q24, q25, [x0, #{vec} + 384]",
        "ldp q26, q27, [x0, #{vec} + 416]",
        "ldp q28, q29, [x0, #{vec} + 448]",
        "ldp q30, q31, [x0, #{vec} + 480]",
        "ldr x16, [x0, #{target}]",
        "ldp x2, x3, [x0, #{int} + 16]",
        "ldp x4, x5, [x0, #{int} + 32]",
        "ldp x6, x7, [x0, #{int} + 48]",
        "ldp x8, x9, [x0, #{int} + 64]",
        "ldp x10, x11, [x0, #{int} + 80]",
        "ldp x12, x13, [x0, #{int} + 96]",
        "ldp x14, x15, [x0, #{int} + 112]",
        "ldr x17, [x0, #{int} + 136]",
        "ldp x19, x20, [x0, #{int} + 152]",
        "ldp x21, x22, [x0, #{int} + 168]",
        "ldp x23, x24, [x0, #{int} + 184]",
        "ldp x25, x26, [x0, #{int} + 200]",
        "ldp x27, x28, [x0, #{int} + 216]",
        "ldr x29, [x0, #{int} + 232]",
        "ldp x0, x1, [x0, #{int}]",
        "blr x16",
        "ldr x16, [sp, #{window}]",
        "ldr x16, [x16, #168]",
        "stp x0, x1, [x16, #{result_int} + 0]",
        "stp x2, x3, [x16, #{result_int} + 16]",
        "stp x4, x5, [x16, #{result_int} + 32]",
        "stp x6, x7, [x16, #{result_int} + 48]",
        "stp x8, x9, [x16, #{result_int} + 64]",
        "stp x10, x11, [x16, #{result_int} + 80]",
        "stp x12, x13, [x16, #{result_int} + 96]",
        "stp x14, x15, [x16, #{result_int} + 112]",
        "str x17, [x16, #{result_int} + 136]",
        "stp x19, x20, [x16, #{result_int} + 152]",
        "stp x21, x22, [x16, #{result_int} + 168]",
        "stp x23, x24, [x16, #{result_int} + 184]",
        "stp x25, x26, [x16, #{result_int} + 200]",
        "stp x27, x28, [x16, #{result_int} + 216]",
        "str x29, [x16, #{result_int} + 232]",
        "stp q0, q1, [x16, #{result_vec} + 0]",
        "stp q2, q3, [x16, #{result_vec} + 32]",
        "stp q4, q5, [x16, #{result_vec} + 64]",
        "stp q6, q7, [x16, #{result_vec} + 96]",
        "stp q8, q9, [x16, #{result_vec} + 128]",
        "stp q10, q11, [x16, #{result_vec} + 160]",
        "stp q12, q13, [x16, #{result_vec} + 192]",
        "stp q14, q15, [x16, #{result_vec} + 224]",
        "stp q16, q17, [x16, #{result_vec} + 256]",
        "stp q18, q19, [x16, #{result_vec} + 288]",
        "stp q20, q21, [x16, #{result_vec} + 320]",
        "stp q22, q23, [x16, #{result_vec} + 352]",
        "stp q24, q25, [x16, #{result_vec} + 384]",
        "stp q26, q27, [x16, #{result_vec} + 416]",
        "stp q28, q29, [x16, #{result_vec} + 448]",
        "stp q30, q31, [x16, #{result_vec} + 480]",
        "ldr x29, [sp, #{window}]",
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

/// The pool: `ENTRY_COUNT` landing pads, `ENTRY_STRIDE` bytes each, that leave their own address in x17.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn entries() {
    naked_asm!(
        ".balign 16",
        seh!(".seh_proc {name}" ".seh_endprologue"),
        cfi!(".cfi_startproc"),
        ".rept {count}",
        "hint #34", // bti c
        "adr x17, #-4",
        "b {enter}",
        "nop",
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
#[unsafe(naked)]
unsafe extern "C" fn enter() {
    naked_asm!(
        seh!(".seh_proc {name}"),
        cfi!(".cfi_startproc"),
        "stp x29, x30, [sp, #-16]!",
        seh!(".seh_save_fplr_x 16"),
        cfi!(".cfi_def_cfa_offset 16" ".cfi_offset x29, -16" ".cfi_offset x30, -8"),
        "mov x29, sp",
        seh!(".seh_set_fp" ".seh_endprologue"),
        cfi!(".cfi_def_cfa x29, 16"),
        "sub sp, sp, #{size}",
        "stp x0, x1, [sp, #{int} + 0]",
        "stp x2, x3, [sp, #{int} + 16]",
        "stp x4, x5, [sp, #{int} + 32]",
        "stp x6, x7, [sp, #{int} + 48]",
        "stp x8, x9, [sp, #{int} + 64]",
        "stp x10, x11, [sp, #{int} + 80]",
        "stp x12, x13, [sp, #{int} + 96]",
        "stp x14, x15, [sp, #{int} + 112]",
        "stp x16, x17, [sp, #{int} + 128]",
        "stp x19, x20, [sp, #{int} + 152]",
        "stp x21, x22, [sp, #{int} + 168]",
        "stp x23, x24, [sp, #{int} + 184]",
        "stp x25, x26, [sp, #{int} + 200]",
        "stp x27, x28, [sp, #{int} + 216]",
        "ldp x9, x10, [x29]",
        "stp x9, x10, [sp, #{int} + 232]",
        "str x10, [sp, #{return_address}]",
        "add x9, x29, #16",
        "str x9, [sp, #{stack}]",
        "stp q0, q1, [sp, #{vec} + 0]",
        "stp q2, q3, [sp, #{vec} + 32]",
        "stp q4, q5, [sp, #{vec} + 64]",
        "stp q6, q7, [sp, #{vec} + 96]",
        "stp q8, q9, [sp, #{vec} + 128]",
        "stp q10, q11, [sp, #{vec} + 160]",
        "stp q12, q13, [sp, #{vec} + 192]",
        "stp q14, q15, [sp, #{vec} + 224]",
        "stp q16, q17, [sp, #{vec} + 256]",
        "stp q18, q19, [sp, #{vec} + 288]",
        "stp q20, q21, [sp, #{vec} + 320]",
        "stp q22, q23, [sp, #{vec} + 352]",
        "stp q24, q25, [sp, #{vec} + 384]",
        "stp q26, q27, [sp, #{vec} + 416]",
        "stp q28, q29, [sp, #{vec} + 448]",
        "stp q30, q31, [sp, #{vec} + 480]",
        "mov x0, sp",
        "mov x1, x17",
        "bl {dispatch}",
        "ldr x0, [sp, #{result_int}]",
        "ldr x1, [sp, #{result_int} + 8]",
        "ldp q0, q1, [sp, #{result_vec}]",
        "ldp q2, q3, [sp, #{result_vec} + 32]",
        "ldr x9, [sp, #{pop}]",
        seh!(".seh_startepilogue"),
        "mov sp, x29",
        seh!(".seh_set_fp"),
        "ldp x29, x30, [sp], #16",
        seh!(".seh_save_fplr_x 16" ".seh_endepilogue"),
        cfi!(".cfi_def_cfa sp, 0" ".cfi_restore x29" ".cfi_restore x30"),
        "add sp, sp, x9",
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
