//! Temporal.PlainMonthDay Objects.

use super::convert::{
    calendar_identifier, check_calendar, component, component_or, in_range, partial_object, required_text,
};
use super::fields::{bag_fields, prepare_fields, want};
use super::options::{options_object, overflow_of, show_calendar};
use super::slots::{create, create_done, done, getters, new_target, slot, this, value_of};
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::PlainMonthDay;
use temporal_rs::options::{DisplayCalendar, Overflow};
use temporal_rs::parsed_intermediates::ParsedDate;
use temporal_rs::partial::PartialDate;

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalPlainMonthDay, "PlainMonthDay", 2, construct)
        .static_method("from", 1, from)
        .prototype(Intrinsic::TemporalPlainMonthDayPrototype)
        .to_string_tag("Temporal.PlainMonthDay");
    let build = getters! { build, PlainMonthDay;
        "calendarId" PlainMonthDay::calendar_id;
        "monthCode" |month| month.month_code().as_tinystr();
        "day" PlainMonthDay::day;
    };
    build
        .method("with", 1, with)
        .method("equals", 1, equals)
        .method("toString", 0, to_string)
        .method("toLocaleString", 0, to_json)
        .method("toJSON", 0, to_json)
        .method("valueOf", 0, value_of)
        .method("toPlainDate", 1, to_plain_date)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// Temporal.PlainMonthDay ( isoMonth, isoDay [ , calendar [ , referenceISOYear ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<PlainMonthDay>(vm, args)?;
    let month = component(vm, args.get(0))?;
    let day = component(vm, args.get(1))?;
    let calendar = calendar_identifier(vm, args.get(2))?;
    let year = component_or(vm, args.get(3), 1972)?;
    let (year, month, day) = (in_range(vm, year)?, in_range(vm, month)?, in_range(vm, day)?);
    let month_day =
        done(vm, PlainMonthDay::new_with_overflow(month, day, calendar, Overflow::Reject, Some(year)))?;
    create(vm, month_day, Some(target))
}

/// ToTemporalMonthDay ( item [ , options ] )
fn to_month_day(vm: &Vm, item: Value, options: Value) -> Res<PlainMonthDay> {
    if let Some(month_day) = slot::<PlainMonthDay>(item) {
        overflow_of(vm, options)?;
        return Ok(month_day);
    }
    if let Some(bag) = item.as_object() {
        let (calendar, fields) = bag_fields(vm, bag, want::DATE)?;
        let overflow = overflow_of(vm, options)?;
        let partial = PartialDate { calendar_fields: fields.date(vm)?, calendar };
        return done(vm, PlainMonthDay::from_partial(partial, Some(overflow)));
    }
    let source = required_text(vm, item, "Temporal.PlainMonthDay")?;
    check_calendar(vm, &source)?;
    let parsed = done(vm, ParsedDate::month_day_from_utf8(source.as_bytes()))?;
    overflow_of(vm, options)?;
    done(vm, PlainMonthDay::from_parsed(parsed))
}

/// Temporal.PlainMonthDay.from ( item [ , options ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let month_day = to_month_day(vm, args.get(0), args.get(1))?;
    create(vm, month_day, None)
}

/// Temporal.PlainMonthDay.prototype.with ( temporalMonthDayLike [ , options ] )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let month_day = this::<PlainMonthDay>(vm, args)?;
    let bag = partial_object(vm, args.get(0))?;
    let fields = prepare_fields(vm, month_day.calendar(), bag, want::DATE | want::PARTIAL)?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, month_day.with(fields.date(vm)?, Some(overflow)))
}

/// Temporal.PlainMonthDay.prototype.equals ( other )
fn equals(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let month_day = this::<PlainMonthDay>(vm, args)?;
    let other = to_month_day(vm, args.get(0), Value::UNDEFINED)?;
    Ok((month_day == other).into())
}

/// Temporal.PlainMonthDay.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let month_day = this::<PlainMonthDay>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let show = show_calendar(vm, options)?;
    Ok(vm.rt.str_from_utf8(&month_day.to_ixdtf_string(show))?.into())
}

/// Temporal.PlainMonthDay.prototype.toJSON ( ), Temporal.PlainMonthDay.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let month_day = this::<PlainMonthDay>(vm, args)?;
    Ok(vm.rt.str_from_utf8(&month_day.to_ixdtf_string(DisplayCalendar::Auto))?.into())
}

/// Temporal.PlainMonthDay.prototype.toPlainDate ( item )
fn to_plain_date(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let month_day = this::<PlainMonthDay>(vm, args)?;
    let Some(bag) = args.get(0).as_object() else {
        return Err(vm.type_error("Expected an object with a year"));
    };
    let fields = prepare_fields(vm, month_day.calendar(), bag, want::YEAR)?;
    create_done(vm, month_day.to_plain_date(Some(fields.date(vm)?)))
}
