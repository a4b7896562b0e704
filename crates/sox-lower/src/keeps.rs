//! Calls behind which all globals are what they were.
//!
//! Compiled code asks before each use of a steady global whether it was set. Behind a call of a function that sets none, and calls
//! only what sets none, the answer is still known: a function that calls itself twice asks once.

use crate::flow;
use crate::operands::effect;
use sox_bytecode::feedback::Feedback;
use sox_bytecode::{Effect, Op};

/// Functions that set no globals.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeps(Vec<(u32, usize, Calls)>);

impl Keeps {
    pub(crate) fn new<'a>(functions: impl Iterator<Item = &'a Feedback>) -> Keeps {
        let one = |of: &Feedback| Calls::of(of).map(|calls| (of.code(), of.globals, calls));
        Keeps(functions.filter_map(one).collect())
    }

    /// Whether a call of a function leaves all globals as they are. The module and the slot of a steady global say where the
    /// function was found, just before.
    pub(crate) fn globals(&self, code: u32, found: Option<(usize, usize)>) -> bool {
        self.0.iter().any(|(of, globals, calls)| {
            *of == code
                && match calls {
                    Calls::Nothing => true,
                    Calls::Itself(slot) => found == Some((*globals, *slot)),
                }
        })
    }
}

/// What a function calls that sets no globals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calls {
    /// Nothing.
    Nothing,
    /// Itself, as what is in this global; as long as that was not set.
    Itself(usize),
}

impl Calls {
    /// What a function calls; `None` when it, or what it calls, may set globals.
    fn of(feedback: &Feedback) -> Option<Calls> {
        let function = feedback.function();
        // Deferred functions and handlers are for those who do more.
        if !function.handlers.is_empty() {
            return None;
        }
        let mut calls = Calls::Nothing;
        // For every register, the global that it was loaded from in its block.
        let mut loaded: Vec<Option<usize>> = vec![None; 256];
        let starts = flow::starts(function, 0);
        for (pc, inst) in function.code.iter().enumerate() {
            let op = inst.op()?;
            if starts[pc] {
                loaded.fill(None);
            }
            match op {
                Op::Call => {
                    let slot = loaded[usize::from(inst.a())].filter(|slot| is_own(feedback, *slot))?;
                    if calls != Calls::Nothing && calls != Calls::Itself(slot) {
                        return None;
                    }
                    calls = Calls::Itself(slot);
                }
                // Modules have their globals for properties.
                Op::SetGlobal | Op::DefineGlobal | Op::SetProperty | Op::SetIndex => return None,
                _ if op.effect() == Effect::Calls => return None,
                _ => {}
            }
            for reg in effect(&feedback.module, *inst, op).writes.iter() {
                loaded[usize::from(reg)] = None;
            }
            if op == Op::GetGlobal {
                loaded[usize::from(inst.a())] = Some(inst.index());
            }
        }
        Some(calls)
    }
}

/// Whether a steady global holds the function itself.
fn is_own(feedback: &Feedback, slot: usize) -> bool {
    feedback.steady.iter().any(|steady| steady.slot == slot && steady.number == Some(feedback.code()))
}
