//! Going on in the original program where an optimized one left: what a guest's interpreter would do after a guard.
//!
//! When every frame state of a module names its own guard or call (a code and bytecode offset that no other guard, or no
//! other call, has) and has every value that lives there among its slots, then a guard that leaves in any optimized
//! version of the module can be answered by executing the original from that guard on. Frames of callers, which inlining
//! put there, become activations that wait in the call their state belongs to: it gives them its results, or the exception
//! that it catches or not. Right frames give the right answer, wrong ones a different one.

use crate::entity::{Func, Inst, State, Value};
use crate::eval::Const;
use crate::function::{FrameValue, Function};
use crate::interp::deopt::chain;
use crate::interp::{
    Deopt, GuestFrame, Host, Interp, Limits, MemoryFault, Outcome, Poll, RuntimeExit, Undefined,
};
use crate::module::{Module, RuntimeData};
use crate::ops::Op;
use crate::{Entity, Runtime};
use std::collections::HashMap;
use std::fmt;

/// An activation to go on in.
#[derive(Clone, Debug, PartialEq)]
pub struct ResumeFrame {
    /// The function.
    pub func: Func,
    /// The innermost activation goes on with executing this instruction; the others wait in this call.
    pub inst: Inst,
    /// Values that are defined.
    pub values: Vec<(Value, Const)>,
}

/// Why a guard's frames do not say where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResumeError {
    /// No guard or call of the original has this code and offset.
    UnknownPoint {
        /// The frame's code.
        code: u32,
        /// The frame's bytecode offset.
        offset: u32,
    },
    /// The frames are more or fewer than the original's states and calls account for.
    Frames {
        /// Frames of the original.
        expected: usize,
        /// Frames of the guard that left.
        found: usize,
    },
    /// A frame has more or fewer slots than the original's.
    Slots {
        /// Slots of the original.
        expected: usize,
        /// Slots of the guard that left.
        found: usize,
    },
    /// A slot is dead or of another type although the original has a value there.
    Slot(usize),
}

impl fmt::Display for ResumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResumeError::UnknownPoint { code, offset } => {
                write!(f, "no guard or call of the original is {code}+{offset}")
            }
            ResumeError::Frames { expected, found } => write!(f, "{found} frames where there are {expected}"),
            ResumeError::Slots { expected, found } => write!(f, "{found} slots where there are {expected}"),
            ResumeError::Slot(index) => write!(f, "slot {index} is dead or of another type"),
        }
    }
}

impl std::error::Error for ResumeError {}

/// Where the guards and the calls with frame states of a module are, by code and bytecode offset of their innermost frame.
#[derive(Clone, Debug, Default)]
pub struct ResumePoints {
    /// By code, offset and whether it is a call: what goes on behind a call may start with a guard of its own.
    points: HashMap<(u32, u32, bool), (Func, Inst, State)>,
}

impl ResumePoints {
    /// The guards and calls of a module; of several guards with the same code and offset the first, and so of calls.
    pub fn new(module: &Module) -> ResumePoints {
        let mut points = HashMap::new();
        for (func, function) in module.functions.iter() {
            let insts = function.order.iter().flat_map(|block| &function.blocks[*block].insts);
            for inst in insts {
                if let Some(state) = function.insts[*inst].state() {
                    let data = &function.states[state];
                    let waits = function.insts[*inst].op == Op::Call;
                    points.entry((data.code, data.offset, waits)).or_insert((func, *inst, state));
                }
            }
        }
        ResumePoints { points }
    }

    /// The activations of the original module to go on in after a guard left, the outermost first: what
    /// [`Interp::resume`] takes.
    ///
    /// # Errors
    /// When the frames do not fit the original's.
    pub fn frames(&self, original: &Module, deopt: &Deopt) -> Result<Vec<ResumeFrame>, ResumeError> {
        let mut activations = Vec::new();
        let mut rest = &deopt.frames[..];
        loop {
            // Below the innermost activation there are calls only.
            let taken = deopt.frames.len() - rest.len();
            let frames = ResumeError::Frames { expected: taken, found: deopt.frames.len() };
            let Some((frame, used)) = self.frame(original, rest, taken > 0)? else { return Err(frames) };
            let taken = taken + used;
            rest = &rest[used..];
            let outermost = frame.func == deopt.func;
            activations.push(frame);
            if rest.is_empty() {
                if !outermost {
                    return Err(ResumeError::Frames { expected: taken + 1, found: taken });
                }
                activations.reverse();
                return Ok(activations);
            }
        }
    }

    /// The activation of the first frame, and how many frames belong to it: states may name callers that the original
    /// knows nothing of. `None` when there is a call where a guard is wanted, or the other way round.
    fn frame(
        &self,
        original: &Module,
        frames: &[GuestFrame],
        waits: bool,
    ) -> Result<Option<(ResumeFrame, usize)>, ResumeError> {
        let (code, offset) = frames.first().map_or((0, 0), |f| (f.code, f.offset));
        let Some((func, inst, state)) = self.points.get(&(code, offset, waits)).copied() else {
            let other = self.points.contains_key(&(code, offset, !waits));
            return if other { Ok(None) } else { Err(ResumeError::UnknownPoint { code, offset }) };
        };
        let function = &original.functions[func];
        let expected = chain(function, state).count();
        if frames.len() < expected {
            return Err(ResumeError::Frames { expected, found: frames.len() });
        }
        let mut values = Vec::new();
        for (data, frame) in chain(function, state).zip(frames) {
            values.extend(bind(function, &data.values, &frame.slots)?);
        }
        Ok(Some((ResumeFrame { func, inst, values }, expected)))
    }
}

fn bind(
    function: &Function,
    wanted: &[FrameValue],
    slots: &[Option<Const>],
) -> Result<Vec<(Value, Const)>, ResumeError> {
    if wanted.len() != slots.len() {
        return Err(ResumeError::Slots { expected: wanted.len(), found: slots.len() });
    }
    let mut values = Vec::new();
    for (i, (want, slot)) in wanted.iter().zip(slots).enumerate() {
        let FrameValue::Value(value) = want else { continue };
        match slot {
            Some(constant) if constant.ty() == function.ty(*value) => values.push((*value, *constant)),
            _ => return Err(ResumeError::Slot(i)),
        }
    }
    Ok(values)
}

impl Interp<'_, '_> {
    /// Goes on in the middle of functions: in the last frame of the list, with the frames before it as its callers, the
    /// outermost first.
    ///
    /// # Panics
    /// When an instruction is not in a block of its function, or the list is empty.
    pub fn resume(&mut self, frames: &[ResumeFrame], limits: Limits) -> Outcome {
        self.reset(limits);
        let innermost = frames.len().checked_sub(1).expect("there is a frame to go on in");
        for (i, frame) in frames.iter().enumerate() {
            let function = &self.module.functions[frame.func];
            let place = function.order.iter().find_map(|block| {
                let insts = &function.blocks[*block].insts;
                Some((*block, insts.iter().position(|inst| *inst == frame.inst)?))
            });
            let (block, index) = place.expect("the instruction to go on at is in a block");
            self.push_activation(frame.func);
            let top = self.top();
            top.block = block;
            top.next = if i == innermost { index } else { index + 1 };
            for (value, constant) in &frame.values {
                top.values[value.index()] = *constant;
            }
        }
        self.run()
    }
}

/// A host that answers guards of an optimized module by going on in the original.
pub struct Resuming<'a> {
    host: &'a mut dyn Host,
    original: &'a Module,
    points: &'a ResumePoints,
    limits: Limits,
    resumed: u64,
    inlined: u64,
}

impl fmt::Debug for Resuming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resuming").field("resumed", &self.resumed).finish_non_exhaustive()
    }
}

impl<'a> Resuming<'a> {
    /// A host that does as `host` does, except for guards. `limits` are those of each continuation.
    pub fn new(
        host: &'a mut dyn Host,
        original: &'a Module,
        points: &'a ResumePoints,
        limits: Limits,
    ) -> Resuming<'a> {
        Resuming { host, original, points, limits, resumed: 0, inlined: 0 }
    }

    /// Guards answered so far.
    pub fn resumed(&self) -> u64 {
        self.resumed
    }

    /// How many of them left code of functions inlined into others, so that callers' frames were rebuilt.
    pub fn inlined(&self) -> u64 {
        self.inlined
    }
}

impl Host for Resuming<'_> {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        self.host.load(address, width)
    }

    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        self.host.store(address, width, value)
    }

    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        self.host.alloc(size, kind)
    }

    fn call_runtime(
        &mut self,
        runtime: Runtime,
        data: &RuntimeData,
        args: &[Const],
    ) -> Result<Vec<Const>, RuntimeExit> {
        self.host.call_runtime(runtime, data, args)
    }

    fn function_at(&mut self, address: u64) -> Option<Func> {
        self.host.function_at(address)
    }

    fn poll(&mut self) -> Poll {
        self.host.poll()
    }

    fn context(&mut self) -> u64 {
        self.host.context()
    }

    fn deopt(&mut self, deopt: &Deopt) -> Option<Outcome> {
        self.resumed += 1;
        Some(match self.points.frames(self.original, deopt) {
            Ok(frames) => {
                self.inlined += u64::from(frames.len() > 1);
                Interp::new(self.original, self.host).resume(&frames, self.limits)
            }
            Err(error) => Outcome::Undefined(Undefined::Resume(error)),
        })
    }
}
