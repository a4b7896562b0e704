//! 18 RelativeTimeFormat Objects.

use crate::negotiate::{Reading, Service, resolve_options, supported_locales_of};
use crate::number_format::digits::DigitOptions;
use crate::number_format::format::{Formatter, Grouping, SignDisplay};
use crate::number_format::{NU_DESCRIPTOR, NU_EXTENSION};
use crate::object::{Kind, Record, allocate, fill, new_target, this_slot};
use crate::options::get_option_string;
use crate::parts::{TextPart, concat, parts_to_array};
use icu_experimental::provider::Baked;
use icu_experimental::relativetime::provider as data;
use icu_locale::Locale;
use icu_pattern::{PatternItem, SinglePlaceholderPattern};
use icu_provider::marker::ErasedMarker;
use icu_provider::prelude::*;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use std::sync::Arc;

type Patterns = DataPayload<ErasedMarker<data::RelativeTimePatternData<'static>>>;

const UNITS: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

const SERVICE: Service =
    Service { name: "Intl.RelativeTimeFormat", descriptors: &[NU_DESCRIPTOR], extensions: &[NU_EXTENSION] };

/// The internal slots of an Intl.RelativeTimeFormat.
#[derive(Clone)]
struct RelativeTimeFormat(Arc<Slots>);

struct Slots {
    locale: String,
    data_locale: Locale,
    numbering_system: String,
    style: &'static str,
    numeric: &'static str,
    formatter: Formatter,
}

impl Kind for RelativeTimeFormat {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlRelativeTimeFormatPrototype;
    const NAME: &'static str = "Intl.RelativeTimeFormat";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlRelativeTimeFormat, "RelativeTimeFormat", 0, relative_time_format)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlRelativeTimeFormatPrototype)
        .method("resolvedOptions", 0, resolved_options)
        .method("format", 2, format)
        .method("formatToParts", 2, format_to_parts)
        .to_string_tag("Intl.RelativeTimeFormat")
        .member_of(Intrinsic::Intl)
        .finish()?;
    Ok(())
}

/// 18.1.1 Intl.RelativeTimeFormat ( \[ locales \[ , options \] \] )
fn relative_time_format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<RelativeTimeFormat>(vm, args)?;
    let o = allocate::<RelativeTimeFormat>(vm, Some(target))?;
    let resolution = resolve_options(vm, &SERVICE, (args.get(0), args.get(1)), Reading::Coerce, |_| {})?;
    let (options, resolved) = (resolution.options, resolution.resolved);
    let style = get_option_string(vm, options, "style", &["long", "short", "narrow"])?.unwrap_or("long");
    let numeric = get_option_string(vm, options, "numeric", &["always", "auto"])?.unwrap_or("always");
    let numbering_system = resolved.keyword("nu").unwrap_or("latn").to_owned();
    let formatter = Formatter::plain(
        &resolved.data_locale,
        &numbering_system,
        DigitOptions::with_fraction(0, 3),
        (Grouping::Auto, SignDisplay::Never),
        None,
    );
    let slots = Slots {
        locale: resolved.locale.to_string(),
        data_locale: resolved.data_locale,
        numbering_system,
        style,
        numeric,
        formatter,
    };
    fill(vm, o, RelativeTimeFormat(Arc::new(slots)))
}

/// 18.3.2 Intl.RelativeTimeFormat.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slots = this_slot::<RelativeTimeFormat>(vm, args, "resolvedOptions")?.0;
    let options = Record::new(vm)?;
    options.text("locale", &slots.locale)?;
    options.text("style", slots.style)?;
    options.text("numeric", slots.numeric)?;
    options.text("numberingSystem", &slots.numbering_system)?;
    Ok(options.finish())
}

/// 18.3.3 Intl.RelativeTimeFormat.prototype.format ( value, unit )
fn format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let parts = partition(vm, args, "format")?;
    Ok(vm.rt.str_from_utf8(&concat(&parts))?.into())
}

/// 18.3.4 Intl.RelativeTimeFormat.prototype.formatToParts ( value, unit )
fn format_to_parts(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    parts_to_array(vm, &partition(vm, args, "formatToParts")?)
}

/// 18.5.1 SingularRelativeTimeUnit ( unit )
fn singular(unit: &str) -> Option<&'static str> {
    UNITS.into_iter().find(|one| unit == *one || unit.strip_suffix('s') == Some(one))
}

/// 18.5.2 PartitionRelativeTimePattern ( relativeTimeFormat, value, unit ), for the arguments of a method
fn partition(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Vec<TextPart>> {
    let slots = this_slot::<RelativeTimeFormat>(vm, args, method)?.0;
    let value = vm.to_number(args.get(0))?;
    let unit = vm.to_string(args.get(1))?.to_std();
    if !value.is_finite() {
        let what =
            format_args!("Value need to be finite number for Intl.RelativeTimeFormat.prototype.{method}()");
        return Err(vm.range_error(what));
    }
    let Some(unit) = singular(&unit) else {
        let what =
            format_args!("Invalid unit argument for Intl.RelativeTimeFormat.prototype.{method}() '{unit}'");
        return Err(vm.range_error(what));
    };
    let Some(patterns) = load(&slots.data_locale, unit, slots.style) else {
        let number = slots.formatter.partition(&value.abs().into());
        return Ok(number.into_iter().map(|part| part.with("unit", unit)).collect());
    };
    let patterns = patterns.get();
    if slots.numeric == "auto"
        && value.trunc() == value
        && value.abs() <= 100.0
        && let Some(text) = patterns.get_relative(value as i8)
    {
        return Ok(vec![TextPart::new("literal", text)]);
    }
    let tense = if value.is_sign_negative() { &patterns.past } else { &patterns.future };
    let (number, operands) = slots.formatter.partition_with_operands(&value.abs().into());
    let pattern = match operands.zip(slots.formatter.rules()) {
        Some((operands, rules)) => tense.get(operands, rules),
        None => tense.elements.get_default().1,
    };
    Ok(make_parts_list(pattern, unit, &number))
}

/// 18.5.3 MakePartsList ( pattern, unit, parts )
fn make_parts_list(
    pattern: &SinglePlaceholderPattern,
    unit: &'static str,
    parts: &[TextPart],
) -> Vec<TextPart> {
    let mut result = Vec::new();
    for item in pattern.iter() {
        match item {
            PatternItem::Literal(text) => result.push(TextPart::new("literal", text)),
            PatternItem::Placeholder(_) => {
                result.extend(parts.iter().map(|part| part.clone().with("unit", unit)))
            }
        }
    }
    result
}

/// The patterns of a unit in a width.
fn load(locale: &Locale, unit: &str, style: &str) -> Option<Patterns> {
    fn get<M>(locale: &Locale) -> Option<Patterns>
    where
        M: DataMarker<DataStruct = data::RelativeTimePatternData<'static>>,
        Baked: DataProvider<M>,
    {
        let locale = M::make_locale(locale.into());
        let request = DataRequest { id: DataIdentifierBorrowed::for_locale(&locale), ..Default::default() };
        let loaded: DataResponse<M> = Baked.load(request).ok()?;
        Some(loaded.payload.cast())
    }
    let read = match (unit, style) {
        ("second", "narrow") => get::<data::DatetimeRelativeSecondNarrowV1>,
        ("second", "short") => get::<data::DatetimeRelativeSecondShortV1>,
        ("second", _) => get::<data::DatetimeRelativeSecondLongV1>,
        ("minute", "narrow") => get::<data::DatetimeRelativeMinuteNarrowV1>,
        ("minute", "short") => get::<data::DatetimeRelativeMinuteShortV1>,
        ("minute", _) => get::<data::DatetimeRelativeMinuteLongV1>,
        ("hour", "narrow") => get::<data::DatetimeRelativeHourNarrowV1>,
        ("hour", "short") => get::<data::DatetimeRelativeHourShortV1>,
        ("hour", _) => get::<data::DatetimeRelativeHourLongV1>,
        ("day", "narrow") => get::<data::DatetimeRelativeDayNarrowV1>,
        ("day", "short") => get::<data::DatetimeRelativeDayShortV1>,
        ("day", _) => get::<data::DatetimeRelativeDayLongV1>,
        ("week", "narrow") => get::<data::DatetimeRelativeWeekNarrowV1>,
        ("week", "short") => get::<data::DatetimeRelativeWeekShortV1>,
        ("week", _) => get::<data::DatetimeRelativeWeekLongV1>,
        ("month", "narrow") => get::<data::DatetimeRelativeMonthNarrowV1>,
        ("month", "short") => get::<data::DatetimeRelativeMonthShortV1>,
        ("month", _) => get::<data::DatetimeRelativeMonthLongV1>,
        ("quarter", "narrow") => get::<data::DatetimeRelativeQuarterNarrowV1>,
        ("quarter", "short") => get::<data::DatetimeRelativeQuarterShortV1>,
        ("quarter", _) => get::<data::DatetimeRelativeQuarterLongV1>,
        (_, "narrow") => get::<data::DatetimeRelativeYearNarrowV1>,
        (_, "short") => get::<data::DatetimeRelativeYearShortV1>,
        _ => get::<data::DatetimeRelativeYearLongV1>,
    };
    read(locale)
}
