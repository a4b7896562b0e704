//! 23.1.3 Properties of the Array Prototype Object: methods that call a function for each element.

use super::array::{Target, before_hole, behind_hole, callback, present, this_array};
use js_rt::{Obj, Value};
use js_vm::{Args, Res, Vm};

/// Calls the first argument for each element there is, in order, until `visit` answers false. `visit` gets index, element, and
/// what the call gave.
fn each(
    vm: &Vm,
    args: &Args<'_>,
    (o, length, f): (Obj, u64, Value),
    mut visit: impl FnMut(u64, Value, Value) -> Res<bool>,
) -> Res<()> {
    let this_arg = args.get(1);
    let mut k = 0;
    while k < length {
        vm.poll()?;
        let Some(value) = present(vm, o, k)? else {
            k = behind_hole(vm, o, k);
            continue;
        };
        let result = vm.call(f, this_arg, &[value, Value::number(k as f64), o.into()])?;
        if !visit(k, value, result)? {
            return Ok(());
        }
        k += 1;
    }
    Ok(())
}

fn subject(vm: &Vm, args: &Args<'_>) -> Res<(Obj, u64, Value)> {
    let (o, length) = this_array(vm, args)?;
    Ok((o, length, callback(vm, args, 0)?))
}

/// 23.1.3.6 Array.prototype.every ( callback [ , thisArg ] )
pub(super) fn every(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let mut all = true;
    each(vm, args, subject(vm, args)?, |_, _, result| {
        all = result.to_boolean();
        Ok(all)
    })?;
    Ok(Value::bool(all))
}

/// 23.1.3.8 Array.prototype.filter ( callback [ , thisArg ] )
pub(super) fn filter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = subject(vm, args)?;
    let target = Target::of_species(vm, subject.0, 0)?;
    let mut to = 0;
    each(vm, args, subject, |_, value, selected| {
        if selected.to_boolean() {
            target.define(vm, to, value)?;
            to += 1;
        }
        Ok(true)
    })?;
    Ok(target.object.into())
}

/// 23.1.3.15 Array.prototype.forEach ( callback [ , thisArg ] )
pub(super) fn for_each(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    each(vm, args, subject(vm, args)?, |_, _, _| Ok(true))?;
    Ok(Value::UNDEFINED)
}

/// 23.1.3.21 Array.prototype.map ( callback [ , thisArg ] )
pub(super) fn map(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = subject(vm, args)?;
    let target = Target::of_species(vm, subject.0, subject.1)?;
    each(vm, args, subject, |k, _, mapped| {
        target.define(vm, k, mapped)?;
        Ok(true)
    })?;
    Ok(target.with_length(vm, subject.1))
}

/// 23.1.3.29 Array.prototype.some ( callback [ , thisArg ] )
pub(super) fn some(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let mut any = false;
    each(vm, args, subject(vm, args)?, |_, _, result| {
        any = result.to_boolean();
        Ok(!any)
    })?;
    Ok(Value::bool(any))
}

/// 23.1.3.24 Array.prototype.reduce ( callback [ , initialValue ] )
pub(super) fn reduce(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length, f) = subject(vm, args)?;
    let mut accumulator = args.given(1);
    let mut k = 0;
    while k < length {
        vm.poll()?;
        let Some(value) = present(vm, o, k)? else {
            k = behind_hole(vm, o, k);
            continue;
        };
        accumulator = Some(match accumulator {
            None => value,
            Some(before) => fold(vm, f, before, value, k, o)?,
        });
        k += 1;
    }
    reduced(vm, accumulator)
}

/// 23.1.3.25 Array.prototype.reduceRight ( callback [ , initialValue ] )
pub(super) fn reduce_right(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length, f) = subject(vm, args)?;
    let mut accumulator = args.given(1);
    let mut next = length.checked_sub(1);
    while let Some(k) = next {
        vm.poll()?;
        let Some(value) = present(vm, o, k)? else {
            next = before_hole(vm, o, k);
            continue;
        };
        accumulator = Some(match accumulator {
            None => value,
            Some(before) => fold(vm, f, before, value, k, o)?,
        });
        next = k.checked_sub(1);
    }
    reduced(vm, accumulator)
}

fn fold(vm: &Vm, f: Value, before: Value, value: Value, k: u64, o: Obj) -> Res<Value> {
    vm.call(f, Value::UNDEFINED, &[before, value, Value::number(k as f64), o.into()])
}

fn reduced(vm: &Vm, accumulator: Option<Value>) -> Res<Value> {
    accumulator.ok_or_else(|| vm.type_error("Reduce of empty array with no initial value"))
}
