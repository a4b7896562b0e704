//! What optimized code does through the interpreter.
//!
//! Optimized code has its frame where the other tiers have it, but keeps registers and the place where it is to itself. It runs for
//! the innermost frame, so none of the functions here is told which: when they are called, registers and countdown are in memory as
//! far as anybody may look at them. Unlike other compiled code it is a function on the native stack, which is what it has its callees
//! executed on.

use crate::call::{Site, mark};
use crate::error::{Res, Throw};
use crate::tier::Next;
use crate::vm::Vm;
use js_bytecode::Op;
use js_rt::{Closure, Frame, Value};
use std::cell::Cell;

/// How optimized code goes on after what it had done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// With the next instruction.
    Next,
    /// Not at all: its frame is gone, and what that came to is at [`Vm::take_outcome`].
    Gone,
    /// Not at all: the innermost frame goes on at its `pc` in another tier.
    Left,
}

/// An exit of optimized code that the function's frame goes on after.
#[derive(Clone, Copy, Debug)]
pub struct Exit<'a> {
    /// Function, file, line and column.
    pub place: &'a str,
    /// Number of the instruction.
    pub pc: u32,
    /// Why.
    pub reason: &'a str,
}

/// What a frame came to that is gone.
pub struct Outcome {
    /// A value, or what was thrown.
    pub result: Res<Value>,
    /// The caller's register for the value.
    pub dst: u16,
}

/// Is told of exits.
pub type ExitWatch = Box<dyn Fn(Exit<'_>) + Send>;

impl Vm {
    /// Has somebody told when optimized code is left because something is not as it was. Once.
    pub fn watch_exits(&self, watch: ExitWatch) {
        let _ = self.state.exit_watch.set(watch);
    }

    /// Executes an instruction of the innermost frame with all that it calls.
    pub fn step_through(&self, pc: u32) -> Stepped {
        let stack = &self.state.stack;
        let depth = stack.depth();
        let Some((frame, code)) = self.begin_frame() else { return Stepped::Left };
        let op = code.function.insts.get(pc as usize).map(|inst| inst.op() as usize);
        if let Some(count) = op.and_then(|op| self.state.steps_above.get(op)) {
            count.set(count.get() + 1);
        }
        frame.pc.set(pc);
        // What it calls does not enter optimized code when little native stack is left, and other tiers take none for calls.
        let stepped = match self.execute_one(depth - 1) {
            Next::Next => Stepped::Next,
            Next::Frame if stack.depth() <= depth => Stepped::Left,
            Next::Frame => self.finish_call(frame, depth),
            Next::Done(result) => self.gone(frame, result),
        };
        // The frame may be gone, but its code, in which we are, has to be there.
        std::hint::black_box(code);
        match stepped {
            Stepped::Next if frame.pc.get() == pc + 1 => Stepped::Next,
            Stepped::Next => Stepped::Left,
            other => other,
        }
    }

    /// Instructions that were executed so, for opcodes with any.
    pub fn steps_above(&self) -> Vec<(Op, u64)> {
        let counts = Op::ALL.iter().zip(&self.state.steps_above).map(|(&op, count)| (op, count.get()));
        counts.filter(|&(_, count)| count > 0).collect()
    }

    /// Executes the innermost frame and others above the first `depth`, of which `frame` is the last, which called them.
    fn finish_call(&self, frame: &Frame, depth: usize) -> Stepped {
        let stack = &self.state.stack;
        let dst = stack.frames().get(depth).map_or(0, |callee| callee.dst.get());
        let result = self.interpret(depth);
        self.returned_to(frame, depth, dst, result)
    }

    /// What a frame called came to a result.
    fn returned_to(&self, frame: &Frame, depth: usize, dst: u16, result: Res<Value>) -> Stepped {
        let value = match result {
            Ok(value) => value,
            Err(thrown) => return self.thrown_in(frame, depth, thrown),
        };
        self.begin_frame();
        if let Some(window) = self.state.stack.window(frame.base.get() as usize) {
            window[usize::from(dst)].set(value);
        }
        Stepped::Next
    }

    /// Optimized code has called other optimized code, which has not returned: its frame is the innermost one and goes on in another
    /// tier, or it is `gone`. The caller, which is at a call with number `pc`, finds the result in the call's register.
    pub fn finish_called(&self, gone: bool, pc: u32) -> Stepped {
        let stack = &self.state.stack;
        let depth = stack.depth() - usize::from(!gone);
        let Some(frame) = stack.frames().get(depth.wrapping_sub(1)) else { return Stepped::Left };
        let code = frame.code.get();
        frame.pc.set(pc + 1);
        let stepped = match self.take_outcome().filter(|_| gone) {
            Some(Outcome { result, dst }) => self.returned_to(frame, depth, dst, result),
            None => self.finish_call(frame, depth),
        };
        std::hint::black_box(code);
        stepped
    }

    /// Pushes the frame of a function that optimized code has in place of the call at `pc` of the innermost frame, which waits for it then. Its
    /// registers are undefined but for the function. Code that has it has seen that there is room.
    pub fn push_in_place(&self, pc: u32, function: Value, new_target: Value) {
        let stack = &self.state.stack;
        let closure = function.as_object().and_then(|function| function.payload_as::<Closure>());
        let (Some(frame), Some(closure)) = (stack.frame(), closure) else { return };
        let call = frame.code.get().and_then(|code| code.function.insts.get(pc as usize).copied());
        let Some(call) = call else { return };
        let base = frame.base.get() as usize + usize::from(call.b());
        frame.pc.set(pc + 1);
        for cell in stack.values().get(base..base + 2 + call.c() as usize).unwrap_or(&[]) {
            cell.set(Value::UNDEFINED);
        }
        let flags = if new_target.is_undefined() { 0 } else { mark::CONSTRUCT };
        let site = Site { base, argc: call.c() as usize, dst: call.a() };
        let pushed = self.push_frame(closure.code(), site, new_target, flags);
        debug_assert!(pushed.is_ok(), "there was room");
        stack.values()[base].set(function);
    }

    /// Executes frames that were pushed so above the first `depth`, of which the last one waits for them.
    pub fn finish_in_place(&self, depth: usize) -> Stepped {
        let Some(frame) = self.state.stack.frames().get(depth.wrapping_sub(1)) else { return Stepped::Left };
        let code = frame.code.get();
        let stepped = self.finish_call(frame, depth);
        std::hint::black_box(code);
        stepped
    }

    /// How many frames there are.
    pub fn depth(&self) -> usize {
        self.state.stack.depth()
    }

    /// Something was thrown in the innermost frame; there are `depth` of them.
    pub(crate) fn thrown_in(&self, frame: &Frame, depth: usize, thrown: Throw) -> Stepped {
        match self.throw_in(depth - 1, thrown) {
            Next::Next | Next::Frame => Stepped::Left,
            Next::Done(result) => self.gone(frame, result),
        }
    }

    /// The frame is gone whose record this is.
    fn gone(&self, frame: &Frame, result: Res<Value>) -> Stepped {
        self.state.outcome.set(Some(Outcome { result, dst: frame.dst.get() }));
        Stepped::Gone
    }

    /// What the frame came to that was optimized code's. To be taken before anything else is done.
    pub fn take_outcome(&self) -> Option<Outcome> {
        self.state.outcome.take()
    }

    /// The countdown is at its end: looks at fuel, deadline and cancellation. `pc` is where the innermost frame goes on.
    pub fn poll_at(&self, pc: u32) -> Stepped {
        let depth = self.state.stack.depth();
        let Some((frame, _)) = self.begin_frame() else { return Stepped::Left };
        frame.pc.set(pc);
        match self.poll_slow() {
            Ok(()) => Stepped::Next,
            Err(thrown) => self.thrown_in(frame, depth, thrown),
        }
    }

    /// The registers of the innermost frame.
    pub fn innermost_registers(&self) -> &[Cell<Value>] {
        let Some((frame, code)) = self.begin_frame() else { return &[] };
        let window = self.state.stack.window(frame.base.get() as usize);
        window.and_then(|window| window.get(..code.function.registers as usize)).unwrap_or(&[])
    }

    /// What is in a register of the innermost frame.
    #[inline]
    pub fn innermost_register(&self, number: usize) -> Option<Value> {
        let base = self.state.stack.frame()?.base.get() as usize;
        self.state.stack.values().get(base + number).map(Cell::get)
    }

    /// The addresses of the innermost frame's record and of its register 0, for code that runs for it.
    pub fn innermost_addresses(&self) -> Option<[u64; 2]> {
        let (frame, _) = self.begin_frame()?;
        let register = self.state.stack.values().get(frame.base.get() as usize..)?.as_ptr();
        let record = std::ptr::from_ref(frame);
        Some([record.expose_provenance() as u64, register.expose_provenance() as u64])
    }

    /// Whether there is native stack for calls that nest on it: natives that call back keep at least half of what there is.
    pub fn has_native_stack(&self) -> bool {
        let marker = 0_u8;
        let state = &self.state;
        std::ptr::from_ref(&marker).addr() >= state.native_limit.get() + state.limits.native_stack / 2
    }

    /// What calls and rounds of loops count down.
    pub fn countdown(&self) -> u32 {
        self.state.countdown.get()
    }

    /// Whether a loop that counts now finds the countdown at its end.
    pub fn is_counted_down(&self) -> bool {
        self.state.countdown.get() == 0
    }

    /// The value with a word that optimized code has; `undefined` if there is none.
    pub fn value_of(&self, word: u64) -> Value {
        Value::from_word(word, self.rt.heap()).unwrap_or(Value::UNDEFINED)
    }

    /// How many functions of at most `size` bytes of native stack each may be nested in what optimized code calls itself, while that
    /// runs. Whoever is done puts back the number that this gives: that of before.
    pub fn set_native_room(&self, size: usize) -> u32 {
        let marker = 0_u8;
        let state = &self.state;
        let floor = state.native_limit.get() + state.limits.native_stack / 2;
        let room = std::ptr::from_ref(&marker).addr().saturating_sub(floor) / size.max(1);
        state.native_room.replace(u32::try_from(room).unwrap_or(u32::MAX))
    }

    /// Puts back what [`Vm::set_native_room`] gave.
    pub fn restore_native_room(&self, room: u32) {
        self.state.native_room.set(room);
    }

    /// The write barrier for the object with a word.
    pub fn wrote_word(&self, word: u64) {
        if let Some(object) = self.rt.heap().object_at(word) {
            self.rt.heap().wrote_any(object);
        }
    }

    /// Optimized code is left: the innermost frame gets these values in registers, by number, and goes on at `pc`.
    pub fn leave_at(&self, pc: u32, countdown: Option<u32>, registers: impl Iterator<Item = (usize, Value)>) {
        if let Some(countdown) = countdown {
            self.state.countdown.set(countdown);
        }
        let stack = &self.state.stack;
        let Some(frame) = stack.frame() else { return };
        let Some(window) = stack.window(frame.base.get() as usize) else { return };
        for (number, value) in registers {
            if let Some(cell) = window.get(number) {
                cell.set(value);
            }
        }
        frame.pc.set(pc);
    }

    /// Tells who wants to know why the innermost frame's code was left at its `pc`.
    pub fn tell_exit(&self, reason: &str) {
        let Some(watch) = self.state.exit_watch.get() else { return };
        let Some(frame) = self.state.stack.frame() else { return };
        if let Some(code) = frame.code.get() {
            let pc = frame.pc.get();
            watch(Exit { place: &Vm::place_text(code, pc), pc, reason });
        }
    }

    /// The innermost frame's function returns a value, as by `return` in the interpreter.
    pub fn return_value(&self, floor: usize, mut value: Value) -> Next {
        let stack = &self.state.stack;
        let Some(frame) = stack.frame() else { return Next::Done(Ok(value)) };
        let dst = frame.dst.get();
        if frame.flags.get() & mark::CONSTRUCT != 0
            && !value.is_object()
            && let Some(window) = stack.window(frame.base.get() as usize)
        {
            value = window[1].get();
        }
        stack.pop();
        self.give_to_caller(floor, dst, value)
    }

    /// A frame that is gone came to a value for register `dst` of its caller.
    pub fn give_to_caller(&self, floor: usize, dst: u16, value: Value) -> Next {
        let stack = &self.state.stack;
        if stack.depth() <= floor {
            return Next::Done(Ok(value));
        }
        if let Some(caller) = stack.frame()
            && let Some(window) = stack.window(caller.base.get() as usize)
        {
            window[usize::from(dst)].set(value);
        }
        Next::Frame
    }
}
