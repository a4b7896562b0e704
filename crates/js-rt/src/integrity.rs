//! Keys of own properties, and whether properties may be added and changed.

use crate::layout::List;
use crate::{Attrs, Change, Flags, Obj, PropertyKey, Rt};
use heap::{Gc, OutOfMemory};

impl Rt {
    /// 10.1.11 `[[OwnPropertyKeys]]` of ordinary objects and arrays: indices, strings, symbols. Indices come as strings.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn own_keys(&self, object: Obj) -> Result<Gc<List>, OutOfMemory> {
        let list = self.new_list()?;
        self.push_index_keys(object, list)?;
        self.push_string_keys(object, list)?;
        self.push_symbol_keys(object, list)?;
        Ok(list)
    }

    /// Appends the indices among the keys, as strings.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn push_index_keys(&self, object: Obj, list: Gc<List>) -> Result<(), OutOfMemory> {
        let mut from = 0;
        while let Some(index) = self.next_element(object, from) {
            list.push(self, self.number_to_str(f64::from(index))?.into())?;
            from = index + 1;
        }
        Ok(())
    }

    /// Appends the strings among the keys that are not indices.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn push_string_keys(&self, object: Obj, list: Gc<List>) -> Result<(), OutOfMemory> {
        if object.is_array() {
            list.push(self, self.name_str(self.names.length).into())?;
        }
        let shape = object.shape();
        for (_, key, _) in shape.entries() {
            if let Some(atom) = key.as_atom() {
                list.push(self, atom.into())?;
            }
        }
        Ok(())
    }

    /// Appends the symbols among the keys, private names left out.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn push_symbol_keys(&self, object: Obj, list: Gc<List>) -> Result<(), OutOfMemory> {
        let shape = object.shape();
        for (_, key, _) in shape.entries() {
            if let Some(symbol) = key.as_symbol().filter(|symbol| !symbol.is_private()) {
                list.push(self, symbol.into())?;
            }
        }
        Ok(())
    }

    /// 10.1.4 `[[PreventExtensions]]` of ordinary objects. The shape changes, too: those of extensible objects are of no others.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn prevent_extensions(&self, object: Obj) -> Result<(), OutOfMemory> {
        if object.is_extensible() {
            let shape = object.shape();
            if !shape.is_dictionary() {
                self.change(object, Change::PreventExtensions, |_| Ok(shape.table()))?;
            }
            object.clear_flag(Flags::EXTENSIBLE);
        }
        Ok(())
    }

    /// 7.3.16 SetIntegrityLevel of ordinary objects and arrays: sealed, or frozen.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn set_integrity(&self, object: Obj, frozen: bool) -> Result<(), OutOfMemory> {
        self.prevent_extensions(object)?;
        self.restrict_elements(object, frozen)?;
        if frozen && object.is_array() {
            object.set_flag(Flags::LENGTH_READONLY);
        }
        let restricted = |attrs: Attrs| if frozen { attrs.frozen() } else { attrs.sealed() };
        let shape = object.shape();
        let is_done = |key: PropertyKey, attrs: Attrs| key.is_private() || restricted(attrs) == attrs;
        if shape.entries().all(|(_, key, attrs)| is_done(key, attrs)) {
            return Ok(());
        }
        let restrict = |table: &crate::PropertyTable| {
            for (slot, key, attrs) in shape.entries() {
                if !key.is_private() {
                    table.set_attrs(slot, restricted(attrs));
                }
            }
        };
        if shape.is_dictionary() {
            restrict(&self.unwatch(object, shape)?.table());
            if object.has_flag(Flags::PROTO_CACHED) {
                self.bump_proto_epoch();
            }
            return Ok(());
        }
        self.change(object, if frozen { Change::Freeze } else { Change::Seal }, |rt| {
            let table = rt.copy_table(shape, shape.len() as usize)?;
            restrict(&table);
            Ok(table)
        })
    }

    /// 7.3.17 TestIntegrityLevel of ordinary objects and arrays: sealed, or frozen.
    pub fn test_integrity(&self, object: Obj, frozen: bool) -> bool {
        let restricted =
            |attrs: Attrs| if frozen { attrs.frozen() == attrs } else { !attrs.is_configurable() };
        if object.is_extensible() || frozen && object.is_array() && object.is_length_writable() {
            return false;
        }
        let mut from = 0;
        while let Some(index) = self.next_element(object, from) {
            if self.own_element(object, index).is_some_and(|own| !restricted(own.attrs())) {
                return false;
            }
            from = index + 1;
        }
        object.shape().entries().all(|(_, key, attrs)| key.is_private() || restricted(attrs))
    }
}
