//! Components of date and time formats: which fields a format has, and how wide each of them is.

const TEXT: &[&str] = &["narrow", "short", "long"];
const NUMBER: &[&str] = &["2-digit", "numeric"];
const MONTH: &[&str] = &["2-digit", "numeric", "narrow", "short", "long"];
const ZONE: &[&str] = &["short", "long", "shortOffset", "longOffset", "shortGeneric", "longGeneric"];

/// Declares the components from the rows of their table: the name of the property, and the values that the option can have.
macro_rules! components {
    ($($component:ident $name:literal $values:expr;)*) => {
        /// The rows of the table of components, in its order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Component {
            $($component,)*
        }

        use Component::{$($component,)*};

        impl Component {
            /// All of them, in the order in which options are read.
            pub(super) const ALL: [Component; 11] = [$($component,)*];

            /// The name of the property.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $($component => $name,)*
                }
            }

            /// The values that the option can have; fractions have numbers.
            pub(super) fn values(self) -> &'static [&'static str] {
                match self {
                    $($component => $values,)*
                }
            }
        }
    };
}

components! {
    Weekday "weekday" TEXT;
    Era "era" TEXT;
    Year "year" NUMBER;
    Month "month" MONTH;
    Day "day" NUMBER;
    DayPeriod "dayPeriod" TEXT;
    Hour "hour" NUMBER;
    Minute "minute" NUMBER;
    Second "second" NUMBER;
    FractionalSecondDigits "fractionalSecondDigits" &[];
    TimeZoneName "timeZoneName" ZONE;
}

/// How wide a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Width {
    TwoDigit,
    Numeric,
    Narrow,
    Short,
    Long,
    ShortOffset,
    LongOffset,
    ShortGeneric,
    LongGeneric,
    /// Of fractions of a second: 1 to 3.
    Digits(u8),
}

impl Width {
    pub(super) fn from_name(name: &str) -> Option<Width> {
        Some(match name {
            "2-digit" => Width::TwoDigit,
            "numeric" => Width::Numeric,
            "narrow" => Width::Narrow,
            "short" => Width::Short,
            "long" => Width::Long,
            "shortOffset" => Width::ShortOffset,
            "longOffset" => Width::LongOffset,
            "shortGeneric" => Width::ShortGeneric,
            "longGeneric" => Width::LongGeneric,
            _ => return None,
        })
    }

    /// The value of the option; `None`: a number of digits.
    pub(super) fn name(self) -> Option<&'static str> {
        Some(match self {
            Width::TwoDigit => "2-digit",
            Width::Numeric => "numeric",
            Width::Narrow => "narrow",
            Width::Short => "short",
            Width::Long => "long",
            Width::ShortOffset => "shortOffset",
            Width::LongOffset => "longOffset",
            Width::ShortGeneric => "shortGeneric",
            Width::LongGeneric => "longGeneric",
            Width::Digits(_) => return None,
        })
    }

    pub(super) fn is_numeric(self) -> bool {
        matches!(self, Width::TwoDigit | Width::Numeric)
    }
}

/// The fields of a format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Fields([Option<Width>; 11]);

/// Fields of dates; an era comes along with what it is an era of.
pub(super) const DATE: &[Component] = &[Weekday, Year, Month, Day];
/// Fields of times.
pub(super) const TIME: &[Component] = &[DayPeriod, Hour, Minute, Second, FractionalSecondDigits];
const ANY: &[Component] =
    &[Weekday, Year, Month, Day, DayPeriod, Hour, Minute, Second, FractionalSecondDigits];

impl Fields {
    pub(super) fn get(&self, component: Component) -> Option<Width> {
        self.0.get(component as usize).copied().flatten()
    }

    pub(super) fn has(&self, component: Component) -> bool {
        self.get(component).is_some()
    }

    pub(super) fn has_any(&self, components: &[Component]) -> bool {
        components.iter().any(|component| self.has(*component))
    }

    pub(super) fn set(&mut self, component: Component, width: Option<Width>) {
        if let Some(field) = self.0.get_mut(component as usize) {
            *field = width;
        }
    }

    /// Those of these components that are there.
    pub(super) fn only(&self, components: &[Component]) -> Fields {
        let mut fields = Fields::default();
        for component in components {
            fields.set(*component, self.get(*component));
        }
        fields
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// Which fields a format must have one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Required {
    Date,
    Time,
    YearMonth,
    MonthDay,
    Any,
}

/// Which fields it has if none of these was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Defaults {
    Date,
    Time,
    YearMonth,
    MonthDay,
    ZonedDateTime,
    All,
}

impl Required {
    fn components(self) -> &'static [Component] {
        match self {
            Required::Date => DATE,
            Required::Time => TIME,
            Required::YearMonth => &[Year, Month],
            Required::MonthDay => &[Month, Day],
            Required::Any => ANY,
        }
    }
}

impl Defaults {
    fn components(self) -> &'static [Component] {
        match self {
            Defaults::Date => &[Year, Month, Day],
            Defaults::Time => &[Hour, Minute, Second],
            Defaults::YearMonth => &[Year, Month],
            Defaults::MonthDay => &[Month, Day],
            Defaults::ZonedDateTime | Defaults::All => &[Year, Month, Day, Hour, Minute, Second],
        }
    }
}

/// GetDateTimeFormat ( formats, matcher, options, required, defaults, inherit ): the fields of the format. `None`: there is none.
pub(super) fn date_time_format(
    options: &Fields,
    required: Required,
    defaults: Defaults,
    inherit_all: bool,
) -> Option<Fields> {
    let mut fields = if inherit_all { *options } else { Fields::default() };
    if !inherit_all && matches!(required, Required::Date | Required::YearMonth | Required::Any) {
        fields.set(Era, options.get(Era));
    }
    for component in required.components() {
        if options.has(*component) {
            fields.set(*component, options.get(*component));
        }
    }
    if !options.has_any(required.components()) {
        if !inherit_all && options.has_any(ANY) {
            return None;
        }
        for component in defaults.components() {
            fields.set(*component, Some(Width::Numeric));
        }
        if defaults == Defaults::ZonedDateTime && !fields.has(TimeZoneName) {
            fields.set(TimeZoneName, Some(Width::Short));
        }
    }
    Some(fields)
}
