//! Inline caches: what happens when the first entry does not know, and how entries are made.

use crate::error::Res;
use crate::vm::Vm;
use js_rt::{Attrs, Cache, CacheEntry, CacheKind, Class, Flags, Obj, PropertyDescriptor, Value};

/// Prototypes that a lookup for a cache goes through at most.
const DEPTH: usize = 16;

/// Shapes a site may miss with until it is left alone.
pub(crate) const MEGAMORPHIC: u32 = 64;

impl Vm {
    /// A property read whose first cache entry does not fit.
    #[inline(never)]
    pub(crate) fn get_property_slow(&self, cache: &Cache, base: Value) -> Res<Value> {
        // Methods of primitives are found in their prototypes, which have shapes as well.
        let start = match base.as_object() {
            Some(object) => object,
            None if base.is_string() && cache.key == self.names().length => {
                return Ok(base
                    .as_string()
                    .map_or(Value::UNDEFINED, |string| Value::int(string.len() as i32)));
            }
            None => match self.primitive_prototype(base).filter(|_| !cache.key.is_index()) {
                Some(proto) => return self.get_of_prototype(cache, proto, base),
                None => return self.get_value(base, cache.key),
            },
        };
        if let Some(more) = cache.more.get() {
            for entry in more.iter().filter(|entry| entry.shape.get() == Some(start.shape())) {
                if let Some(value) = self.entry_value(entry, start, base)? {
                    return Ok(value);
                }
            }
        }
        if cache.first.shape.get() == Some(start.shape())
            && let Some(value) = self.entry_value(&cache.first, start, base)?
        {
            return Ok(value);
        }
        if cache.misses.get() < MEGAMORPHIC {
            self.fill_get(cache, start);
        }
        self.get_value(base, cache.key)
    }

    /// A property of a primitive: cached by the shape of the prototype.
    fn get_of_prototype(&self, cache: &Cache, proto: Obj, base: Value) -> Res<Value> {
        if cache.first.shape.get() == Some(proto.shape()) {
            if let Some(value) = self.entry_value(&cache.first, proto, base)? {
                return Ok(value);
            }
        } else if cache.misses.get() < MEGAMORPHIC {
            self.fill_get(cache, proto);
        }
        self.get_value(base, cache.key)
    }

    /// The property by an entry whose shape is the object's.
    fn entry_value(&self, entry: &CacheEntry, object: Obj, receiver: Value) -> Res<Option<Value>> {
        let fresh = entry.epoch.get() == self.rt.proto_epoch.get();
        let value = match entry.kind.get() {
            CacheKind::Own => object.slot(entry.slot.get()),
            CacheKind::Proto if fresh => {
                entry.holder.get().map_or(Value::EMPTY, |holder| holder.slot(entry.slot.get()))
            }
            CacheKind::Absent if fresh => Value::UNDEFINED,
            CacheKind::OwnAccessor => return self.accessor_value(object.slot(entry.slot.get()), receiver),
            CacheKind::ProtoAccessor if fresh => {
                let holder = entry.holder.get().map_or(Value::EMPTY, |holder| holder.slot(entry.slot.get()));
                return self.accessor_value(holder, receiver);
            }
            _ => return Ok(None),
        };
        Ok(if value.is_empty() { None } else { Some(value) })
    }

    fn accessor_value(&self, slot: Value, receiver: Value) -> Res<Option<Value>> {
        let Some(accessor) = slot.as_accessor() else { return Ok(None) };
        let getter = accessor.get();
        if getter.is_undefined() {
            Ok(Some(Value::UNDEFINED))
        } else {
            // Counted as other calls are: in compiled code it is one.
            self.poll()?;
            self.call(getter, receiver, &[]).map(Some)
        }
    }

    /// Notes where a property is found, if shapes alone decide it.
    fn fill_get(&self, cache: &Cache, start: Obj) {
        let mut holder = start;
        for depth in 0..DEPTH {
            if !self.shape_decides(holder, cache) {
                return;
            }
            let shape = holder.shape();
            if let Some((slot, attrs)) = shape.lookup(cache.key) {
                let accessor = attrs.is_accessor();
                let kind = match (depth, accessor) {
                    (0, false) => CacheKind::Own,
                    (0, true) => CacheKind::OwnAccessor,
                    (_, false) => CacheKind::Proto,
                    (_, true) => CacheKind::ProtoAccessor,
                };
                shape.watch();
                return self.fill(cache, start, Some(holder), slot, kind);
            }
            // That a dictionary lacks a property says nothing about later.
            if holder == start && shape.is_dictionary() {
                return;
            }
            match holder.proto() {
                Some(proto) => holder = proto,
                None => return self.fill(cache, start, None, 0, CacheKind::Absent),
            }
            holder.set_flag(Flags::PROTO_CACHED);
        }
    }

    /// Whether an object's shape says all about whether it has a property.
    fn shape_decides(&self, object: Obj, cache: &Cache) -> bool {
        !cache.key.is_index()
            && match object.class() {
                Class::Proxy | Class::ModuleNamespace => false,
                Class::Array | Class::String => cache.key != self.names().length,
                // Names of numbers are elements, be they there or not; all others are as in ordinary objects.
                class if class.is_typed_array() => self.canonical_numeric_index_string(cache.key).is_none(),
                _ => true,
            }
    }

    fn fill(&self, cache: &Cache, start: Obj, holder: Option<Obj>, slot: u32, kind: CacheKind) {
        let entry = cache.entry();
        entry.shape.set(Some(start.shape()));
        entry.holder.set(holder.filter(|&holder| holder != start));
        entry.next.set(None);
        entry.slot.set(slot);
        entry.epoch.set(self.rt.proto_epoch.get());
        entry.kind.set(kind);
        self.wrote_cache(cache, kind);
    }

    /// Tells the heap, and who follows caches, that the running function's changed. They are weak, but a young shape in an old function's cache
    /// has to be looked at.
    pub(crate) fn wrote_cache(&self, cache: &Cache, kind: CacheKind) {
        self.trace_cache(cache, kind);
        if let Some(code) = self.state.stack.frame().and_then(|frame| frame.code.get()) {
            self.rt.heap().wrote(code);
        }
    }

    /// A property store whose first cache entry does not fit.
    #[inline(never)]
    pub(crate) fn set_property_slow(
        &self,
        cache: &Cache,
        base: Value,
        value: Value,
        strict: bool,
    ) -> Res<()> {
        if let Some(object) = base.as_object() {
            if self.stored_by_entry(cache, object, value)? {
                return Ok(());
            }
            if cache.misses.get() < MEGAMORPHIC {
                return self.set_and_fill(cache, object, value, strict);
            }
        }
        self.set_value(base, cache.key, value, strict)
    }

    fn stored_by_entry(&self, cache: &Cache, object: Obj, value: Value) -> Res<bool> {
        let shape = object.shape();
        let more = cache.more.get().map_or(&[][..], |more| &more[..]);
        for entry in
            std::iter::once(&cache.first).chain(more).filter(|entry| entry.shape.get() == Some(shape))
        {
            match entry.kind.get() {
                CacheKind::Own => {
                    object.set_slot(&self.rt, entry.slot.get(), value);
                    return Ok(true);
                }
                CacheKind::Add if entry.epoch.get() == self.rt.proto_epoch.get() => {
                    if let Some(next) = entry.next.get() {
                        object.add_with_shape(&self.rt, next, value)?;
                        return Ok(true);
                    }
                }
                _ => {}
            }
        }
        Ok(false)
    }

    /// Stores, and notes how if shapes alone decide it.
    fn set_and_fill(&self, cache: &Cache, object: Obj, value: Value, strict: bool) -> Res<()> {
        let before = object.shape();
        let decided = self.shape_decides(object, cache);
        let known = before.lookup(cache.key);
        self.set_value(object.into(), cache.key, value, strict)?;
        if !decided {
            return Ok(());
        }
        match known {
            Some((slot, attrs)) if attrs.is_writable() && object.shape() == before => {
                before.watch();
                self.fill(cache, object, None, slot, CacheKind::Own);
            }
            None if !before.is_dictionary() => self.fill_add(cache, object, before),
            _ => {}
        }
        Ok(())
    }

    /// Notes that a store added a property, if it did and no prototype has a say in it.
    fn fill_add(&self, cache: &Cache, object: Obj, before: js_rt::Shp) {
        let after = object.shape();
        if after.is_dictionary() || before.transition(cache.key, Attrs::ALL) != Some(after) {
            return;
        }
        let Some((slot, _)) = after.lookup(cache.key) else { return };
        let mut holder = object.proto();
        for _ in 0..DEPTH {
            let Some(proto) = holder else {
                let entry = cache.entry();
                entry.shape.set(Some(before));
                entry.holder.set(None);
                entry.next.set(Some(after));
                entry.slot.set(slot);
                entry.epoch.set(self.rt.proto_epoch.get());
                entry.kind.set(CacheKind::Add);
                return self.wrote_cache(cache, CacheKind::Add);
            };
            if !self.shape_decides(proto, cache) {
                return;
            }
            // A plain writable property up there does not stop the store.
            if let Some((_, attrs)) = proto.shape().lookup(cache.key)
                && (attrs.is_accessor() || !attrs.is_writable())
            {
                return;
            }
            proto.set_flag(Flags::PROTO_CACHED);
            proto.shape().watch();
            holder = proto.proto();
        }
    }

    /// A field of an object literal or class whose first cache entry does not fit.
    #[inline(never)]
    pub(crate) fn define_field_slow(&self, cache: &Cache, base: Value, value: Value) -> Res<()> {
        let Some(object) = base.as_object() else { return Err(self.type_error("not an object")) };
        let before = object.shape();
        let more = cache.more.get().map_or(&[][..], |more| &more[..]);
        for entry in
            std::iter::once(&cache.first).chain(more).filter(|entry| entry.shape.get() == Some(before))
        {
            if let (CacheKind::Add, Some(next)) = (entry.kind.get(), entry.next.get()) {
                object.add_with_shape(&self.rt, next, value)?;
                return Ok(());
            }
        }
        let plain =
            object.class() == Class::Object && !before.is_dictionary() && before.lookup(cache.key).is_none();
        let descriptor = PropertyDescriptor::data(value, Attrs::ALL);
        self.define_property_or_throw(object, cache.key, &descriptor)?;
        let after = object.shape();
        if plain
            && cache.misses.get() < MEGAMORPHIC
            && object.has_flag(Flags::EXTENSIBLE)
            && before.transition(cache.key, Attrs::ALL) == Some(after)
        {
            let entry = cache.entry();
            entry.shape.set(Some(before));
            entry.next.set(Some(after));
            entry.slot.set(after.len().saturating_sub(1));
            entry.kind.set(CacheKind::Add);
            self.wrote_cache(cache, CacheKind::Add);
        }
        Ok(())
    }
}
