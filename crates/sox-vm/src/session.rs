//! Programs that are entered piece by piece, and programs whose functions are called from outside.

use crate::error::Res;
use crate::natives::run_exit_handlers;
use crate::vm::{CompileErrors, Error, Options, Vm};
use heap::Gc;
use sox_bytecode::{Globals, Module, Source};
use sox_rt::{Coroutine, ErrorObject, Instance, ModuleObject, Table, Tag, Value};
use sox_syntax::ast::{self, ExprKind, StmtKind};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A script whose top level was executed.
#[derive(Clone, Debug)]
pub struct Program {
    module: Arc<Module>,
    /// Of its object, in the machine.
    number: usize,
}

impl Program {
    /// What was compiled.
    pub fn module(&self) -> &Module {
        &self.module
    }
}

impl Vm {
    /// Executes the top level of a script, and no `main`. What it wrote is flushed. [`Vm::finish`] is what follows in the end,
    /// and is done at once when the script throws.
    ///
    /// # Errors
    /// Why it did not come to its end.
    pub fn start(&self, module: Module) -> Result<Program, Error> {
        let module = Arc::new(module);
        self.state.set_main_file(&module.file);
        let number = self.inside(|| {
            let top = self.load(&module)?;
            self.call(&self.state.main, top.into(), &[])?;
            Ok(top.module().number() as usize)
        });
        if matches!(number, Err(Error::Runtime(_))) {
            // What ended the program first is what is reported.
            let _ = self.finish();
        }
        self.flush();
        Ok(Program { module, number: number? })
    }

    /// Calls the functions that programs registered for their end. What they wrote is flushed.
    ///
    /// # Errors
    /// What these functions throw.
    pub fn finish(&self) -> Result<(), Error> {
        let done = self.inside(|| run_exit_handlers(self, &self.state.main));
        self.flush();
        done
    }

    /// A global of a program; absent when it is not defined.
    pub(crate) fn global(&self, program: &Program, name: &str) -> Value {
        let slot = program.module.globals.iter().position(|global| &**global == name);
        let object = self.state.modules.borrow().get(program.number).copied();
        slot.and_then(|slot| object?.globals().slots().get(slot).map(Cell::get)).unwrap_or(Value::ABSENT)
    }
}

/// Texts executed one after the other, each of which knows what the ones before declared.
#[derive(Debug)]
pub struct Session {
    vm: Vm,
    /// What messages call the texts.
    file: String,
    names: sox_syntax::Session,
    globals: Globals,
    /// The number of the object with the globals, once there is one.
    module: Option<usize>,
    /// Globals that are the natives of their names unless the session says otherwise.
    defined: usize,
}

impl Session {
    /// A session in which nothing was entered. Messages call its texts `file`; what they import is looked for beside that.
    pub fn new(options: Options, file: &str) -> Session {
        Session::of(Vm::new(options), file)
    }

    /// The same in a machine that has run nothing yet.
    pub fn of(vm: Vm, file: &str) -> Session {
        Session {
            vm,
            file: file.to_owned(),
            names: sox_syntax::Session::default(),
            globals: Globals::default(),
            module: None,
            defined: 0,
        }
    }

    /// Executes a text. If it ends with an expression, what `print` would write for its value: not for assignments, and not
    /// for calls that return nil. What the text wrote is flushed.
    ///
    /// # Errors
    /// What is wrong with it, or why it did not come to its end. The session can go on.
    pub fn run(&mut self, source: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let (module, shown) = self.compile(source).map_err(Error::Compile)?;
        let module = Arc::new(module);
        let vm = &self.vm;
        vm.state.set_main_file(&module.file);
        let (number, defined) = (&mut self.module, &mut self.defined);
        let done = vm.inside(|| {
            let object = vm.session_object(number, &module)?;
            vm.define_natives(object, &module, *defined)?;
            *defined = module.globals.len();
            let first = vm.load_code(&module)?;
            let value = vm.call(&vm.state.main, vm.top_level(object, first)?.into(), &[])?;
            let mut text = Vec::new();
            value.print_to(&mut text);
            Ok(shown.shows(value).then_some(text))
        });
        vm.flush();
        done
    }

    /// Calls the functions that texts registered for the end.
    ///
    /// # Errors
    /// What these functions throw.
    pub fn finish(&self) -> Result<(), Error> {
        self.vm.finish()
    }

    fn compile(&mut self, source: &[u8]) -> Result<(Module, Shown), CompileErrors> {
        let mut parsed = sox_syntax::parse_repl(source, &mut self.names);
        let errors =
            |diagnostics, too_complex| CompileErrors { file: self.file.clone(), diagnostics, too_complex };
        if !parsed.diagnostics.is_empty() {
            return Err(errors(parsed.diagnostics, None));
        }
        let shown = hand_back(&mut parsed.module);
        let text = Source { text: source, file: &self.file, imported: false };
        let module = sox_bytecode::compile(&parsed.module, &text, &mut self.globals).map_err(|error| {
            errors(Vec::new(), Some((parsed.lines.line(error.span.start), error.to_string())))
        })?;
        Ok((module, shown))
    }

    /// Names that can be used: what was declared, and natives.
    pub fn names(&self) -> BTreeSet<String> {
        let declared = self.names.names().map(|name| name.to_string());
        declared.chain(crate::natives::all().map(|native| native.name.to_owned())).collect()
    }

    /// Names of what the value of a global has: methods, entries, properties; without a global, or when nothing is known of
    /// it, all methods that the runtime has.
    pub fn members(&self, global: Option<&str>) -> BTreeSet<String> {
        let value = global.and_then(|name| self.value(name)).unwrap_or(Value::NIL);
        let members = self.vm.members(value);
        if members.is_empty() { self.vm.builtin_methods(None).collect() } else { members }
    }

    /// The value of a global that is defined.
    fn value(&self, name: &str) -> Option<Value> {
        let slot = self.globals.names().iter().position(|global| &**global == name)?;
        let object = self.vm.state.modules.borrow().get(self.module?).copied()?;
        object.globals().slots().get(slot).map(Cell::get)
    }
}

impl Vm {
    /// The object with a session's globals, with room for those of a module.
    fn session_object(&self, number: &mut Option<usize>, module: &Module) -> Res<Gc<ModuleObject>> {
        let known = number.and_then(|number| self.state.modules.borrow().get(number).copied());
        match known {
            Some(object) if object.globals().slots().len() >= module.globals.len() => Ok(object),
            Some(object) => {
                self.mem(self.rt.grow_globals(object, module.globals.len()))?;
                Ok(object)
            }
            None => {
                let object = self.module_object(module)?;
                *number = Some(object.number() as usize);
                Ok(object)
            }
        }
    }

    fn members(&self, value: Value) -> BTreeSet<String> {
        let text = |name: Gc<sox_rt::Str>| String::from_utf8_lossy(&name.to_vec()).into_owned();
        let mut members: BTreeSet<String> = self.builtin_methods(Some(value.tag())).collect();
        if let Some(table) = value.get::<Table>() {
            members.extend(table.entries().map(|(key, _)| text(key)));
        } else if let Some(instance) = value.get::<Instance>() {
            members.extend(instance.class().methods().into_iter().map(|(name, _)| text(name)));
        } else if value.get::<ErrorObject>().is_some() {
            members.extend(["message", "line", "file", "trace"].map(str::to_owned));
        } else if value.get::<Coroutine>().is_some() {
            members.extend(["done", "status"].map(str::to_owned));
        }
        members
    }

    /// Names of the runtime's methods for values of one kind, or of all.
    fn builtin_methods(&self, of: Option<Tag>) -> impl Iterator<Item = String> + '_ {
        let wanted = self.methods.iter().filter(move |method| of.is_none_or(|tag| method.of == tag));
        wanted.map(|method| method.native.name.to_owned())
    }
}

/// Which values are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Never,
    /// Calls are often made for what they do.
    UnlessNil,
    Always,
}

impl Shown {
    fn shows(self, value: Value) -> bool {
        self == Shown::Always || self == Shown::UnlessNil && !value.is_nil()
    }
}

/// Has a text return the value of the expression that it ends with.
fn hand_back(module: &mut ast::Module) -> Shown {
    let Some(last) = module.body.last_mut() else { return Shown::Never };
    let shown = match &last.kind {
        StmtKind::Expr(expr) => match expr.kind {
            ExprKind::Assign(..) => return Shown::Never,
            ExprKind::Call(..) => Shown::UnlessNil,
            _ => Shown::Always,
        },
        _ => return Shown::Never,
    };
    let kind = std::mem::replace(&mut last.kind, StmtKind::Return(None));
    if let StmtKind::Expr(expr) = kind {
        last.kind = StmtKind::Return(Some(expr));
    }
    shown
}
