//! Modules: where their files are found, and that each is executed once.

use crate::cached;
use crate::code::Code;
use crate::error::Res;
use crate::state::Imported;
use crate::vm::Vm;
use sox_rt::{Fiber, Value};
use sox_syntax::Mode;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

impl Vm {
    /// The value of the module that a constant names; its top level is executed when that was not done before.
    pub(crate) fn import(&self, fiber: &Fiber, code: &Code, constant: usize) -> Res {
        let name = code.string(constant).to_vec();
        let shown = String::from_utf8_lossy(&name).into_owned();
        let Some(file) = self.find_module(&code.module.file, &shown) else {
            return self.fail(format!("Module not found: '{shown}'"));
        };
        let key = file.canonicalize().unwrap_or_else(|_| file.clone());
        match self.state.imports.borrow().get(&key) {
            Some(Imported::Done(value)) => return Ok(*value),
            Some(Imported::Running) => return self.fail(format!("Circular import detected: '{shown}'")),
            None => {}
        }
        self.state.imports.borrow_mut().insert(key.clone(), Imported::Running);
        let value = self.execute_module(fiber, &file);
        let mut imports = self.state.imports.borrow_mut();
        match value {
            Ok(value) => imports.insert(key, Imported::Done(value)),
            Err(_) => imports.remove(&key),
        };
        value
    }

    fn execute_module(&self, fiber: &Fiber, file: &Path) -> Res<Value> {
        let shown = file.display().to_string();
        let Ok(source) = std::fs::read(file) else {
            return self.fail(format!("Could not read module: '{shown}'"));
        };
        let module = match cached::compile(file, &source, Mode::Module) {
            Ok(module) => Arc::new(module),
            Err(errors) => {
                for line in errors.lines() {
                    self.write_err(&[&*line, format!(" (in {shown})\n").as_bytes()].concat());
                }
                return self.fail(format!("Failed to compile module: '{shown}'"));
            }
        };
        let top = self.load(&module)?;
        self.call(fiber, top.into(), &[])
    }

    /// The file of a module: beside the importer's, in the current directory, or in one of those given.
    fn find_module(&self, importer: &str, name: &str) -> Option<PathBuf> {
        if self.host.isolated {
            return None;
        }
        let beside = Path::new(importer).parent().unwrap_or(Path::new(""));
        let places = [beside, Path::new("")].into_iter().chain(self.host.search.iter().map(PathBuf::as_path));
        let with_ending = format!("{name}.sox");
        places
            .flat_map(|place| [place.join(name), place.join(&with_ending)])
            .find(|file| file.is_file())
            .map(|file| tidied(&file))
    }
}

/// The path without `.` components, as messages show it.
fn tidied(file: &Path) -> PathBuf {
    file.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}
