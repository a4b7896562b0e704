//! Dates of numbers only: those of ISO 8601, and where languages pad days and months.

use super::fields::{Component, Fields, Width};
use super::items::{Item, adjust};
use super::select::symbols;
use super::shape::Style;
use icu_datetime::provider::fields::FieldLength;

/// The pattern of fields in the calendar `iso8601`. `None`: it is as in the calendar of Gregory.
pub(super) fn iso_date(calendar: &str, fields: &Fields) -> Option<Vec<Item>> {
    let month = fields.get(Component::Month);
    if calendar != "iso8601" || fields.has(Component::Era) || !month.is_some_and(|width| width.is_numeric()) {
        return None;
    }
    let mut items = Vec::new();
    let order = [
        (Component::Year, symbols::YEAR, FieldLength::One),
        (Component::Month, symbols::MONTH, FieldLength::Two),
        (Component::Day, symbols::DAY, FieldLength::Two),
    ];
    for (component, symbol, length) in order {
        if fields.has(component) {
            if !items.is_empty() {
                items.push(Item::Literal('-'));
            }
            items.push(Item::field(symbol, length));
        }
    }
    if fields.has(Component::Weekday) {
        items.extend([Item::Literal(','), Item::Literal(' ')]);
        items.push(Item::field(symbols::WEEKDAY, FieldLength::Three));
    }
    adjust(&mut items, fields);
    Some(items)
}

/// The pattern of the style `short` in the calendar `iso8601`.
pub(super) fn iso_style(calendar: &str, style: Style) -> Option<Vec<Item>> {
    if calendar != "iso8601" || style != Style::Short {
        return None;
    }
    let mut fields = Fields::default();
    for component in [Component::Year, Component::Month, Component::Day] {
        fields.set(component, Some(Width::Numeric));
    }
    iso_date(calendar, &fields)
}

/// Digits of the shortest day and month in dates with a year and without one, and of months with a year, and the locales that
/// pad these numbers otherwise than their style `short` does.
const WIDTHS: &[(&str, &str)] = &[
    (
        "11111",
        "ak am be blo cs cy da de es-CO es-GT es-MX es-PE et fy gd gl id ie ja ka kk-Arab kk-CN kok-Latn ks \
         kxv lb ms nb nl nn no pcm scn si sl so sv-FI sw te ti ug vi xnr zh-Hans-SG zh-SG",
    ),
    ("22111", "hu ki"),
    ("11222", "en-IN gaa hi-Latn ks-Deva lij mt nds prg rm syr tg vmw"),
    ("22112", "kgp pa-Arab pa-PK sv tr yrl"),
    ("11112", "en-BE en-IE my"),
    ("22222", "es-CL es-PA es-PR fr-BE"),
    ("11221", "ckb om xh"),
    ("22122", "lt"),
    ("12222", "lv"),
    ("12122", "pl"),
    ("12112", "en-NZ"),
];

/// What [`WIDTHS`] says of a locale, or of the one it inherits from.
fn widths_of(tag: &str) -> Option<&'static [u8]> {
    let mut tag = tag;
    loop {
        let of = |(_, tags): &&(&str, &str)| tags.split(' ').any(|one| one == tag);
        if let Some((widths, _)) = WIDTHS.iter().find(of) {
            return Some(widths.as_bytes());
        }
        tag = tag.get(..tag.rfind('-')?)?;
    }
}

pub(super) fn set_length(items: &mut [Item], wanted: Component, digits: u8) {
    for item in items.iter_mut().filter(|item| item.component() == Some(wanted)) {
        if let Item::Field(field) = item
            && matches!(field.length, FieldLength::One | FieldLength::Two)
        {
            field.length = if digits == b'2' { FieldLength::Two } else { FieldLength::One };
        }
    }
}

/// Pads days and months of patterns as the language does where no width is asked for. The data have them as in the locale's
/// styles.
pub(super) fn set_native_widths(tag: &str, fields: &Fields, items: &mut [Item]) {
    let day = fields.get(Component::Day);
    match fields.get(Component::Month) {
        None => {}
        // Beside names days are padded in few languages.
        Some(month) if !month.is_numeric() && day == Some(Width::Numeric) => {
            set_length(items, Component::Day, b'1');
        }
        Some(month) if !month.is_numeric() => {}
        // A padded number beside one that is not: that is what is asked for.
        Some(month) if day.is_some_and(|day| day != month) => {
            let unpadded = if month == Width::Numeric { Component::Month } else { Component::Day };
            set_length(items, unpadded, b'1');
        }
        Some(_) => set_from_table(tag, fields, items),
    }
}

fn set_from_table(tag: &str, fields: &Fields, items: &mut [Item]) {
    let Some(&[full_day, full_month, short_day, short_month, year_month]) = widths_of(tag) else {
        return;
    };
    let (day, month) = match (fields.has(Component::Year), fields.has(Component::Day)) {
        (true, true) => (full_day, full_month),
        (false, true) => (short_day, short_month),
        (true, false) => (year_month, year_month),
        // Months alone are never padded.
        (false, false) => return,
    };
    set_length(items, Component::Day, day);
    set_length(items, Component::Month, month);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_one_or_two() {
        for (widths, tags) in WIDTHS {
            assert!(widths.len() == 5 && widths.bytes().all(|digit| matches!(digit, b'1' | b'2')), "{tags}");
        }
        assert_eq!(widths_of("de-AT"), Some(&b"11111"[..]));
        assert_eq!(widths_of("en-US"), None);
    }
}
