//! One function from bytecode to IR.

use crate::emit::{Chain, Emitter};
use crate::flow::{Extent, Flow};
use crate::kinds::{Kinds, kinds};
use crate::runtime::{self, signature};
use crate::snapshot::{Held, Snapshot};
use crate::value::Kind;
use ir::{Func, Function, Module};
use js_bytecode::Op;
use std::fmt;

/// A function as IR.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The module.
    pub module: Module,
    /// The function to compile.
    pub func: Func,
    /// The engine's numbers of the module's functions, in their order; [`u32::MAX`] for code of a loop.
    pub numbers: Vec<u32>,
}

/// A function is not for this tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declined {
    /// Why: one of few texts, to be counted.
    pub reason: &'static str,
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

/// Instructions of a function that is compiled, at most.
const MOST: usize = 6000;
/// Registers, at most: each frame state names all that are alive.
const MOST_REGISTERS: u32 = 400;

/// Of the instructions of a loop, the part that the runtime executes, at most: above, code would gain less than it costs to make.
const MOST_LEAN: u32 = 4;

/// Lowers a verified function, from its start or, with `header`, from the head of a loop on. It finds its registers where the
/// other tiers left them.
///
/// # Errors
/// Why it is left to the other tiers.
///
/// # Panics
/// When `header` is no instruction of the function, or the snapshot's parts are not as long as they have to be.
pub fn lower(snapshot: &Snapshot, header: Option<u32>) -> Result<Lowered, Declined> {
    suits(snapshot, header)?;
    let flow = Flow::new(snapshot, header.map(|pc| pc as usize));
    calls(snapshot, &flow)?;
    let entry = entry_kinds(snapshot, header);
    let kinds = kinds(snapshot, &flow, &entry);
    let mut module = Module::default();
    let classes = runtime::classes(&mut module);
    let functions = runtime::functions(&mut module, &classes);
    let name = match header {
        None => format!("js{}", snapshot.code),
        Some(pc) => format!("js{}.loop{pc}", snapshot.code),
    };
    let func = module.functions.push(Function { name, signature: signature(), ..Function::default() });
    let facts = Chain::default();
    let mut emitter = Emitter::new((snapshot, &flow, &kinds), &facts, (module, classes, functions), func);
    // Code for a loop calls the whole function by another name.
    emitter.numbers.push(if header.is_none() { snapshot.code } else { u32::MAX });
    emitter.entry(&entry, header.is_some());
    emitter.blocks();
    if snapshot.choosy && header.is_some() && emitter.lean * MOST_LEAN > emitter.taken {
        return Err(Declined { reason: "runtime" });
    }
    let (module, numbers) = emitter.finish();
    Ok(Lowered { module, func, numbers })
}

/// Whether it is of a kind and size that is compiled.
fn suits(snapshot: &Snapshot, header: Option<u32>) -> Result<(), Declined> {
    if snapshot.insts.len() > MOST || snapshot.registers > MOST_REGISTERS {
        return Err(Declined { reason: "too-large" });
    }
    if snapshot.insts.iter().any(|inst| matches!(inst.op(), Op::CallEval | Op::CallEvalSpread)) {
        return Err(Declined { reason: "eval" });
    }
    // Of what is suspended there are loops that are not.
    let runs = |header: u32| !Extent::new(&snapshot.insts, header as usize).own.is_empty();
    if snapshot.suspends && !header.is_some_and(runs) {
        return Err(Declined { reason: "generator" });
    }
    Ok(())
}

/// Calls of functions that are not known go through the interpreter, which baseline code does better.
fn calls(snapshot: &Snapshot, flow: &Flow) -> Result<(), Declined> {
    let blocks = flow.blocks.iter().filter(|block| flow.region.contains(&block.start));
    for pc in blocks.flat_map(|block| block.start..block.end) {
        let note = snapshot.notes[pc];
        if snapshot.is_untaken(pc) {
            continue;
        }
        match snapshot.insts[pc].op() {
            Op::Call | Op::New if note.native == 0 && snapshot.targets_at(pc).is_none_or(<[_]>::is_empty) => {
            }
            // A getter.
            Op::GetProperty if snapshot.targets_at(pc).is_some_and(<[_]>::is_empty) => {}
            Op::NewSpread | Op::CallSpread => {}
            _ => continue,
        }
        return Err(Declined { reason: "calls" });
    }
    Ok(())
}

/// What registers hold where control comes in.
fn entry_kinds(snapshot: &Snapshot, header: Option<u32>) -> Kinds {
    let count = snapshot.registers as usize;
    if header.is_none() {
        return vec![Kind::Any; count];
    }
    let kind = |held: Option<&Held>| match held {
        Some(Held::Int) => Kind::Int,
        Some(Held::Double) => Kind::Number,
        Some(Held::Bool) => Kind::Bool,
        _ => Kind::Any,
    };
    (0..count).map(|reg| kind(snapshot.held.get(reg))).collect()
}
