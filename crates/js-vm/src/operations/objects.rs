//! 7.3 Operations on Objects.

use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{
    Attrs, Class, Closure, DEFAULT_INLINE, Flags, List, Native, Obj, Own, PropertyDescriptor, PropertyKey,
    Realm, Shp, Value,
};
use std::cell::Cell;

/// What SetIntegrityLevel and TestIntegrityLevel are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegrityLevel {
    /// No property can be added or deleted.
    Sealed,
    /// Nor can one be changed.
    Frozen,
}

/// What EnumerableOwnProperties gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// The keys.
    Key,
    /// The values.
    Value,
    /// Arrays of key and value.
    KeyValue,
}

impl Vm {
    /// 10.1.12 OrdinaryObjectCreate with %Object.prototype%
    #[inline]
    pub fn new_object(&self) -> Res<Obj> {
        let shape = self.kept_shape(&self.ops.object_shape, Intrinsic::ObjectPrototype, |proto| {
            Ok(self.rt.root_shape(Some(proto), Class::Object, DEFAULT_INLINE)?)
        })?;
        Ok(self.rt.new_object_with(shape)?)
    }

    /// A shape of objects that inherit from an intrinsic one: the one used last, if that was of the same realm.
    #[inline]
    pub(crate) fn kept_shape(
        &self,
        kept: &Cell<Option<Shp>>,
        proto: Intrinsic,
        make: impl FnOnce(Obj) -> Res<Shp>,
    ) -> Res<Shp> {
        let proto = self.intrinsic(proto);
        if let Some(shape) = kept.get()
            && shape.proto() == Some(proto)
        {
            return Ok(shape);
        }
        let shape = make(proto)?;
        kept.set(Some(shape));
        Ok(shape)
    }

    /// 10.1.12 OrdinaryObjectCreate
    #[inline]
    pub fn object_create(&self, proto: Option<Obj>, class: Class) -> Res<Obj> {
        Ok(self.rt.new_object(proto, class)?)
    }

    /// 7.3.18 CreateArrayFromList
    pub fn new_array(&self, elements: &[Value]) -> Res<Obj> {
        Ok(self.rt.new_array_with(self.array_shape()?, elements)?)
    }

    /// The shape of arrays with the intrinsic prototype.
    #[inline]
    pub(crate) fn array_shape(&self) -> Res<Shp> {
        self.kept_shape(&self.ops.array_shape, Intrinsic::ArrayPrototype, |proto| {
            Ok(self.rt.root_shape(Some(proto), Class::Array, 0)?)
        })
    }

    /// 7.3.18 CreateArrayFromList of values in cells
    pub fn new_array_of(&self, elements: &[Cell<Value>]) -> Res<Obj> {
        Ok(self.rt.new_array_from_cells(self.array_shape()?, elements)?)
    }

    /// 7.3.18 CreateArrayFromList
    pub fn create_array_from_list(&self, list: Gc<List>) -> Res<Obj> {
        self.new_array_of(list.as_slice())
    }

    /// 7.3.2 Get
    #[inline]
    pub fn get(&self, o: Obj, key: impl Into<PropertyKey>) -> Res<Value> {
        self.ordinary_get(o, key.into(), o.into())
    }

    /// 7.3.2 Get of an element
    pub fn get_index(&self, o: Obj, index: u64) -> Res<Value> {
        match u32::try_from(index) {
            Ok(small) if small != u32::MAX => {
                let value = if o.is_exotic() { Value::EMPTY } else { o.element(small) };
                if value.is_empty() { self.get(o, PropertyKey::index(small)) } else { Ok(value) }
            }
            _ => self.get(o, self.rt.key_from_u64(index)?),
        }
    }

    /// 7.3.3 GetV
    #[inline]
    pub fn get_v(&self, value: Value, key: impl Into<PropertyKey>) -> Res<Value> {
        self.get_value(value, key)
    }

    /// 7.3.4 Set
    #[inline]
    pub fn set(&self, o: Obj, key: impl Into<PropertyKey>, value: Value, throw: bool) -> Res<()> {
        let key = key.into();
        if !self.ordinary_set(o, key, value, o.into())? && throw {
            return Err(self.assignment_error(o.into(), key));
        }
        Ok(())
    }

    /// 7.3.4 Set of an element; throws if that is refused
    pub fn set_index(&self, o: Obj, index: u64, value: Value) -> Res<()> {
        match i32::try_from(index) {
            Ok(small) => self.set_element(o.into(), Value::int(small), value, true),
            Err(_) => self.set(o, self.rt.key_from_u64(index)?, value, true),
        }
    }

    /// 7.3.5 CreateDataProperty
    pub fn create_data_property(&self, o: Obj, key: impl Into<PropertyKey>, value: Value) -> Res<bool> {
        let key = key.into();
        if !o.is_exotic() && o.is_extensible() && !self.rt.has_own(o, key) && self.array_may_grow(o, key) {
            self.rt.add(o, key, value, Attrs::ALL)?;
            return Ok(true);
        }
        self.define_own_property(o, key, &PropertyDescriptor::data(value, Attrs::ALL))
    }

    /// 7.3.6 CreateDataPropertyOrThrow
    pub fn create_data_property_or_throw(
        &self,
        o: Obj,
        key: impl Into<PropertyKey>,
        value: Value,
    ) -> Res<()> {
        let key = key.into();
        if self.create_data_property(o, key, value)? { Ok(()) } else { Err(self.definition_error(o, key)) }
    }

    /// 7.3.6 CreateDataPropertyOrThrow of an element
    pub fn create_index_or_throw(&self, o: Obj, index: u64, value: Value) -> Res<()> {
        let key = self.rt.key_from_u64(index)?;
        self.create_data_property_or_throw(o, key, value)
    }

    /// 7.3.7 CreateNonEnumerableDataPropertyOrThrow
    pub fn create_non_enumerable_data_property_or_throw(
        &self,
        o: Obj,
        key: impl Into<PropertyKey>,
        value: Value,
    ) -> Res<()> {
        let descriptor = PropertyDescriptor::data(value, Attrs::WRITABLE.with(Attrs::CONFIGURABLE));
        self.define_property_or_throw(o, key, &descriptor)
    }

    /// 7.3.8 DefinePropertyOrThrow
    pub fn define_property_or_throw(
        &self,
        o: Obj,
        key: impl Into<PropertyKey>,
        descriptor: &PropertyDescriptor,
    ) -> Res<()> {
        let key = key.into();
        if self.define_own_property(o, key, descriptor)? {
            Ok(())
        } else {
            Err(self.definition_error(o, key))
        }
    }

    #[cold]
    fn definition_error(&self, o: Obj, key: PropertyKey) -> Throw {
        let name = self.key_text(key);
        if o.class() == Class::Proxy {
            return self.type_error(format_args!(
                "'defineProperty' on proxy: trap returned falsish for property '{name}'"
            ));
        }
        let exists = match key.as_index() {
            Some(index) if o.class().is_typed_array() => {
                if index as usize >= self.typed_array_length(o) {
                    return self.type_error("Invalid typed array index");
                }
                true
            }
            _ => self.rt.has_own(o, key),
        };
        if exists {
            return self.type_error(format_args!("Cannot redefine property: {name}"));
        }
        self.type_error(format_args!("Cannot define property {name}, object is not extensible"))
    }

    /// 7.3.9 DeletePropertyOrThrow
    pub fn delete_property_or_throw(&self, o: Obj, key: impl Into<PropertyKey>) -> Res<()> {
        let key = key.into();
        if self.delete(o, key)? { Ok(()) } else { Err(self.deletion_error(o.into(), key)) }
    }

    /// 7.3.10 GetMethod: a callable, or undefined
    pub fn get_method(&self, value: Value, key: impl Into<PropertyKey>) -> Res<Value> {
        let key = key.into();
        let method = self.get_value(value, key)?;
        if method.is_nullish() {
            return Ok(Value::UNDEFINED);
        }
        if !self.is_callable(method) {
            return Err(self.not_a_method(value, key, method));
        }
        Ok(method)
    }

    #[cold]
    fn not_a_method(&self, value: Value, key: PropertyKey, method: Value) -> Throw {
        let (method, name, value) =
            (self.describe_value(method), self.key_text(key), self.describe_value(value));
        self.type_error(format_args!(
            "'{method}' returned for property '{name}' of object '{value}' is not a function"
        ))
    }

    /// 7.3.12 HasOwnProperty
    pub fn has_own_property(&self, o: Obj, key: impl Into<PropertyKey>) -> Res<bool> {
        let key = key.into();
        if !o.is_exotic() {
            return Ok(self.rt.has_own(o, key));
        }
        Ok(self.get_own_property(o, key)?.is_some())
    }

    /// 7.3.15 SetIntegrityLevel
    pub fn set_integrity_level(&self, o: Obj, level: IntegrityLevel) -> Res<bool> {
        if !o.is_exotic() {
            self.rt.set_integrity(o, level == IntegrityLevel::Frozen)?;
            return Ok(true);
        }
        if !self.prevent_extensions(o)? {
            return Ok(false);
        }
        let keys = self.own_property_keys(o)?;
        for name in keys.iter() {
            let key = self.to_property_key(name)?;
            let mut descriptor =
                PropertyDescriptor { configurable: Some(false), ..PropertyDescriptor::default() };
            if level == IntegrityLevel::Frozen {
                match self.get_own_property(o, key)? {
                    None => continue,
                    Some(current) if current.is_accessor() => {}
                    Some(_) => descriptor.writable = Some(false),
                }
            }
            self.define_property_or_throw(o, key, &descriptor)?;
        }
        Ok(true)
    }

    /// 7.3.16 TestIntegrityLevel
    pub fn test_integrity_level(&self, o: Obj, level: IntegrityLevel) -> Res<bool> {
        if !o.is_exotic() {
            return Ok(self.rt.test_integrity(o, level == IntegrityLevel::Frozen));
        }
        if self.is_extensible(o)? {
            return Ok(false);
        }
        let keys = self.own_property_keys(o)?;
        for name in keys.iter() {
            if let Some(current) = self.get_own_property(o, self.to_property_key(name)?)?
                && (current.configurable == Some(true)
                    || (level == IntegrityLevel::Frozen && current.writable == Some(true)))
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// 7.3.18 LengthOfArrayLike
    pub fn length_of_array_like(&self, o: Obj) -> Res<f64> {
        if o.is_array() {
            return Ok(f64::from(o.array_length()));
        }
        let length = self.get(o, self.names().length)?;
        self.to_length(length)
    }

    /// 7.3.19 CreateListFromArrayLike
    pub fn create_list_from_array_like(&self, value: Value) -> Res<Gc<List>> {
        self.list_from_array_like(value, Ok)
    }

    /// The same with a look at each element, which may replace it.
    pub(crate) fn list_from_array_like(
        &self,
        value: Value,
        check: impl Fn(Value) -> Res<Value>,
    ) -> Res<Gc<List>> {
        let Some(o) = value.as_object() else {
            return Err(self.type_error("CreateListFromArrayLike called on non-object"));
        };
        let length = self.length_of_array_like(o)?;
        let list = self.rt.new_list()?;
        let mut index = 0;
        while (index as f64) < length {
            list.push(&self.rt, check(self.get_index(o, index)?)?)?;
            index += 1;
            if index & 0xfff == 0 {
                self.poll()?;
            }
        }
        Ok(list)
    }

    /// 7.3.20 Invoke
    pub fn invoke(&self, value: Value, key: impl Into<PropertyKey>, arguments: &[Value]) -> Res<Value> {
        let key = key.into();
        let method = self.get_value(value, key)?;
        if !self.is_callable(method) {
            let (value, name) = (self.describe_value(value), self.key_text(key));
            return Err(self.type_error(format_args!("{value}.{name} is not a function")));
        }
        self.call(method, value, arguments)
    }

    /// 7.3.21 OrdinaryHasInstance
    pub fn ordinary_has_instance(&self, constructor: Value, value: Value) -> Res<bool> {
        let Some(c) = constructor.as_object().filter(|c| c.is_callable()) else {
            return Ok(false);
        };
        if c.class() == Class::BoundFunction {
            return self.instance_of(value, c.internal(0));
        }
        let Some(mut o) = value.as_object() else {
            return Ok(false);
        };
        let prototype = self.get(c, self.names().prototype)?;
        let Some(prototype) = prototype.as_object() else {
            let prototype = self.describe_value(prototype);
            return Err(self.type_error(format_args!(
                "Function has non-object prototype '{prototype}' in instanceof check"
            )));
        };
        while let Some(above) = self.get_prototype_of(o)? {
            if above == prototype {
                return Ok(true);
            }
            o = above;
        }
        Ok(false)
    }

    /// 13.10.2 InstanceofOperator
    pub fn instance_of(&self, value: Value, target: Value) -> Res<bool> {
        let Some(t) = target.as_object() else {
            return Err(self.type_error("Right-hand side of 'instanceof' is not an object"));
        };
        self.check_stack()?;
        let handler = self.get_method(target, self.symbols().has_instance)?;
        if self.is_intrinsic(handler, Intrinsic::FunctionHasInstance) {
            return self.ordinary_has_instance(target, value);
        }
        if !handler.is_undefined() {
            return Ok(self.call(handler, target, &[value])?.to_boolean());
        }
        if !t.is_callable() {
            return Err(self.type_error("Right-hand side of 'instanceof' is not callable"));
        }
        self.ordinary_has_instance(target, value)
    }

    /// 7.3.22 SpeciesConstructor
    pub fn species_constructor(&self, o: Obj, default: Intrinsic) -> Res<Obj> {
        let default = self.intrinsic(default);
        let constructor = self.get(o, self.names().constructor)?;
        if constructor.is_undefined() {
            return Ok(default);
        }
        let Some(c) = constructor.as_object() else {
            return Err(self.type_error("The .constructor property is not an object"));
        };
        let species = self.get(c, self.symbols().species)?;
        if species.is_nullish() {
            return Ok(default);
        }
        match species.as_object().filter(|s| s.is_constructor()) {
            Some(s) => Ok(s),
            None => Err(self.type_error("object.constructor[Symbol.species] is not a constructor")),
        }
    }

    /// 7.3.23 EnumerableOwnProperties
    pub fn enumerable_own_properties(&self, o: Obj, kind: PropertyKind) -> Res<Gc<List>> {
        if kind == PropertyKind::Key && !o.is_exotic() && o.sparse().is_none() {
            return self.enumerable_keys(o);
        }
        let keys = self.own_property_keys(o)?;
        let list = self.rt.new_list()?;
        for name in keys.iter() {
            if !name.is_string() {
                continue;
            }
            let key = self.to_property_key(name)?;
            let Some(value) = self.enumerable_value(o, key, kind != PropertyKind::Key)? else {
                continue;
            };
            let entry = match kind {
                PropertyKind::Key => name,
                PropertyKind::Value => value,
                PropertyKind::KeyValue => self.new_array(&[name, value])?.into(),
            };
            list.push(&self.rt, entry)?;
        }
        Ok(list)
    }

    /// The enumerable ones among the string keys of an object that has no elements with attributes of their own.
    pub(crate) fn enumerable_keys(&self, o: Obj) -> Res<Gc<List>> {
        let list = self.rt.new_list()?;
        self.rt.push_index_keys(o, list)?;
        let shape = o.shape();
        for (_, key, attrs) in shape.entries() {
            if attrs.is_enumerable()
                && let Some(atom) = key.as_atom()
            {
                list.push(&self.rt, atom.into())?;
            }
        }
        Ok(list)
    }

    /// The value of an own property (undefined if it is not wanted), if that is enumerable.
    fn enumerable_value(&self, o: Obj, key: PropertyKey, wanted: bool) -> Res<Option<Value>> {
        if !o.is_exotic() {
            // The same without descriptors.
            return match self.own(o, key)? {
                Some(Own::Data(value, attrs)) => Ok(attrs.is_enumerable().then_some(value)),
                Some(Own::Accessor(getter, _, attrs)) if attrs.is_enumerable() => match wanted {
                    true => self.call_getter(getter, o.into()).map(Some),
                    false => Ok(Some(Value::UNDEFINED)),
                },
                _ => Ok(None),
            };
        }
        match self.get_own_property(o, key)? {
            Some(found) if found.enumerable == Some(true) => match wanted {
                true => self.get(o, key).map(Some),
                false => Ok(Some(Value::UNDEFINED)),
            },
            _ => Ok(None),
        }
    }

    /// 7.3.24 GetFunctionRealm
    pub fn get_function_realm(&self, o: Obj) -> Res<Gc<Realm>> {
        let mut o = o;
        loop {
            o = match o.class() {
                Class::Proxy => self.proxy_parts(o, "get the realm")?.0,
                Class::BoundFunction => match o.internal(0).as_object() {
                    Some(target) => target,
                    None => return Ok(self.realm()),
                },
                _ => return Ok(self.function_realm(o).unwrap_or_else(|| self.realm())),
            };
        }
    }

    /// `[[Realm]]` of a function that is neither bound nor a proxy
    fn function_realm(&self, o: Obj) -> Option<Gc<Realm>> {
        match o.class() {
            Class::Function => Some(o.payload_as::<Closure>()?.code().unit.realm),
            _ => Some(o.payload_as::<Native>()?.realm()),
        }
    }

    /// 7.3.25 CopyDataProperties
    pub fn copy_data_properties(&self, target: Obj, source: Value, excluded: &[PropertyKey]) -> Res<()> {
        if source.is_nullish() {
            return Ok(());
        }
        let from = self.to_object(source)?;
        if !target.is_exotic() && !from.is_exotic() && has_only_data(from) {
            return self.copy_data(target, from, excluded);
        }
        let keys = self.own_property_keys(from)?;
        for name in keys.iter() {
            let key = self.to_property_key(name)?;
            if !excluded.contains(&key)
                && let Some(value) = self.enumerable_value(from, key, true)?
            {
                self.create_data_property(target, key, value)?;
            }
        }
        Ok(())
    }

    /// The same where no code can run: neither object is exotic, and `from` has no accessors.
    fn copy_data(&self, target: Obj, from: Obj, excluded: &[PropertyKey]) -> Res<()> {
        let mut next = 0;
        while let Some(index) = self.rt.next_element(from, next) {
            let key = PropertyKey::index(index);
            if !excluded.contains(&key) {
                self.create_data_property(target, key, from.element(index))?;
            }
            next = index + 1;
        }
        let shape = from.shape();
        for symbols in [false, true] {
            for (slot, key, attrs) in shape.entries() {
                if key.is_symbol() != symbols
                    || !attrs.is_enumerable()
                    || key.is_private()
                    || excluded.contains(&key)
                {
                    continue;
                }
                let value = from.slot(slot);
                let value = if value.is_empty() { self.materialize(from, slot)? } else { value };
                self.create_data_property(target, key, value)?;
            }
        }
        Ok(())
    }

    /// 10.1.13 OrdinaryCreateFromConstructor
    pub fn ordinary_create_from_constructor(
        &self,
        constructor: Obj,
        default: Intrinsic,
        class: Class,
    ) -> Res<Obj> {
        let proto = self.get_prototype_from_constructor(constructor, default)?;
        self.object_create(Some(proto), class)
    }

    /// 10.1.14 GetPrototypeFromConstructor
    pub fn get_prototype_from_constructor(&self, constructor: Obj, default: Intrinsic) -> Res<Obj> {
        let name = self.names().prototype;
        let own = match constructor.class() {
            // Most are found at once.
            Class::Function => self.rt.get_own_data(constructor, name).as_object(),
            _ => None,
        };
        if let Some(proto) = own {
            return Ok(proto);
        }
        match self.get(constructor, name)?.as_object() {
            Some(proto) => Ok(proto),
            None => {
                let realm = self.get_function_realm(constructor)?;
                Ok(self.intrinsic_of(realm, default))
            }
        }
    }

    /// 7.3.26 PrivateElementFind and 7.3.28 PrivateFieldAdd are properties under private names: see the interpreter. Whether
    /// `o` may get one (nonextensible-applies-to-private)
    pub fn may_add_private(&self, o: Obj) -> bool {
        o.class() == Class::Proxy || o.has_flag(Flags::EXTENSIBLE)
    }
}

/// Whether an object, which is not exotic, has data properties only, with elements in a row.
fn has_only_data(o: Obj) -> bool {
    o.sparse().is_none() && o.shape().entries().all(|(_, _, attrs)| !attrs.is_accessor())
}
