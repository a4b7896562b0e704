//! Single instructions that optimized code has done, for less than [`Vm::step_through`] costs.
//!
//! Each of these functions executes one instruction of the innermost frame, by number: operands are in the frame's registers as far as the
//! instruction reads them, and what it comes to is handed back, not stored. No other register is looked at, nor the countdown
//! where nothing is said of user code. What throws comes to *empty*; optimized code calls [`Vm::lean_thrown`] then, with the
//! registers that handlers look at in place. None of the functions changes which frame is the innermost one.

use crate::call::{Called, Site};
use crate::error::Res;
use crate::optimized::Stepped;
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::{Inst, Op, Operand};
use js_rt::{Cache, Code, Frame, Value};
use std::cell::Cell;
use std::cmp::Ordering::{self, Equal, Greater, Less};

/// An instruction with what it has before it.
struct At<'a> {
    frame: &'a Frame,
    code: Gc<Code>,
    inst: Inst,
    registers: &'a [Cell<Value>],
}

impl At<'_> {
    fn reg(&self, number: u16) -> Value {
        self.registers[usize::from(number)].get()
    }

    fn a(&self) -> Value {
        self.reg(self.inst.a())
    }

    fn b(&self) -> Value {
        self.reg(self.inst.b())
    }

    fn c(&self) -> Value {
        self.reg(self.inst.cr())
    }

    fn cache(&self) -> &Cache {
        &self.code.caches[self.inst.c() as usize]
    }

    fn strict(&self) -> bool {
        self.code.function.flags.strict
    }

    /// What a comparison, or a jump that depends on one, compares.
    fn compared(&self) -> (Value, Value) {
        let op = self.inst.op();
        match op.operands() {
            _ if !op.jumps() => (self.b(), self.c()),
            [_, Operand::Int, _] => (self.a(), Value::int(self.inst.bs().into())),
            _ => (self.a(), self.b()),
        }
    }

    fn site(&self) -> Site {
        let base = self.frame.base.get() as usize + usize::from(self.inst.b());
        Site { base, argc: self.inst.c() as usize, dst: self.inst.a() }
    }
}

impl Vm {
    /// Executes an instruction; what it throws waits for [`Vm::lean_thrown`].
    #[inline(always)]
    fn lean(&self, pc: u32, run: impl FnOnce(At<'_>) -> Res<Value>) -> Value {
        match self.at(pc).map_or(Ok(Value::UNDEFINED), run) {
            Ok(value) => value,
            Err(thrown) => {
                self.state.lean_thrown.set(Some(thrown));
                Value::EMPTY
            }
        }
    }

    /// The same without a result.
    #[inline(always)]
    fn lean_unit(&self, pc: u32, run: impl FnOnce(At<'_>) -> Res<()>) -> Value {
        self.lean(pc, |at| run(at).map(|()| Value::TRUE))
    }

    #[inline(always)]
    fn at(&self, pc: u32) -> Option<At<'_>> {
        let stack = &self.state.stack;
        let frame = stack.frame()?;
        let code = frame.code.get()?;
        let registers = stack.window(frame.base.get() as usize)?;
        frame.pc.set(pc + 1);
        Some(At { frame, code, inst: code.function.insts[pc as usize], registers })
    }

    /// The instruction that one of these functions executed last has thrown: on to a handler, or out of the frame.
    #[cold]
    pub fn lean_thrown(&self) -> Stepped {
        let depth = self.state.stack.depth();
        let (Some(thrown), Some((frame, code))) = (self.state.lean_thrown.take(), self.begin_frame()) else {
            return Stepped::Left;
        };
        let stepped = self.thrown_in(frame, depth, thrown);
        // The frame may be gone, but its code, in which we are, has to be there.
        std::hint::black_box(code);
        stepped
    }

    /// What a call that was begun comes to.
    #[inline]
    fn lean_called(&self, at: &At<'_>, called: Called, depth: usize) -> Res<Value> {
        match called {
            Called::Done(value) => Ok(value),
            Called::Frame => {
                let result = self.interpret(depth);
                self.state.stack.set_top(at.frame.top.get() as usize);
                result
            }
        }
    }
}

/// Instructions that run no user code.
impl Vm {
    /// `NewObject`
    pub fn lean_new_object(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.new_literal(at.inst.c()))
    }

    /// `NewArray`
    pub fn lean_new_array(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.new_array_literal(at.inst.c()))
    }

    /// `ArrayPush`
    pub fn lean_append(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| self.append_element(at.a(), at.b()))
    }

    /// `Closure`
    pub fn lean_closure(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.new_closure(at.code, at.inst.c(), at.b()))
    }

    /// `NewEnv`
    pub fn lean_new_env(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.new_scope(at.code, at.b(), at.inst.c()))
    }

    /// `CopyEnv`
    pub fn lean_copy_env(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.copy_scope(at.a()))
    }

    /// `TypeOf`
    pub fn lean_type_of(&self, pc: u32) -> Value {
        self.lean(pc, |at| Ok(self.typeof_text(at.b())))
    }
}

/// Instructions that may run user code, which finds the countdown in memory.
impl Vm {
    /// `GetProperty`, `GetMethod`, and `GetLength` of what is no string or array
    pub fn lean_get_property(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.get_cached(at.cache(), at.b()))
    }

    /// `SetProperty`
    pub fn lean_set_property(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| self.set_cached(at.cache(), at.a(), at.b(), at.strict()))
    }

    /// `DefineField`
    pub fn lean_define_field(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| self.define_cached(at.cache(), at.a(), at.b()))
    }

    /// `GetGlobal`
    pub fn lean_get_global(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.get_global_cached(at.cache()))
    }

    /// `SetGlobal`
    pub fn lean_set_global(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| self.set_global_cached(at.cache(), at.a(), at.strict()))
    }

    /// `GetElement` and `GetElementMethod`
    pub fn lean_get_element(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.get_element_at(at.b(), at.c()))
    }

    /// `SetElement`
    pub fn lean_set_element(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| self.set_element_at(at.a(), at.b(), at.c(), at.strict()))
    }

    /// `Add` of what is no number
    pub fn lean_add(&self, pc: u32) -> Value {
        self.lean(pc, |at| {
            let right = match at.inst.op() {
                Op::AddInt => Value::int(at.inst.cs()),
                _ => at.c(),
            };
            self.add_slow(at.b(), right)
        })
    }

    /// `ToStr`
    pub fn lean_text(&self, pc: u32) -> Value {
        self.lean(pc, |at| match at.b() {
            text if text.is_string() => Ok(text),
            other => self.text_of(other),
        })
    }

    /// An order of values, or a jump that depends on one: the table of orders has its number.
    pub fn lean_order(&self, pc: u32, order: u32) -> Value {
        self.lean(pc, |at| {
            let (x, y) = at.compared();
            let found = self.compare(x, y)?;
            Ok(Value::bool(found.is_some_and(|found| ORDERS[order as usize & 3].contains(&found))))
        })
    }

    /// IsLooselyEqual, or a jump that depends on it
    pub fn lean_loosely_equal(&self, pc: u32) -> Value {
        self.lean(pc, |at| {
            let (x, y) = at.compared();
            Ok(Value::bool(self.is_loosely_equal(x, y)?))
        })
    }

    /// `InstanceOf`
    pub fn lean_instance_of(&self, pc: u32) -> Value {
        self.lean(pc, |at| Ok(Value::bool(self.instance_of(at.b(), at.c())?)))
    }

    /// `In`
    pub fn lean_has(&self, pc: u32) -> Value {
        self.lean(pc, |at| Ok(Value::bool(self.has_element(at.c(), at.b())?)))
    }

    /// `GetPrivate`
    pub fn lean_get_private(&self, pc: u32) -> Value {
        self.lean(pc, |at| self.get_private(at.b(), at.c()))
    }

    /// `SetPrivate`
    pub fn lean_set_private(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| self.set_private(at.a(), at.b(), at.c()))
    }

    /// `GetIterator`: the iterator's three registers are written.
    pub fn lean_iterator_open(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| {
            let (object, next) = match at.inst.c() {
                0 => self.open_iterator(at.b())?,
                _ => self.open_plain_iterator(at.b())?,
            };
            let first = usize::from(at.inst.a());
            let cells = at.registers[first..first + 3].iter();
            cells.zip([object, next, Value::UNDEFINED]).for_each(|(cell, value)| cell.set(value));
            Ok(())
        })
    }

    /// `IteratorNext`: the iterator's registers are written; none at the end.
    pub fn lean_iterator_next(&self, pc: u32) -> Option<Value> {
        let mut done = false;
        let value = self.lean(pc, |at| {
            let first = usize::from(at.inst.b());
            let next = self.next_of(&at.registers[first], &at.registers[first + 1])?;
            done = next.is_none();
            Ok(next.unwrap_or(Value::UNDEFINED))
        });
        Some(value).filter(|_| !done)
    }

    /// `IteratorClose`
    pub fn lean_iterator_close(&self, pc: u32) -> Value {
        self.lean_unit(pc, |at| self.close_registers(at.a(), at.reg(at.inst.a() + 1), at.inst.c() != 0))
    }

    /// `Call`
    pub fn lean_call(&self, pc: u32) -> Value {
        let depth = self.state.stack.depth();
        self.lean(pc, |at| {
            self.poll()?;
            let called = self.begin_call(at.site())?;
            self.lean_called(&at, called, depth)
        })
    }

    /// `New`
    pub fn lean_construct(&self, pc: u32) -> Value {
        let depth = self.state.stack.depth();
        self.lean(pc, |at| {
            let called = self.begin_construct(at.site(), at.reg(at.inst.b() + 1))?;
            self.lean_called(&at, called, depth)
        })
    }
}

/// `<`, `<=`, `>`, `>=`: which orders make it true.
const ORDERS: [&[Ordering]; 4] = [&[Less], &[Less, Equal], &[Greater], &[Greater, Equal]];
