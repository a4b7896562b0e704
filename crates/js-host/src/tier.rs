//! The tier above the interpreter, where it is built in and the machine gives executable memory.

use js_vm::Vm;

/// Whether this build has a tier above the interpreter.
pub const JIT: bool = cfg!(feature = "jit");

/// Has the functions of an isolate compiled when they are hot. Why that cannot be, if it cannot: everything is interpreted then.
///
/// # Errors
/// The machine gives no executable memory.
#[cfg(feature = "jit")]
pub fn add_tier(vm: &Vm) -> Result<(), String> {
    let tier =
        js_baseline::Baseline::new(js_baseline::Config::default()).map_err(|error| error.to_string())?;
    vm.set_tier(Box::new(tier));
    Ok(())
}

/// Has the functions of an isolate compiled when they are hot: not in this build.
///
/// # Errors
/// Never.
#[cfg(not(feature = "jit"))]
pub fn add_tier(_: &Vm) -> Result<(), String> {
    Ok(())
}
