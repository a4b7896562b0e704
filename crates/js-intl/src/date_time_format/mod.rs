//! 11 DateTimeFormat Objects.

mod calendars;
mod compiled;
mod day_periods;
mod fields;
mod formats;
mod items;
mod locale_data;
mod locale_string;
mod numeric;
mod range;
mod select;
mod settings;
mod shape;
mod value;
mod zone;

use crate::legacy::{chain, unwrap};
use crate::negotiate::supported_locales_of;
use crate::object::{Kind, Record, allocate, bound_function, fill_with_bound, slot, this_slot};
use crate::parts::parts_to_array;
use fields::{Component, Defaults, Required, Width};
use items::fields_of;
use js_rt::{Class, Obj, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use settings::{Purpose, Settings, Subject, create};
use shape::Style;
use std::sync::Arc;
use value::{Formattable, to_date_time_formattable};

/// The internal slots of Intl.DateTimeFormat objects.
#[derive(Clone)]
struct DateTimeFormat(Arc<Settings>);

impl Kind for DateTimeFormat {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlDateTimeFormatPrototype;
    const NAME: &'static str = "Intl.DateTimeFormat";
}

/// Defines `Intl.DateTimeFormat`, and the functions of ECMA-262's objects that are formatted with it.
///
/// # Errors
/// Memory is out.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlDateTimeFormat, "DateTimeFormat", 0, construct)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlDateTimeFormatPrototype)
        .to_string_tag("Intl.DateTimeFormat")
        .getter("format", format_getter)
        .method("formatRange", 2, format_range)
        .method("formatRangeToParts", 2, format_range_to_parts)
        .method("formatToParts", 1, format_to_parts)
        .method("resolvedOptions", 0, resolved_options)
        .member_of(Intrinsic::Intl)
        .finish()?;
    locale_string::install(vm)
}

/// 11.1.1 Intl.DateTimeFormat ( [ locales [ , options ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = allocate::<DateTimeFormat>(vm, Some(args.new_target.unwrap_or(args.callee)))?;
    let settings = create(vm, args.get(0), args.get(1), Purpose::new(Required::Any, Defaults::Date))?;
    let o = fill_with_bound(vm, o, DateTimeFormat(settings))?;
    chain(vm, args, Intrinsic::IntlDateTimeFormat, o)
}

/// UnwrapDateTimeFormat ( dtf ), and RequireInternalSlot of what it gives
fn unwrapped(vm: &Vm, args: &Args<'_>, method: &str) -> Res<(Obj, Arc<Settings>)> {
    let name = format!("Intl.DateTimeFormat.prototype.{method}");
    let is_own = |value| slot::<DateTimeFormat>(value).is_some();
    let dtf = unwrap(vm, args.this, Intrinsic::IntlDateTimeFormat, is_own, &name)?;
    match dtf.as_object().zip(slot::<DateTimeFormat>(dtf)) {
        Some((o, DateTimeFormat(settings))) => Ok((o, settings)),
        None => {
            let what = vm.describe_value(dtf);
            Err(vm.type_error(format_args!("Method {name} called on incompatible receiver {what}")))
        }
    }
}

/// What there is to format: now, if it is undefined.
fn formattable(vm: &Vm, value: Value) -> Res<Formattable> {
    if value.is_undefined() {
        return Ok(Formattable::Number(js_builtins::system_utc_epoch_milliseconds()));
    }
    to_date_time_formattable(vm, value)
}

/// 11.3.3 get Intl.DateTimeFormat.prototype.format
fn format_getter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, _) = unwrapped(vm, args, "format")?;
    bound_function(vm, o, 1, format)
}

/// 11.5.4 DateTime Format Functions
fn format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(DateTimeFormat(settings)) = slot::<DateTimeFormat>(args.slot(0)) else {
        return Ok(Value::UNDEFINED);
    };
    let x = formattable(vm, args.get(0))?;
    settings.text(vm, &x)
}

/// 11.3.6 Intl.DateTimeFormat.prototype.formatToParts ( date )
fn format_to_parts(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let DateTimeFormat(settings) = this_slot(vm, args, "formatToParts")?;
    let x = formattable(vm, args.get(0))?;
    parts_to_array(vm, &settings.parts(vm, &x)?)
}

/// The arguments of the functions for ranges.
fn ends(vm: &Vm, args: &Args<'_>) -> Res<(Formattable, Formattable)> {
    if args.get(0).is_undefined() || args.get(1).is_undefined() {
        return Err(vm.type_error("startDate or endDate cannot be undefined"));
    }
    let x = to_date_time_formattable(vm, args.get(0))?;
    let y = to_date_time_formattable(vm, args.get(1))?;
    Ok((x, y))
}

/// 11.3.4 Intl.DateTimeFormat.prototype.formatRange ( startDate, endDate )
fn format_range(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let DateTimeFormat(settings) = this_slot(vm, args, "formatRange")?;
    let (x, y) = ends(vm, args)?;
    let text = crate::parts::concat(&settings.range_parts(vm, &x, &y)?);
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// 11.3.5 Intl.DateTimeFormat.prototype.formatRangeToParts ( startDate, endDate )
fn format_range_to_parts(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let DateTimeFormat(settings) = this_slot(vm, args, "formatRangeToParts")?;
    let (x, y) = ends(vm, args)?;
    parts_to_array(vm, &settings.range_parts(vm, &x, &y)?)
}

/// 11.3.2 Intl.DateTimeFormat.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (_, settings) = unwrapped(vm, args, "resolvedOptions")?;
    let shape = settings.shape(Subject::Number);
    let fields = shape.map(|shape| fields_of(&settings.items(shape))).unwrap_or_default();
    let record = Record::new(vm)?;
    record.text("locale", &settings.locale)?;
    record.text("calendar", &settings.calendar)?;
    record.text("numberingSystem", &settings.numbering_system)?;
    record.text("timeZone", &settings.zone.identifier())?;
    if fields.has(Component::Hour) {
        record.text("hourCycle", settings.cycle.name())?;
        record.set("hour12", settings.cycle.is_12())?;
    }
    let (date, time) = settings.styles;
    if date.is_none() && time.is_none() {
        for component in Component::ALL {
            match fields.get(component) {
                Some(Width::Digits(digits)) => record.set(component.name(), i32::from(digits))?,
                Some(width) => record.text_option(component.name(), width.name())?,
                None => {}
            }
        }
    }
    record.text_option("dateStyle", date.map(Style::name))?;
    record.text_option("timeStyle", time.map(Style::name))?;
    Ok(record.finish())
}
