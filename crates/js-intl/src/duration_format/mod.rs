//! 13 DurationFormat Objects.

mod format;
mod options;

use crate::negotiate::supported_locales_of;
use crate::object::{Kind, Record, allocate, fill, new_target, this_slot};
use crate::parts::{concat, parts_to_array};
use js_builtins::slots::slot;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use options::{Style, UNITS};
use std::sync::Arc;
use temporal_rs::Duration;

/// The internal slots of an Intl.DurationFormat.
#[derive(Clone)]
struct DurationFormat(Arc<options::Slots>);

impl Kind for DurationFormat {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlDurationFormatPrototype;
    const NAME: &'static str = "Intl.DurationFormat";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlDurationFormat, "DurationFormat", 0, duration_format)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlDurationFormatPrototype)
        .method("resolvedOptions", 0, resolved_options)
        .method("format", 1, format)
        .method("formatToParts", 1, format_to_parts)
        .to_string_tag("Intl.DurationFormat")
        .member_of(Intrinsic::Intl)
        .finish()?;
    let duration = vm.intrinsic(Intrinsic::TemporalDurationPrototype);
    Build::extend(vm, "Temporal.Duration", duration)
        .method("toLocaleString", 0, to_locale_string)
        .finish()?;
    Ok(())
}

/// 13.1.1 Intl.DurationFormat ( \[ locales \[ , options \] \] )
fn duration_format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<DurationFormat>(vm, args)?;
    let o = allocate::<DurationFormat>(vm, Some(target))?;
    let slots = options::construct(vm, args.get(0), args.get(1))?;
    fill(vm, o, DurationFormat(Arc::new(slots)))
}

/// 13.3.2 Intl.DurationFormat.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slots = this_slot::<DurationFormat>(vm, args, "resolvedOptions")?.0;
    let options = Record::new(vm)?;
    options.text("locale", &slots.locale)?;
    options.text("numberingSystem", &slots.numbering_system)?;
    options.text("style", slots.base_style.name())?;
    for (unit, own) in UNITS.iter().zip(&slots.units) {
        let style = if own.style == Style::Fractional { Style::Numeric } else { own.style };
        options.text(unit.plural, style.name())?;
        options.text(unit.display, if own.always { "always" } else { "auto" })?;
    }
    if let Some(digits) = slots.fractional_digits {
        options.set("fractionalDigits", Value::from(u32::from(digits)))?;
    }
    Ok(options.finish())
}

/// 13.3.3 Intl.DurationFormat.prototype.format ( duration )
fn format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slots = this_slot::<DurationFormat>(vm, args, "format")?.0;
    let duration = js_builtins::to_duration(vm, args.get(0))?;
    text(vm, &slots, &duration)
}

/// 13.3.4 Intl.DurationFormat.prototype.formatToParts ( duration )
fn format_to_parts(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slots = this_slot::<DurationFormat>(vm, args, "formatToParts")?.0;
    let duration = js_builtins::to_duration(vm, args.get(0))?;
    parts_to_array(vm, &slots.partition(&duration))
}

/// Temporal.Duration.prototype.toLocaleString ( \[ locales \[ , options \] \] )
fn to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(duration) = slot::<Duration>(args.this) else {
        let what = vm.describe_value(args.this);
        return Err(vm.type_error(format_args!("Receiver {what} is not a Temporal.Duration")));
    };
    let slots = options::construct(vm, args.get(0), args.get(1))?;
    text(vm, &slots, &duration)
}

fn text(vm: &Vm, slots: &options::Slots, duration: &Duration) -> Res<Value> {
    Ok(vm.rt.str_from_utf8(&concat(&slots.partition(duration)))?.into())
}
