//! The shared entry and the invoker for x64.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use super::conv::CountField;
use super::entry::{Emitted, Shape};
use dynasmrt::x64::X64Relocation;
use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};

type Assembler = VecAssembler<X64Relocation>;

macro_rules! emit {
    ($asm:expr, $($code:tt)*) => { dynasm!($asm ; .arch x64 ; $($code)*) };
}

/// Landing pad, frame pointer, fixed area. Returns the offsets at which the frame pointer is pushed and set.
fn prologue(asm: &mut Assembler, shape: &Shape) -> (u32, u32) {
    // endbr64, which this assembler does not know.
    emit!(asm, .bytes [0xf3u8, 0x0f, 0x1e, 0xfa] ; push rbp);
    let pushed = position(asm);
    emit!(asm, mov rbp, rsp);
    let framed = position(asm);
    emit!(asm, sub rsp, shape.fixed as i32);
    (pushed, framed)
}

fn position(asm: &Assembler) -> u32 {
    asm.offset().0 as u32
}

fn save(asm: &mut Assembler, shape: &Shape) {
    for &(reg, offset) in &shape.saved_int {
        emit!(asm, mov[rbp + offset], Rq(reg));
    }
    for &(reg, offset) in &shape.saved_vec {
        emit!(asm, movaps[rbp + offset], Rx(reg));
    }
}

fn restore(asm: &mut Assembler, shape: &Shape) {
    for &(reg, offset) in &shape.saved_int {
        emit!(asm, mov Rq(reg), [rbp + offset]);
    }
    for &(reg, offset) in &shape.saved_vec {
        emit!(asm, movaps Rx(reg), [rbp + offset]);
    }
}

/// Emits the shared entry: identity in r11, managed arguments in place. rax, r10 and r11 are the scratch registers, none of
/// which carries an argument under any convention.
pub(super) fn shared_entry(shape: &Shape, count: CountField) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, shape);
    let info = shape.conv.int_args()[1];
    let mask = (1 << count.bits) - 1;
    emit!(asm, mov [rbp - 8], r11
        ; mov rax, Rq(info)
        ; shr rax, count.shift as i8
        ; and eax, mask
        ; mov [rbp - 16], rax);
    save(&mut asm, shape);
    let saved = position(&asm);
    match shape.conv.shadow_space() {
        0 => copied_array(&mut asm, shape),
        _ => array_in_shadow_space(&mut asm, shape),
    }
    let [array, number, identity, context, ..] = *shape.host.int_args() else {
        unreachable!("every convention has four")
    };
    if shape.host.shadow_space() > 0 {
        emit!(asm, sub rsp, shape.host.shadow_space() as i32);
    }
    emit!(asm, mov Rq(array), r10
        ; mov Rq(number), [rbp - 16]
        ; mov Rq(identity), [rbp - 8]
        ; mov Rq(context), Rq(shape.conv.context()));
    // The distance is relocated.
    emit!(asm, .bytes [0xe8u8, 0, 0, 0, 0]);
    let call = position(&asm) - 4;
    restore(&mut asm, shape);
    match shape.conv.callee_pops() {
        false => emit!(asm, leave ; ret),
        true => pop_arguments(&mut asm, shape),
    }
    Ok(Emitted { bytes: asm.finalize()?, call: Some(call), pushed, framed, saved })
}

/// Under Win64 the caller has left room for the register arguments just below the stack arguments: storing them there
/// completes the array where it is.
fn array_in_shadow_space(asm: &mut Assembler, shape: &Shape) {
    for (index, &reg) in shape.conv.int_args().iter().enumerate() {
        emit!(asm, mov[rbp + 16 + 8 * index as i32], Rq(reg));
    }
    emit!(asm, lea r10, [rbp + 16]);
}

/// Elsewhere return address and frame pointer lie between: the array is built below the fixed area. rax is the count.
fn copied_array(asm: &mut Assembler, shape: &Shape) {
    let in_registers = (shape.registers() * 8) as i32;
    emit!(asm, mov r10, rax
        ; sub r10, shape.register_args() as i32
        ; ja ->many
        ; sub rsp, (in_registers + 15) & -16
        ; jmp ->store
        ; ->many:
        ; lea r11, [r10 * 8 + in_registers + 15]
        ; and r11, -16
        ; neg r11
        ; add r11, rsp
        // Every page is touched on the way, so that a guard page cannot be jumped over.
        ; ->probe:
        ; lea rax, [rsp - 4096]
        ; cmp rax, r11
        ; jb ->probed
        ; mov rsp, rax
        ; or QWORD [rsp], 0
        ; jmp ->probe
        ; ->probed:
        ; mov rsp, r11
        ; ->copy:
        ; mov rax, [rbp + r10 * 8 + 8]
        ; mov [rsp + r10 * 8 + in_registers - 8], rax
        ; sub r10, 1
        ; jne ->copy
        ; ->store:);
    for (index, &reg) in shape.conv.int_args().iter().enumerate() {
        emit!(asm, mov[rsp + 8 * index as i32], Rq(reg));
    }
    emit!(asm, mov r10, rsp);
}

/// Returns to the caller with the stack arguments popped. The return address moves up and is returned through, so that a
/// shadow stack agrees.
fn pop_arguments(asm: &mut Assembler, shape: &Shape) {
    emit!(asm, mov r10, [rbp - 16]
        ; sub r10, shape.register_args() as i32
        ; ja ->pop
        ; leave
        ; ret
        ; ->pop:
        ; lea r10, [r10 * 8 + 15]
        ; and r10, -16
        ; mov r11, [rbp + 8]
        ; mov [rbp + r10 + 8], r11
        ; lea r11, [rbp + r10 + 8]
        ; mov rbp, [rbp]
        ; mov rsp, r11
        ; ret);
}

/// Emits `fn(entry, array, count, context)`. The entry's address waits in r11, the array's in r10 and the count in rax while
/// every argument register is loaded.
pub(super) fn invoke(shape: &Shape) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, shape);
    save(&mut asm, shape);
    let saved = position(&asm);
    let [entry, array, number, context, ..] = *shape.host.int_args() else {
        unreachable!("every convention has four")
    };
    emit!(asm, mov r11, Rq(entry)
        ; mov r10, Rq(array)
        ; mov rax, Rq(number)
        ; mov Rq(shape.conv.context()), Rq(context));
    stack_arguments(&mut asm, shape);
    for (index, &reg) in shape.conv.int_args().iter().enumerate() {
        if index >= 2 {
            // The array ends with the last argument; what follows is not ours to read.
            emit!(asm, cmp rax, index as i32 - 1 ; jb ->go);
        }
        emit!(asm, mov Rq(reg), [r10 + 8 * index as i32]);
    }
    emit!(asm, ->go: ; call r11);
    restore(&mut asm, shape);
    emit!(asm, leave ; ret);
    Ok(Emitted { bytes: asm.finalize()?, call: None, pushed, framed, saved })
}

/// Copies what does not fit the registers. rcx, rdx and r8 are free: no convention preserves them, and they are not loaded yet.
fn stack_arguments(asm: &mut Assembler, shape: &Shape) {
    let in_registers = (shape.registers() * 8) as i32;
    let shadow = shape.conv.shadow_space() as i32;
    emit!(asm, mov rcx, rax
        ; sub rcx, shape.register_args() as i32
        ; ja ->many);
    if shadow > 0 {
        emit!(asm, sub rsp, shadow);
    }
    emit!(asm, jmp ->registers
        ; ->many:
        ; lea rdx, [rcx * 8 + shadow + 15]
        ; and rdx, -16
        ; neg rdx
        ; add rdx, rsp
        ; ->probe:
        ; lea r8, [rsp - 4096]
        ; cmp r8, rdx
        ; jb ->probed
        ; mov rsp, r8
        ; or QWORD [rsp], 0
        ; jmp ->probe
        ; ->probed:
        ; mov rsp, rdx
        ; ->copy:
        ; mov r8, [r10 + rcx * 8 + in_registers - 8]
        ; mov [rsp + rcx * 8 + shadow - 8], r8
        ; sub rcx, 1
        ; jne ->copy
        ; ->registers:);
}
