//! The tier above the interpreter, where it is built in and the machine gives executable memory.

use js_vm::Vm;

/// Whether this build has a tier above the interpreter.
pub const JIT: bool = cfg!(feature = "jit");

/// Has the functions of an isolate compiled when they are hot; not in a build without the tier.
pub fn add_tier(vm: &Vm) {
    #[cfg(feature = "jit")]
    vm.set_tier(Box::new(when_needed::WhenNeeded::default()));
    #[cfg(not(feature = "jit"))]
    let _ = vm;
}

#[cfg(feature = "jit")]
mod when_needed {
    use heap::Gc;
    use js_baseline::{Baseline, Config};
    use js_rt::Code;
    use js_vm::{Compiled, Counters, Left, Tier, Vm};
    use std::cell::OnceCell;

    /// The tier, made when the first function is hot: short programs do without executable memory.
    #[derive(Default)]
    pub(super) struct WhenNeeded(OnceCell<Option<Baseline>>);

    impl Tier for WhenNeeded {
        fn compile(&self, vm: &Vm, code: Gc<Code>) -> Result<Compiled, &'static str> {
            let made = self.0.get_or_init(|| Baseline::new(Config::default()).ok());
            made.as_ref().ok_or("code-memory")?.compile(vm, code)
        }

        fn enter(&self, vm: &Vm, floor: usize) -> Left {
            match self.0.get() {
                Some(Some(tier)) => tier.enter(vm, floor),
                _ => Left::Frame,
            }
        }

        fn counters(&self) -> Counters {
            self.0.get().and_then(Option::as_ref).map(Tier::counters).unwrap_or_default()
        }
    }
}
