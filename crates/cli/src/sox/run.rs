//! `spandrel run FILE.sox`.

use super::{complain, machine, on_a_large_stack, output, read, report, search, tiers, told};
use crate::run::RunArgs;
use sox_vm::{Options, Vm};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Runs a program.
pub(crate) fn run(args: &RunArgs) -> ExitCode {
    on_a_large_stack(|| execute(args).err().unwrap_or(0))
}

/// Executes a program to its end, or reports what ended it before; the exit status then.
pub(super) fn execute(args: &RunArgs) -> Result<(), u8> {
    let script = script(&args.file)?;
    let source = read(&script)?;
    let tiers = tiers(&args.tiers)?;
    let module = Vm::compile_cached(&script, &source);
    let done = module.and_then(|module| machine(options(args), &tiers).run(module));
    let told = told(&tiers);
    done.map_err(|error| report(&error, &source)).and(told)
}

/// The script that a file is: bytecode alone cannot be run, as nobody could tell whether it is up to date.
fn script(file: &Path) -> Result<PathBuf, u8> {
    if file.extension().is_none_or(|extension| extension != "sbc") {
        return Ok(file.to_owned());
    }
    let script = file.with_extension("sox");
    if script.is_file() {
        return Ok(script);
    }
    let (file, script) = (file.display(), script.display());
    complain(&format!(
        "error: {file}: a bytecode cache is run with its script beside it, and there is no {script}"
    ));
    Err(74)
}

/// What the program gets.
fn options(args: &RunArgs) -> Options {
    let program = std::env::args_os().next().unwrap_or_default();
    let words = [program.as_os_str(), args.file.as_os_str()].into_iter();
    let words = words.chain(args.args.iter().map(std::ffi::OsString::as_os_str));
    Options {
        heap: args.memory.config(),
        stdout: output(),
        args: words.map(|word| word.as_encoded_bytes().to_vec()).collect(),
        search: search(),
        fuel: args.fuel,
        deadline: args.timeout.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds)),
        suppress_print: args.suppress_print,
        ..Options::default()
    }
}
