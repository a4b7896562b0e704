//! 28 Reflection, and ShadowRealm.

mod proxy;
mod reflect;
mod shadow_realm;
mod wrapped;

use js_vm::{Res, Vm};

/// %Reflect%, %Proxy% and %ShadowRealm%.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    reflect::install(vm)?;
    proxy::install(vm)?;
    shadow_realm::install(vm)
}
