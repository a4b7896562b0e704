//! Calls: from bytecode, from natives, from outside.

use crate::code::{Code, NATIVE};
use crate::error::{Res, Thrown};
use crate::natives::Args;
use crate::run::Exit;
use crate::tier::Ran;
use crate::vm::Vm;
use heap::Gc;
use sox_bytecode::feedback::MANY;
use sox_rt::{Array, BoundMethod, Class, Closure, Coroutine, Fiber, Native, Progress, Value};
use std::cell::Cell;

/// Interpreters on the native stack at a time, at most: natives that call back, coroutines that resume others.
pub(crate) const MAX_DEPTH: u32 = 160;

/// What became of a call.
pub(crate) enum Called {
    /// There is a new frame to be executed.
    Frame,
    /// The result is where the callee was.
    Done,
    /// The coroutine is to wait, having handed out this.
    Yield(Value),
}

impl Vm {
    /// The code with a number.
    #[inline]
    pub(crate) fn code(&self, number: u32) -> &Code {
        &self.state.codes[number as usize]
    }

    /// Makes the frame of a closure whose arguments are where they belong.
    #[inline]
    pub(crate) fn push_frame(&self, fiber: &Fiber, closure: Gc<Closure>, base: usize, pc: usize) -> Res<()> {
        let number = closure.info().code;
        fiber.calls_at(pc as u32);
        if fiber.window(base).is_none() || !fiber.push(number, base, closure) {
            return self.overflow();
        }
        fiber.set_top(base + self.code(number).registers);
        Ok(())
    }

    #[cold]
    pub(crate) fn overflow<T>(&self) -> Res<T> {
        self.fail("Stack overflow.")
    }

    /// Notes where the innermost function is, for traces and for its return.
    #[inline]
    pub(crate) fn save_pc(&self, fiber: &Fiber, pc: usize) {
        if let Some(frame) = fiber.frame() {
            frame.set_pc(pc as u32);
        }
    }

    /// Calls what is in a register with the `count` arguments behind it.
    pub(crate) fn enter(&self, fiber: &Fiber, base: usize, count: u32, pc: usize) -> Res<Called> {
        self.save_pc(fiber, pc);
        let Some(slot) = fiber.slot(base) else { return self.overflow() };
        let callee = slot.get();
        if let Some(closure) = callee.get::<Closure>() {
            return self.enter_closure(fiber, closure, base, count, pc);
        }
        if let Some(native) = callee.get::<Native>() {
            return self.enter_native(fiber, native.number, base, count);
        }
        if let Some(bound) = callee.get::<BoundMethod>() {
            slot.set(bound.receiver);
            return self.enter_closure(fiber, bound.method, base, count, pc);
        }
        if let Some(class) = callee.get::<Class>() {
            slot.set(self.mem(self.rt.instance(class))?.into());
            return match class.init().get::<Closure>() {
                Some(init) => self.enter_closure(fiber, init, base, count, pc),
                None if count == 0 => Ok(Called::Done),
                None => self.fail(format!("Expected 0 arguments but got {count}.")),
            };
        }
        self.fail("Can only call functions and classes.")
    }

    /// The same from bytecode, where it is not a closure: notes what is called.
    pub(crate) fn enter_other(
        &self,
        fiber: &Fiber,
        code: &Code,
        base: usize,
        (count, pc): (u32, usize),
    ) -> Res<Called> {
        let callee = fiber.slot(base).map_or(Value::NIL, Cell::get);
        let target = match callee.get::<Native>() {
            Some(native) => native.number + NATIVE,
            None => callee.get::<Class>().map_or(0, |class| code.class_target(class)),
        };
        if target == 0 {
            code.note(pc - 1, MANY);
        } else if code.targets[pc - 1].get() != target {
            code.note_target(pc - 1, target);
        }
        self.enter(fiber, base, count, pc)
    }

    /// Calls a closure whose receiver or itself is in the register.
    pub(crate) fn enter_closure(
        &self,
        fiber: &Fiber,
        closure: Gc<Closure>,
        base: usize,
        count: u32,
        pc: usize,
    ) -> Res<Called> {
        let code = self.code(closure.info().code);
        if count < code.required || count > code.params {
            return self.wrong_count(code, count);
        }
        for missing in count..code.params {
            if let Some(slot) = fiber.slot(base + 1 + missing as usize) {
                slot.set(Value::ABSENT);
            }
        }
        match code.heat.get() {
            0 => match self.enter_compiled(fiber, closure, base, pc)? {
                Ran::Done => return Ok(Called::Done),
                Ran::Left => return Ok(Called::Frame),
                Ran::Not => {}
            },
            left => code.heat.set(left - 1),
        }
        self.push_frame(fiber, closure, base, pc)?;
        Ok(Called::Frame)
    }

    /// Calls a deferred closure. When it returns, the instruction that did this is executed again, for the next one.
    pub(crate) fn enter_deferred(&self, fiber: &Fiber, base: usize, pc: usize) -> Res<Called> {
        let depth = fiber.depth();
        let called = self.enter(fiber, base, 0, pc)?;
        if matches!(called, Called::Frame)
            && let Some(caller) = fiber.frames().get(depth.wrapping_sub(1))
        {
            caller.call_again();
        }
        Ok(called)
    }

    #[cold]
    fn wrong_count<T>(&self, code: &Code, count: u32) -> Res<T> {
        let (required, params) = (code.required, code.params);
        if required == params {
            return self.fail(format!("Expected {params} arguments but got {count}."));
        }
        self.fail(format!("Expected {required} to {params} arguments but got {count}."))
    }

    /// Calls a native whose arguments follow the register.
    fn enter_native(&self, fiber: &Fiber, number: u32, base: usize, count: u32) -> Res<Called> {
        let native = self.natives[number as usize];
        self.native_at(fiber, native.name, native.run, (base, base + 1, count as usize))
    }

    /// Calls a method of the runtime, whose first argument is the receiver in the register.
    pub(crate) fn enter_builtin(&self, fiber: &Fiber, number: u32, base: usize, count: u32) -> Res<Called> {
        let native = self.methods[number as usize].native;
        self.native_at(fiber, native.name, native.run, (base, base, 1 + count as usize))
    }

    fn native_at(
        &self,
        fiber: &Fiber,
        name: &'static str,
        run: fn(&Args<'_>) -> Res,
        (base, first, count): (usize, usize, usize),
    ) -> Res<Called> {
        let Some(slots) = fiber.window(first).map(|window| &window[..count]) else { return self.overflow() };
        let result = run(&Args { vm: self, fiber, slots, name });
        if self.state.yielding.get() {
            self.state.yielding.set(false);
            return result.map(Called::Yield);
        }
        let result = result?;
        if let Some(slot) = fiber.slot(base) {
            slot.set(result);
        }
        Ok(Called::Done)
    }

    /// Calls a value from native code.
    pub(crate) fn call(&self, fiber: &Fiber, callee: Value, args: &[Value]) -> Res {
        let arg = |at: usize| args.get(at).copied().unwrap_or_default();
        let pc = fiber.frame().map_or(0, |frame| frame.pc() as usize);
        self.call_above(fiber, callee, (args.len(), &arg), |base| {
            self.enter(fiber, base, args.len() as u32, pc)
        })
    }

    /// Calls a value with arguments that are in an array.
    pub(crate) fn call_spread(&self, fiber: &Fiber, callee: Value, args: Value, pc: usize) -> Res {
        let args = args.get::<Array>();
        let count = args.map_or(0, |args| args.len());
        let arg = |at: usize| args.and_then(|args| args.get(at)).unwrap_or_default();
        self.call_above(fiber, callee, (count, &arg), |base| self.enter(fiber, base, count as u32, pc))
    }

    /// Calls a method with arguments that are in an array.
    pub(crate) fn invoke_spread(
        &self,
        fiber: &Fiber,
        code: &Code,
        (receiver, args): (Value, Value),
        (pc, cache): (usize, usize),
    ) -> Res {
        let args = args.get::<Array>();
        let count = args.map_or(0, |args| args.len());
        let arg = |at: usize| args.and_then(|args| args.get(at)).unwrap_or_default();
        self.call_above(fiber, receiver, (count, &arg), |base| {
            self.invoke(fiber, code, (base, pc), (cache, count as u32))
        })
    }

    /// Makes a call with registers above all those in use: of the callee or receiver, and the arguments.
    fn call_above(
        &self,
        fiber: &Fiber,
        callee: Value,
        (count, arg): (usize, &dyn Fn(usize) -> Value),
        enter: impl FnOnce(usize) -> Res<Called>,
    ) -> Res {
        let base = fiber.top();
        let (Some(slot), Some(_)) = (fiber.slot(base), fiber.slot(base + count)) else {
            return self.overflow();
        };
        slot.set(callee);
        for at in 0..count {
            fiber.slot(base + 1 + at).inspect(|slot| slot.set(arg(at)));
        }
        fiber.set_top(base + 1 + count);
        let (floor, depth) = (fiber.depth(), self.state.depth.get());
        self.state.depth.set(depth + 1);
        let result = match enter(base) {
            Ok(Called::Frame) => self.nested(fiber, floor).map(|exit| match exit {
                Exit::Returned(value) | Exit::Yielded(value) => value,
            }),
            Ok(Called::Done) => Ok(slot.get()),
            Ok(Called::Yield(_)) => self.fail("yield(): cannot yield across a native function"),
            Err(thrown) => Err(thrown),
        };
        self.state.depth.set(depth);
        fiber.set_top(base);
        result
    }

    /// Executes what is above `floor` in an interpreter of its own, unless there are too many already.
    fn nested(&self, fiber: &Fiber, floor: usize) -> Res<Exit> {
        if self.state.depth.get() > MAX_DEPTH {
            fiber.truncate(floor);
            return self.overflow();
        }
        self.interpret(fiber, floor)
    }

    /// Has a coroutine go on until it yields or ends; what it hands out. The arguments are registers of others.
    pub(crate) fn resume(&self, coroutine: Gc<Coroutine>, args: &[Cell<Value>]) -> Res {
        let fresh = match coroutine.progress.get() {
            Progress::Fresh => true,
            Progress::Suspended => false,
            Progress::Done => return self.fail("Cannot resume a finished coroutine."),
            Progress::Running | Progress::Normal => return self.fail("Cannot resume a running coroutine."),
        };
        let outer = self.state.running.borrow().last().copied();
        if let Some(outer) = outer {
            outer.progress.set(Progress::Normal);
        }
        coroutine.progress.set(Progress::Running);
        self.state.running.borrow_mut().push(coroutine);
        let depth = self.state.depth.get();
        self.state.depth.set(depth + 1);
        let exit = if fresh { self.begin(coroutine, args) } else { self.go_on(coroutine, args) };
        self.state.depth.set(depth);
        self.state.running.borrow_mut().pop();
        let done = !matches!(exit, Ok(Exit::Yielded(_)));
        coroutine.progress.set(if done { Progress::Done } else { Progress::Suspended });
        if done {
            coroutine.fiber.truncate(0);
            coroutine.fiber.set_top(0);
        }
        self.rt.heap().wrote(coroutine);
        if let Some(outer) = outer {
            outer.progress.set(Progress::Running);
        }
        match exit? {
            Exit::Returned(value) | Exit::Yielded(value) => Ok(value),
        }
    }

    /// Calls the function of a coroutine.
    fn begin(&self, coroutine: Gc<Coroutine>, args: &[Cell<Value>]) -> Res<Exit> {
        let fiber = &coroutine.fiber;
        let Some(slots) = fiber.window(0) else { return self.overflow() };
        for (slot, value) in slots[1..].iter().zip(args) {
            slot.set(value.get());
        }
        fiber.set_top(1 + args.len());
        match self.enter(fiber, 0, args.len() as u32, 0)? {
            Called::Frame => self.nested(fiber, 0),
            Called::Done => Ok(Exit::Returned(slots[0].get())),
            Called::Yield(value) => Ok(Exit::Yielded(value)),
        }
    }

    /// Has `yield` return in a coroutine.
    fn go_on(&self, coroutine: Gc<Coroutine>, args: &[Cell<Value>]) -> Res<Exit> {
        let fiber = &coroutine.fiber;
        let value = args.first().map_or(Value::NIL, Cell::get);
        let Some(frame) = fiber.frame() else { return Ok(Exit::Returned(value)) };
        let call = self.code(frame.code()).insts[(frame.pc() as usize).saturating_sub(1)];
        if let Some(slot) = fiber.slot(fiber.base_of(frame) + usize::from(call.a())) {
            slot.set(value);
        }
        self.nested(fiber, 0)
    }

    /// Has the coroutine being executed wait.
    pub(crate) fn yield_now(&self, args: &Args<'_>) -> Res {
        if std::ptr::eq(args.fiber, &*self.state.main) {
            return self.fail("yield(): not in a coroutine");
        }
        self.state.yielding.set(true);
        Ok(args.get(0))
    }

    /// Counts a call or a round of a loop, and looks at the limits once in a while.
    #[inline]
    pub(crate) fn count(&self) -> Res<()> {
        match self.state.main.countdown.get() {
            ..=0 => self.poll(),
            left => {
                self.state.main.countdown.set(left - 1);
                Ok(())
            }
        }
    }

    /// Ends the program when a limit is reached.
    #[cold]
    pub(crate) fn poll(&self) -> Res<()> {
        self.state.poll().map_err(Thrown::Stop)
    }
}
