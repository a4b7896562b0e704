//! Fibers: the registers and frames of one thread of control.

use super::{Closure, Value};
use heap::{Gc, Region, Tracer, Zeroed};
use std::cell::Cell;

/// Registers that an instruction can name.
pub const WINDOW: usize = 256;

/// The registers that a frame can name.
pub type Window = [Cell<Value>; WINDOW];

/// A function being executed. Compiled code writes these, too: number and instruction as one word.
#[derive(Default)]
#[repr(C)]
pub struct Frame {
    closure: Cell<Option<Gc<Closure>>>,
    /// The address of its first register.
    regs: Cell<usize>,
    code: Cell<u32>,
    /// The next instruction, and [`AGAIN`].
    pc: Cell<u32>,
    _room: [u32; 2],
}

/// The mark that an instruction is to be executed again.
const AGAIN: u32 = 1 << 31;

impl Frame {
    /// Offset of the closure's handle.
    pub const CLOSURE_OFFSET: usize = std::mem::offset_of!(Frame, closure);
    /// Offset of the address of its first register.
    pub const REGS_OFFSET: usize = std::mem::offset_of!(Frame, regs);
    /// Offset of the number of its code, a `u32`. Number and instruction together are a word, the number its lower half.
    pub const CODE_OFFSET: usize = std::mem::offset_of!(Frame, code);
    /// Offset of the next instruction's number, a `u32` whose highest bit says that a call is to be made again.
    pub const PC_OFFSET: usize = std::mem::offset_of!(Frame, pc);
    /// Bytes from one to the next.
    pub const SIZE: usize = size_of::<Frame>();

    /// The number of its code, of whoever executes it.
    #[inline]
    pub fn code(&self) -> u32 {
        self.code.get()
    }

    /// The next instruction, while it is not the innermost frame.
    #[inline]
    pub fn pc(&self) -> u32 {
        self.pc.get() & !AGAIN
    }

    /// Notes the next instruction.
    #[inline]
    pub fn set_pc(&self, pc: u32) {
        self.pc.set(pc);
    }

    /// Where it goes on when what it called returns: at the next instruction, or with the call again.
    #[inline]
    pub fn resume(&self) -> u32 {
        self.pc().wrapping_sub(self.pc.get() >> 31)
    }

    /// Has the instruction that made a call be executed again after it, until it makes another.
    pub fn call_again(&self) {
        self.pc.set(self.pc.get() | AGAIN);
    }

    /// What is executed.
    #[inline]
    pub fn closure(&self) -> Option<Gc<Closure>> {
        self.closure.get()
    }

    /// Where it is, as compiled code has it.
    pub fn address(&self) -> usize {
        std::ptr::from_ref(self).expose_provenance()
    }
}

const _: () = assert!(Frame::SIZE == 32 && Frame::CODE_OFFSET.is_multiple_of(8));
const _: () = assert!(Frame::PC_OFFSET == Frame::CODE_OFFSET + 4);

/// How many registers beyond those of the function that it was entered for compiled code may go at once.
const REACH: usize = 4096;

/// Registers and frames. The frames' registers overlap: a callee's begin where the caller put it.
///
/// Registers below [`Fiber::top`] are traced whatever they hold; those above are set to nil when the heap is collected, so
/// that none of them ever leads to an object that is gone, and nobody need clear the registers of a new frame. Frames are kept
/// likewise: those that are not in use are without closure after a collection.
///
/// Compiled code does not move the top nor count frames. It writes registers of functions whose first one is no farther than
/// it may reach, and records of functions in a row, the outer ones first. Registers of a callee start at least one beyond those
/// of its caller, so how far it may reach bounds records, and its native stack, too.
#[repr(C)]
pub struct Fiber {
    /// The address of the record behind the last one in use.
    next: Cell<usize>,
    /// The highest address that the first register of a compiled callee may have. 0 while no compiled code runs.
    reach: Cell<usize>,
    /// Calls and rounds of loops until limits are looked at; that of the main program counts. Below 0 when compiled code counted
    /// without a look.
    pub countdown: Cell<i32>,
    slots: Region<Cell<Value>>,
    frames: Region<Frame>,
    top: Cell<usize>,
    /// The farthest that the top was since the last collection.
    most: Cell<usize>,
}

impl Fiber {
    /// Offset of the address of the next free record.
    pub const NEXT_OFFSET: usize = std::mem::offset_of!(Fiber, next);
    /// Offset of the highest address that the first register of a compiled callee may have.
    pub const REACH_OFFSET: usize = std::mem::offset_of!(Fiber, reach);
    /// Offset of what is counted down to 0 by calls and rounds of loops, an `i32`.
    pub const COUNTDOWN_OFFSET: usize = std::mem::offset_of!(Fiber, countdown);

    /// A fiber without frames, with room for so many registers and frames; `None` when the system has no memory. It gives memory
    /// when it is used.
    pub fn new(registers: usize, frames: usize) -> Option<Fiber> {
        let frames: Region<Frame> = Region::new(frames.max(1))?;
        Some(Fiber {
            next: Cell::new(frames.as_ptr().expose_provenance()),
            reach: Cell::new(0),
            countdown: Cell::new(0),
            slots: Region::new(registers.max(WINDOW))?,
            frames,
            top: Cell::new(0),
            most: Cell::new(0),
        })
    }

    /// The functions being executed, the innermost last.
    #[inline]
    pub fn frames(&self) -> &[Frame] {
        self.frames.get(..self.depth()).unwrap_or(&self.frames)
    }

    /// Number of functions being executed.
    #[inline]
    pub fn depth(&self) -> usize {
        (self.next.get() - self.frames.as_ptr().addr()) / Frame::SIZE
    }

    /// The address of the record that the next function gets.
    #[inline]
    pub fn next(&self) -> usize {
        self.next.get()
    }

    /// The innermost function.
    #[inline]
    pub fn frame(&self) -> Option<&Frame> {
        let next = self.next.get();
        if next == self.frames.as_ptr().addr() {
            return None;
        }
        let last = std::ptr::with_exposed_provenance::<Frame>(next - Frame::SIZE);
        // SAFETY: `next` is the address of a record or of the end, and not that of the first record.
        Some(unsafe { &*last })
    }

    /// Adds a frame; whether there was room for it.
    #[inline]
    pub fn push(&self, code: u32, base: usize, closure: Gc<Closure>) -> bool {
        let next = self.next.get();
        if next == self.frames_end() {
            return false;
        }
        // SAFETY: `next` is the address of a record or of the end, and not that of the end.
        let frame = unsafe { &*std::ptr::with_exposed_provenance::<Frame>(next) };
        frame.closure.set(Some(closure));
        frame.regs.set(self.slots_start() + base * size_of::<Value>());
        frame.code.set(code);
        frame.pc.set(0);
        self.next.set(next + Frame::SIZE);
        true
    }

    /// Notes in the innermost frame which instruction it goes on with after a call.
    #[inline]
    pub fn calls_at(&self, pc: u32) {
        if let Some(frame) = self.frame() {
            frame.pc.set(pc);
        }
    }

    /// Forgets the innermost frame.
    #[inline]
    pub fn pop(&self) {
        let next = self.next.get();
        if next > self.frames.as_ptr().addr() {
            self.next.set(next - Frame::SIZE);
        }
    }

    /// Forgets all frames but so many.
    pub fn truncate(&self, depth: usize) {
        let kept = self.depth().min(depth);
        self.next.set(self.frames.as_ptr().addr() + kept * Frame::SIZE);
    }

    /// The record at an address; `None` when there is none. It may be one that is not in use.
    #[inline]
    pub fn frame_at(&self, address: usize) -> Option<&Frame> {
        let offset = address.wrapping_sub(self.frames.as_ptr().addr());
        if !offset.is_multiple_of(Frame::SIZE) {
            return None;
        }
        self.frames.get(offset / Frame::SIZE)
    }

    /// The frame is the innermost one from now on.
    #[inline]
    pub fn end_at(&self, frame: &Frame) {
        if let Some(frame) = self.frame_at(frame.address()) {
            self.next.set(frame.address() + Frame::SIZE);
        }
    }

    /// The function whose record is at an address ends or was not begun: the one before it is the innermost from now on.
    #[inline]
    pub fn end_before(&self, address: usize) {
        if address == self.frames_end() || self.frame_at(address).is_some() {
            self.next.set(address);
        }
    }

    /// The address behind the last record that there is room for.
    #[inline]
    pub fn frames_end(&self) -> usize {
        self.frames.as_ptr().addr() + self.frames.len() * Frame::SIZE
    }

    /// The address of the first register of all.
    #[inline]
    pub fn slots_start(&self) -> usize {
        self.slots.as_ptr().expose_provenance()
    }

    /// Where the registers of a frame start.
    #[inline]
    pub fn base_of(&self, frame: &Frame) -> usize {
        frame.regs.get().wrapping_sub(self.slots.as_ptr().addr()) / size_of::<Value>()
    }

    /// The number of the register at an address; `None` when there is none.
    #[inline]
    pub fn base_at(&self, address: usize) -> Option<usize> {
        let offset = address.wrapping_sub(self.slots.as_ptr().addr());
        let base = offset / size_of::<Value>();
        (offset.is_multiple_of(size_of::<Value>()) && base < self.slots.len()).then_some(base)
    }

    /// Compiled code is entered for a function with its registers and its record here; calls may be nested `depth` deep inside of
    /// it. What is to be told to [`Fiber::reach_back`] when it is left; `None` when there is not room for any one callee.
    pub fn reach_from(&self, base: usize, record: usize, depth: usize) -> Option<usize> {
        let registers = (self.slots.len() - WINDOW).saturating_sub(base);
        let records = (self.frames_end().saturating_sub(record) / Frame::SIZE).saturating_sub(1);
        let room = registers.min(records).min(depth).min(REACH);
        (room >= WINDOW).then(|| self.reach_back(self.slots_start() + (base + room) * size_of::<Value>()))
    }

    /// Compiled code that was entered is left: what it may reach is as it was. What it was until now.
    pub fn reach_back(&self, reach: usize) -> usize {
        self.most.set(self.most.get().max(self.reached()));
        self.reach.replace(reach)
    }

    /// The highest address that the first register of a compiled callee may have.
    pub fn reach(&self) -> usize {
        self.reach.get()
    }

    /// Where registers end that compiled code may have written.
    fn reached(&self) -> usize {
        self.base_at(self.reach.get()).map_or(0, |base| base + WINDOW)
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
        let stale = self.most.replace(top).max(self.reached()).saturating_sub(top);
        free.iter().take(stale).for_each(|slot| slot.set(Value::NIL));
        self.frames().iter().for_each(|frame| tracer.edge_opt(frame.closure.get()));
        // Those in use were in a row: what is stale ends at the first that was not.
        let stale = self.frames.iter().skip(self.depth()).take_while(|frame| frame.closure.get().is_some());
        stale.for_each(|frame| frame.closure.set(None));
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

    #[test]
    fn compiled_code_reaches_no_farther_than_windows_do() {
        let fiber = Fiber::new(10_000, 6000).expect("there is memory");
        let at = |base: usize| fiber.slots_start() + base * size_of::<Value>();
        let record = fiber.next();
        assert_eq!((fiber.reach_from(10, record, usize::MAX), fiber.reach()), (Some(0), at(10 + REACH)));
        assert_eq!((fiber.reach_from(20, record, 300), fiber.reach()), (Some(at(10 + REACH)), at(320)));
        assert!(
            fiber.most.get() >= 10 + REACH + WINDOW,
            "all of it is cleared, also what is out of reach now"
        );
        let late = fiber.frames_end() - 301 * Frame::SIZE;
        assert_eq!((fiber.reach_from(0, late, 400), fiber.reach()), (Some(at(320)), at(300)));
        assert_eq!(
            (fiber.reach_from(9400, record, 400), fiber.reach()),
            (Some(at(300)), at(10_000 - WINDOW))
        );
        let last = 10_000 - 2 * WINDOW;
        for (base, record, depth) in
            [(last + 1, record, 400), (0, late + 46 * Frame::SIZE, 400), (0, record, 255)]
        {
            assert_eq!(fiber.reach_from(base, record, depth), None);
        }
        assert!(fiber.reach_from(last, late + 44 * Frame::SIZE, 256).is_some());
        assert_eq!((fiber.reach_back(0), fiber.reach()), (at(last + 256), 0));
        assert_eq!((fiber.base_at(at(3)), fiber.base_at(at(3) + 8), fiber.base_at(0)), (Some(3), None, None));
        assert!(fiber.base_at(at(9_999)).is_some() && fiber.base_at(at(10_000)).is_none());
    }

    #[test]
    fn records_are_found_by_their_addresses() {
        let fiber = Fiber::new(300, 2).expect("there is memory");
        let start = fiber.next();
        assert!(
            fiber.frame().is_none() && fiber.frame_at(start + 8).is_none() && fiber.frame_at(0).is_none()
        );
        let second = fiber.frame_at(start + Frame::SIZE).expect("there are two");
        fiber.end_at(second);
        assert_eq!((fiber.depth(), fiber.next()), (2, fiber.frames_end()));
        assert!(fiber.frame().is_some_and(|frame| std::ptr::eq(frame, second)));
        assert!(fiber.frame_at(fiber.frames_end()).is_none());
        fiber.end_before(start + Frame::SIZE);
        fiber.end_before(start - Frame::SIZE);
        assert_eq!(fiber.depth(), 1);
        second.set_pc(7);
        assert_eq!((second.pc(), second.resume()), (7, 7));
        second.call_again();
        assert_eq!((second.pc(), second.resume()), (7, 6));
    }
}
