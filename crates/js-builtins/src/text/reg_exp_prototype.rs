//! 22.2.6 Properties of the RegExp Prototype Object, but for the replacing and splitting ones.

use super::reg_exp::{
    Flags, as_reg_exp, flags_of, flags_text_of, has_legacy_features, initialize, source_of,
};
use super::reg_exp_escape::escape_pattern;
use super::reg_exp_exec::{advance, builtin_exec, find, reg_exp_exec, search_quietly};
use super::reg_exp_legacy::{is_pristine, note_match};
use super::string_match::is_plain_exec;
use super::{Builder, reg_exp_replace, reg_exp_split, reg_exp_string_iterator};
use js_rt::{Obj, PropertyKey, Str, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

/// `this`, which must be an object.
pub(super) fn this_object(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Obj> {
    args.this.as_object().ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!("RegExp.prototype.{method} requires that 'this' be an Object, not {what}"))
    })
}

fn this_reg_exp(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Obj> {
    as_reg_exp(args.this).ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!("Method RegExp.prototype.{method} called on incompatible receiver {what}"))
    })
}

/// 22.2.6.2 RegExp.prototype.exec ( string )
fn exec(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let r = this_reg_exp(vm, args, "exec")?;
    let s = vm.to_string(args.get(0))?;
    builtin_exec(vm, r, s)
}

/// 22.2.6.16 RegExp.prototype.test ( S )
fn test(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let r = this_object(vm, args, "test")?;
    let s = vm.to_string(args.get(0))?;
    if as_reg_exp(r.into()).is_some() && is_plain_exec(vm, vm.get(r, vm.names().exec)?) {
        return Ok(Value::bool(find(vm, r, s)?.is_some()));
    }
    Ok(Value::bool(!reg_exp_exec(vm, r, s)?.is_null()))
}

/// 22.2.6.17 RegExp.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let r = this_object(vm, args, "toString")?;
    let mut text = Builder::new();
    text.push_ascii("/")?;
    let source = vm.get(r, vm.names().source)?;
    text.push(vm, vm.to_string(source)?)?;
    text.push_ascii("/")?;
    let flags = vm.get(r, vm.names().flags)?;
    text.push(vm, vm.to_string(flags)?)?;
    text.finish(vm).map(Value::from)
}

/// B.2.4.1 RegExp.prototype.compile ( pattern, flags )
fn compile(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let r = this_reg_exp(vm, args, "compile")?;
    if has_legacy_features(vm, r) != Some(true) {
        return Err(
            vm.type_error("RegExp.prototype.compile is not available for subclasses, nor for other realms")
        );
    }
    let (pattern, flags) = (args.get(0), args.get(1));
    match as_reg_exp(pattern) {
        Some(_) if !flags.is_undefined() => {
            Err(vm.type_error("Invalid flags supplied to RegExp.prototype.compile"))
        }
        Some(other) => initialize(vm, r, source_of(other), flags_text_of(other)),
        None => initialize(vm, r, pattern, flags),
    }
}

/// 22.2.6.13 get RegExp.prototype.source
fn source(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let r = this_object(vm, args, "source")?;
    match source_of(r).as_string().filter(|_| as_reg_exp(r.into()).is_some()) {
        Some(source) => escape_pattern(vm, source).map(Value::from),
        None if r == vm.intrinsic(Intrinsic::RegExpPrototype) => Ok(vm.rt.str_from_utf8("(?:)")?.into()),
        None => this_reg_exp(vm, args, "source").map(Value::from),
    }
}

/// 22.2.6.4 get RegExp.prototype.flags
fn flags(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let r = this_object(vm, args, "flags")?;
    let names = vm.names();
    let flags: [(PropertyKey, &str); 8] = [
        (names.has_indices, "d"),
        (names.global, "g"),
        (names.ignore_case, "i"),
        (names.multiline, "m"),
        (names.dot_all, "s"),
        (names.unicode, "u"),
        (names.unicode_sets, "v"),
        (names.sticky, "y"),
    ];
    let mut text = String::new();
    for (key, flag) in flags {
        if vm.get(r, key)?.to_boolean() {
            text.push_str(flag);
        }
    }
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// 22.2.6.4.1 RegExpHasFlag
fn flag(vm: &Vm, args: &Args<'_>, name: &str, is_set: impl FnOnce(Flags) -> bool) -> Res<Value> {
    let r = this_object(vm, args, name)?;
    match as_reg_exp(args.this) {
        Some(r) => Ok(Value::bool(is_set(flags_of(vm, r)?))),
        None if r == vm.intrinsic(Intrinsic::RegExpPrototype) => Ok(Value::UNDEFINED),
        None => this_reg_exp(vm, args, name).map(Value::from),
    }
}

/// `flags` of an object as a string: what the generic methods go by.
pub(super) fn flags_string(vm: &Vm, r: Obj) -> Res<Str> {
    let flags = vm.get(r, vm.names().flags)?;
    vm.to_string(flags)
}

/// Whether a string of flags has one.
pub(super) fn has(vm: &Vm, flags: Str, flag: u8) -> Res<bool> {
    Ok(flags.flat(&vm.rt)?.units().any(|unit| unit == u16::from(flag)))
}

/// 22.2.6.8 RegExp.prototype [ %Symbol.match% ] ( string )
fn symbol_match(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let rx = this_object(vm, args, "[Symbol.match]")?;
    let s = vm.to_string(args.get(0))?;
    let plain = is_pristine(vm, rx);
    let (global, unicode) = if plain {
        let flags = flags_of(vm, rx)?;
        (flags.global, flags.pattern.either_unicode())
    } else {
        let flags = flags_string(vm, rx)?;
        (has(vm, flags, b'g')?, has(vm, flags, b'u')? || has(vm, flags, b'v')?)
    };
    if !global {
        return reg_exp_exec(vm, rx, s);
    }
    vm.set(rx, vm.names().last_index, Value::int(0), true)?;
    if plain {
        return match_all_plainly(vm, rx, s, unicode);
    }
    let array = vm.new_array(&[])?;
    loop {
        vm.poll()?;
        let Some(result) = reg_exp_exec(vm, rx, s)?.as_object() else { break };
        let text = vm.get_index(result, 0)?;
        let text = vm.to_string(text)?;
        vm.rt.array_append(array, text.into())?;
        if text.is_empty() {
            advance_last_index(vm, rx, s, unicode)?;
        }
    }
    Ok(if array.array_length() == 0 { Value::NULL } else { array.into() })
}

/// Moves `lastIndex` on after an empty match.
pub(super) fn advance_last_index(vm: &Vm, rx: Obj, s: Str, unicode: bool) -> Res<()> {
    let index = vm.get(rx, vm.names().last_index)?;
    let index = vm.to_length(index)?;
    vm.set(rx, vm.names().last_index, Value::number(advance(s, index, unicode)), true)
}

fn match_all_plainly(vm: &Vm, rx: Obj, s: Str, unicode: bool) -> Res<Value> {
    let sticky = flags_of(vm, rx)?.sticky;
    let array = vm.new_array(&[])?;
    let (mut at, mut last) = (0, None);
    while at <= s.len()
        && let Some(places) = search_quietly(vm, rx, s, at, sticky)?
    {
        vm.poll()?;
        let (from, to) = (places[0] as usize, places[1] as usize);
        vm.rt.array_append(array, vm.rt.substring(s, from, to)?.into())?;
        at = if from == to { advance(s, to as f64, unicode) as usize } else { to };
        last = Some(places);
    }
    if let Some(places) = last {
        note_match(vm, rx, s, &places);
    }
    Ok(if array.array_length() == 0 { Value::NULL } else { array.into() })
}

/// 22.2.6.9 RegExp.prototype [ %Symbol.matchAll% ] ( string )
fn symbol_match_all(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let r = this_object(vm, args, "[Symbol.matchAll]")?;
    let s = vm.to_string(args.get(0))?;
    let c = vm.species_constructor(r, Intrinsic::RegExp)?;
    let flags = flags_string(vm, r)?;
    let matcher = vm.construct(c, &[r.into(), flags.into()], None)?;
    let index = vm.get(r, vm.names().last_index)?;
    let index = vm.to_length(index)?;
    vm.set(matcher, vm.names().last_index, Value::number(index), true)?;
    let global = has(vm, flags, b'g')?;
    let unicode = has(vm, flags, b'u')? || has(vm, flags, b'v')?;
    reg_exp_string_iterator::create(vm, matcher, s, global, unicode)
}

/// 22.2.6.12 RegExp.prototype [ %Symbol.search% ] ( string )
fn symbol_search(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let rx = this_object(vm, args, "[Symbol.search]")?;
    let s = vm.to_string(args.get(0))?;
    let last_index = vm.names().last_index;
    let previous = vm.get(rx, last_index)?;
    if !previous.same_value(Value::int(0)) {
        vm.set(rx, last_index, Value::int(0), true)?;
    }
    let result = reg_exp_exec(vm, rx, s)?;
    let current = vm.get(rx, last_index)?;
    if !current.same_value(previous) {
        vm.set(rx, last_index, previous, true)?;
    }
    match result.as_object() {
        Some(result) => vm.get(result, vm.names().index),
        None => Ok(Value::int(-1)),
    }
}

/// Defines the methods.
pub(super) fn methods<'a>(vm: &'a Vm, build: Build<'a>) -> Build<'a> {
    build
        .method("compile", 2, compile)
        .intrinsic_method(Intrinsic::RegExpExec, "exec", 1, exec)
        .getter("dotAll", |vm, args| flag(vm, args, "dotAll", |flags| flags.pattern.dot_all))
        .getter("flags", flags)
        .getter("global", |vm, args| flag(vm, args, "global", |flags| flags.global))
        .getter("hasIndices", |vm, args| flag(vm, args, "hasIndices", |flags| flags.has_indices))
        .getter("ignoreCase", |vm, args| flag(vm, args, "ignoreCase", |flags| flags.pattern.ignore_case))
        .getter("multiline", |vm, args| flag(vm, args, "multiline", |flags| flags.pattern.multiline))
        .getter("source", source)
        .getter("sticky", |vm, args| flag(vm, args, "sticky", |flags| flags.sticky))
        .getter("unicode", |vm, args| flag(vm, args, "unicode", |flags| flags.pattern.unicode))
        .getter("unicodeSets", |vm, args| flag(vm, args, "unicodeSets", |flags| flags.pattern.unicode_sets))
        .method("test", 1, test)
        .method("toString", 0, to_string)
        .symbol_method(vm.symbols().match_, "Symbol.match", 1, symbol_match)
        .symbol_method(vm.symbols().match_all, "Symbol.matchAll", 1, symbol_match_all)
        .symbol_method(vm.symbols().replace, "Symbol.replace", 2, reg_exp_replace::symbol_replace)
        .symbol_method(vm.symbols().search, "Symbol.search", 1, symbol_search)
        .symbol_method(vm.symbols().split, "Symbol.split", 2, reg_exp_split::symbol_split)
}
