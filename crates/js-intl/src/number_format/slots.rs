//! The internal slots of Intl.NumberFormat, and how the constructor sets them.

use super::currency::{Currency, currency_digits};
use super::digits::{DigitOptions, set_number_format_digit_options};
use super::format::{Formatter, Grouping, Notation, Percent, SignDisplay, Style};
use super::supplement::{Thousands, percent_sign};
use super::symbols::{Symbols, default_numbering_system, load_for_digits};
use super::unit::{Unit, is_well_formed_unit_identifier};
use crate::negotiate::{Descriptor, Extension, KeyData, Kind, Reading, Service, resolve_options};
use crate::options::{
    Bag, BooleanOrString, get_boolean_or_string_number_format_option, get_option_any, get_option_string,
};
use crate::values::NUMBERING_SYSTEMS;
use icu_experimental::dimension::currency::CurrencyType;
use icu_locale::Locale;
use icu_plurals::PluralRules;
use js_rt::Value;
use js_vm::{Res, Vm};
use std::ops::Deref;
use std::sync::Arc;

/// The numbering systems of a locale, its own in front: a field of `[[LocaleData]]`.
pub(crate) const NU_EXTENSION: Extension = Extension { key: "nu", values: numbering_systems };

/// The option for it.
pub(crate) const NU_DESCRIPTOR: Descriptor =
    Descriptor { key: "nu", property: "numberingSystem", kind: Kind::Type };

const SERVICE: Service =
    Service { name: "Intl.NumberFormat", descriptors: &[NU_DESCRIPTOR], extensions: &[NU_EXTENSION] };

fn numbering_systems(locale: &Locale) -> KeyData {
    let own = default_numbering_system(locale);
    let own = NUMBERING_SYSTEMS.iter().find(|name| **name == own).copied().unwrap_or("latn");
    let others = NUMBERING_SYSTEMS.iter().filter(|name| **name != own).copied();
    std::iter::once(own).chain(others).map(Some).collect()
}

/// The internal slots of an Intl.NumberFormat.
#[derive(Clone)]
pub(crate) struct NumberFormat(Arc<Slots>);

pub(crate) struct Slots {
    pub(super) locale: String,
    pub(super) numbering_system: String,
    pub(super) style: &'static str,
    pub(super) currency: Option<CurrencySlots>,
    /// `[[Unit]]` and `[[UnitDisplay]]`
    pub(super) unit: Option<(String, &'static str)>,
    pub(super) notation: &'static str,
    pub(super) compact_display: Option<&'static str>,
    pub(super) use_grouping: BooleanOrString,
    pub(super) sign_display: &'static str,
    pub(crate) formatter: Formatter,
}

/// `[[Currency]]`, `[[CurrencyDisplay]]` and `[[CurrencySign]]`
pub(super) struct CurrencySlots {
    pub(super) code: String,
    pub(super) display: &'static str,
    pub(super) sign: &'static str,
}

impl Deref for NumberFormat {
    type Target = Slots;

    fn deref(&self) -> &Slots {
        &self.0
    }
}

/// What SetNumberFormatUnitOptions sets.
struct UnitOptions {
    style: &'static str,
    currency: Option<CurrencySlots>,
    unit: Option<(String, &'static str)>,
}

/// SetNumberFormatUnitOptions ( intlObj, options )
fn set_number_format_unit_options(vm: &Vm, options: Bag) -> Res<UnitOptions> {
    let styles = ["decimal", "percent", "currency", "unit"];
    let style = get_option_string(vm, options, "style", &styles)?.unwrap_or("decimal");
    let currency = match get_option_any(vm, options, "currency")? {
        None if style == "currency" => {
            return Err(vm.type_error("Currency code is required with currency style."));
        }
        None => String::new(),
        Some(currency) => {
            let currency = currency.to_std();
            if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_alphabetic()) {
                return Err(vm.range_error(format_args!("Invalid currency code : {currency}")));
            }
            currency.to_ascii_uppercase()
        }
    };
    let displays = ["code", "symbol", "narrowSymbol", "name"];
    let display = get_option_string(vm, options, "currencyDisplay", &displays)?.unwrap_or("symbol");
    let sign =
        get_option_string(vm, options, "currencySign", &["standard", "accounting"])?.unwrap_or("standard");
    let unit = match get_option_any(vm, options, "unit")? {
        None if style == "unit" => {
            return Err(vm.type_error("Invalid unit argument for Intl.NumberFormat() ''"));
        }
        None => String::new(),
        Some(unit) => {
            let unit = unit.to_std();
            if !is_well_formed_unit_identifier(&unit) {
                let message = format_args!("Invalid unit argument for Intl.NumberFormat() '{unit}'");
                return Err(vm.range_error(message));
            }
            unit
        }
    };
    let width =
        get_option_string(vm, options, "unitDisplay", &["short", "narrow", "long"])?.unwrap_or("short");
    Ok(UnitOptions {
        style,
        currency: (style == "currency").then_some(CurrencySlots { code: currency, display, sign }),
        unit: (style == "unit").then_some((unit, width)),
    })
}

/// What is read of the options after the digit options.
struct DisplayOptions {
    compact_display: Option<&'static str>,
    use_grouping: BooleanOrString,
    sign_display: &'static str,
}

fn display_options(vm: &Vm, options: Bag, notation: &str) -> Res<DisplayOptions> {
    let display = get_option_string(vm, options, "compactDisplay", &["short", "long"])?.unwrap_or("short");
    let compact = notation == "compact";
    let default = BooleanOrString::String(if compact { "min2" } else { "auto" });
    let allowed = ["min2", "auto", "always", "true", "false"];
    let grouping = get_boolean_or_string_number_format_option(vm, options, "useGrouping", &allowed)?;
    let use_grouping = match grouping.unwrap_or(default) {
        BooleanOrString::String("true" | "false") => default,
        BooleanOrString::Boolean(true) => BooleanOrString::String("always"),
        other => other,
    };
    let signs = ["auto", "never", "always", "exceptZero", "negative"];
    let sign_display = get_option_string(vm, options, "signDisplay", &signs)?.unwrap_or("auto");
    Ok(DisplayOptions { compact_display: compact.then_some(display), use_grouping, sign_display })
}

impl NumberFormat {
    /// The steps of the constructor behind OrdinaryCreateFromConstructor. Errors name `name`.
    pub(crate) fn construct(
        vm: &Vm,
        name: &'static str,
        locales: Value,
        options: Value,
    ) -> Res<NumberFormat> {
        let service = Service { name, ..SERVICE };
        let resolution = resolve_options(vm, &service, (locales, options), Reading::Coerce, |_| {})?;
        let (options, resolved) = (resolution.options, resolution.resolved);
        let units = set_number_format_unit_options(vm, options)?;
        let notations = ["standard", "scientific", "engineering", "compact"];
        let notation = get_option_string(vm, options, "notation", &notations)?.unwrap_or("standard");
        let (minimum, maximum) = match &units.currency {
            Some(currency) if notation == "standard" => {
                let digits = currency_digits(&currency.code);
                (digits, digits)
            }
            _ if units.style == "percent" => (0, 0),
            _ => (0, 3),
        };
        let digits = set_number_format_digit_options(vm, options, minimum, maximum, notation == "compact")?;
        let display = display_options(vm, options, notation)?;
        let numbering_system = resolved.keyword("nu").unwrap_or("latn").to_owned();
        let names = (resolved.data_locale, numbering_system.as_str());
        let formatter = formatter(names, &units, digits, (notation, &display));
        Ok(NumberFormat(Arc::new(Slots {
            locale: resolved.locale.to_string(),
            numbering_system,
            style: units.style,
            currency: units.currency,
            unit: units.unit,
            notation,
            compact_display: display.compact_display,
            use_grouping: display.use_grouping,
            sign_display: display.sign_display,
            formatter,
        })))
    }
}

/// All that formatting needs, with the data of the locale.
fn formatter(
    (locale, numbering_system): (Locale, &str),
    units: &UnitOptions,
    digits: DigitOptions,
    (notation, display): (&str, &DisplayOptions),
) -> Formatter {
    let rules = PluralRules::try_new_cardinal((&locale).into()).ok();
    Formatter {
        style: style(&locale, numbering_system, units, rules.as_ref()),
        symbols: symbols(&locale, numbering_system, units),
        rules,
        digits,
        notation: match (notation, display.compact_display) {
            ("scientific", _) => Notation::Scientific,
            ("engineering", _) => Notation::Engineering,
            (_, Some(display)) => Notation::compact(&locale, numbering_system, display),
            _ => Notation::Standard,
        },
        grouping: grouping(display.use_grouping),
        sign_display: sign_display(display.sign_display),
        locale,
    }
}

/// The symbols of the locale, as the patterns for a style want them.
fn symbols(locale: &Locale, numbering_system: &str, units: &UnitOptions) -> Symbols {
    let mut symbols = Symbols::load(locale, numbering_system);
    if let Some(currency) = &units.currency {
        let accounting = currency.sign == "accounting";
        if currency.display != "name" {
            let pattern = if accounting { Thousands::Accounting } else { Thousands::Currency };
            symbols.use_thousands(locale, pattern);
        }
        if let Ok(currency) = CurrencyType::try_from_str(&currency.code) {
            symbols.use_currency(locale, numbering_system, currency);
        }
    } else if units.style == "percent" {
        symbols.use_thousands(locale, Thousands::Percent);
    }
    symbols
}

/// The patterns for a style.
fn style(locale: &Locale, numbering_system: &str, units: &UnitOptions, rules: Option<&PluralRules>) -> Style {
    if let Some(currency) = &units.currency {
        return Style::Currency {
            currency: Currency::load(locale, numbering_system, &currency.code, currency.display),
            accounting: currency.sign == "accounting",
        };
    }
    let kind = match &units.unit {
        // The symbol of this unit is the percent sign of the numbering system.
        Some((unit, width)) if unit == "percent" && *width != "long" => "unit",
        Some((unit, width)) => return Style::Unit(Unit::load(locale, unit, width, rules)),
        None if units.style == "percent" => "percentSign",
        None => return Style::Decimal,
    };
    let patterns = load_for_digits(&icu_experimental::provider::Baked, locale, numbering_system);
    Style::Percent(Percent { patterns, symbol: percent_sign(numbering_system), kind })
}

fn grouping(option: BooleanOrString) -> Grouping {
    match option {
        BooleanOrString::Boolean(_) => Grouping::Never,
        BooleanOrString::String("always") => Grouping::Always,
        BooleanOrString::String("min2") => Grouping::Min2,
        BooleanOrString::String(_) => Grouping::Auto,
    }
}

fn sign_display(option: &str) -> SignDisplay {
    match option {
        "always" => SignDisplay::Always,
        "never" => SignDisplay::Never,
        "exceptZero" => SignDisplay::ExceptZero,
        "negative" => SignDisplay::Negative,
        _ => SignDisplay::Auto,
    }
}
