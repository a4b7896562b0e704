//! Faults on purpose, one of each kind that the fuzzer is to notice: `--sabotage` in its own tests.

use codegen::{Compiled, Where};
use ir::{Inst, Module, Op, Type};
use std::time::Duration;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Sabotage {
    /// The passes turn exclusive ors into ors. Loops do not count with these, and end all the same.
    Pass,
    /// Exits of compiled code say that a number in a frame slot is another.
    Exit,
    /// Compiled code of functions that multiply is no code.
    Crash,
    /// Compiling functions that multiply never ends.
    Hang,
}

/// A number that no random program keeps in a slot but by accident.
const WRONG: u64 = 0x5a5a_5a5a;
/// x64: `int3`. ARM64: nothing that has a meaning.
const NO_CODE: u8 = 0xcc;

impl Sabotage {
    /// What is wrong with what the passes leave behind.
    pub(crate) fn of_passes(self, module: &mut Module) {
        let funcs: Vec<_> = module.functions.keys().collect();
        for func in funcs.into_iter().filter(|_| self == Sabotage::Pass) {
            for inst in insts(module, func, Op::Bxor) {
                module.functions[func].insts[inst].op = Op::Bor;
            }
        }
    }

    /// What is wrong with machine code.
    pub(crate) fn of_code(self, module: &Module, compiled: &mut [Compiled]) {
        for (func, compiled) in module.functions.keys().zip(compiled) {
            let multiplies = !insts(module, func, Op::Imul).is_empty();
            match self {
                Sabotage::Pass => {}
                Sabotage::Exit => {
                    let slots = compiled.sites.iter_mut().flat_map(|site| &mut site.frames);
                    slots.flat_map(|frame| &mut frame.slots).for_each(mistake);
                }
                Sabotage::Crash if multiplies => compiled.code.fill(NO_CODE),
                Sabotage::Hang if multiplies => loop {
                    std::thread::sleep(Duration::from_secs(1));
                },
                Sabotage::Crash | Sabotage::Hang => {}
            }
        }
    }
}

fn mistake(slot: &mut Where) {
    if let Where::Buffer(_, ty @ (Type::I32 | Type::I64)) = *slot {
        *slot = Where::Const(ty, WRONG);
    }
}

/// The live instructions with this op.
fn insts(module: &Module, func: ir::Func, op: Op) -> Vec<Inst> {
    let function = &module.functions[func];
    let live = function.order.iter().flat_map(|block| &function.blocks[*block].insts);
    live.copied().filter(|inst| function.insts[*inst].op == op).collect()
}
