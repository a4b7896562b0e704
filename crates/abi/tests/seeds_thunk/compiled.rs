//! Hand-made managed functions: what a compiler would emit around calls through entry pointers.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use abi::{Abi, Arch};
use code_memory::{Code, ExecSpace, FrameInfo, FrameOp};
use dynasmrt::{DynasmApi, VecAssembler, dynasm};

fn publish(space: &ExecSpace, bytes: &[u8], ops: Vec<(u32, FrameOp)>) -> Code {
    let mut staged = space.alloc(bytes.len(), 16).expect("there is room");
    staged.bytes_mut().copy_from_slice(bytes);
    staged.set_frame(FrameInfo { ops });
    staged.set_name("managed caller");
    staged.publish().expect("the code is in order")
}

/// `fn(entry, call_info)` for the host: calls `entry` with `call_info` as the second argument of `Tail` and room for exactly
/// `popped` bytes of stack arguments, and returns by how many bytes the stack pointer is off afterwards.
pub(crate) fn stack_balance(space: &ExecSpace, popped: u32) -> Code {
    match Arch::HOST {
        Arch::X64 => {
            let [entry, info, ..] = *Abi::HOST.int_args() else { unreachable!("there are four at least") };
            let mut asm = VecAssembler::<dynasmrt::x64::X64Relocation>::new(0);
            dynasm!(asm ; .arch x64
                ; .bytes [0xf3u8, 0x0f, 0x1e, 0xfa]
                ; push rbp
                ; mov rbp, rsp
                // A Win64 caller wants these back.
                ; push rsi
                ; push rdi
                ; mov r11, Rq(entry)
                ; mov rsi, Rq(info)
                ; sub rsp, popped as i32
                ; call r11
                ; lea rax, [rbp - 16]
                ; sub rax, rsp
                ; lea rsp, [rbp - 16]
                ; pop rdi
                ; pop rsi
                ; pop rbp
                ; ret);
            let bytes = asm.finalize().expect("the code assembles");
            publish(space, &bytes, vec![(5, FrameOp::PushFrame), (8, FrameOp::SetFrame)])
        }
        Arch::Arm64 => {
            let mut asm = VecAssembler::<dynasmrt::aarch64::Aarch64Relocation>::new(0);
            dynasm!(asm ; .arch aarch64
                ; hint 34
                ; stp x29, x30, [sp, -16]!
                ; mov x29, sp
                ; mov x16, x0
                ; mov x3, x1
                ; sub sp, sp, popped
                ; blr x16
                ; mov x1, sp
                ; sub x0, x29, x1
                ; mov sp, x29
                ; ldp x29, x30, [sp], 16
                ; ret);
            let bytes = asm.finalize().expect("the code assembles");
            publish(space, &bytes, vec![(8, FrameOp::PushFrame), (12, FrameOp::SetFrame)])
        }
    }
}

/// A managed function of any convention that calls the address in r11 (x64) or x17 (ARM64) with its own arguments: one more
/// managed frame. The arguments must fit the registers.
pub(crate) fn forwarder(space: &ExecSpace) -> Code {
    match Arch::HOST {
        Arch::X64 => {
            let mut asm = VecAssembler::<dynasmrt::x64::X64Relocation>::new(0);
            dynasm!(asm ; .arch x64
                ; .bytes [0xf3u8, 0x0f, 0x1e, 0xfa]
                ; push rbp
                ; mov rbp, rsp
                // Shadow space, for the convention that has one.
                ; sub rsp, 32
                ; call r11
                ; mov rsp, rbp
                ; pop rbp
                ; ret);
            let bytes = asm.finalize().expect("the code assembles");
            publish(space, &bytes, vec![(5, FrameOp::PushFrame), (8, FrameOp::SetFrame)])
        }
        Arch::Arm64 => {
            let mut asm = VecAssembler::<dynasmrt::aarch64::Aarch64Relocation>::new(0);
            dynasm!(asm ; .arch aarch64
                ; hint 34
                ; stp x29, x30, [sp, -16]!
                ; mov x29, sp
                ; blr x17
                ; ldp x29, x30, [sp], 16
                ; ret);
            let bytes = asm.finalize().expect("the code assembles");
            publish(space, &bytes, vec![(8, FrameOp::PushFrame), (12, FrameOp::SetFrame)])
        }
    }
}

/// A managed function of the `Tail` convention that jumps to the address in r11 (x64) or x17 (ARM64) by way of a register that
/// Cranelift takes for it: a call in tail position.
pub(crate) fn tail_caller(space: &ExecSpace) -> Code {
    match Arch::HOST {
        Arch::X64 => {
            let mut asm = VecAssembler::<dynasmrt::x64::X64Relocation>::new(0);
            dynasm!(asm ; .arch x64 ; .bytes [0xf3u8, 0x0f, 0x1e, 0xfa] ; jmp r11);
            publish(space, &asm.finalize().expect("the code assembles"), Vec::new())
        }
        Arch::Arm64 => {
            let mut asm = VecAssembler::<dynasmrt::aarch64::Aarch64Relocation>::new(0);
            dynasm!(asm ; .arch aarch64 ; hint 34 ; mov x1, x17 ; br x1);
            publish(space, &asm.finalize().expect("the code assembles"), Vec::new())
        }
    }
}
