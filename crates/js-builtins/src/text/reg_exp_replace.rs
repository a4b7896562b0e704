//! 22.2.6.11 RegExp.prototype [ %Symbol.replace% ].

use super::builder::Builder;
use super::reg_exp::flags_of;
use super::reg_exp_exec::{advance, captured, named_groups, reg_exp_exec, search_quietly};
use super::reg_exp_legacy::{is_pristine, note_match};
use super::reg_exp_prototype::{advance_last_index, flags_string, has, this_object};
use super::substitution::{Matched, get_substitution};
use js_rt::{Gc, List, Obj, Str, Value};
use js_vm::{Args, Res, Vm};

/// 22.2.6.11 RegExp.prototype [ %Symbol.replace% ] ( string, replaceValue )
pub(super) fn symbol_replace(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let rx = this_object(vm, args, "[Symbol.replace]")?;
    let s = vm.to_string(args.get(0))?;
    let mut value = args.get(1);
    if !vm.is_callable(value) {
        value = vm.to_string(value)?.into();
    }
    if is_pristine(vm, rx) {
        return replace_plainly(vm, rx, s, value);
    }
    let flags = flags_string(vm, rx)?;
    let global = has(vm, flags, b'g')?;
    let unicode = has(vm, flags, b'u')? || has(vm, flags, b'v')?;
    if global {
        vm.set(rx, vm.names().last_index, Value::int(0), true)?;
    }
    let results = vm.rt.new_list()?;
    while let Some(result) = reg_exp_exec(vm, rx, s)?.as_object() {
        vm.poll()?;
        results.push(&vm.rt, result.into())?;
        if !global {
            break;
        }
        let matched = vm.get_index(result, 0)?;
        if vm.to_string(matched)?.is_empty() {
            advance_last_index(vm, rx, s, unicode)?;
        }
    }
    let mut text = Builder::new();
    let mut end = 0;
    for result in results.iter() {
        let Some(result) = result.as_object() else { continue };
        end = replace_result(vm, &mut text, s, value, result, end)?;
    }
    if end < s.len() {
        text.push_part(vm, s, end, s.len())?;
    }
    text.finish(vm).map(Value::from)
}

/// Appends what is between the last match and this one, and the replacement: the end of this one.
fn replace_result(vm: &Vm, text: &mut Builder, s: Str, value: Value, result: Obj, end: usize) -> Res<usize> {
    let count = (vm.length_of_array_like(result)? - 1.0).max(0.0) as u64;
    let matched = vm.get_index(result, 0)?;
    let matched = vm.to_string(matched)?;
    let position = vm.get(result, vm.names().index)?;
    let position = vm.to_integer_or_infinity(position)?.clamp(0.0, s.len() as f64) as usize;
    let captures = vm.rt.new_list()?;
    for n in 1..=count {
        vm.poll()?;
        let capture = vm.get_index(result, n)?;
        captures
            .push(&vm.rt, if capture.is_undefined() { capture } else { vm.to_string(capture)?.into() })?;
    }
    let groups = vm.get(result, vm.names().groups)?;
    let mut replacement = Builder::new();
    if let Some(template) = value.as_string() {
        let named = if groups.is_undefined() { None } else { Some(vm.to_object(groups)?) };
        let matched = Matched { string: s, position, text: matched, captures: Some(captures), named };
        get_substitution(vm, &mut replacement, &matched, template)?;
    } else {
        let called = call_replacer(vm, value, (matched, position, s), captures, groups)?;
        replacement.push(vm, called)?;
    }
    if position < end {
        return Ok(end);
    }
    text.push_part(vm, s, end, position)?;
    text.push(vm, replacement.finish(vm)?)?;
    Ok(position + matched.len())
}

/// What a function gives for a match.
fn call_replacer(
    vm: &Vm,
    f: Value,
    (matched, position, s): (Str, usize, Str),
    captures: Gc<List>,
    groups: Value,
) -> Res<Str> {
    let arguments = vm.rt.list_with_capacity(captures.len() + 4)?;
    arguments.push(&vm.rt, matched.into())?;
    for capture in captures.iter() {
        arguments.push(&vm.rt, capture)?;
    }
    arguments.push(&vm.rt, Value::from(position as u32))?;
    arguments.push(&vm.rt, s.into())?;
    if !groups.is_undefined() {
        arguments.push(&vm.rt, groups)?;
    }
    let result = vm.call_list(f, Value::UNDEFINED, arguments.as_slice())?;
    vm.to_string(result)
}

/// The same when nobody can see how: all matches are found first.
fn replace_plainly(vm: &Vm, rx: Obj, s: Str, value: Value) -> Res<Value> {
    let flags = flags_of(vm, rx)?;
    let mut all: Vec<u32> = Vec::new();
    let mut width = 0;
    if flags.global {
        vm.set(rx, vm.names().last_index, Value::int(0), true)?;
        let unicode = flags.pattern.either_unicode();
        let mut at = 0;
        while at <= s.len()
            && let Some(places) = search_quietly(vm, rx, s, at, flags.sticky)?
        {
            vm.poll()?;
            width = places.len();
            let (from, to) = (places[0], places[1]);
            at = if from == to { advance(s, f64::from(to), unicode) as usize } else { to as usize };
            all.try_reserve(width).map_err(|_| js_vm::Throw::Memory)?;
            all.extend(places);
        }
        if let Some(last) = all.chunks(width.max(2)).next_back() {
            note_match(vm, rx, s, last);
        }
    } else if let Some(places) = super::reg_exp_exec::find(vm, rx, s)? {
        width = places.len();
        all = places;
    }
    if all.is_empty() {
        return Ok(s.into());
    }
    let mut text = Builder::new();
    let mut end = 0;
    for places in all.chunks(width.max(2)) {
        let (from, to) = (places[0] as usize, places[1] as usize);
        text.push_part(vm, s, end, from)?;
        push_replacement(vm, &mut text, rx, s, value, places)?;
        end = to;
    }
    text.push_part(vm, s, end, s.len())?;
    text.finish(vm).map(Value::from)
}

fn push_replacement(vm: &Vm, text: &mut Builder, rx: Obj, s: Str, value: Value, places: &[u32]) -> Res<()> {
    let (position, end) = (places[0] as usize, places[1] as usize);
    let template = value.as_string();
    if let Some(template) = template
        && !template.flat(&vm.rt)?.units().any(|unit| unit == u16::from(b'$'))
    {
        return text.push(vm, template);
    }
    let captures = vm.rt.new_list()?;
    for group in 1..places.len() / 2 {
        captures.push(&vm.rt, captured(vm, s, places, group)?)?;
    }
    let groups = named_groups(vm, rx, places, |group| captured(vm, s, places, group))?;
    match template {
        Some(template) => {
            let matched = Matched {
                string: s,
                position,
                text: vm.rt.substring(s, position, end)?,
                captures: Some(captures),
                named: groups.as_object(),
            };
            get_substitution(vm, text, &matched, template)
        }
        None => {
            let matched = vm.rt.substring(s, position, end)?;
            let called = call_replacer(vm, value, (matched, position, s), captures, groups)?;
            text.push(vm, called)
        }
    }
}
