//! The stub tier of the model: one template per operation, the accumulator cached in a callee-saved register.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use crate::programs::*;
use abi::{Abi, Arch};
use code_memory::{Code, ExecSpace, FrameInfo, FrameOp, Reloc, RelocKind, RelocTarget};
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, VecAssembler, dynasm};
use std::mem::offset_of;

/// A mistake built into the templates, to show that the comparison finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Subtractions are the wrong way round.
    SwappedOperands,
    /// Dense switches take the neighbouring case.
    SwitchOffByOne,
    /// The cached accumulator is not reloaded after a helper.
    StaleAccumulator,
}

/// A switch table to be placed behind the code.
struct Table {
    label: DynamicLabel,
    targets: Vec<usize>,
}

/// What the templates leave: code, the offset of every operation, tables, and the offset of the first.
struct Emitted {
    bytes: Vec<u8>,
    starts: Vec<u32>,
    tables: Vec<Table>,
    table_start: usize,
}

/// Compiles a program to `extern "C" fn(*mut State) -> i64`.
pub(crate) fn compile(space: &ExecSpace, program: &[Op], fault: Fault) -> Code {
    let depths = depths(program);
    let (emitted, ops) = match Arch::HOST {
        Arch::X64 => {
            let saves = [(3, -24), (12, -32)];
            (x64(program, &depths, fault), frame(5, 8, saves))
        }
        Arch::Arm64 => (arm64(program, &depths, fault), frame(8, 12, [(19, -32), (20, -24)])),
    };
    let len = emitted.bytes.len();
    let mut staged = space.alloc(len, 16).expect("there is room");
    staged.bytes_mut().copy_from_slice(&emitted.bytes);
    let mut at = emitted.table_start;
    for target in emitted.tables.iter().flat_map(|table| &table.targets) {
        let target = RelocTarget::Local(emitted.starts[*target]);
        staged.relocate(Reloc { offset: at as u32, kind: RelocKind::Abs64, target, addend: 0 });
        at += 8;
    }
    assert_eq!(at, len, "the tables end the code");
    staged.mark_data(emitted.table_start..len);
    staged.set_frame(FrameInfo { ops });
    staged.set_name("template stub");
    staged.publish().expect("the code is in order")
}

fn frame(pushed: u32, framed: u32, saves: [(u8, i32); 2]) -> Vec<(u32, FrameOp)> {
    let saves = saves.map(|(reg, cfa_offset)| (framed + 8, FrameOp::SaveInt { reg, cfa_offset }));
    [(pushed, FrameOp::PushFrame), (framed, FrameOp::SetFrame)].into_iter().chain(saves).collect()
}

fn local(index: usize) -> usize {
    offset_of!(State, locals) + 8 * index
}

fn operand(depth: usize) -> usize {
    offset_of!(State, stack) + 8 * depth
}

/// Operations that are entered through a switch table and so need landing pads.
fn dense_targets(program: &[Op]) -> Vec<usize> {
    let dense = program.iter().filter_map(|op| match op {
        Op::Dense { targets, .. } => Some(targets),
        _ => None,
    });
    dense.flatten().copied().collect()
}

/// Accumulator in rbx, state in r12.
fn x64(program: &[Op], depths: &[Option<usize>], fault: Fault) -> Emitted {
    let mut asm = VecAssembler::<dynasmrt::x64::X64Relocation>::new(0);
    let labels: Vec<DynamicLabel> = program.iter().map(|_| asm.new_dynamic_label()).collect();
    let (pads, mut tables, mut starts) = (dense_targets(program), Vec::<Table>::new(), Vec::new());
    let state = Abi::HOST.int_args()[0];
    dynasm!(asm ; .arch x64
        ; .bytes [0xf3u8, 0x0f, 0x1e, 0xfa]
        ; push rbp
        ; mov rbp, rsp
        ; push rbx
        ; push r12
        // Shadow space, for hosts that have it.
        ; sub rsp, 32
        ; mov r12, Rq(state)
        ; mov rbx, [r12]);
    for (at, op) in program.iter().enumerate() {
        starts.push(asm.offset().0 as u32);
        dynasm!(asm ; .arch x64 ; =>labels[at]);
        if pads.contains(&at) {
            dynasm!(asm ; .arch x64 ; .bytes [0xf3u8, 0x0f, 0x1e, 0xfa]);
        }
        let depth = depths[at].unwrap_or(0);
        match op {
            Op::Const(value) => dynasm!(asm ; .arch x64 ; mov rbx, QWORD *value),
            Op::Load(index) => dynasm!(asm ; .arch x64 ; mov rbx, [r12 + local(*index) as i32]),
            Op::Store(index) => dynasm!(asm ; .arch x64 ; mov [r12 + local(*index) as i32], rbx),
            Op::Push => dynasm!(asm ; .arch x64 ; mov [r12 + operand(depth) as i32], rbx),
            Op::Bin(op) => {
                dynasm!(asm ; .arch x64 ; mov rax, [r12 + operand(depth.saturating_sub(1)) as i32]);
                match op {
                    BinOp::Or => dynasm!(asm ; .arch x64 ; or rbx, rax),
                    BinOp::Xor => dynasm!(asm ; .arch x64 ; xor rbx, rax),
                    BinOp::And => dynasm!(asm ; .arch x64 ; and rbx, rax),
                    BinOp::Eq => dynasm!(asm ; .arch x64 ; cmp rax, rbx ; sete bl ; movzx ebx, bl),
                    BinOp::Lt => dynasm!(asm ; .arch x64 ; cmp rax, rbx ; setl bl ; movzx ebx, bl),
                    BinOp::Shl => dynasm!(asm ; .arch x64 ; mov rcx, rbx ; shl rax, cl ; mov rbx, rax),
                    BinOp::Sar => dynasm!(asm ; .arch x64 ; mov rcx, rbx ; sar rax, cl ; mov rbx, rax),
                    BinOp::Add => dynasm!(asm ; .arch x64 ; add rbx, rax),
                    BinOp::Sub if fault == Fault::SwappedOperands => dynasm!(asm ; .arch x64 ; sub rbx, rax),
                    BinOp::Sub => dynasm!(asm ; .arch x64 ; sub rax, rbx ; mov rbx, rax),
                    BinOp::Mul => dynasm!(asm ; .arch x64 ; imul rbx, rax),
                }
            }
            Op::Jump(target) => dynasm!(asm ; .arch x64 ; jmp =>labels[*target]),
            Op::JumpIfZero(target) => dynasm!(asm ; .arch x64 ; test rbx, rbx ; jz =>labels[*target]),
            Op::Dense { low, targets, default } => {
                let label = asm.new_dynamic_label();
                let low = low.wrapping_sub((fault == Fault::SwitchOffByOne).into());
                dynasm!(asm ; .arch x64
                    ; mov rax, QWORD low
                    ; mov rcx, rbx
                    ; sub rcx, rax
                    ; cmp rcx, targets.len() as i32
                    ; jae =>labels[*default]
                    ; lea rax, [=>label]
                    ; jmp QWORD [rax + rcx * 8]);
                tables.push(Table { label, targets: targets.clone() });
            }
            Op::Sparse { cases, default } => {
                for (key, target) in cases {
                    dynasm!(asm ; .arch x64 ; mov rax, QWORD *key ; cmp rbx, rax ; je =>labels[*target]);
                }
                dynasm!(asm ; .arch x64 ; jmp =>labels[*default]);
            }
            Op::Helper => {
                dynasm!(asm ; .arch x64
                    ; mov [r12], rbx
                    ; mov Rq(state), r12
                    ; mov rax, QWORD helper as *const () as i64
                    ; call rax);
                if fault != Fault::StaleAccumulator {
                    dynasm!(asm ; .arch x64 ; mov rbx, [r12]);
                }
            }
            Op::Return => dynasm!(asm ; .arch x64
                ; mov [r12], rbx
                ; mov rax, rbx
                ; add rsp, 32
                ; pop r12
                ; pop rbx
                ; pop rbp
                ; ret),
        }
    }
    let table_start = asm.offset().0;
    for table in &tables {
        dynasm!(asm ; .arch x64 ; =>table.label);
        table.targets.iter().for_each(|_| asm.push_u64(0));
    }
    Emitted { bytes: asm.finalize().expect("the templates assemble"), starts, tables, table_start }
}

/// Accumulator in x19, state in x20.
fn arm64(program: &[Op], depths: &[Option<usize>], fault: Fault) -> Emitted {
    let mut asm = VecAssembler::<dynasmrt::aarch64::Aarch64Relocation>::new(0);
    let labels: Vec<DynamicLabel> = program.iter().map(|_| asm.new_dynamic_label()).collect();
    let (pads, mut tables, mut starts) = (dense_targets(program), Vec::<Table>::new(), Vec::new());
    let constant = |asm: &mut VecAssembler<_>, reg: u8, value: i64| {
        let part = |index: u32| (value as u64 >> (16 * index)) as u32 & 0xffff;
        dynasm!(asm ; .arch aarch64
            ; movz X(reg), part(0)
            ; movk X(reg), part(1), lsl 16
            ; movk X(reg), part(2), lsl 32
            ; movk X(reg), part(3), lsl 48);
    };
    dynasm!(asm ; .arch aarch64
        ; hint 34
        ; stp x29, x30, [sp, -16]!
        ; mov x29, sp
        ; stp x19, x20, [sp, -16]!
        ; mov x20, x0
        ; ldr x19, [x20]);
    for (at, op) in program.iter().enumerate() {
        starts.push(asm.offset().0 as u32);
        dynasm!(asm ; .arch aarch64 ; =>labels[at]);
        if pads.contains(&at) {
            // bti j
            dynasm!(asm ; .arch aarch64 ; hint 36);
        }
        let depth = depths[at].unwrap_or(0);
        match op {
            Op::Const(value) => constant(&mut asm, 19, *value),
            Op::Load(index) => dynasm!(asm ; .arch aarch64 ; ldr x19, [x20, local(*index) as u32]),
            Op::Store(index) => dynasm!(asm ; .arch aarch64 ; str x19, [x20, local(*index) as u32]),
            Op::Push => dynasm!(asm ; .arch aarch64 ; str x19, [x20, operand(depth) as u32]),
            Op::Bin(op) => {
                dynasm!(asm ; .arch aarch64 ; ldr x9, [x20, operand(depth.saturating_sub(1)) as u32]);
                match op {
                    BinOp::Or => dynasm!(asm ; .arch aarch64 ; orr x19, x9, x19),
                    BinOp::Xor => dynasm!(asm ; .arch aarch64 ; eor x19, x9, x19),
                    BinOp::And => dynasm!(asm ; .arch aarch64 ; and x19, x9, x19),
                    BinOp::Eq => dynasm!(asm ; .arch aarch64 ; cmp x9, x19 ; cset x19, eq),
                    BinOp::Lt => dynasm!(asm ; .arch aarch64 ; cmp x9, x19 ; cset x19, lt),
                    BinOp::Shl => dynasm!(asm ; .arch aarch64 ; lsl x19, x9, x19),
                    BinOp::Sar => dynasm!(asm ; .arch aarch64 ; asr x19, x9, x19),
                    BinOp::Add => dynasm!(asm ; .arch aarch64 ; add x19, x9, x19),
                    BinOp::Sub if fault == Fault::SwappedOperands => {
                        dynasm!(asm ; .arch aarch64 ; sub x19, x19, x9);
                    }
                    BinOp::Sub => dynasm!(asm ; .arch aarch64 ; sub x19, x9, x19),
                    BinOp::Mul => dynasm!(asm ; .arch aarch64 ; mul x19, x9, x19),
                }
            }
            Op::Jump(target) => dynasm!(asm ; .arch aarch64 ; b =>labels[*target]),
            Op::JumpIfZero(target) => dynasm!(asm ; .arch aarch64 ; cbz x19, =>labels[*target]),
            Op::Dense { low, targets, default } => {
                let label = asm.new_dynamic_label();
                constant(&mut asm, 10, low.wrapping_sub((fault == Fault::SwitchOffByOne).into()));
                dynasm!(asm ; .arch aarch64
                    ; sub x9, x19, x10
                    ; cmp x9, targets.len() as u32
                    ; b.hs =>labels[*default]
                    ; adr x10, =>label
                    ; ldr x9, [x10, x9, lsl 3]
                    ; br x9);
                tables.push(Table { label, targets: targets.clone() });
            }
            Op::Sparse { cases, default } => {
                for (key, target) in cases {
                    constant(&mut asm, 10, *key);
                    dynasm!(asm ; .arch aarch64 ; cmp x19, x10 ; b.eq =>labels[*target]);
                }
                dynasm!(asm ; .arch aarch64 ; b =>labels[*default]);
            }
            Op::Helper => {
                dynasm!(asm ; .arch aarch64 ; str x19, [x20] ; mov x0, x20);
                constant(&mut asm, 16, helper as *const () as i64);
                dynasm!(asm ; .arch aarch64 ; blr x16);
                if fault != Fault::StaleAccumulator {
                    dynasm!(asm ; .arch aarch64 ; ldr x19, [x20]);
                }
            }
            Op::Return => dynasm!(asm ; .arch aarch64
                ; str x19, [x20]
                ; mov x0, x19
                ; ldp x19, x20, [sp], 16
                ; ldp x29, x30, [sp], 16
                ; ret),
        }
    }
    let table_start = asm.offset().0;
    for table in &tables {
        dynasm!(asm ; .arch aarch64 ; =>table.label);
        table.targets.iter().for_each(|_| asm.push_u64(0));
    }
    Emitted { bytes: asm.finalize().expect("the templates assemble"), starts, tables, table_start }
}
