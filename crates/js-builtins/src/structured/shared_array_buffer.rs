//! 25.2 SharedArrayBuffer Objects.

use super::array_buffer::{
    allocation_failed, bounds, byte_length_argument, checked, max_byte_length_option, species,
};
use js_rt::{ArrayBuffer, Class, Gc, Obj, SharedBlock, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use std::sync::Arc;

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::SharedArrayBuffer, "SharedArrayBuffer", 1, construct)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .prototype(Intrinsic::SharedArrayBufferPrototype)
        .getter("byteLength", byte_length)
        .method("slice", 2, slice)
        .getter("maxByteLength", max_byte_length)
        .getter("growable", growable)
        .method("grow", 1, grow)
        .to_string_tag("SharedArrayBuffer")
        .global()
        .finish()?;
    Ok(())
}

/// 25.2.2.1 AllocateSharedArrayBuffer ( constructor, byteLength [ , maxByteLength ] )
fn allocate(vm: &Vm, constructor: Obj, len: u64, max: Option<u64>) -> Res<Obj> {
    if max.is_some_and(|max| len > max) {
        return Err(vm.range_error("Invalid array buffer max length"));
    }
    let proto = Intrinsic::SharedArrayBufferPrototype;
    let buffer = vm.ordinary_create_from_constructor(constructor, proto, Class::SharedArrayBuffer)?;
    let len = checked(vm, len)?;
    let max = max.map(|max| checked(vm, max)).transpose()?;
    let block = SharedBlock::new(len, max).ok_or_else(|| allocation_failed(vm))?;
    let data = vm.rt.new_shared_buffer(block).map_err(|_| allocation_failed(vm))?;
    buffer.set_payload(&vm.rt, Value::from_cell(data));
    Ok(buffer)
}

/// 25.2.3.1 SharedArrayBuffer ( length [ , options ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error("Constructor SharedArrayBuffer requires 'new'"));
    };
    let len = byte_length_argument(vm, args.get(0))?;
    let max = max_byte_length_option(vm, args.get(1))?;
    allocate(vm, target, len, max).map(Value::from)
}

fn data_of(value: Value) -> Option<Gc<ArrayBuffer>> {
    value.as_object().filter(|o| o.class() == Class::SharedArrayBuffer)?.payload_as::<ArrayBuffer>()
}

fn this(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<ArrayBuffer>> {
    data_of(args.this).ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!(
            "Method SharedArrayBuffer.prototype.{method} called on incompatible receiver {what}"
        ))
    })
}

/// 25.2.5.1 get SharedArrayBuffer.prototype.byteLength
fn byte_length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(this(vm, args, "byteLength")?.len() as f64))
}

/// 25.2.5.5 get SharedArrayBuffer.prototype.maxByteLength
fn max_byte_length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "maxByteLength")?;
    Ok(Value::number(data.max().unwrap_or(data.len()) as f64))
}

/// 25.2.5.4 get SharedArrayBuffer.prototype.growable
fn growable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok((!this(vm, args, "growable")?.is_fixed_length()).into())
}

/// 25.2.5.3 SharedArrayBuffer.prototype.grow ( newLength )
fn grow(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "grow")?;
    let (Some(max), Some(block)) = (data.max(), data.shared()) else {
        return Err(
            vm.type_error("Method SharedArrayBuffer.prototype.grow called on a buffer of fixed length")
        );
    };
    let len = vm.to_index(args.get(0))?;
    if len > max as u64 || !block.grow(len as usize) {
        return Err(vm.range_error("SharedArrayBuffer.prototype.grow: Invalid length parameter"));
    }
    Ok(Value::UNDEFINED)
}

/// 25.2.5.6 SharedArrayBuffer.prototype.slice ( start, end )
fn slice(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "slice")?;
    let (first, last) = bounds(vm, data.len(), args.get(0), args.get(1))?;
    let len = last.saturating_sub(first);
    let Some(this) = args.this.as_object() else {
        return Ok(Value::UNDEFINED);
    };
    let constructor = vm.species_constructor(this, Intrinsic::SharedArrayBuffer)?;
    let new = vm.construct(constructor, &[Value::number(len as f64)], None)?;
    let Some(target) = data_of(new.into()) else {
        return Err(vm.type_error("The species constructor did not return a SharedArrayBuffer"));
    };
    let same = match (data.shared(), target.shared()) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    };
    if same {
        return Err(vm.type_error("SharedArrayBuffer subclass returned this from species constructor"));
    }
    if target.len() < len {
        return Err(vm.type_error("Species constructor returned a too small SharedArrayBuffer"));
    }
    target.copy_from(0, &data, first, len);
    Ok(new.into())
}
