//! 10.1 Ordinary Object Internal Methods and Internal Slots.

use super::Step;
use crate::error::Res;
use crate::vm::Vm;
use js_rt::{Attrs, Class, Flags, Obj, Own, PropertyDescriptor, PropertyKey, Value};

impl Vm {
    /// 10.1.2.1 OrdinarySetPrototypeOf
    pub(crate) fn ordinary_set_prototype_of(&self, o: Obj, proto: Option<Obj>) -> Res<bool> {
        if o.proto() == proto {
            return Ok(true);
        }
        if !o.has_flag(Flags::EXTENSIBLE) {
            return Ok(false);
        }
        let mut above = proto;
        while let Some(p) = above {
            if p == o {
                return Ok(false);
            }
            // What a proxy answers may change at any time; the specification stops there, too.
            if p.class() == Class::Proxy {
                break;
            }
            above = p.proto();
        }
        self.rt.set_proto(o, proto)?;
        Ok(true)
    }

    /// An own property of an ordinary object, made now if it waited for that.
    #[inline]
    pub(crate) fn own(&self, o: Obj, key: PropertyKey) -> Res<Option<Own>> {
        match self.rt.get_own(o, key) {
            Some(Own::Data(value, attrs)) if value.is_empty() => {
                Ok(Some(Own::Data(self.materialize_key(o, key)?, attrs)))
            }
            own => Ok(own),
        }
    }

    /// The value of a lazy property, which it has from now on.
    #[cold]
    pub(crate) fn materialize_key(&self, o: Obj, key: PropertyKey) -> Res<Value> {
        match o.shape().lookup(key) {
            Some((slot, _)) => self.materialize(o, slot),
            None => Ok(Value::UNDEFINED),
        }
    }

    /// 10.1.5.1 OrdinaryGetOwnProperty
    pub(crate) fn ordinary_get_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
    ) -> Res<Option<PropertyDescriptor>> {
        Ok(self.own(o, key)?.map(|own| own.descriptor()))
    }

    /// 10.1.6.1 OrdinaryDefineOwnProperty
    pub(crate) fn ordinary_define_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<bool> {
        if let Some(slot) = self.rt.lazy_slot(o, key) {
            self.materialize(o, slot)?;
        }
        Ok(self.rt.define_own(o, key, descriptor)?)
    }

    /// 10.1.8.1 OrdinaryGet, along the chain
    pub(crate) fn ordinary_get(&self, o: Obj, key: PropertyKey, receiver: Value) -> Res<Value> {
        let mut holder = o;
        loop {
            if holder.has_flag(Flags::EXOTIC)
                && let Step::Done(value) = self.exotic_get(holder, key, receiver)?
            {
                return Ok(value);
            }
            match self.rt.get_own(holder, key) {
                Some(Own::Data(value, _)) if value.is_empty() => return self.materialize_key(holder, key),
                Some(Own::Data(value, _)) => return Ok(value),
                Some(Own::Accessor(getter, ..)) => return self.call_getter(getter, receiver),
                None => {}
            }
            match holder.proto() {
                Some(proto) => holder = proto,
                None => return Ok(Value::UNDEFINED),
            }
        }
    }

    /// What a getter, which may be missing, gives.
    #[inline]
    pub(crate) fn call_getter(&self, getter: Value, receiver: Value) -> Res<Value> {
        if getter.is_undefined() {
            return Ok(Value::UNDEFINED);
        }
        self.call(getter, receiver, &[])
    }

    /// 10.1.9.1 OrdinarySet, along the chain
    pub(crate) fn ordinary_set(&self, o: Obj, key: PropertyKey, value: Value, receiver: Value) -> Res<bool> {
        let mut holder = o;
        loop {
            if holder.has_flag(Flags::EXOTIC)
                && let Step::Done(done) = self.exotic_set(holder, key, value, receiver)?
            {
                return Ok(done);
            }
            match self.rt.get_own(holder, key) {
                Some(Own::Data(_, attrs)) => {
                    if !attrs.is_writable() {
                        return Ok(false);
                    }
                    if receiver.as_object() != Some(o) {
                        return self.set_on_receiver(key, value, receiver);
                    }
                    if holder != o {
                        return self.set_absent(o, key, value);
                    }
                    return self.set_present(o, key, value, attrs);
                }
                Some(Own::Accessor(_, setter, _)) => return self.call_setter(setter, receiver, value),
                None => {}
            }
            match holder.proto() {
                Some(proto) => holder = proto,
                None if receiver.as_object() == Some(o) => return self.set_absent(o, key, value),
                None => return self.set_on_receiver(key, value, receiver),
            }
        }
    }

    /// The end of OrdinarySet for a receiver that is the object itself and a writable data property of its own.
    #[inline]
    fn set_present(&self, o: Obj, key: PropertyKey, value: Value, attrs: Attrs) -> Res<bool> {
        if o.has_flag(Flags::EXOTIC) {
            return self.set_on_receiver(key, value, o.into());
        }
        if o.is_array() && key == self.names().length {
            return self.array_define_own_property(
                o,
                key,
                &PropertyDescriptor { value: Some(value), ..Default::default() },
            );
        }
        self.rt.put_own_with(o, key, value, attrs)?;
        Ok(true)
    }

    /// Calls a setter; false if there is none.
    #[inline]
    pub(crate) fn call_setter(&self, setter: Value, receiver: Value, value: Value) -> Res<bool> {
        if setter.is_undefined() {
            return Ok(false);
        }
        self.call(setter, receiver, &[value])?;
        Ok(true)
    }

    /// The end of OrdinarySet for a receiver that is the object itself and a key that neither it nor its prototypes have.
    #[inline]
    fn set_absent(&self, o: Obj, key: PropertyKey, value: Value) -> Res<bool> {
        if o.has_flag(Flags::EXOTIC) {
            return self.create_data_property(o, key, value);
        }
        if !o.has_flag(Flags::EXTENSIBLE) || !self.array_may_grow(o, key) {
            return Ok(false);
        }
        self.rt.add(o, key, value, Attrs::ALL)?;
        Ok(true)
    }

    /// The end of 10.1.9.2 OrdinarySetWithOwnDescriptor: the property becomes the receiver's.
    pub(crate) fn set_on_receiver(&self, key: PropertyKey, value: Value, receiver: Value) -> Res<bool> {
        let Some(receiver) = receiver.as_object() else {
            return Ok(false);
        };
        match self.get_own_property(receiver, key)? {
            Some(existing) => {
                if existing.is_accessor() || existing.writable == Some(false) {
                    return Ok(false);
                }
                let descriptor = PropertyDescriptor { value: Some(value), ..PropertyDescriptor::default() };
                self.define_own_property(receiver, key, &descriptor)
            }
            None => self.create_data_property(receiver, key, value),
        }
    }
}
