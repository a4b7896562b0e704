//! The tiers above the interpreter, where they are built in and the machine gives executable memory.

use js_vm::Vm;
use std::sync::Arc;
use tiering::Trace;

/// Whether this build has tiers above the interpreter.
pub const JIT: bool = cfg!(feature = "jit");

/// Calls and rounds of loops of a function in code of templates after which it gets optimized code, unless told otherwise.
const THRESHOLD: u32 = 20_000;

/// The optimizing tier of an isolate.
#[derive(Clone, Debug)]
pub struct Optimizing {
    /// Calls and rounds of loops of a function in code of templates after which it gets optimized code; 1: at the first chance, and the
    /// program waits for it. None: never.
    pub threshold: Option<u32>,
    /// What is told what becomes of functions.
    pub trace: Arc<Trace>,
    /// Is shown what it makes of them.
    #[cfg(feature = "jit")]
    pub watch: Option<js_jit::Watch>,
}

impl Default for Optimizing {
    fn default() -> Optimizing {
        Optimizing {
            threshold: Some(THRESHOLD),
            trace: Arc::default(),
            #[cfg(feature = "jit")]
            watch: None,
        }
    }
}

impl Optimizing {
    /// With a threshold, the usual one if none is given.
    pub fn on(threshold: Option<u32>) -> Optimizing {
        Optimizing { threshold: Some(threshold.unwrap_or(THRESHOLD)), ..Optimizing::default() }
    }

    /// Without the tier.
    pub fn off() -> Optimizing {
        Optimizing { threshold: None, ..Optimizing::default() }
    }
}

/// Has the functions and regular expressions of an isolate compiled when they are hot; not in a build without the tiers. Where all functions are,
/// all patterns are.
pub fn add_tier(vm: &Vm, optimizing: &Optimizing) {
    #[cfg(feature = "jit")]
    {
        vm.set_tier(Box::new(when_needed::WhenNeeded::new(optimizing.clone())));
        let eager = vm.limits().threshold <= 1;
        let config = if eager { js_regexp_jit::Config::eager() } else { js_regexp_jit::Config::usual() };
        let patterns = js_regexp_jit::Native::new(config, Arc::clone(&optimizing.trace));
        js_builtins::set_pattern_tier(vm, Box::new(patterns));
    }
    #[cfg(not(feature = "jit"))]
    let _ = (vm, optimizing);
}

#[cfg(feature = "jit")]
mod when_needed {
    use super::Optimizing;
    use heap::Gc;
    use js_baseline::{Baseline, Config};
    use js_jit::Jit;
    use js_rt::Code;
    use js_vm::{Compiled, Counters, Left, Tier, Vm};
    use std::cell::OnceCell;
    use std::sync::Arc;

    /// The tiers, made when the first function is hot: short programs do without executable memory.
    pub(super) struct WhenNeeded {
        optimizing: Optimizing,
        made: OnceCell<Option<Baseline>>,
    }

    impl WhenNeeded {
        pub(super) fn new(optimizing: Optimizing) -> WhenNeeded {
            WhenNeeded { optimizing, made: OnceCell::new() }
        }

        fn make(&self) -> Option<Baseline> {
            let Optimizing { threshold, trace, watch } = &self.optimizing;
            let made = match *threshold {
                None => Baseline::new(Config::default()),
                Some(threshold) => {
                    let config = js_jit::Config { watch: watch.clone(), ..js_jit::Config::new(threshold) };
                    let upper = Jit::new(config, Arc::clone(trace));
                    Baseline::with_upper(Config::default(), Box::new(upper))
                }
            };
            made.ok()
        }
    }

    impl Tier for WhenNeeded {
        fn compile(&self, vm: &Vm, code: Gc<Code>) -> Result<Compiled, &'static str> {
            let made = self.made.get_or_init(|| self.make());
            made.as_ref().ok_or("code-memory")?.compile(vm, code)
        }

        fn enter(&self, vm: &Vm, floor: usize) -> Left {
            match self.made.get() {
                Some(Some(tier)) => tier.enter(vm, floor),
                _ => Left::Frame,
            }
        }

        fn counters(&self) -> Counters {
            self.made.get().and_then(Option::as_ref).map(Tier::counters).unwrap_or_default()
        }
    }
}
