//! 10.4.4 Arguments Exotic Objects.
//!
//! A mapped arguments object has a fixed list of internal slots: the environment of the function's parameters, then for each
//! argument that is mapped the number of its slot there, `undefined` for the others. Its elements are as those of an unmapped
//! one; while an argument is mapped, the value in the environment counts.

use super::Step;
use crate::error::Res;
use crate::realm::Intrinsic;
use crate::vm::Vm;
use js_rt::{
    Attrs, Class, Env, Environment, Internal, Obj, Own, PropertyDescriptor, PropertyKey, Shp, Value,
};
use std::cell::Cell;

/// Attributes of what is not enumerable.
const HIDDEN: Attrs = Attrs::METHOD;

impl Vm {
    /// 10.4.4.6 CreateUnmappedArgumentsObject
    pub fn create_unmapped_arguments(&self, arguments: &[Cell<Value>]) -> Res<Obj> {
        let attrs = Attrs::accessor(false, false);
        let shape = self.arguments_shape(&self.ops.arguments_shapes[0], Class::Arguments, attrs)?;
        let thrower = self.intrinsic(Intrinsic::ThrowTypeError).into();
        let pair = self.rt.new_accessor(thrower, thrower)?;
        self.arguments_object(shape, arguments, Value::from_cell(pair))
    }

    /// An arguments object of a sloppy function whose parameters need no mapping.
    pub fn create_sloppy_arguments(&self, callee: Value, arguments: &[Cell<Value>]) -> Res<Obj> {
        let shape = self.arguments_shape(&self.ops.arguments_shapes[1], Class::Arguments, HIDDEN)?;
        self.arguments_object(shape, arguments, callee)
    }

    /// 10.4.4.7 CreateMappedArgumentsObject: parameter `i` is slot `slots[i]` of `env`, none if that is `u16::MAX`.
    pub fn create_mapped_arguments(
        &self,
        callee: Value,
        arguments: &[Cell<Value>],
        env: Env,
        slots: &[u16],
    ) -> Res<Obj> {
        let shape = self.arguments_shape(&self.ops.arguments_shapes[2], Class::MappedArguments, HIDDEN)?;
        let o = self.arguments_object(shape, arguments, callee)?;
        let mapped = slots.len().min(arguments.len());
        let map = self.rt.new_internal(1 + mapped)?;
        o.set_payload(&self.rt, Value::from_cell(map));
        map.set(&self.rt, 0, Value::from_cell(env));
        for (i, &slot) in slots.iter().take(mapped).enumerate() {
            if slot != u16::MAX {
                map.set(&self.rt, 1 + i, Value::int(slot.into()));
            }
        }
        Ok(o)
    }

    /// The shape of arguments objects, with `length`, `Symbol.iterator` and `callee`.
    fn arguments_shape(&self, kept: &Cell<Option<Shp>>, class: Class, callee: Attrs) -> Res<Shp> {
        self.kept_shape(kept, Intrinsic::ObjectPrototype, |proto| {
            let shape = self.rt.root_shape(Some(proto), class, 4)?;
            let shape = self.rt.add_transition(shape, self.names().length, HIDDEN)?;
            let shape = self.rt.add_transition(shape, self.symbols().iterator.into(), HIDDEN)?;
            Ok(self.rt.add_transition(shape, self.names().callee, callee)?)
        })
    }

    fn arguments_object(&self, shape: Shp, arguments: &[Cell<Value>], callee: Value) -> Res<Obj> {
        let o = self.rt.new_object_with(shape)?;
        o.set_slot(&self.rt, 0, Value::number(arguments.len() as f64));
        o.set_slot(&self.rt, 1, self.intrinsic(Intrinsic::ArrayValues).into());
        o.set_slot(&self.rt, 2, callee);
        self.rt.reserve_elements(o, arguments.len() as u32)?;
        for (index, argument) in arguments.iter().enumerate() {
            self.rt.put_element(o, index as u32, argument.get())?;
        }
        Ok(o)
    }

    /// Environment and slot that argument `key` is mapped to.
    fn mapped(&self, o: Obj, key: PropertyKey) -> Option<(Env, u32)> {
        let index = key.as_index()? as usize;
        let map = o.payload_as::<Internal>()?;
        let slot = map.get(1 + index).as_int()?;
        Some((map.get(0).cell::<Environment>()?, slot as u32))
    }

    fn unmap(&self, o: Obj, key: PropertyKey) {
        if let (Some(index), Some(map)) = (key.as_index(), o.payload_as::<Internal>()) {
            map.set(&self.rt, 1 + index as usize, Value::UNDEFINED);
        }
    }

    /// 10.4.4.1 `[[GetOwnProperty]]`
    pub(crate) fn arguments_get_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
    ) -> Res<Step<Option<PropertyDescriptor>>> {
        let Some((env, slot)) = self.mapped(o, key) else {
            return Ok(Step::Ordinary);
        };
        let mut found = self.ordinary_get_own_property(o, key)?;
        if let Some(descriptor) = &mut found {
            descriptor.value = Some(env.get(slot as usize));
        }
        Ok(Step::Done(found))
    }

    /// 10.4.4.2 `[[DefineOwnProperty]]`
    pub(crate) fn arguments_define_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<Step<bool>> {
        let Some((env, slot)) = self.mapped(o, key) else {
            return Ok(Step::Ordinary);
        };
        let mut new = *descriptor;
        if new.value.is_none() && !new.is_accessor() {
            // Also without `writable: false`: the element then has what it would have got at the latest when it is unmapped.
            new.value = Some(env.get(slot as usize));
        }
        if !self.rt.define_own(o, key, &new)? {
            return Ok(Step::Done(false));
        }
        if let Some(value) = descriptor.value {
            env.set(&self.rt, slot as usize, value);
        }
        if descriptor.is_accessor() || descriptor.writable == Some(false) {
            self.unmap(o, key);
        }
        Ok(Step::Done(true))
    }

    /// 10.4.4.3 `[[Get]]`
    #[inline]
    pub(crate) fn arguments_get(&self, o: Obj, key: PropertyKey) -> Step<Value> {
        match self.mapped(o, key) {
            Some((env, slot)) => Step::Done(env.get(slot as usize)),
            None => Step::Ordinary,
        }
    }

    /// 10.4.4.4 `[[Set]]`. A mapped argument is a writable data property, so that what follows the map cannot fail.
    pub(crate) fn arguments_set(
        &self,
        o: Obj,
        key: PropertyKey,
        value: Value,
        receiver: Value,
    ) -> Res<Step<bool>> {
        match (self.mapped(o, key), self.rt.get_own(o, key)) {
            (Some((env, slot)), Some(Own::Data(_, attrs))) if receiver.as_object() == Some(o) => {
                env.set(&self.rt, slot as usize, value);
                self.rt.put_own_with(o, key, value, attrs)?;
                Ok(Step::Done(true))
            }
            _ => Ok(Step::Ordinary),
        }
    }

    /// 10.4.4.5 `[[Delete]]`
    pub(crate) fn arguments_delete(&self, o: Obj, key: PropertyKey) -> Res<Step<bool>> {
        if self.mapped(o, key).is_none() {
            return Ok(Step::Ordinary);
        }
        let deleted = self.rt.delete(o, key)?;
        if deleted {
            self.unmap(o, key);
        }
        Ok(Step::Done(deleted))
    }
}
