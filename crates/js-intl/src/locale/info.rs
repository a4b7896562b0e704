//! 15.5 Abstract Operations for Locale Objects: what is common where a locale is used.

use super::LocaleSlot;
use super::regions::{calendars, hour_cycles};
use crate::canonical::{canonical_tag, expander, maximize};
use crate::collator::collations;
use crate::negotiate::lookup;
use crate::object::{Record, text_array, this_slot};
use crate::zones::identifiers_of_region;
use icu_calendar::types::Weekday;
use icu_calendar::week::WeekInformation;
use icu_decimal::provider::{Baked, DecimalSymbolsV1};
use icu_locale::subtags::Region;
use icu_locale::{Direction, LanguageIdentifier, Locale, LocaleDirectionality};
use icu_provider::prelude::*;
use js_rt::Value;
use js_vm::{Args, Res, Vm};

/// CanonicalUnicodeSubdivision ( locale, key )
fn subdivision(slot: &LocaleSlot, key: &str) -> Option<Region> {
    let value = slot.keyword(key)?;
    let length = if value.as_bytes().first()?.is_ascii_digit() { 3 } else { 2 };
    let (region, rest) = value.split_at_checked(length)?;
    if !(1..=4).contains(&rest.len()) || Region::try_from_str(region).is_err() {
        return None;
    }
    canonical_tag(&format!("und-{region}"))?.locale.id.region
}

/// The Add Likely Subtags algorithm for the locale of an object; a language of many letters has none.
fn maximal(slot: &LocaleSlot) -> Option<LanguageIdentifier> {
    let mut id = slot.tag.locale.id.clone();
    if slot.tag.language.is_none() {
        maximize(&mut id);
    } else if id.script.is_none() {
        return None;
    }
    Some(id)
}

/// RegionPreference ( locale ): the regions to look for data about, in their order
fn preferred_regions(slot: &LocaleSlot) -> Vec<String> {
    let region =
        slot.tag.locale.id.region.or_else(|| subdivision(slot, "sd")).or_else(|| maximal(slot)?.region);
    let region = region.map_or_else(|| "001".to_owned(), |region| region.to_string());
    let mut regions: Vec<String> =
        subdivision(slot, "rg").map(|region| region.to_string()).into_iter().collect();
    regions.push(region);
    regions
}

/// LookupMatchingLocaleByPrefix for the locale of an object
fn available(slot: &LocaleSlot) -> Option<Locale> {
    if slot.tag.language.is_some() { None } else { lookup(&slot.tag.locale) }
}

/// Intl.Locale.prototype.getCalendars ( )
pub(super) fn get_calendars(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "getCalendars")?;
    if let Some(calendar) = slot.keyword("ca") {
        return text_array(vm, [calendar]);
    }
    let regions = preferred_regions(&slot);
    let found = regions.iter().map(|region| calendars(region)).find(|list| !list.is_empty());
    text_array(vm, found.unwrap_or(&["gregory"]))
}

/// Intl.Locale.prototype.getCollations ( )
pub(super) fn get_collations(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "getCollations")?;
    if let Some(collation) = slot.keyword("co") {
        return text_array(vm, [collation]);
    }
    let mut list = available(&slot).map_or_else(|| vec!["emoji", "eor"], |found| collations(&found));
    list.sort_unstable();
    text_array(vm, list)
}

/// Intl.Locale.prototype.getHourCycles ( )
pub(super) fn get_hour_cycles(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "getHourCycles")?;
    if let Some(cycle) = slot.keyword("hc") {
        return text_array(vm, [cycle]);
    }
    let language = slot.tag.language();
    let found = preferred_regions(&slot).iter().find_map(|region| hour_cycles(&language, region));
    text_array(vm, found.unwrap_or(&["h23"]))
}

/// Intl.Locale.prototype.getNumberingSystems ( )
pub(super) fn get_numbering_systems(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "getNumberingSystems")?;
    if let Some(system) = slot.keyword("nu") {
        return text_array(vm, [system]);
    }
    let found = available(&slot);
    text_array(vm, [found.map_or_else(|| "latn".to_owned(), |locale| default_numbering_system(&locale))])
}

/// The numbering system that numbers of a locale are written in.
fn default_numbering_system(locale: &Locale) -> String {
    let locale = DecimalSymbolsV1::make_locale(locale.into());
    let request = DataRequest { id: DataIdentifierBorrowed::for_locale(&locale), ..Default::default() };
    let loaded: Result<DataResponse<DecimalSymbolsV1>, DataError> = Baked.load(request);
    loaded.map_or_else(|_| "latn".to_owned(), |loaded| loaded.payload.get().numsys().to_owned())
}

/// Intl.Locale.prototype.getTimeZones ( )
pub(super) fn get_time_zones(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "getTimeZones")?;
    match slot.tag.locale.id.region {
        Some(region) => text_array(vm, identifiers_of_region(region.as_str())),
        None => Ok(Value::UNDEFINED),
    }
}

/// Intl.Locale.prototype.getTextInfo ( )
pub(super) fn get_text_info(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "getTextInfo")?;
    let info = Record::new(vm)?;
    let direction =
        maximal(&slot).and_then(|id| LocaleDirectionality::new_with_expander(expander()).get(&id));
    match direction {
        Some(Direction::RightToLeft) => info.text("direction", "rtl")?,
        Some(Direction::LeftToRight) => info.text("direction", "ltr")?,
        _ => info.set("direction", Value::UNDEFINED)?,
    }
    Ok(info.finish())
}

/// Intl.Locale.prototype.getWeekInfo ( ), WeekInfoOfLocale
pub(super) fn get_week_info(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "getWeekInfo")?;
    let mut id = LanguageIdentifier::UNKNOWN;
    id.region = preferred_regions(&slot).first().and_then(|region| Region::try_from_str(region).ok());
    let week = WeekInformation::try_new((&Locale::from(id)).into());
    let (first, mut weekend) = match week {
        Ok(week) => (week.first_weekday, week.weekend().map(|day| day as i32).collect()),
        Err(_) => (Weekday::Monday, vec![6, 7]),
    };
    let named = slot.keyword("fw").and_then(|day| weekday(&day));
    weekend.sort_unstable();
    let list = vm.rt.new_list()?;
    for day in weekend {
        list.push(&vm.rt, Value::int(day))?;
    }
    let info = Record::new(vm)?;
    info.set("firstDay", Value::int(named.unwrap_or(first as i32)))?;
    info.set("weekend", vm.create_array_from_list(list)?)?;
    Ok(info.finish())
}

/// WeekdayUValueToNumber ( fw )
fn weekday(name: &str) -> Option<i32> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter().zip(1..).find_map(|(day, number)| (*day == name).then_some(number))
}
