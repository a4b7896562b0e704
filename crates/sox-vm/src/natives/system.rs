//! The process, its surroundings, time.

use super::{Args, Native, native};
use crate::error::{Res, Thrown};
use crate::vm::Vm;
use sox_rt::{Fiber, Value};
use std::ffi::OsString;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Sleeping programs look this often whether they are to end.
const NAP: Duration = Duration::from_millis(10);

pub(super) const NATIVES: &[Native] = &[
    native("clock", |args| {
        args.between(0, 0)?;
        Ok(cpu_seconds().into())
    }),
    native("usleep", usleep),
    native("sysSleep", |args| {
        args.exactly(1)?;
        let seconds = args.number(0)?;
        if seconds < 0.0 {
            return args.fail("sleep time cannot be negative");
        }
        pause(args.vm, seconds)?;
        Ok(Value::NIL)
    }),
    native("sysArgs", |args| {
        args.exactly(0)?;
        Ok(args.vm.argv()?.into())
    }),
    native("sysGetenv", |args| {
        args.exactly(1)?;
        let name = args.string(0)?;
        match std::env::var_os(os_string(name.bytes().unwrap_or_default())) {
            Some(value) => args.new_string(value.as_encoded_bytes()),
            None => Ok(Value::NIL),
        }
    }),
    native("sysPlatform", |args| {
        args.exactly(0)?;
        args.new_string(platform().as_bytes())
    }),
    native("sysExit", exit),
    native("sysOnExit", on_exit),
];

/// Bytes as a name that the system understands.
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    #[cfg(unix)]
    {
        std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
    }
    #[cfg(not(unix))]
    {
        String::from_utf8_lossy(bytes).into_owned().into()
    }
}

fn platform() -> &'static str {
    match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "windows",
        _ if cfg!(unix) => "unix",
        _ => "unknown",
    }
}

/// Time that the process has used.
#[cfg(unix)]
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Time since this was asked for the first time: the best there is without unsafe code.
#[cfg(not(unix))]
fn cpu_seconds() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Sleeps for so many microseconds; 0, or -1 when that is no number of them.
fn usleep(args: &Args<'_>) -> Res {
    let microseconds = args.get(0).as_number().filter(|number| *number >= 0.0 && args.len() == 1);
    match microseconds {
        Some(microseconds) => pause(args.vm, microseconds / 1e6).map(|()| Value::number(0.0)),
        None => Ok(Value::number(-1.0)),
    }
}

/// Sleeps, unless the program is to end. Not [`Vm::poll`], which would take fuel for time that passes.
fn pause(vm: &Vm, seconds: f64) -> Res<()> {
    // Whoever waits is to see what there is.
    vm.flush();
    let begun = Instant::now();
    // What is no number of seconds is none; what is too much is for ever.
    let whole = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    loop {
        let left = whole.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Ok(());
        }
        still_allowed(vm)?;
        let until_deadline =
            vm.state.deadline.get().map_or(NAP, |end| end.saturating_duration_since(Instant::now()));
        sleep(left.min(NAP).min(until_deadline));
    }
}

/// Throws when somebody wants the program to end, or its time is over.
pub(super) fn still_allowed(vm: &Vm) -> Res<()> {
    vm.state.still_allowed().map_err(Thrown::Stop)
}

/// Ends the program with a code, 0 unless one is given.
fn exit(args: &Args<'_>) -> Res {
    if args.len() > 1 {
        return args.fail("takes 0 or 1 parameters");
    }
    let code = if args.len() == 0 { 0.0 } else { args.number_or(0, "exit code must be a number")? };
    run_exit_handlers(args.vm, args.fiber)?;
    args.vm.flush();
    Err(Thrown::Exit(code as i32))
}

/// Has a function called when the program ends.
fn on_exit(args: &Args<'_>) -> Res {
    if args.len() != 1 {
        return args.fail("requires 1 parameter (function)");
    }
    let function = args.function(0)?;
    let handlers = match args.vm.state.at_exit.get() {
        Some(handlers) => handlers,
        None => args.vm.mem(args.vm.rt.array(1))?,
    };
    args.vm.state.at_exit.set(Some(handlers));
    args.push(handlers, function)?;
    Ok(Value::NIL)
}

/// Calls the functions that were registered for the program's end, the last one first, each once. All of them are called even
/// if one throws or exits; then this throws the last exit, or else what was thrown first. An end from outside ends this, too.
pub(crate) fn run_exit_handlers(vm: &Vm, fiber: &Fiber) -> Res<()> {
    // Taken away while they are called: an exit in one of them goes no deeper.
    let Some(handlers) = vm.state.at_exit.take() else { return Ok(()) };
    let args = Args { vm, fiber, slots: &[], name: "sysExit" };
    let (mut thrown, mut exit) = (None, None);
    while let Some(last) = handlers.len().checked_sub(1) {
        let handler = handlers.get(last).unwrap_or_default();
        vm.rt.truncate(handlers, last);
        match args.call(handler, &[]) {
            Ok(_) => {}
            Err(Thrown::Value) => {
                thrown.get_or_insert(vm.state.thrown.get());
            }
            Err(Thrown::Exit(code)) => exit = Some(code),
            Err(stop @ Thrown::Stop(_)) => return Err(stop),
        }
        // It may have registered others.
        for added in vm.state.at_exit.take().iter().flat_map(|added| added.elements()) {
            args.push(handlers, added.get())?;
        }
    }
    match (exit, thrown) {
        (Some(code), _) => Err(Thrown::Exit(code)),
        (None, Some(value)) => Err(vm.rethrow(value)),
        (None, None) => Ok(()),
    }
}
