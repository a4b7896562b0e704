//! `spandrel build --bytecode FILE.sox`.

use super::{complain, on_a_large_stack, read, report};
use sox_vm::{Error, Vm};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compiles a Sox script (.sox) without running it
///
/// The bytecode goes into a cache file. `spandrel run FILE.sox` uses the one beside the script, FILE.sbc, as long as it fits the
/// script's text, and replaces it when it does not.
#[derive(clap::Args)]
pub(crate) struct BuildArgs {
    /// Writes a bytecode cache; there is nothing else to build in this version
    #[arg(long)]
    bytecode: bool,
    /// The file is a module that others import, not a script
    #[arg(long)]
    module: bool,
    /// Where to write; default: FILE.sbc, beside the script
    #[arg(short, long, value_name = "FILE.sbc")]
    output: Option<PathBuf>,
    /// The script
    file: PathBuf,
}

/// Writes the cache.
pub(crate) fn build(args: &BuildArgs) -> ExitCode {
    let file = args.file.display();
    if !args.bytecode {
        complain(&format!("error: {file}: only bytecode can be built in this version; say --bytecode"));
        return ExitCode::from(64);
    }
    if args.file.extension().is_none_or(|extension| extension != "sox") {
        complain(&format!("error: {file}: only Sox scripts, files that end in .sox, can be built"));
        return ExitCode::from(64);
    }
    let output = args.output.clone().unwrap_or_else(|| Vm::cache_file(&args.file));
    on_a_large_stack(|| write(&args.file, args.module, &output).err().unwrap_or(0))
}

/// Writes the cache of a script or module, or says why not.
pub(super) fn write(file: &Path, imported: bool, output: &Path) -> Result<(), u8> {
    let source = read(file)?;
    let written = Vm::write_cache(file, &source, imported, output).map_err(|error| {
        let status = report(&error, &source);
        if returns(&error) {
            complain("note: a module that others import is built with --module");
        }
        status
    })?;
    written.map_err(|error| {
        complain(&format!("error: cannot write {}: {error}", output.display()));
        74
    })
}

/// Whether the fault is that it returns a value, as modules do.
fn returns(error: &Error) -> bool {
    let Error::Compile(errors) = error else { return false };
    errors.diagnostics.iter().any(|fault| fault.kind == sox_syntax::Kind::TopLevelReturn)
}
