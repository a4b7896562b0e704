//! Literals and what functions find when they begin: objects, arrays, templates, `arguments`, `this`.

use crate::call::{Called, Site};
use crate::error::{Res, Throw};
use crate::operations::IntegrityLevel;
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::{Constant, ErrorKind, Text};
use js_rt::{Attrs, Class, Code, Frame, Obj, PropertyDescriptor, Value};
use std::cell::Cell;

impl Vm {
    /// 10.2.1.2 OrdinaryCallBindThis of a sloppy function
    #[inline]
    pub(crate) fn bind_this(&self, this: Value) -> Res<Value> {
        if this.is_object() {
            return Ok(this);
        }
        if this.is_nullish() {
            return Ok(self.global_this());
        }
        Ok(self.to_object(this)?.into())
    }

    /// The value of `this` at the top level of scripts.
    pub fn global_this(&self) -> Value {
        self.realm().global_this.get().map_or(Value::UNDEFINED, Value::from)
    }

    pub(crate) fn home_object(&self, callee: Value) -> Value {
        let closure = callee.as_object().and_then(|callee| self.closure(callee));
        closure.map_or(Value::UNDEFINED, |closure| closure.home())
    }

    pub(crate) fn throw_kind(&self, kind: u16, message: Value) -> Throw {
        let message = message.as_string().map(|message| message.to_std()).unwrap_or_default();
        match kind {
            kind if kind == ErrorKind::Reference as u16 => self.reference_error(message),
            kind if kind == ErrorKind::Syntax as u16 => self.syntax_error(message),
            kind if kind == ErrorKind::Range as u16 => self.range_error(message),
            _ => self.type_error(message),
        }
    }

    #[cold]
    pub(crate) fn not_an_object(&self, value: Value, message: Value) -> Throw {
        let message = message.as_string().map(|message| message.to_std());
        match message {
            Some(message) if !message.is_empty() => self.type_error(message),
            _ => {
                let what = self.describe_value(value);
                self.type_error(format_args!("{what} is not an object"))
            }
        }
    }

    /// The arguments that a frame was entered with.
    fn frame_arguments(&self, frame: &Frame) -> &[Cell<Value>] {
        let start = frame.args.get() as usize;
        self.state.stack.values().get(start..start + frame.argc.get() as usize).unwrap_or(&[])
    }

    fn frame_callee(&self, frame: &Frame) -> Value {
        self.state.stack.values().get(frame.base.get() as usize).map_or(Value::UNDEFINED, Cell::get)
    }

    /// `sloppy`: `callee` is the function.
    pub(crate) fn make_arguments(&self, frame: &Frame, sloppy: bool) -> Res<Value> {
        let arguments = self.frame_arguments(frame);
        if sloppy {
            return Ok(self.create_sloppy_arguments(self.frame_callee(frame), arguments)?.into());
        }
        Ok(self.create_unmapped_arguments(arguments)?.into())
    }

    pub(crate) fn make_mapped_arguments(&self, frame: &Frame, env: Value) -> Res<Value> {
        let Some(env) = self.as_env(env) else { return self.make_arguments(frame, true) };
        let Some((code, scope)) = Vm::scope_of(&env) else { return self.make_arguments(frame, true) };
        let mapped = code.function.scopes.get(scope).map_or(&[][..], |info| &info.mapped);
        let callee = self.frame_callee(frame);
        Ok(self.create_mapped_arguments(callee, self.frame_arguments(frame), env, mapped)?.into())
    }

    pub(crate) fn make_rest(&self, frame: &Frame, from: usize) -> Res<Value> {
        let rest = self.frame_arguments(frame).get(from..).unwrap_or(&[]);
        let array = self.new_array(&[])?;
        for value in rest {
            self.rt.array_append(array, value.get())?;
        }
        Ok(array.into())
    }

    pub(crate) fn literal_object(&self, room: u32) -> Res<Value> {
        let proto = self.intrinsic(Intrinsic::ObjectPrototype);
        let shape = self.rt.root_shape(Some(proto), Class::Object, room.clamp(2, 14))?;
        Ok(self.rt.new_object_with(shape)?.into())
    }

    pub(crate) fn literal_array(&self, room: u32) -> Res<Value> {
        let array = self.new_array(&[])?;
        self.rt.reserve_elements(array, room)?;
        Ok(array.into())
    }

    /// Appends to the array of a literal; a hole is *empty*.
    pub(crate) fn array_push(&self, array: Value, value: Value) -> Res<()> {
        let Some(array) = array.as_object() else { return Ok(()) };
        Ok(self.rt.array_append(array, value)?)
    }

    pub(crate) fn array_spread(&self, array: Value, iterable: Value) -> Res<()> {
        let Some(array) = array.as_object() else { return Ok(()) };
        let (object, next) = self.open_iterator(iterable)?;
        let (object, next) = (Cell::new(object), Cell::new(next));
        while let Some(value) = self.next_of(&object, &next)? {
            self.poll()?;
            self.rt.array_append(array, value)?;
        }
        Ok(())
    }

    pub(crate) fn literal_regexp(&self, code: Gc<Code>, constant: u32) -> Res<Value> {
        let Some(Constant::RegExp { pattern, flags }) = code.function.constants.get(constant as usize) else {
            return Ok(Value::UNDEFINED);
        };
        let (pattern, flags) = (self.text(pattern)?, self.text(flags)?);
        let make = self.state.reg_exp_create.get();
        make(self, pattern.into(), flags.into())
    }

    /// 13.2.8.4 GetTemplateObject
    pub(crate) fn template_object(&self, code: Gc<Code>, constant: u32) -> Res<Value> {
        let Some(cell) = code.once.get(constant as usize) else { return Ok(Value::UNDEFINED) };
        if !cell.get().is_empty() {
            return Ok(cell.get());
        }
        let Some(Constant::Template { cooked, raw }) = code.function.constants.get(constant as usize) else {
            return Ok(Value::UNDEFINED);
        };
        let template = self.template_array(cooked.iter().map(Option::as_ref))?;
        let raw = self.template_array(raw.iter().map(Some))?;
        self.freeze(raw)?;
        let descriptor = PropertyDescriptor::data(raw.into(), Attrs::NONE);
        self.define_property_or_throw(template, self.names().raw, &descriptor)?;
        self.freeze(template)?;
        cell.set(template.into());
        self.rt.heap().wrote(code);
        Ok(template.into())
    }

    fn template_array<'a>(&self, texts: impl Iterator<Item = Option<&'a Text>>) -> Res<Obj> {
        let array = self.new_array(&[])?;
        for text in texts {
            let value = match text {
                Some(text) => self.text(text)?.into(),
                None => Value::UNDEFINED,
            };
            self.rt.array_append(array, value)?;
        }
        Ok(array)
    }

    fn freeze(&self, object: Obj) -> Res<()> {
        self.set_integrity_level(object, IntegrityLevel::Frozen)?;
        Ok(())
    }

    /// `CreateDataPropertyOrThrow` with a key in a register.
    pub(crate) fn define_element(&self, object: Value, key: Value, value: Value) -> Res<()> {
        let Some(object) = object.as_object() else { return Ok(()) };
        let key = self.to_property_key(key)?;
        self.create_data_property_or_throw(object, key, value)
    }

    /// B.3.1 `__proto__: value`
    pub(crate) fn set_literal_prototype(&self, object: Value, proto: Value) -> Res<()> {
        let Some(object) = object.as_object() else { return Ok(()) };
        if proto.is_object() || proto.is_null() {
            self.set_prototype_of(object, proto.as_object())?;
        }
        Ok(())
    }

    pub(crate) fn copy_rest(&self, target: Value, source: Value, excluded: &[Cell<Value>]) -> Res<()> {
        let Some(target) = target.as_object() else { return Ok(()) };
        // Few names are left out, and their values are atoms or symbols: the registers keep them alive.
        let mut keys = Vec::with_capacity(excluded.len());
        for value in excluded {
            keys.push(self.to_property_key(value.get())?);
        }
        self.copy_data_properties(target, source, &keys)
    }

    /// Spreads the array in R[B + 2] above everything, and calls with that.
    fn spread(&self, site: Site, above: usize) -> Res<Site> {
        let stack = &self.state.stack;
        let array = stack.values().get(site.base + 2).and_then(|cell| cell.get().as_object());
        let Some(array) = array else { return Ok(site) };
        let elements = array.dense();
        let argc = array.payload().as_number().unwrap_or(0.0) as usize;
        let end = above.saturating_add(2).saturating_add(argc);
        let Some(cells) = stack.values().get(above..end).filter(|_| stack.window(end).is_some()) else {
            return Err(self.stack_overflow());
        };
        let (head, list) = cells.split_at(2);
        head[0].set(stack.values()[site.base].get());
        head[1].set(stack.values()[site.base + 1].get());
        for (index, cell) in list.iter().enumerate() {
            let value = elements.get(index).map_or(Value::UNDEFINED, Cell::get);
            cell.set(if value.is_empty() { Value::UNDEFINED } else { value });
        }
        stack.set_top(end);
        Ok(Site { base: above, argc, dst: site.dst })
    }

    pub(crate) fn call_spread(&self, site: Site, above: usize) -> Res<Called> {
        self.poll()?;
        let spread = self.spread(site, above)?;
        let called = self.begin_call(spread);
        self.after_spread(called, above)
    }

    pub(crate) fn new_spread(&self, site: Site, above: usize) -> Res<Called> {
        self.poll()?;
        let target = self.state.stack.values().get(site.base + 1).map_or(Value::UNDEFINED, Cell::get);
        let spread = self.spread(site, above)?;
        let called = self.begin_construct(spread, target);
        self.after_spread(called, above)
    }

    /// Arguments above the frame are given up when the call is over; a frame that was pushed has them.
    pub(crate) fn after_spread(&self, called: Res<Called>, above: usize) -> Res<Called> {
        if !matches!(called, Ok(Called::Frame)) {
            self.state.stack.set_top(above);
        }
        called
    }

    pub(crate) fn call_eval_spread(
        &self,
        code: Gc<Code>,
        site: Site,
        env: Value,
        above: usize,
    ) -> Res<Called> {
        self.poll()?;
        let spread = self.spread(site, above)?;
        let called = self.call_eval(code, spread, env);
        self.after_spread(called, above)
    }

    pub(crate) fn to_property_key_value(&self, value: Value) -> Res<Value> {
        let key = self.to_property_key(value)?;
        Ok(key.to_value(&self.rt)?)
    }

    /// The result of `typeof`, as a string value.
    pub(crate) fn type_of_value(&self, value: Value) -> Value {
        let names = self.names();
        let key = match value.type_of() {
            "undefined" => names.undefined,
            "object" => names.object,
            "boolean" => names.boolean,
            "number" => names.number,
            "string" => names.string,
            "symbol" => names.symbol,
            "bigint" => names.bigint,
            _ => names.function,
        };
        key.as_atom().map_or(Value::UNDEFINED, Value::from)
    }
}
