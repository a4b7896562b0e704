//! 10.4.3 String Exotic Objects.

use super::Step;
use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Attrs, List, Obj, Own, PropertyDescriptor, PropertyKey, Str, Value};

impl Vm {
    /// 10.4.3.4 StringCreate
    pub fn string_create(&self, value: Str, proto: Obj) -> Res<Obj> {
        let o = self.rt.new_object(Some(proto), js_rt::Class::String)?;
        o.set_payload(&self.rt, value.into());
        o.set_flag(js_rt::Flags::EXOTIC);
        let length = Value::number(value.len() as f64);
        self.rt.add(o, self.names().length, length, Attrs::NONE)?;
        Ok(o)
    }

    /// The code unit that is the own property `key` of a String object.
    #[inline]
    pub(crate) fn string_unit(&self, o: Obj, key: PropertyKey) -> Option<u16> {
        let index = key.as_index()?;
        let string = o.payload().as_string()?;
        ((index as usize) < string.len()).then(|| string.unit_at(index as usize))
    }

    /// 10.4.3.5 StringGetOwnProperty
    pub(crate) fn string_get_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
    ) -> Res<Step<Option<PropertyDescriptor>>> {
        let Some(unit) = self.string_unit(o, key) else {
            return Ok(Step::Ordinary);
        };
        let value = self.rt.str_unit(unit)?;
        Ok(Step::Done(Some(Own::Data(value.into(), Attrs::ENUMERABLE).descriptor())))
    }

    /// 10.4.3.2 `[[DefineOwnProperty]]`
    pub(crate) fn string_define_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<Step<bool>> {
        let Step::Done(Some(current)) = self.string_get_own_property(o, key)? else {
            return Ok(Step::Ordinary);
        };
        Ok(Step::Done(self.is_compatible_property_descriptor(
            o.has_flag(js_rt::Flags::EXTENSIBLE),
            descriptor,
            Some(&current),
        )))
    }

    pub(crate) fn string_get(&self, o: Obj, key: PropertyKey) -> Res<Step<Value>> {
        match self.string_unit(o, key) {
            Some(unit) => Ok(Step::Done(self.rt.str_unit(unit)?.into())),
            None => Ok(Step::Ordinary),
        }
    }

    /// 10.4.3.3 `[[OwnPropertyKeys]]`
    pub(crate) fn string_own_property_keys(&self, o: Obj) -> Res<Gc<List>> {
        let keys = self.rt.new_list()?;
        let length = o.payload().as_string().map_or(0, |string| string.len());
        for index in 0..length {
            keys.push(&self.rt, self.rt.number_to_str(index as f64)?.into())?;
        }
        for key in self.rt.own_keys(o)?.as_slice() {
            keys.push(&self.rt, key.get())?;
        }
        Ok(keys)
    }
}
