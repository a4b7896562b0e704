//! The shared entry and the invoker for ARM64. x18 is never touched.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use super::conv::CountField;
use super::entry::{Emitted, Shape};
use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};

type Assembler = VecAssembler<Aarch64Relocation>;

macro_rules! emit {
    ($asm:expr, $($code:tt)*) => { dynasm!($asm ; .arch aarch64 ; $($code)*) };
}

/// Clears the lowest bit.
const EVEN: u64 = !1;

/// Landing pad, frame pointer, fixed area. Returns the offsets at which the frame pointer is pushed and set.
fn prologue(asm: &mut Assembler, shape: &Shape) -> (u32, u32) {
    // bti c, which is a hint to processors without it.
    emit!(asm, hint 34 ; stp x29, x30, [sp, -16]!);
    let pushed = position(asm);
    emit!(asm, mov x29, sp);
    let framed = position(asm);
    emit!(asm, sub sp, sp, shape.fixed);
    (pushed, framed)
}

fn position(asm: &Assembler) -> u32 {
    asm.offset().0 as u32
}

/// All ARM64 conventions preserve the same registers; the one an invoker saves for its caller is the context's.
fn save(asm: &mut Assembler, shape: &Shape) {
    for &(reg, offset) in &shape.saved_int {
        emit!(asm, stur X(reg), [x29, offset]);
    }
}

fn restore(asm: &mut Assembler, shape: &Shape) {
    for &(reg, offset) in &shape.saved_int {
        emit!(asm, ldur X(reg), [x29, offset]);
    }
}

/// Lowers sp to x12, touching every page on the way so that a guard page cannot be jumped over. Changes x13.
fn lower_stack(asm: &mut Assembler) {
    emit!(asm, ->probe:
        ; sub x13, sp, 1, lsl 12
        ; cmp x13, x12
        ; b.lo ->probed
        ; mov sp, x13
        ; str xzr, [sp]
        ; b ->probe
        ; ->probed:
        ; mov sp, x12);
}

/// Copies x11 words, at least one, from x13 to x12. Changes x14.
fn copy_words(asm: &mut Assembler) {
    emit!(asm, ->copy:
        ; ldr x14, [x13], 8
        ; str x14, [x12], 8
        ; subs x11, x11, 1
        ; b.ne ->copy);
}

/// Emits the shared entry: identity in x17, managed arguments in place. x9 to x14 are the scratch registers.
pub(super) fn shared_entry(shape: &Shape, count: CountField) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, shape);
    let info = shape.conv.int_args()[1];
    emit!(asm, ubfx x9, X(info), count.shift as u32, count.bits as u32
        ; stp x9, x17, [x29, -16]);
    save(&mut asm, shape);
    let saved = position(&asm);
    let in_registers = shape.registers() * 8;
    emit!(asm, subs x11, x9, shape.register_args()
        ; b.hi ->many
        ; sub sp, sp, in_registers.next_multiple_of(16)
        ; b ->store
        ; ->many:
        ; add x12, x11, shape.registers() + 1
        ; and x12, x12, EVEN
        ; sub x12, sp, x12, uxtx 3);
    lower_stack(&mut asm);
    emit!(asm, add x13, x29, 16 ; add x12, sp, in_registers);
    copy_words(&mut asm);
    emit!(asm, ->store:);
    for (pair, regs) in shape.conv.int_args().chunks_exact(2).enumerate() {
        emit!(asm, stp X(regs[0]), X(regs[1]), [sp, 16 * pair as i32]);
    }
    emit!(asm, mov x0, sp
        ; ldp x1, x2, [x29, -16]
        ; mov x3, X(shape.conv.context()));
    // The distance is relocated.
    let call = position(&asm);
    emit!(asm, .bytes 0x9400_0000u32.to_le_bytes());
    if shape.conv.int_result() != 0 {
        emit!(asm, mov X(shape.conv.int_result()), x0);
    }
    restore(&mut asm, shape);
    match shape.conv.callee_pops() {
        false => emit!(asm, mov sp, x29 ; ldp x29, x30, [sp], 16 ; ret),
        true => pop_arguments(&mut asm, shape),
    }
    Ok(Emitted { bytes: asm.finalize()?, call: Some(call), pushed, framed, saved })
}

/// Returns to the caller with the stack arguments popped.
fn pop_arguments(asm: &mut Assembler, shape: &Shape) {
    emit!(asm, ldur x9, [x29, -16]
        ; mov sp, x29
        ; ldp x29, x30, [sp], 16
        ; subs x9, x9, shape.register_args()
        ; b.ls ->done
        ; add x9, x9, 1
        ; and x9, x9, EVEN
        ; add sp, sp, x9, uxtx 3
        ; ->done:
        ; ret);
}

/// Emits `fn(entry, array, count, context)`. The entry's address waits in x16, the array's in x9 and the count in x10 while
/// every argument register is loaded.
pub(super) fn invoke(shape: &Shape) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, shape);
    save(&mut asm, shape);
    let saved = position(&asm);
    emit!(asm, mov x16, x0
        ; mov x9, x1
        ; mov x10, x2
        ; mov X(shape.conv.context()), x3
        ; subs x11, x10, shape.register_args()
        ; b.ls ->registers
        ; add x12, x11, 1
        ; and x12, x12, EVEN
        ; sub x12, sp, x12, uxtx 3);
    lower_stack(&mut asm);
    emit!(asm, add x13, x9, shape.registers() * 8);
    copy_words(&mut asm);
    emit!(asm, ->registers:);
    for (index, &reg) in shape.conv.int_args().iter().enumerate() {
        if let Some(needed @ 1..) = (index as u32).checked_sub(1) {
            // The array ends with the last argument; what follows is not ours to read.
            emit!(asm, cmp x10, needed ; b.lo ->go);
        }
        emit!(asm, ldr X(reg), [x9, 8 * index as u32]);
    }
    emit!(asm, ->go: ; blr x16);
    if shape.conv.int_result() != 0 {
        emit!(asm, mov x0, X(shape.conv.int_result()));
    }
    restore(&mut asm, shape);
    emit!(asm, mov sp, x29 ; ldp x29, x30, [sp], 16 ; ret);
    Ok(Emitted { bytes: asm.finalize()?, call: None, pushed, framed, saved })
}
