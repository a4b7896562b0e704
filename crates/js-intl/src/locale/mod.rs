//! 15 Locale Objects.

mod construct;
mod info;
mod regions;

use crate::canonical;
use crate::canonical::{Tag, canonicalize};
use crate::object::{Kind, allocate, fill, this_slot};
use icu_locale::LanguageIdentifier;
use icu_locale::extensions::unicode::Key;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

/// The internal slots of Intl.Locale objects: all others are keywords of `[[Locale]]`.
#[derive(Clone)]
pub(crate) struct LocaleSlot {
    pub(crate) tag: Tag,
}

impl Kind for LocaleSlot {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlLocalePrototype;
    const NAME: &'static str = "Intl.Locale";
}

impl LocaleSlot {
    /// The value of a keyword, the empty string for one without value.
    fn keyword(&self, key: &str) -> Option<String> {
        let key = Key::try_from_str(key).ok()?;
        Some(self.tag.locale.extensions.unicode.keywords.get(&key)?.to_string())
    }
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlLocale, "Locale", 1, construct::construct)
        .prototype(Intrinsic::IntlLocalePrototype)
        .to_string_tag("Intl.Locale")
        .method("toString", 0, to_string)
        .method("maximize", 0, maximize)
        .method("minimize", 0, minimize)
        .method("getCalendars", 0, info::get_calendars)
        .method("getCollations", 0, info::get_collations)
        .method("getHourCycles", 0, info::get_hour_cycles)
        .method("getNumberingSystems", 0, info::get_numbering_systems)
        .method("getTextInfo", 0, info::get_text_info)
        .method("getTimeZones", 0, info::get_time_zones)
        .method("getWeekInfo", 0, info::get_week_info)
        .getter("baseName", |vm, args| text_getter(vm, args, "baseName", |slot| Some(slot.tag.base_name())))
        .getter("calendar", |vm, args| text_getter(vm, args, "calendar", |slot| slot.keyword("ca")))
        .getter("caseFirst", |vm, args| text_getter(vm, args, "caseFirst", |slot| slot.keyword("kf")))
        .getter("collation", |vm, args| text_getter(vm, args, "collation", |slot| slot.keyword("co")))
        .getter("firstDayOfWeek", |vm, args| {
            text_getter(vm, args, "firstDayOfWeek", |slot| slot.keyword("fw"))
        })
        .getter("hourCycle", |vm, args| text_getter(vm, args, "hourCycle", |slot| slot.keyword("hc")))
        .getter("numeric", numeric)
        .getter("numberingSystem", |vm, args| {
            text_getter(vm, args, "numberingSystem", |slot| slot.keyword("nu"))
        })
        .getter("language", |vm, args| text_getter(vm, args, "language", |slot| Some(slot.tag.language())))
        .getter("script", |vm, args| {
            text_getter(vm, args, "script", |slot| slot.tag.locale.id.script.map(|script| script.to_string()))
        })
        .getter("region", |vm, args| {
            text_getter(vm, args, "region", |slot| slot.tag.locale.id.region.map(|region| region.to_string()))
        })
        .getter("variants", |vm, args| {
            text_getter(vm, args, "variants", |slot| {
                let variants = &slot.tag.locale.id.variants;
                (!variants.is_empty()).then(|| variants.to_string())
            })
        })
        .member_of(Intrinsic::Intl)
        .finish()?;
    Ok(())
}

/// What the getters have in common: a string, or undefined.
fn text_getter(
    vm: &Vm,
    args: &Args<'_>,
    name: &str,
    get: impl FnOnce(&LocaleSlot) -> Option<String>,
) -> Res<Value> {
    match get(&this_slot::<LocaleSlot>(vm, args, name)?) {
        Some(text) => Ok(vm.rt.str_from_utf8(&text)?.into()),
        None => Ok(Value::UNDEFINED),
    }
}

/// get Intl.Locale.prototype.numeric
fn numeric(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let slot = this_slot::<LocaleSlot>(vm, args, "numeric")?;
    Ok(slot.keyword("kn").is_some_and(|value| value.is_empty()).into())
}

/// Intl.Locale.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    text_getter(vm, args, "toString", |slot| Some(slot.tag.to_string()))
}

/// Intl.Locale.prototype.maximize ( )
fn maximize(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    change(vm, args, "maximize", canonical::maximize)
}

/// Intl.Locale.prototype.minimize ( )
fn minimize(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    change(vm, args, "minimize", canonical::minimize)
}

/// A new object for the locale that `change` makes of this one.
fn change(vm: &Vm, args: &Args<'_>, name: &str, change: fn(&mut LanguageIdentifier)) -> Res<Value> {
    let mut slot = this_slot::<LocaleSlot>(vm, args, name)?;
    if slot.tag.language.is_none() {
        change(&mut slot.tag.locale.id);
        canonicalize(&mut slot.tag.locale);
    }
    let o = allocate::<LocaleSlot>(vm, None)?;
    fill(vm, o, slot)
}
