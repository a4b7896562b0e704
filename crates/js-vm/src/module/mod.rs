//! 16.2.1 Modules.
//!
//! The module records of an isolate stand in a table that only grows; a record's number is what code knows its module by
//! ([`js_rt::CodeUnit::host`]), and what promise reactions of modules capture. The environment of a module is made when it is
//! parsed, so that bindings of other modules can lead to its slots before it is linked.

mod dynamic;
mod evaluate;
mod link;
mod load;
mod record;

pub use record::ModuleId;

use crate::error::Res;
use crate::vm::Vm;
use elsa::FrozenVec;
use heap::{Gc, Tracer};
use js_rt::{Code, Env, Environment, Realm, Str, Value};
use record::Module;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

/// What a module is made of: the import attribute `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModuleType {
    /// Source text; no attribute.
    Script,
    /// `json`: the default export is what JSON.parse gives.
    Json,
    /// `text`: the default export is a string.
    Text,
    /// `bytes`: the default export is a Uint8Array.
    Bytes,
}

/// What a host does for modules: 16.2.1.10 HostLoadImportedModule, in parts.
pub trait ModuleHost: Send {
    /// Names the module that `specifier` means in the module or script `referrer` (a name given by this function before, or that
    /// of a script; none when nobody knows where the code comes from). Modules of the same name are the same.
    ///
    /// # Errors
    /// A message: there is no such module.
    fn resolve(&self, referrer: Option<&str>, specifier: &str) -> Result<String, String>;

    /// What the module consists of.
    ///
    /// # Errors
    /// A message: it cannot be read.
    fn load(&self, name: &str, kind: ModuleType) -> Result<Vec<u8>, String>;

    /// The default export of a module that is no source text.
    ///
    /// # Errors
    /// SyntaxError for JSON that is none; out of memory.
    fn synthesize(&self, vm: &Vm, kind: ModuleType, content: Vec<u8>) -> Res<Value>;

    /// The module source object of a module that is nothing but that for programs, such as a compiled one of another language.
    ///
    /// # Errors
    /// Out of memory.
    fn source(&self, vm: &Vm, name: &str) -> Res<Option<Value>> {
        let _ = (vm, name);
        Ok(None)
    }

    /// 13.3.12.1.1 HostGetImportMetaProperties
    fn meta(&self, name: &str) -> Vec<(&'static str, String)> {
        let _ = name;
        Vec::new()
    }
}

/// The modules of an isolate.
#[derive(Default)]
pub(crate) struct Modules {
    host: OnceCell<Box<dyn ModuleHost>>,
    table: FrozenVec<Box<Module>>,
    /// Numbers of modules by name, one for each type and realm.
    names: RefCell<HashMap<(String, ModuleType), Vec<usize>>>,
    /// `[[ModuleAsyncEvaluationCount]]`
    evaluations: Cell<u64>,
}

impl Modules {
    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        self.table.iter().for_each(|module| module.trace(tracer));
    }

    fn find(&self, name: &str, kind: ModuleType, realm: Gc<Realm>) -> Option<usize> {
        let names = self.names.borrow();
        let numbers = names.get(&(name.to_owned(), kind))?;
        numbers
            .iter()
            .copied()
            .find(|number| self.table.get(*number).is_some_and(|module| module.realm.get() == realm))
    }

    fn add(&self, module: Module) -> usize {
        let number = self.table.len();
        self.names.borrow_mut().entry((module.name.clone(), module.kind)).or_default().push(number);
        self.table.push(Box::new(module));
        number
    }
}

impl Vm {
    /// Sets what names and reads modules, once.
    pub fn set_module_host(&self, host: Box<dyn ModuleHost>) {
        let _ = self.state.modules.host.set(host);
    }

    /// A module record.
    pub(crate) fn module(&self, number: usize) -> Res<&Module> {
        match self.state.modules.table.get(number) {
            Some(module) => Ok(module),
            None => Err(self.type_error("no such module")),
        }
    }

    /// The number of the module that code belongs to.
    fn module_of(&self, code: Gc<Code>) -> Res<usize> {
        match code.unit.host.get().as_int().and_then(|number| usize::try_from(number).ok()) {
            Some(number) => Ok(number),
            None => Err(self.syntax_error("Cannot use 'import.meta' outside a module")),
        }
    }

    /// The name of the module or script that code belongs to, by its host value.
    pub(crate) fn referrer(&self, host: Value) -> Option<String> {
        match host.as_int() {
            Some(number) => Some(self.module(usize::try_from(number).ok()?).ok()?.name.clone()),
            None => host.as_string().map(|name| name.to_std()),
        }
    }

    /// 9.1.1.5.1 GetBindingValue of an import binding
    #[inline]
    pub(crate) fn get_import(&self, code: Gc<Code>, import: u32) -> Res<Value> {
        let number = code.unit.host.get().as_int().map_or(usize::MAX, |number| number as usize);
        let module = self.module(number)?;
        let (place, slot) = module.binding(import as usize);
        match self.binding_value(place, slot) {
            value if value.is_empty() => Err(self.import_not_initialized(module, import as usize)),
            value => Ok(value),
        }
    }

    /// The value of a binding: a slot of an environment, or a namespace object.
    #[inline]
    pub(crate) fn binding_value(&self, place: Value, slot: Value) -> Value {
        match (place.cell::<Environment>(), slot.as_int()) {
            (Some(env), Some(slot)) => env.get(slot as usize),
            _ => place,
        }
    }

    #[cold]
    fn import_not_initialized(&self, module: &Module, import: usize) -> crate::error::Throw {
        let local =
            module.info.imports.get(import).map(|import| record::text(&import.local)).unwrap_or_default();
        self.reference_error(format_args!("Cannot access '{local}' before initialization"))
    }

    /// The binding of the import `name` of the module whose environment this is.
    pub(crate) fn import_named(&self, env: &Env, name: Str) -> Option<(Value, Value)> {
        let (code, _) = Vm::scope_of(env)?;
        let module = self.module(self.module_of(code).ok()?).ok()?;
        let import =
            module.info.imports.iter().position(|import| crate::names::same_text(&import.local, &name))?;
        Some(module.binding(import))
    }

    /// 13.3.12.1 Runtime Semantics: Evaluation of `import.meta`
    pub(crate) fn import_meta(&self, code: Gc<Code>) -> Res<Value> {
        let number = self.module_of(code)?;
        let module = self.module(number)?;
        if let Some(meta) = module.meta.get() {
            return Ok(meta.into());
        }
        let meta = self.object_create(None, js_rt::Class::Object)?;
        let properties =
            self.state.modules.host.get().map(|host| host.meta(&module.name)).unwrap_or_default();
        for (name, value) in properties {
            let value = self.rt.str_from_utf8(&value)?;
            self.create_data_property_or_throw(meta, self.rt.key_from_utf8(name)?, value.into())?;
        }
        module.meta.set(Some(meta));
        Ok(meta.into())
    }
}
