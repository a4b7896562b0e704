//! 14.7.5.9 EnumerateObjectProperties: `for`-`in`.
//!
//! The state of a loop is a fixed list of internal slots: the object being visited (null at the end), its enumerable keys, the
//! position among them, its shape when they were collected, what came before it on the chain (objects, and lists of keys),
//! and an object that has all of these keys. That is made when a prototype turns out to have an enumerable property at all,
//! which most have not.

use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, Internal, List, Obj, Own, PropertyKey, Shape, Value};

const OBJECT: usize = 0;
const KEYS: usize = 1;
const POSITION: usize = 2;
const SHAPE: usize = 3;
const BEFORE: usize = 4;
const VISITED: usize = 5;
const FIELDS: usize = 6;

impl Vm {
    /// Begins to enumerate what `value` leads to: the state for [`Vm::for_in_next`], an internal value. `undefined` and `null`
    /// have nothing.
    pub fn for_in_start(&self, value: Value) -> Res<Value> {
        let state = self.rt.new_internal(FIELDS)?;
        state.set(&self.rt, OBJECT, Value::NULL);
        if !value.is_nullish() {
            let o = self.to_object(value)?;
            self.enumerate_object(state, o)?;
        }
        Ok(Value::from_cell(state))
    }

    /// The next key, a string.
    pub fn for_in_next(&self, state: Value) -> Res<Option<Value>> {
        let Some(state) = state.cell::<Internal>() else {
            return Ok(None);
        };
        while let Some(o) = state.get(OBJECT).as_object() {
            if let Some(key) = self.next_key(state, o)? {
                return Ok(Some(key));
            }
            match self.next_enumerable(state, o)? {
                Some(above) => self.enumerate_object(state, above)?,
                None => state.set(&self.rt, OBJECT, Value::NULL),
            }
        }
        Ok(None)
    }

    /// The next object on the chain that may have an enumerable property.
    fn next_enumerable(&self, state: Gc<Internal>, o: Obj) -> Res<Option<Obj>> {
        let mut above = self.get_prototype_of(o)?;
        while let Some(proto) = above
            && has_nothing_enumerable(proto)
        {
            // What it has hides properties of objects further up all the same.
            self.comes_before(state, proto.into())?;
            above = proto.proto();
        }
        Ok(above)
    }

    fn comes_before(&self, state: Gc<Internal>, what: Value) -> Res<()> {
        let before = match list(state, BEFORE) {
            Some(before) => before,
            None => {
                let before = self.rt.new_list()?;
                state.set(&self.rt, BEFORE, Value::from_cell(before));
                before
            }
        };
        Ok(before.push(&self.rt, what)?)
    }

    /// Goes on with object `o`.
    fn enumerate_object(&self, state: Gc<Internal>, o: Obj) -> Res<()> {
        if let Some(keys) = list(state, KEYS) {
            self.comes_before(state, Value::from_cell(keys))?;
            if let Some(before) = state.get(OBJECT).as_object().filter(|before| !before.is_exotic()) {
                self.comes_before(state, before.into())?;
            }
        }
        let simple = !o.is_exotic() && o.sparse().is_none();
        let keys = if simple { self.enumerable_keys(o)? } else { self.own_property_keys(o)? };
        state.set(&self.rt, OBJECT, o.into());
        state.set(&self.rt, KEYS, Value::from_cell(keys));
        state.set(&self.rt, POSITION, Value::int(0));
        // As long as it has this shape, what is among its keys is there, and enumerable.
        let shape = Some(o.shape()).filter(|shape| simple && !shape.is_dictionary());
        state.set(&self.rt, SHAPE, Value::from_cell_opt(shape));
        Ok(())
    }

    /// The next key of the object being visited.
    fn next_key(&self, state: Gc<Internal>, o: Obj) -> Res<Option<Value>> {
        let Some(keys) = list(state, KEYS) else {
            return Ok(None);
        };
        let first = state.get(BEFORE).is_empty();
        let mut at = state.get(POSITION).as_int().unwrap_or(0) as usize;
        while let Some(name) = keys.get(at) {
            at += 1;
            if !name.is_string() {
                continue;
            }
            state.set(&self.rt, POSITION, Value::number(at as f64));
            if first && self.is_unchanged(state, o, name) {
                return Ok(Some(name));
            }
            let key = self.to_property_key(name)?;
            match self.enumerability(o, key)? {
                // It was deleted meanwhile, so that it does not hide those of prototypes either.
                None => keys.set(&self.rt, at - 1, Value::EMPTY),
                Some(true) if first || !self.is_hidden(state, key)? => return Ok(Some(name)),
                Some(_) => {}
            }
        }
        state.set(&self.rt, POSITION, Value::number(at as f64));
        Ok(None)
    }

    /// Whether a key is certainly that of an enumerable property: the shape says so of atoms, but not of indices.
    #[inline]
    fn is_unchanged(&self, state: Gc<Internal>, o: Obj, name: Value) -> bool {
        name.as_string().is_some_and(|name| name.is_atom() && name.as_index().is_none())
            && state.get(SHAPE).cell::<Shape>() == Some(o.shape())
    }

    /// Whether an own property is enumerable, if it exists.
    fn enumerability(&self, o: Obj, key: PropertyKey) -> Res<Option<bool>> {
        if o.class() != Class::Proxy && o.class() != Class::ModuleNamespace {
            match self.rt.get_own(o, key) {
                Some(Own::Data(_, attrs) | Own::Accessor(_, _, attrs)) => {
                    return Ok(Some(attrs.is_enumerable()));
                }
                None if !o.is_exotic() => return Ok(None),
                None => {}
            }
        }
        Ok(self.get_own_property(o, key)?.map(|found| found.enumerable == Some(true)))
    }

    /// Whether an object before the present one on the chain has `key`, too.
    fn is_hidden(&self, state: Gc<Internal>, key: PropertyKey) -> Res<bool> {
        let Some(before) = list(state, BEFORE) else {
            return Ok(false);
        };
        let visited = match state.get(VISITED).as_object() {
            Some(visited) => visited,
            None => {
                let visited = self.object_create(None, Class::Object)?;
                state.set(&self.rt, VISITED, visited.into());
                visited
            }
        };
        while let Some(what) = before.pop() {
            // Those of a list were enumerable, and some may be deleted by now; those of an object need not be.
            let keys = match what.as_object() {
                Some(o) => Some(self.own_property_keys(o)?),
                None => what.cell::<List>(),
            };
            for name in keys.iter().flat_map(|keys| keys.iter()) {
                if name.is_string() {
                    self.rt.put_own(visited, self.to_property_key(name)?, Value::TRUE)?;
                }
            }
        }
        Ok(self.rt.has_own(visited, key))
    }
}

/// Whether an object certainly has no enumerable property whose key is a string, and none will be seen by a look at it.
fn has_nothing_enumerable(o: Obj) -> bool {
    let is_enumerable =
        |(_, key, attrs): (u32, PropertyKey, js_rt::Attrs)| attrs.is_enumerable() && !key.is_symbol();
    !o.is_exotic()
        && o.sparse().is_none()
        && o.dense().iter().all(|element| element.get().is_empty())
        && !o.shape().entries().any(is_enumerable)
}

fn list(state: Gc<Internal>, field: usize) -> Option<Gc<List>> {
    state.get(field).cell()
}
