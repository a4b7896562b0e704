//! Calls: from natives into JavaScript and back, and what a call finds on the stack.

use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::FunctionKind;
use js_rt::{Class, Closure, Code, Obj, Value};
use std::cell::Cell;

/// A built-in function.
pub type NativeFn = fn(&Vm, &Args<'_>) -> Res<Value>;

/// What a built-in function is called with.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    /// The value of `this`; empty when constructing.
    pub this: Value,
    /// The function called.
    pub callee: Obj,
    /// `new.target`, when constructing.
    pub new_target: Option<Obj>,
    /// The arguments.
    pub list: &'a [Cell<Value>],
}

impl Args<'_> {
    /// Argument `index`, undefined beyond the last.
    #[inline]
    pub fn get(&self, index: usize) -> Value {
        self.list.get(index).map_or(Value::UNDEFINED, Cell::get)
    }

    /// Argument `index`, if given.
    #[inline]
    pub fn given(&self, index: usize) -> Option<Value> {
        self.list.get(index).map(Cell::get)
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Value `index` that the function was made with; empty beyond the last.
    #[inline]
    pub fn slot(&self, index: usize) -> Value {
        self.callee.payload_as::<js_rt::Native>().map_or(Value::EMPTY, |native| native.slot(index))
    }

    /// The arguments from number `from` on.
    pub fn rest(&self, from: usize) -> &[Cell<Value>] {
        self.list.get(from..).unwrap_or(&[])
    }
}

/// Marks of frames.
pub(crate) mod mark {
    /// A constructor: the result is an object, or `this`.
    pub(crate) const CONSTRUCT: u16 = 1;
    /// An async function, whose promise is `extra`: what it returns resolves it.
    pub(crate) const ASYNC: u16 = 2;
    /// It was suspended before: nobody waits for a result but the native code that resumed it.
    pub(crate) const RESUMED: u16 = 4;
    /// A generator, which is `extra`.
    pub(crate) const GENERATOR: u16 = 8;
}

/// What became of a call.
pub(crate) enum Called {
    /// This is its result.
    Done(Value),
    /// A frame was pushed: it is to be executed.
    Frame,
}

impl Called {
    /// The result; none if a frame was pushed.
    pub(crate) fn value(self) -> Option<Value> {
        match self {
            Called::Done(value) => Some(value),
            Called::Frame => None,
        }
    }
}

/// Where a call's callee, `this` and arguments are, and where its result goes.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    /// Number of the register with the callee.
    pub(crate) base: usize,
    /// Number of arguments.
    pub(crate) argc: usize,
    /// The caller's register for the result.
    pub(crate) dst: u16,
}

impl Vm {
    /// 7.3.13 Call ( F, V [ , argumentsList ] )
    ///
    /// # Errors
    /// TypeError if `f` cannot be called, and what it throws.
    pub fn call(&self, f: Value, this: Value, args: &[Value]) -> Res<Value> {
        let site = self.push_args(f, this, args.iter().copied(), args.len())?;
        let result = self.call_pushed(site);
        self.state.stack.set_top(site.base);
        result
    }

    /// As [`Vm::call`], with arguments in cells.
    ///
    /// # Errors
    /// As there.
    pub fn call_list(&self, f: Value, this: Value, args: &[Cell<Value>]) -> Res<Value> {
        let site = self.push_args(f, this, args.iter().map(Cell::get), args.len())?;
        let result = self.call_pushed(site);
        self.state.stack.set_top(site.base);
        result
    }

    /// 7.3.14 Construct ( F [ , argumentsList [ , newTarget ] ] )
    ///
    /// # Errors
    /// What it throws. `f` must be a constructor.
    pub fn construct(&self, f: Obj, args: &[Value], new_target: Option<Obj>) -> Res<Obj> {
        let site = self.push_args(f.into(), Value::EMPTY, args.iter().copied(), args.len())?;
        let result = self.construct_pushed(site, new_target.unwrap_or(f));
        self.state.stack.set_top(site.base);
        result
    }

    /// As [`Vm::construct`], with arguments in cells.
    ///
    /// # Errors
    /// As there.
    pub fn construct_list(&self, f: Obj, args: &[Cell<Value>], new_target: Option<Obj>) -> Res<Obj> {
        let site = self.push_args(f.into(), Value::EMPTY, args.iter().map(Cell::get), args.len())?;
        let result = self.construct_pushed(site, new_target.unwrap_or(f));
        self.state.stack.set_top(site.base);
        result
    }

    /// Puts a call onto the stack, above all that is used.
    #[inline]
    fn push_args(&self, f: Value, this: Value, args: impl Iterator<Item = Value>, argc: usize) -> Res<Site> {
        match self.args_above(f, this, args, argc) {
            Some(base) => Ok(Site { base, argc, dst: 0 }),
            None => Err(self.stack_overflow()),
        }
    }

    /// The same: where they are, if there is room.
    fn args_above(
        &self,
        f: Value,
        this: Value,
        args: impl Iterator<Item = Value>,
        argc: usize,
    ) -> Option<usize> {
        if !self.has_room() {
            return None;
        }
        let stack = &self.state.stack;
        let base = stack.top();
        let end = base + 2 + argc;
        let cells = stack.values().get(base..end).filter(|_| stack.window(end).is_some())?;
        let (head, list) = cells.split_at(2);
        head[0].set(f);
        head[1].set(this);
        for (cell, value) in list.iter().zip(args) {
            cell.set(value);
        }
        stack.set_top(end);
        Some(base)
    }

    fn call_pushed(&self, site: Site) -> Res<Value> {
        let floor = self.state.stack.depth();
        match self.begin_call(site)? {
            Called::Done(value) => Ok(value),
            Called::Frame => self.interpret(floor),
        }
    }

    fn construct_pushed(&self, site: Site, new_target: Obj) -> Res<Obj> {
        let floor = self.state.stack.depth();
        let value = match self.begin_construct(site, new_target.into())? {
            Called::Done(value) => value,
            Called::Frame => self.interpret(floor)?,
        };
        value.as_object().ok_or_else(|| self.type_error("constructor did not return an object"))
    }

    /// The closure of a function object.
    #[inline]
    pub(crate) fn closure(&self, function: Obj) -> Option<Gc<Closure>> {
        if function.class() == Class::Function { function.payload_as::<Closure>() } else { None }
    }

    /// Calls what lies at `site`: `[[Call]]` of whatever object is there.
    pub(crate) fn begin_call(&self, site: Site) -> Res<Called> {
        let callee = self.register(site.base);
        let Some(function) = callee.as_object() else { return Err(self.not_callable_at(site, callee)) };
        match function.class() {
            Class::Function => match self.closure(function) {
                Some(closure) => self.enter_closure(closure, site),
                None => Err(self.not_callable_at(site, callee)),
            },
            Class::NativeFunction => self.call_native(function, site, None).map(Called::Done),
            _ if function.is_callable() => self.call_other(function, site).map(Called::Done),
            _ => Err(self.not_callable_at(site, callee)),
        }
    }

    #[cold]
    fn call_other(&self, function: Obj, site: Site) -> Res<Value> {
        self.check_stack()?;
        let this = self.register(site.base + 1);
        if function.class() == Class::Proxy {
            return self.proxy_call(function, this, self.arguments(site));
        }
        let (target, bound_this) = (function.internal(0), function.internal(1));
        let args = self.bound_arguments(function, site)?;
        self.call_list(target, bound_this, args.as_slice())
    }

    /// The arguments of a bound function's call: its own, then those given.
    fn bound_arguments(&self, function: Obj, site: Site) -> Res<Gc<js_rt::List>> {
        let list = self.rt.new_list()?;
        for index in 2..function.payload_as::<js_rt::Internal>().map_or(0, |internal| internal.slots().len())
        {
            list.push(&self.rt, function.internal(index))?;
        }
        for value in self.arguments(site) {
            list.push(&self.rt, value.get())?;
        }
        Ok(list)
    }

    /// The arguments at a site.
    fn arguments(&self, site: Site) -> &[Cell<Value>] {
        self.state.stack.values().get(site.base + 2..site.base + 2 + site.argc).unwrap_or(&[])
    }

    #[inline]
    fn register(&self, index: usize) -> Value {
        self.state.stack.values().get(index).map_or(Value::UNDEFINED, Cell::get)
    }

    /// The same, with what the source calls.
    #[cold]
    fn not_callable_at(&self, site: Site, callee: Value) -> Throw {
        match self.callee_text(site.base) {
            Some(text) => self.type_error(format_args!("{text} is not a function")),
            None => self.not_callable(callee),
        }
    }

    /// The same for constructors.
    #[cold]
    fn not_constructor_at(&self, site: Site, callee: Value) -> Throw {
        match self.callee_text(site.base) {
            Some(text) => self.type_error(format_args!("{text} is not a constructor")),
            None => self.not_constructor(callee),
        }
    }

    #[cold]
    pub(crate) fn not_callable(&self, callee: Value) -> Throw {
        let what = self.describe_callee(callee);
        self.type_error(format_args!("{what} is not a function"))
    }

    /// Calls a built-in function. Its realm is the running one meanwhile.
    #[inline]
    fn call_native(&self, function: Obj, site: Site, new_target: Option<Obj>) -> Res<Value> {
        let Some(native) = function.payload_as::<js_rt::Native>() else {
            return Err(self.not_callable(function.into()));
        };
        let args = Args {
            this: if new_target.is_some() { Value::EMPTY } else { self.register(site.base + 1) },
            callee: function,
            new_target,
            list: self.arguments(site),
        };
        self.check_stack()?;
        self.poll()?;
        let stack = &self.state.stack;
        let before = stack.top();
        stack.set_top(before.max(site.base + 2 + site.argc));
        let realm = self.state.realm.replace(Some(native.realm()));
        let result = self.native(native.id().0)(self, &args);
        self.state.realm.set(realm);
        stack.set_top(before);
        result
    }

    /// 10.2.1 `[[Call]]` of a closure: pushes its frame.
    #[inline]
    fn enter_closure(&self, closure: Gc<Closure>, site: Site) -> Res<Called> {
        let code = closure.code();
        let flags = match code.function.kind {
            FunctionKind::BaseConstructor | FunctionKind::DerivedConstructor => {
                return Err(self.class_called(&code));
            }
            _ if code.function.flags.is_async && !code.function.flags.generator => {
                return self.enter_async(code, site);
            }
            _ => 0,
        };
        self.push_frame(code, site, Value::UNDEFINED, flags)?;
        Ok(Called::Frame)
    }

    #[cold]
    fn class_called(&self, code: &Code) -> Throw {
        let name = code.name.as_string().map(|name| name.to_std()).unwrap_or_default();
        // The error belongs to the realm of the class.
        let realm = self.state.realm.replace(Some(code.unit.realm));
        let thrown =
            self.type_error(format_args!("Class constructor {name} cannot be invoked without 'new'"));
        self.state.realm.set(realm);
        thrown
    }

    /// Pushes the frame of a function whose callee, `this` and arguments are at `site`.
    #[inline]
    pub(crate) fn push_frame(&self, code: Gc<Code>, site: Site, new_target: Value, flags: u16) -> Res<()> {
        let stack = &self.state.stack;
        let function = &code.function;
        let (params, registers) = (usize::from(function.params), function.registers as usize);
        let mut base = site.base;
        if function.flags.all_arguments {
            base = self.keep_arguments(site, params)?;
        }
        let Some(window) = stack.window(base + registers).and(stack.window(base)) else {
            return Err(self.stack_overflow());
        };
        let first = 2 + site.argc.min(params);
        for cell in window.get(first..registers).unwrap_or(&[]) {
            cell.set(Value::UNDEFINED);
        }
        let Some(frame) = stack.push() else { return Err(self.stack_overflow()) };
        frame.code.set(Some(code));
        frame.new_target.set(new_target);
        frame.extra.set(Value::UNDEFINED);
        frame.base.set(base as u32);
        frame.pc.set(0);
        frame.args.set(site.base as u32 + 2);
        frame.argc.set(site.argc as u32);
        frame.dst.set(site.dst);
        frame.flags.set(flags);
        let top = stack.top().max(base + registers);
        frame.top.set(top as u32);
        stack.set_top(top);
        Ok(())
    }

    /// Moves the frame of a function that needs all of its arguments above them.
    fn keep_arguments(&self, site: Site, params: usize) -> Res<usize> {
        let stack = &self.state.stack;
        let base = site.base + 2 + site.argc;
        let copied = 2 + params.min(site.argc);
        let cells = stack.window(base).and_then(|_| stack.values().get(site.base..base + copied));
        let Some(cells) = cells else { return Err(self.stack_overflow()) };
        let (from, to) = cells.split_at(2 + site.argc);
        for (from, to) in from.iter().zip(to) {
            to.set(from.get());
        }
        Ok(base)
    }

    /// Constructs with what lies at `site`: `[[Construct]]` of whatever object is there. `this` there is overwritten.
    pub(crate) fn begin_construct(&self, site: Site, new_target: Value) -> Res<Called> {
        let callee = self.register(site.base);
        let (Some(function), Some(target)) = (callee.as_object(), new_target.as_object()) else {
            return Err(self.not_constructor_at(site, callee));
        };
        if !function.is_constructor() {
            return Err(self.not_constructor_at(site, callee));
        }
        match function.class() {
            Class::Function => match self.closure(function) {
                Some(closure) => self.enter_constructor(closure, site, target),
                None => Err(self.not_constructor_at(site, callee)),
            },
            Class::NativeFunction => self.call_native(function, site, Some(target)).map(Called::Done),
            Class::Proxy => {
                self.check_stack()?;
                self.proxy_construct(function, self.arguments(site), target)
                    .map(|object| Called::Done(object.into()))
            }
            _ => self.construct_bound(function, site, target).map(|object| Called::Done(object.into())),
        }
    }

    /// 10.4.1.2 `[[Construct]]` of a bound function exotic object
    fn construct_bound(&self, function: Obj, site: Site, new_target: Obj) -> Res<Obj> {
        let args = self.bound_arguments(function, site)?;
        let Some(target) = function.internal(0).as_object() else {
            return Err(self.not_constructor(function.into()));
        };
        let new_target = if new_target == function { target } else { new_target };
        self.construct_list(target, args.as_slice(), Some(new_target))
    }

    #[cold]
    pub(crate) fn not_constructor(&self, callee: Value) -> Throw {
        let what = self.describe_callee(callee);
        self.type_error(format_args!("{what} is not a constructor"))
    }

    /// 10.2.2 `[[Construct]]` of a closure: pushes its frame.
    fn enter_constructor(&self, closure: Gc<Closure>, site: Site, new_target: Obj) -> Res<Called> {
        let code = closure.code();
        let this = match code.function.kind {
            FunctionKind::DerivedConstructor => Value::EMPTY,
            _ => {
                let this = self.ordinary_create_from_constructor(
                    new_target,
                    Intrinsic::ObjectPrototype,
                    Class::Object,
                )?;
                Value::from(this)
            }
        };
        if let Some(cell) = self.state.stack.values().get(site.base + 1) {
            cell.set(this);
        }
        self.push_frame(code, site, new_target.into(), mark::CONSTRUCT)?;
        Ok(Called::Frame)
    }

    /// The function with number `id`.
    #[inline]
    pub(crate) fn native(&self, id: u32) -> NativeFn {
        self.state.natives.borrow().get(id as usize).copied().unwrap_or(Self::no_native)
    }

    fn no_native(&self, _args: &Args<'_>) -> Res<Value> {
        Err(self.type_error("not a function"))
    }

    /// Says which function of Math a built-in one is.
    pub fn note_math_op(&self, function: NativeFn, op: js_rt::MathOp) {
        let id = self.native_id(function);
        let mut ops = self.state.math_ops.borrow_mut();
        if ops.iter().all(|(known, _)| *known != id) {
            ops.push((id, op));
        }
    }

    /// Which function of Math built-in function `id` is, if compiled code knows it.
    pub fn math_op(&self, id: u32) -> Option<js_rt::MathOp> {
        self.state.math_ops.borrow().iter().find(|(known, _)| *known == id).map(|(_, op)| *op)
    }

    /// The number of a built-in function.
    pub fn native_id(&self, function: NativeFn) -> u32 {
        let mut ids = self.state.native_ids.borrow_mut();
        *ids.entry(function as usize).or_insert_with(|| {
            let mut natives = self.state.natives.borrow_mut();
            natives.push(function);
            (natives.len() - 1) as u32
        })
    }
}
