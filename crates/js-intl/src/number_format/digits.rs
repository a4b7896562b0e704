//! The digit options, which Intl.NumberFormat and Intl.PluralRules share.

use super::rounding::RoundingMode;
use crate::object::Record;
use crate::options::{Bag, default_number_option, get_number_option, get_option, get_option_string};
use js_rt::Value;
use js_vm::{Res, Throw, Vm};

/// `[[RoundingType]]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoundingType {
    FractionDigits,
    SignificantDigits,
    MorePrecision,
    LessPrecision,
}

/// What SetNumberFormatDigitOptions sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DigitOptions {
    pub(crate) minimum_integer_digits: usize,
    /// `[[MinimumFractionDigits]]` and `[[MaximumFractionDigits]]`
    pub(crate) fraction_digits: (usize, usize),
    /// `[[MinimumSignificantDigits]]` and `[[MaximumSignificantDigits]]`
    pub(crate) significant_digits: (usize, usize),
    /// Whether the fraction digits are set.
    has_fraction_digits: bool,
    /// Whether the significant digits are set.
    has_significant_digits: bool,
    pub(crate) rounding_type: RoundingType,
    pub(crate) rounding_increment: u32,
    pub(crate) rounding_mode: RoundingMode,
    rounding_mode_name: &'static str,
    /// `[[TrailingZeroDisplay]]` is "stripIfInteger".
    pub(crate) strip_if_integer: bool,
}

const INCREMENTS: [i32; 15] = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];

const ROUNDING_MODES: [(&str, RoundingMode); 9] = [
    ("ceil", RoundingMode::Ceil),
    ("floor", RoundingMode::Floor),
    ("expand", RoundingMode::Expand),
    ("trunc", RoundingMode::Trunc),
    ("halfCeil", RoundingMode::HalfCeil),
    ("halfFloor", RoundingMode::HalfFloor),
    ("halfExpand", RoundingMode::HalfExpand),
    ("halfTrunc", RoundingMode::HalfTrunc),
    ("halfEven", RoundingMode::HalfEven),
];

/// The values of the options as they were read.
struct Read {
    minimum_fraction: Value,
    maximum_fraction: Value,
    minimum_significant: Value,
    maximum_significant: Value,
    priority: &'static str,
}

/// SetNumberFormatDigitOptions ( intlObj, options, mnfdDefault, mxfdDefault, notation )
pub(crate) fn set_number_format_digit_options(
    vm: &Vm,
    options: Bag,
    minimum_fraction: usize,
    maximum_fraction: usize,
    compact: bool,
) -> Res<DigitOptions> {
    let minimum_integer = get_number_option(vm, options, "minimumIntegerDigits", 1, 21)?.unwrap_or(1);
    let digits = [
        get_option(vm, options, "minimumFractionDigits")?,
        get_option(vm, options, "maximumFractionDigits")?,
        get_option(vm, options, "minimumSignificantDigits")?,
        get_option(vm, options, "maximumSignificantDigits")?,
    ];
    let increment = get_number_option(vm, options, "roundingIncrement", 1, 5000)?.unwrap_or(1);
    if !INCREMENTS.contains(&increment) {
        return Err(out_of_range(vm, "roundingIncrement"));
    }
    let names = ROUNDING_MODES.map(|(name, _)| name);
    let mode = get_option_string(vm, options, "roundingMode", &names)?.unwrap_or("halfExpand");
    let priorities = ["auto", "morePrecision", "lessPrecision"];
    let priority = get_option_string(vm, options, "roundingPriority", &priorities)?.unwrap_or("auto");
    let zeros = get_option_string(vm, options, "trailingZeroDisplay", &["auto", "stripIfInteger"])?;
    let rounding_mode = ROUNDING_MODES.iter().find(|(name, _)| *name == mode);
    let mut slots = DigitOptions {
        minimum_integer_digits: count(minimum_integer),
        fraction_digits: (0, 0),
        significant_digits: (1, 21),
        has_fraction_digits: false,
        has_significant_digits: false,
        rounding_type: RoundingType::FractionDigits,
        rounding_increment: increment.unsigned_abs(),
        rounding_mode: rounding_mode.map_or(RoundingMode::HalfExpand, |(_, mode)| *mode),
        rounding_mode_name: mode,
        strip_if_integer: zeros == Some("stripIfInteger"),
    };
    let maximum_fraction = if increment == 1 { maximum_fraction } else { minimum_fraction };
    let read = Read {
        minimum_fraction: digits[0],
        maximum_fraction: digits[1],
        minimum_significant: digits[2],
        maximum_significant: digits[3],
        priority,
    };
    set_digits(vm, &mut slots, &read, (minimum_fraction, maximum_fraction), compact)?;
    check_increment(vm, &slots)?;
    Ok(slots)
}

/// The steps of SetNumberFormatDigitOptions that choose between fraction and significant digits.
fn set_digits(
    vm: &Vm,
    slots: &mut DigitOptions,
    read: &Read,
    defaults: (usize, usize),
    compact: bool,
) -> Res<()> {
    let has_significant =
        !read.minimum_significant.is_undefined() || !read.maximum_significant.is_undefined();
    let has_fraction = !read.minimum_fraction.is_undefined() || !read.maximum_fraction.is_undefined();
    let auto = read.priority == "auto";
    let need_significant = !auto || has_significant;
    let need_fraction = !auto || !(need_significant || !has_fraction && compact);
    if need_significant {
        slots.has_significant_digits = true;
        if has_significant {
            slots.significant_digits = significant_digits(vm, read)?;
        }
    }
    if need_fraction {
        slots.has_fraction_digits = true;
        slots.fraction_digits = if has_fraction { fraction_digits(vm, read, defaults)? } else { defaults };
    }
    slots.rounding_type = match read.priority {
        _ if !need_significant && !need_fraction => {
            slots.significant_digits = (1, 2);
            (slots.has_significant_digits, slots.has_fraction_digits) = (true, true);
            RoundingType::MorePrecision
        }
        "morePrecision" => RoundingType::MorePrecision,
        "lessPrecision" => RoundingType::LessPrecision,
        _ if has_significant => RoundingType::SignificantDigits,
        _ => RoundingType::FractionDigits,
    };
    Ok(())
}

fn significant_digits(vm: &Vm, read: &Read) -> Res<(usize, usize)> {
    let minimum = default_number_option(vm, read.minimum_significant, "minimumSignificantDigits", 1, 21)?;
    let minimum = minimum.unwrap_or(1);
    let maximum =
        default_number_option(vm, read.maximum_significant, "maximumSignificantDigits", minimum, 21)?;
    Ok((count(minimum), count(maximum.unwrap_or(21))))
}

fn fraction_digits(vm: &Vm, read: &Read, defaults: (usize, usize)) -> Res<(usize, usize)> {
    let minimum = default_number_option(vm, read.minimum_fraction, "minimumFractionDigits", 0, 100)?;
    let maximum = default_number_option(vm, read.maximum_fraction, "maximumFractionDigits", 0, 100)?;
    match (minimum.map(count), maximum.map(count)) {
        (Some(minimum), Some(maximum)) if minimum > maximum => Err(out_of_range(vm, "maximumFractionDigits")),
        (Some(minimum), maximum) => Ok((minimum, maximum.unwrap_or(defaults.1.max(minimum)))),
        (None, maximum) => {
            let maximum = maximum.unwrap_or(defaults.1);
            Ok((defaults.0.min(maximum), maximum))
        }
    }
}

/// What a rounding increment asks of the other options.
fn check_increment(vm: &Vm, slots: &DigitOptions) -> Res<()> {
    if slots.rounding_increment == 1 {
        return Ok(());
    }
    if slots.rounding_type != RoundingType::FractionDigits {
        return Err(vm.type_error("RoundingType is not fractionDigits"));
    }
    if slots.fraction_digits.0 != slots.fraction_digits.1 {
        return Err(vm.range_error("maximumFractionDigits not equal to minimumFractionDigits"));
    }
    Ok(())
}

/// A number of digits, which was checked not to be negative.
fn count(digits: i32) -> usize {
    usize::try_from(digits).unwrap_or(0)
}

#[cold]
fn out_of_range(vm: &Vm, name: &str) -> Throw {
    vm.range_error(format_args!("{name} value is out of range."))
}

impl DigitOptions {
    /// Those of a formatter that another object makes for itself: as without options, with `fraction` digits behind the point.
    pub(crate) fn with_fraction(minimum: usize, maximum: usize) -> DigitOptions {
        DigitOptions {
            minimum_integer_digits: 1,
            fraction_digits: (minimum, maximum),
            significant_digits: (1, 21),
            has_fraction_digits: true,
            has_significant_digits: false,
            rounding_type: RoundingType::FractionDigits,
            rounding_increment: 1,
            rounding_mode: RoundingMode::HalfExpand,
            rounding_mode_name: "halfExpand",
            strip_if_integer: false,
        }
    }

    /// The same with the rounding mode "trunc".
    pub(crate) fn truncating(mut self) -> DigitOptions {
        (self.rounding_mode, self.rounding_mode_name) = (RoundingMode::Trunc, "trunc");
        self
    }

    /// The rows of the tables of resolved options from `[[MinimumIntegerDigits]]` to `[[MaximumSignificantDigits]]`.
    pub(crate) fn resolve_digits(&self, resolved: &Record<'_>) -> Res<()> {
        resolved.set("minimumIntegerDigits", number(self.minimum_integer_digits))?;
        if self.has_fraction_digits {
            resolved.set("minimumFractionDigits", number(self.fraction_digits.0))?;
            resolved.set("maximumFractionDigits", number(self.fraction_digits.1))?;
        }
        if self.has_significant_digits {
            resolved.set("minimumSignificantDigits", number(self.significant_digits.0))?;
            resolved.set("maximumSignificantDigits", number(self.significant_digits.1))?;
        }
        Ok(())
    }

    /// The rows of the tables of resolved options from `[[RoundingIncrement]]` to `[[TrailingZeroDisplay]]`.
    pub(crate) fn resolve_rounding(&self, resolved: &Record<'_>) -> Res<()> {
        resolved.set("roundingIncrement", Value::from(self.rounding_increment))?;
        resolved.text("roundingMode", self.rounding_mode_name)?;
        resolved.text(
            "roundingPriority",
            match self.rounding_type {
                RoundingType::FractionDigits | RoundingType::SignificantDigits => "auto",
                RoundingType::MorePrecision => "morePrecision",
                RoundingType::LessPrecision => "lessPrecision",
            },
        )?;
        resolved.text("trailingZeroDisplay", if self.strip_if_integer { "stripIfInteger" } else { "auto" })
    }
}

fn number(digits: usize) -> Value {
    Value::from(u32::try_from(digits).unwrap_or(u32::MAX))
}
