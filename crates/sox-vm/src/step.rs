//! Single instructions, for compiled code that leaves them to the interpreter.
//!
//! The arms are those of the interpreter's loop, without what is there for speed.

use crate::call::Called;
use crate::code::{Cache, Code};
use crate::error::Res;
use crate::op;
use crate::run::{MOST_ROOM, element, far};
use crate::vm::Vm;
use heap::Gc;
use sox_bytecode::Inst;
use sox_rt::number::remainder;
use sox_rt::{Array, BoxCell, Closure, Fiber, Frame, Instance, Range, Value, Window};
use std::cell::Cell;

/// An instruction with what it works on.
#[derive(Clone, Copy)]
struct Step<'a> {
    vm: &'a Vm,
    fiber: &'a Fiber,
    code: &'a Code,
    closure: Gc<Closure>,
    regs: &'a Window,
    base: usize,
    /// The next instruction.
    pc: usize,
    inst: Inst,
}

impl Vm {
    /// Executes an instruction of the innermost function of the main fiber; whether it jumps. A return leaves its value in
    /// register 0.
    pub(crate) fn step(&self, frame: &Frame, at: usize) -> Res<bool> {
        let (fiber, code) = (&*self.state.main, self.code(frame.code()));
        let base = fiber.base_of(frame);
        let Some(regs) = fiber.window(base) else { return self.overflow() };
        let (Some(closure), Some(inst)) = (frame.closure(), code.insts.get(at).copied()) else {
            return Err(self.no_instruction());
        };
        let step = Step { vm: self, fiber, code, closure, regs, base, pc: at + 1, inst };
        match inst.number() {
            op::Jump..=op::LoopAddLe => step.jumps(),
            op::IterNext => step.iterates(),
            op::Call..=op::SuperInvoke | op::RunDefers => step.calls().map(|()| false),
            op::Move..=op::Is => step.computes().map(|()| false),
            _ => step.others().map(|()| false),
        }
    }
}

impl<'a> Step<'a> {
    fn a(self) -> &'a Cell<Value> {
        &self.regs[usize::from(self.inst.a())]
    }

    fn b(self) -> &'a Cell<Value> {
        &self.regs[usize::from(self.inst.b())]
    }

    fn c(self) -> &'a Cell<Value> {
        &self.regs[usize::from(self.inst.c())]
    }

    /// The register behind A.
    fn behind_a(self) -> &'a Cell<Value> {
        &self.regs[usize::from(self.inst.a()) + 1]
    }

    /// The constant that the immediate names.
    fn constant(self) -> Value {
        self.code.constant(self.inst.index())
    }

    /// Registers in a row, C of them from B on.
    fn row(self) -> &'a [Cell<Value>] {
        let first = usize::from(self.inst.b());
        &self.regs[first..first + usize::from(self.inst.c())]
    }

    fn add(self, x: Value, y: Value) -> Res {
        match (x.as_number(), y.as_number()) {
            (Some(x), Some(y)) => Ok(Value::number(x + y)),
            _ => self.vm.add_others(self.code, self.pc, x, y),
        }
    }

    fn numeric(self, x: Value, y: Value, operation: impl FnOnce(f64, f64) -> f64) -> Res {
        match (x.as_number(), y.as_number()) {
            (Some(x), Some(y)) => Ok(Value::number(operation(x, y))),
            _ => Err(self.vm.not_numbers()),
        }
    }

    fn compare(self, x: Value, y: Value, test: fn(&f64, &f64) -> bool) -> Res<bool> {
        match (x.as_number(), y.as_number()) {
            (Some(x), Some(y)) => Ok(test(&x, &y)),
            _ => Err(self.vm.not_numbers()),
        }
    }

    /// Jumps but those of iterations.
    fn jumps(self) -> Res<bool> {
        let (a, b) = (self.a().get(), self.b().get());
        let bk = || self.code.constant(usize::from(self.inst.b()));
        Ok(match self.inst.number() {
            op::Jump | op::Loop => true,
            op::JumpIf | op::LoopIf => a.is_truthy(),
            op::JumpIfNot | op::LoopIfNot => !a.is_truthy(),
            op::JumpIfPresent => !a.is_absent(),
            op::JumpEq => a.equals(b),
            op::JumpNe => !a.equals(b),
            op::JumpLt | op::LoopLt => self.compare(a, b, f64::lt)?,
            op::JumpNotLt => !self.compare(a, b, f64::lt)?,
            op::JumpLe | op::LoopLe => self.compare(a, b, f64::le)?,
            op::JumpNotLe => !self.compare(a, b, f64::le)?,
            op::JumpEqK => a.equals(bk()),
            op::JumpNeK => !a.equals(bk()),
            op::JumpLtK | op::LoopLtK => self.compare(a, bk(), f64::lt)?,
            op::JumpNotLtK => !self.compare(a, bk(), f64::lt)?,
            op::JumpLeK | op::LoopLeK => self.compare(a, bk(), f64::le)?,
            op::JumpNotLeK => !self.compare(a, bk(), f64::le)?,
            op::JumpGtK | op::LoopGtK => self.compare(a, bk(), f64::gt)?,
            op::JumpNotGtK => !self.compare(a, bk(), f64::gt)?,
            op::JumpGeK | op::LoopGeK => self.compare(a, bk(), f64::ge)?,
            op::JumpNotGeK => !self.compare(a, bk(), f64::ge)?,
            op::LoopAddLt | op::LoopAddLe => {
                let sum = self.add(a, self.code.constant(usize::from(self.inst.c())))?;
                self.a().set(sum);
                // The bound may be the very register that was added to.
                let test = if self.inst.number() == op::LoopAddLt { f64::lt } else { f64::le };
                self.compare(sum, self.b().get(), test)?
            }
            _ => return Err(self.vm.no_instruction()),
        })
    }

    /// Moves, variables, operators.
    fn computes(self) -> Res<()> {
        let (vm, inst) = (self.vm, self.inst);
        let value = match inst.number() {
            op::StoreFar => return vm.store_far(self.b().get(), inst.index(), self.a().get()),
            op::SetGlobal => return self.sets_global(),
            op::DefineGlobal => {
                vm.define_global(self.closure.module(), inst.index(), self.a().get());
                return Ok(());
            }
            op::SetBox | op::SetUpBox => {
                let (cell, value) = match inst.number() {
                    op::SetBox => (self.a().get(), self.b().get()),
                    _ => (self.closure.captures()[inst.index()].get(), self.a().get()),
                };
                cell.get::<BoxCell>().into_iter().for_each(|cell| vm.rt.set_box(cell, value));
                return Ok(());
            }
            op::Move => self.b().get(),
            op::LoadFar => far(self.b().get(), inst.index()),
            op::LoadConst => self.constant(),
            op::LoadInt => Value::number(f64::from(inst.imm())),
            op::LoadNil => Value::NIL,
            op::LoadTrue => Value::TRUE,
            op::LoadFalse => Value::FALSE,
            op::GetGlobal => self.global()?,
            op::NewBox => vm.mem(vm.rt.box_cell(self.b().get()))?.into(),
            op::GetBox => self.b().get().get::<BoxCell>().map_or(Value::NIL, |cell| cell.get()),
            op::GetUp => self.closure.captures()[inst.index()].get(),
            op::GetUpBox => {
                let cell = self.closure.captures()[inst.index()].get().get::<BoxCell>();
                cell.map_or(Value::NIL, |cell| cell.get())
            }
            op::Closure => vm.make_closure(self.code, self.closure, self.regs, inst.index())?,
            _ => self.operates()?,
        };
        self.a().set(value);
        Ok(())
    }

    fn global(self) -> Res {
        let globals = self.closure.module().globals();
        match globals.slots().get(self.inst.index()).map(Cell::get) {
            Some(value) if !value.is_absent() => Ok(value),
            _ => Err(self.vm.undefined(self.code, self.inst.index())),
        }
    }

    fn sets_global(self) -> Res<()> {
        self.global()?;
        self.vm.define_global(self.closure.module(), self.inst.index(), self.a().get());
        Ok(())
    }

    /// Operators.
    fn operates(self) -> Res {
        let (b, c, k) = (self.b().get(), self.c().get(), || self.constant());
        match self.inst.number() {
            op::Add => self.add(b, c),
            op::Sub => self.numeric(b, c, |x, y| x - y),
            op::Mul => self.numeric(b, c, |x, y| x * y),
            op::Div => self.numeric(b, c, |x, y| x / y),
            op::Rem => self.numeric(b, c, remainder),
            op::AddK => self.add(b, k()),
            op::SubK => self.numeric(b, k(), |x, y| x - y),
            op::MulK => self.numeric(b, k(), |x, y| x * y),
            op::DivK => self.numeric(b, k(), |x, y| x / y),
            op::RemK => self.numeric(b, k(), remainder),
            op::SubFrom => self.numeric(k(), b, |x, y| x - y),
            op::DivFrom => self.numeric(k(), b, |x, y| x / y),
            op::Neg => match b.as_number() {
                Some(number) => Ok(Value::number(-number)),
                None => Err(self.vm.not_a_number()),
            },
            op::Not => Ok(Value::bool(!b.is_truthy())),
            op::Eq => Ok(Value::bool(b.equals(c))),
            op::Ne => Ok(Value::bool(!b.equals(c))),
            op::Lt => self.compare(b, c, f64::lt).map(Value::bool),
            op::Le => self.compare(b, c, f64::le).map(Value::bool),
            op::Is => self.vm.is(b, c).map(Value::bool),
            _ => Err(self.vm.no_instruction()),
        }
    }

    /// Objects, and the rest that does not call.
    fn others(self) -> Res<()> {
        let (vm, code, inst) = (self.vm, self.code, self.inst);
        let (a, b) = (self.a().get(), self.b().get());
        let value = match inst.number() {
            op::SetProperty => return self.sets_property(),
            op::SetIndex => return self.sets_index(),
            op::Append => return vm.append(a, self.row()),
            op::SetField => return vm.set_field(a, code.string(inst.index()), b),
            op::Inherit => return vm.inherit(a, b),
            op::Implements => return vm.implements(a, b),
            op::Method => {
                vm.method(a, code.string(inst.index()), b);
                return Ok(());
            }
            op::IterStart => {
                vm.check_container(b)?;
                self.behind_a().set(Value::number(0.0));
                b
            }
            op::Return | op::ReturnNil => {
                let value = if inst.number() == op::Return { a } else { Value::NIL };
                self.regs[0].set(value);
                return Ok(());
            }
            op::Throw => return vm.throw(a),
            op::Rethrow => return Err(vm.rethrow(a)),
            op::Print => return vm.print(a),
            op::Assert => {
                let message = (inst.c() == 1).then_some(b);
                return if a.is_truthy() { Ok(()) } else { vm.assertion_failed(message) };
            }
            _ => self.makes()?,
        };
        self.a().set(value);
        Ok(())
    }

    /// What hands back a value.
    fn makes(self) -> Res {
        let (vm, code, inst) = (self.vm, self.code, self.inst);
        match inst.number() {
            op::GetProperty => self.property(),
            op::GetIndex => self.index(),
            op::Slice => {
                let bounds = (self.c().get(), self.regs[usize::from(inst.c()) + 1].get());
                vm.slice(self.b().get(), bounds)
            }
            op::NewArray => vm.new_array(self.row(), inst.index()),
            op::NewTable => Ok(vm.mem(vm.rt.table(inst.index().min(MOST_ROOM)))?.into()),
            op::NewRange => vm.new_range(self.b().get(), self.c().get()),
            op::Class => Ok(vm.mem(vm.rt.class(code.string(inst.index())))?.into()),
            op::Interface => vm.interface(code, inst.index()),
            op::GetSuper => {
                let method = vm.super_method(code, (self.pc, inst.index()), self.c().get())?;
                Ok(vm.mem(vm.rt.bind(self.b().get(), method))?.into())
            }
            op::Defer => vm.defer(self.a().get(), self.b().get()),
            op::Import => vm.import(self.fiber, code, inst.index()),
            _ => Err(vm.no_instruction()),
        }
    }

    fn property(self) -> Res {
        let (object, cache) = (self.b().get(), self.inst.index());
        match (self.code.cache(cache).get(), object.get::<Instance>()) {
            (Cache::Property(shape, number), Some(instance)) if instance.shape() == shape => {
                Ok(instance.get(number))
            }
            _ => self.vm.get_property(self.code, (self.pc, cache), object),
        }
    }

    fn sets_property(self) -> Res<()> {
        let (object, value, cache) = (self.a().get(), self.b().get(), self.inst.index());
        match (self.code.cache(cache).get(), object.get::<Instance>()) {
            (Cache::Property(shape, number), Some(instance)) if instance.shape() == shape => {
                self.vm.rt.set_property_at(instance, number, value);
                Ok(())
            }
            (Cache::Added(from, to), Some(instance))
                if instance.shape() == from && self.vm.rt.add_property_at(instance, to, value) =>
            {
                Ok(())
            }
            _ => self.vm.set_property(self.code, (self.pc, cache), object, value),
        }
    }

    fn index(self) -> Res {
        let (object, index) = (self.b().get(), self.c().get());
        match object.get::<Array>().zip(index.as_number()).and_then(element) {
            Some(value) => Ok(value),
            None => self.vm.get_index(self.code, self.pc, object, index),
        }
    }

    fn sets_index(self) -> Res<()> {
        let (object, index, value) = (self.a().get(), self.b().get(), self.c().get());
        let done = match (object.get::<Array>(), index.as_number()) {
            (Some(array), Some(index)) if index > -1.0 => {
                self.vm.rt.set_element(array, index as i64 as usize, value)
            }
            _ => false,
        };
        if done { Ok(()) } else { self.vm.set_index(self.code, self.pc, (object, index), value) }
    }

    /// The next of an iteration; whether there is none.
    fn iterates(self) -> Res<bool> {
        let (container, place) = (self.a().get(), self.behind_a());
        let at = place.get().as_number().unwrap_or(0.0);
        let quick = match container.get::<Array>() {
            Some(array) => array.get(at as usize),
            None => container.get::<Range>().filter(|r| at < r.len() as f64).map(|r| (r.start + at).into()),
        };
        let next = match quick {
            Some(value) => {
                place.set(Value::number(at + 1.0));
                Some((Value::number(at), value))
            }
            None => self.vm.iterate(container, place, self.inst.c() == 2)?,
        };
        match next {
            None => return Ok(true),
            Some((_, value)) if self.inst.c() == 1 => self.b().set(value),
            Some((key, value)) => {
                self.b().set(key);
                self.regs[usize::from(self.inst.b()) + 1].set(value);
            }
        }
        Ok(false)
    }

    /// Calls, to their ends.
    fn calls(self) -> Res<()> {
        let (vm, fiber, code, inst) = (self.vm, self.fiber, self.code, self.inst);
        let (at, count) = (self.base + usize::from(inst.a()), u32::from(inst.b()));
        let args = || (self.a().get(), self.behind_a().get());
        match inst.number() {
            op::Call => match self.a().get().get::<Closure>() {
                Some(function) => self.goes(function),
                None => self.completes(|| vm.enter_other(fiber, code, at, (count, self.pc))),
            },
            op::Invoke => match (code.cache(inst.index()).get(), self.a().get().get::<Instance>()) {
                (Cache::Method(shape, method), Some(instance)) if instance.shape() == shape => {
                    self.goes(method)
                }
                _ => self.completes(|| vm.invoke(fiber, code, (at, self.pc), (inst.index(), count))),
            },
            op::SuperInvoke => self.goes(vm.super_method(code, (self.pc, inst.index()), self.c().get())?),
            op::CallSpread => {
                let (callee, args) = args();
                vm.call_spread(fiber, callee, args, self.pc).map(|value| self.a().set(value))
            }
            op::InvokeSpread => {
                let value = vm.invoke_spread(fiber, code, args(), (self.pc, inst.index()))?;
                self.a().set(value);
                Ok(())
            }
            op::RunDefers => {
                while let Some(deferred) = vm.next_deferred(self.a().get(), self.a()) {
                    self.b().set(deferred);
                    let at = self.base + usize::from(inst.b());
                    self.completes(|| vm.enter(fiber, at, 0, self.pc))?;
                }
                Ok(())
            }
            _ => Err(vm.no_instruction()),
        }
    }

    /// Calls a closure that is in place with its arguments.
    fn goes(self, function: Gc<Closure>) -> Res<()> {
        let (at, count) = (self.base + usize::from(self.inst.a()), u32::from(self.inst.b()));
        let target = function.info().code + 1;
        if self.code.targets[self.pc - 1].get() != target {
            self.code.note_target(self.pc - 1, target);
        }
        self.completes(|| {
            let called = self.vm.enter_closure(self.fiber, function, at, count, self.pc)?;
            if matches!(called, Called::Frame) {
                self.vm.count()?;
            }
            Ok(called)
        })
    }

    /// Makes a call and waits for its end.
    fn completes(self, call: impl FnOnce() -> Res<Called>) -> Res<()> {
        let floor = self.fiber.depth();
        match call()? {
            Called::Done => Ok(()),
            Called::Frame => self.vm.complete(self.fiber, floor),
            Called::Yield(_) => self.vm.fail("yield(): cannot yield across a native function"),
        }
    }
}
