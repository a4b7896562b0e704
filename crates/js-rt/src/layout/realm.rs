//! Realms (9.3): a global object, its declarative bindings, and the intrinsic objects.

use super::{Environment, JsObject};
use crate::{PropertyKey, Value};
use heap::{Gc, Object, Tracer};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// A binding of the global declarative record (9.1.1.4).
#[derive(Clone, Copy, Debug)]
pub struct Lexical {
    /// The environment of the script that declares it.
    pub env: Gc<Environment>,
    /// Its slot there.
    pub slot: u32,
    /// Whether assignments fail.
    pub constant: bool,
}

/// A realm.
pub struct Realm {
    /// The intrinsic objects, by number; undefined where there is none yet.
    pub intrinsics: Box<[Cell<Value>]>,
    /// The global object.
    pub global: Cell<Option<Gc<JsObject>>>,
    /// The value of `this` at the top level of scripts.
    pub global_this: Cell<Option<Gc<JsObject>>>,
    /// The global declarative record.
    pub lexicals: RefCell<HashMap<PropertyKey, Lexical>>,
    /// What the host keeps for it.
    pub host: Cell<Value>,
}

// SAFETY: no other object has this kind; `trace` reports every handle; nothing belongs to a thread.
unsafe impl Object for Realm {
    const KIND: u8 = super::kind::REALM;
    const NAME: &'static str = "realm";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.intrinsics.iter().for_each(|value| value.get().trace(tracer));
        tracer.edge_opt(self.global.get());
        tracer.edge_opt(self.global_this.get());
        // Nobody holds the borrow across an allocation.
        if let Ok(lexicals) = self.lexicals.try_borrow() {
            for (key, lexical) in lexicals.iter() {
                key.trace(tracer);
                tracer.edge(lexical.env);
            }
        }
        self.host.get().trace(tracer);
    }
}
