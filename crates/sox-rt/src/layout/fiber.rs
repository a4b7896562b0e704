//! Fibers: the registers and frames of one thread of control.

use super::{Closure, Value};
use heap::{Gc, Tracer};
use std::cell::{Cell, RefCell};

/// Registers that an instruction can name.
pub const WINDOW: usize = 256;

/// The registers that a frame can name.
pub type Window = [Cell<Value>; WINDOW];

/// A function being executed.
#[derive(Clone, Copy)]
pub struct Frame {
    /// The number of its code, of whoever executes it.
    pub code: u32,
    /// The next instruction, while it is not the innermost frame.
    pub pc: u32,
    /// Where its registers start.
    pub base: u32,
    /// 1 when the instruction that made the call is to be executed again after it, otherwise 0.
    pub again: u32,
    /// What is executed.
    pub closure: Gc<Closure>,
}

/// Registers and frames. The frames' registers overlap: a callee's begin where the caller put it.
///
/// Registers below [`Fiber::top`] are traced whatever they hold; those above are set to nil when the heap is collected, so
/// that none of them ever leads to an object that is gone, and nobody need clear the registers of a new frame.
pub struct Fiber {
    slots: Box<[Cell<Value>]>,
    /// The functions being executed, the innermost last.
    pub frames: RefCell<Vec<Frame>>,
    top: Cell<usize>,
    /// The farthest that the top was since the last collection.
    most: Cell<usize>,
}

impl Fiber {
    /// A fiber without frames. Memory for the registers is taken when they are used, as far as the system does so.
    pub fn new(registers: usize) -> Fiber {
        Fiber {
            slots: nils(registers.max(WINDOW)),
            frames: RefCell::default(),
            top: Cell::new(0),
            most: Cell::new(0),
        }
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

    /// Bytes that it takes at most.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.slots)
    }

    /// Reports what is in use, and clears the rest.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        let top = self.top.get().min(self.slots.len());
        let (used, free) = self.slots.split_at(top);
        used.iter().for_each(|slot| slot.get().trace(tracer));
        let stale = self.most.replace(top).saturating_sub(top);
        free.iter().take(stale).for_each(|slot| slot.set(Value::NIL));
        self.frames.borrow().iter().for_each(|frame| tracer.edge(frame.closure));
    }
}

/// So many registers with nil in them, whose memory comes zeroed from the system.
fn nils(count: usize) -> Box<[Cell<Value>]> {
    const WORDS: usize = size_of::<Cell<Value>>() / size_of::<u64>();
    const { assert!(align_of::<Cell<Value>>() == align_of::<u64>()) };
    const { assert!(size_of::<Cell<Value>>() == WORDS * size_of::<u64>()) };
    let words = Box::into_raw(vec![0_u64; count * WORDS].into_boxed_slice());
    let slots = std::ptr::slice_from_raw_parts_mut(words.cast::<Cell<Value>>(), count);
    // SAFETY: the memory is the box's own, of the size and alignment of so many values, and zero words are nil.
    unsafe { Box::from_raw(slots) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_where_registers_do() {
        let fiber = Fiber::new(300);
        assert!(
            fiber.window(44).is_some() && fiber.window(45).is_none() && fiber.window(usize::MAX).is_none()
        );
        assert!(fiber.window(7).is_some_and(|window| window.iter().all(|slot| slot.get().is_nil())));
        fiber.window(0).inspect(|window| window[10].set(Value::TRUE));
        assert!(fiber.window(7).is_some_and(|window| window[3].get().is_truthy()));
        assert_eq!(Fiber::new(0).bytes(), WINDOW * 16);
    }
}
