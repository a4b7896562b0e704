//! CreateDateTimeFormat: from arguments to the internal slots of a format.

use super::calendars::Preferences;
use super::fields::{Component, Defaults, Fields, Required, Width, date_time_format};
use super::items::{HourCycle, fields_of};
use super::locale_data;
use super::shape::{Shape, Style};
use super::zone::Zone;
use crate::negotiate::{
    Choice, Choices, Descriptor, Extension, Kind, Reading, Resolution, Service, resolve_options,
};
use crate::number_format::{NU_DESCRIPTOR, NU_EXTENSION};
use crate::options::{Bag, get_number_option, get_option, get_option_string};
use js_rt::Value;
use js_vm::{Res, Vm};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The internal slots of the constructor.
pub(crate) const SERVICE: Service = Service {
    name: "Intl.DateTimeFormat",
    descriptors: &[
        Descriptor { key: "ca", property: "calendar", kind: Kind::Type },
        NU_DESCRIPTOR,
        Descriptor { key: "hour12", property: "hour12", kind: Kind::Boolean },
        Descriptor { key: "hc", property: "hourCycle", kind: Kind::Values(&["h11", "h12", "h23", "h24"]) },
    ],
    extensions: &[
        Extension { key: "ca", values: locale_data::calendars },
        Extension { key: "hc", values: locale_data::hour_cycles },
        NU_EXTENSION,
    ],
};

/// The formats of an object, by what is formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Numbers.
    Number,
    Instant,
    PlainDate,
    PlainYearMonth,
    PlainMonthDay,
    PlainTime,
    PlainDateTime,
}

/// The internal slots of Intl.DateTimeFormat objects.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `[[Locale]]`
    pub(super) locale: String,
    /// The locale whose data are used.
    pub(super) tag: String,
    pub(super) preferences: Preferences,
    pub(super) calendar: String,
    pub(super) numbering_system: String,
    pub(super) zone: Zone,
    /// `[[HourCycle]]`, even of formats without hours.
    pub(super) cycle: HourCycle,
    pub(super) styles: (Option<Style>, Option<Style>),
    /// The options for components.
    options: Fields,
    purpose: Purpose,
}

/// What a format is created for.
#[derive(Clone, Debug)]
pub(crate) struct Purpose {
    pub(crate) required: Required,
    pub(crate) defaults: Defaults,
    /// The time zone of the Temporal.ZonedDateTime that is to be formatted.
    pub(crate) zone: Option<String>,
}

impl Purpose {
    pub(crate) fn new(required: Required, defaults: Defaults) -> Purpose {
        Purpose { required, defaults, zone: None }
    }
}

impl Settings {
    /// The format for numbers or objects of a type. `None`: there is none.
    pub(super) fn shape(&self, subject: Subject) -> Option<Shape> {
        if let (None, None) = self.styles {
            return self.shape_of_fields(subject).map(Shape::Fields);
        }
        self.shape_of_styles(subject)
    }

    fn shape_of_fields(&self, subject: Subject) -> Option<Fields> {
        let Purpose { required, defaults, zone } = &self.purpose;
        let (required, defaults, all) = match subject {
            Subject::Number => (*required, *defaults, true),
            Subject::Instant if zone.is_some() => (Required::Any, Defaults::ZonedDateTime, true),
            Subject::Instant => (Required::Any, Defaults::All, true),
            Subject::PlainDate => (Required::Date, Defaults::Date, false),
            Subject::PlainYearMonth => (Required::YearMonth, Defaults::YearMonth, false),
            Subject::PlainMonthDay => (Required::MonthDay, Defaults::MonthDay, false),
            Subject::PlainTime => (Required::Time, Defaults::Time, false),
            Subject::PlainDateTime => (Required::Any, Defaults::All, false),
        };
        date_time_format(&self.options, required, defaults, all)
    }

    /// AdjustDateTimeStyleFormat ( formats, baseFormat, matcher, allowedOptions )
    fn shape_of_styles(&self, subject: Subject) -> Option<Shape> {
        let (date, time) = self.styles;
        let partial = |components: &[Component]| {
            date?;
            let base = fields_of(&self.items(Shape::Styles { date, time: None, zone: false }));
            Some(Shape::Fields(base.only(components)))
        };
        match subject {
            Subject::Number | Subject::Instant => Some(Shape::Styles { date, time, zone: true }),
            Subject::PlainDate => date.map(|_| Shape::Styles { date, time: None, zone: false }),
            Subject::PlainTime => time.map(|_| Shape::Styles { date: None, time, zone: false }),
            Subject::PlainDateTime => Some(Shape::Styles { date, time, zone: false }),
            Subject::PlainYearMonth => partial(&[Component::Era, Component::Year, Component::Month]),
            Subject::PlainMonthDay => partial(&[Component::Month, Component::Day]),
        }
    }
}

/// 11.1.2 CreateDateTimeFormat ( newTarget, locales, options, required, defaults [ , toLocaleStringTimeZone ] ), without the object
pub(crate) fn create(vm: &Vm, locales: Value, options: Value, purpose: Purpose) -> Res<Arc<Settings>> {
    if locales.is_undefined() && options.is_undefined() && purpose.zone.is_none() {
        return create_default(vm, purpose);
    }
    read(vm, locales, options, purpose).map(Arc::new)
}

/// The same for undefined arguments: nobody sees that it happens once only.
fn create_default(vm: &Vm, purpose: Purpose) -> Res<Arc<Settings>> {
    type Known = Vec<((Required, Defaults), Arc<Settings>)>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let key = (purpose.required, purpose.defaults);
    let find = |known: &Known| known.iter().find(|(one, _)| *one == key).map(|(_, found)| found.clone());
    if let Some(found) = find(&KNOWN.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(found);
    }
    let made = Arc::new(read(vm, Value::UNDEFINED, Value::UNDEFINED, purpose)?);
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).push((key, made.clone()));
    Ok(made)
}

fn read(vm: &Vm, locales: Value, options: Value, purpose: Purpose) -> Res<Settings> {
    let mut hour12 = None;
    let take_hour12 = |choices: &mut Choices| {
        if let Choice::Value(value) = choices.get("hour12") {
            hour12 = Some(value == "true");
            choices.set("hc", Choice::Null);
        }
    };
    let Resolution { options, resolved, .. } =
        resolve_options(vm, &SERVICE, (locales, options), Reading::Coerce, take_hour12)?;
    let numbering_system = resolved.keyword("nu").unwrap_or("latn").to_owned();
    let calendar = resolved.keyword("ca").unwrap_or("gregory");
    let calendar = locale_data::fallback_calendar(calendar, &resolved.data_locale).to_owned();
    let preferences = Preferences::from(&resolved.with(&[("nu", &numbering_system)]));
    let cycle = match (hour12, resolved.keyword("hc").and_then(HourCycle::from_name)) {
        (Some(true), _) => locale_data::hour_cycle_12(&resolved.data_locale),
        (Some(false), _) => HourCycle::H23,
        (None, Some(cycle)) => cycle,
        (None, None) => locale_data::hour_cycle(preferences, &resolved.data_locale),
    };
    let zone = time_zone(vm, options, purpose.zone.as_deref())?;
    let fields = components(vm, options)?;
    get_option_string(vm, options, "formatMatcher", &["basic", "best fit"])?;
    let styles = styles(vm, options, &fields, purpose.required)?;
    Ok(Settings {
        locale: resolved.locale.to_string(),
        tag: resolved.data_locale.to_string(),
        preferences,
        calendar,
        numbering_system,
        zone,
        cycle,
        styles,
        options: fields,
        purpose,
    })
}

fn time_zone(vm: &Vm, options: Bag, known: Option<&str>) -> Res<Zone> {
    let value = get_option(vm, options, "timeZone")?;
    let identifier = if value.is_undefined() {
        known.unwrap_or(js_builtins::system_time_zone_identifier()).to_owned()
    } else if known.is_some() {
        return Err(vm.type_error(
            "timeZone is not allowed as an option of Temporal.ZonedDateTime.prototype.toLocaleString",
        ));
    } else {
        vm.to_string(value)?.to_std()
    };
    Zone::parse(&identifier)
        .ok_or_else(|| vm.range_error(format_args!("Invalid time zone specified: {identifier}")))
}

fn components(vm: &Vm, options: Bag) -> Res<Fields> {
    let mut fields = Fields::default();
    for component in Component::ALL {
        let width = if component == Component::FractionalSecondDigits {
            get_number_option(vm, options, component.name(), 1, 3)?.map(|digits| Width::Digits(digits as u8))
        } else {
            get_option_string(vm, options, component.name(), component.values())?.and_then(Width::from_name)
        };
        fields.set(component, width);
    }
    Ok(fields)
}

fn styles(vm: &Vm, options: Bag, fields: &Fields, required: Required) -> Res<(Option<Style>, Option<Style>)> {
    let style = |name| {
        let found = get_option_string(vm, options, name, Style::NAMES);
        found.map(|found| found.and_then(Style::from_name))
    };
    let date = style("dateStyle")?;
    let time = style("timeStyle")?;
    if date.is_none() && time.is_none() {
        return Ok((date, time));
    }
    if let Some(component) = Component::ALL.iter().find(|component| fields.has(**component)) {
        let (name, style) = (component.name(), if date.is_some() { "dateStyle" } else { "timeStyle" });
        return Err(vm.type_error(format_args!("Can't set option {name} when {style} is used")));
    }
    let refused = match required {
        Required::Date if time.is_some() => "timeStyle",
        Required::Time if date.is_some() => "dateStyle",
        _ => return Ok((date, time)),
    };
    Err(vm.type_error(format_args!("Invalid option : {refused}")))
}
