//! Bridges, abort, leave and dispatch for x64. The context is in r15 throughout.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use super::{BridgeShape, Emitted, FILE, FLOAT, STACK, STACK_SIZE, Saved, TARGET, int_args, int_results};
use crate::convention::{Abi, Arch};
use code_memory::RelocKind;
use dynasmrt::x64::X64Relocation;
use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};

type Assembler = VecAssembler<X64Relocation>;

macro_rules! emit {
    ($asm:expr, $($code:tt)*) => { dynasm!($asm ; .arch x64 ; $($code)*) };
}

fn position(asm: &Assembler) -> u32 {
    asm.offset().0 as u32
}

/// Landing pad, frame pointer, `fixed` bytes. Returns the offsets at which the frame pointer is pushed and set.
fn prologue(asm: &mut Assembler, fixed: u32) -> (u32, u32) {
    // endbr64, which this assembler does not know.
    emit!(asm, .bytes [0xf3u8, 0x0f, 0x1e, 0xfa] ; push rbp);
    let pushed = position(asm);
    emit!(asm, mov rbp, rsp);
    let framed = position(asm);
    if fixed > 0 {
        emit!(asm, sub rsp, fixed as i32);
    }
    (pushed, framed)
}

fn restore(asm: &mut Assembler, saved: &Saved) {
    for &(reg, offset) in &saved.int {
        emit!(asm, mov Rq(reg), [rbp + offset]);
    }
    for &(reg, offset) in &saved.vec {
        emit!(asm, movaps Rx(reg), [rbp + offset]);
    }
}

/// Unlinks the bridge whose frame rbp points to, and returns from it with the status in eax. Changes rcx.
fn leave_bridge(asm: &mut Assembler, saved: &Saved, entry_sp: u32) {
    emit!(asm, mov rcx, [rbp - 8] ; mov [r15 + entry_sp as i32], rcx);
    restore(asm, saved);
    emit!(asm, leave ; ret);
}

/// Puts the shadow stack pointer into rax; 0 where there is no shadow stack (rdsspq does nothing there).
fn shadow_stack_pointer(asm: &mut Assembler) {
    emit!(asm, xor eax, eax ; .bytes [0xf3u8, 0x48, 0x0f, 0x1e, 0xc8]);
}

/// Emits a bridge. r11 holds the entry and r10 the registers' address while arguments are loaded.
pub(super) fn bridge(
    host: Abi,
    saved: &Saved,
    entry_sp: u32,
    shape: BridgeShape,
) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, saved.fixed);
    for &(reg, offset) in &saved.int {
        emit!(asm, mov[rbp + offset], Rq(reg));
    }
    for &(reg, offset) in &saved.vec {
        emit!(asm, movaps[rbp + offset], Rx(reg));
    }
    let done = position(&asm);
    let [context, entry, registers, ..] = *host.int_args() else { unreachable!("every convention has four") };
    emit!(asm, mov r15, Rq(context)
        ; mov r11, Rq(entry)
        ; mov r10, Rq(registers)
        ; mov [rbp - 16], r10
        ; mov rax, [r15 + entry_sp as i32]
        ; mov [rbp - 8], rax);
    shadow_stack_pointer(&mut asm);
    emit!(asm, mov [rbp - 24], rax ; mov [r15 + entry_sp as i32], rbp);
    if shape.stack {
        stack_arguments(&mut asm);
    }
    for index in 0..shape.float_args.min(8) {
        emit!(asm, movsd Rx(index), [r10 + (FLOAT + 8 * u32::from(index)) as i32]);
    }
    for (index, &reg) in int_args(Arch::X64).iter().enumerate().take(shape.int_args.into()) {
        emit!(asm, mov Rq(reg), [r10 + 8 * index as i32]);
    }
    emit!(asm, call r11 ; mov r11, [rbp - 16]);
    for (index, &reg) in int_results(Arch::X64).iter().enumerate().take(shape.int_results.into()) {
        emit!(asm, mov[r11 + 8 * index as i32], Rq(reg));
    }
    for index in 0..shape.float_results.min(8) {
        emit!(asm, movsd[r11 + (FLOAT + 8 * u32::from(index)) as i32], Rx(index));
    }
    emit!(asm, xor eax, eax);
    leave_bridge(&mut asm, saved, entry_sp);
    Ok(Emitted { bytes: asm.finalize()?, pushed, framed, done, relocs: Vec::new() })
}

/// Copies the stack arguments below the frame, page by page. Changes rax, rcx and rdx.
fn stack_arguments(asm: &mut Assembler) {
    emit!(asm, mov rcx, [r10 + STACK_SIZE as i32]
        ; test rcx, rcx
        ; je ->registers
        ; lea rdx, [rcx * 8 + 15]
        ; and rdx, -16
        ; neg rdx
        ; add rdx, rsp
        // Every page is touched on the way, so that a guard page cannot be jumped over.
        ; ->probe:
        ; lea rax, [rsp - 4096]
        ; cmp rax, rdx
        ; jb ->probed
        ; mov rsp, rax
        ; or QWORD [rsp], 0
        ; jmp ->probe
        ; ->probed:
        ; mov rsp, rdx
        ; mov rdx, [r10 + STACK as i32]
        ; ->copy:
        ; mov rax, [rdx + rcx * 8 - 8]
        ; mov [rsp + rcx * 8 - 8], rax
        ; sub rcx, 1
        ; jne ->copy
        ; ->registers:);
}

/// Emits abort. The shadow stack, where there is one, loses the entries of the frames that are left.
pub(super) fn abort(host: Abi, saved: &Saved, entry_sp: u32) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    emit!(asm, .bytes [0xf3u8, 0x0f, 0x1e, 0xfa]
        ; mov r15, Rq(host.int_args()[0])
        ; mov rbp, [r15 + entry_sp as i32]
        ; lea rsp, [rbp - saved.fixed as i32]);
    shadow_stack_pointer(&mut asm);
    emit!(asm, test rax, rax
        ; je ->balanced
        ; mov rdx, [rbp - 24]
        ; sub rdx, rax
        ; shr rdx, 3
        ; mov ecx, 255
        ; ->pop:
        ; cmp rdx, rcx
        ; cmovb rcx, rdx
        // incsspq rcx
        ; .bytes [0xf3u8, 0x48, 0x0f, 0xae, 0xe9]
        ; sub rdx, rcx
        ; jne ->pop
        ; ->balanced:
        ; mov eax, 1);
    leave_bridge(&mut asm, saved, entry_sp);
    Ok(Emitted { bytes: asm.finalize()?, pushed: 0, framed: 0, done: 0, relocs: Vec::new() })
}

/// A jump to abort with the context; its distance is relocated.
fn jump_to_abort(asm: &mut Assembler, host: Abi) -> (u32, RelocKind) {
    emit!(asm, mov Rq(host.int_args()[0]), r15 ; .bytes [0xe9u8, 0, 0, 0, 0]);
    (position(asm) - 4, RelocKind::X64Rel32)
}

/// A call of a C function whose distance is relocated.
fn call(asm: &mut Assembler) -> (u32, RelocKind) {
    emit!(asm, .bytes [0xe8u8, 0, 0, 0, 0]);
    (position(asm) - 4, RelocKind::X64Rel32)
}

/// Emits leave: the arguments pass through to the C function.
pub(super) fn leave(host: Abi) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let (pushed, framed) = prologue(&mut asm, host.shadow_space());
    let done = position(&asm);
    let note = call(&mut asm);
    let abort = jump_to_abort(&mut asm, host);
    Ok(Emitted { bytes: asm.finalize()?, pushed, framed, done, relocs: vec![note, abort] })
}

/// Emits dispatch. The registers lie above the shadow space at the bottom of the frame.
pub(super) fn dispatch(host: Abi) -> Result<Emitted, DynasmError> {
    let mut asm = Assembler::new(0);
    let shadow = host.shadow_space();
    let (pushed, framed) = prologue(&mut asm, FILE + shadow);
    let done = position(&asm);
    let at = |field: u32| (shadow + field) as i32;
    for (index, &reg) in int_args(Arch::X64).iter().enumerate() {
        emit!(asm, mov[rsp + at(8 * index as u32)], Rq(reg));
    }
    for index in 0..8 {
        emit!(asm, movsd[rsp + at(FLOAT + 8 * u32::from(index))], Rx(index));
    }
    let [context, identity, registers, ..] = *host.int_args() else {
        unreachable!("every convention has four")
    };
    emit!(asm, lea rax, [rbp + 16]
        ; mov [rsp + at(STACK)], rax
        ; mov Rq(context), r15
        ; mov Rq(identity), r11
        ; lea Rq(registers), [rsp + at(0)]);
    let decide = call(&mut asm);
    emit!(asm, cmp eax, 1 ; je ->jump ; ja ->abort);
    return_results(&mut asm, &at);
    emit!(asm, ->jump:);
    for (index, &reg) in int_args(Arch::X64).iter().enumerate() {
        emit!(asm, mov Rq(reg), [rsp + at(8 * index as u32)]);
    }
    for index in 0..8 {
        emit!(asm, movsd Rx(index), [rsp + at(FLOAT + 8 * u32::from(index))]);
    }
    emit!(asm, mov r11, [rsp + at(TARGET)] ; leave ; jmp r11 ; ->abort:);
    let abort = jump_to_abort(&mut asm, host);
    Ok(Emitted { bytes: asm.finalize()?, pushed, framed, done, relocs: vec![decide, abort] })
}

/// Loads the results and pops the stack arguments. The return address moves up and is returned through, so that a shadow
/// stack agrees.
fn return_results(asm: &mut Assembler, at: &impl Fn(u32) -> i32) {
    emit!(asm, mov r11, [rsp + at(STACK_SIZE)]
        ; mov rax, [rbp + 8]
        ; mov [rbp + r11 + 8], rax
        ; lea r11, [rbp + r11 + 8]);
    for (index, &reg) in int_results(Arch::X64).iter().enumerate() {
        emit!(asm, mov Rq(reg), [rsp + at(8 * index as u32)]);
    }
    for index in 0..8 {
        emit!(asm, movsd Rx(index), [rsp + at(FLOAT + 8 * u32::from(index))]);
    }
    emit!(asm, mov rbp, [rbp] ; mov rsp, r11 ; ret);
}
