//! The tier above the interpreter: when it is asked for compiled code, and what compiled code calls.
//!
//! Compiled code runs for the main fiber only. It gets a record for its frame, registers and a closure from its caller, writes
//! the record before anything that could look at frames, and hands back its result in machine registers. Every function here that it
//! calls gets its record and the number of the instruction that it executes, so that frames end there. Addresses and words that
//! lead nowhere are errors, not faults.

mod feedback;
mod globals;
#[cfg(test)]
mod tests;

pub(crate) use globals::Watched;

use crate::call::MAX_DEPTH;
use crate::code::Code;
use crate::error::{Res, Thrown};
use crate::run::Exit;
use crate::vm::Vm;
use heap::Gc;
use sox_bytecode::Kind;
use sox_bytecode::feedback::{BIG, MIXED, OTHER, RESULT, WIDE};
use sox_rt::{Class, Closure, Fiber, Frame, Tag, Value};
use std::cell::Cell;

/// In place of a result's tag: something was thrown.
pub const THREW: u64 = u64::MAX;
/// In place of a result's tag: frames were made, and whoever entered compiled code goes on with them.
pub const LEFT: u64 = u64::MAX - 2;
/// In place of a register's tag: nothing reads the register.
pub const DEAD: u64 = u64::MAX - 1;
/// A reason to go on in the interpreter: what was thrown looks for a handler.
pub const THROWN: u16 = 4;
/// Native stack that one function of compiled code takes, at most.
const NATIVE_FRAME: usize = 1 << 10;
/// Native stack that compiled code leaves to others. As many interpreters as there may be, with natives between them, were
/// measured to take up to 190 KiB (303 without optimization), the compiler in an `import` 270 KiB (606).
const RESERVE: usize = if cfg!(debug_assertions) { 1 << 20 } else { 640 << 10 };
/// Calls and rounds of loops until compiled code is asked for again that cannot be entered now.
const LATER: u32 = 1000;
/// The same after it could not go on, if functions are not compiled earlier than that anyway.
const AFTER_DEOPT: u32 = 300;
/// Never, as heat: it is set again when it is used up.
const NEVER: u32 = u32::MAX;

/// What became of an attempt to enter compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It ran: the result is in the function's register 0.
    Returned,
    /// It ran, and threw.
    Threw,
    /// It ran, and left for the interpreter, for which the frames are there.
    Left,
    /// There is none. It is to be asked for again after so many calls or rounds; `u32::MAX`: never.
    Not(u32),
}

/// What compiles functions and enters compiled code.
pub trait Tier {
    /// Enters the compiled code of a function: from its beginning, or at the loop whose first instruction is given, where it finds
    /// registers as the interpreter has left them. `words`: the address of its record, the address of its register 0, its closure.
    fn enter(&self, vm: &Vm, code: u32, header: Option<u32>, words: [u64; 3]) -> Entered;

    /// With how many calls and rounds of loops a function is compiled.
    fn threshold(&self) -> u32;

    /// The lowest address that the running thread's native stack may grow to.
    fn stack_lowest(&self) -> usize;
}

/// Addresses of what compiled code reads and writes of the main fiber. They hold as long as the machine.
#[derive(Clone, Copy, Debug)]
pub struct MainFiber {
    /// The highest address that the first register of a compiled callee may have: a word.
    pub reach: usize,
    /// Calls and rounds of loops until [`Vm::tier_poll`] is to be called: 32 bits, signed.
    pub countdown: usize,
    /// The address of the record behind the last one in use, as far as the interpreter knows: a word.
    pub next: usize,
    /// The first register.
    pub slots: usize,
}

/// A function that compiled code left in the middle.
#[derive(Clone, Debug)]
pub struct Left {
    /// The number of its code.
    pub code: u32,
    /// The instruction that comes next, or with the reason [`THROWN`] the one that threw; of a function that waits for
    /// another one, the one behind the call.
    pub pc: u32,
    /// The address of its record, the address of its register 0, its closure, the countdown (or `u64::MAX`), then tag and
    /// payload of each register; the tag [`DEAD`] for those that nobody looks at.
    pub words: Vec<u64>,
}

/// What the interpreter notes for a reason to leave in front of an instruction, and about which one.
fn noted(pc: u32, reason: u16) -> (usize, u8) {
    let pc = pc as usize;
    match reason {
        1 => (pc, OTHER),
        3 => (pc, WIDE),
        5 => (pc, BIG),
        // It was the call before it.
        7 => (pc.saturating_sub(1), RESULT),
        8 => (pc, MIXED),
        _ => (pc, 0),
    }
}

/// What became of a call that compiled code may have executed.
pub(crate) enum Ran {
    /// It did not: there is none, or it cannot be entered now.
    Not,
    /// The result is where the callee was.
    Done,
    /// It left: on with the innermost frame.
    Left,
}

/// What became of a loop that is hot.
pub(crate) enum Hot {
    /// It goes on in the interpreter.
    Not,
    /// Compiled code has executed the rest of the function, or threw and there is a handler: on with the innermost frame.
    Left,
    /// The same, and there is no frame left to go on with.
    Out(Res<Exit>),
    /// The loop goes no further.
    Stopped(Thrown),
}

impl Vm {
    /// Has a tier compile functions. It is for what is loaded afterwards.
    pub fn set_tier(&mut self, tier: Box<dyn Tier>) {
        self.tier = Some(tier);
    }

    /// The heat of functions that were not executed.
    pub(crate) fn first_heat(&self) -> u32 {
        self.tier.as_ref().map_or(NEVER, |tier| tier.threshold().saturating_sub(1))
    }

    /// Calls a hot closure whose arguments are where they belong, if there is compiled code that can be entered.
    #[cold]
    pub(crate) fn enter_compiled(
        &self,
        fiber: &Fiber,
        closure: Gc<Closure>,
        base: usize,
        pc: usize,
    ) -> Res<Ran> {
        fiber.calls_at(pc as u32);
        self.call_compiled(fiber, closure, base)
    }

    /// The same when the caller's record is complete.
    fn call_compiled(&self, fiber: &Fiber, closure: Gc<Closure>, base: usize) -> Res<Ran> {
        let number = closure.info().code;
        let record = fiber.next();
        if !self.is_main(fiber) {
            self.code(number).heat.set(LATER);
            return Ok(Ran::Not);
        }
        self.run_compiled(number, None, (record, base, closure))
    }

    /// A round of a loop that is hot, or at which limits are to be looked at.
    #[cold]
    #[inline(never)]
    pub(crate) fn turn(&self, fiber: &Fiber, floor: usize, code: &Code, header: usize) -> Hot {
        match code.heat.get() {
            0 => match self.hot_loop(fiber, floor, header) {
                Hot::Not => {}
                left => return left,
            },
            left => code.heat.set(left - 1),
        }
        self.count().map_or_else(Hot::Stopped, |()| Hot::Not)
    }

    /// A loop of the innermost function is hot; its first instruction comes next.
    fn hot_loop(&self, fiber: &Fiber, floor: usize, header: usize) -> Hot {
        let Some((frame, closure)) = fiber.frame().and_then(|frame| Some((frame, frame.closure()?))) else {
            return Hot::Not;
        };
        let base = fiber.base_of(frame);
        if !self.is_main(fiber) {
            self.code(frame.code()).heat.set(LATER);
            return Hot::Not;
        }
        match self.run_compiled(frame.code(), Some(header as u32), (frame.address(), base, closure)) {
            Ok(Ran::Not) => return Hot::Not,
            Ok(Ran::Left) => return Hot::Left,
            Ok(Ran::Done) => fiber.pop(),
            Err(thrown) => {
                fiber.pop();
                // Its own handlers are not asked: compiled code has dealt with them.
                return if self.catch(fiber, floor, thrown) { Hot::Left } else { Hot::Out(Err(thrown)) };
            }
        }
        match fiber.frame() {
            Some(caller) if fiber.depth() > floor => {
                caller.set_pc(caller.resume());
                Hot::Left
            }
            _ => Hot::Out(Ok(Exit::Returned(fiber.slot(base).map_or(Value::NIL, Cell::get)))),
        }
    }

    /// Enters compiled code.
    fn run_compiled(
        &self,
        number: u32,
        header: Option<u32>,
        (record, base, closure): (usize, usize, Gc<Closure>),
    ) -> Res<Ran> {
        let (main, code) = (&*self.state.main, self.code(number));
        let Some(tier) = self.tier.as_ref().filter(|_| code.compiles.get()) else {
            code.heat.set(NEVER);
            return Ok(Ran::Not);
        };
        let here = 0_u8;
        let left = std::ptr::from_ref(&here).addr().saturating_sub(tier.stack_lowest());
        let room = left.saturating_sub(RESERVE) / NATIVE_FRAME;
        let deep = self.state.depth.get() > MAX_DEPTH;
        // What does not fit is an error, and the interpreter's to throw.
        let Some(outer) = (if deep { None } else { main.reach_from(base, record, room) }) else {
            code.heat.set(LATER);
            return Ok(Ran::Not);
        };
        let (next, top) = (main.next(), main.top());
        let outermost = self.state.entered.replace(record);
        let regs = main.slots_start() + base * size_of::<Value>();
        let entered =
            tier.enter(self, number, header, [record as u64, regs as u64, closure.erase().to_bits()]);
        main.reach_back(outer);
        self.state.entered.set(outermost);
        if entered == Entered::Left {
            return Ok(Ran::Left);
        }
        main.end_before(next);
        main.set_top(top);
        match entered {
            Entered::Threw => Err(self.pending()),
            Entered::Not(calls) => {
                // With 0 it would be asked at each call.
                code.heat.set(calls.max(1));
                Ok(Ran::Not)
            }
            Entered::Returned | Entered::Left => Ok(Ran::Done),
        }
    }

    fn is_main(&self, fiber: &Fiber) -> bool {
        std::ptr::eq(fiber, &*self.state.main)
    }

    /// What compiled code threw.
    fn pending(&self) -> Thrown {
        self.state.pending.take().unwrap_or(Thrown::Value)
    }

    /// Has compiled code throw. Frames are as they were where it happened.
    #[cold]
    fn put_off(&self, thrown: Thrown) -> u64 {
        if thrown == Thrown::Value {
            self.note_trace(&self.state.main);
        }
        self.state.pending.set(Some(thrown));
        THREW
    }

    /// A result as words.
    fn answer(&self, result: Res) -> [u64; 2] {
        match result {
            Ok(value) => value.words().into(),
            Err(thrown) => [self.put_off(thrown), 0],
        }
    }
}

/// What compiled code calls.
impl Vm {
    /// Executes one instruction of the function with the record at `frame`, on its registers in the fiber, as the interpreter
    /// would. 0: on with the next one, 1: the jump is taken, 2: it threw.
    pub fn tier_step(&self, frame: u64, pc: u64) -> u64 {
        match self.tier_at(frame, pc).and_then(|frame| self.step(frame, pc as usize)) {
            Ok(jumps) => u64::from(jumps),
            Err(thrown) => {
                self.put_off(thrown);
                2
            }
        }
    }

    /// Makes an instance of a class for the function with the record at `frame`. 0: it threw.
    pub fn tier_instance(&self, frame: u64, pc: u64, class: u64) -> u64 {
        let made = self.tier_at(frame, pc).and_then(|_| {
            let class = self.rt.value_from_words(Tag::Class as u64, class).and_then(Value::get::<Class>);
            self.mem(self.rt.instance(class.ok_or_else(|| self.no_instruction())?))
        });
        match made {
            Ok(instance) => instance.to_bits(),
            Err(thrown) => {
                self.put_off(thrown);
                0
            }
        }
    }

    /// Looks at the limits: the countdown is at its end. 0: on with the next instruction, 2: it threw.
    pub fn tier_poll(&self, frame: u64, pc: u64) -> u64 {
        match self.tier_at(frame, pc).and_then(|_| self.poll()) {
            Ok(()) => 0,
            Err(thrown) => {
                self.put_off(thrown);
                2
            }
        }
    }

    /// Calls a closure for compiled code, in whatever way: it has no compiled code, or there is no room that compiled code may take.
    /// `frame` is the address of the callee's record, behind the caller's, which is complete; arguments are where they belong.
    /// The result, or [`THREW`].
    pub fn tier_interpret(&self, frame: u64, regs: u64, closure: u64) -> [u64; 2] {
        let main = &*self.state.main;
        main.end_before(frame as usize);
        if let Some(caller) = main.frame() {
            main.set_top(main.base_of(caller) + self.code(caller.code()).registers);
        }
        let result = self.tier_call(main, regs, closure);
        main.end_before(frame as usize);
        self.answer(result)
    }

    fn tier_call(&self, main: &Fiber, regs: u64, closure: u64) -> Res {
        let function = self.rt.value_from_words(Tag::Closure as u64, closure).and_then(Value::get::<Closure>);
        let Some(function) = function else { return Err(self.no_instruction()) };
        let Some(base) = main.base_at(regs as usize) else { return self.overflow() };
        let code = self.code(function.info().code);
        // Compiled code does not put the closure there that it calls; a receiver it does.
        if !matches!(code.function().kind, Kind::Method | Kind::Initializer)
            && let Some(slot) = main.slot(base)
        {
            slot.set(function.into());
        }
        if main.countdown.get() <= 0 {
            self.poll()?;
            // The call is counted by whoever executes it, and this once it was already.
            main.countdown.set(main.countdown.get() + 1);
        }
        match code.heat.get() {
            0 => {
                let floor = main.depth();
                match self.call_compiled(main, function, base)? {
                    Ran::Done => return Ok(main.slot(base).map_or(Value::NIL, Cell::get)),
                    Ran::Left => return self.to_end(main, floor),
                    Ran::Not => {}
                }
            }
            left => code.heat.set(left - 1),
        }
        if main.window(base).is_none() || !main.push(function.info().code, base, function) {
            return self.overflow();
        }
        main.set_top(base + code.registers);
        self.count()?;
        self.to_end(main, main.depth() - 1)
    }

    /// Goes on in the interpreter, to the end of the outermost of these functions: compiled code cannot. `frames` are the function
    /// that was executed and those that it was inlined into, the innermost first. The result of the outermost, or [`THREW`],
    /// or [`LEFT`].
    pub fn tier_deopt(&self, frames: &[Left], reason: u16) -> [u64; 2] {
        let main = &*self.state.main;
        let Some((innermost, outermost)) = frames.first().zip(frames.last()) else {
            return self.answer(Err(self.no_instruction()));
        };
        let first = outermost.words.first().copied().unwrap_or_default() as usize;
        main.end_before(first);
        let floor = main.depth();
        let rebuilt = frames.iter().rev().try_for_each(|left| self.rebuild(main, left));
        let result = rebuilt.and_then(|()| {
            let own = self.code(innermost.code);
            let (pc, flag) = noted(innermost.pc, reason);
            own.note(pc, flag);
            own.heat.set(if own.compiles.get() { AFTER_DEOPT.min(self.first_heat()) } else { NEVER });
            if reason == THROWN {
                main.calls_at(innermost.pc + 1);
                let thrown = self.pending();
                if !self.catch(main, floor, thrown) {
                    return Err(thrown);
                }
            }
            // Who entered compiled code for this very function goes on itself: no interpreter is needed on top of it.
            if first == self.state.entered.get() { Ok(None) } else { self.to_end(main, floor).map(Some) }
        });
        if let Ok(None) = result {
            return [LEFT, 0];
        }
        main.end_before(first);
        self.answer(result.map(Option::unwrap_or_default))
    }

    /// Makes the frame of a function that compiled code has left.
    fn rebuild(&self, main: &Fiber, left: &Left) -> Res<()> {
        let &[_, regs, closure, countdown, ref registers @ ..] = &left.words[..] else {
            return Err(self.no_instruction());
        };
        let function = self.rt.value_from_words(Tag::Closure as u64, closure).and_then(Value::get::<Closure>);
        let (Some(function), Some(base)) = (function, main.base_at(regs as usize)) else {
            return Err(self.no_instruction());
        };
        if countdown != u64::MAX {
            main.countdown.set(countdown as u32 as i32);
        }
        if main.window(base).is_none() || !main.push(left.code, base, function) {
            return self.overflow();
        }
        // Where a caller goes on; the innermost one is told later.
        main.calls_at(left.pc);
        let own = self.code(left.code);
        main.set_top(base + own.registers);
        for (at, words) in registers.chunks_exact(2).take(own.registers).enumerate() {
            if words[0] != DEAD {
                let value = self.rt.value_from_words(words[0], words[1]);
                debug_assert!(
                    value.is_some(),
                    "register {at} of a compiled function has no value: {words:x?}"
                );
                main.slot(base + at).inspect(|slot| slot.set(value.unwrap_or_default()));
            }
        }
        Ok(())
    }

    /// Compiled code has handed back a result: it is put where the interpreter looks for it.
    pub fn tier_returned(&self, regs: u64, result: [u64; 2]) {
        let main = &*self.state.main;
        let value = self.rt.value_from_words(result[0], result[1]);
        debug_assert!(value.is_some(), "compiled code handed back no value: {result:x?}");
        if let Some(slot) = main.base_at(regs as usize).and_then(|base| main.slot(base)) {
            slot.set(value.unwrap_or_default());
        }
    }

    /// Executes what is above `floor`, on behalf of compiled code.
    fn to_end(&self, fiber: &Fiber, floor: usize) -> Res {
        match self.interpret(fiber, floor)? {
            Exit::Returned(value) | Exit::Yielded(value) => Ok(value),
        }
    }

    /// The innermost function, which called, goes on when what it called has returned.
    pub(crate) fn complete(&self, fiber: &Fiber, floor: usize) -> Res<()> {
        let top = fiber.frames().get(floor.wrapping_sub(1));
        let top = top.map(|caller| fiber.base_of(caller) + self.code(caller.code()).registers);
        self.to_end(fiber, floor)?;
        fiber.set_top(top.unwrap_or_default());
        Ok(())
    }

    /// Compiled code has stored a handle in the object with this one.
    pub fn tier_wrote(&self, word: u64) {
        self.rt.wrote_word(word);
    }

    /// How many functions are known.
    pub fn code_count(&self) -> usize {
        self.state.codes.len()
    }

    /// How many instructions a function has.
    pub fn code_size(&self, code: u32) -> usize {
        self.code(code).insts.len()
    }

    /// What a function is called in statistics.
    pub fn code_name(&self, code: u32) -> String {
        let code = self.code(code);
        let name = &code.function().name;
        if name.is_empty() { format!("{} {}", code.module.file, code.number) } else { name.to_string() }
    }

    /// The function gets no compiled code, ever.
    pub fn tier_give_up(&self, code: u32) {
        let code = self.code(code);
        code.compiles.set(false);
        code.heat.set(NEVER);
    }

    /// Where compiled code finds what it needs of the main fiber.
    pub fn main_fiber_addresses(&self) -> MainFiber {
        let main = &*self.state.main;
        let start = std::ptr::from_ref(main).expose_provenance();
        MainFiber {
            reach: start + Fiber::REACH_OFFSET,
            countdown: start + Fiber::COUNTDOWN_OFFSET,
            next: start + Fiber::NEXT_OFFSET,
            slots: main.slots_start(),
        }
    }

    /// The record at an address, as that of the innermost function, which executes the instruction `pc`.
    fn tier_at(&self, frame: u64, pc: u64) -> Res<&Frame> {
        let main = &*self.state.main;
        let Some(frame) = main.frame_at(frame as usize) else { return Err(self.no_instruction()) };
        main.end_at(frame);
        frame.set_pc(pc as u32 + 1);
        main.set_top(main.base_of(frame) + self.code(frame.code()).registers);
        Ok(frame)
    }
}
