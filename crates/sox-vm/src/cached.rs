//! Cache files beside scripts and modules: used when they fit, made again when they do not, believed never.

use crate::vm::{self, CompileErrors, Error, Vm};
use sox_bytecode::{Kind, Module, cache};
use sox_syntax::Mode;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

impl Vm {
    /// Where the cache of a script or module is: beside it.
    pub fn cache_file(file: &Path) -> PathBuf {
        file.with_extension("sbc")
    }

    /// The script in a file, whose text was read: from its cache if there is one that fits, otherwise compiled. A cache that
    /// does not fit the text is replaced; that this cannot be done is no error.
    ///
    /// # Errors
    /// What is wrong with the script.
    pub fn compile_cached(file: &Path, source: &[u8]) -> Result<Module, Error> {
        compile(file, source, Mode::Script).map_err(Error::Compile)
    }

    /// Compiles a script, or else a module, and writes it to a cache file.
    ///
    /// # Errors
    /// What is wrong with it; the inner error is that of the file.
    pub fn write_cache(
        file: &Path,
        source: &[u8],
        imported: bool,
        to: &Path,
    ) -> Result<io::Result<()>, Error> {
        let mode = if imported { Mode::Module } else { Mode::Script };
        let module = vm::compile(&file.display().to_string(), source, mode).map_err(Error::Compile)?;
        Ok(replace(to, &cache::write(&module, source)))
    }
}

/// The same for modules, too.
pub(crate) fn compile(file: &Path, source: &[u8], mode: Mode) -> Result<Module, CompileErrors> {
    let shown = file.display().to_string();
    let cached = Vm::cache_file(file);
    // Not what would be waited for: pipes, terminals.
    let found = cached.metadata().is_ok_and(|found| found.is_file()).then(|| std::fs::read(&cached).ok());
    let Some(Some(bytes)) = found else { return vm::compile(&shown, source, mode) };
    match cache::read(&bytes, source) {
        Ok(module) if fits(&module, mode) => Ok(Module { file: shown.into(), ..module }),
        // The script is also somebody's module, or the other way round: the cache is for the other use.
        Ok(_) => vm::compile(&shown, source, mode),
        Err(_) => {
            let module = vm::compile(&shown, source, mode)?;
            // The next run will find the old one and try again.
            let _ = replace(&cached, &cache::write(&module, source));
            Ok(module)
        }
    }
}

/// Whether its top level is what is executed in this mode.
fn fits(module: &Module, mode: Mode) -> bool {
    let kind = if mode == Mode::Module { Kind::Module } else { Kind::Script };
    module.functions.first().is_some_and(|top| top.kind == kind)
}

/// Writes a file so that others see the old contents or all of the new ones.
fn replace(file: &Path, contents: &[u8]) -> io::Result<()> {
    if file.metadata().is_ok_and(|found| !found.is_file()) {
        // A terminal or a pipe is written to; a folder says that it cannot be.
        return std::fs::write(file, contents);
    }
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut name = std::ffi::OsString::from(".");
    name.push(file.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
    name.push(format!(".{}.{number}", std::process::id()));
    let new = file.with_file_name(name);
    let written = std::fs::File::create_new(&new).and_then(|mut file| file.write_all(contents));
    let done = written.and_then(|()| std::fs::rename(&new, file));
    if done.is_err() {
        // Whatever there is of it is of no use.
        let _ = std::fs::remove_file(&new);
    }
    done
}
