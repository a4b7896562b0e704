//! 16.2.1.7.2 ParseModule, 16.2.1.6.1.1 LoadRequestedModules, with hosts that read synchronously.

use super::ModuleType;
use super::record::{self, Module, ModuleId, Status};
use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use js_bytecode::{Export, FunctionKind, ModuleInfo, Phase, ScopeInfo, ScopeKind, Text};
use js_rt::{Source, Value};
use std::collections::HashSet;
use std::sync::Arc;

impl Vm {
    /// The module that `specifier` means to `referrer`, read and parsed.
    ///
    /// # Errors
    /// SyntaxError, and an Error when the host does not have it.
    pub fn load_module(&self, referrer: Option<&str>, specifier: &str) -> Res<ModuleId> {
        self.host_load(referrer, specifier, ModuleType::Script).map(ModuleId)
    }

    /// A module from source text that the host has got already, under a name; it may be imported by that.
    ///
    /// # Errors
    /// SyntaxError.
    pub fn parse_module(&self, name: &str, text: &str) -> Res<ModuleId> {
        self.add_source(name.to_owned(), text).map(ModuleId)
    }

    /// 16.2.1.10 HostLoadImportedModule
    pub(super) fn host_load(&self, referrer: Option<&str>, specifier: &str, kind: ModuleType) -> Res<usize> {
        let Some(host) = self.state.modules.host.get() else {
            return Err(self.type_error("there are no modules here"));
        };
        let name = host.resolve(referrer, specifier).map_err(|message| self.load_error(&message))?;
        if let Some(number) = self.state.modules.find(&name, kind, self.realm()) {
            return Ok(number);
        }
        if let Some(source) = host.source(self, &name)? {
            return self.add_sourced(name, source);
        }
        let content = host.load(&name, kind).map_err(|message| self.load_error(&message))?;
        match kind {
            ModuleType::Script => self.add_source(name, &String::from_utf8_lossy(&content)),
            _ => {
                let value = host.synthesize(self, kind, content)?;
                self.add_synthetic(name, kind, value)
            }
        }
    }

    #[cold]
    fn load_error(&self, message: &str) -> Throw {
        match self.new_error(Intrinsic::ErrorPrototype, message) {
            Ok(error) => self.throw(error.into()),
            Err(thrown) => thrown,
        }
    }

    /// 16.2.1.7.2 ParseModule
    fn add_source(&self, name: String, text: &str) -> Res<usize> {
        let source = Arc::new(Source::new(name.clone(), text));
        let mut unit = (self.state.compiler.module)(text).map_err(|error| self.refused(&error, &source))?;
        let info = unit.module.take().unwrap_or_default();
        self.check_attributes(&info, &source)?;
        // What the environment says about itself names a scope of the code.
        let scope = info.scope.clone().unwrap_or(ScopeInfo {
            kind: ScopeKind::Module,
            vars: [].into(),
            mapped: [].into(),
        });
        let mut place = 0;
        if let Some(function) = unit.functions.first_mut() {
            debug_assert_eq!(function.kind, FunctionKind::Module);
            let mut scopes = std::mem::take(&mut function.scopes).into_vec();
            place = scopes.len();
            scopes.push(scope);
            function.scopes = scopes.into();
        }
        let realm = self.realm();
        let number = self.state.modules.table.len();
        let host = Value::int(i32::try_from(number).unwrap_or(i32::MAX));
        let unit = self.load_unit(unit, source, realm, host)?;
        let code = self.code_of(unit, 0)?;
        let env = self.new_env(code, Value::UNDEFINED, place as u32)?;
        let Some(env) = self.as_env(env) else { return Err(self.type_error("a module without environment")) };
        let module = Module::new(name, ModuleType::Script, realm, info, Some(code), env);
        Ok(self.state.modules.add(module))
    }

    /// 16.2.1.8.1 CreateDefaultExportSyntheticModule
    fn add_synthetic(&self, name: String, kind: ModuleType, value: Value) -> Res<usize> {
        let env = self.rt.new_env(None, Value::EMPTY, 1)?;
        env.set(&self.rt, 0, value);
        let export = Export::Local { name: Text::Latin1(b"default".as_slice().into()), slot: 0 };
        let info = ModuleInfo { exports: [export].into(), ..ModuleInfo::default() };
        Ok(self.add_evaluated(Module::new(name, kind, self.realm(), info, None, env)))
    }

    /// A module of which the host has a source, and nothing else.
    fn add_sourced(&self, name: String, source: Value) -> Res<usize> {
        let env = self.rt.new_env(None, Value::EMPTY, 0)?;
        let module = Module::new(name, ModuleType::Script, self.realm(), ModuleInfo::default(), None, env);
        module.source.set(source);
        Ok(self.add_evaluated(module))
    }

    fn add_evaluated(&self, module: Module) -> usize {
        module.is_loaded.set(true);
        module.status.set(Status::Evaluated);
        module.cycle_root.set(Some(self.state.modules.table.len()));
        self.state.modules.add(module)
    }

    /// 16.2.1.10.3 AllImportAttributesSupported is an early error of static imports.
    fn check_attributes(&self, info: &ModuleInfo, source: &Source) -> Res<()> {
        for request in &info.requests {
            if let Some((key, _)) = request.attributes.iter().find(|(key, _)| !record::is(key, "type")) {
                let message = format_args!("Invalid import attribute key '{}'", record::text(key));
                let thrown = self.syntax_error(message);
                let place = self.note_refused(source, request.offset);
                self.show_place(thrown, &place)?;
                return Err(thrown);
            }
        }
        Ok(())
    }

    /// The type that import attributes ask for.
    pub(super) fn module_type(&self, attribute: Option<&str>) -> Res<ModuleType> {
        match attribute {
            None => Ok(ModuleType::Script),
            Some("json") => Ok(ModuleType::Json),
            Some("text") => Ok(ModuleType::Text),
            Some("bytes") => Ok(ModuleType::Bytes),
            Some(other) => Err(self.type_error(format_args!(
                "Import attribute \"type\" with value \"{other}\" is not supported"
            ))),
        }
    }

    /// 16.2.1.6.1.1 LoadRequestedModules: the whole graph below a module, depth first.
    pub(super) fn load_requested_modules(&self, start: usize) -> Res<()> {
        let mut seen = HashSet::from([start]);
        let mut path = vec![start];
        while let Some(&number) = path.last() {
            let module = self.module(number)?;
            let next = module.requested.borrow().len();
            let Some(request) = module.info.requests.get(next).filter(|_| !module.is_loaded.get()) else {
                path.pop();
                continue;
            };
            let kind = request.attributes.iter().find(|(key, _)| record::is(key, "type"));
            let kind = kind.map(|(_, value)| record::text(value));
            let specifier = record::text(&request.specifier);
            let required = self.in_realm(module.realm.get(), || {
                let kind = self.module_type(kind.as_deref())?;
                self.host_load(Some(&module.name), &specifier, kind)
            });
            let required = required.map_err(|thrown| self.at_request(thrown, module, next))?;
            module.requested.borrow_mut().push(required);
            if request.phase != Phase::Source && seen.insert(required) {
                path.push(required);
            }
        }
        for number in seen {
            self.module(number)?.is_loaded.set(true);
        }
        Ok(())
    }
}
