//! The internal slots of Intl.DurationFormat, and how the constructor sets them.

use crate::negotiate::{Reading, Service, resolve_options};
use crate::number_format::{NU_DESCRIPTOR, NU_EXTENSION};
use crate::options::{Bag, get_number_option, get_option_string};
use icu_experimental::duration::provider::UnitsDurationDigitalV1;
use icu_experimental::provider::Baked;
use icu_locale::Locale;
use icu_provider::prelude::*;
use js_rt::Value;
use js_vm::{Res, Vm};

const SERVICE: Service =
    Service { name: "Intl.DurationFormat", descriptors: &[NU_DESCRIPTOR], extensions: &[NU_EXTENSION] };

/// A style of a unit, or of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Long,
    Short,
    Narrow,
    Digital,
    Numeric,
    TwoDigit,
    Fractional,
}

impl Style {
    pub(super) fn name(self) -> &'static str {
        match self {
            Style::Long => "long",
            Style::Short => "short",
            Style::Narrow => "narrow",
            Style::Digital => "digital",
            Style::Numeric => "numeric",
            Style::TwoDigit => "2-digit",
            Style::Fractional => "fractional",
        }
    }

    fn of_name(name: &str) -> Style {
        match name {
            "long" => Style::Long,
            "narrow" => Style::Narrow,
            "digital" => Style::Digital,
            "numeric" => Style::Numeric,
            "2-digit" => Style::TwoDigit,
            _ => Style::Short,
        }
    }

    /// Whether numbers stand alone in it.
    pub(super) fn is_numeric(self) -> bool {
        matches!(self, Style::Numeric | Style::TwoDigit)
    }
}

/// A row of the tables of units.
pub(super) struct Unit {
    pub(super) plural: &'static str,
    pub(super) singular: &'static str,
    /// The name of the option for when it is shown.
    pub(super) display: &'static str,
    styles: &'static [&'static str],
}

const DATE: &[&str] = &["long", "short", "narrow"];
const TIME: &[&str] = &["long", "short", "narrow", "numeric", "2-digit"];
const FRACTION: &[&str] = &["long", "short", "narrow", "numeric"];

macro_rules! units {
    ($($plural:literal $singular:literal $styles:ident,)*) => {
        [$(Unit {
            plural: $plural,
            singular: $singular,
            display: concat!($plural, "Display"),
            styles: $styles,
        },)*]
    };
}

/// From years to nanoseconds.
pub(super) const UNITS: [Unit; 10] = units! {
    "years" "year" DATE,
    "months" "month" DATE,
    "weeks" "week" DATE,
    "days" "day" DATE,
    "hours" "hour" TIME,
    "minutes" "minute" TIME,
    "seconds" "second" TIME,
    "milliseconds" "millisecond" FRACTION,
    "microseconds" "microsecond" FRACTION,
    "nanoseconds" "nanosecond" FRACTION,
};

pub(super) const HOURS: usize = 4;
pub(super) const MINUTES: usize = 5;
pub(super) const SECONDS: usize = 6;

/// Duration Unit Options Records
#[derive(Debug, Clone, Copy)]
pub(super) struct UnitOptions {
    pub(super) style: Style,
    /// `[[Display]]` is "always".
    pub(super) always: bool,
}

/// The internal slots of an Intl.DurationFormat.
pub(super) struct Slots {
    pub(super) locale: String,
    pub(super) data_locale: Locale,
    pub(super) numbering_system: String,
    pub(super) base_style: Style,
    /// By [`UNITS`].
    pub(super) units: [UnitOptions; 10],
    /// `[[HourMinuteSeparator]]` and `[[MinuteSecondSeparator]]`
    pub(super) separator: String,
    pub(super) fractional_digits: Option<u8>,
}

/// The steps of the constructor behind OrdinaryCreateFromConstructor.
pub(super) fn construct(vm: &Vm, locales: Value, options: Value) -> Res<Slots> {
    let resolution = resolve_options(vm, &SERVICE, (locales, options), Reading::Get, |_| {})?;
    let (options, resolved) = (resolution.options, resolution.resolved);
    let (separator, two_digit_hours) = digital_format(&resolved.data_locale);
    let styles = ["long", "short", "narrow", "digital"];
    let base_style = Style::of_name(get_option_string(vm, options, "style", &styles)?.unwrap_or("short"));
    let mut units = [UnitOptions { style: Style::Short, always: false }; 10];
    let mut previous = None;
    for (at, (unit, slot)) in UNITS.iter().zip(&mut units).enumerate() {
        *slot = unit_options(vm, options, (at, unit), base_style, previous, two_digit_hours)?;
        if at >= HOURS {
            previous = Some(slot.style);
        }
    }
    let digits = get_number_option(vm, options, "fractionalDigits", 0, 9)?;
    Ok(Slots {
        locale: resolved.locale.to_string(),
        numbering_system: resolved.keyword("nu").unwrap_or("latn").to_owned(),
        data_locale: resolved.data_locale,
        base_style,
        units,
        separator,
        fractional_digits: digits.and_then(|digits| u8::try_from(digits).ok()),
    })
}

/// `[[DigitalFormat]]` of a locale: the separator, and `[[TwoDigitHours]]`.
fn digital_format(locale: &Locale) -> (String, bool) {
    let locale = UnitsDurationDigitalV1::make_locale(locale.into());
    let request = DataRequest { id: DataIdentifierBorrowed::for_locale(&locale), ..Default::default() };
    let loaded: Result<DataResponse<UnitsDurationDigitalV1>, DataError> = Baked.load(request);
    match loaded {
        Ok(loaded) => {
            let data = loaded.payload.get();
            (data.separator.to_string(), data.hms_padding.h >= 2)
        }
        Err(_) => (":".to_owned(), false),
    }
}

/// GetDurationUnitOptions ( unit, options, baseStyle, stylesList, digitalBase, prevStyle, twoDigitHours )
fn unit_options(
    vm: &Vm,
    options: Bag,
    (at, unit): (usize, &Unit),
    base_style: Style,
    previous: Option<Style>,
    two_digit_hours: bool,
) -> Res<UnitOptions> {
    let given = get_option_string(vm, options, unit.plural, unit.styles)?.map(Style::of_name);
    let below_hours = at == MINUTES || at == SECONDS;
    let after_number = previous.is_some_and(Style::is_numeric);
    let (mut style, mut always) = match given {
        Some(style) => (style, true),
        None if base_style == Style::Digital => {
            let digital = if at < HOURS { Style::Short } else { Style::Numeric };
            (digital, at == HOURS || below_hours)
        }
        None if after_number || previous == Some(Style::Fractional) => (Style::Numeric, below_hours),
        None => (base_style, false),
    };
    if style == Style::Numeric && at > SECONDS {
        (style, always) = (Style::Fractional, false);
    }
    if let Some(display) = get_option_string(vm, options, unit.display, &["auto", "always"])? {
        always = display == "always";
    }
    validate(vm, unit, style, always, previous)?;
    if at == HOURS && two_digit_hours && style == Style::Numeric || below_hours && after_number {
        style = Style::TwoDigit;
    }
    Ok(UnitOptions { style, always })
}

/// ValidateDurationUnitStyle ( unit, style, display, prevStyle )
fn validate(vm: &Vm, unit: &Unit, style: Style, always: bool, previous: Option<Style>) -> Res<()> {
    let name = unit.plural;
    let fractional = style == Style::Fractional;
    if always && fractional {
        let display = unit.display;
        return Err(vm.range_error(format_args!(
            "Value always out of range for Intl.DurationFormat options property {display}: {name} are a fraction"
        )));
    }
    let style_name = style.name();
    match previous {
        Some(Style::Fractional) if !fractional => Err(vm.range_error(format_args!(
            "Value {style_name} out of range for Intl.DurationFormat options property {name} after a fraction"
        ))),
        Some(previous) if previous.is_numeric() && !fractional && !style.is_numeric() => {
            Err(vm.range_error(format_args!(
                "Value {style_name} out of range for Intl.DurationFormat options property {name} after a number"
            )))
        }
        _ => Ok(()),
    }
}
