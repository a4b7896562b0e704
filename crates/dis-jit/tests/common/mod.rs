//! Programs of `tests/dis/run`, with and without compiled code.
#![allow(dead_code, reason = "each test program uses its part")]

#[path = "../../../dis-vm/tests/kept/mod.rs"]
mod kept;
#[path = "../../../dis-vm/tests/programs/mod.rs"]
pub(crate) mod programs;

use dis_bytecode::WordSize;
use dis_vm::{Ended, Input, Options, Output, Vm};
use kept::Kept;
use std::path::Path;
use std::sync::Arc;
use tiering::{Flags, Policy, Trace};

/// A way of running programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// When code is made, if at all.
    pub threshold: Option<u32>,
    pub quantum: u32,
    pub stress: bool,
    pub fuel: Option<u64>,
}

/// What a program printed, how it ended, and the fuel that it used.
pub(crate) fn run(word: WordSize, bytes: &[u8], options: Options, way: Way) -> Option<(String, Ended)> {
    let kept = Kept::default();
    let options = Options {
        output: Output::new(kept.clone()),
        errors: Output::new(kept.clone()),
        stress: way.stress,
        quantum: way.quantum,
        fuel: way.fuel,
        ..options
    };
    let mut vm = Vm::new(word, options);
    if let Some(threshold) = way.threshold {
        let mut config = dis_jit::Config::new(Policy { call_threshold: threshold, ..Policy::default() });
        // The checks of all counts are to see the same code each time.
        config.threads = usize::from(threshold > 1 && !way.stress);
        let trace = std::env::var_os("DIS_TRACE").is_some();
        let flags = Flags { trace_tiers: trace, ..Flags::default() };
        let trace = Arc::new(Trace::from_flags(&flags).expect("no file"));
        dis_jit::Jit::attach(&mut vm, config, trace).expect("executable memory");
    }
    let args = ["x".to_owned(), "first".to_owned(), "zweites Wört".to_owned()];
    vm.start("x", bytes, &args).ok()?;
    let ended = vm.run();
    drop(vm);
    Some((String::from_utf8_lossy(&kept.take()).into_owned(), ended))
}

pub(crate) fn options(root: Option<&Path>) -> Options {
    Options {
        input: Input::new(&b"typed\n"[..]),
        root: root.map(Path::to_owned),
        memory: 8 << 20,
        ..Options::default()
    }
}
