//! 23.1.3 Properties of the Array Prototype Object: methods that make strings.

use super::array::{element, this_array};
use crate::text::Builder;
use js_rt::{Class, List, Obj, Str, Value};
use js_vm::{Args, Intrinsic, Res, Vm};

/// Makes the list of objects that are being joined.
pub(super) fn install(vm: &Vm) -> Res<()> {
    let o = vm.object_create(None, Class::Foreign)?;
    o.set_payload(&vm.rt, Value::from_cell(vm.rt.new_list()?));
    vm.set_intrinsic(Intrinsic::JoinStack, o);
    Ok(())
}

/// Puts the elements of an object together, each as `text` has it. An object within itself is empty, as in all engines.
pub(crate) fn join_elements(
    vm: &Vm,
    o: Obj,
    length: u64,
    separator: Str,
    text: impl Fn(&Vm, Value) -> Res<Str>,
    get: impl Fn(&Vm, Obj, u64) -> Res<Value>,
) -> Res<Value> {
    vm.check_stack()?;
    let Some(stack) = vm.intrinsic(Intrinsic::JoinStack).payload_as::<List>() else {
        return Ok(vm.rt.empty_str().into());
    };
    if stack.as_slice().iter().any(|other| other.get() == o.into()) {
        return Ok(vm.rt.empty_str().into());
    }
    stack.push(&vm.rt, o.into())?;
    let depth = stack.len();
    let result = (|| {
        let mut all = Builder::new();
        for k in 0..length {
            vm.poll()?;
            if k > 0 {
                all.push(vm, separator)?;
            }
            let value = get(vm, o, k)?;
            if !value.is_nullish() {
                all.push(vm, text(vm, value)?)?;
            }
        }
        all.finish(vm)
    })();
    stack.truncate(depth - 1);
    result.map(Value::from)
}

/// 23.1.3.18 Array.prototype.join ( separator )
pub(super) fn join(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let separator = match args.get(0) {
        Value::UNDEFINED => vm.rt.str_unit(u16::from(b','))?,
        separator => vm.to_string(separator)?,
    };
    join_elements(vm, o, length, separator, |vm, value| vm.to_string(value), element)
}

/// 23.1.3.32 Array.prototype.toLocaleString ( [ reserved1 [ , reserved2 ] ] )
pub(super) fn to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let (locales, options) = (args.get(0), args.get(1));
    let separator = vm.rt.str_unit(u16::from(b','))?;
    let text = |vm: &Vm, value: Value| {
        // The arguments are for ECMA-402.
        let given = [locales, options];
        let arguments: &[Value] = if vm.has_intrinsic(Intrinsic::Intl) { &given } else { &[] };
        let value = vm.invoke(value, vm.names().to_locale_string, arguments)?;
        vm.to_string(value)
    };
    join_elements(vm, o, length, separator, text, element)
}

/// 23.1.3.36 Array.prototype.toString ( )
pub(super) fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let array = vm.to_object(args.this)?;
    let join = vm.get(array, vm.names().join)?;
    if vm.is_callable(join) {
        return vm.call(join, array.into(), &[]);
    }
    vm.call(vm.intrinsic(Intrinsic::ObjectToString).into(), array.into(), &[])
}
