//! 19 The Global Object.

mod escape;
mod number;
mod uri;

use js_rt::{Attrs, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

/// 19.1 Value Properties, 19.2 Function Properties, and those of B.2.1
pub(crate) fn install(vm: &Vm) -> Res<()> {
    let global_this = vm.realm().global_this.get().unwrap_or(vm.global());
    Build::extend(vm, "globalThis", vm.global())
        .value("globalThis", global_this)
        .property("Infinity", f64::INFINITY, Attrs::NONE)
        .property("NaN", f64::NAN, Attrs::NONE)
        .property("undefined", Value::UNDEFINED, Attrs::NONE)
        .intrinsic_method(Intrinsic::Eval, "eval", 1, eval)
        .intrinsic_method(Intrinsic::IsFinite, "isFinite", 1, number::is_finite)
        .intrinsic_method(Intrinsic::IsNaN, "isNaN", 1, number::is_nan)
        .intrinsic_method(Intrinsic::ParseFloat, "parseFloat", 1, number::parse_float)
        .intrinsic_method(Intrinsic::ParseInt, "parseInt", 2, number::parse_int)
        .intrinsic_method(Intrinsic::DecodeURI, "decodeURI", 1, uri::decode_uri)
        .intrinsic_method(Intrinsic::DecodeURIComponent, "decodeURIComponent", 1, uri::decode_uri_component)
        .intrinsic_method(Intrinsic::EncodeURI, "encodeURI", 1, uri::encode_uri)
        .intrinsic_method(Intrinsic::EncodeURIComponent, "encodeURIComponent", 1, uri::encode_uri_component)
        .intrinsic_method(Intrinsic::Escape, "escape", 1, escape::escape)
        .intrinsic_method(Intrinsic::Unescape, "unescape", 1, escape::unescape)
        .finish()
        .map(drop)
}

/// 19.2.1 eval ( x ), when it is not called as `eval(...)`
fn eval(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.indirect_eval(args.get(0))
}
