//! What embeds the JavaScript engine: console, timers, modules from disk, and the host of test262.
//!
//! A [`Host`] is an isolate with a realm that has the library and, for programs, what node calls its globals. Output goes to the
//! streams that the embedder gives.

#![forbid(unsafe_code)]

mod clone;
mod compiler;
mod console;
mod globals;
mod inspect;
mod listing;
mod modules;
mod report;
mod run;
mod state;
pub mod test262;
mod tier;
mod timers;

pub use compiler::COMPILER;
pub use heap::Statistics as HeapStatistics;
pub use inspect::inspect;
#[cfg(feature = "jit")]
pub use js_jit::{Label, Made, Watch};
pub use js_vm::{CacheTrace, Counters, Exit, Limits, Res, Tally, Throw, TierEvent, TierWatch, Vm};
pub use listing::listing;
pub use run::{Kind, kind_of};
pub use tier::{JIT, Optimizing, add_tier};

use heap::OutOfMemory;
use state::State;
use std::io::Write;

/// What an isolate for programs is made with.
pub struct Options {
    /// Limits of the isolate.
    pub limits: Limits,
    /// Whether functions are compiled that are hot, where that is possible.
    pub jit: bool,
    /// Whether and when the optimizing tier compiles them anew.
    pub optimizing: Optimizing,
    /// Where `print` and `console.log` write.
    pub out: Box<dyn Write + Send>,
    /// Where `console.error` writes, and errors that nobody catches are reported.
    pub err: Box<dyn Write + Send>,
}

impl Default for Options {
    /// The process's own streams.
    fn default() -> Options {
        let out = std::io::LineWriter::new(std::io::stdout());
        Options {
            limits: Limits::default(),
            jit: true,
            optimizing: Optimizing::default(),
            out: Box::new(out),
            err: Box::new(std::io::stderr()),
        }
    }
}

/// An isolate with a realm for programs.
pub struct Host {
    vm: Vm,
}

/// What every realm has: ECMA-262's library and ECMA-402's.
fn library(vm: &Vm) -> Res<()> {
    js_builtins::install(vm)?;
    js_intl::install(vm)
}

impl Host {
    /// An isolate with the library and the globals of the host.
    ///
    /// # Errors
    /// The limits are too low for what every isolate has.
    pub fn new(options: Options) -> Result<Host, OutOfMemory> {
        let vm = Vm::new(options.limits, COMPILER)?;
        vm.set_host(State::new(options.out, options.err));
        vm.set_module_host(Box::new(modules::Disk::new()));
        // The library is made in the same way each time: stress is for the program.
        vm.rt.heap().set_stress(false);
        vm.enter(|| {
            let realm = vm.new_realm(library)?;
            vm.in_realm(realm, || globals::install(&vm))
        })
        .map_err(|_: Throw| OutOfMemory)?;
        vm.rt.heap().set_stress(options.limits.heap.stress);
        if options.jit {
            add_tier(&vm, &options.optimizing);
        }
        Ok(Host { vm })
    }

    /// What lives in the isolate's heap, and how long its pauses were. It can be printed.
    pub fn heap_statistics(&self) -> HeapStatistics {
        self.vm.rt.heap().statistics()
    }

    /// The isolate.
    pub fn vm(&self) -> &Vm {
        &self.vm
    }
}
