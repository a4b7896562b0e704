//! The interpreter's loop.
//!
//! Every instruction has one arm. What is short and common is done in place; everything else calls a method that gets what it
//! needs by value, so that the frame's parts stay in machine registers.

use crate::call::{Called, Site, mark};
use crate::error::{Res, Throw};
use crate::tier::{Left, Next};
use crate::vm::Vm;
use js_bytecode::Op;
use js_rt::{CacheKind, Class, Value};
use std::cmp::Ordering;

/// How a frame was left because of an exception.
pub(crate) enum Unwound {
    /// A handler was found: its frame goes on.
    Handled,
    /// A call made by native code ends with this.
    Out(Res<Value>),
}

impl Vm {
    /// Executes the innermost function and what it calls, until no more than `floor` functions are left.
    pub(crate) fn interpret(&self, floor: usize) -> Res<Value> {
        let realm_before = self.state.realm.get();
        let compiled = self.state.stack.frame().and_then(|frame| frame.code.get());
        // Mostly there is nothing to interpret.
        if compiled.is_some_and(|code| code.native.is_compiled()) {
            let left = self.enter_compiled(floor);
            // Taken apart and made anew: to copy it as a whole means to wait for its parts, which were stored one by one just now.
            match left {
                Left::Done(Ok(value)) => {
                    self.state.realm.set(realm_before);
                    return Ok(value);
                }
                Left::Done(Err(thrown)) => {
                    self.state.realm.set(realm_before);
                    return Err(thrown);
                }
                Left::Frame => {}
            }
        }
        let result = match self.run::<false>(floor) {
            Next::Done(result) => result,
            // Only a run of one instruction ends like this.
            Next::Next | Next::Frame => Ok(Value::UNDEFINED),
        };
        self.state.realm.set(realm_before);
        result
    }

    /// The same, or one instruction of the innermost function: for compiled code, which is so executed by the same lines.
    #[expect(
        clippy::too_many_lines,
        clippy::cognitive_complexity,
        reason = "one arm per instruction: dispatch is a single jump"
    )]
    pub(crate) fn run<const ONE: bool>(&self, floor: usize) -> Next {
        let stack = &self.state.stack;
        let mut executed = false;
        'frame: loop {
            if ONE && executed {
                return Next::Frame;
            }
            let Some((frame, Some(code))) = stack.frame().map(|frame| (frame, frame.code.get())) else {
                return Next::Done(Ok(Value::UNDEFINED));
            };
            if !ONE && (code.native.is_compiled() || self.warm(code)) {
                match self.enter_compiled(floor) {
                    Left::Frame => continue 'frame,
                    Left::Done(result) => return Next::Done(result),
                }
            }
            self.state.realm.set(Some(code.unit.realm));
            let base = frame.base.get() as usize;
            let insts = &*code.function.insts;
            let mut pc = frame.pc.get() as usize;
            let Some(regs) = stack.window(base) else { return Next::Done(Err(self.stack_overflow())) };
            stack.set_top(frame.top.get() as usize);

            let thrown: Throw = 'op: loop {
                if ONE && executed {
                    frame.pc.set(pc as u32);
                    return Next::Next;
                }
                executed = true;
                let inst = insts[pc];
                pc += 1;
                #[cfg(debug_assertions)]
                self.state.executed.borrow_mut().insert(inst.op());

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
                        regs[usize::from(inst.cr())]
                    };
                }
                // What may fail or look at the stack of calls.
                macro_rules! attempt {
                    ($result:expr) => {{
                        frame.pc.set(pc as u32);
                        match $result {
                            Ok(value) => value,
                            Err(thrown) => break 'op thrown,
                        }
                    }};
                }
                macro_rules! jump {
                    () => {
                        pc = pc.wrapping_add_signed(inst.cs() as isize)
                    };
                }
                macro_rules! jump_if {
                    ($test:expr) => {
                        if $test {
                            jump!();
                        }
                    };
                }
                macro_rules! back {
                    () => {{
                        attempt!(self.poll());
                        jump!();
                        if !ONE && self.warm(code) {
                            frame.pc.set(pc as u32);
                            continue 'frame;
                        }
                    }};
                }
                macro_rules! back_if {
                    ($test:expr) => {
                        if $test {
                            back!();
                        }
                    };
                }
                // Int32 in place, doubles in place, the rest by `slow`.
                macro_rules! arithmetic {
                    ($x:expr, $y:expr, $int:expr, $double:expr, $slow:expr) => {{
                        let (x, y): (Value, Value) = ($x, $y);
                        let value = match (x.as_int(), y.as_int()) {
                            (Some(i), Some(j)) => match $int(i, j) {
                                Some(value) => Value::int(value),
                                None => Value::number($double(f64::from(i), f64::from(j))),
                            },
                            _ => match (x.as_number(), y.as_number()) {
                                (Some(i), Some(j)) => Value::number($double(i, j)),
                                _ => attempt!($slow(self, x, y)),
                            },
                        };
                        a!().set(value);
                    }};
                }
                macro_rules! bits {
                    ($x:expr, $y:expr, $int:expr, $slow:expr) => {{
                        let (x, y): (Value, Value) = ($x, $y);
                        let value = match (x.as_int(), y.as_int()) {
                            (Some(i), Some(j)) => $int(i, j),
                            _ => attempt!($slow(self, x, y)),
                        };
                        a!().set(value);
                    }};
                }
                // Comparison of numbers in place; `slow` gives what it is for others.
                macro_rules! compare {
                    ($x:expr, $y:expr, $test:expr, $numbers:expr, $slow:expr) => {{
                        let (x, y): (Value, Value) = ($x, $y);
                        match (x.as_int(), y.as_int()) {
                            (Some(i), Some(j)) => $test(&i, &j),
                            _ => match (x.as_number(), y.as_number()) {
                                (Some(i), Some(j)) => $numbers(&i, &j),
                                _ => attempt!($slow(self, x, y)),
                            },
                        }
                    }};
                }
                macro_rules! lt {
                    ($x:expr, $y:expr) => {
                        compare!($x, $y, i32::lt, f64::lt, Vm::lt_values)
                    };
                }
                macro_rules! le {
                    ($x:expr, $y:expr) => {
                        compare!($x, $y, i32::le, f64::le, Vm::le_values)
                    };
                }
                macro_rules! gt {
                    ($x:expr, $y:expr) => {
                        compare!($x, $y, i32::gt, f64::gt, Vm::gt_values)
                    };
                }
                macro_rules! ge {
                    ($x:expr, $y:expr) => {
                        compare!($x, $y, i32::ge, f64::ge, Vm::ge_values)
                    };
                }
                macro_rules! int_b {
                    () => {
                        Value::int(i32::from(inst.bs()))
                    };
                }
                macro_rules! int_c {
                    () => {
                        Value::int(inst.cs())
                    };
                }
                macro_rules! equal {
                    () => {{
                        let (x, y) = (a!().get(), b!().get());
                        if x.is_int() && y.is_int() { x == y } else { attempt!(self.is_loosely_equal(x, y)) }
                    }};
                }
                macro_rules! constant {
                    () => {
                        code.constants.get(inst.c() as usize).copied().unwrap_or(Value::UNDEFINED)
                    };
                }
                macro_rules! cache {
                    () => {
                        &code.caches[inst.c() as usize]
                    };
                }
                // A call was made: its result is there, or its frame.
                macro_rules! called {
                    ($called:expr) => {
                        match attempt!($called) {
                            Called::Done(value) => a!().set(value),
                            Called::Frame => continue 'frame,
                        }
                    };
                }
                macro_rules! site {
                    ($argc:expr) => {
                        Site { base: base + usize::from(inst.b()), argc: $argc, dst: inst.a() }
                    };
                }
                // Back to the caller with a value.
                macro_rules! give {
                    ($value:expr) => {{
                        let value: Value = $value;
                        let dst = usize::from(frame.dst.get());
                        stack.pop();
                        if stack.depth() <= floor {
                            return Next::Done(Ok(value));
                        }
                        if let Some(caller) = stack.frame()
                            && let Some(window) = stack.window(caller.base.get() as usize)
                        {
                            window[dst].set(value);
                        }
                        continue 'frame;
                    }};
                }
                // The function ends with a value.
                macro_rules! finish {
                    ($value:expr) => {{
                        let mut value: Value = $value;
                        let flags = frame.flags.get();
                        if flags != 0 {
                            if flags & mark::CONSTRUCT != 0 {
                                if !value.is_object() {
                                    value = regs[1].get();
                                }
                            } else {
                                value = attempt!(self.finish_async(frame, value));
                            }
                        }
                        give!(value)
                    }};
                }

                match inst.op() {
                    Op::Move => a!().set(b!().get()),
                    Op::LoadConst => a!().set(constant!()),
                    Op::LoadInt => a!().set(Value::int(inst.imm())),
                    Op::LoadUndefined => a!().set(Value::UNDEFINED),
                    Op::LoadNull => a!().set(Value::NULL),
                    Op::LoadTrue => a!().set(Value::TRUE),
                    Op::LoadFalse => a!().set(Value::FALSE),
                    Op::LoadEmpty => a!().set(Value::EMPTY),

                    Op::CoerceThis => a!().set(attempt!(self.bind_this(b!().get()))),
                    Op::NewTarget => a!().set(frame.new_target.get()),
                    Op::HomeObject => a!().set(self.home_object(regs[0].get())),
                    Op::CheckInit => {
                        if a!().get().is_empty() {
                            attempt!(Err(self.not_initialized(constant!())));
                        }
                    }
                    Op::CheckThis => {
                        if a!().get().is_empty() {
                            attempt!(Err(self.this_not_initialized()));
                        }
                    }
                    Op::CheckNoThis => {
                        if !a!().get().is_empty() {
                            attempt!(Err(self.reference_error("Super constructor may only be called once")));
                        }
                    }
                    Op::ThrowConst => attempt!(Err(self.assigned_constant(constant!()))),
                    Op::ThrowError => attempt!(Err(self.throw_kind(inst.a(), constant!()))),
                    Op::Arguments => a!().set(attempt!(self.make_arguments(frame, inst.b() == 1))),
                    Op::MappedArguments => a!().set(attempt!(self.make_mapped_arguments(frame, b!().get()))),
                    Op::Rest => a!().set(attempt!(self.make_rest(frame, inst.c() as usize))),

                    Op::OuterEnv => a!().set(self.outer_env(regs[0].get())),
                    Op::NewEnv => a!().set(attempt!(self.new_env(code, b!().get(), inst.c()))),
                    Op::CopyEnv => a!().set(attempt!(self.copy_env(a!().get()))),
                    Op::WithEnv => a!().set(attempt!(self.with_env(b!().get(), c!().get()))),
                    Op::GetEnv => a!().set(Self::env_get(b!().get(), inst.c())),
                    Op::GetEnvChecked => {
                        let value = Self::env_get(b!().get(), inst.c());
                        if value.is_empty() {
                            attempt!(Err(self.env_not_initialized(b!().get(), inst.c())));
                        }
                        a!().set(value);
                    }
                    Op::SetEnv => self.env_set(b!().get(), inst.c(), a!().get()),
                    Op::SetEnvChecked => {
                        if Self::env_get(b!().get(), inst.c()).is_empty() {
                            attempt!(Err(self.env_not_initialized(b!().get(), inst.c())));
                        }
                        self.env_set(b!().get(), inst.c(), a!().get());
                    }
                    Op::GetImport => a!().set(attempt!(self.get_import(code, inst.c()))),

                    Op::GetName => a!().set(attempt!(self.get_name(b!().get(), constant!(), false))),
                    Op::GetNameTypeof => a!().set(attempt!(self.get_name(b!().get(), constant!(), true))),
                    Op::SetName => attempt!(self.set_name(
                        b!().get(),
                        constant!(),
                        a!().get(),
                        code.function.flags.strict
                    )),
                    Op::InitName => attempt!(self.init_name(b!().get(), constant!(), a!().get())),
                    Op::GetNameMethod => {
                        let (value, this) = attempt!(self.get_name_method(b!().get(), constant!()));
                        a!().set(value);
                        regs[usize::from(inst.a()) + 1].set(this);
                    }
                    Op::BindName => {
                        let (first, second) = attempt!(self.bind_name(b!().get(), constant!()));
                        a!().set(first);
                        regs[usize::from(inst.a()) + 1].set(second);
                    }
                    Op::GetBound => {
                        let reference = (b!().get(), regs[usize::from(inst.b()) + 1].get());
                        a!().set(attempt!(self.get_bound(
                            reference,
                            constant!(),
                            code.function.flags.strict
                        )));
                    }
                    Op::SetBound => {
                        let reference = (b!().get(), regs[usize::from(inst.b()) + 1].get());
                        attempt!(self.set_bound(
                            reference,
                            constant!(),
                            a!().get(),
                            code.function.flags.strict
                        ));
                    }
                    Op::DeleteName => a!().set(attempt!(self.delete_name(b!().get(), constant!()))),
                    Op::DeclareVar => attempt!(self.declare_var(code, b!().get(), constant!())),
                    Op::DeclareFunction => {
                        attempt!(self.declare_function(code, b!().get(), constant!(), a!().get()))
                    }

                    Op::GetGlobal => {
                        let cache = cache!();
                        let value = match self.cached_global(cache) {
                            Some(value) => value,
                            None => attempt!(self.get_global_slow(cache, false)),
                        };
                        a!().set(value);
                    }
                    Op::GetGlobalTypeof => a!().set(attempt!(self.get_global_slow(cache!(), true))),
                    Op::SetGlobal => {
                        attempt!(self.set_global(cache!(), a!().get(), code.function.flags.strict))
                    }
                    Op::CheckGlobal => a!().set(attempt!(self.check_global(cache!()))),
                    Op::SetGlobalChecked => {
                        let known = b!().get().to_boolean();
                        attempt!(self.set_global_checked(
                            cache!(),
                            a!().get(),
                            known,
                            code.function.flags.strict
                        ));
                    }
                    Op::InitGlobal => attempt!(self.init_global(cache!(), a!().get())),

                    Op::Add => {
                        arithmetic!(b!().get(), c!().get(), i32::checked_add, |x, y| x + y, Vm::add_slow)
                    }
                    Op::Sub => {
                        arithmetic!(b!().get(), c!().get(), i32::checked_sub, |x, y| x - y, Vm::sub_slow)
                    }
                    Op::Mul => arithmetic!(b!().get(), c!().get(), int_mul, |x, y| x * y, Vm::mul_slow),
                    Op::Div => arithmetic!(b!().get(), c!().get(), int_div, |x, y| x / y, Vm::div_slow),
                    Op::Rem => {
                        arithmetic!(b!().get(), c!().get(), int_rem, js_rt::number::remainder, Vm::rem_slow)
                    }
                    Op::Exp => a!().set(attempt!(self.exp_slow(b!().get(), c!().get()))),
                    Op::BitAnd => bits!(b!().get(), c!().get(), |i, j| Value::int(i & j), Vm::bit_and_slow),
                    Op::BitOr => bits!(b!().get(), c!().get(), |i, j| Value::int(i | j), Vm::bit_or_slow),
                    Op::BitXor => bits!(b!().get(), c!().get(), |i, j| Value::int(i ^ j), Vm::bit_xor_slow),
                    Op::Shl => bits!(b!().get(), c!().get(), shl, Vm::shl_slow),
                    Op::Shr => bits!(b!().get(), c!().get(), shr, Vm::shr_slow),
                    Op::Ushr => bits!(b!().get(), c!().get(), ushr, Vm::ushr_slow),
                    Op::AddInt => {
                        arithmetic!(b!().get(), int_c!(), i32::checked_add, |x, y| x + y, Vm::add_slow)
                    }
                    Op::SubInt => {
                        arithmetic!(b!().get(), int_c!(), i32::checked_sub, |x, y| x - y, Vm::sub_slow)
                    }
                    Op::MulInt => arithmetic!(b!().get(), int_c!(), int_mul, |x, y| x * y, Vm::mul_slow),
                    Op::RemInt => {
                        arithmetic!(b!().get(), int_c!(), int_rem, js_rt::number::remainder, Vm::rem_slow)
                    }
                    Op::BitAndInt => bits!(b!().get(), int_c!(), |i, j| Value::int(i & j), Vm::bit_and_slow),
                    Op::BitOrInt => bits!(b!().get(), int_c!(), |i, j| Value::int(i | j), Vm::bit_or_slow),
                    Op::ShlInt => bits!(b!().get(), int_c!(), shl, Vm::shl_slow),
                    Op::ShrInt => bits!(b!().get(), int_c!(), shr, Vm::shr_slow),
                    Op::UshrInt => bits!(b!().get(), int_c!(), ushr, Vm::ushr_slow),
                    Op::Neg => {
                        let x = b!().get();
                        let value = match (x.as_int(), x.as_number()) {
                            (Some(i), _) if i != 0 && i != i32::MIN => Value::int(-i),
                            (_, Some(number)) => Value::number(-number),
                            _ => attempt!(self.negate(x)),
                        };
                        a!().set(value);
                    }
                    Op::BitNot => {
                        let x = b!().get();
                        let value = match x.as_int() {
                            Some(i) => Value::int(!i),
                            None => attempt!(self.bit_not(x)),
                        };
                        a!().set(value);
                    }
                    Op::Inc => {
                        let x = b!().get();
                        let value = match x.as_int() {
                            Some(i) if i != i32::MAX => Value::int(i + 1),
                            _ => attempt!(self.increment(x)),
                        };
                        a!().set(value);
                    }
                    Op::Dec => {
                        let x = b!().get();
                        let value = match x.as_int() {
                            Some(i) if i != i32::MIN => Value::int(i - 1),
                            _ => attempt!(self.decrement(x)),
                        };
                        a!().set(value);
                    }
                    Op::ToNumber => {
                        let x = b!().get();
                        let value =
                            if x.is_number() { x } else { Value::number(attempt!(self.to_number(x))) };
                        a!().set(value);
                    }
                    Op::ToNumeric => {
                        let x = b!().get();
                        let value = if x.is_number() { x } else { attempt!(self.to_numeric(x)) };
                        a!().set(value);
                    }
                    Op::ToStr => {
                        let x = b!().get();
                        let value = if x.is_string() { x } else { attempt!(self.to_string(x)).into() };
                        a!().set(value);
                    }
                    Op::ToPropertyKey => {
                        let x = b!().get();
                        let value = if x.is_string() || x.is_int() || x.is_symbol() {
                            x
                        } else {
                            attempt!(self.to_property_key_value(x))
                        };
                        a!().set(value);
                    }
                    Op::ToElementKey => {
                        let (x, object) = (b!().get(), c!().get());
                        let key = match x.is_object() {
                            false => x,
                            true if object.is_nullish() => attempt!(self.get_element(object, x)),
                            true => attempt!(self.to_property_key_value(x)),
                        };
                        a!().set(key);
                    }
                    Op::ToObject => a!().set(attempt!(self.to_object(b!().get())).into()),
                    Op::Not => a!().set(Value::bool(!b!().get().to_boolean())),
                    Op::TypeOf => a!().set(self.type_of_value(b!().get())),
                    Op::Eq => a!().set(Value::bool(attempt!(self.is_loosely_equal(b!().get(), c!().get())))),
                    Op::Ne => a!().set(Value::bool(!attempt!(self.is_loosely_equal(b!().get(), c!().get())))),
                    Op::StrictEq => a!().set(Value::bool(strict_equal(b!().get(), c!().get()))),
                    Op::StrictNe => a!().set(Value::bool(!strict_equal(b!().get(), c!().get()))),
                    Op::Lt => a!().set(Value::bool(lt!(b!().get(), c!().get()))),
                    Op::Le => a!().set(Value::bool(le!(b!().get(), c!().get()))),
                    Op::Gt => a!().set(Value::bool(gt!(b!().get(), c!().get()))),
                    Op::Ge => a!().set(Value::bool(ge!(b!().get(), c!().get()))),
                    Op::InstanceOf => {
                        a!().set(Value::bool(attempt!(self.instance_of(b!().get(), c!().get()))))
                    }
                    Op::In => a!().set(Value::bool(attempt!(self.has_element(c!().get(), b!().get())))),

                    Op::Jump => jump!(),
                    Op::JumpIf => jump_if!(a!().get().to_boolean()),
                    Op::JumpIfNot => jump_if!(!a!().get().to_boolean()),
                    Op::JumpIfUndefined => jump_if!(a!().get().is_undefined()),
                    Op::JumpIfNotUndefined => jump_if!(!a!().get().is_undefined()),
                    Op::JumpIfNullish => jump_if!(a!().get().is_nullish()),
                    Op::JumpIfNotNullish => jump_if!(!a!().get().is_nullish()),
                    Op::JumpIfEmpty => jump_if!(a!().get().is_empty()),
                    Op::JumpEq => jump_if!(equal!()),
                    Op::JumpNe => jump_if!(!equal!()),
                    Op::JumpEqNull => jump_if!(is_null_like(a!().get())),
                    Op::JumpNeNull => jump_if!(!is_null_like(a!().get())),
                    Op::JumpStrictEq => jump_if!(strict_equal(a!().get(), b!().get())),
                    Op::JumpStrictNe => jump_if!(!strict_equal(a!().get(), b!().get())),
                    Op::JumpLt => jump_if!(lt!(a!().get(), b!().get())),
                    Op::JumpLe => jump_if!(le!(a!().get(), b!().get())),
                    Op::JumpGt => jump_if!(gt!(a!().get(), b!().get())),
                    Op::JumpGe => jump_if!(ge!(a!().get(), b!().get())),
                    Op::JumpNotLt => jump_if!(!lt!(a!().get(), b!().get())),
                    Op::JumpNotLe => jump_if!(!le!(a!().get(), b!().get())),
                    Op::JumpNotGt => jump_if!(!gt!(a!().get(), b!().get())),
                    Op::JumpNotGe => jump_if!(!ge!(a!().get(), b!().get())),
                    Op::JumpStrictEqInt => jump_if!(strict_equal(a!().get(), int_b!())),
                    Op::JumpStrictNeInt => jump_if!(!strict_equal(a!().get(), int_b!())),
                    Op::JumpLtInt => jump_if!(lt!(a!().get(), int_b!())),
                    Op::JumpLeInt => jump_if!(le!(a!().get(), int_b!())),
                    Op::JumpGtInt => jump_if!(gt!(a!().get(), int_b!())),
                    Op::JumpGeInt => jump_if!(ge!(a!().get(), int_b!())),
                    Op::JumpNotLtInt => jump_if!(!lt!(a!().get(), int_b!())),
                    Op::JumpNotLeInt => jump_if!(!le!(a!().get(), int_b!())),
                    Op::JumpNotGtInt => jump_if!(!gt!(a!().get(), int_b!())),
                    Op::JumpNotGeInt => jump_if!(!ge!(a!().get(), int_b!())),
                    Op::Loop => back!(),
                    Op::LoopIf => back_if!(a!().get().to_boolean()),
                    Op::LoopIfNot => back_if!(!a!().get().to_boolean()),
                    Op::LoopLt => back_if!(lt!(a!().get(), b!().get())),
                    Op::LoopLe => back_if!(le!(a!().get(), b!().get())),
                    Op::LoopGt => back_if!(gt!(a!().get(), b!().get())),
                    Op::LoopGe => back_if!(ge!(a!().get(), b!().get())),
                    Op::LoopLtInt => back_if!(lt!(a!().get(), int_b!())),
                    Op::LoopLeInt => back_if!(le!(a!().get(), int_b!())),
                    Op::LoopGtInt => back_if!(gt!(a!().get(), int_b!())),
                    Op::LoopGeInt => back_if!(ge!(a!().get(), int_b!())),

                    Op::NewObject => a!().set(attempt!(self.literal_object(inst.c()))),
                    Op::NewArray => a!().set(attempt!(self.literal_array(inst.c()))),
                    Op::ArrayPush => attempt!(self.array_push(a!().get(), b!().get())),
                    Op::ArraySpread => attempt!(self.array_spread(a!().get(), b!().get())),
                    Op::NewRegExp => a!().set(attempt!(self.literal_regexp(code, inst.c()))),
                    Op::TemplateObject => a!().set(attempt!(self.template_object(code, inst.c()))),
                    Op::GetProperty => {
                        let (cache, object) = (cache!(), b!().get());
                        let value = match self.cached_get(cache, object) {
                            Some(value) => value,
                            None => attempt!(self.get_property_slow(cache, object)),
                        };
                        a!().set(value);
                    }
                    Op::GetLength => {
                        let (cache, object) = (cache!(), b!().get());
                        let value = match length_in_place(object) {
                            Some(value) => value,
                            None => match self.cached_get(cache, object) {
                                Some(value) => value,
                                None => attempt!(self.get_property_slow(cache, object)),
                            },
                        };
                        a!().set(value);
                    }
                    Op::GetMethod => {
                        let (cache, object) = (cache!(), b!().get());
                        let value = match self.cached_get(cache, object) {
                            Some(value) => value,
                            None => attempt!(self.get_property_slow(cache, object)),
                        };
                        a!().set(value);
                        regs[usize::from(inst.a()) + 1].set(object);
                    }
                    Op::SetProperty => {
                        let (cache, object, value) = (cache!(), a!().get(), b!().get());
                        if !self.cached_set(cache, object, value) {
                            attempt!(self.set_property_slow(
                                cache,
                                object,
                                value,
                                code.function.flags.strict
                            ));
                        }
                    }
                    Op::DefineField => {
                        let (cache, object, value) = (cache!(), a!().get(), b!().get());
                        if !self.cached_set(cache, object, value) {
                            attempt!(self.define_field_slow(cache, object, value));
                        }
                    }
                    Op::GetElement => {
                        let (object, key) = (b!().get(), c!().get());
                        let value = match element_in_place(object, key) {
                            Some(value) => value,
                            None => attempt!(self.get_element(object, key)),
                        };
                        a!().set(value);
                    }
                    Op::GetElementMethod => {
                        let (object, key) = (b!().get(), c!().get());
                        a!().set(attempt!(self.get_element(object, key)));
                        regs[usize::from(inst.a()) + 1].set(object);
                    }
                    Op::SetElement => {
                        let (object, key, value) = (a!().get(), b!().get(), c!().get());
                        if !self.store_in_place(object, key, value) {
                            attempt!(self.set_element(object, key, value, code.function.flags.strict));
                        }
                    }
                    Op::DefineElement => attempt!(self.define_element(a!().get(), b!().get(), c!().get())),
                    Op::DefineMethod => {
                        attempt!(self.define_method(a!().get(), b!().get(), c!().get(), inst.flags()));
                    }
                    Op::SetPrototype => attempt!(self.set_literal_prototype(a!().get(), b!().get())),
                    Op::SetFunctionName => attempt!(self.set_function_name(a!().get(), b!().get(), inst.c())),
                    Op::SetHome => self.set_home(a!().get(), b!().get()),
                    Op::CopyDataProperties => {
                        let first = usize::from(inst.a()) + 1;
                        let keys = regs.get(first..first + inst.c() as usize).unwrap_or(&[]);
                        attempt!(self.copy_rest(a!().get(), b!().get(), keys));
                    }
                    Op::DeleteProperty => {
                        let deleted = attempt!(self.delete_element(
                            b!().get(),
                            constant!(),
                            code.function.flags.strict
                        ));
                        a!().set(Value::bool(deleted));
                    }
                    Op::DeleteElement => {
                        let deleted =
                            attempt!(self.delete_element(b!().get(), c!().get(), code.function.flags.strict));
                        a!().set(Value::bool(deleted));
                    }
                    Op::GetSuper => a!().set(attempt!(self.get_super(a!().get(), b!().get(), c!().get()))),
                    Op::SetSuper => {
                        let value = regs[usize::from(inst.a()) + 1].get();
                        let strict = code.function.flags.strict;
                        attempt!(self.set_super(a!().get(), b!().get(), value, c!().get(), strict));
                    }

                    Op::NewClass => {
                        let made = attempt!(self.new_class(code, inst.c(), a!().get(), b!().get()));
                        a!().set(made.0.into());
                        regs[usize::from(inst.a()) + 1].set(made.1.into());
                    }
                    Op::SetFields => self.set_fields(a!().get(), b!().get()),
                    Op::InitFields => attempt!(self.init_fields(a!().get(), b!().get())),
                    Op::NewPrivateName => a!().set(attempt!(self.new_private_name(constant!()))),
                    Op::GetPrivate => a!().set(attempt!(self.get_private(b!().get(), c!().get()))),
                    Op::SetPrivate => attempt!(self.set_private(a!().get(), b!().get(), c!().get())),
                    Op::HasPrivate => a!().set(attempt!(self.has_private(b!().get(), c!().get()))),
                    Op::DefinePrivate => {
                        attempt!(self.define_private(a!().get(), b!().get(), c!().get(), inst.flags()));
                    }
                    Op::SuperConstructor => a!().set(attempt!(self.super_constructor(b!().get()))),
                    Op::ReturnDerived => {
                        let value = attempt!(self.derived_result(a!().get(), b!().get()));
                        give!(value)
                    }

                    Op::Closure => {
                        let env = self.as_env(b!().get());
                        a!().set(attempt!(self.make_closure(code, inst.c() as usize, env)).into());
                    }
                    Op::Call => {
                        attempt!(self.poll());
                        called!(self.begin_call(site!(inst.c() as usize)))
                    }
                    Op::CallSpread => {
                        called!(self.call_spread(site!(0), stack.top()))
                    }
                    Op::CallEval => {
                        let argc = inst.c() as usize;
                        let env = regs[usize::from(inst.b()) + 2 + argc].get();
                        called!(self.call_eval(code, site!(argc), env))
                    }
                    Op::CallEvalSpread => {
                        let env = regs[usize::from(inst.b()) + 3].get();
                        called!(self.call_eval_spread(code, site!(0), env, stack.top()))
                    }
                    Op::New => {
                        let target = regs[usize::from(inst.b()) + 1].get();
                        called!(self.begin_construct(site!(inst.c() as usize), target))
                    }
                    Op::NewSpread => {
                        called!(self.new_spread(site!(0), stack.top()))
                    }
                    Op::Return => finish!(a!().get()),
                    Op::ReturnUndefined => finish!(Value::UNDEFINED),

                    Op::GetIterator => {
                        let iterable = b!().get();
                        let made = match inst.c() {
                            0 => attempt!(self.open_iterator(iterable)),
                            _ => attempt!(self.open_plain_iterator(iterable)),
                        };
                        let first = usize::from(inst.a());
                        regs[first].set(made.0);
                        regs[first + 1].set(made.1);
                        regs[first + 2].set(Value::UNDEFINED);
                    }
                    Op::GetAsyncIterator => {
                        let made = attempt!(self.open_async_iterator(b!().get()));
                        let first = usize::from(inst.a());
                        regs[first].set(made.0);
                        regs[first + 1].set(made.1);
                        regs[first + 2].set(Value::UNDEFINED);
                    }
                    Op::IteratorNext => {
                        let first = usize::from(inst.b());
                        match attempt!(self.next_of(&regs[first], &regs[first + 1])) {
                            Some(value) => a!().set(value),
                            None => {
                                a!().set(Value::UNDEFINED);
                                jump!();
                            }
                        }
                    }
                    Op::IteratorClose => {
                        let first = usize::from(inst.a());
                        attempt!(self.close_registers(
                            regs[first].get(),
                            regs[first + 1].get(),
                            inst.c() != 0
                        ));
                    }
                    Op::CheckObject => {
                        if !a!().get().is_object() {
                            attempt!(Err(self.not_an_object(a!().get(), constant!())));
                        }
                    }
                    Op::ForInStart => a!().set(attempt!(self.for_in_start(b!().get()))),
                    Op::ForInNext => match attempt!(self.for_in_next(b!().get())) {
                        Some(key) => a!().set(key),
                        None => jump!(),
                    },

                    Op::Catch => a!().set(self.state.caught.replace(Value::UNDEFINED)),
                    Op::Throw | Op::Rethrow => attempt!(Err(self.throw(a!().get()))),

                    Op::InitialYield => {
                        let generator = attempt!(self.begin_generator(frame));
                        give!(generator)
                    }
                    Op::Yield => {
                        attempt!(self.suspend_generator(
                            frame,
                            inst.a(),
                            0,
                            pc.wrapping_add_signed(inst.cs() as isize)
                        ));
                        let value = attempt!(self.yielded(frame, a!().get(), false));
                        give!(value)
                    }
                    Op::YieldRaw => {
                        attempt!(self.suspend_generator(frame, inst.a(), inst.b(), usize::MAX));
                        let value = attempt!(self.yielded(frame, a!().get(), inst.c() == 1));
                        give!(value)
                    }
                    Op::Await => {
                        let value = attempt!(self.begin_await(frame, inst.a()));
                        give!(value)
                    }

                    Op::ImportMeta => a!().set(attempt!(self.import_meta(code))),
                    Op::DynamicImport => {
                        a!().set(attempt!(self.dynamic_import(code, b!().get(), c!().get(), inst.flags())));
                    }
                    Op::NewDisposeStack => a!().set(attempt!(self.new_dispose_stack())),
                    Op::AddDisposable => attempt!(self.add_disposable(a!().get(), b!().get(), inst.c())),
                    Op::Dispose => a!().set(attempt!(self.dispose(a!().get(), b!().get()))),
                    Op::DisposeNext => match attempt!(self.dispose_next(&a!(), b!().get())) {
                        Some(value) => regs[usize::from(inst.a()) + 1].set(value),
                        None => jump!(),
                    },
                    Op::JoinError => a!().set(attempt!(self.join_error(a!().get(), b!().get()))),
                    Op::Debugger => {}
                }
            };
            match self.unwind(floor, thrown) {
                Unwound::Handled => {}
                Unwound::Out(result) => return Next::Done(result),
            }
        }
    }

    /// Looks for a handler of an exception in the frames above `floor`, leaving those that have none.
    #[cold]
    pub(crate) fn unwind(&self, floor: usize, thrown: Throw) -> Unwound {
        let stack = &self.state.stack;
        let mut thrown = thrown;
        loop {
            if stack.depth() <= floor {
                return Unwound::Out(Err(thrown));
            }
            let Some((frame, Some(code))) = stack.frame().map(|frame| (frame, frame.code.get())) else {
                return Unwound::Out(Err(thrown));
            };
            let at = frame.pc.get().wrapping_sub(1);
            stack.set_top(frame.top.get() as usize);
            let handler =
                code.function.handlers.iter().find(|handler| (handler.start..handler.end).contains(&at));
            if let Some(handler) = handler
                && !matches!(thrown, Throw::Stop(_))
            {
                match self.catch(thrown) {
                    Ok(value) => {
                        self.state.caught.set(value);
                        frame.pc.set(handler.target);
                        return Unwound::Handled;
                    }
                    Err(other) => thrown = other,
                }
            }
            if frame.flags.get() & mark::ASYNC != 0 && !matches!(thrown, Throw::Stop(_)) {
                match self.fail_async(frame, thrown) {
                    Ok(value) => {
                        let dst = usize::from(frame.dst.get());
                        stack.pop();
                        if stack.depth() <= floor {
                            return Unwound::Out(Ok(value));
                        }
                        if let Some(caller) = stack.frame()
                            && let Some(window) = stack.window(caller.base.get() as usize)
                        {
                            window[dst].set(value);
                        }
                        return Unwound::Handled;
                    }
                    Err(other) => thrown = other,
                }
            }
            stack.pop();
        }
    }

    /// A property of an object by the first entry of an inline cache.
    #[inline(always)]
    pub(crate) fn cached_get(&self, cache: &js_rt::Cache, object: Value) -> Option<Value> {
        let object = object.as_object()?;
        let entry = &cache.first;
        if entry.shape.get() != Some(object.shape()) {
            return None;
        }
        let value = match entry.kind.get() {
            CacheKind::Own => object.slot(entry.slot.get()),
            CacheKind::Proto if entry.epoch.get() == self.rt.proto_epoch.get() => {
                entry.holder.get()?.slot(entry.slot.get())
            }
            _ => return None,
        };
        if value.is_empty() { None } else { Some(value) }
    }

    /// Stores a property by the first entry of an inline cache, if it can.
    #[inline(always)]
    pub(crate) fn cached_set(&self, cache: &js_rt::Cache, object: Value, value: Value) -> bool {
        let Some(object) = object.as_object() else { return false };
        let entry = &cache.first;
        if entry.shape.get() != Some(object.shape()) {
            return false;
        }
        match entry.kind.get() {
            CacheKind::Own => {
                object.set_slot(&self.rt, entry.slot.get(), value);
                true
            }
            _ => false,
        }
    }

    fn lt_values(&self, x: Value, y: Value) -> Res<bool> {
        Ok(self.compare(x, y)? == Some(Ordering::Less))
    }

    fn le_values(&self, x: Value, y: Value) -> Res<bool> {
        Ok(matches!(self.compare(x, y)?, Some(Ordering::Less | Ordering::Equal)))
    }

    fn gt_values(&self, x: Value, y: Value) -> Res<bool> {
        Ok(self.compare(x, y)? == Some(Ordering::Greater))
    }

    fn ge_values(&self, x: Value, y: Value) -> Res<bool> {
        Ok(matches!(self.compare(x, y)?, Some(Ordering::Greater | Ordering::Equal)))
    }

    /// Stores an element of an array in place, if it is there.
    #[inline(always)]
    pub(crate) fn store_in_place(&self, object: Value, key: Value, value: Value) -> bool {
        match (object.as_object(), key.as_int()) {
            (Some(object), Some(index)) if object.class() == Class::Array => {
                object.store_dense(&self.rt, index as u32, value)
            }
            _ => false,
        }
    }
}

/// The length of a string or array.
#[inline(always)]
fn length_in_place(value: Value) -> Option<Value> {
    if let Some(string) = value.as_string() {
        return Some(Value::int(string.len() as i32));
    }
    let object = value.as_object()?;
    if object.class() == Class::Array { Some(object.payload()) } else { None }
}

/// An element of an array that is there.
#[inline(always)]
pub(crate) fn element_in_place(object: Value, key: Value) -> Option<Value> {
    let (object, index) = (object.as_object()?, key.as_int()?);
    // Of mapped arguments, the value in the environment counts.
    if object.is_exotic() {
        return None;
    }
    let value = object.element(index as u32);
    if value.is_empty() { None } else { Some(value) }
}

/// Whether `value == null`.
#[inline(always)]
fn is_null_like(value: Value) -> bool {
    value.is_nullish() || value.as_object().is_some_and(|object| object.is_html_dda())
}

#[inline(always)]
fn strict_equal(x: Value, y: Value) -> bool {
    if x.is_int() && y.is_int() { x == y } else { x.is_strictly_equal(y) }
}

#[inline(always)]
fn int_mul(x: i32, y: i32) -> Option<i32> {
    // A product of 0 may be -0.
    x.checked_mul(y).filter(|&product| product != 0)
}

#[inline(always)]
fn int_div(x: i32, y: i32) -> Option<i32> {
    if y > 0 && x > 0 && x % y == 0 { Some(x / y) } else { None }
}

#[inline(always)]
fn int_rem(x: i32, y: i32) -> Option<i32> {
    if x >= 0 && y > 0 { Some(x % y) } else { None }
}

#[inline(always)]
fn shl(x: i32, y: i32) -> Value {
    Value::int(x.wrapping_shl(y as u32))
}

#[inline(always)]
fn shr(x: i32, y: i32) -> Value {
    Value::int(x.wrapping_shr(y as u32))
}

#[inline(always)]
fn ushr(x: i32, y: i32) -> Value {
    Value::from((x as u32).wrapping_shr(y as u32))
}
