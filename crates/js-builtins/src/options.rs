//! Options bags, as Temporal and ECMA-402 take them.

use js_rt::{Obj, Value};
use js_vm::{Res, Vm};

/// An options bag; none stands for one without properties.
pub type Options = Option<Obj>;

/// GetOptionsObject ( options )
///
/// # Errors
/// TypeError for a primitive value.
pub fn options_object(vm: &Vm, options: Value) -> Res<Options> {
    if options.is_undefined() {
        return Ok(None);
    }
    options.as_object().map(Some).ok_or_else(|| vm.type_error("Options must be an object or undefined"))
}

/// The value of an option.
///
/// # Errors
/// What its getter throws.
pub fn option(vm: &Vm, options: Options, name: &str) -> Res<Value> {
    match options {
        Some(o) => vm.get(o, vm.rt.key_from_utf8(name)?),
        None => Ok(Value::UNDEFINED),
    }
}
