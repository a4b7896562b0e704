//! 12 DisplayNames Objects.

mod language;
mod names;

use crate::canonical::canonical_tag;
use crate::negotiate::{Reading, Service, is_type, resolve_options, supported_locales_of};
use crate::number_format::symbols::load;
use crate::object::{Kind, Record, allocate, fill, new_target, this_slot};
use crate::options::get_option_string;
use crate::values::CURRENCIES;
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::provider::currency::displayname::CurrencyDisplaynameV1;
use icu_experimental::dimension::provider::currency::symbols::{CurrencySymbolWidth, CurrencySymbolsV1};
use icu_experimental::provider::Baked;
use icu_locale::Locale;
use icu_locale::subtags::{Region, Script};
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Throw, Vm};
use language::{Looking, language_name};
use names::{Names, is_field};

const SERVICE: Service = Service { name: "Intl.DisplayNames", descriptors: &[], extensions: &[] };

/// The internal slots of Intl.DisplayNames objects.
#[derive(Clone)]
struct DisplayNames {
    locale: String,
    data_locale: Locale,
    style: &'static str,
    kind: &'static str,
    fallback: &'static str,
    language_display: &'static str,
    /// For the types `calendar` and `dateTimeField`.
    names: Option<Names>,
}

impl Kind for DisplayNames {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlDisplayNamesPrototype;
    const NAME: &'static str = "Intl.DisplayNames";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlDisplayNames, "DisplayNames", 2, construct)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlDisplayNamesPrototype)
        .to_string_tag("Intl.DisplayNames")
        .method("of", 1, of)
        .method("resolvedOptions", 0, resolved_options)
        .member_of(Intrinsic::Intl)
        .finish()?;
    Ok(())
}

const TYPES: [&str; 6] = ["language", "region", "script", "currency", "calendar", "dateTimeField"];

/// 12.1.1 Intl.DisplayNames ( locales, options )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<DisplayNames>(vm, args)?;
    let o = allocate::<DisplayNames>(vm, Some(target))?;
    let resolution = resolve_options(vm, &SERVICE, (args.get(0), args.get(1)), Reading::Require, |_| ())?;
    let options = resolution.options;
    let style = get_option_string(vm, options, "style", &["narrow", "short", "long"])?.unwrap_or("long");
    let Some(kind) = get_option_string(vm, options, "type", &TYPES)? else {
        return Err(vm.type_error("Required option \"type\" must not be undefined"));
    };
    let fallback = get_option_string(vm, options, "fallback", &["code", "none"])?.unwrap_or("code");
    let displays = ["dialect", "standard"];
    let language_display = get_option_string(vm, options, "languageDisplay", &displays)?.unwrap_or("dialect");
    let resolved = resolution.resolved;
    let (locale, data_locale) = (resolved.locale.to_string(), resolved.data_locale);
    let names = if matches!(kind, "calendar" | "dateTimeField") { Names::of(&data_locale) } else { None };
    fill(vm, o, DisplayNames { locale, data_locale, style, kind, fallback, language_display, names })
}

/// 12.3.2 Intl.DisplayNames.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let names = this_slot::<DisplayNames>(vm, args, "resolvedOptions")?;
    let options = Record::new(vm)?;
    options.text("locale", &names.locale)?;
    options.text("style", names.style)?;
    options.text("type", names.kind)?;
    options.text("fallback", names.fallback)?;
    if names.kind == "language" {
        options.text("languageDisplay", names.language_display)?;
    }
    Ok(options.finish())
}

/// 12.3.3 Intl.DisplayNames.prototype.of ( code )
fn of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let names = this_slot::<DisplayNames>(vm, args, "of")?;
    let code = vm.to_string(args.get(0))?.to_std();
    let (code, name) = names.find(&code).ok_or_else(|| invalid(vm, &names, &code))?;
    let text = name.or_else(|| (names.fallback == "code").then_some(code));
    text.map_or(Ok(Value::UNDEFINED), |text| Ok(vm.rt.str_from_utf8(&text)?.into()))
}

#[cold]
fn invalid(vm: &Vm, names: &DisplayNames, code: &str) -> Throw {
    let kind = names.kind;
    vm.range_error(format_args!("Invalid {kind} code for Intl.DisplayNames.prototype.of: {code}"))
}

impl DisplayNames {
    /// CanonicalCodeForDisplayNames, and the name of the code if there is one; `None` for what is no code.
    fn find(&self, code: &str) -> Option<(String, Option<String>)> {
        match self.kind {
            "language" => self.language(code),
            "region" => {
                let region = Region::try_from_str(code).ok()?;
                Some((code.to_ascii_uppercase(), self.looking().region(region)))
            }
            "script" => {
                let script = Script::try_from_str(code).ok()?;
                Some((script.to_string(), self.looking().script(script)))
            }
            "currency" => self.currency(code),
            "calendar" => {
                let code = if is_type(code) { code.to_ascii_lowercase() } else { return None };
                let name = self.names.and_then(|names| names.calendar(&code)).map(str::to_owned);
                Some((code, name))
            }
            _ if is_field(code) => {
                let name = self.names.and_then(|names| names.field(code, self.style)).map(str::to_owned);
                Some((code.to_owned(), name))
            }
            _ => None,
        }
    }

    fn looking(&self) -> Looking<'_> {
        // CLDR has no narrow names; those that it calls long are not the usual ones.
        let (short, dialect) = (self.style != "long", self.language_display == "dialect");
        Looking { locale: &self.data_locale, short, dialect }
    }

    fn language(&self, code: &str) -> Option<(String, Option<String>)> {
        let tag = canonical_tag(code).filter(|tag| tag.locale.extensions.is_empty())?;
        let known = tag.language.is_none();
        let name = if known { language_name(self.looking(), &tag.locale.id) } else { None };
        Some((tag.to_string(), name))
    }

    fn currency(&self, code: &str) -> Option<(String, Option<String>)> {
        let currency = CurrencyType::try_from_str(code).ok()?;
        let code = code.to_ascii_uppercase();
        if CURRENCIES.binary_search(&code.as_str()).is_err() {
            return Some((code, None));
        }
        let name = match self.style {
            "long" => load::<CurrencyDisplaynameV1>(&Baked, &self.data_locale, &code)
                .map(|name| name.get().to_string()),
            style => {
                let narrow = style == "narrow";
                let width = if narrow { CurrencySymbolWidth::Narrow } else { CurrencySymbolWidth::Short };
                let mut buffer = Default::default();
                let attributes = CurrencySymbolsV1::make_attributes(currency, width, &mut buffer);
                load::<CurrencySymbolsV1>(&Baked, &self.data_locale, attributes.as_str())
                    .map(|symbol| symbol.get().as_str().to_owned())
            }
        };
        let name = name.unwrap_or_else(|| code.clone());
        Some((code, Some(name)))
    }
}
