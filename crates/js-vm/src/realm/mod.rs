//! 9.3 Realms.

mod build;
mod intrinsic;

pub use build::*;
pub use intrinsic::Intrinsic;

use crate::call::NativeFn;
use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, Flags, Native, NativeId, Obj, Realm, Value};
use std::cell::Cell;

/// What fills a realm with its library.
pub type Install = fn(&Vm) -> Res<()>;

impl Vm {
    /// 9.3.1 InitializeHostDefinedRealm: a realm with its own intrinsics, which `install` makes. Code does not run in it unless
    /// [`Vm::in_realm`] says so; the first realm becomes the current one.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new_realm(&self, install: Install) -> Res<Gc<Realm>> {
        let realm = self.rt.heap().alloc(Realm {
            intrinsics: (0..Intrinsic::COUNT).map(|_| Cell::new(Value::UNDEFINED)).collect(),
            global: Cell::new(None),
            global_this: Cell::new(None),
            lexicals: Default::default(),
            host: Cell::new(Value::UNDEFINED),
        })?;
        self.in_realm(realm, || {
            let object_prototype = self.object_create(None, Class::Object)?;
            object_prototype.set_flag(Flags::IMMUTABLE_PROTO);
            self.set_intrinsic(Intrinsic::ObjectPrototype, object_prototype);
            let global = self.object_create(Some(object_prototype), Class::Object)?;
            realm.global.set(Some(global));
            realm.global_this.set(Some(global));
            self.rt.heap().wrote(realm);
            install(self)?;
            self.prepare_spare_error()
        })?;
        if self.state.realm.get().is_none() {
            self.state.realm.set(Some(realm));
        }
        Ok(realm)
    }

    /// The realm of the running code.
    ///
    /// # Panics
    /// Before the isolate has a realm.
    #[inline]
    pub fn realm(&self) -> Gc<Realm> {
        self.state.realm.get().expect("code runs in a realm")
    }

    /// Runs `f` with a realm as the current one.
    pub fn in_realm<R>(&self, realm: Gc<Realm>, f: impl FnOnce() -> R) -> R {
        let before = self.state.realm.replace(Some(realm));
        let result = f();
        self.state.realm.set(before);
        result
    }

    /// An intrinsic object of the current realm.
    ///
    /// # Panics
    /// When the library has not made it: the first test of a realm finds that.
    #[inline]
    pub fn intrinsic(&self, intrinsic: Intrinsic) -> Obj {
        self.intrinsic_of(self.realm(), intrinsic)
    }

    /// An intrinsic object of a realm.
    ///
    /// # Panics
    /// As [`Vm::intrinsic`].
    #[inline]
    pub fn intrinsic_of(&self, realm: Gc<Realm>, intrinsic: Intrinsic) -> Obj {
        match realm.intrinsics.get(intrinsic as usize).and_then(|cell| cell.get().as_object()) {
            Some(object) => object,
            None => panic!("{} is not there", intrinsic.name()),
        }
    }

    /// Whether the current realm has an intrinsic object already.
    pub fn has_intrinsic(&self, intrinsic: Intrinsic) -> bool {
        self.realm().intrinsics.get(intrinsic as usize).is_some_and(|cell| cell.get().is_object())
    }

    /// Makes an object an intrinsic one of the current realm.
    pub fn set_intrinsic(&self, intrinsic: Intrinsic, object: Obj) {
        let realm = self.realm();
        if let Some(cell) = realm.intrinsics.get(intrinsic as usize) {
            cell.set(object.into());
            self.rt.heap().wrote(realm);
        }
    }

    /// The global object of the current realm.
    ///
    /// # Panics
    /// Before [`Vm::new_realm`] has made it.
    #[inline]
    pub fn global(&self) -> Obj {
        self.realm().global.get().expect("a realm has a global object from the start")
    }

    /// An anonymous built-in function of the current realm with captured values.
    ///
    /// # Errors
    /// Out of memory.
    pub fn native_function_with(&self, function: NativeFn, length: u32, slots: &[Value]) -> Res<Obj> {
        self.native_function(function, length, self.rt.empty_str(), slots)
    }

    /// The payload of a built-in function.
    pub(crate) fn native_payload(&self, function: NativeFn, slots: &[Value]) -> Res<Gc<Native>> {
        Ok(self.rt.new_native(NativeId(self.native_id(function)), self.realm(), 0, slots)?)
    }
}
