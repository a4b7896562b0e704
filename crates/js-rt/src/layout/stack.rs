//! The interpreter's stack: registers and the records of functions being executed.

use super::{Code, Value};
use heap::{Gc, Region, Tracer, Zeroed};
use std::cell::Cell;

/// Registers that an instruction can name.
pub const WINDOW: usize = 1 << 16;

/// The registers that a frame can name.
pub type Window = [Cell<Value>; WINDOW];

/// A function being executed.
#[repr(C)]
pub struct Frame {
    /// What is executed.
    pub code: Cell<Option<Gc<Code>>>,
    /// `new.target`.
    pub new_target: Cell<Value>,
    /// The generator, or what else its kind of function needs.
    pub extra: Cell<Value>,
    /// Number of its first register.
    pub base: Cell<u32>,
    /// The next instruction.
    pub pc: Cell<u32>,
    /// Number of the first argument given.
    pub args: Cell<u32>,
    /// Arguments given.
    pub argc: Cell<u32>,
    /// The caller's register for the result.
    pub dst: Cell<u16>,
    /// Marks of the interpreter.
    pub flags: Cell<u16>,
    /// The first register that nobody uses while it is the innermost one. Not below that of its caller, whose registers behind
    /// the call hold values of before: they are traced when it goes on, so they are kept alive until then.
    pub top: Cell<u32>,
}

// SAFETY: zero is the value *empty*.
unsafe impl Zeroed for Value {}

// SAFETY: zero is none, *empty*, or a number, in each of its fields.
unsafe impl Zeroed for Frame {}

const _: () = assert!(size_of::<Frame>() == 48);

/// Where compiled code finds a stack: addresses hold as long as it stays where it is.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct StackAddresses {
    /// The first register.
    pub values: usize,
    /// The largest number for which [`Stack::window`] has registers.
    pub last_base: usize,
    /// The first frame.
    pub frames: usize,
    /// How many frames there can be.
    pub frame_count: usize,
    /// The number of frames in use, a word.
    pub depth: usize,
    /// The first register that nobody uses, a word.
    pub top: usize,
}

/// Registers and frames. The frames' registers overlap: a callee's begin where the caller put it.
///
/// Registers below [`Stack::top`] are traced, so they must hold values of now: whoever moves the top up writes them first.
pub struct Stack {
    values: Region<Cell<Value>>,
    frames: Region<Frame>,
    depth: Cell<usize>,
    top: Cell<usize>,
}

// SAFETY: values may be used by whatever thread has their heap; the stack belongs to the isolate that has it.
unsafe impl Send for Stack {}

impl Stack {
    /// A stack with room for so many registers and frames; `None` when the system has no memory. It gives memory when it is used.
    pub fn new(registers: usize, frames: usize) -> Option<Stack> {
        let values = Region::new(registers.checked_add(2 * WINDOW)?)?;
        Some(Stack { values, frames: Region::new(frames.max(1))?, depth: Cell::new(0), top: Cell::new(0) })
    }

    /// The registers from number `base` on; `None` when the stack is full.
    #[inline]
    pub fn window(&self, base: usize) -> Option<&Window> {
        // Behind a frame a whole window stays free, for what is written there in a call.
        if base > self.values.len() - 2 * WINDOW {
            return None;
        }
        self.values.get(base..)?.first_chunk()
    }

    /// All registers.
    #[inline]
    pub fn values(&self) -> &[Cell<Value>] {
        &self.values
    }

    /// The first register that nobody uses.
    #[inline]
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// Moves the first register that nobody uses. Those below hold values.
    #[inline]
    pub fn set_top(&self, top: usize) {
        debug_assert!(top <= self.values.len());
        self.top.set(top.min(self.values.len()));
    }

    /// Number of functions being executed.
    #[inline]
    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    /// The functions being executed, the innermost last.
    #[inline]
    pub fn frames(&self) -> &[Frame] {
        self.frames.get(..self.depth.get()).unwrap_or(&self.frames)
    }

    /// The innermost one.
    #[inline]
    pub fn frame(&self) -> Option<&Frame> {
        self.frames.get(self.depth.get().wrapping_sub(1))
    }

    /// A record for one more; `None` when there are too many.
    #[inline]
    pub fn push(&self) -> Option<&Frame> {
        let depth = self.depth.get();
        let frame = self.frames.get(depth)?;
        self.depth.set(depth + 1);
        Some(frame)
    }

    /// Removes the innermost one.
    #[inline]
    pub fn pop(&self) {
        let depth = self.depth.get();
        debug_assert!(depth > 0);
        self.depth.set(depth.saturating_sub(1));
    }

    /// Where compiled code finds it.
    pub fn addresses(&self) -> StackAddresses {
        StackAddresses {
            values: self.values.as_ptr().expose_provenance(),
            last_base: self.values.len() - 2 * WINDOW,
            frames: self.frames.as_ptr().expose_provenance(),
            frame_count: self.frames.len(),
            depth: self.depth.as_ptr().expose_provenance(),
            top: self.top.as_ptr().expose_provenance(),
        }
    }

    /// Reports registers and frames in use.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        for value in self.values.get(..self.top.get()).unwrap_or(&self.values) {
            value.get().trace(tracer);
        }
        for frame in self.frames() {
            tracer.edge_opt(frame.code.get());
            frame.new_target.get().trace(tracer);
            frame.extra.get().trace(tracer);
        }
    }
}
