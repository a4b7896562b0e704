//! Global bindings: the declarative record, then the global object.

use crate::error::{Res, Throw};
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Attrs, Cache, CacheKind, Class, Lexical, PropertyDescriptor, PropertyKey, Realm, Value};

impl Vm {
    /// 9.1.1.4.17 CreateGlobalVarBinding
    pub(crate) fn create_global_var_binding(&self, key: PropertyKey, deletable: bool) -> Res<()> {
        let global = self.global();
        if !self.has_own_property(global, key)? && self.is_extensible(global)? {
            let mut attrs = Attrs::WRITABLE | Attrs::ENUMERABLE;
            if deletable {
                attrs = attrs.with(Attrs::CONFIGURABLE);
            }
            self.define_property_or_throw(global, key, &PropertyDescriptor::data(Value::UNDEFINED, attrs))?;
        }
        Ok(())
    }

    /// 9.1.1.4.18 CreateGlobalFunctionBinding
    pub(crate) fn create_global_function_binding(
        &self,
        key: PropertyKey,
        function: Value,
        deletable: bool,
    ) -> Res<()> {
        let global = self.global();
        let existing = self.get_own_property(global, key)?;
        let descriptor = match existing {
            Some(existing) if existing.configurable != Some(true) => {
                PropertyDescriptor { value: Some(function), ..PropertyDescriptor::default() }
            }
            _ => {
                let mut attrs = Attrs::WRITABLE | Attrs::ENUMERABLE;
                if deletable {
                    attrs = attrs.with(Attrs::CONFIGURABLE);
                }
                PropertyDescriptor::data(function, attrs)
            }
        };
        self.define_property_or_throw(global, key, &descriptor)?;
        self.set(global, key, function, false)
    }

    fn lexical(&self, key: PropertyKey) -> Option<Lexical> {
        self.realm().lexicals.borrow().get(&key).copied()
    }

    pub(crate) fn global_resolves(&self, key: PropertyKey) -> Res<bool> {
        if self.lexical(key).is_some() { Ok(true) } else { self.has_property(self.global(), key) }
    }

    pub(crate) fn get_global_by_key(&self, key: PropertyKey, typeof_: bool) -> Res<Value> {
        if let Some(lexical) = self.lexical(key) {
            let value = lexical.env.get(lexical.slot as usize);
            return if value.is_empty() { Err(self.uninitialized(&self.key_text(key))) } else { Ok(value) };
        }
        let global = self.global();
        if self.has_property(global, key)? {
            return self.get(global, key);
        }
        if typeof_ { Ok(Value::UNDEFINED) } else { Err(self.not_defined(&self.key_text(key))) }
    }

    pub(crate) fn set_global_by_key(
        &self,
        key: PropertyKey,
        value: Value,
        strict: bool,
        resolved: Option<bool>,
    ) -> Res<()> {
        if let Some(lexical) = self.lexical(key) {
            return self.set_lexical(lexical, key, value);
        }
        let global = self.global();
        if strict {
            let known = match resolved {
                Some(known) => known && self.has_property(global, key)?,
                None => self.has_property(global, key)?,
            };
            if !known {
                return Err(self.not_defined(&self.key_text(key)));
            }
        }
        self.set(global, key, value, strict)
    }

    fn set_lexical(&self, lexical: Lexical, key: PropertyKey, value: Value) -> Res<()> {
        if lexical.env.get(lexical.slot as usize).is_empty() {
            return Err(self.uninitialized(&self.key_text(key)));
        }
        if lexical.constant {
            return Err(self.assigned_constant(Value::UNDEFINED));
        }
        lexical.env.set(&self.rt, lexical.slot as usize, value);
        Ok(())
    }

    /// A global binding by its inline cache.
    #[inline(always)]
    pub(crate) fn cached_global(&self, cache: &Cache) -> Option<Value> {
        let entry = &cache.first;
        let value = match entry.kind.get() {
            CacheKind::Lexical => entry.env.get()?.get(entry.slot.get() as usize),
            CacheKind::Own => {
                let holder = entry.holder.get()?;
                if entry.shape.get() != Some(holder.shape()) || entry.epoch.get() != self.rt.proto_epoch.get()
                {
                    return None;
                }
                holder.slot(entry.slot.get())
            }
            _ => return None,
        };
        if value.is_empty() { None } else { Some(value) }
    }

    #[inline(never)]
    pub(crate) fn get_global_slow(&self, cache: &Cache, typeof_: bool) -> Res<Value> {
        if typeof_ && let Some(value) = self.cached_global(cache) {
            return Ok(value);
        }
        let value = self.get_global_by_key(cache.key, typeof_)?;
        self.fill_global(cache);
        Ok(value)
    }

    /// Notes where a global binding is. Bindings of the declarative record are there for good; those of the global object while
    /// its shape stays the same, but another script may declare a name that hides them.
    fn fill_global(&self, cache: &Cache) {
        let entry = &cache.first;
        if let Some(lexical) = self.lexical(cache.key) {
            entry.env.set(Some(lexical.env));
            entry.slot.set(lexical.slot);
            entry.kind.set(CacheKind::Lexical);
        } else {
            let global = self.global();
            if let Some((slot, attrs)) = global.shape().lookup(cache.key)
                && !attrs.is_accessor()
                && global.class() != Class::Proxy
            {
                entry.shape.set(Some(global.shape()));
                entry.holder.set(Some(global));
                entry.epoch.set(self.rt.proto_epoch.get());
                entry.slot.set(slot);
                entry.kind.set(CacheKind::Own);
                global.shape().watch();
            }
        }
        if entry.kind.get() != CacheKind::None {
            self.wrote_cache(cache, entry.kind.get());
        }
    }

    #[inline(never)]
    pub(crate) fn set_global(&self, cache: &Cache, value: Value, strict: bool) -> Res<()> {
        if self.cached_set_global(cache, value) {
            return Ok(());
        }
        self.set_global_by_key(cache.key, value, strict, None)?;
        // A site that stores is not one that reads: what it has noted is writable.
        let writable = match self.lexical(cache.key) {
            Some(lexical) => !lexical.constant,
            None => self.global().shape().lookup(cache.key).is_some_and(|(_, attrs)| attrs.is_writable()),
        };
        if writable {
            self.fill_global(cache);
        }
        Ok(())
    }

    /// Stores a global binding by its inline cache, if it can.
    #[inline]
    fn cached_set_global(&self, cache: &Cache, value: Value) -> bool {
        if self.cached_global(cache).is_none() {
            return false;
        }
        let entry = &cache.first;
        match (entry.kind.get(), entry.env.get(), entry.holder.get()) {
            (CacheKind::Lexical, Some(env), _) => env.set(&self.rt, entry.slot.get() as usize, value),
            (CacheKind::Own, _, Some(holder)) => holder.set_slot(&self.rt, entry.slot.get(), value),
            _ => return false,
        }
        true
    }

    pub(crate) fn check_global(&self, cache: &Cache) -> Res<Value> {
        Ok(Value::bool(self.global_resolves(cache.key)?))
    }

    pub(crate) fn set_global_checked(
        &self,
        cache: &Cache,
        value: Value,
        known: bool,
        strict: bool,
    ) -> Res<()> {
        self.set_global_by_key(cache.key, value, strict, Some(known))
    }

    pub(crate) fn init_global(&self, cache: &Cache, value: Value) -> Res<()> {
        if let Some(lexical) = self.lexical(cache.key) {
            lexical.env.set(&self.rt, lexical.slot as usize, value);
        }
        Ok(())
    }

    /// 16.1.7 GlobalDeclarationInstantiation, up to where the script's own code begins.
    pub(crate) fn declare_globals(&self, declared: &[js_bytecode::Declared]) -> Res<()> {
        use js_bytecode::DeclaredKind as Kind;
        let realm = self.realm();
        let global = self.global();
        let mut keys = Vec::with_capacity(declared.len());
        let kept = self.rt.new_list()?;
        for one in declared {
            let key = self.text_key(&one.name)?;
            kept.push(&self.rt, key.to_value(&self.rt)?)?;
            keys.push((key, one.kind));
        }
        for &(key, _) in keys.iter().filter(|(_, kind)| matches!(kind, Kind::Let | Kind::Const)) {
            if realm.lexicals.borrow().contains_key(&key) || self.has_restricted_global(key)? {
                return Err(self.redeclared(key));
            }
        }
        for &(key, kind) in &keys {
            match kind {
                Kind::Var | Kind::Function if realm.lexicals.borrow().contains_key(&key) => {
                    return Err(self.redeclared(key));
                }
                _ => {}
            }
        }
        for &(key, kind) in keys.iter().rev() {
            if kind == Kind::Function && !self.can_declare_global_function(key)? {
                return Err(self.type_error(format_args!("Cannot redefine property: {}", self.key_text(key))));
            }
        }
        for &(key, kind) in &keys {
            if kind == Kind::Var && !self.has_own_property(global, key)? && !self.is_extensible(global)? {
                return Err(
                    self.type_error(format_args!("Cannot define global variable '{}'", self.key_text(key)))
                );
            }
        }
        self.declare_lexicals(realm, &keys)?;
        for &(key, kind) in &keys {
            let block = kind == Kind::BlockFunction
                && !realm.lexicals.borrow().contains_key(&key)
                && self.can_declare_global_function(key)?;
            if kind == Kind::Var || block {
                self.create_global_var_binding(key, false)?;
            }
        }
        Ok(())
    }

    #[cold]
    pub(crate) fn redeclared(&self, key: PropertyKey) -> Throw {
        self.syntax_error(format_args!("Identifier '{}' has already been declared", self.key_text(key)))
    }

    /// Makes the bindings of `let`, `const` and `class` of a script, not initialised: one environment for all of them.
    fn declare_lexicals(
        &self,
        realm: Gc<Realm>,
        keys: &[(PropertyKey, js_bytecode::DeclaredKind)],
    ) -> Res<()> {
        use js_bytecode::DeclaredKind as Kind;
        let lexicals: Vec<_> =
            keys.iter().filter(|(_, kind)| matches!(kind, Kind::Let | Kind::Const)).collect();
        if lexicals.is_empty() {
            return Ok(());
        }
        let env = self.rt.new_env(None, Value::EMPTY, lexicals.len())?;
        for (slot, &&(key, kind)) in lexicals.iter().enumerate() {
            let binding = Lexical { env, slot: slot as u32, constant: kind == Kind::Const };
            realm.lexicals.borrow_mut().insert(key, binding);
        }
        self.rt.heap().wrote(realm);
        // Caches of these names may have found properties of the global object: they hold for its old shape.
        self.rt.bump_proto_epoch();
        Ok(())
    }

    /// 9.1.1.4.14 HasRestrictedGlobalProperty
    fn has_restricted_global(&self, key: PropertyKey) -> Res<bool> {
        let existing = self.get_own_property(self.global(), key)?;
        Ok(existing.is_some_and(|existing| existing.configurable == Some(false)))
    }

    /// 9.1.1.4.16 CanDeclareGlobalFunction
    pub(crate) fn can_declare_global_function(&self, key: PropertyKey) -> Res<bool> {
        let global = self.global();
        match self.get_own_property(global, key)? {
            None => self.is_extensible(global),
            Some(existing) => Ok(existing.configurable == Some(true)
                || (existing.is_data()
                    && existing.writable == Some(true)
                    && existing.enumerable == Some(true))),
        }
    }
}
