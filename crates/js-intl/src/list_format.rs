//! 14 ListFormat Objects.

use crate::negotiate::{Reading, Service, resolve_options, supported_locales_of};
use crate::object::{Kind, Record, allocate, fill, new_target, this_slot};
use crate::options::get_option_string;
use icu_list::options::{ListFormatterOptions, ListLength};
use icu_list::{ListFormatter, ListFormatterPreferences, parts};
use icu_locale::Locale;
use js_rt::{Class, Gc, List, Value};
use js_vm::{Args, Build, Intrinsic, IteratorKind, Res, Vm};
use std::fmt;
use std::sync::Arc;
use writeable::{Part, PartsWrite, Writeable};

const SERVICE: Service = Service { name: "Intl.ListFormat", descriptors: &[], extensions: &[] };

/// The internal slots of Intl.ListFormat objects.
#[derive(Clone)]
struct ListFormat {
    locale: String,
    kind: &'static str,
    style: &'static str,
    formatter: Arc<Option<ListFormatter>>,
}

impl Kind for ListFormat {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlListFormatPrototype;
    const NAME: &'static str = "Intl.ListFormat";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlListFormat, "ListFormat", 0, construct)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlListFormatPrototype)
        .to_string_tag("Intl.ListFormat")
        .method("format", 1, format)
        .method("formatToParts", 1, format_to_parts)
        .method("resolvedOptions", 0, resolved_options)
        .member_of(Intrinsic::Intl)
        .finish()?;
    Ok(())
}

/// 14.1.1 Intl.ListFormat ( [ locales [ , options ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<ListFormat>(vm, args)?;
    let o = allocate::<ListFormat>(vm, Some(target))?;
    let resolution = resolve_options(vm, &SERVICE, (args.get(0), args.get(1)), Reading::Get, |_| ())?;
    let options = resolution.options;
    let kinds = ["conjunction", "disjunction", "unit"];
    let kind = get_option_string(vm, options, "type", &kinds)?.unwrap_or("conjunction");
    let style = get_option_string(vm, options, "style", &["long", "short", "narrow"])?.unwrap_or("long");
    let preferences = ListFormatterPreferences::from(&resolution.resolved.data_locale);
    let length = ListFormatterOptions::default().with_length(match style {
        "short" => ListLength::Short,
        "narrow" => ListLength::Narrow,
        _ => ListLength::Wide,
    });
    let formatter = match kind {
        "disjunction" => ListFormatter::try_new_or(preferences, length),
        "unit" => ListFormatter::try_new_unit(preferences, length),
        _ => ListFormatter::try_new_and(preferences, length),
    };
    let locale = resolution.resolved.locale.to_string();
    fill(vm, o, ListFormat { locale, kind, style, formatter: Arc::new(formatter.ok()) })
}

/// 14.3.2 Intl.ListFormat.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let format = this_slot::<ListFormat>(vm, args, "resolvedOptions")?;
    let options = Record::new(vm)?;
    options.text("locale", &format.locale)?;
    options.text("type", format.kind)?;
    options.text("style", format.style)?;
    Ok(options.finish())
}

/// 14.5.6 StringListFromIterable ( iterable )
fn string_list_from_iterable(vm: &Vm, iterable: Value) -> Res<Gc<List>> {
    let list = vm.rt.new_list()?;
    if iterable.is_undefined() {
        return Ok(list);
    }
    let iterator = vm.get_iterator(iterable, IteratorKind::Sync)?;
    while let Some(next) = vm.iterator_step_value(&iterator)? {
        if !next.is_string() {
            let what = vm.describe_value(next);
            let error = vm.type_error(format_args!("Iterable yielded {what} which is not a string"));
            return vm.iterator_close(&iterator, Err(error));
        }
        list.push(&vm.rt, next)?;
    }
    Ok(list)
}

/// A part of a formatted list.
pub(crate) enum ListPart {
    Literal(String),
    /// The element with this number.
    Element(usize),
}

/// Takes the parts that a formatter writes. The elements' own texts are known already, and may be ill-formed.
#[derive(Default)]
struct ListParts {
    parts: Vec<ListPart>,
    elements: usize,
    in_element: bool,
}

impl fmt::Write for ListParts {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match self.parts.last_mut() {
            _ if self.in_element || text.is_empty() => {}
            Some(ListPart::Literal(literal)) => literal.push_str(text),
            _ => self.parts.push(ListPart::Literal(text.to_owned())),
        }
        Ok(())
    }
}

impl PartsWrite for ListParts {
    type SubPartsWrite = ListParts;

    fn with_part(&mut self, part: Part, mut f: impl FnMut(&mut ListParts) -> fmt::Result) -> fmt::Result {
        if part != parts::ELEMENT || self.in_element {
            return f(self);
        }
        self.parts.push(ListPart::Element(self.elements));
        self.elements += 1;
        self.in_element = true;
        let written = f(self);
        self.in_element = false;
        written
    }
}

/// 14.5.2 CreatePartsFromList ( listFormat, list )
fn create_parts_from_list(format: &ListFormat, list: Gc<List>) -> Vec<ListPart> {
    // Some languages look at how an element begins.
    let texts: Vec<String> =
        list.iter().map(|value| value.as_string().map(|text| text.to_std()).unwrap_or_default()).collect();
    let mut parts = ListParts::default();
    match &*format.formatter {
        Some(formatter) => {
            // Writing to a list does not fail.
            let _ = formatter.format(texts.iter()).write_to_parts(&mut parts);
        }
        None => parts.parts.extend((0..texts.len()).map(ListPart::Element)),
    }
    parts.parts
}

/// The parts of a list of units, as Intl.DurationFormat makes one.
pub(crate) fn unit_list(locale: &Locale, length: ListLength, texts: &[String]) -> Vec<ListPart> {
    let options = ListFormatterOptions::default().with_length(length);
    let mut parts = ListParts::default();
    match ListFormatter::try_new_unit(locale.into(), options) {
        Ok(formatter) => {
            // Writing to a list does not fail.
            let _ = formatter.format(texts.iter()).write_to_parts(&mut parts);
        }
        Err(_) => parts.parts.extend((0..texts.len()).map(ListPart::Element)),
    }
    parts.parts
}

/// 14.3.3 Intl.ListFormat.prototype.format ( list )
fn format(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let format = this_slot::<ListFormat>(vm, args, "format")?;
    let list = string_list_from_iterable(vm, args.get(0))?;
    let mut text = vm.rt.empty_str();
    for part in create_parts_from_list(&format, list) {
        let piece = part_text(vm, list, &part)?;
        text = vm.rt.concat(text, piece)?;
    }
    Ok(text.into())
}

/// The text of a part.
fn part_text(vm: &Vm, list: Gc<List>, part: &ListPart) -> Res<js_rt::Str> {
    match part {
        ListPart::Literal(literal) => Ok(vm.rt.str_from_utf8(literal)?),
        ListPart::Element(at) => {
            Ok(list.get(*at).and_then(Value::as_string).unwrap_or_else(|| vm.rt.empty_str()))
        }
    }
}

/// 14.3.4 Intl.ListFormat.prototype.formatToParts ( list )
fn format_to_parts(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let format = this_slot::<ListFormat>(vm, args, "formatToParts")?;
    let list = string_list_from_iterable(vm, args.get(0))?;
    let result = vm.rt.new_list()?;
    for part in create_parts_from_list(&format, list) {
        let o = Record::new(vm)?;
        o.text("type", if matches!(part, ListPart::Literal(_)) { "literal" } else { "element" })?;
        o.set("value", part_text(vm, list, &part)?)?;
        result.push(&vm.rt, o.finish())?;
    }
    Ok(vm.create_array_from_list(result)?.into())
}
