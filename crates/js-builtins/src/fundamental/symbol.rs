//! 20.4 Symbol Objects.

use js_rt::{Attrs, Class, Sym, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    let symbols = vm.symbols();
    let well_known = [
        ("asyncDispose", symbols.async_dispose),
        ("asyncIterator", symbols.async_iterator),
        ("dispose", symbols.dispose),
        ("hasInstance", symbols.has_instance),
        ("isConcatSpreadable", symbols.is_concat_spreadable),
        ("iterator", symbols.iterator),
        ("match", symbols.match_),
        ("matchAll", symbols.match_all),
        ("replace", symbols.replace),
        ("search", symbols.search),
        ("species", symbols.species),
        ("split", symbols.split),
        ("toPrimitive", symbols.to_primitive),
        ("toStringTag", symbols.to_string_tag),
        ("unscopables", symbols.unscopables),
    ];
    let mut build = Build::constructor(vm, Intrinsic::Symbol, "Symbol", 0, symbol)
        .static_method("for", 1, symbol_for)
        .static_method("keyFor", 1, key_for);
    for (name, symbol) in well_known {
        build = build.constant(name, symbol);
    }
    build
        .prototype(Intrinsic::SymbolPrototype)
        .method("toString", 0, to_string)
        .method("valueOf", 0, value_of)
        .getter("description", description)
        .to_string_tag("Symbol")
        .symbol_method_with(symbols.to_primitive, "Symbol.toPrimitive", 1, Attrs::CONFIGURABLE, to_primitive)
        .global()
        .finish()?;
    let prototype = vm.intrinsic(Intrinsic::SymbolPrototype);
    let to_primitive = vm.get(prototype, symbols.to_primitive)?;
    if let Some(function) = to_primitive.as_object() {
        vm.set_intrinsic(Intrinsic::SymbolToPrimitive, function);
    }
    Ok(())
}

/// 20.4.1.1 Symbol ( [ description ] )
fn symbol(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.new_target.is_some() {
        return Err(vm.type_error("Symbol is not a constructor"));
    }
    let description = match args.get(0) {
        Value::UNDEFINED => None,
        description => Some(vm.to_string(description)?),
    };
    Ok(vm.rt.new_symbol(description)?.into())
}

/// 20.4.2.2 Symbol.for ( key )
fn symbol_for(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let key = vm.to_string(args.get(0))?;
    Ok(vm.rt.symbol_for(key)?.into())
}

/// 20.4.2.6 Symbol.keyFor ( sym )
fn key_for(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(symbol) = args.get(0).as_symbol() else {
        let text = vm.describe_value(args.get(0));
        return Err(vm.type_error(format_args!("{text} is not a symbol")));
    };
    Ok(symbol.registered_key().map_or(Value::UNDEFINED, Value::from))
}

/// 20.4.3.4.1 ThisSymbolValue ( value )
fn this_symbol_value(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Sym> {
    let data = vm.primitive_data(args.this, Class::SymbolObject);
    match args.this.as_symbol().or(data.and_then(Value::as_symbol)) {
        Some(symbol) => Ok(symbol),
        None => Err(vm.type_error(format_args!("Symbol.prototype{method} requires that 'this' be a Symbol"))),
    }
}

/// 20.4.3.2 get Symbol.prototype.description
fn description(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let symbol = this_symbol_value(vm, args, ".description")?;
    Ok(symbol.description().map_or(Value::UNDEFINED, Value::from))
}

/// 20.4.3.3 Symbol.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let symbol = this_symbol_value(vm, args, ".toString")?;
    symbol_descriptive_string(vm, symbol)
}

/// 20.4.3.3.1 SymbolDescriptiveString ( sym )
pub(crate) fn symbol_descriptive_string(vm: &Vm, symbol: Sym) -> Res<Value> {
    let open = vm.rt.str_from_utf8("Symbol(")?;
    let close = vm.rt.str_from_utf8(")")?;
    let description = symbol.description().unwrap_or(vm.rt.empty_str());
    let text = vm.rt.concat(open, description)?;
    Ok(vm.rt.concat(text, close)?.into())
}

/// 20.4.3.4 Symbol.prototype.valueOf ( )
fn value_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_symbol_value(vm, args, ".valueOf").map(Value::from)
}

/// 20.4.3.5 Symbol.prototype \[ %Symbol.toPrimitive% \] ( hint )
fn to_primitive(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_symbol_value(vm, args, " [ @@toPrimitive ]").map(Value::from)
}
