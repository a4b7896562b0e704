//! What is known of a function when it is compiled: a copy, which compiler threads may keep.

use js_bytecode::{Handler, Inst, Op};
pub use js_rt::Note;
use js_rt::{CacheKind, MathOp};

/// What an entry of an inline cache says. Words are those of handles, 0 for none; who compiles keeps what they lead to alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// What to do.
    pub kind: CacheKind,
    /// The receiver's shape.
    pub shape: u64,
    /// The object that has the property.
    pub holder: u64,
    /// The environment that has the binding.
    pub env: u64,
    /// The shape after a store.
    pub next: u64,
    /// The value of the epoch of prototypes that it was made under.
    pub epoch: u64,
    /// The slot.
    pub slot: u32,
    /// Of objects that are known: whether the slot lies outside of the object.
    pub outside: Option<bool>,
}

/// Addresses of what compiled code uses of the isolate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// 32 bits, counted down by loops.
    pub countdown: u64,
    /// The epoch of prototypes, 64 bits.
    pub proto_epoch: u64,
    /// The stack.
    pub stack: StackCells,
}

/// The stack of frames: addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StackCells {
    /// How many frames there are, 64 bits.
    pub depth: u64,
    /// The first register that nobody uses, 64 bits.
    pub top: u64,
    /// Of the last frame there can be.
    pub last_frame: u64,
    /// Registers of a frame end here at the latest.
    pub last_register: u64,
    /// How many compiled functions there is native stack for, 32 bits.
    pub native_room: u64,
}

/// A function that may be called straight away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The word of its code.
    pub code: u64,
    /// The engine's number of it. None: it is called rarely, and the interpreter may do that.
    pub number: Option<u32>,
    /// How many registers it has, at most [`crate::MOST_CALLEE_REGISTERS`].
    pub registers: u32,
    /// How many formal parameters.
    pub params: u32,
    /// The word of the only function that was seen with this code.
    pub function: Option<u64>,
    /// Whether only a look at an argument says so: code is left where it is another one, and who compiles it anew knows.
    pub guessed: bool,
}

/// What a register held when a loop was to be compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Held {
    /// An int32.
    Int,
    /// A double.
    Double,
    /// A truth value.
    Bool,
    /// An object of a class.
    Object(u8),
    /// Something else.
    #[default]
    Other,
}

/// Exits after which an access is left to the interpreter, where everything is compiled: it is not what it was seen to be.
const MOST_EXITS: u16 = 6;
/// Of functions that are chosen, so many times more exits are waited for before they are compiled again.
pub const EXIT_FACTOR: u32 = 16;

impl Snapshot {
    /// Exits after which an access is left to the interpreter.
    pub(crate) fn most_exits(&self) -> u16 {
        if self.choosy { MOST_EXITS * EXIT_FACTOR as u16 } else { MOST_EXITS }
    }

    /// What a call is likely to call; none where it was hardly executed.
    pub(crate) fn targets_at(&self, pc: usize) -> Option<&[Target]> {
        let at = self.targets.binary_search_by_key(&(pc as u32), |(at, _)| *at).ok()?;
        Some(&self.targets[at].1)
    }

    /// The function of Math that a call was seen to call.
    pub(crate) fn math_at(&self, pc: usize) -> Option<MathOp> {
        let at = self.math.binary_search_by_key(&(pc as u32), |(at, _)| *at).ok()?;
        Some(self.math[at].1)
    }

    /// The function with a code, if its body is to be put in place of calls.
    pub(crate) fn body_of(&self, code: u64) -> Option<&Snapshot> {
        self.bodies.iter().find(|(of, _)| *of == code).map(|(_, body)| body)
    }

    /// Whether functions are in place of all of its calls that are made.
    pub fn calls_in_place(&self) -> bool {
        let mut calls =
            self.insts.iter().enumerate().filter(|(_, inst)| matches!(inst.op(), Op::Call | Op::New));
        calls.all(|(pc, _)| {
            let targets = self.targets_at(pc).unwrap_or_default();
            let found = targets.iter().all(|target| self.body_of(target.code).is_some());
            self.math_at(pc).is_some() || self.is_untaken(pc) || !targets.is_empty() && found
        })
    }

    /// Whether it or what is put in place of its calls has loops.
    pub fn has_loops(&self) -> bool {
        self.insts.iter().any(|inst| inst.op().is_loop())
            || self.bodies.iter().any(|(_, body)| body.has_loops())
    }

    /// Whether nothing is known of a call, of which something is known once it is executed, if only by leaving there.
    pub(crate) fn is_untaken(&self, pc: usize) -> bool {
        let note = self.notes[pc];
        matches!(self.insts[pc].op(), Op::Call | Op::New | Op::NewSpread | Op::CallSpread)
            && note.native == 0
            && note.exits == 0
            && self.targets_at(pc).is_none()
    }
}

/// A function with what is known of it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What frame states call it.
    pub code: u32,
    /// Its instructions, verified.
    pub insts: Box<[Inst]>,
    /// How many registers it has.
    pub registers: u32,
    /// How many formal parameters.
    pub params: u16,
    /// Its handlers.
    pub handlers: Box<[Handler]>,
    /// The words of its constants.
    pub constants: Box<[u64]>,
    /// The entries in use of its inline caches.
    pub caches: Box<[Vec<Access>]>,
    /// What was noted, by instruction.
    pub notes: Box<[Note]>,
    /// Calls, by instruction and in its order, of functions of Math, which built-in function each is.
    pub math: Box<[(u32, MathOp)]>,
    /// Calls, by instruction and in its order, of functions that they are likely to call: ordinary ones of the same realm. None where nothing is known of
    /// what is called; calls that are not here were hardly executed.
    pub targets: Box<[(u32, Vec<Target>)]>,
    /// What registers hold: arguments where a function is compiled, all registers where a loop is.
    pub held: Box<[Held]>,
    /// Of functions that calls lead to, by the word of their code: those whose bodies are put in place of calls.
    pub bodies: Box<[(u64, Snapshot)]>,
    /// Where the isolate's cells are.
    pub cells: Cells,
    /// Whether it is a generator or an async function, which returns in a way of its own: code for loops leaves there.
    pub suspends: bool,
    /// Whether it was chosen, not compiled as everything is: then loops are declined that code would gain little for, and exits are tolerated.
    pub choosy: bool,
}
