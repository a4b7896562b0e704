//! 21.4 Date Objects.

mod constructor;
mod get;
mod instant;
mod keyword;
mod parse;
mod scan;
mod set;
mod text;
mod time;
mod zone;
mod zone_name;

pub use constructor::system_utc_epoch_milliseconds;
pub use zone::system_time_zone_identifier;

use js_rt::{Attrs, Class, Obj, Value};
use js_vm::{Args, Build, Hint, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::Date, "Date", 7, constructor::date)
        .static_method("now", 0, constructor::now)
        .static_method("parse", 1, constructor::parse)
        .static_method("UTC", 7, constructor::utc)
        .prototype(Intrinsic::DatePrototype);
    let to_primitive = vm.symbols().to_primitive;
    let build = set::define(get::define(text::define(build)));
    build
        .method("valueOf", 0, value_of)
        .method("toTemporalInstant", 0, instant::to_temporal_instant)
        .symbol_method_with(to_primitive, "Symbol.toPrimitive", 1, Attrs::CONFIGURABLE, to_primitive_method)
        .global()
        .finish()
        .map(drop)
}

/// The time value of the Date object that `this` is, and the object (21.4.4 thisTimeValue).
fn this_date(vm: &Vm, args: &Args<'_>) -> Res<(Obj, f64)> {
    let found = args.this.as_object().filter(|o| o.class() == Class::Date);
    match found.and_then(|o| Some((o, o.payload().as_number()?))) {
        Some(date) => Ok(date),
        None => Err(vm.type_error("this is not a Date object.")),
    }
}

/// 21.4.4.44 Date.prototype.valueOf ( )
fn value_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(this_date(vm, args)?.1))
}

/// 21.4.4.45 Date.prototype \[ %Symbol.toPrimitive% \] ( hint )
fn to_primitive_method(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(o) = args.this.as_object() else {
        let text = vm.describe_value(args.this);
        return Err(
            vm.type_error(format_args!("Date.prototype[Symbol.toPrimitive] called on {text}, not an object"))
        );
    };
    let hint = args.get(0).as_string().map(|hint| hint.to_std());
    match hint.as_deref() {
        Some("string" | "default") => vm.ordinary_to_primitive(o, Hint::String),
        Some("number") => vm.ordinary_to_primitive(o, Hint::Number),
        _ => {
            let text = vm.describe_value(args.get(0));
            Err(vm.type_error(format_args!("Invalid hint: {text}")))
        }
    }
}
