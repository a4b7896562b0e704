//! 22.2.6.14 RegExp.prototype [ %Symbol.split% ].

use super::builder::Builder;
use super::reg_exp::flags_of;
use super::reg_exp_exec::{Places, advance, captured, reg_exp_exec, search_quietly};
use super::reg_exp_legacy::{has_plain_species, is_pristine, note_match};
use super::reg_exp_prototype::{flags_string, has, this_object};
use js_rt::{Obj, Str, Value};
use js_vm::{Args, Intrinsic, Res, Vm};

fn limit_of(vm: &Vm, args: &Args<'_>) -> Res<u32> {
    match args.get(1) {
        Value::UNDEFINED => Ok(u32::MAX),
        limit => vm.to_uint32(limit),
    }
}

/// 22.2.6.14 RegExp.prototype [ %Symbol.split% ] ( string, limit )
pub(super) fn symbol_split(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let rx = this_object(vm, args, "[Symbol.split]")?;
    let s = vm.to_string(args.get(0))?;
    if is_pristine(vm, rx) && has_plain_species(vm) && (args.get(1).is_undefined() || args.get(1).is_number())
    {
        return split_plainly(vm, rx, s, limit_of(vm, args)?);
    }
    let c = vm.species_constructor(rx, Intrinsic::RegExp)?;
    let flags = flags_string(vm, rx)?;
    let unicode = has(vm, flags, b'u')? || has(vm, flags, b'v')?;
    let mut new_flags = Builder::new();
    new_flags.push(vm, flags)?;
    if !has(vm, flags, b'y')? {
        new_flags.push_ascii("y")?;
    }
    let splitter = vm.construct(c, &[rx.into(), new_flags.finish(vm)?.into()], None)?;
    let array = vm.new_array(&[])?;
    let limit = limit_of(vm, args)?;
    if limit == 0 {
        return Ok(array.into());
    }
    if s.is_empty() {
        if reg_exp_exec(vm, splitter, s)?.is_null() {
            vm.rt.array_append(array, s.into())?;
        }
        return Ok(array.into());
    }
    let size = s.len() as f64;
    let (mut p, mut q) = (0.0, 0.0);
    let last_index = vm.names().last_index;
    while q < size {
        vm.poll()?;
        vm.set(splitter, last_index, Value::number(q), true)?;
        let Some(z) = reg_exp_exec(vm, splitter, s)?.as_object() else {
            q = advance(s, q, unicode);
            continue;
        };
        let e = vm.get(splitter, last_index)?;
        let e = vm.to_length(e)?.min(size);
        if e == p {
            q = advance(s, q, unicode);
            continue;
        }
        vm.rt.array_append(array, vm.rt.substring(s, p as usize, q as usize)?.into())?;
        if array.array_length() == limit {
            return Ok(array.into());
        }
        p = e;
        let count = (vm.length_of_array_like(z)? - 1.0).max(0.0) as u64;
        for n in 1..=count {
            vm.rt.array_append(array, vm.get_index(z, n)?)?;
            if array.array_length() == limit {
                return Ok(array.into());
            }
        }
        q = p;
    }
    vm.rt.array_append(array, vm.rt.substring(s, p as usize, s.len())?.into())?;
    Ok(array.into())
}

/// The same when nobody can see how: the next match is looked for instead of being tried at each place.
fn split_plainly(vm: &Vm, rx: Obj, s: Str, limit: u32) -> Res<Value> {
    let mut last = None;
    let parts = parts(vm, (rx, s), limit, &mut last);
    if let Some(places) = last {
        note_match(vm, rx, s, &places);
    }
    parts
}

/// The parts, and the last match.
fn parts(vm: &Vm, (rx, s): (Obj, Str), limit: u32, last: &mut Option<Places>) -> Res<Value> {
    let array = vm.new_array(&[])?;
    if limit == 0 {
        return Ok(array.into());
    }
    let unicode = flags_of(vm, rx)?.pattern.either_unicode();
    let size = s.len();
    if size == 0 {
        *last = search_quietly(vm, rx, s, 0, true)?;
        if last.is_none() {
            vm.rt.array_append(array, s.into())?;
        }
        return Ok(array.into());
    }
    let (mut p, mut q) = (0, 0);
    while q < size
        && let Some(found) = search_quietly(vm, rx, s, q, false)?
    {
        let places = last.insert(found);
        vm.poll()?;
        let (from, to) = (places[0] as usize, places[1] as usize);
        if from >= size {
            break;
        }
        if to == p {
            q = advance(s, from.max(q) as f64, unicode) as usize;
            continue;
        }
        vm.rt.array_append(array, vm.rt.substring(s, p, from)?.into())?;
        if array.array_length() == limit {
            return Ok(array.into());
        }
        p = to;
        for group in 1..places.len() / 2 {
            vm.rt.array_append(array, captured(vm, s, places, group)?)?;
            if array.array_length() == limit {
                return Ok(array.into());
            }
        }
        q = p;
    }
    vm.rt.array_append(array, vm.rt.substring(s, p, size)?.into())?;
    Ok(array.into())
}
