//! Making objects and what they consist of.

use crate::layout::{
    Accessor, Closure, ClosureInit, Code, Environment, Foreign, GeneratorState, Internal, JsBigInt, JsObject,
    JsSymbol, List, Native, NativeId, OrderedTable, Registry, Shape, Slots, WeakCell, WeakMapTable,
};
use crate::rt::RECENT;
use crate::{Attrs, Big, Change, Class, Env, Flags, Obj, PropertyKey, Rt, Shp, Str, Sym, Value};
use heap::{Gc, OutOfMemory};
use num_bigint::BigInt;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Inline slots of objects that nobody knows more about.
pub const DEFAULT_INLINE: u32 = 4;

impl Rt {
    /// The first shape of objects with this prototype and class, and so many inline slots (or one more; 14 at most).
    ///
    /// # Errors
    /// When there is no memory.
    pub fn root_shape(&self, proto: Option<Obj>, class: Class, inline: u32) -> Result<Shp, OutOfMemory> {
        let inline = inline.min(JsObject::MAX_INLINE).next_multiple_of(2);
        let proto_bits = Value::or_null(proto).bits();
        let hash = (proto_bits >> 4 ^ u64::from(inline) << 20 ^ (class as u64) << 24)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = (hash >> 32) as u32;
        let is_it = |shape: &Shape| {
            shape.proto() == proto && shape.class() == class && shape.inline_capacity() == inline
        };
        let recent = &self.recent_shapes[hash as usize % RECENT];
        if let Some(shape) = recent.get().filter(|shape| is_it(shape)) {
            return Ok(shape);
        }
        if let Some(shape) = self.first_shapes.find(self.heap(), hash, is_it) {
            recent.set(Some(shape));
            return Ok(shape);
        }
        if let Some(proto) = proto {
            proto.set_flag(Flags::PROTOTYPE);
        }
        let shape = self.alloc(Shape::root(self.common.table, proto, class, inline as u8))?;
        self.first_shapes.insert(self.heap(), hash, shape);
        recent.set(Some(shape));
        Ok(shape)
    }

    /// An object of a shape, extensible, with `EMPTY` in its slots and no elements. The payload is 0 for arrays, else `EMPTY`.
    /// Flags that say that it can be called are for the caller to set.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn new_object_with(&self, shape: Shp) -> Result<Obj, OutOfMemory> {
        let class = shape.class();
        let payload = if class == Class::Array { Value::int(0) } else { Value::EMPTY };
        let object = JsObject::new(shape, self.common.slots, payload);
        let object = self.alloc_tail(object, shape.inline_capacity() as usize)?;
        let exotic = if class.is_exotic() { Flags::EXOTIC.bits() } else { 0 };
        object.set_aux(class as u32 | Flags::EXTENSIBLE.bits() | exotic);
        let missing = shape.len() as usize;
        if missing > object.room() {
            self.grow_slots(object, missing)?;
        }
        Ok(object)
    }

    /// An object without properties.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_object(&self, proto: Option<Obj>, class: Class) -> Result<Obj, OutOfMemory> {
        let inline = match class {
            Class::Object | Class::Error => DEFAULT_INLINE,
            Class::Function | Class::NativeFunction => 2,
            _ => 0,
        };
        let shape = self.root_shape(proto, class, inline)?;
        self.new_object_with(shape)
    }

    /// An object without properties, with a payload.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_object_payload(
        &self,
        proto: Option<Obj>,
        class: Class,
        payload: Value,
    ) -> Result<Obj, OutOfMemory> {
        let object = self.new_object(proto, class)?;
        object.set_payload(self, payload);
        Ok(object)
    }

    /// Has room for `needed` slots, at least.
    pub(crate) fn grow_slots(&self, object: Obj, needed: usize) -> Result<(), OutOfMemory> {
        let inline = object.shape().inline_capacity() as usize;
        let old = object.out_of_line();
        let capacity = needed.saturating_sub(inline).next_power_of_two().max(4);
        let slots = self.new_slots(capacity)?;
        slots.values().iter().zip(old.values()).for_each(|(to, from)| to.set(from.get()));
        object.set_out_of_line(self, slots);
        Ok(())
    }

    pub(crate) fn new_slots(&self, capacity: usize) -> Result<Gc<Slots>, OutOfMemory> {
        self.alloc_tail(Slots::new(), capacity)
    }

    /// What comes from a shape by adding a property that it does not have. Not for dictionaries.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn add_transition(&self, shape: Shp, key: PropertyKey, attrs: Attrs) -> Result<Shp, OutOfMemory> {
        let change = Change::Add(key, attrs);
        if let Some(child) = shape.find_child(change) {
            return Ok(child);
        }
        let table = self.extended(shape, key, attrs)?;
        self.new_child(shape, change, table, shape.len() + 1)
    }

    pub(crate) fn new_child(
        &self,
        shape: Shp,
        change: Change,
        table: Gc<crate::PropertyTable>,
        count: u32,
    ) -> Result<Shp, OutOfMemory> {
        let child = self.alloc(Shape::child(shape, change, table, count))?;
        if let Some(size) = shape.needs_transitions() {
            let larger = self.alloc_tail(crate::layout::new_transitions(), size)?;
            shape.set_transitions(larger);
            self.heap().wrote(larger);
        }
        shape.add_child(child);
        self.heap().wrote(shape);
        if let Some(table) = shape.transitions() {
            self.heap().wrote(table);
        }
        Ok(child)
    }

    /// A table with the properties of a shape and one more: the shape's own if it can be.
    fn extended(
        &self,
        shape: Shp,
        key: PropertyKey,
        attrs: Attrs,
    ) -> Result<Gc<crate::PropertyTable>, OutOfMemory> {
        let (table, count) = (shape.table(), shape.len());
        if table.used() > count && table.is(count, key, attrs) {
            return Ok(table);
        }
        let table = if table.used() == count && count < table.capacity() {
            table
        } else {
            self.copy_table(shape, count as usize + 1)?
        };
        table.append(key, attrs);
        self.heap().wrote(table);
        Ok(table)
    }

    /// A copy of the entries of a shape, in a table with room for so many. Deleted ones are left out.
    pub(crate) fn copy_table(
        &self,
        shape: Shp,
        room: usize,
    ) -> Result<Gc<crate::PropertyTable>, OutOfMemory> {
        let capacity = room.next_power_of_two().max(4);
        let table = self.alloc_tail(crate::PropertyTable::new(), capacity)?;
        shape.entries().for_each(|(_, key, attrs)| table.append(key, attrs));
        self.heap().wrote(table);
        Ok(table)
    }

    /// A list without values.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_list(&self) -> Result<Gc<List>, OutOfMemory> {
        self.alloc(List::new(self.common.slots))
    }

    /// A list without values, with room for some.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn list_with_capacity(&self, capacity: usize) -> Result<Gc<List>, OutOfMemory> {
        let store = self.new_slots(capacity)?;
        self.alloc(List::new(store))
    }

    /// A list of values.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn list_from(&self, values: &[Value]) -> Result<Gc<List>, OutOfMemory> {
        let list = self.list_with_capacity(values.len())?;
        list.fill(values.iter().copied());
        self.heap().wrote(list);
        self.heap().wrote(list.store());
        Ok(list)
    }

    /// A list of the values in cells.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn list_from_cells(&self, values: &[std::cell::Cell<Value>]) -> Result<Gc<List>, OutOfMemory> {
        let list = self.list_with_capacity(values.len())?;
        list.fill(values.iter().map(std::cell::Cell::get));
        self.heap().wrote(list);
        self.heap().wrote(list.store());
        Ok(list)
    }

    /// An environment with so many slots, `EMPTY` at first.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_env(&self, parent: Option<Env>, info: Value, slots: usize) -> Result<Env, OutOfMemory> {
        self.alloc_tail(Environment::new(parent, info), slots)
    }

    /// A copy of an environment (14.7.4.4 CreatePerIterationEnvironment).
    ///
    /// # Errors
    /// When there is no memory.
    pub fn copy_env(&self, env: Env) -> Result<Env, OutOfMemory> {
        let copy = self.new_env(env.parent(), env.info(), env.len())?;
        copy.slots().iter().zip(env.slots()).for_each(|(to, from)| to.set(from.get()));
        copy.set_object(self, env.object());
        self.heap().wrote(copy);
        Ok(copy)
    }

    /// The payload of a function.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_closure(&self, init: ClosureInit) -> Result<Gc<Closure>, OutOfMemory> {
        self.alloc(Closure::new(init))
    }

    /// The payload of a native function, with captured values.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_native(
        &self,
        id: NativeId,
        realm: Gc<crate::Realm>,
        flags: u32,
        captured: &[Value],
    ) -> Result<Gc<Native>, OutOfMemory> {
        let native = self.alloc_tail(Native::new(id, realm, flags), captured.len())?;
        native.slots().iter().zip(captured).for_each(|(slot, value)| slot.set(*value));
        self.heap().wrote(native);
        Ok(native)
    }

    /// The state of a function that can be suspended, with so many registers.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_generator_state(
        &self,
        code: Gc<Code>,
        new_target: Value,
        registers: usize,
    ) -> Result<Gc<GeneratorState>, OutOfMemory> {
        self.alloc_tail(GeneratorState::new(code, new_target), registers)
    }

    /// A payload of so many internal slots, `EMPTY` at first.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_internal(&self, slots: usize) -> Result<Gc<Internal>, OutOfMemory> {
        self.alloc_tail(Internal::new(), slots)
    }

    /// A payload of these internal slots.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn internal_from(&self, values: &[Value]) -> Result<Gc<Internal>, OutOfMemory> {
        let internal = self.new_internal(values.len())?;
        internal.slots().iter().zip(values).for_each(|(slot, value)| slot.set(*value));
        self.heap().wrote(internal);
        Ok(internal)
    }

    /// A payload that is a Rust value without handles, which takes about `weight` bytes elsewhere.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_foreign<T: Any + Send>(&self, value: T, weight: usize) -> Result<Gc<Foreign>, OutOfMemory> {
        self.heap().external_add(weight)?;
        self.alloc(Foreign::new(Box::new(value), weight)).inspect_err(|_| self.heap().external_sub(weight))
    }

    /// What a map or set keeps, with nothing in it and room for so many entries.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_ordered_table(&self, capacity: usize) -> Result<Gc<OrderedTable>, OutOfMemory> {
        let table = self.alloc(OrderedTable::new(self.common.slots))?;
        table.reserve(self, capacity)?;
        Ok(table)
    }

    /// What a weak map or weak set keeps, with nothing in it.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_weak_map(&self) -> Result<Gc<WeakMapTable>, OutOfMemory> {
        self.alloc(WeakMapTable::default())
    }

    /// A weak reference to an object or symbol.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_weak_cell(&self, target: Value) -> Result<Gc<WeakCell>, OutOfMemory> {
        let cell = self.alloc(WeakCell::default())?;
        cell.set_target(target);
        self.heap().wrote(cell);
        Ok(cell)
    }

    /// What a finalization registry keeps, with nothing in it.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_registry(&self) -> Result<Gc<Registry>, OutOfMemory> {
        self.alloc(Registry::new(Arc::clone(&self.reclaimed)))
    }

    /// Whether targets of finalization registries died since it was asked last: then some registry has something ready.
    pub fn reclaimed(&self) -> bool {
        self.reclaimed.swap(false, Ordering::Relaxed)
    }

    /// The pair of functions of an accessor property.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_accessor(&self, get: Value, set: Value) -> Result<Gc<Accessor>, OutOfMemory> {
        self.alloc(Accessor::new(get, set))
    }

    /// A new symbol.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_symbol(&self, description: Option<Str>) -> Result<Sym, OutOfMemory> {
        self.alloc(JsSymbol::new(description))
    }

    /// A new private name, `#` included in its description.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_private_name(&self, description: Str) -> Result<Sym, OutOfMemory> {
        self.alloc(JsSymbol::new_private(description))
    }

    /// 20.4.2.2 Symbol.for.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn symbol_for(&self, key: Str) -> Result<Sym, OutOfMemory> {
        let hash = key.hash();
        let found = self.registered.find(self.heap(), hash, |symbol| {
            symbol.registered_key().is_some_and(|other| other.equals(&key))
        });
        if let Some(symbol) = found {
            return Ok(symbol);
        }
        let symbol = self.alloc(JsSymbol::new_registered(key))?;
        self.registered.insert(self.heap(), hash, symbol);
        Ok(symbol)
    }

    /// The BigInt of a literal's decimal digits.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn bigint_from_decimal(&self, digits: &str) -> Result<Big, OutOfMemory> {
        self.new_bigint(digits.parse::<BigInt>().unwrap_or_default())
    }

    /// A BigInt.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_bigint(&self, value: impl Into<BigInt>) -> Result<Big, OutOfMemory> {
        let value = value.into();
        let weight = JsBigInt::weight(&value);
        self.heap().external_add(weight)?;
        self.alloc(JsBigInt::new(value)).inspect_err(|_| self.heap().external_sub(weight))
    }
}

impl JsObject {
    /// Adds a property whose slot is the next one: `shape` is its shape's child by [`Change::Add`]. The caller has looked whether
    /// it is extensible.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn add_with_shape(&self, rt: &Rt, shape: Shp, value: Value) -> Result<(), OutOfMemory> {
        let slot = shape.len() - 1;
        if slot as usize >= self.room() {
            // The value is on the stack meanwhile.
            rt.grow_slots(self.handle(), slot as usize + 1)?;
        }
        self.set_slot(rt, slot, value);
        self.set_shape(rt, shape);
        Ok(())
    }
}

impl Rt {
    /// The same as [`JsObject::add_with_shape`].
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn add_with_shape(&self, object: Obj, shape: Shp, value: Value) -> Result<(), OutOfMemory> {
        object.add_with_shape(self, shape, value)
    }
}

impl List {
    /// Appends a value.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn push(&self, rt: &Rt, value: Value) -> Result<(), OutOfMemory> {
        let len = self.len();
        if len == self.store().capacity() {
            self.reserve(rt, (len * 2).max(8))?;
        }
        self.set_len(len + 1);
        self.set(rt, len, value);
        Ok(())
    }

    /// Has room for `capacity` values, at least.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve(&self, rt: &Rt, capacity: usize) -> Result<(), OutOfMemory> {
        if capacity <= self.store().capacity() {
            return Ok(());
        }
        let store = rt.new_slots(capacity)?;
        store.values().iter().zip(self.as_slice()).for_each(|(to, from)| to.set(from.get()));
        self.set_store(store);
        rt.heap().wrote(store);
        rt.heap().wrote(self.handle());
        Ok(())
    }

    /// Appends values.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn extend(&self, rt: &Rt, values: &[Value]) -> Result<(), OutOfMemory> {
        self.reserve(rt, self.len() + values.len())?;
        values.iter().try_for_each(|value| self.push(rt, *value))
    }

    /// Sets the value at a place that there is.
    #[inline]
    pub fn set(&self, rt: &Rt, at: usize, value: Value) {
        if let Some(slot) = self.as_slice().get(at) {
            slot.set(value);
            if value.is_cell() {
                Slots::wrote(self.store(), rt, at);
            }
        }
    }

    /// Has all cells that hold handles reported after values were stored through [`List::as_slice`], as by sorting.
    pub fn wrote(&self, rt: &Rt) {
        rt.heap().wrote(self.store());
    }

    /// Puts a value in front of the one at a place, or at the end.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn insert(&self, rt: &Rt, at: usize, value: Value) -> Result<(), OutOfMemory> {
        self.push(rt, value)?;
        if let Some(rest) = self.as_slice().get(at..) {
            for place in (1..rest.len()).rev() {
                rest[place].swap(&rest[place - 1]);
            }
            self.wrote(rt);
        }
        Ok(())
    }

    /// Removes the first `count` values.
    pub fn remove_first(&self, rt: &Rt, count: usize) {
        let count = count.min(self.len());
        let values = self.as_slice();
        (count..values.len()).for_each(|at| values[at - count].swap(&values[at]));
        self.truncate(values.len() - count);
        self.wrote(rt);
    }

    /// Removes the value at a place.
    pub fn remove(&self, rt: &Rt, at: usize) -> Option<Value> {
        let rest = self.as_slice().get(at..).filter(|rest| !rest.is_empty())?;
        rest.windows(2).for_each(|pair| pair[0].swap(&pair[1]));
        self.wrote(rt);
        self.pop()
    }

    /// Fills a new list with values, as many as there is room for.
    fn fill(&self, values: impl ExactSizeIterator<Item = Value>) {
        self.set_len(values.len().min(self.store().capacity()));
        self.as_slice().iter().zip(values).for_each(|(slot, value)| slot.set(value));
    }
}
