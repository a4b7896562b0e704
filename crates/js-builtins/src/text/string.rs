//! 22.1 String Objects: the constructor, and what the methods share.

use super::builder::Builder;
use super::{string_case, string_html, string_iterator, string_match, string_parts, string_search};
use js_rt::{Class, Str, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

/// `this` as a string, unless it is undefined or null.
pub(super) fn this_string(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Str> {
    if let Some(string) = args.this.as_string() {
        return Ok(string);
    }
    this_coercible(vm, args, method)?;
    vm.to_string(args.this)
}

/// 7.2.1 RequireObjectCoercible of `this`
pub(super) fn this_coercible(vm: &Vm, args: &Args<'_>, method: &str) -> Res<()> {
    if args.this.is_nullish() {
        return Err(vm.type_error(format_args!("String.prototype.{method} called on null or undefined")));
    }
    Ok(())
}

/// 22.1.1.1 String ( value )
fn string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let text = match args.given(0) {
        None => vm.rt.empty_str(),
        Some(value) => match value.as_symbol() {
            Some(symbol) if args.new_target.is_none() => {
                // 20.4.3.3.1 SymbolDescriptiveString
                let mut text = Builder::new();
                text.push_ascii("Symbol(")?;
                if let Some(description) = symbol.description() {
                    text.push(vm, description)?;
                }
                text.push_ascii(")")?;
                return text.finish(vm).map(Value::from);
            }
            _ => vm.to_string(value)?,
        },
    };
    let Some(target) = args.new_target else { return Ok(text.into()) };
    let proto = vm.get_prototype_from_constructor(target, Intrinsic::StringPrototype)?;
    vm.string_create(text, proto).map(Value::from)
}

/// 22.1.2.1 String.fromCharCode ( ...codeUnits )
fn from_char_code(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let [only] = args.list {
        return Ok(vm.rt.str_unit(vm.to_uint16(only.get())?)?.into());
    }
    let mut text = Builder::new();
    for unit in args.list {
        text.push_unit(vm.to_uint16(unit.get())?)?;
    }
    text.finish(vm).map(Value::from)
}

/// 22.1.2.2 String.fromCodePoint ( ...codePoints )
fn from_code_point(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let mut text = Builder::new();
    for next in args.list {
        let number = vm.to_number(next.get())?;
        if !(0.0..=1_114_111.0).contains(&number) || number.trunc() != number {
            let what = vm.describe_value(next.get());
            return Err(vm.range_error(format_args!("Invalid code point {what}")));
        }
        text.push_code_point(number as u32)?;
    }
    text.finish(vm).map(Value::from)
}

/// 22.1.2.4 String.raw ( template, ...substitutions )
fn raw(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let cooked = vm.to_object(args.get(0))?;
    let literals = vm.get(cooked, vm.names().raw)?;
    let literals = vm.to_object(literals)?;
    let length = vm.length_of_array_like(literals)? as u64;
    let mut text = Builder::new();
    for at in 0..length {
        vm.poll()?;
        let literal = vm.get_index(literals, at)?;
        text.push(vm, vm.to_string(literal)?)?;
        if at + 1 < length
            && let Some(substitution) = args.given(at as usize + 1)
        {
            text.push(vm, vm.to_string(substitution)?)?;
        }
    }
    text.finish(vm).map(Value::from)
}

/// 22.1.3.35.1 ThisStringValue
fn this_string_value(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Value> {
    if args.this.is_string() {
        return Ok(args.this);
    }
    match args.this.as_object().filter(|o| o.class() == Class::String) {
        Some(o) => Ok(o.payload()),
        None => {
            Err(vm.type_error(format_args!("String.prototype.{method} requires that 'this' be a String")))
        }
    }
}

/// 22.1.3.29 String.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_string_value(vm, args, "toString")
}

/// 22.1.3.35 String.prototype.valueOf ( )
fn value_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_string_value(vm, args, "valueOf")
}

/// The constructor and the prototype.
pub(super) fn install(vm: &Vm) -> Res<()> {
    let prototype = vm.string_create(vm.rt.empty_str(), vm.intrinsic(Intrinsic::ObjectPrototype))?;
    vm.set_intrinsic(Intrinsic::StringPrototype, prototype);
    let build = Build::constructor(vm, Intrinsic::String, "String", 1, string)
        .static_method("fromCharCode", 1, from_char_code)
        .static_method("fromCodePoint", 1, from_code_point)
        .static_method("raw", 1, raw)
        .prototype_of(Intrinsic::StringPrototype, Intrinsic::ObjectPrototype, Class::String)
        .method("at", 1, string_search::at)
        .method("charAt", 1, string_search::char_at)
        .method("charCodeAt", 1, string_search::char_code_at)
        .method("codePointAt", 1, string_search::code_point_at)
        .method("concat", 1, string_parts::concat)
        .method("endsWith", 1, string_search::ends_with)
        .method("includes", 1, string_search::includes)
        .method("indexOf", 1, string_search::index_of)
        .method("isWellFormed", 0, string_case::is_well_formed)
        .method("lastIndexOf", 1, string_search::last_index_of)
        .method("localeCompare", 1, string_case::locale_compare)
        .method("match", 1, string_match::match_)
        .method("matchAll", 1, string_match::match_all)
        .method("normalize", 0, string_case::normalize)
        .method("padEnd", 1, string_parts::pad_end)
        .method("padStart", 1, string_parts::pad_start)
        .method("repeat", 1, string_parts::repeat)
        .method("replace", 2, string_match::replace)
        .method("replaceAll", 2, string_match::replace_all)
        .method("search", 1, string_match::search)
        .method("slice", 2, string_parts::slice)
        .method("split", 2, string_match::split)
        .method("startsWith", 1, string_search::starts_with)
        .method("substr", 2, string_parts::substr)
        .method("substring", 2, string_parts::substring)
        .method("toLocaleLowerCase", 0, string_case::to_lower_case)
        .method("toLocaleUpperCase", 0, string_case::to_upper_case)
        .method("toLowerCase", 0, string_case::to_lower_case)
        .method("toString", 0, to_string)
        .method("toUpperCase", 0, string_case::to_upper_case)
        .method("toWellFormed", 0, string_case::to_well_formed)
        .method("trim", 0, string_parts::trim)
        .intrinsic_method(Intrinsic::StringTrimEnd, "trimEnd", 0, string_parts::trim_end)
        .intrinsic_method(Intrinsic::StringTrimStart, "trimStart", 0, string_parts::trim_start)
        .alias("trimLeft", "trimStart")
        .alias("trimRight", "trimEnd")
        .method("valueOf", 0, value_of)
        .symbol_method(vm.symbols().iterator, "Symbol.iterator", 0, string_iterator::create);
    string_html::methods(build).global().finish()?;
    Ok(())
}
