//! How objects change their shape other than by adding a property: dictionaries, other attributes, other prototypes.

use crate::layout::Shape;
use crate::{Attrs, Change, Flags, Obj, PropertyKey, Rt, Shp, Value};
use heap::{Gc, OutOfMemory};

impl Rt {
    /// Gives an object a shape of its own.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn to_dictionary(&self, object: Obj) -> Result<Shp, OutOfMemory> {
        let shape = object.shape();
        if shape.is_dictionary() {
            return Ok(shape);
        }
        let table = self.copy_table(shape, shape.len() as usize + 1)?;
        let shape = self.alloc(Shape::dictionary(shape, shape.proto(), table))?;
        object.set_shape(self, shape);
        Ok(shape)
    }

    pub(crate) fn add_to_dictionary(
        &self,
        object: Obj,
        mut shape: Shp,
        key: PropertyKey,
        value: Value,
        attrs: Attrs,
    ) -> Result<(), OutOfMemory> {
        let table = shape.table();
        if table.used() == table.capacity() {
            shape = self.rebuild_dictionary(object, shape)?;
        }
        let (table, slot) = (shape.table(), shape.len());
        if slot as usize >= object.room() {
            self.grow_slots(object, slot as usize + 1)?;
        }
        table.append(key, attrs);
        self.heap().wrote(table);
        shape.set_table(table);
        object.set_slot(self, slot, value);
        if object.has_flag(Flags::PROTO_CACHED) {
            self.bump_proto_epoch();
        }
        Ok(())
    }

    /// Makes room for another property, leaving out deleted ones: then slots change.
    fn rebuild_dictionary(&self, object: Obj, shape: Shp) -> Result<Shp, OutOfMemory> {
        let (live, used) = (shape.table().live(), shape.table().used());
        // With half as many again, it takes long until it is full the next time.
        let table = self.copy_table(shape, (live + live / 2 + 1) as usize)?;
        let next = if live != used && shape.is_watched() {
            self.alloc(Shape::dictionary(shape, shape.proto(), table))?
        } else {
            shape
        };
        // From here on nothing fails. Values move down only, and never past one that has not moved yet.
        for (to, (from, ..)) in shape.entries().enumerate() {
            object.set_slot(self, to as u32, object.slot(from));
        }
        (live..used).for_each(|slot| object.set_slot(self, slot, Value::EMPTY));
        next.set_table(table);
        self.heap().wrote(next);
        if live != used {
            object.set_shape(self, next);
        }
        Ok(next)
    }

    /// Gives a dictionary another shape if inline caches rely on the one it has.
    pub(crate) fn unwatch(&self, object: Obj, shape: Shp) -> Result<Shp, OutOfMemory> {
        if !shape.is_watched() {
            return Ok(shape);
        }
        let shape = self.alloc(Shape::dictionary(shape, shape.proto(), shape.table()))?;
        object.set_shape(self, shape);
        Ok(shape)
    }

    /// Has inline caches forget the global object's shape: it gets another one.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn forget_global_shape(&self, global: Obj) -> Result<(), OutOfMemory> {
        let shape = self.to_dictionary(global)?;
        let shape = self.alloc(Shape::dictionary(shape, shape.proto(), shape.table()))?;
        global.set_shape(self, shape);
        self.bump_proto_epoch();
        Ok(())
    }

    /// Gives the property in a slot other attributes.
    pub(crate) fn reconfigure(
        &self,
        object: Obj,
        slot: u32,
        key: PropertyKey,
        attrs: Attrs,
    ) -> Result<(), OutOfMemory> {
        let shape = object.shape();
        if shape.is_dictionary() {
            let shape = self.unwatch(object, shape)?;
            shape.table().set_attrs(slot, attrs);
            if object.has_flag(Flags::PROTO_CACHED) {
                self.bump_proto_epoch();
            }
            return Ok(());
        }
        let change = Change::Reconfigure(key, attrs);
        self.change(object, change, |rt| {
            let table = rt.copy_table(shape, shape.len() as usize)?;
            table.set_attrs(slot, attrs);
            Ok(table)
        })
    }

    /// Gives an object the shape that comes from its own by a change, with this table if it has to be made.
    pub(crate) fn change(
        &self,
        object: Obj,
        change: Change,
        table: impl FnOnce(&Rt) -> Result<Gc<crate::PropertyTable>, OutOfMemory>,
    ) -> Result<(), OutOfMemory> {
        let shape = object.shape();
        let child = match shape.find_child(change) {
            Some(child) => child,
            None => {
                let table = table(self)?;
                self.new_child(shape, change, table, shape.len())?
            }
        };
        object.set_shape(self, child);
        Ok(())
    }

    /// Gives an object another prototype. Cycles are for the caller to look for (10.1.2.1).
    ///
    /// # Errors
    /// When there is no memory.
    pub fn set_proto(&self, object: Obj, proto: Option<Obj>) -> Result<(), OutOfMemory> {
        let shape = object.shape();
        if shape.proto() == proto {
            return Ok(());
        }
        if let Some(proto) = proto {
            proto.set_flag(Flags::PROTOTYPE);
        }
        if shape.is_dictionary() {
            let shape = self.alloc(Shape::dictionary(shape, proto, shape.table()))?;
            object.set_shape(self, shape);
            return Ok(());
        }
        self.change(object, Change::Proto(proto), |_| Ok(shape.table()))
    }
}
