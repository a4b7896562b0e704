//! `spandrel run FILE.sox`.

use super::{on_a_large_stack, output, read, report};
use crate::run::RunArgs;
use sox_vm::{Options, Vm};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Runs a program.
pub(crate) fn run(args: &RunArgs) -> ExitCode {
    on_a_large_stack(|| {
        let source = match read(&args.file) {
            Ok(source) => source,
            Err(status) => return status,
        };
        let done = Vm::compile(&args.file.display().to_string(), &source)
            .and_then(|module| Vm::new(options(args)).run(module));
        done.map_or_else(|error| report(&error, &source), |()| 0)
    })
}

/// What the program gets.
fn options(args: &RunArgs) -> Options {
    let mut heap = sox_rt_config(args);
    heap.stress = args.gc_stress;
    heap.verify = args.gc_stress;
    let program = std::env::args_os().next().unwrap_or_default();
    let words = [program.as_os_str(), args.file.as_os_str()].into_iter();
    let words = words.chain(args.args.iter().map(std::ffi::OsString::as_os_str));
    Options {
        heap,
        stdout: output(),
        args: words.map(|word| word.as_bytes().to_vec()).collect(),
        search: std::env::var_os("SOX_PATH")
            .map_or(Vec::new(), |path| std::env::split_paths(&path).collect()),
        fuel: args.fuel,
        deadline: args.timeout.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds)),
        suppress_print: args.suppress_print,
        ..Options::default()
    }
}

fn sox_rt_config(args: &RunArgs) -> heap::Config {
    let default = heap::Config::default();
    let cap_bytes = args.max_memory.map_or(default.cap_bytes, |megabytes| megabytes.saturating_mul(1 << 20));
    heap::Config { cap_bytes, ..default }
}
