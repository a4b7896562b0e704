//! 25.1 ArrayBuffer Objects, with those that are immutable.

use crate::indexed::array::MAX_LENGTH;
use js_rt::{ArrayBuffer, Class, Gc, Obj, Value};
use js_vm::{Args, Build, Intrinsic, Res, Throw, Vm};

/// The largest number of bytes; what is possible before that is up to the heap.
pub(super) const MAX_BYTES: u64 = 1 << 33;

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::ArrayBuffer, "ArrayBuffer", 1, construct)
        .static_method("isView", 1, is_view)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .prototype(Intrinsic::ArrayBufferPrototype)
        .getter("byteLength", byte_length)
        .method("slice", 2, slice)
        .getter("maxByteLength", max_byte_length)
        .getter("resizable", resizable)
        .method("resize", 1, resize)
        .method("transfer", 0, transfer)
        .method("transferToFixedLength", 0, transfer_to_fixed_length)
        .getter("detached", detached)
        .getter("immutable", immutable)
        .method("sliceToImmutable", 2, slice_to_immutable)
        .method("transferToImmutable", 0, transfer_to_immutable)
        .to_string_tag("ArrayBuffer")
        .global()
        .finish()?;
    Ok(())
}

/// 25.1.5.2 get ArrayBuffer [ %Symbol.species% ]
pub(super) fn species(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

#[cold]
pub(super) fn allocation_failed(vm: &Vm) -> Throw {
    vm.range_error("Array buffer allocation failed")
}

/// 7.1.22 ToIndex of a length, with a message of its own
pub(crate) fn length_argument(vm: &Vm, value: Value, message: impl Fn(f64) -> String) -> Res<u64> {
    let length = vm.to_integer_or_infinity(value)?;
    if (0.0..=MAX_LENGTH as f64).contains(&length) {
        return Ok(length as u64);
    }
    Err(vm.range_error(message(length)))
}

/// ToIndex of a number of bytes
pub(super) fn byte_length_argument(vm: &Vm, value: Value) -> Res<u64> {
    length_argument(vm, value, |_| "Invalid array buffer length".to_owned())
}

/// A number of bytes that there may be.
pub(super) fn checked(vm: &Vm, bytes: u64) -> Res<usize> {
    match usize::try_from(bytes) {
        Ok(len) if bytes <= MAX_BYTES => Ok(len),
        _ => Err(allocation_failed(vm)),
    }
}

/// 25.1.3.8 GetArrayBufferMaxByteLengthOption ( options )
pub(super) fn max_byte_length_option(vm: &Vm, options: Value) -> Res<Option<u64>> {
    let Some(o) = options.as_object() else {
        return Ok(None);
    };
    let max = vm.get(o, vm.rt.key_from_utf8("maxByteLength")?)?;
    if max.is_undefined() { Ok(None) } else { vm.to_index(max).map(Some) }
}

/// 25.1.3.1 AllocateArrayBuffer ( constructor, byteLength [ , maxByteLength ] )
pub(crate) fn allocate(vm: &Vm, constructor: Obj, len: u64, max: Option<u64>) -> Res<Obj> {
    if max.is_some_and(|max| len > max) {
        return Err(vm.range_error("Invalid array buffer max length"));
    }
    let buffer = vm.ordinary_create_from_constructor(
        constructor,
        Intrinsic::ArrayBufferPrototype,
        Class::ArrayBuffer,
    )?;
    let len = checked(vm, len)?;
    let max = max.map(|max| checked(vm, max)).transpose()?;
    let data = vm.rt.new_array_buffer(len, max).map_err(|_| allocation_failed(vm))?;
    buffer.set_payload(&vm.rt, Value::from_cell(data));
    Ok(buffer)
}

/// A buffer of the running realm with so many bytes.
pub(crate) fn new_buffer(vm: &Vm, len: u64) -> Res<Obj> {
    allocate(vm, vm.intrinsic(Intrinsic::ArrayBuffer), len, None)
}

/// 25.1.4.1 ArrayBuffer ( length [ , options ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error("Constructor ArrayBuffer requires 'new'"));
    };
    let len = byte_length_argument(vm, args.get(0))?;
    let max = max_byte_length_option(vm, args.get(1))?;
    allocate(vm, target, len, max).map(Value::from)
}

/// 25.1.5.1 ArrayBuffer.isView ( arg )
fn is_view(_: &Vm, args: &Args<'_>) -> Res<Value> {
    let is =
        args.get(0).as_object().is_some_and(|o| o.class() == Class::DataView || o.class().is_typed_array());
    Ok(is.into())
}

/// `[[ArrayBufferData]]` of an object that is not shared.
fn data_of(value: Value) -> Option<Gc<ArrayBuffer>> {
    value.as_object().filter(|o| o.class() == Class::ArrayBuffer)?.payload_as::<ArrayBuffer>()
}

fn this(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<ArrayBuffer>> {
    data_of(args.this).ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!(
            "Method ArrayBuffer.prototype.{method} called on incompatible receiver {what}"
        ))
    })
}

#[cold]
fn is_detached(vm: &Vm, method: &str) -> Throw {
    vm.type_error(format_args!("Cannot perform ArrayBuffer.prototype.{method} on a detached ArrayBuffer"))
}

/// 25.1.6.1 get ArrayBuffer.prototype.byteLength
fn byte_length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(this(vm, args, "byteLength")?.len() as f64))
}

/// 25.1.6.4 get ArrayBuffer.prototype.maxByteLength
fn max_byte_length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "maxByteLength")?;
    let max = if data.is_detached() { 0 } else { data.max().unwrap_or(data.len()) };
    Ok(Value::number(max as f64))
}

/// 25.1.6.5 get ArrayBuffer.prototype.resizable
fn resizable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok((!this(vm, args, "resizable")?.is_fixed_length()).into())
}

/// 25.1.6.3 get ArrayBuffer.prototype.detached
fn detached(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args, "detached")?.is_detached().into())
}

/// get ArrayBuffer.prototype.immutable
fn immutable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args, "immutable")?.is_immutable().into())
}

/// 25.1.6.6 ArrayBuffer.prototype.resize ( newLength )
fn resize(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "resize")?;
    let Some(max) = data.max() else {
        return Err(vm.type_error("Method ArrayBuffer.prototype.resize called on a buffer of fixed length"));
    };
    let len = vm.to_index(args.get(0))?;
    if data.is_detached() {
        return Err(is_detached(vm, "resize"));
    }
    if len > max as u64 {
        return Err(vm.range_error("ArrayBuffer.prototype.resize: Invalid length parameter"));
    }
    data.resize(&vm.rt, len as usize).map_err(|_| allocation_failed(vm))?;
    Ok(Value::UNDEFINED)
}

/// Where a range given by two arguments, which may count from the end, begins and ends.
pub(super) fn bounds(vm: &Vm, len: usize, start: Value, end: Value) -> Res<(usize, usize)> {
    let len = len as f64;
    let place = |relative: f64| if relative < 0.0 { (len + relative).max(0.0) } else { relative.min(len) };
    let first = place(vm.to_integer_or_infinity(start)?);
    let last = if end.is_undefined() { len } else { place(vm.to_integer_or_infinity(end)?) };
    Ok((first as usize, last as usize))
}

/// 25.1.6.7 ArrayBuffer.prototype.slice ( start, end )
fn slice(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "slice")?;
    if data.is_detached() {
        return Err(is_detached(vm, "slice"));
    }
    let (first, last) = bounds(vm, data.len(), args.get(0), args.get(1))?;
    let len = last.saturating_sub(first);
    let Some(this) = args.this.as_object() else {
        return Ok(Value::UNDEFINED);
    };
    let constructor = vm.species_constructor(this, Intrinsic::ArrayBuffer)?;
    let new = vm.construct(constructor, &[Value::number(len as f64)], None)?;
    let Some(target) = data_of(new.into()) else {
        return Err(vm.type_error("The species constructor did not return an ArrayBuffer"));
    };
    if target.is_detached() {
        return Err(is_detached(vm, "slice"));
    }
    if target.is_immutable() {
        return Err(vm.type_error("The species constructor returned an immutable ArrayBuffer"));
    }
    if new == this {
        return Err(vm.type_error("ArrayBuffer subclass returned this from species constructor"));
    }
    if target.len() < len {
        return Err(vm.type_error("Species constructor returned a too small ArrayBuffer"));
    }
    if data.is_detached() {
        return Err(is_detached(vm, "slice"));
    }
    if first < data.len() {
        target.copy_from(0, &data, first, len.min(data.len() - first));
    }
    Ok(new.into())
}

/// ArrayBuffer.prototype.sliceToImmutable ( [ start [ , end ] ] )
fn slice_to_immutable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "sliceToImmutable")?;
    if data.is_detached() {
        return Err(is_detached(vm, "sliceToImmutable"));
    }
    let (first, last) = bounds(vm, data.len(), args.get(0), args.get(1))?;
    if data.is_detached() {
        return Err(is_detached(vm, "sliceToImmutable"));
    }
    if data.len() < last {
        return Err(vm.range_error("The ArrayBuffer was shortened meanwhile"));
    }
    let len = last.saturating_sub(first);
    let new = new_buffer(vm, len as u64)?;
    if let Some(target) = data_of(new.into()) {
        target.copy_from(0, &data, first, len);
        target.set_immutable();
    }
    Ok(new.into())
}

/// What the result of a transfer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transfer {
    PreserveResizability,
    FixedLength,
    Immutable,
}

/// 25.1.3.3 ArrayBufferCopyAndDetach ( arrayBuffer, newLength, preserveResizability )
fn copy_and_detach(vm: &Vm, args: &Args<'_>, kind: Transfer, method: &str) -> Res<Value> {
    let data = this(vm, args, method)?;
    let len = if args.get(0).is_undefined() { data.len() as u64 } else { vm.to_index(args.get(0))? };
    if data.is_detached() {
        return Err(is_detached(vm, method));
    }
    if data.is_immutable() {
        return Err(vm.type_error(format_args!(
            "Cannot perform ArrayBuffer.prototype.{method} on an immutable ArrayBuffer"
        )));
    }
    let max = if kind == Transfer::PreserveResizability { data.max() } else { None };
    let same = max.is_none() && data.is_fixed_length() && len == data.len() as u64;
    let new = allocate(
        vm,
        vm.intrinsic(Intrinsic::ArrayBuffer),
        if same { 0 } else { len },
        max.map(|max| max as u64),
    )?;
    let Some(target) = data_of(new.into()) else {
        return Ok(Value::UNDEFINED);
    };
    if same {
        target.take(&vm.rt, &data);
    } else {
        target.copy_from(0, &data, 0, target.len().min(data.len()));
        data.detach();
    }
    if kind == Transfer::Immutable {
        target.set_immutable();
    }
    Ok(new.into())
}

/// 25.1.6.8 ArrayBuffer.prototype.transfer ( [ newLength ] )
fn transfer(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    copy_and_detach(vm, args, Transfer::PreserveResizability, "transfer")
}

/// 25.1.6.9 ArrayBuffer.prototype.transferToFixedLength ( [ newLength ] )
fn transfer_to_fixed_length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    copy_and_detach(vm, args, Transfer::FixedLength, "transferToFixedLength")
}

/// ArrayBuffer.prototype.transferToImmutable ( [ newLength ] )
fn transfer_to_immutable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    copy_and_detach(vm, args, Transfer::Immutable, "transferToImmutable")
}
