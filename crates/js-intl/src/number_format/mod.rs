//! 16 NumberFormat Objects.

mod currency;
mod decimal;
pub(crate) mod digits;
pub(crate) mod format;
mod layout;
pub(crate) mod plural;
mod range;
pub(crate) mod rounding;
mod slots;
mod supplement;
pub(crate) mod symbols;
mod unit;
mod unit_names;
pub(crate) mod value;

use crate::legacy;
use crate::negotiate::supported_locales_of;
use crate::object::{Kind, Record, allocate, bound_function, fill_with_bound, slot, this_slot};
use crate::options::BooleanOrString;
use crate::parts::{TextPart, concat, parts_to_array};
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
pub(crate) use slots::{NU_DESCRIPTOR, NU_EXTENSION, NumberFormat};
use value::{Mathematical, to_intl_mathematical_value};

impl Kind for NumberFormat {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlNumberFormatPrototype;
    const NAME: &'static str = "Intl.NumberFormat";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlNumberFormat, "NumberFormat", 0, number_format)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlNumberFormatPrototype)
        .method("resolvedOptions", 0, resolved_options)
        .method("formatToParts", 1, format_to_parts)
        .getter("format", format)
        .method("formatRange", 2, format_range)
        .method("formatRangeToParts", 2, format_range_to_parts)
        .to_string_tag("Intl.NumberFormat")
        .member_of(Intrinsic::Intl)
        .finish()?;
    let number = vm.intrinsic(Intrinsic::NumberPrototype);
    Build::extend(vm, "Number", number).method("toLocaleString", 0, number_to_locale_string).finish()?;
    let bigint = vm.intrinsic(Intrinsic::BigIntPrototype);
    Build::extend(vm, "BigInt", bigint).method("toLocaleString", 0, bigint_to_locale_string).finish()?;
    Ok(())
}

/// 16.1.1 Intl.NumberFormat ( \[ locales \[ , options \] \] )
fn number_format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = allocate::<NumberFormat>(vm, Some(args.new_target.unwrap_or(args.callee)))?;
    let slots = NumberFormat::construct(vm, NumberFormat::NAME, args.get(0), args.get(1))?;
    let o = fill_with_bound(vm, o, slots)?;
    legacy::chain(vm, args, Intrinsic::IntlNumberFormat, o)
}

/// The value of `this` by UnwrapNumberFormat ( nf )
fn unwrap(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Value> {
    let is_own = |value| slot::<NumberFormat>(value).is_some();
    let method = format!("Intl.NumberFormat.prototype.{method}");
    let nf = legacy::unwrap(vm, args.this, Intrinsic::IntlNumberFormat, is_own, &method)?;
    if slot::<NumberFormat>(nf).is_some() {
        return Ok(nf);
    }
    let what = vm.describe_value(nf);
    Err(vm.type_error(format_args!("Method {method} called on incompatible receiver {what}")))
}

/// 16.3.2 Intl.NumberFormat.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let nf = unwrap(vm, args, "resolvedOptions")?;
    let Some(nf) = slot::<NumberFormat>(nf) else { return Ok(Value::UNDEFINED) };
    let options = Record::new(vm)?;
    options.text("locale", &nf.locale)?;
    options.text("numberingSystem", &nf.numbering_system)?;
    options.text("style", nf.style)?;
    if let Some(currency) = &nf.currency {
        options.text("currency", &currency.code)?;
        options.text("currencyDisplay", currency.display)?;
        options.text("currencySign", currency.sign)?;
    }
    if let Some((unit, display)) = &nf.unit {
        options.text("unit", unit)?;
        options.text("unitDisplay", display)?;
    }
    nf.formatter.digits.resolve_digits(&options)?;
    match nf.use_grouping {
        BooleanOrString::Boolean(value) => options.set("useGrouping", Value::bool(value))?,
        BooleanOrString::String(text) => options.text("useGrouping", text)?,
    }
    options.text("notation", nf.notation)?;
    options.text_option("compactDisplay", nf.compact_display)?;
    options.text("signDisplay", nf.sign_display)?;
    nf.formatter.digits.resolve_rounding(&options)?;
    Ok(options.finish())
}

/// 16.3.3 get Intl.NumberFormat.prototype.format
fn format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    match unwrap(vm, args, "format")?.as_object() {
        Some(nf) => bound_function(vm, nf, 1, bound_format),
        None => Ok(Value::UNDEFINED),
    }
}

/// 16.5.2 Number Format Functions
fn bound_format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(nf) = slot::<NumberFormat>(args.slot(0)) else { return Ok(Value::UNDEFINED) };
    let x = to_intl_mathematical_value(vm, args.get(0))?;
    text(vm, &nf.formatter.partition(&x))
}

/// 16.3.6 Intl.NumberFormat.prototype.formatToParts ( value )
fn format_to_parts(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let nf = this_slot::<NumberFormat>(vm, args, "formatToParts")?;
    let x = to_intl_mathematical_value(vm, args.get(0))?;
    parts_to_array(vm, &nf.formatter.partition(&x))
}

/// 16.3.4 Intl.NumberFormat.prototype.formatRange ( start, end )
fn format_range(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    text(vm, &range(vm, args, "formatRange")?)
}

/// 16.3.5 Intl.NumberFormat.prototype.formatRangeToParts ( start, end )
fn format_range_to_parts(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    parts_to_array(vm, &range(vm, args, "formatRangeToParts")?)
}

/// The parts of the range between two arguments.
fn range(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Vec<TextPart>> {
    let nf = this_slot::<NumberFormat>(vm, args, method)?;
    for (value, name) in [(args.get(0), "start"), (args.get(1), "end")] {
        if value.is_undefined() {
            return Err(vm.type_error(format_args!("Invalid {name} : undefined")));
        }
    }
    let x = to_intl_mathematical_value(vm, args.get(0))?;
    let y = to_intl_mathematical_value(vm, args.get(1))?;
    for (value, name) in [(&x, "start"), (&y, "end")] {
        if *value == Mathematical::NotANumber {
            return Err(vm.range_error(format_args!("Invalid {name} : NaN")));
        }
    }
    Ok(nf.formatter.partition_range(&x, &y))
}

/// The text of all parts as a string.
fn text(vm: &Vm, parts: &[TextPart]) -> Res<Value> {
    Ok(vm.rt.str_from_utf8(&concat(parts))?.into())
}

/// 20.2.1 Number.prototype.toLocaleString ( \[ locales \[ , options \] \] )
fn number_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = || vm.primitive_data(args.this, Class::Number).and_then(Value::as_number);
    let Some(x) = args.this.as_number().or_else(data) else {
        return Err(vm.type_error("Number.prototype.toLocaleString requires that 'this' be a Number"));
    };
    to_locale_string(vm, args, "Number.prototype.toLocaleString", &x.into())
}

/// 20.3.1 BigInt.prototype.toLocaleString ( \[ locales \[ , options \] \] )
fn bigint_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = || vm.primitive_data(args.this, Class::BigIntObject).and_then(Value::as_bigint);
    let Some(x) = args.this.as_bigint().or_else(data) else {
        return Err(vm.type_error("BigInt.prototype.toLocaleString requires that 'this' be a BigInt"));
    };
    to_locale_string(vm, args, "BigInt.prototype.toLocaleString", &x.value().into())
}

fn to_locale_string(vm: &Vm, args: &Args<'_>, name: &'static str, x: &Mathematical) -> Res<Value> {
    let nf = NumberFormat::construct(vm, name, args.get(0), args.get(1))?;
    text(vm, &nf.formatter.partition(x))
}
