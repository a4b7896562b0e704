//! Where a property is: what inline caches remember.

use crate::vm::Vm;
use js_rt::{Attrs, Class, Flags, Obj, PropertyKey};

/// Where a property of an object is found.
#[derive(Clone, Copy, Debug)]
pub enum Lookup {
    /// In a slot of the object itself: of all objects with its shape.
    Own {
        /// The slot.
        slot: u32,
        /// The attributes.
        attrs: Attrs,
    },
    /// In a slot of an object on its prototype chain, for all objects with its shape, as long as the epoch of prototypes stays.
    Proto {
        /// The object that has it.
        holder: Obj,
        /// The slot there.
        slot: u32,
        /// The attributes.
        attrs: Attrs,
    },
    /// Nowhere, for all objects with its shape, as long as the epoch of prototypes stays.
    Absent,
    /// It depends on more than shapes.
    Other,
}

impl Vm {
    /// Looks for a property whose key is not an index. Marks what the answer relies on, so that it may be remembered.
    pub fn lookup(&self, o: Obj, key: PropertyKey) -> Lookup {
        if key.is_index() || self.has_own_ways(o, key) {
            return Lookup::Other;
        }
        let shape = o.shape();
        if let Some((slot, attrs)) = shape.lookup(key) {
            shape.watch();
            return Lookup::Own { slot, attrs };
        }
        // What a dictionary does not have it may get without another shape.
        if shape.is_dictionary() {
            return Lookup::Other;
        }
        let mut above = o.proto();
        while let Some(holder) = above {
            if self.has_own_ways(holder, key) {
                return Lookup::Other;
            }
            holder.set_flag(Flags::PROTO_CACHED);
            let shape = holder.shape();
            if let Some((slot, attrs)) = shape.lookup(key) {
                shape.watch();
                return Lookup::Proto { holder, slot, attrs };
            }
            above = holder.proto();
        }
        Lookup::Absent
    }

    /// Whether an object may have a property of its own that its shape does not tell.
    #[inline]
    fn has_own_ways(&self, o: Obj, key: PropertyKey) -> bool {
        match o.class() {
            Class::Array => key == self.names().length,
            Class::Proxy | Class::ModuleNamespace => true,
            class if class.is_typed_array() => self.canonical_numeric_index_string(key).is_some(),
            _ => false,
        }
    }
}
