//! Steps of the library's own iterators without result objects: nobody can tell, since those would have no other properties.
//!
//! Internal slots of 24.1.5 Map Iterator and 24.2.6 Set Iterator Objects: the table (undefined at the end), the place in it, and
//! what is given.

use crate::error::Res;
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, Cursor, Obj, OrderedTable, Value};

const TABLE: usize = 0;
const PLACE: usize = 1;
const ITEM: usize = 2;

/// What an iterator of a map or set gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum EntryKind {
    /// Keys.
    Key,
    /// Values; of a set, its elements.
    Value,
    /// Arrays of key and value.
    KeyValue,
}

impl Vm {
    /// 24.1.5.1 CreateMapIterator and 24.2.6.1 CreateSetIterator: `class` says which
    pub fn create_entry_iterator(
        &self,
        class: Class,
        table: Gc<OrderedTable>,
        kind: EntryKind,
    ) -> Res<Value> {
        let proto = match class {
            Class::MapIterator => Intrinsic::MapIteratorPrototype,
            _ => Intrinsic::SetIteratorPrototype,
        };
        let iterator = self.object_create(Some(self.intrinsic(proto)), class)?;
        let slots = [Value::from_cell(table), Cursor::START.to_value(), Value::int(kind as i32)];
        iterator.set_payload(&self.rt, Value::from_cell(self.rt.internal_from(&slots)?));
        Ok(iterator.into())
    }

    /// 24.1.5.2.1 %MapIteratorPrototype%.next and 24.2.6.2.1 %SetIteratorPrototype%.next, of such an iterator; `None` at the end
    pub fn entry_iterator_step(&self, iterator: Obj) -> Res<Option<Value>> {
        let table = iterator.internal(TABLE).cell::<OrderedTable>();
        let place = Cursor::from_value(iterator.internal(PLACE));
        let Some((key, value, next)) = table.and_then(|table| table.next(place)) else {
            iterator.set_internal(&self.rt, TABLE, Value::UNDEFINED);
            return Ok(None);
        };
        iterator.set_internal(&self.rt, PLACE, next.to_value());
        let kind = iterator.internal(ITEM);
        let value = if iterator.class() == Class::SetIterator { key } else { value };
        if kind == Value::int(EntryKind::Key as i32) {
            return Ok(Some(key));
        }
        if kind == Value::int(EntryKind::Value as i32) {
            return Ok(Some(value));
        }
        Ok(Some(self.new_array(&[key, value])?.into()))
    }

    /// A step of an iterator of an array, map or set, if `next` is the original one.
    #[inline]
    pub(crate) fn native_step(&self, iterator: Obj, next: Value) -> Option<Res<Option<Value>>> {
        match iterator.class() {
            Class::ArrayIterator if self.is_intrinsic(next, Intrinsic::ArrayIteratorNext) => {
                Some(self.array_iterator_step(iterator))
            }
            Class::MapIterator if self.is_intrinsic(next, Intrinsic::MapIteratorNext) => {
                Some(self.entry_iterator_step(iterator))
            }
            Class::SetIterator if self.is_intrinsic(next, Intrinsic::SetIteratorNext) => {
                Some(self.entry_iterator_step(iterator))
            }
            _ => None,
        }
    }
}
