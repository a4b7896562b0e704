//! 20.2 Function Objects.

use js_bytecode::FunctionKind;
use js_rt::{Attrs, Class, Closure, Flags, Gc, List, Obj, Own, PropertyDescriptor, Str, StrView, Value};
use js_vm::{Args, Build, DynamicKind, Intrinsic, Res, Vm};

/// %Function.prototype%, which the making of every other function needs.
pub(crate) fn install_prototype(vm: &Vm) -> Res<()> {
    vm.make_function_prototype(|_, _| Ok(Value::UNDEFINED)).map(drop)
}

pub(crate) fn install(vm: &Vm) -> Res<()> {
    let thrower = throw_type_error_function(vm)?;
    vm.set_intrinsic(Intrinsic::ThrowTypeError, thrower);
    Build::constructor(vm, Intrinsic::Function, "Function", 1, function)
        .prototype(Intrinsic::FunctionPrototype)
        .method("apply", 2, apply)
        .method("bind", 1, bind)
        .method("call", 1, call)
        .method("toString", 0, to_string)
        .symbol_method_with(vm.symbols().has_instance, "Symbol.hasInstance", 1, Attrs::NONE, has_instance)
        .global()
        .finish()?;
    let prototype = vm.intrinsic(Intrinsic::FunctionPrototype);
    if let Some(function) = vm.get(prototype, vm.symbols().has_instance)?.as_object() {
        vm.set_intrinsic(Intrinsic::FunctionHasInstance, function);
    }
    // 10.2.4 AddRestrictedFunctionProperties
    for name in ["arguments", "caller"] {
        let key = vm.rt.key_from_utf8(name)?;
        let accessor = PropertyDescriptor {
            get: Some(thrower.into()),
            set: Some(thrower.into()),
            enumerable: Some(false),
            configurable: Some(true),
            ..PropertyDescriptor::default()
        };
        vm.define_property_or_throw(prototype, key, &accessor)?;
    }
    Ok(())
}

/// 10.2.4.1 %ThrowTypeError% ( ), a frozen function
fn throw_type_error_function(vm: &Vm) -> Res<Obj> {
    let thrower = vm.native_named(throw_type_error, 0, "")?;
    let fixed = PropertyDescriptor { configurable: Some(false), ..PropertyDescriptor::default() };
    vm.define_property_or_throw(thrower, vm.names().length, &fixed)?;
    vm.define_property_or_throw(thrower, vm.names().name, &fixed)?;
    vm.prevent_extensions(thrower)?;
    Ok(thrower)
}

/// It also is what sloppy functions inherit as `caller` and `arguments`: these get the answer of an extension that is not there.
fn throw_type_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.this.as_object().is_some_and(is_sloppy_function) {
        return Ok(Value::UNDEFINED);
    }
    Err(vm.type_error(
        "'caller', 'callee', and 'arguments' properties may not be accessed on strict mode functions or the arguments objects for calls to them",
    ))
}

/// Whether it is a function that no clause forbids to have `caller` and `arguments` (17.1 Forbidden Extensions).
fn is_sloppy_function(f: Obj) -> bool {
    if f.class() != Class::Function {
        return false;
    }
    f.payload_as::<Closure>().is_some_and(|closure| {
        let function = &closure.code().function;
        let plain =
            function.kind == FunctionKind::Normal && !function.flags.generator && !function.flags.is_async;
        plain && !function.flags.strict
    })
}

/// 20.2.1.1 Function ( ...parameterArgs, bodyArg )
fn function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.create_dynamic_function(args, DynamicKind::Normal)
}

fn this_callable(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Obj> {
    match args.this.as_object().filter(|f| f.is_callable()) {
        Some(f) => Ok(f),
        None => {
            let text = vm.describe_value(args.this);
            Err(vm.type_error(format_args!(
                "Function.prototype.{method} was called on {text}, which is not a function"
            )))
        }
    }
}

/// 20.2.3.1 Function.prototype.apply ( thisArg, argArray )
fn apply(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = this_callable(vm, args, "apply")?;
    if args.get(1).is_nullish() {
        return vm.call(f.into(), args.get(0), &[]);
    }
    let list = vm.create_list_from_array_like(args.get(1))?;
    vm.call_list(f.into(), args.get(0), list.as_slice())
}

/// 20.2.3.3 Function.prototype.call ( thisArg, ...args )
fn call(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = this_callable(vm, args, "call")?;
    vm.call_list(f.into(), args.get(0), args.rest(1))
}

/// 20.2.3.2 Function.prototype.bind ( thisArg, ...args )
fn bind(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.this.as_object().filter(|f| f.is_callable()) else {
        return Err(vm.type_error("Bind must be called on a function"));
    };
    let f = bound_function_create(vm, target, args)?;
    let length = bound_length(vm, target, args.len().saturating_sub(1))?;
    vm.rt.add(f, vm.names().length, Value::number(length), Attrs::CONFIGURABLE)?;
    let name = vm.get(target, vm.names().name)?.as_string().unwrap_or(vm.rt.empty_str());
    let prefix = vm.rt.str_from_utf8("bound ")?;
    let name = vm.rt.concat(prefix, name)?;
    vm.rt.add(f, vm.names().name, name.into(), Attrs::CONFIGURABLE)?;
    Ok(f.into())
}

/// 10.4.1.3 BoundFunctionCreate ( targetFunction, boundThis, boundArgs )
fn bound_function_create(vm: &Vm, target: Obj, args: &Args<'_>) -> Res<Obj> {
    let proto = vm.get_prototype_of(target)?;
    let slots: Gc<List> = vm.rt.list_with_capacity(args.len() + 1)?;
    slots.push(&vm.rt, target.into())?;
    slots.push(&vm.rt, args.get(0))?;
    for value in args.rest(1) {
        slots.push(&vm.rt, value.get())?;
    }
    let f = vm.object_create(proto, Class::BoundFunction)?;
    let internal = vm.rt.new_internal(slots.len())?;
    for (at, value) in slots.as_slice().iter().enumerate() {
        internal.set(&vm.rt, at, value.get());
    }
    f.set_payload(&vm.rt, Value::from_cell(internal));
    f.set_flag(Flags::CALLABLE);
    if target.is_constructor() {
        f.set_flag(Flags::CONSTRUCTOR);
    }
    Ok(f)
}

/// Steps 5 to 7 of Function.prototype.bind, which those of WrappedFunctionCreate are, too
pub(crate) fn bound_length(vm: &Vm, target: Obj, arguments: usize) -> Res<f64> {
    if !vm.has_own_property(target, vm.names().length)? {
        return Ok(0.0);
    }
    match vm.get(target, vm.names().length)?.as_number() {
        Some(length) => Ok((js_rt::number::to_integer_or_infinity(length) - arguments as f64).max(0.0)),
        None => Ok(0.0),
    }
}

/// 20.2.3.5 Function.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(f) = args.this.as_object().filter(|f| f.is_callable()) else {
        return Err(vm.type_error("Function.prototype.toString requires that 'this' be a Function"));
    };
    if f.class() == Class::Function
        && let Some(closure) = f.payload_as::<Closure>()
    {
        let code = closure.code();
        let (from, to) = code.function.source;
        if let Some(text) = code.unit.source.text.get(from as usize..to as usize) {
            return Ok(vm.rt.str_from_utf8(text)?.into());
        }
    }
    let name = native_name(vm, f).map(|name| name.to_std()).unwrap_or_default();
    Ok(vm.rt.str_from_utf8(&format!("function {name}() {{ [native code] }}"))?.into())
}

/// The name of a built-in function as the syntax NativeFunction allows it: identifiers and well-known symbols, of accessors too.
fn native_name(vm: &Vm, f: Obj) -> Option<Str> {
    if f.class() != Class::NativeFunction {
        return None;
    }
    let Some(Own::Data(name, _)) = vm.rt.get_own(f, vm.names().name) else {
        return None;
    };
    let name = name.as_string()?;
    let Some(StrView::Latin1(units)) = name.try_view() else {
        return None;
    };
    let part = units.strip_prefix(b"get ").or(units.strip_prefix(b"set ")).unwrap_or(units);
    let part = match part.strip_prefix(b"[") {
        Some(symbol) => symbol.strip_prefix(b"Symbol.")?.strip_suffix(b"]")?,
        None => part,
    };
    let starts = part.first().is_some_and(|c| !c.is_ascii_digit());
    (starts && part.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'$'))).then_some(name)
}

/// 20.2.3.6 Function.prototype \[ %Symbol.hasInstance% \] ( V )
fn has_instance(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.ordinary_has_instance(args.this, args.get(0)).map(Value::bool)
}
