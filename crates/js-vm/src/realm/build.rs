//! 18 ECMAScript Standard Built-in Objects: how the library defines them.
//!
//! ```ignore
//! Build::constructor(vm, Intrinsic::Map, "Map", 0, map)
//!     .prototype(Intrinsic::MapPrototype)
//!     .method("get", 1, get)
//!     .getter("size", size)
//!     .method("entries", 0, entries)
//!     .symbol_alias(vm.symbols().iterator, "entries")
//!     .to_string_tag("Map")
//!     .static_method("groupBy", 2, group_by)
//!     .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
//!     .global()
//!     .finish()?;
//! ```
//! Errors (memory can be out) wait until `finish`.

use super::Intrinsic;
use crate::call::NativeFn;
use crate::error::Res;
use crate::vm::Vm;
use js_rt::{Attrs, Class, Flags, Obj, Own, PropertyDescriptor, PropertyKey, Shp, Str, Sym, Value};

/// Defines a constructor with its prototype, or another object of the library.
#[must_use]
pub struct Build<'a> {
    vm: &'a Vm,
    name: &'a str,
    /// What `static_` methods and constants are for.
    constructor: Option<Obj>,
    /// What the other ones are for.
    target: Option<Obj>,
    failed: Res<()>,
}

impl<'a> Build<'a> {
    fn new(vm: &'a Vm, name: &'a str, made: Res<(Option<Obj>, Option<Obj>)>) -> Build<'a> {
        match made {
            Ok((constructor, target)) => Build { vm, name, constructor, target, failed: Ok(()) },
            Err(thrown) => Build { vm, name, constructor: None, target: None, failed: Err(thrown) },
        }
    }

    /// A constructor. Until its prototype is named, everything is defined on itself.
    pub fn constructor(vm: &'a Vm, which: Intrinsic, name: &'a str, length: u32, f: NativeFn) -> Build<'a> {
        let made = vm.native_constructor(f, length, name).map(|function| {
            vm.set_intrinsic(which, function);
            (Some(function), Some(function))
        });
        Build::new(vm, name, made)
    }

    /// An ordinary object: a namespace such as `Math`.
    pub fn namespace(vm: &'a Vm, which: Intrinsic, name: &'a str) -> Build<'a> {
        Build::object(vm, which, name, Intrinsic::ObjectPrototype)
    }

    /// An ordinary object with a prototype: those of iterators, which have no constructor.
    pub fn object(vm: &'a Vm, which: Intrinsic, name: &'a str, proto: Intrinsic) -> Build<'a> {
        let made = vm.intrinsic_object(which, Some(vm.intrinsic(proto)), Class::Object);
        Build::new(vm, name, made.map(|o| (Some(o), Some(o))))
    }

    /// More of an object that exists already.
    pub fn extend(vm: &'a Vm, name: &'a str, o: Obj) -> Build<'a> {
        Build::new(vm, name, Ok((Some(o), Some(o))))
    }

    fn step(mut self, define: impl FnOnce(&Self) -> Res<()>) -> Self {
        if self.failed.is_ok() {
            self.failed = define(&self);
        }
        self
    }

    /// The constructor inherits from another one.
    pub fn parent(self, parent: Intrinsic) -> Self {
        self.step(|build| match build.constructor {
            Some(constructor) => Ok(build.vm.rt.set_proto(constructor, Some(build.vm.intrinsic(parent)))?),
            None => Ok(()),
        })
    }

    /// The prototype, an ordinary object that inherits from %Object.prototype%: what follows is defined on it.
    pub fn prototype(self, which: Intrinsic) -> Self {
        self.prototype_of(which, Intrinsic::ObjectPrototype, Class::Object)
    }

    /// The prototype, with a parent and a class.
    pub fn prototype_of(self, which: Intrinsic, parent: Intrinsic, class: Class) -> Self {
        let mut prototype = None;
        let mut build = self.step(|build| {
            let vm = build.vm;
            let made = vm.intrinsic_object(which, Some(vm.intrinsic(parent)), class)?;
            prototype = Some(made);
            if let Some(constructor) = build.constructor {
                vm.rt.put_own_with(constructor, vm.names().prototype, made.into(), Attrs::NONE)?;
                vm.rt.put_own_with(made, vm.names().constructor, constructor.into(), Attrs::METHOD)?;
            }
            Ok(())
        });
        build.target = prototype;
        build
    }

    /// `constructor` of the prototype cannot be written (those of generator functions), nor is it found by name.
    pub fn constructor_read_only(self) -> Self {
        self.step(|build| match (build.target, build.constructor) {
            (Some(target), Some(constructor)) => {
                build.define_on(target, build.vm.names().constructor, constructor.into(), Attrs::CONFIGURABLE)
            }
            _ => Ok(()),
        })
    }

    fn define_on(&self, o: Obj, key: PropertyKey, value: Value, attrs: Attrs) -> Res<()> {
        Ok(self.vm.rt.put_own_with(o, key, value, attrs)?)
    }

    fn function_on(&self, o: Option<Obj>, key: PropertyKey, name: Str, length: u32, f: NativeFn) -> Res<()> {
        let function = self.vm.native_function(f, length, name, &[])?;
        match o {
            Some(o) => self.define_on(o, key, function.into(), Attrs::METHOD),
            None => Ok(()),
        }
    }

    fn accessor_on(
        &self,
        o: Option<Obj>,
        key: PropertyKey,
        name: &str,
        get: Option<NativeFn>,
        set: Option<NativeFn>,
    ) -> Res<()> {
        let vm = self.vm;
        let make = |prefix: &str, length: u32, f: Option<NativeFn>| match f {
            Some(f) => Ok(Value::from(vm.native_named(f, length, &format!("{prefix} {name}"))?)),
            None => Res::Ok(Value::UNDEFINED),
        };
        let (get, set) = (make("get", 0, get)?, make("set", 1, set)?);
        match o {
            Some(o) => {
                vm.define_new(o, key, &PropertyDescriptor::accessor(get, set, Attrs::accessor(false, true)))
            }
            None => Ok(()),
        }
    }

    fn key(&self, name: &str) -> Res<PropertyKey> {
        Ok(self.vm.rt.key_from_utf8(name)?)
    }

    fn named_on(&self, o: Option<Obj>, name: &str, length: u32, f: NativeFn) -> Res<()> {
        let key = self.key(name)?;
        let text = self.vm.rt.key_to_str(key)?;
        self.function_on(o, key, text, length, f)
    }

    /// A method of the prototype.
    pub fn method(self, name: &str, length: u32, f: NativeFn) -> Self {
        self.step(|build| build.named_on(build.target, name, length, f))
    }

    /// A method of the prototype that the realm knows, too.
    pub fn intrinsic_method(self, which: Intrinsic, name: &str, length: u32, f: NativeFn) -> Self {
        self.method(name, length, f).keep(which, name)
    }

    /// A method of the constructor.
    pub fn static_method(self, name: &str, length: u32, f: NativeFn) -> Self {
        self.step(|build| build.named_on(build.constructor, name, length, f))
    }

    /// A method of the prototype under a symbol; its name is `[text]`.
    pub fn symbol_method(self, symbol: Sym, text: &str, length: u32, f: NativeFn) -> Self {
        self.step(|build| {
            let name = build.vm.rt.str_from_utf8(&format!("[{text}]"))?;
            build.function_on(build.target, symbol.into(), name, length, f)
        })
    }

    /// A method of the prototype under a symbol that cannot be written.
    pub fn symbol_method_with(self, symbol: Sym, text: &str, length: u32, attrs: Attrs, f: NativeFn) -> Self {
        self.step(|build| {
            let function = build.vm.native_named(f, length, &format!("[{text}]"))?;
            match build.target {
                Some(target) => build.define_on(target, symbol.into(), function.into(), attrs),
                None => Ok(()),
            }
        })
    }

    /// A getter of the prototype.
    pub fn getter(self, name: &str, get: NativeFn) -> Self {
        self.step(|build| build.accessor_on(build.target, build.key(name)?, name, Some(get), None))
    }

    /// A getter and a setter of the prototype.
    pub fn accessor(self, name: &str, get: NativeFn, set: NativeFn) -> Self {
        self.step(|build| build.accessor_on(build.target, build.key(name)?, name, Some(get), Some(set)))
    }

    /// A getter of the constructor.
    pub fn static_getter(self, name: &str, get: NativeFn) -> Self {
        self.step(|build| build.accessor_on(build.constructor, build.key(name)?, name, Some(get), None))
    }

    /// A getter and a setter of the constructor.
    pub fn static_accessor(self, name: &str, get: NativeFn, set: NativeFn) -> Self {
        self.step(|build| build.accessor_on(build.constructor, build.key(name)?, name, Some(get), Some(set)))
    }

    /// A getter of the prototype under a symbol; its name is `get [text]`.
    pub fn symbol_getter(self, symbol: Sym, text: &str, get: NativeFn) -> Self {
        self.step(|build| {
            build.accessor_on(build.target, symbol.into(), &format!("[{text}]"), Some(get), None)
        })
    }

    /// A getter and a setter of the prototype under a symbol.
    pub fn symbol_accessor(self, symbol: Sym, text: &str, get: NativeFn, set: NativeFn) -> Self {
        self.step(|build| {
            build.accessor_on(build.target, symbol.into(), &format!("[{text}]"), Some(get), Some(set))
        })
    }

    /// A getter of the constructor under a symbol, such as `Symbol.species`.
    pub fn static_symbol_getter(self, symbol: Sym, text: &str, get: NativeFn) -> Self {
        self.step(|build| {
            build.accessor_on(build.constructor, symbol.into(), &format!("[{text}]"), Some(get), None)
        })
    }

    /// A value on the prototype, writable and configurable.
    pub fn value(self, name: &str, value: impl Into<Value>) -> Self {
        self.property(name, value, Attrs::METHOD)
    }

    /// A value on the prototype.
    pub fn property(self, name: &str, value: impl Into<Value>, attrs: Attrs) -> Self {
        let value = value.into();
        self.step(|build| match build.target {
            Some(target) => build.define_on(target, build.key(name)?, value, attrs),
            None => Ok(()),
        })
    }

    /// A string on the prototype, writable and configurable.
    pub fn text(self, name: &str, text: &str) -> Self {
        self.step(|build| match build.target {
            Some(target) => {
                let text = build.vm.rt.str_from_utf8(text)?;
                build.define_on(target, build.key(name)?, text.into(), Attrs::METHOD)
            }
            None => Ok(()),
        })
    }

    /// A constant of the constructor, or of a namespace.
    pub fn constant(self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.step(|build| match build.constructor {
            Some(constructor) => build.define_on(constructor, build.key(name)?, value, Attrs::NONE),
            None => Ok(()),
        })
    }

    /// A value on the constructor.
    pub fn static_value(self, name: &str, value: impl Into<Value>, attrs: Attrs) -> Self {
        let value = value.into();
        self.step(|build| match build.constructor {
            Some(constructor) => build.define_on(constructor, build.key(name)?, value, attrs),
            None => Ok(()),
        })
    }

    /// `Symbol.toStringTag` of the prototype.
    pub fn to_string_tag(self, tag: &str) -> Self {
        self.step(|build| match build.target {
            Some(target) => {
                let tag = build.vm.rt.key_from_utf8(tag)?.to_value(&build.vm.rt)?;
                build.define_on(target, build.vm.symbols().to_string_tag.into(), tag, Attrs::CONFIGURABLE)
            }
            None => Ok(()),
        })
    }

    /// The same function under another name.
    pub fn alias(self, name: &str, existing: &str) -> Self {
        self.step(|build| {
            let key = build.key(name)?;
            build.alias_key(key, existing)
        })
    }

    /// The same function under a symbol.
    pub fn symbol_alias(self, symbol: Sym, existing: &str) -> Self {
        self.step(|build| build.alias_key(symbol.into(), existing))
    }

    fn alias_key(&self, key: PropertyKey, existing: &str) -> Res<()> {
        match (self.target, self.own_value(existing)?) {
            (Some(target), Some(value)) => self.define_on(target, key, value, Attrs::METHOD),
            _ => Ok(()),
        }
    }

    fn own_value(&self, name: &str) -> Res<Option<Value>> {
        let key = self.key(name)?;
        Ok(match self.target.and_then(|target| self.vm.rt.get_own(target, key)) {
            Some(Own::Data(value, _)) => Some(value),
            _ => None,
        })
    }

    /// The realm knows the value of a property of the prototype as an intrinsic.
    pub fn keep(self, which: Intrinsic, name: &str) -> Self {
        self.step(|build| {
            if let Some(o) = build.own_value(name)?.and_then(Value::as_object) {
                build.vm.set_intrinsic(which, o);
            }
            Ok(())
        })
    }

    /// The realm knows the value of a property of the constructor as an intrinsic.
    pub fn keep_static(self, which: Intrinsic, name: &str) -> Self {
        self.step(|build| {
            let key = build.key(name)?;
            if let Some(Own::Data(value, _)) = build.constructor.and_then(|c| build.vm.rt.get_own(c, key))
                && let Some(o) = value.as_object()
            {
                build.vm.set_intrinsic(which, o);
            }
            Ok(())
        })
    }

    /// A property of the global object.
    pub fn global(self) -> Self {
        self.step(|build| {
            let key = build.key(build.name)?;
            match build.constructor {
                Some(o) => build.define_on(build.vm.global(), key, o.into(), Attrs::METHOD),
                None => Ok(()),
            }
        })
    }

    /// A property of another object, such as `Temporal`.
    pub fn member_of(self, namespace: Intrinsic) -> Self {
        self.step(|build| {
            let key = build.key(build.name)?;
            match build.constructor {
                Some(o) => build.define_on(build.vm.intrinsic(namespace), key, o.into(), Attrs::METHOD),
                None => Ok(()),
            }
        })
    }

    /// What was defined: the constructor, or the object.
    ///
    /// # Errors
    /// Memory is out.
    pub fn finish(self) -> Res<Obj> {
        self.failed?;
        self.constructor.ok_or(crate::error::Throw::Memory)
    }
}

impl Vm {
    fn define_new(&self, o: Obj, key: PropertyKey, descriptor: &PropertyDescriptor) -> Res<()> {
        self.rt.define_own_ordinary(o, key, descriptor)?;
        Ok(())
    }

    /// An intrinsic object of the running realm, made now unless there is one.
    fn intrinsic_object(&self, which: Intrinsic, proto: Option<Obj>, class: Class) -> Res<Obj> {
        if self.has_intrinsic(which) {
            return Ok(self.intrinsic(which));
        }
        let o = self.rt.new_object(proto, class)?;
        // It gets many properties, and no other object the same ones.
        self.rt.to_dictionary(o)?;
        self.set_intrinsic(which, o);
        Ok(o)
    }

    /// The function that %Function.prototype% is, which all others inherit from.
    pub fn make_function_prototype(&self, f: NativeFn) -> Res<Obj> {
        let shape = self.native_shape(self.intrinsic(Intrinsic::ObjectPrototype))?;
        let function = self.native_of_shape(shape, f, 0, self.rt.empty_str(), &[])?;
        self.set_intrinsic(Intrinsic::FunctionPrototype, function);
        Ok(function)
    }

    /// 10.3.4 CreateBuiltinFunction with a name
    pub fn native_named(&self, f: NativeFn, length: u32, name: &str) -> Res<Obj> {
        let name = self.rt.str_from_utf8(name)?;
        self.native_function(f, length, name, &[])
    }

    /// 10.3.4 CreateBuiltinFunction with `[[Construct]]`
    pub fn native_constructor(&self, f: NativeFn, length: u32, name: &str) -> Res<Obj> {
        let function = self.native_named(f, length, name)?;
        function.set_flag(Flags::CONSTRUCTOR);
        Ok(function)
    }

    /// 10.3.4 CreateBuiltinFunction of the running realm; the values are for `f` itself
    pub fn native_function(&self, f: NativeFn, length: u32, name: Str, slots: &[Value]) -> Res<Obj> {
        let shape = self.kept_shape(&self.ops.native_shape, Intrinsic::FunctionPrototype, |proto| {
            self.native_shape(proto)
        })?;
        self.native_of_shape(shape, f, length, name, slots)
    }

    /// The shape of built-in functions, with `length` and `name`.
    fn native_shape(&self, proto: Obj) -> Res<Shp> {
        let shape = self.rt.root_shape(Some(proto), Class::NativeFunction, 2)?;
        let shape = self.rt.add_transition(shape, self.names().length, Attrs::CONFIGURABLE)?;
        Ok(self.rt.add_transition(shape, self.names().name, Attrs::CONFIGURABLE)?)
    }

    fn native_of_shape(&self, shape: Shp, f: NativeFn, length: u32, name: Str, slots: &[Value]) -> Res<Obj> {
        let native = self.native_payload(f, slots)?;
        let function = self.rt.new_object_with(shape)?;
        function.set_payload(&self.rt, Value::from_cell(native));
        function.set_flag(Flags::CALLABLE);
        function.set_slot(&self.rt, 0, Value::from(length));
        function.set_slot(&self.rt, 1, name.into());
        Ok(function)
    }
}
