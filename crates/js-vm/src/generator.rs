//! Functions that are suspended: generators, async functions, async generators.
//!
//! A suspended function's registers lie in a [`GeneratorState`]. A generator's frame has the generator as `extra`; an async
//! function's has its state there, from its first `await` on, and that has its promise.

use crate::call::{Args, Called, Site, mark};
use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::run::Unwound;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, Code, Frame, GeneratorState, List, Obj, Progress, Value};

/// No register.
const NOWHERE: u16 = u16::MAX;
/// Mark of a state: it waits for a promise.
const AWAITING: u16 = 1 << 8;

/// How a generator is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// `next(value)`
    Next,
    /// `throw(value)`
    Throw,
    /// `return(value)`
    Return,
}

impl Resume {
    fn number(self) -> i32 {
        match self {
            Resume::Next => 0,
            Resume::Throw => 1,
            Resume::Return => 2,
        }
    }

    fn from_number(number: Value) -> Resume {
        match number.as_int() {
            Some(1) => Resume::Throw,
            Some(2) => Resume::Return,
            _ => Resume::Next,
        }
    }
}

impl Vm {
    /// 15.8.4 and 15.9: begins the call of an async function that is no generator.
    pub(crate) fn enter_async(&self, code: Gc<Code>, site: Site) -> Res<Called> {
        self.push_frame(code, site, Value::UNDEFINED, mark::ASYNC)?;
        Ok(Called::Frame)
    }

    /// `initial_yield`: the generator that the call returns.
    pub(crate) fn begin_generator(&self, frame: &Frame) -> Res<Value> {
        let Some(code) = frame.code.get() else { return Ok(Value::UNDEFINED) };
        let is_async = code.function.flags.is_async;
        let (class, proto) = if is_async {
            (Class::AsyncGenerator, Intrinsic::AsyncGeneratorPrototype)
        } else {
            (Class::Generator, Intrinsic::GeneratorPrototype)
        };
        let callee =
            self.state.stack.values().get(frame.base.get() as usize).and_then(|cell| cell.get().as_object());
        let generator = match callee {
            Some(callee) => self.ordinary_create_from_constructor(callee, proto, class)?,
            None => self.object_create(Some(self.intrinsic(proto)), class)?,
        };
        let state = self.new_state(frame, code)?;
        generator.set_payload(&self.rt, Value::from_cell(state));
        state.set_extra(&self.rt, generator.into());
        let flags = mark::GENERATOR | if is_async { mark::ASYNC } else { 0 };
        state.flags.set(flags);
        self.save(frame, state, NOWHERE, NOWHERE);
        if is_async {
            state.set_queue(&self.rt, Value::from_cell(self.rt.new_list()?));
        }
        Ok(generator.into())
    }

    fn new_state(&self, frame: &Frame, code: Gc<Code>) -> Res<Gc<GeneratorState>> {
        let registers = code.function.registers as usize;
        Ok(self.rt.new_generator_state(code, frame.new_target.get(), registers)?)
    }

    /// Saves a frame's registers and place.
    fn save(&self, frame: &Frame, state: Gc<GeneratorState>, input: u16, mode: u16) {
        let base = frame.base.get() as usize;
        let count = state.registers().len();
        state.save(&self.rt, self.state.stack.values().get(base..base + count).unwrap_or(&[]));
        state.pc.set(frame.pc.get());
        state.argc.set(frame.argc.get());
        state.input.set(input);
        state.mode.set(mode);
        state.return_pc.set(u32::MAX);
    }

    fn state_of(generator: Obj) -> Option<Gc<GeneratorState>> {
        generator.payload_as::<GeneratorState>()
    }

    /// `yield`: saves the frame. `mode` 0: how it is resumed decides where it goes on.
    pub(crate) fn suspend_generator(
        &self,
        frame: &Frame,
        input: u16,
        mode: u16,
        return_pc: usize,
    ) -> Res<()> {
        let generator = frame.extra.get().as_object();
        let Some(state) = generator.and_then(Self::state_of) else { return Ok(()) };
        self.save(frame, state, input, if mode == 0 { NOWHERE } else { mode });
        state.return_pc.set(u32::try_from(return_pc).unwrap_or(u32::MAX));
        state.progress.set(Progress::SuspendedYield);
        Ok(())
    }

    /// What `yield` gives to whoever resumed the generator.
    pub(crate) fn yielded(&self, frame: &Frame, value: Value, raw: bool) -> Res<Value> {
        if raw || frame.flags.get() & mark::ASYNC != 0 {
            return Ok(value);
        }
        self.create_iter_result(value, false)
    }

    /// Puts a suspended function back onto the stack and runs it until it stops again.
    fn run_state(&self, state: Gc<GeneratorState>, resume: Resume, value: Value) -> Res<Value> {
        self.check_stack()?;
        let stack = &self.state.stack;
        let floor = stack.depth();
        let base = stack.top();
        let saved = state.registers();
        let end = base + saved.len();
        let Some(cells) = stack.values().get(base..end).filter(|_| stack.window(end).is_some()) else {
            return Err(self.stack_overflow());
        };
        let Some(frame) = stack.push() else { return Err(self.stack_overflow()) };
        for (to, from) in cells.iter().zip(saved) {
            to.set(from.get());
        }
        frame.code.set(Some(state.code()));
        frame.new_target.set(state.new_target());
        let flags = state.flags.get() & !AWAITING;
        let generator = flags & mark::GENERATOR != 0;
        frame.extra.set(if generator { state.extra() } else { Value::from_cell(state) });
        frame.base.set(base as u32);
        frame.pc.set(state.pc.get());
        frame.args.set(base as u32);
        frame.argc.set(0);
        frame.dst.set(0);
        frame.flags.set(flags | mark::RESUMED);
        frame.top.set(end as u32);
        stack.set_top(end);
        state.flags.set(flags);
        state.progress.set(Progress::Executing);
        let result = self.resume_frame(frame, cells, state, floor, resume, value);
        stack.set_top(base);
        result
    }

    fn resume_frame(
        &self,
        frame: &Frame,
        cells: &[std::cell::Cell<Value>],
        state: Gc<GeneratorState>,
        floor: usize,
        resume: Resume,
        value: Value,
    ) -> Res<Value> {
        let mode = cells.get(usize::from(state.mode.get()));
        if (resume != Resume::Throw || mode.is_some())
            && let Some(input) = cells.get(usize::from(state.input.get()))
        {
            input.set(value);
        }
        if let Some(mode) = mode {
            mode.set(Value::int(resume.number()));
        } else {
            match resume {
                Resume::Next => {}
                Resume::Return => frame.pc.set(state.return_pc.get()),
                Resume::Throw => {
                    let thrown = self.throw(value);
                    return match self.unwind(floor, thrown) {
                        Unwound::Handled => self.interpret(floor),
                        Unwound::Out(result) => result,
                    };
                }
            }
        }
        self.interpret(floor)
    }

    /// 27.5.3.3 GeneratorResume and 27.5.3.4 GeneratorResumeAbrupt
    ///
    /// # Errors
    /// TypeError if `this` is no generator or is running, and what its code throws.
    pub fn generator_resume(&self, this: Value, resume: Resume, value: Value, method: &str) -> Res<Value> {
        let generator = this.as_object().filter(|object| object.class() == Class::Generator);
        let Some(state) = generator.and_then(Self::state_of) else {
            let what = self.describe_value(this);
            return Err(
                self.type_error(format_args!("{method} method called on incompatible receiver {what}"))
            );
        };
        match state.progress.get() {
            Progress::Executing => return Err(self.type_error("Generator is already running")),
            Progress::SuspendedStart if resume != Resume::Next => state.progress.set(Progress::Completed),
            _ => {}
        }
        if state.progress.get() == Progress::Completed {
            return match resume {
                Resume::Next => self.create_iter_result(Value::UNDEFINED, true),
                Resume::Return => self.create_iter_result(value, true),
                Resume::Throw => Err(self.throw(value)),
            };
        }
        match self.run_state(state, resume, value) {
            Ok(result) if state.progress.get() == Progress::SuspendedYield => Ok(result),
            Ok(result) => {
                state.progress.set(Progress::Completed);
                self.create_iter_result(result, true)
            }
            Err(thrown) => {
                state.progress.set(Progress::Completed);
                Err(thrown)
            }
        }
    }

    /// 27.7.5.3 Await: suspends the frame. What its caller gets.
    pub(crate) fn begin_await(&self, frame: &Frame, register: u16) -> Res<Value> {
        let base = frame.base.get() as usize;
        let cell = self.state.stack.values().get(base + usize::from(register));
        let value = cell.map_or(Value::UNDEFINED, std::cell::Cell::get);
        let promise = self.promise_resolve(self.intrinsic(Intrinsic::Promise), value)?;
        let Some(state) = self.async_state(frame)? else { return Ok(Value::UNDEFINED) };
        self.save(frame, state, register, NOWHERE);
        state.flags.set(state.flags.get() | AWAITING);
        self.await_promise(promise, state)?;
        let first = frame.flags.get() & (mark::RESUMED | mark::GENERATOR) == 0;
        Ok(if first { state.extra() } else { Value::UNDEFINED })
    }

    /// The state of the async function or generator that a frame executes.
    fn async_state(&self, frame: &Frame) -> Res<Option<Gc<GeneratorState>>> {
        if let Some(state) = frame.extra.get().cell::<GeneratorState>() {
            return Ok(Some(state));
        }
        if let Some(generator) = frame.extra.get().as_object() {
            return Ok(Self::state_of(generator));
        }
        let Some(code) = frame.code.get() else { return Ok(None) };
        let promise = self.new_promise()?;
        let state = self.new_state(frame, code)?;
        state.set_extra(&self.rt, promise.into());
        state.flags.set(mark::ASYNC);
        frame.extra.set(Value::from_cell(state));
        Ok(Some(state))
    }

    /// Goes on behind an `await`.
    pub(crate) fn resume_await(&self, state: Gc<GeneratorState>, resume: Resume, value: Value) -> Res<Value> {
        let result = self.run_state(state, resume, value);
        if state.flags.get() & mark::GENERATOR != 0 {
            return self.async_generator_stopped(state, result);
        }
        result?;
        Ok(Value::UNDEFINED)
    }

    /// A function with a promise, or a generator, returns `value`: what its caller gets.
    pub(crate) fn finish_async(&self, frame: &Frame, value: Value) -> Res<Value> {
        let flags = frame.flags.get();
        if flags & mark::GENERATOR != 0 || flags & mark::ASYNC == 0 {
            return Ok(value);
        }
        let promise = self.frame_promise(frame)?;
        self.resolve_promise(promise, value)?;
        Ok(if flags & mark::RESUMED != 0 { Value::UNDEFINED } else { promise.into() })
    }

    fn frame_promise(&self, frame: &Frame) -> Res<Obj> {
        let state = frame.extra.get().cell::<GeneratorState>();
        match state.and_then(|state| state.extra().as_object()) {
            Some(promise) => Ok(promise),
            None => self.new_promise(),
        }
    }

    /// An async function ends with an exception: what its caller gets.
    pub(crate) fn fail_async(&self, frame: &Frame, thrown: Throw) -> Res<Value> {
        let flags = frame.flags.get();
        if flags & mark::GENERATOR != 0 {
            return Err(thrown);
        }
        let reason = self.catch(thrown)?;
        let promise = self.frame_promise(frame)?;
        self.reject_promise(promise, reason)?;
        Ok(if flags & mark::RESUMED != 0 { Value::UNDEFINED } else { promise.into() })
    }

    /// 27.6.1.2 to 27.6.1.4 of AsyncGenerator.prototype: enqueues a request and answers it as far as possible.
    ///
    /// # Errors
    /// Out of memory, or ended from outside; everything else goes to the promise.
    pub fn async_generator_request(&self, this: Value, resume: Resume, value: Value) -> Res<Value> {
        let promise = self.new_promise()?;
        let generator = this.as_object().filter(|object| object.class() == Class::AsyncGenerator);
        let Some(state) = generator.and_then(Self::state_of) else {
            let what = self.describe_value(this);
            let thrown = self.type_error(format_args!("{what} is not an async generator"));
            let reason = self.catch(thrown)?;
            self.reject_promise(promise, reason)?;
            return Ok(promise.into());
        };
        let mut progress = state.progress.get();
        if progress == Progress::SuspendedStart && resume == Resume::Throw {
            progress = Progress::Completed;
            state.progress.set(progress);
        }
        if progress == Progress::Completed && resume != Resume::Return {
            if resume == Resume::Throw {
                self.reject_promise(promise, value)?;
            } else {
                let result = self.create_iter_result(Value::UNDEFINED, true)?;
                self.resolve_promise(promise, result)?;
            }
            return Ok(promise.into());
        }
        if let Some(queue) = state.queue().cell::<List>() {
            queue.push(&self.rt, Value::int(resume.number()))?;
            queue.push(&self.rt, value)?;
            queue.push(&self.rt, promise.into())?;
        }
        match progress {
            Progress::SuspendedStart | Progress::Completed if resume == Resume::Return => {
                state.progress.set(Progress::Draining);
                self.async_generator_drain(state)?;
            }
            Progress::SuspendedStart | Progress::SuspendedYield => {
                let result = self.run_state(state, resume, value);
                self.async_generator_stopped(state, result)?;
            }
            _ => {}
        }
        Ok(promise.into())
    }

    /// An async generator's code stopped: at a `yield`, an `await`, or its end.
    fn async_generator_stopped(&self, state: Gc<GeneratorState>, result: Res<Value>) -> Res<Value> {
        let mut result = result;
        loop {
            if state.progress.get() == Progress::SuspendedYield {
                let value = result?;
                self.async_generator_answer(state, Ok(value), false)?;
                let Some((resume, value)) = Self::request(state) else { return Ok(Value::UNDEFINED) };
                result = self.run_state(state, resume, value);
                continue;
            }
            if result.is_ok() && state.flags.get() & AWAITING != 0 {
                return Ok(Value::UNDEFINED);
            }
            if let Err(Throw::Stop(_)) = result {
                return result;
            }
            state.progress.set(Progress::Draining);
            self.async_generator_answer(state, result, true)?;
            self.async_generator_drain(state)?;
            return Ok(Value::UNDEFINED);
        }
    }

    /// The oldest request that is not answered.
    fn request(state: Gc<GeneratorState>) -> Option<(Resume, Value)> {
        let queue = state.queue().cell::<List>()?;
        Some((Resume::from_number(queue.get(0)?), queue.get(1)?))
    }

    /// 27.6.3.5 AsyncGeneratorCompleteStep
    fn async_generator_answer(&self, state: Gc<GeneratorState>, result: Res<Value>, done: bool) -> Res<()> {
        let Some(queue) = state.queue().cell::<List>() else { return Ok(()) };
        let Some(promise) = queue.get(2).and_then(Value::as_object) else { return Ok(()) };
        for _ in 0..3 {
            queue.remove(&self.rt, 0);
        }
        match result {
            Ok(value) => {
                // The object belongs to the realm of the generator's function.
                let realm = self.state.realm.replace(Some(state.code().unit.realm));
                let answer = self.create_iter_result(value, done);
                self.state.realm.set(realm);
                self.resolve_promise(promise, answer?)
            }
            Err(thrown) => {
                let reason = self.catch(thrown)?;
                self.reject_promise(promise, reason)
            }
        }
    }

    /// 27.6.3.10 AsyncGeneratorDrainQueue
    fn async_generator_drain(&self, state: Gc<GeneratorState>) -> Res<()> {
        while let Some((resume, value)) = Self::request(state) {
            match resume {
                Resume::Next => self.async_generator_answer(state, Ok(Value::UNDEFINED), true)?,
                Resume::Throw => {
                    let thrown = self.throw(value);
                    self.async_generator_answer(state, Err(thrown), true)?;
                }
                Resume::Return => {
                    // 27.6.3.9 AsyncGeneratorAwaitReturn
                    match self.promise_resolve(self.intrinsic(Intrinsic::Promise), value) {
                        Ok(promise) => {
                            let slots = [Value::from_cell(state)];
                            let fulfilled = self.native_function_with(return_fulfilled, 1, &slots)?;
                            let rejected = self.native_function_with(return_rejected, 1, &slots)?;
                            self.perform_promise_then(promise, fulfilled.into(), rejected.into(), None)?;
                            return Ok(());
                        }
                        Err(thrown @ Throw::Stop(_)) => return Err(thrown),
                        Err(thrown) => self.async_generator_answer(state, Err(thrown), true)?,
                    }
                }
            }
        }
        state.progress.set(Progress::Completed);
        Ok(())
    }

    fn return_settled(&self, args: &Args<'_>, throw: bool) -> Res<Value> {
        let Some(state) = self.native_slot(args.callee, 0).cell::<GeneratorState>() else {
            return Ok(Value::UNDEFINED);
        };
        let result = if throw { Err(self.throw(args.get(0))) } else { Ok(args.get(0)) };
        self.async_generator_answer(state, result, true)?;
        self.async_generator_drain(state)?;
        Ok(Value::UNDEFINED)
    }

    /// A captured value of a built-in function.
    pub fn native_slot(&self, function: Obj, slot: usize) -> Value {
        function.payload_as::<js_rt::Native>().map_or(Value::UNDEFINED, |native| native.slot(slot))
    }
}

fn return_fulfilled(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.return_settled(args, false)
}

fn return_rejected(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.return_settled(args, true)
}
