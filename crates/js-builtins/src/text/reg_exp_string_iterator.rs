//! 22.2.9 RegExp String Iterator Objects.

use super::reg_exp_exec::reg_exp_exec;
use super::reg_exp_prototype::advance_last_index;
use js_rt::{Class, Obj, Str, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

const MATCHER: usize = 0;
const STRING: usize = 1;
const GLOBAL: usize = 2;
const UNICODE: usize = 3;

/// 22.2.9.1 CreateRegExpStringIterator
pub(super) fn create(vm: &Vm, matcher: Obj, s: Str, global: bool, unicode: bool) -> Res<Value> {
    let proto = vm.intrinsic(Intrinsic::RegExpStringIteratorPrototype);
    let iterator = vm.object_create(Some(proto), Class::RegExpStringIterator)?;
    let slots =
        vm.rt.internal_from(&[matcher.into(), s.into(), Value::bool(global), Value::bool(unicode)])?;
    iterator.set_payload(&vm.rt, Value::from_cell(slots));
    Ok(iterator.into())
}

/// 22.2.9.2.1 %RegExpStringIteratorPrototype%.next ( )
fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterator = args.this.as_object().filter(|o| o.class() == Class::RegExpStringIterator);
    let Some(iterator) = iterator else {
        let what = vm.describe_value(args.this);
        return Err(vm.type_error(format_args!("next method called on incompatible receiver {what}")));
    };
    let parts = (iterator.internal(MATCHER).as_object(), iterator.internal(STRING).as_string());
    let (Some(matcher), Some(s)) = parts else { return vm.create_iter_result(Value::UNDEFINED, true) };
    let found = step(vm, iterator, matcher, s);
    if !matches!(found, Ok(Some(_))) || iterator.internal(GLOBAL) == Value::FALSE {
        iterator.set_internal(&vm.rt, MATCHER, Value::UNDEFINED);
    }
    match found? {
        Some(found) => vm.create_iter_result(found.into(), false),
        None => vm.create_iter_result(Value::UNDEFINED, true),
    }
}

fn step(vm: &Vm, iterator: Obj, matcher: Obj, s: Str) -> Res<Option<Obj>> {
    let Some(found) = reg_exp_exec(vm, matcher, s)?.as_object() else { return Ok(None) };
    if iterator.internal(GLOBAL) == Value::TRUE {
        let text = vm.get_index(found, 0)?;
        if vm.to_string(text)?.is_empty() {
            advance_last_index(vm, matcher, s, iterator.internal(UNICODE) == Value::TRUE)?;
        }
    }
    Ok(Some(found))
}

/// %RegExpStringIteratorPrototype%
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::object(vm, Intrinsic::RegExpStringIteratorPrototype, "", Intrinsic::IteratorPrototype)
        .method("next", 0, next)
        .to_string_tag("RegExp String Iterator")
        .finish()?;
    Ok(())
}
