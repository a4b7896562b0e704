//! The legacy constructor mode of the oldest constructors: calls without `new` that initialize an object given as `this`.

use js_rt::{Attrs, PropertyDescriptor, Sym, Value};
use js_vm::{Args, Intrinsic, Res, Vm};

/// `[[FallbackSymbol]]` of %Intl%, made when it is first needed. What a realm knows are objects: it keeps the symbol's.
fn fallback_symbol(vm: &Vm) -> Res<Sym> {
    let which = Intrinsic::IntlFallbackSymbol;
    if vm.has_intrinsic(which)
        && let Some(symbol) = vm.intrinsic(which).payload().as_symbol()
    {
        return Ok(symbol);
    }
    let symbol = vm.rt.new_symbol(Some(vm.rt.str_from_utf8("IntlLegacyConstructedSymbol")?))?;
    vm.set_intrinsic(which, vm.to_object(symbol.into())?);
    Ok(symbol)
}

/// ChainNumberFormat ( numberFormat, newTarget, this ), ChainDateTimeFormat ( dateTimeFormat, newTarget, this )
pub(crate) fn chain(vm: &Vm, args: &Args<'_>, which: Intrinsic, o: Value) -> Res<Value> {
    if args.new_target.is_some() {
        return Ok(o);
    }
    let Some(this) = args.this.as_object() else { return Ok(o) };
    if !vm.ordinary_has_instance(vm.intrinsic(which).into(), this.into())? {
        return Ok(o);
    }
    let desc = PropertyDescriptor::data(o, Attrs::NONE);
    vm.define_property_or_throw(this, fallback_symbol(vm)?, &desc)?;
    Ok(this.into())
}

/// UnwrapNumberFormat ( nf ), UnwrapDateTimeFormat ( dtf ): `is_own` says whether a value is an object of the constructor.
pub(crate) fn unwrap(
    vm: &Vm,
    this: Value,
    which: Intrinsic,
    is_own: impl FnOnce(Value) -> bool,
    method: &str,
) -> Res<Value> {
    let Some(o) = this.as_object() else {
        let what = vm.describe_value(this);
        return Err(vm.type_error(format_args!("Method {method} called on incompatible receiver {what}")));
    };
    if !is_own(this) && vm.ordinary_has_instance(vm.intrinsic(which).into(), this)? {
        return vm.get(o, fallback_symbol(vm)?);
    }
    Ok(this)
}
