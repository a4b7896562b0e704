//! Functions as objects, methods, classes, private names.

use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::{FunctionKind, MethodFlags};
use js_rt::{
    Attrs, Class, ClosureInit, Code, Env, Flags, Obj, PropertyDescriptor, PropertyKey, Shp, Str, Sym, Value,
};

/// Attributes of methods of classes.
const METHOD: Attrs = Attrs::WRITABLE.with(Attrs::CONFIGURABLE);

impl Vm {
    /// A closure of function `index` of the unit of `code`, in an environment.
    pub(crate) fn make_closure(&self, code: Gc<Code>, index: usize, env: Option<Env>) -> Res<Obj> {
        let callee = self.code_of(code.unit, index)?;
        self.closure_of(callee, env)
    }

    /// 10.2.3 OrdinaryFunctionCreate with all that follows it for a function of its kind. `length`, `name` and `prototype` are
    /// lazy.
    pub(crate) fn closure_of(&self, code: Gc<Code>, env: Option<Env>) -> Res<Obj> {
        let shape = match code.shape.get() {
            Some(shape) => shape,
            None => self.function_shape(code)?,
        };
        let home = Value::EMPTY;
        let closure = self.rt.new_closure(ClosureInit { code, flags: 0, env, home })?;
        let function = self.rt.new_object_with(shape)?;
        function.set_payload(&self.rt, Value::from_cell(closure));
        function.set_flag(Flags::CALLABLE);
        if is_constructor(&code) {
            function.set_flag(Flags::CONSTRUCTOR);
        }
        Ok(function)
    }

    /// The shape of functions made from `code`.
    #[cold]
    fn function_shape(&self, code: Gc<Code>) -> Res<Shp> {
        let flags = code.function.flags;
        let proto = match (flags.is_async, flags.generator) {
            (false, false) => Intrinsic::FunctionPrototype,
            (false, true) => Intrinsic::GeneratorFunctionPrototype,
            (true, false) => Intrinsic::AsyncFunctionPrototype,
            (true, true) => Intrinsic::AsyncGeneratorFunctionPrototype,
        };
        let realm = self.state.realm.replace(Some(code.unit.realm));
        let proto = self.intrinsic(proto);
        self.state.realm.set(realm);
        let names = self.names();
        // What V8 and others give sloppy functions, in place of the accessors that throw.
        let legacy = code.function.kind == FunctionKind::Normal
            && !flags.strict
            && !flags.is_async
            && !flags.generator;
        let mut shape = self.rt.root_shape(Some(proto), Class::Function, if legacy { 5 } else { 3 })?;
        shape = self.rt.add_transition(shape, names.length, Attrs::CONFIGURABLE)?;
        shape = self.rt.add_transition(shape, names.name, Attrs::CONFIGURABLE)?;
        if legacy {
            shape = self.rt.add_transition(shape, names.arguments, Attrs::NONE)?;
            shape = self.rt.add_transition(shape, names.caller, Attrs::NONE)?;
        }
        if let Some(attrs) = prototype_attrs(&code) {
            shape = self.rt.add_transition(shape, names.prototype, attrs)?;
        }
        code.shape.set(Some(shape));
        self.rt.heap().wrote(code);
        Ok(shape)
    }

    /// The value of a lazy property, which is made now.
    ///
    /// # Errors
    /// Out of memory.
    pub fn materialize(&self, object: Obj, slot: u32) -> Res<Value> {
        let Some((key, _)) = object.shape().entry(slot) else { return Ok(Value::UNDEFINED) };
        let value = match object.class() {
            Class::Function => match self.closure(object) {
                Some(closure) => self.lazy_of_closure(object, closure.code(), key)?,
                None => Value::UNDEFINED,
            },
            _ => Value::UNDEFINED,
        };
        object.set_slot(&self.rt, slot, value);
        Ok(value)
    }

    fn lazy_of_closure(&self, function: Obj, code: Gc<Code>, key: PropertyKey) -> Res<Value> {
        let names = self.names();
        if key == names.length {
            return Ok(Value::number(f64::from(code.function.length)));
        }
        if key == names.name {
            return Ok(code.name);
        }
        if key != names.prototype {
            return Ok(Value::NULL);
        }
        let realm = self.state.realm.replace(Some(code.unit.realm));
        let made = self.function_prototype(function, code);
        self.state.realm.set(realm);
        Ok(made?.into())
    }

    /// 10.2.5 MakeConstructor, the object; or what generators have.
    fn function_prototype(&self, function: Obj, code: Gc<Code>) -> Res<Obj> {
        let flags = code.function.flags;
        if flags.generator {
            let proto = if flags.is_async {
                Intrinsic::AsyncGeneratorPrototype
            } else {
                Intrinsic::GeneratorPrototype
            };
            return self.object_create(Some(self.intrinsic(proto)), Class::Object);
        }
        let object = self.object_create(Some(self.intrinsic(Intrinsic::ObjectPrototype)), Class::Object)?;
        self.rt.add(object, self.names().constructor, function.into(), METHOD)?;
        Ok(object)
    }

    /// 15.7.14 ClassDefinitionEvaluation, up to constructor and prototype.
    pub(crate) fn new_class(
        &self,
        code: Gc<Code>,
        index: u32,
        heritage: Value,
        env: Value,
    ) -> Res<(Obj, Obj)> {
        let (proto_parent, constructor_parent) = self.class_parents(heritage)?;
        let proto = self.object_create(proto_parent, Class::Object)?;
        let constructor = self.make_closure(code, index as usize, self.as_env(env))?;
        if self.get_prototype_of(constructor)? != Some(constructor_parent) {
            self.rt.set_proto(constructor, Some(constructor_parent))?;
        }
        if let Some(closure) = self.closure(constructor) {
            closure.set_home(&self.rt, proto.into());
        }
        // The property is there, with its value to be made; it is not writable.
        if let Some((slot, _)) = constructor.shape().lookup(self.names().prototype) {
            constructor.set_slot(&self.rt, slot, proto.into());
        }
        self.rt.add(proto, self.names().constructor, constructor.into(), METHOD)?;
        Ok((constructor, proto))
    }

    fn class_parents(&self, heritage: Value) -> Res<(Option<Obj>, Obj)> {
        let function = self.intrinsic(Intrinsic::FunctionPrototype);
        if heritage.is_empty() {
            return Ok((Some(self.intrinsic(Intrinsic::ObjectPrototype)), function));
        }
        if heritage.is_null() {
            return Ok((None, function));
        }
        let parent = match heritage.as_object() {
            Some(parent) if parent.is_constructor() => parent,
            _ => {
                let what = self.describe_value(heritage);
                return Err(
                    self.type_error(format_args!("Class extends value {what} is not a constructor or null"))
                );
            }
        };
        let proto = self.get(parent, self.names().prototype)?;
        if !proto.is_object() && !proto.is_null() {
            let what = self.describe_value(proto);
            let message = format_args!("Class extends value does not have valid prototype property {what}");
            return Err(self.type_error(message));
        }
        Ok((proto.as_object(), parent))
    }

    /// 10.2.9 SetFunctionName, for a key known only now.
    pub(crate) fn set_function_name(&self, function: Value, key: Value, prefix: u32) -> Res<()> {
        let Some(function) = function.as_object() else { return Ok(()) };
        let name = self.function_name(key)?;
        let prefix = match prefix {
            1 => Some("get "),
            2 => Some("set "),
            _ => None,
        };
        let name = match prefix {
            Some(prefix) => {
                let prefix = self.rt.str_from_utf8(prefix)?;
                self.rt.concat(prefix, name)?
            }
            None => name,
        };
        // The lazy property of a closure gets its value; others get the property.
        if let Some((slot, _)) = function.shape().lookup(self.names().name) {
            function.set_slot(&self.rt, slot, name.into());
            return Ok(());
        }
        let descriptor = PropertyDescriptor::data(name.into(), Attrs::CONFIGURABLE);
        self.define_property_or_throw(function, self.names().name, &descriptor)
    }

    fn function_name(&self, key: Value) -> Res<Str> {
        match key.as_symbol() {
            None => self.to_string(key),
            Some(symbol) => match symbol.description() {
                None => Ok(self.rt.empty_str()),
                Some(description) if symbol.is_private() => Ok(description),
                Some(description) => {
                    let (open, close) = (self.rt.str_from_utf8("[")?, self.rt.str_from_utf8("]")?);
                    let name = self.rt.concat(open, description)?;
                    Ok(self.rt.concat(name, close)?)
                }
            },
        }
    }

    pub(crate) fn set_home(&self, function: Value, home: Value) {
        if let Some(closure) = function.as_object().and_then(|function| self.closure(function)) {
            closure.set_home(&self.rt, home);
        }
    }

    /// 15.4.5 MethodDefinitionEvaluation, the property.
    pub(crate) fn define_method(&self, object: Value, key: Value, function: Value, flags: u8) -> Res<()> {
        let Some(object) = object.as_object() else { return Ok(()) };
        let key = self.to_property_key(key)?;
        let enumerable = flags & MethodFlags::ENUMERABLE != 0;
        let mut descriptor = PropertyDescriptor {
            enumerable: Some(enumerable),
            configurable: Some(true),
            ..PropertyDescriptor::default()
        };
        if flags & MethodFlags::GETTER != 0 {
            descriptor.get = Some(function);
        } else if flags & MethodFlags::SETTER != 0 {
            descriptor.set = Some(function);
        } else {
            descriptor.value = Some(function);
            descriptor.writable = Some(true);
        }
        self.define_property_or_throw(object, key, &descriptor)
    }

    pub(crate) fn set_fields(&self, constructor: Value, fields: Value) {
        if let Some(closure) = constructor.as_object().and_then(|function| self.closure(function)) {
            closure.set_fields(&self.rt, fields);
        }
    }

    /// 7.3.34 InitializeInstanceElements
    pub(crate) fn init_fields(&self, object: Value, constructor: Value) -> Res<()> {
        let closure = constructor.as_object().and_then(|function| self.closure(function));
        let fields = closure.map_or(Value::EMPTY, |closure| closure.fields());
        if fields.is_object() {
            self.call(fields, object, &[])?;
        }
        Ok(())
    }

    pub(crate) fn new_private_name(&self, name: Value) -> Res<Value> {
        match name.as_string() {
            Some(name) => Ok(self.rt.new_private_name(name)?.into()),
            None => Ok(Value::UNDEFINED),
        }
    }

    fn private_text(name: Sym) -> String {
        name.description().map(|name| name.to_std()).unwrap_or_default()
    }

    fn private_parts(&self, object: Value, name: Value, what: &str) -> Res<(Obj, Sym)> {
        match (object.as_object(), name.as_symbol()) {
            (Some(object), Some(name)) => Ok((object, name)),
            (None, Some(name)) if object.is_nullish() => {
                let name = Self::private_text(name);
                Err(match what {
                    "read" => self.cannot_read(object, &name),
                    _ => self.cannot_set(object, &name),
                })
            }
            (_, name) => Err(self.no_private(name, what)),
        }
    }

    #[cold]
    fn no_private(&self, name: Option<Sym>, what: &str) -> Throw {
        let name = name.map(Self::private_text).unwrap_or_default();
        self.type_error(format_args!(
            "Cannot {what} private member {name} {} an object whose class did not declare it",
            { if what == "read" { "from" } else { "to" } }
        ))
    }

    /// 7.3.31 PrivateGet
    pub(crate) fn get_private(&self, object: Value, name: Value) -> Res<Value> {
        let (object, name) = self.private_parts(object, name, "read")?;
        match object.shape().lookup(name.into()) {
            None => Err(self.no_private(Some(name), "read")),
            Some((slot, attrs)) if !attrs.is_accessor() => Ok(object.slot(slot)),
            Some((slot, _)) => {
                let getter =
                    object.slot(slot).as_accessor().map_or(Value::UNDEFINED, |accessor| accessor.get());
                if getter.is_undefined() {
                    let name = Self::private_text(name);
                    return Err(self.type_error(format_args!("'{name}' was defined without a getter")));
                }
                self.call(getter, object.into(), &[])
            }
        }
    }

    /// 7.3.32 PrivateSet
    pub(crate) fn set_private(&self, object: Value, name: Value, value: Value) -> Res<()> {
        let (object, name) = self.private_parts(object, name, "write")?;
        match object.shape().lookup(name.into()) {
            None => Err(self.no_private(Some(name), "write")),
            Some((_, attrs)) if !attrs.is_accessor() && !attrs.is_writable() => {
                let name = Self::private_text(name);
                Err(self.type_error(format_args!("Private method '{name}' is not writable")))
            }
            Some((slot, attrs)) if !attrs.is_accessor() => {
                object.set_slot(&self.rt, slot, value);
                Ok(())
            }
            Some((slot, _)) => {
                let setter =
                    object.slot(slot).as_accessor().map_or(Value::UNDEFINED, |accessor| accessor.set());
                if setter.is_undefined() {
                    let name = Self::private_text(name);
                    return Err(self.type_error(format_args!("'{name}' was defined without a setter")));
                }
                self.call(setter, object.into(), &[value])?;
                Ok(())
            }
        }
    }

    /// 13.10.1 `#x in object`
    pub(crate) fn has_private(&self, name: Value, object: Value) -> Res<Value> {
        let Some(object) = object.as_object() else {
            let what = self.describe_value(object);
            let name = name.as_symbol().map(Self::private_text).unwrap_or_default();
            return Err(
                self.type_error(format_args!("Cannot use 'in' operator to search for '{name}' in {what}"))
            );
        };
        Ok(Value::bool(name.as_symbol().is_some_and(|name| object.shape().lookup(name.into()).is_some())))
    }

    /// 7.3.28 PrivateFieldAdd and 7.3.29 PrivateMethodOrAccessorAdd
    pub(crate) fn define_private(&self, object: Value, name: Value, value: Value, flags: u8) -> Res<()> {
        let (object, name) = self.private_parts(object, name, "write")?;
        let key = PropertyKey::from(name);
        let known = object.shape().lookup(key);
        if flags & (MethodFlags::GETTER | MethodFlags::SETTER) != 0 {
            return self.define_private_accessor(object, name, value, flags, known);
        }
        if known.is_some() {
            return Err(self.private_again(name));
        }
        self.private_extensible(object, name)?;
        let attrs = if flags & MethodFlags::METHOD != 0 { Attrs::NONE } else { Attrs::WRITABLE };
        Ok(self.rt.add(object, key, value, attrs)?)
    }

    #[cold]
    fn private_again(&self, name: Sym) -> Throw {
        let name = Self::private_text(name);
        self.type_error(format_args!("Cannot initialize {name} twice on the same object"))
    }

    /// Objects that are not extensible get no private elements (the non-extensible private proposal, part of 2026).
    fn private_extensible(&self, object: Obj, name: Sym) -> Res<()> {
        if object.class() != Class::Proxy && !object.is_extensible() {
            let name = Self::private_text(name);
            return Err(self
                .type_error(format_args!("Cannot define private member {name}, object is not extensible")));
        }
        Ok(())
    }

    /// Getter and setter of a name come one after the other: the second one joins the first.
    fn define_private_accessor(
        &self,
        object: Obj,
        name: Sym,
        function: Value,
        flags: u8,
        known: Option<(u32, Attrs)>,
    ) -> Res<()> {
        let getter = flags & MethodFlags::GETTER != 0;
        let Some((slot, attrs)) = known else {
            self.private_extensible(object, name)?;
            let (get, set) = if getter { (function, Value::UNDEFINED) } else { (Value::UNDEFINED, function) };
            let accessor = self.rt.new_accessor(get, set)?;
            return Ok(self.rt.add_accessor(object, name.into(), accessor, Attrs::NONE)?);
        };
        let old = if attrs.is_accessor() { object.slot(slot).as_accessor() } else { None };
        let Some(old) = old else { return Err(self.private_again(name)) };
        let taken = if getter { old.get() } else { old.set() };
        if !taken.is_undefined() {
            return Err(self.private_again(name));
        }
        let (get, set) = if getter { (function, old.set()) } else { (old.get(), function) };
        let accessor = self.rt.new_accessor(get, set)?;
        object.set_slot(&self.rt, slot, Value::from_cell(accessor));
        Ok(())
    }

    /// 13.3.7.2 GetSuperConstructor
    pub(crate) fn super_constructor(&self, function: Value) -> Res<Value> {
        let parent = match function.as_object() {
            Some(function) => self.get_prototype_of(function)?,
            None => None,
        };
        // Whether it is a constructor matters only when the arguments have been evaluated: `new` looks.
        Ok(parent.map_or(Value::NULL, Value::from))
    }

    /// 10.2.2 `[[Construct]]`, steps 10 to 12, of a derived constructor
    pub(crate) fn derived_result(&self, value: Value, this: Value) -> Res<Value> {
        if value.is_object() {
            return Ok(value);
        }
        if value.is_undefined() && !this.is_empty() {
            return Ok(this);
        }
        // The constructor has returned: its caller's realm is the running one.
        let caller = self.state.stack.frames().iter().rev().nth(1).and_then(|frame| frame.code.get());
        let realm = caller.map_or_else(|| self.realm(), |code| code.unit.realm);
        Err(self.in_realm(realm, || match value.is_undefined() {
            true => self.this_not_initialized(),
            false => self.type_error("Derived constructors may only return object or undefined"),
        }))
    }
}

fn is_constructor(code: &Code) -> bool {
    let flags = code.function.flags;
    match code.function.kind {
        FunctionKind::Normal => !flags.generator && !flags.is_async,
        FunctionKind::BaseConstructor | FunctionKind::DerivedConstructor => true,
        _ => false,
    }
}

/// Attributes of `prototype`, for functions that have it.
fn prototype_attrs(code: &Code) -> Option<Attrs> {
    let flags = code.function.flags;
    match code.function.kind {
        FunctionKind::BaseConstructor | FunctionKind::DerivedConstructor => Some(Attrs::NONE),
        _ if flags.generator => Some(Attrs::WRITABLE),
        FunctionKind::Normal if !flags.is_async => Some(Attrs::WRITABLE),
        _ => None,
    }
}
