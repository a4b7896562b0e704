//! Fibers: the registers and frames of one thread of control.

use super::{Closure, Value};
use heap::{Gc, Region, Tracer, Zeroed};
use std::cell::Cell;

/// Registers that an instruction can name.
pub const WINDOW: usize = 256;

/// The registers that a frame can name.
pub type Window = [Cell<Value>; WINDOW];

/// A function being executed. Compiled code writes these, too.
#[derive(Default)]
#[repr(C)]
pub struct Frame {
    code: Cell<u32>,
    pc: Cell<u32>,
    base: Cell<u32>,
    again: Cell<u32>,
    closure: Cell<Option<Gc<Closure>>>,
}

impl Frame {
    /// Offset of the number of its code, a `u32`.
    pub const CODE_OFFSET: usize = std::mem::offset_of!(Frame, code);
    /// Offset of the next instruction's number, a `u32`.
    pub const PC_OFFSET: usize = std::mem::offset_of!(Frame, pc);
    /// Offset of the number of its first register, a `u32`.
    pub const BASE_OFFSET: usize = std::mem::offset_of!(Frame, base);
    /// Offset of the mark that an instruction is to be executed again, a `u32`.
    pub const AGAIN_OFFSET: usize = std::mem::offset_of!(Frame, again);
    /// Offset of the closure's handle.
    pub const CLOSURE_OFFSET: usize = std::mem::offset_of!(Frame, closure);

    /// The number of its code, of whoever executes it.
    #[inline]
    pub fn code(&self) -> u32 {
        self.code.get()
    }

    /// The next instruction, while it is not the innermost frame.
    #[inline]
    pub fn pc(&self) -> u32 {
        self.pc.get()
    }

    /// Notes the next instruction.
    #[inline]
    pub fn set_pc(&self, pc: u32) {
        self.pc.set(pc);
    }

    /// Where its registers start.
    #[inline]
    pub fn base(&self) -> usize {
        self.base.get() as usize
    }

    /// Where it goes on when what it called returns: at the next instruction, or with the call again.
    #[inline]
    pub fn resume(&self) -> u32 {
        self.pc.get().wrapping_sub(self.again.get())
    }

    /// Has the instruction that made a call be executed again after it, until it makes another.
    pub fn call_again(&self) {
        self.again.set(1);
    }

    /// What is executed.
    #[inline]
    pub fn closure(&self) -> Option<Gc<Closure>> {
        self.closure.get()
    }
}

/// Registers and frames. The frames' registers overlap: a callee's begin where the caller put it.
///
/// Registers below [`Fiber::top`] are traced whatever they hold; those above are set to nil when the heap is collected, so
/// that none of them ever leads to an object that is gone, and nobody need clear the registers of a new frame.
pub struct Fiber {
    slots: Region<Cell<Value>>,
    frames: Region<Frame>,
    /// Frames in use.
    depth: Cell<usize>,
    top: Cell<usize>,
    /// The farthest that the top was since the last collection.
    most: Cell<usize>,
}

impl Fiber {
    /// A fiber without frames, with room for so many registers and frames; `None` when the system has no memory. It gives memory
    /// when it is used.
    pub fn new(registers: usize, frames: usize) -> Option<Fiber> {
        Some(Fiber {
            slots: Region::new(registers.max(WINDOW))?,
            frames: Region::new(frames.max(1))?,
            depth: Cell::new(0),
            top: Cell::new(0),
            most: Cell::new(0),
        })
    }

    /// The functions being executed, the innermost last.
    #[inline]
    pub fn frames(&self) -> &[Frame] {
        self.frames.get(..self.depth.get()).unwrap_or(&self.frames)
    }

    /// Number of functions being executed.
    #[inline]
    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    /// The innermost function.
    #[inline]
    pub fn frame(&self) -> Option<&Frame> {
        self.frames.get(self.depth.get().wrapping_sub(1))
    }

    /// Adds a frame; whether there was room for it.
    #[inline]
    pub fn push(&self, code: u32, base: usize, closure: Gc<Closure>) -> bool {
        let depth = self.depth.get();
        let Some(frame) = self.frames.get(depth) else { return false };
        frame.code.set(code);
        frame.pc.set(0);
        frame.base.set(base as u32);
        frame.again.set(0);
        frame.closure.set(Some(closure));
        self.depth.set(depth + 1);
        true
    }

    /// Notes in the innermost frame which instruction it goes on with after a call.
    #[inline]
    pub fn calls_at(&self, pc: u32) {
        if let Some(frame) = self.frame() {
            frame.pc.set(pc);
            frame.again.set(0);
        }
    }

    /// Forgets the innermost frame.
    #[inline]
    pub fn pop(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    /// Forgets all frames but so many.
    pub fn truncate(&self, depth: usize) {
        self.depth.set(self.depth.get().min(depth));
    }

    /// The registers of a frame; `None` when there is no room for it.
    #[inline]
    pub fn window(&self, base: usize) -> Option<&Window> {
        self.slots.get(base..)?.first_chunk()
    }

    /// A register.
    #[inline]
    pub fn slot(&self, at: usize) -> Option<&Cell<Value>> {
        self.slots.get(at)
    }

    /// Registers up to here are in use.
    #[inline]
    pub fn set_top(&self, top: usize) {
        self.top.set(top);
        if top > self.most.get() {
            self.most.set(top);
        }
    }

    /// Where the registers in use end.
    #[inline]
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// Reports what is in use, and clears the rest.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        let top = self.top.get().min(self.slots.len());
        let (used, free) = self.slots.split_at(top);
        used.iter().for_each(|slot| slot.get().trace(tracer));
        let stale = self.most.replace(top).saturating_sub(top);
        free.iter().take(stale).for_each(|slot| slot.set(Value::NIL));
        self.frames().iter().for_each(|frame| tracer.edge_opt(frame.closure.get()));
    }
}

// SAFETY: zero bytes are nil, and values have nothing to drop.
unsafe impl Zeroed for Value {}
// SAFETY: zero bytes are a frame of numbers that are zero, without closure; it has nothing to drop.
unsafe impl Zeroed for Frame {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_where_registers_do() {
        let fiber = Fiber::new(300, 2).expect("there is memory");
        assert!(
            fiber.window(44).is_some() && fiber.window(45).is_none() && fiber.window(usize::MAX).is_none()
        );
        assert!(fiber.window(7).is_some_and(|window| window.iter().all(|slot| slot.get().is_nil())));
        fiber.window(0).inspect(|window| window[10].set(Value::TRUE));
        assert!(fiber.window(7).is_some_and(|window| window[3].get().is_truthy()));
        assert!(Fiber::new(0, 0).is_some_and(|fiber| fiber.window(0).is_some() && fiber.window(1).is_none()));
        assert!(Fiber::new(usize::MAX, 1).is_none());
    }
}
