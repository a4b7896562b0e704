//! 22.1.5 String Iterator Objects.

use super::string::this_string;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

const STRING: usize = 0;
const POSITION: usize = 1;

/// 22.1.3.36 String.prototype [ %Symbol.iterator% ] ( )
pub(super) fn create(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "[Symbol.iterator]")?;
    let proto = vm.intrinsic(Intrinsic::StringIteratorPrototype);
    let iterator = vm.object_create(Some(proto), Class::StringIterator)?;
    vm.rt.flatten(string)?;
    let slots = vm.rt.internal_from(&[string.into(), Value::int(0)])?;
    iterator.set_payload(&vm.rt, Value::from_cell(slots));
    Ok(iterator.into())
}

/// 22.1.5.1.1 %StringIteratorPrototype%.next ( )
fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterator = args.this.as_object().filter(|o| o.class() == Class::StringIterator);
    let Some(iterator) = iterator else {
        let what = vm.describe_value(args.this);
        return Err(vm.type_error(format_args!("next method called on incompatible receiver {what}")));
    };
    let position = iterator.internal(POSITION).as_int().unwrap_or(0) as usize;
    let string = iterator.internal(STRING).as_string().filter(|string| position < string.len());
    let Some(string) = string else {
        iterator.set_internal(&vm.rt, STRING, Value::UNDEFINED);
        return vm.create_iter_result(Value::UNDEFINED, true);
    };
    let (code_point, units) = string.code_point_at(position);
    iterator.set_internal(&vm.rt, POSITION, Value::int((position + units) as i32));
    vm.create_iter_result(vm.rt.str_code_point(code_point)?.into(), false)
}

/// %StringIteratorPrototype%
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::object(vm, Intrinsic::StringIteratorPrototype, "", Intrinsic::IteratorPrototype)
        .method("next", 0, next)
        .to_string_tag("String Iterator")
        .finish()?;
    Ok(())
}
