//! 20.1 Properties of the String Prototype Object: ECMA-262's methods that depend on a locale.
//!
//! Those of arrays are ECMA-262's own, which pass `locales` and `options` on to the elements as soon as there is an `Intl`.

use crate::collator::locale_compare;
use crate::negotiate::{canonicalize_tag_list, default_locale};
use icu_casemap::CaseMapper;
use icu_locale::LanguageIdentifier;
use js_rt::{Str, StrView, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::extend(vm, "String", vm.intrinsic(Intrinsic::StringPrototype))
        .method("localeCompare", 1, compare)
        .method("toLocaleLowerCase", 0, to_locale_lower_case)
        .method("toLocaleUpperCase", 0, to_locale_upper_case)
        .finish()?;
    Ok(())
}

/// RequireObjectCoercible and ToString of the value of `this`.
fn this_string(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Str> {
    if args.this.is_nullish() {
        let message = format_args!("String.prototype.{method} called on null or undefined");
        return Err(vm.type_error(message));
    }
    vm.to_string(args.this)
}

/// 20.1.2.1 String.prototype.localeCompare ( that [ , locales [ , options ] ] )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "localeCompare")?;
    let that = vm.to_string(args.get(0))?;
    locale_compare(vm, string, that, args.get(1), args.get(2))
}

/// 20.1.2.2 String.prototype.toLocaleLowerCase ( [ locales ] )
fn to_locale_lower_case(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "toLocaleLowerCase")?;
    transform_case(vm, string, args.get(0), &LOWER)
}

/// 20.1.2.3 String.prototype.toLocaleUpperCase ( [ locales ] )
fn to_locale_upper_case(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "toLocaleUpperCase")?;
    transform_case(vm, string, args.get(0), &UPPER)
}

/// A way to change the case of letters.
struct Mapping {
    /// Of any text in a language.
    text: fn(&str, &LanguageIdentifier) -> String,
    /// Of ASCII, in most languages: whether a letter is as it should be, and what becomes of others.
    is_done: fn(&u8) -> bool,
    ascii: fn(&u8) -> u8,
}

const LOWER: Mapping = Mapping {
    text: |text, id| CaseMapper::new().lowercase_to_string(text, id).into_owned(),
    is_done: |unit| !unit.is_ascii_uppercase(),
    ascii: u8::to_ascii_lowercase,
};

const UPPER: Mapping = Mapping {
    text: |text, id| CaseMapper::new().uppercase_to_string(text, id).into_owned(),
    is_done: |unit| !unit.is_ascii_lowercase(),
    ascii: u8::to_ascii_uppercase,
};

/// 20.1.2.2.1 TransformCase ( string, locales, targetCase )
fn transform_case(vm: &Vm, string: Str, locales: Value, mapping: &Mapping) -> Res<Value> {
    let requested = canonicalize_tag_list(vm, locales)?;
    let locale = requested.first().map_or_else(|| default_locale(), |tag| &tag.locale);
    if let StrView::Latin1(units) = string.flat(&vm.rt)?
        && units.is_ascii()
        && !matches!(locale.id.language.as_str(), "az" | "lt" | "tr")
    {
        if units.iter().all(mapping.is_done) {
            return Ok(string.into());
        }
        return Ok(vm.rt.str_latin1(&units.iter().map(mapping.ascii).collect::<Vec<u8>>())?.into());
    }
    let mut rest: &[u16] = &string.to_wtf16();
    let mut result: Vec<u16> = Vec::with_capacity(rest.len());
    // No mapping looks across a surrogate without partner.
    while !rest.is_empty() {
        let (text, lone) = leading_text(rest);
        result.extend((mapping.text)(&text, &locale.id).encode_utf16());
        let taken = text.encode_utf16().count();
        result.extend(lone);
        rest = rest.get(taken + usize::from(lone.is_some())..).unwrap_or_default();
    }
    if result.len() > js_rt::MAX_STRING_LENGTH {
        return Err(vm.range_error("Invalid string length"));
    }
    Ok(vm.rt.str_utf16(&result)?.into())
}

/// The units up to a surrogate without partner, as text, and that one.
fn leading_text(units: &[u16]) -> (String, Option<u16>) {
    let mut text = String::with_capacity(units.len());
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(c) => text.push(c),
            Err(lone) => return (text, Some(lone.unpaired_surrogate())),
        }
    }
    (text, None)
}
