//! The interpreter's loop.
//!
//! Every instruction has one arm. What is short and common is done in place; everything else calls a method that gets what it
//! needs by value, so that the frame's parts stay in machine registers.

use crate::call::Called;
use crate::code::Cache;
use crate::error::{Res, Thrown};
use crate::op;
use crate::tier::{Hot, Ran};
use crate::vm::Vm;
use sox_bytecode::Inst;
use sox_rt::number::remainder;
use sox_rt::{Array, BoxCell, Closure, Fiber, Instance, Range, Value};

/// How a fiber stopped.
pub(crate) enum Exit {
    /// The function that it began with returned.
    Returned(Value),
    /// It waits.
    Yielded(Value),
}

impl Vm {
    /// Executes a fiber's innermost function and what that calls, until no more than `floor` functions are left.
    #[expect(
        clippy::too_many_lines,
        clippy::cognitive_complexity,
        reason = "one arm per instruction: dispatch is a single jump"
    )]
    pub(crate) fn interpret(&self, fiber: &Fiber, floor: usize) -> Res<Exit> {
        let countdown = &self.state.main.countdown;
        'frame: loop {
            let Some((frame, Some(mut closure))) = fiber.frame().map(|frame| (frame, frame.closure())) else {
                return Ok(Exit::Returned(Value::NIL));
            };
            let (mut base, mut pc) = (fiber.base_of(frame), frame.pc() as usize);
            let mut code = self.code(frame.code());
            let mut insts: &[Inst] = &code.insts;
            let Some(mut regs) = fiber.window(base) else { return self.overflow() };
            fiber.set_top(base + code.registers);

            let thrown: Thrown = 'op: loop {
                let inst = insts[pc];
                pc += 1;

                macro_rules! a {
                    () => {
                        regs[usize::from(inst.a())]
                    };
                }
                macro_rules! b {
                    () => {
                        regs[usize::from(inst.b())]
                    };
                }
                macro_rules! c {
                    () => {
                        regs[usize::from(inst.c())]
                    };
                }
                macro_rules! attempt {
                    ($result:expr) => {
                        match $result {
                            Ok(value) => value,
                            Err(thrown) => break 'op thrown,
                        }
                    };
                }
                macro_rules! jump {
                    () => {
                        pc = pc.wrapping_add_signed(inst.imm() as isize)
                    };
                }
                macro_rules! back {
                    () => {{
                        jump!();
                        let (heat, left) = (code.heat.get(), countdown.get());
                        if heat == 0 || left <= 0 {
                            match self.turn(fiber, floor, code, pc) {
                                Hot::Not => {}
                                Hot::Left => continue 'frame,
                                Hot::Out(exit) => return exit,
                                Hot::Stopped(thrown) => break 'op thrown,
                            }
                        } else {
                            code.heat.set(heat - 1);
                            countdown.set(left - 1);
                        }
                    }};
                }
                macro_rules! jump_if {
                    ($test:expr) => {
                        if $test {
                            jump!();
                        }
                    };
                }
                macro_rules! back_if {
                    ($test:expr) => {
                        if $test {
                            back!();
                        }
                    };
                }
                // The constant that operand B names.
                macro_rules! bk {
                    () => {
                        code.constant(usize::from(inst.b()))
                    };
                }
                macro_rules! arithmetic {
                    ($x:expr, $y:expr, $number:expr, $slow:expr) => {{
                        let (x, y): (Value, Value) = ($x, $y);
                        match (x.as_number(), y.as_number()) {
                            (Some(x), Some(y)) => a!().set(Value::number($number(x, y))),
                            _ => {
                                let value = attempt!($slow(x, y));
                                a!().set(value);
                            }
                        }
                    }};
                }
                macro_rules! numeric {
                    ($x:expr, $y:expr, $number:expr) => {
                        arithmetic!($x, $y, $number, |_, _| Err(self.not_numbers()))
                    };
                }
                macro_rules! compare {
                    ($x:expr, $y:expr, $test:expr) => {{
                        let (x, y): (Value, Value) = ($x, $y);
                        match (x.as_number(), y.as_number()) {
                            (Some(x), Some(y)) => $test(&x, &y),
                            _ => break 'op self.not_numbers(),
                        }
                    }};
                }
                // A call was made: on with the callee, or behind the call.
                macro_rules! called {
                    ($called:expr) => {
                        match attempt!($called) {
                            Called::Done => {}
                            Called::Frame => continue 'frame,
                            Called::Yield(value) => return Ok(attempt!(self.wait(fiber, floor, value))),
                        }
                    };
                }
                // Calls a closure; what it is called on and the arguments are in place, from R[A] on.
                macro_rules! go {
                    ($function:expr, $count:expr) => {{
                        let (function, count): (heap::Gc<Closure>, u32) = ($function, $count);
                        let number = function.info().code;
                        let (called, at) = (self.code(number), base + usize::from(inst.a()));
                        if code.targets[pc - 1].get() != number + 1 {
                            code.note_target(pc - 1, number + 1);
                        }
                        if called.params != count || called.required != count {
                            called!(self.enter_closure(fiber, function, at, count, pc));
                            continue 'op;
                        }
                        match called.heat.get() {
                            0 => match attempt!(self.enter_compiled(fiber, function, at, pc)) {
                                Ran::Done => continue 'op,
                                Ran::Left => continue 'frame,
                                Ran::Not => {}
                            },
                            left => called.heat.set(left - 1),
                        }
                        attempt!(self.push_frame(fiber, function, at, pc));
                        match fiber.window(at) {
                            Some(window) => regs = window,
                            None => return self.overflow(),
                        }
                        (closure, base, code, pc) = (function, at, called, 0);
                        insts = &code.insts;
                        match countdown.get() {
                            ..=0 => attempt!(self.poll()),
                            left => countdown.set(left - 1),
                        }
                    }};
                }
                macro_rules! finish {
                    ($value:expr) => {{
                        let value: Value = $value;
                        regs[0].set(value);
                        fiber.pop();
                        if fiber.depth() <= floor {
                            return Ok(Exit::Returned(value));
                        }
                        let Some((caller, Some(function))) =
                            fiber.frame().map(|frame| (frame, frame.closure()))
                        else {
                            return Ok(Exit::Returned(value));
                        };
                        closure = function;
                        base = fiber.base_of(caller);
                        pc = caller.resume() as usize;
                        code = self.code(caller.code());
                        insts = &code.insts;
                        match fiber.window(base) {
                            Some(window) => regs = window,
                            None => return self.overflow(),
                        }
                        fiber.set_top(base + code.registers);
                    }};
                }

                match inst.number() {
                    op::Move => a!().set(b!().get()),
                    op::LoadFar => a!().set(far(b!().get(), inst.index())),
                    op::StoreFar => attempt!(self.store_far(b!().get(), inst.index(), a!().get())),
                    op::LoadConst => a!().set(code.constant(inst.index())),
                    op::LoadInt => a!().set(Value::number(f64::from(inst.imm()))),
                    op::LoadNil => a!().set(Value::NIL),
                    op::LoadTrue => a!().set(Value::TRUE),
                    op::LoadFalse => a!().set(Value::FALSE),

                    op::GetGlobal => {
                        let globals = closure.module().globals();
                        match globals.slots().get(inst.index()).map(std::cell::Cell::get) {
                            Some(value) if !value.is_absent() => a!().set(value),
                            _ => break 'op self.undefined(code, inst.index()),
                        }
                    }
                    op::SetGlobal => {
                        let globals = closure.module().globals();
                        match globals.slots().get(inst.index()) {
                            Some(slot) if !slot.get().is_absent() => {
                                let value = a!().get();
                                self.replaces(closure.module(), inst.index(), slot.get());
                                slot.set(value);
                                self.rt.stored(globals, value);
                            }
                            _ => break 'op self.undefined(code, inst.index()),
                        }
                    }
                    op::DefineGlobal => {
                        self.define_global(closure.module(), inst.index(), a!().get());
                    }
                    op::NewBox => {
                        let cell = attempt!(self.mem(self.rt.box_cell(b!().get())));
                        a!().set(cell.into());
                    }
                    op::GetBox => a!().set(b!().get().get::<BoxCell>().map_or(Value::NIL, |cell| cell.get())),
                    op::SetBox => {
                        if let Some(cell) = a!().get().get::<BoxCell>() {
                            self.rt.set_box(cell, b!().get());
                        }
                    }
                    op::GetUp => a!().set(closure.captures()[inst.index()].get()),
                    op::GetUpBox => {
                        let cell = closure.captures()[inst.index()].get().get::<BoxCell>();
                        a!().set(cell.map_or(Value::NIL, |cell| cell.get()));
                    }
                    op::SetUpBox => {
                        if let Some(cell) = closure.captures()[inst.index()].get().get::<BoxCell>() {
                            self.rt.set_box(cell, a!().get());
                        }
                    }
                    op::Closure => {
                        let made = attempt!(self.make_closure(code, closure, regs, inst.index()));
                        a!().set(made);
                    }

                    op::Add => arithmetic!(b!().get(), c!().get(), |x, y| x + y, |x, y| self
                        .add_others(code, pc, x, y)),
                    op::Sub => numeric!(b!().get(), c!().get(), |x, y| x - y),
                    op::Mul => numeric!(b!().get(), c!().get(), |x, y| x * y),
                    op::Div => numeric!(b!().get(), c!().get(), |x, y| x / y),
                    op::Rem => numeric!(b!().get(), c!().get(), remainder),
                    op::AddK => {
                        let right = code.constant(inst.index());
                        arithmetic!(b!().get(), right, |x, y| x + y, |x, y| self.add_others(code, pc, x, y));
                    }
                    op::SubK => numeric!(b!().get(), code.constant(inst.index()), |x, y| x - y),
                    op::MulK => numeric!(b!().get(), code.constant(inst.index()), |x, y| x * y),
                    op::DivK => numeric!(b!().get(), code.constant(inst.index()), |x, y| x / y),
                    op::RemK => numeric!(b!().get(), code.constant(inst.index()), remainder),
                    op::SubFrom => numeric!(code.constant(inst.index()), b!().get(), |x, y| x - y),
                    op::DivFrom => numeric!(code.constant(inst.index()), b!().get(), |x, y| x / y),
                    op::Neg => match b!().get().as_number() {
                        Some(number) => a!().set(Value::number(-number)),
                        None => break 'op self.not_a_number(),
                    },
                    op::Not => a!().set(Value::bool(!b!().get().is_truthy())),

                    op::Eq => a!().set(Value::bool(b!().get().equals(c!().get()))),
                    op::Ne => a!().set(Value::bool(!b!().get().equals(c!().get()))),
                    op::Lt => a!().set(Value::bool(compare!(b!().get(), c!().get(), f64::lt))),
                    op::Le => a!().set(Value::bool(compare!(b!().get(), c!().get(), f64::le))),
                    op::Is => {
                        let is = attempt!(self.is(b!().get(), c!().get()));
                        a!().set(Value::bool(is));
                    }

                    op::Jump => jump!(),
                    op::JumpIf => jump_if!(a!().get().is_truthy()),
                    op::JumpIfNot => jump_if!(!a!().get().is_truthy()),
                    op::JumpIfPresent => jump_if!(!a!().get().is_absent()),
                    op::JumpEq => jump_if!(a!().get().equals(b!().get())),
                    op::JumpNe => jump_if!(!a!().get().equals(b!().get())),
                    op::JumpLt => jump_if!(compare!(a!().get(), b!().get(), f64::lt)),
                    op::JumpNotLt => jump_if!(!compare!(a!().get(), b!().get(), f64::lt)),
                    op::JumpLe => jump_if!(compare!(a!().get(), b!().get(), f64::le)),
                    op::JumpNotLe => jump_if!(!compare!(a!().get(), b!().get(), f64::le)),
                    op::JumpEqK => jump_if!(a!().get().equals(bk!())),
                    op::JumpNeK => jump_if!(!a!().get().equals(bk!())),
                    op::JumpLtK => jump_if!(compare!(a!().get(), bk!(), f64::lt)),
                    op::JumpNotLtK => jump_if!(!compare!(a!().get(), bk!(), f64::lt)),
                    op::JumpLeK => jump_if!(compare!(a!().get(), bk!(), f64::le)),
                    op::JumpNotLeK => jump_if!(!compare!(a!().get(), bk!(), f64::le)),
                    op::JumpGtK => jump_if!(compare!(a!().get(), bk!(), f64::gt)),
                    op::JumpNotGtK => jump_if!(!compare!(a!().get(), bk!(), f64::gt)),
                    op::JumpGeK => jump_if!(compare!(a!().get(), bk!(), f64::ge)),
                    op::JumpNotGeK => jump_if!(!compare!(a!().get(), bk!(), f64::ge)),

                    op::Loop => back!(),
                    op::LoopIf => back_if!(a!().get().is_truthy()),
                    op::LoopIfNot => back_if!(!a!().get().is_truthy()),
                    op::LoopLt => back_if!(compare!(a!().get(), b!().get(), f64::lt)),
                    op::LoopLe => back_if!(compare!(a!().get(), b!().get(), f64::le)),
                    op::LoopLtK => back_if!(compare!(a!().get(), bk!(), f64::lt)),
                    op::LoopLeK => back_if!(compare!(a!().get(), bk!(), f64::le)),
                    op::LoopGtK => back_if!(compare!(a!().get(), bk!(), f64::gt)),
                    op::LoopGeK => back_if!(compare!(a!().get(), bk!(), f64::ge)),
                    op::LoopAddLt => {
                        let step = code.constant(usize::from(inst.c()));
                        arithmetic!(a!().get(), step, |x, y| x + y, |x, y| self.add_others(code, pc, x, y));
                        if compare!(a!().get(), b!().get(), f64::lt) {
                            back!();
                        }
                    }
                    op::LoopAddLe => {
                        let step = code.constant(usize::from(inst.c()));
                        arithmetic!(a!().get(), step, |x, y| x + y, |x, y| self.add_others(code, pc, x, y));
                        if compare!(a!().get(), b!().get(), f64::le) {
                            back!();
                        }
                    }

                    op::GetProperty => {
                        let object = b!().get();
                        let value = match (code.cache(inst.index()).get(), object.get::<Instance>()) {
                            (Cache::Property(shape, number), Some(instance)) if instance.shape() == shape => {
                                instance.get(number)
                            }
                            _ => attempt!(self.get_property(code, (pc, inst.index()), object)),
                        };
                        a!().set(value);
                    }
                    op::SetProperty => {
                        let object = a!().get();
                        match (code.cache(inst.index()).get(), object.get::<Instance>()) {
                            (Cache::Property(shape, number), Some(instance)) if instance.shape() == shape => {
                                self.rt.set_property_at(instance, number, b!().get());
                            }
                            (Cache::Added(from, to), Some(instance))
                                if instance.shape() == from
                                    && self.rt.add_property_at(instance, to, b!().get()) => {}
                            _ => attempt!(self.set_property(code, (pc, inst.index()), object, b!().get())),
                        }
                    }
                    op::GetIndex => {
                        let (object, index) = (b!().get(), c!().get());
                        let element = object.get::<Array>().zip(index.as_number()).and_then(element);
                        let value = match element {
                            Some(value) => value,
                            None => attempt!(self.get_index(code, pc, object, index)),
                        };
                        a!().set(value);
                    }
                    op::SetIndex => {
                        let (object, index, value) = (a!().get(), b!().get(), c!().get());
                        let done = match (object.get::<Array>(), index.as_number()) {
                            (Some(array), Some(index)) if index > -1.0 => {
                                self.rt.set_element(array, index as i64 as usize, value)
                            }
                            _ => false,
                        };
                        if !done {
                            attempt!(self.set_index(code, pc, (object, index), value));
                        }
                    }
                    op::Slice => {
                        let bounds = (c!().get(), regs[usize::from(inst.c()) + 1].get());
                        let made = attempt!(self.slice(b!().get(), bounds));
                        a!().set(made);
                    }
                    op::NewArray => {
                        let first = usize::from(inst.b());
                        let values = &regs[first..first + usize::from(inst.c())];
                        let made = attempt!(self.new_array(values, inst.index()));
                        a!().set(made);
                    }
                    op::Append => {
                        let first = usize::from(inst.b());
                        attempt!(self.append(a!().get(), &regs[first..first + usize::from(inst.c())]));
                    }
                    op::NewTable => {
                        let made = attempt!(self.mem(self.rt.table(inst.index().min(MOST_ROOM))));
                        a!().set(made.into());
                    }
                    op::SetField => {
                        attempt!(self.set_field(a!().get(), code.string(inst.index()), b!().get()));
                    }
                    op::NewRange => {
                        let made = attempt!(self.new_range(b!().get(), c!().get()));
                        a!().set(made);
                    }
                    op::Class => {
                        let made = attempt!(self.mem(self.rt.class(code.string(inst.index()))));
                        a!().set(made.into());
                    }
                    op::Inherit => attempt!(self.inherit(a!().get(), b!().get())),
                    op::Method => self.method(a!().get(), code.string(inst.index()), b!().get()),
                    op::Interface => {
                        let made = attempt!(self.interface(code, inst.index()));
                        a!().set(made);
                    }
                    op::Implements => attempt!(self.implements(a!().get(), b!().get())),

                    op::IterStart => {
                        let container = b!().get();
                        attempt!(self.check_container(container));
                        a!().set(container);
                        regs[usize::from(inst.a()) + 1].set(Value::number(0.0));
                    }
                    op::IterNext => {
                        let (container, place) = (a!().get(), &regs[usize::from(inst.a()) + 1]);
                        let at = place.get().as_number().unwrap_or(0.0);
                        // The position is a number of the interpreter's own: never negative.
                        let quick = match container.get::<Array>() {
                            Some(array) => array.get(at as usize),
                            None => container
                                .get::<Range>()
                                .filter(|r| at < r.len() as f64)
                                .map(|r| (r.start + at).into()),
                        };
                        let value = match quick {
                            Some(value) => {
                                place.set(Value::number(at + 1.0));
                                Some((Value::number(at), value))
                            }
                            None => {
                                self.save_pc(fiber, pc);
                                attempt!(self.iterate(container, place, inst.c() == 2))
                            }
                        };
                        match value {
                            None => jump!(),
                            Some((_, value)) if inst.c() == 1 => b!().set(value),
                            Some((key, value)) => {
                                b!().set(key);
                                regs[usize::from(inst.b()) + 1].set(value);
                            }
                        }
                    }

                    op::Call => match a!().get().get::<Closure>() {
                        Some(function) => go!(function, u32::from(inst.b())),
                        None => {
                            let at = base + usize::from(inst.a());
                            called!(self.enter_other(fiber, code, at, (u32::from(inst.b()), pc)));
                        }
                    },
                    op::CallSpread => {
                        let args = regs[usize::from(inst.a()) + 1].get();
                        let value = attempt!(self.call_spread(fiber, a!().get(), args, pc));
                        a!().set(value);
                    }
                    op::InvokeSpread => {
                        let values = (a!().get(), regs[usize::from(inst.a()) + 1].get());
                        let value = attempt!(self.invoke_spread(fiber, code, values, (pc, inst.index())));
                        a!().set(value);
                    }
                    op::Invoke => match (code.cache(inst.index()).get(), a!().get().get::<Instance>()) {
                        (Cache::Method(shape, method), Some(instance)) if instance.shape() == shape => {
                            go!(method, u32::from(inst.b()));
                        }
                        _ => {
                            let at = (base + usize::from(inst.a()), pc);
                            called!(self.invoke(fiber, code, at, (inst.index(), u32::from(inst.b()))));
                        }
                    },
                    op::SuperInvoke => {
                        let method = attempt!(self.super_method(code, (pc, inst.index()), c!().get()));
                        go!(method, u32::from(inst.b()));
                    }
                    op::GetSuper => {
                        let method = attempt!(self.super_method(code, (pc, inst.index()), c!().get()));
                        let bound = attempt!(self.mem(self.rt.bind(b!().get(), method)));
                        a!().set(bound.into());
                    }
                    op::Return => finish!(a!().get()),
                    op::ReturnNil => finish!(Value::NIL),

                    op::Defer => {
                        let list = attempt!(self.defer(a!().get(), b!().get()));
                        a!().set(list);
                    }
                    op::RunDefers => {
                        let list = a!().get();
                        while let Some(deferred) = self.next_deferred(list, &a!()) {
                            b!().set(deferred);
                            called!(self.enter_deferred(fiber, base + usize::from(inst.b()), pc));
                        }
                    }

                    op::Throw => {
                        let value = a!().get();
                        let Err(thrown) = self.throw::<()>(value) else { continue 'op };
                        break 'op thrown;
                    }
                    op::Rethrow => break 'op self.rethrow(a!().get()),
                    op::Print => attempt!(self.print(a!().get())),
                    op::Assert => {
                        if !a!().get().is_truthy() {
                            let message = (inst.c() == 1).then(|| b!().get());
                            attempt!(self.assertion_failed(message));
                        }
                    }
                    op::Import => {
                        self.save_pc(fiber, pc);
                        let module = attempt!(self.import(fiber, code, inst.index()));
                        a!().set(module);
                    }
                    // The verifier lets no other number pass.
                    _ => break 'op self.no_instruction(),
                }
            };

            self.save_pc(fiber, pc);
            if !self.catch(fiber, floor, thrown) {
                return Err(thrown);
            }
        }
    }

    /// Stops a fiber, unless a native is waiting for what it executes.
    #[cold]
    fn wait(&self, fiber: &Fiber, floor: usize, value: Value) -> Res<Exit> {
        if floor > 0 {
            return self.fail("yield(): cannot yield across a native function");
        }
        debug_assert!(!std::ptr::eq(fiber, &*self.state.main));
        Ok(Exit::Yielded(value))
    }

    /// Looks for a handler, from the innermost frame on; without one the frames above `floor` are gone.
    #[cold]
    pub(crate) fn catch(&self, fiber: &Fiber, floor: usize, thrown: Thrown) -> bool {
        if thrown != Thrown::Value {
            fiber.truncate(floor);
            return false;
        }
        self.note_trace(fiber);
        while fiber.depth() > floor {
            let Some(frame) = fiber.frame() else { break };
            let function = self.code(frame.code()).function();
            let at = frame.pc().saturating_sub(1);
            let handler = function.handlers.iter().find(|each| each.start <= at && at < each.end);
            if let Some(handler) = handler {
                frame.set_pc(handler.target);
                if let Some(slot) = fiber.slot(fiber.base_of(frame) + usize::from(handler.register)) {
                    slot.set(self.state.thrown.get());
                }
                return true;
            }
            fiber.pop();
        }
        false
    }
}

/// Room that a literal can ask for beforehand.
pub(crate) const MOST_ROOM: usize = 1 << 16;

/// The element of an array at a number that is truncated; none when it is not there.
#[inline(always)]
pub(crate) fn element((array, index): (heap::Gc<Array>, f64)) -> Option<Value> {
    // The comparison is false for NaN, which would be truncated to 0.
    if index > -1.0 { array.get(index as i64 as usize) } else { None }
}

/// An element of the array that holds what has no register.
pub(crate) fn far(array: Value, index: usize) -> Value {
    array.get::<Array>().and_then(|array| array.get(index)).unwrap_or_default()
}
