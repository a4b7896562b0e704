//! 22.2.7 Abstract Operations for RegExp Matching.

use super::pattern;
use super::reg_exp::{as_reg_exp, flags_of, program_of};
use super::reg_exp_legacy::note_match;
use super::string_match::is_plain_exec;
use js_regexp::{NONE, Pattern};
use js_rt::{Attrs, Class, Obj, Str, Value};
use js_vm::{Res, Vm};

/// The places of a match and of its captures, two for each; `NONE` twice for a group that took no part.
pub(super) type Places = Vec<u32>;

/// 22.2.7.1 RegExpExec: the result, or null
pub(super) fn reg_exp_exec(vm: &Vm, r: Obj, s: Str) -> Res<Value> {
    let exec = vm.get(r, vm.names().exec)?;
    let reg_exp = as_reg_exp(r.into());
    if let Some(reg_exp) = reg_exp
        && (is_plain_exec(vm, exec) || !vm.is_callable(exec))
    {
        return builtin_exec(vm, reg_exp, s);
    }
    if !vm.is_callable(exec) {
        let what = vm.describe_value(r.into());
        return Err(vm.type_error(format_args!("Receiver {what} is not a RegExp")));
    }
    let result = vm.call(exec, r.into(), &[s.into()])?;
    if result.is_object() || result.is_null() {
        return Ok(result);
    }
    Err(vm.type_error("object null is not a function"))
}

/// 22.2.7.2 RegExpBuiltinExec
pub(super) fn builtin_exec(vm: &Vm, r: Obj, s: Str) -> Res<Value> {
    match find(vm, r, s)? {
        Some(places) => result_array(vm, r, s, &places),
        None => Ok(Value::NULL),
    }
}

/// 22.2.7.2 RegExpBuiltinExec up to the match, `lastIndex` included
pub(super) fn find(vm: &Vm, r: Obj, s: Str) -> Res<Option<Places>> {
    let last_index = vm.names().last_index;
    let start = vm.get(r, last_index)?;
    let start = vm.to_length(start)?;
    let flags = flags_of(vm, r)?;
    let moves = flags.global || flags.sticky;
    let start = if moves { start } else { 0.0 };
    let found = if start > s.len() as f64 { None } else { search(vm, r, s, start as usize, flags.sticky)? };
    match &found {
        Some(places) if moves => {
            let end = places.get(1).copied().unwrap_or(0);
            vm.set(r, last_index, Value::from(end), true)?;
        }
        None if moves => vm.set(r, last_index, Value::int(0), true)?,
        _ => {}
    }
    Ok(found)
}

/// Looks for a match from a place on, and notes it.
pub(super) fn search(vm: &Vm, r: Obj, s: Str, start: usize, sticky: bool) -> Res<Option<Places>> {
    let found = search_quietly(vm, r, s, start, sticky)?;
    if let Some(places) = &found {
        note_match(vm, r, s, places);
    }
    Ok(found)
}

/// Looks for a match from a place on. Whoever finds several before anybody can look notes the last one.
pub(super) fn search_quietly(vm: &Vm, r: Obj, s: Str, start: usize, sticky: bool) -> Res<Option<Places>> {
    let Some(program) = program_of(r) else { return Ok(None) };
    let Some(program) = program.get::<Pattern>() else { return Ok(None) };
    pattern::execute(vm, (r, program), s.flat(&vm.rt)?, start, sticky)
}

/// Capture number `group` as a string, or undefined.
pub(super) fn captured(vm: &Vm, s: Str, places: &[u32], group: usize) -> Res<Value> {
    match (places.get(group * 2), places.get(group * 2 + 1)) {
        (Some(from), Some(to)) if *from != NONE && *to != NONE => {
            Ok(vm.rt.substring(s, *from as usize, *to as usize)?.into())
        }
        _ => Ok(Value::UNDEFINED),
    }
}

/// 22.2.7.2 RegExpBuiltinExec from step 16 on: the array of a match
pub(super) fn result_array(vm: &Vm, r: Obj, s: Str, places: &[u32]) -> Res<Value> {
    let array = vm.new_array(&[])?;
    let names = vm.names();
    vm.rt.add(array, names.index, Value::from(places.first().copied().unwrap_or(0)), Attrs::ALL)?;
    vm.rt.add(array, names.input, s.into(), Attrs::ALL)?;
    for group in 0..places.len() / 2 {
        vm.rt.array_append(array, captured(vm, s, places, group)?)?;
    }
    let has_indices = flags_of(vm, r)?.has_indices;
    let groups = named_groups(vm, r, places, |group| captured(vm, s, places, group))?;
    vm.rt.add(array, names.groups, groups, Attrs::ALL)?;
    if has_indices {
        let pair = |group: usize| match (places.get(group * 2), places.get(group * 2 + 1)) {
            (Some(from), Some(to)) if *from != NONE && *to != NONE => {
                vm.new_array(&[Value::from(*from), Value::from(*to)]).map(Value::from)
            }
            _ => Ok(Value::UNDEFINED),
        };
        // 22.2.7.8 MakeMatchIndicesIndexPairArray
        let indices = vm.new_array(&[])?;
        for group in 0..places.len() / 2 {
            vm.rt.array_append(indices, pair(group)?)?;
        }
        let groups = named_groups(vm, r, places, pair)?;
        vm.rt.add(indices, names.groups, groups, Attrs::ALL)?;
        vm.rt.add(array, names.indices, indices.into(), Attrs::ALL)?;
    }
    Ok(array.into())
}

/// The object with the named groups, if there are any.
pub(super) fn named_groups(
    vm: &Vm,
    r: Obj,
    places: &[u32],
    value: impl Fn(usize) -> Res<Value>,
) -> Res<Value> {
    let program = program_of(r);
    let Some(program) = program.as_ref().and_then(|program| program.get::<Pattern>()).map(Pattern::program)
    else {
        return Ok(Value::UNDEFINED);
    };
    if program.names.is_empty() {
        return Ok(Value::UNDEFINED);
    }
    let groups = vm.object_create(None, Class::Object)?;
    for (name, numbers) in &program.names {
        let matched = numbers
            .iter()
            .find(|number| places.get(**number as usize * 2 + 1).is_some_and(|place| *place != NONE));
        let value = match matched {
            Some(number) => value(*number as usize)?,
            None => Value::UNDEFINED,
        };
        vm.rt.put_own(groups, vm.rt.key_from_utf8(name)?, value)?;
    }
    Ok(groups.into())
}

/// 22.2.7.3 AdvanceStringIndex
pub(super) fn advance(s: Str, index: f64, unicode: bool) -> f64 {
    if !unicode || index + 1.0 >= s.len() as f64 {
        return index + 1.0;
    }
    index + s.code_point_at(index as usize).1 as f64
}
