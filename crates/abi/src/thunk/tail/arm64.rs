//! Bridges, abort, leave and dispatch for ARM64. The context is in x21 throughout; x18 is never touched.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use super::{BridgeShape, Emitted, FILE, FLOAT, STACK, STACK_SIZE, Saved, TARGET, int_args, int_results};
use crate::convention::Arch;
use code_memory::RelocKind;
use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};

type Assembler = VecAssembler<Aarch64Relocation>;

macro_rules! emit {
    ($asm:expr, $($code:tt)*) => { dynasm!($asm ; .arch aarch64 ; $($code)*) };
}

fn position(asm: &Assembler) -> u32 {
    asm.offset().0 as u32
}

/// Landing pad, frame pointer, `fixed` bytes. Returns the offsets at which the frame pointer is pushed and set.
fn prologue(asm: &mut Assembler, fixed: u32) -> (u32, u32) {
    // bti c, which is a hint to processors without it.
    emit!(asm, hint 34 ; stp x29, x30, [sp, -16]!);
    let pushed = position(asm);
    emit!(asm, mov x29, sp);
    let framed = position(asm);
    if fixed > 0 {
        emit!(asm, sub sp, sp, fixed);
    }
    (pushed, framed)
}

/// Unlinks the bridge whose frame x29 points to, and returns from it with the status in w0. Changes x9.
fn leave_bridge(asm: &mut Assembler, saved: &Saved, entry_sp: u32) {
    emit!(asm, ldur x9, [x29, -8] ; str x9, [x21, entry_sp]);
    for &(reg, offset) in &saved.int {
        emit!(asm, ldur X(reg), [x29, offset]);
    }
    for &(reg, offset) in &saved.vec {
        emit!(asm, ldur D(reg), [x29, offset]);
    }
    emit!(asm, mov sp, x29 ; ldp x29, x30, [sp], 16 ; ret);
}

/// Emits a bridge. x16 holds the entry and x9 the registers' address while arguments are loaded.
pub(super) fn bridge(saved: &Saved, entry_sp: u32, shape: BridgeShape) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, saved.fixed);
    for &(reg, offset) in &saved.int {
        emit!(asm, stur X(reg), [x29, offset]);
    }
    for &(reg, offset) in &saved.vec {
        emit!(asm, stur D(reg), [x29, offset]);
    }
    let done = position(&asm);
    emit!(asm, mov x21, x0
        ; mov x16, x1
        ; mov x9, x2
        ; ldr x10, [x21, entry_sp]
        ; stp x9, x10, [x29, -16]
        ; mov x10, x29
        ; str x10, [x21, entry_sp]);
    if shape.stack {
        stack_arguments(&mut asm);
    }
    for index in 0..shape.float_args.min(8) {
        emit!(asm, ldr D(index), [x9, FLOAT + 8 * u32::from(index)]);
    }
    for (index, &reg) in int_args(Arch::Arm64).iter().enumerate().take(shape.int_args.into()) {
        emit!(asm, ldr X(reg), [x9, 8 * index as u32]);
    }
    emit!(asm, blr x16 ; ldur x9, [x29, -16]);
    for (index, &reg) in int_results(Arch::Arm64).iter().enumerate().take(shape.int_results.into()) {
        emit!(asm, str X(reg), [x9, 8 * index as u32]);
    }
    for index in 0..shape.float_results.min(8) {
        emit!(asm, str D(index), [x9, FLOAT + 8 * u32::from(index)]);
    }
    emit!(asm, mov w0, wzr);
    leave_bridge(&mut asm, saved, entry_sp);
    Ok(Emitted { bytes: asm.finalize()?, pushed, framed, done, relocs: Vec::new() })
}

/// Copies the stack arguments below the frame, page by page. Changes x10 to x14.
fn stack_arguments(asm: &mut Assembler) {
    emit!(asm, ldr x11, [x9, STACK_SIZE]
        ; cbz x11, ->registers
        ; add x12, x11, 1
        ; and x12, x12, !1u64
        ; sub x12, sp, x12, uxtx 3
        // Every page is touched on the way, so that a guard page cannot be jumped over.
        ; ->probe:
        ; sub x13, sp, 1, lsl 12
        ; cmp x13, x12
        ; b.lo ->probed
        ; mov sp, x13
        ; str xzr, [sp]
        ; b ->probe
        ; ->probed:
        ; mov sp, x12
        ; ldr x13, [x9, STACK]
        ; ->copy:
        ; ldr x14, [x13], 8
        ; str x14, [x12], 8
        ; subs x11, x11, 1
        ; b.ne ->copy
        ; ->registers:);
}

/// Emits abort.
pub(super) fn abort(saved: &Saved, entry_sp: u32) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    // bti jc: leave and dispatch jump here.
    emit!(asm, .bytes 0xd503_24dfu32.to_le_bytes()
        ; mov x21, x0
        ; ldr x29, [x21, entry_sp]
        ; sub sp, x29, saved.fixed
        ; movz w0, 1);
    leave_bridge(&mut asm, saved, entry_sp);
    Ok(Emitted { bytes: asm.finalize()?, pushed: 0, framed: 0, done: 0, relocs: Vec::new() })
}

/// A jump to abort with the context; its distance is relocated.
fn jump_to_abort(asm: &mut Assembler) -> (u32, RelocKind) {
    emit!(asm, mov x0, x21);
    let at = position(asm);
    emit!(asm, .bytes 0x1400_0000u32.to_le_bytes());
    (at, RelocKind::Arm64Branch26)
}

/// A call of a C function whose distance is relocated.
fn call(asm: &mut Assembler) -> (u32, RelocKind) {
    let at = position(asm);
    emit!(asm, .bytes 0x9400_0000u32.to_le_bytes());
    (at, RelocKind::Arm64Branch26)
}

/// Emits leave: the arguments pass through to the C function.
pub(super) fn leave() -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, 0);
    let done = position(&asm);
    let note = call(&mut asm);
    let abort = jump_to_abort(&mut asm);
    Ok(Emitted { bytes: asm.finalize()?, pushed, framed, done, relocs: vec![note, abort] })
}

/// Emits dispatch. The registers lie at the bottom of the frame.
pub(super) fn dispatch() -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, FILE);
    let done = position(&asm);
    for (index, &reg) in int_args(Arch::Arm64).iter().enumerate() {
        emit!(asm, str X(reg), [sp, 8 * index as u32]);
    }
    for index in 0..8 {
        emit!(asm, str D(index), [sp, FLOAT + 8 * u32::from(index)]);
    }
    emit!(asm, add x9, x29, 16
        ; str x9, [sp, STACK]
        ; mov x0, x21
        ; mov x1, x17
        ; mov x2, sp);
    let decide = call(&mut asm);
    emit!(asm, cmp w0, 1 ; b.eq ->jump ; b.hi ->abort ; ldr x9, [sp, STACK_SIZE]);
    for (index, &reg) in int_results(Arch::Arm64).iter().enumerate() {
        emit!(asm, ldr X(reg), [sp, 8 * index as u32]);
    }
    floats(&mut asm);
    emit!(asm, mov sp, x29 ; ldp x29, x30, [sp], 16 ; add sp, sp, x9 ; ret ; ->jump:);
    for (index, &reg) in int_args(Arch::Arm64).iter().enumerate() {
        emit!(asm, ldr X(reg), [sp, 8 * index as u32]);
    }
    floats(&mut asm);
    emit!(asm, ldr x16, [sp, TARGET]
        ; mov sp, x29
        ; ldp x29, x30, [sp], 16
        ; br x16
        ; ->abort:);
    let abort = jump_to_abort(&mut asm);
    Ok(Emitted { bytes: asm.finalize()?, pushed, framed, done, relocs: vec![decide, abort] })
}

fn floats(asm: &mut Assembler) {
    for index in 0..8 {
        emit!(asm, ldr D(index), [sp, FLOAT + 8 * u32::from(index)]);
    }
}
