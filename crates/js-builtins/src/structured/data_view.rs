//! 25.3 DataView Objects.

use js_rt::{ArrayBuffer, Class, ElementType, Gc, TypedView, Value};
use js_vm::{Args, Build, Intrinsic, Res, Throw, Vm};

macro_rules! accessors {
    ($($get:ident $set:ident $element:ident $name:literal;)*) => {
        $(
            /// 25.3.4 DataView.prototype.get*Type* ( byteOffset [ , littleEndian ] )
            fn $get(vm: &Vm, args: &Args<'_>) -> Res<Value> {
                get_view_value(vm, args, ElementType::$element)
            }

            /// 25.3.4 DataView.prototype.set*Type* ( byteOffset, value [ , littleEndian ] )
            fn $set(vm: &Vm, args: &Args<'_>) -> Res<Value> {
                set_view_value(vm, args, ElementType::$element)
            }
        )*

        fn accessors(build: Build<'_>) -> Build<'_> {
            build$(.method(concat!("get", $name), 1, $get).method(concat!("set", $name), 2, $set))*
        }
    };
}

accessors! {
    get_big_int64 set_big_int64 BigInt64 "BigInt64";
    get_big_uint64 set_big_uint64 BigUint64 "BigUint64";
    get_float16 set_float16 Float16 "Float16";
    get_float32 set_float32 Float32 "Float32";
    get_float64 set_float64 Float64 "Float64";
    get_int8 set_int8 Int8 "Int8";
    get_int16 set_int16 Int16 "Int16";
    get_int32 set_int32 Int32 "Int32";
    get_uint8 set_uint8 Uint8 "Uint8";
    get_uint16 set_uint16 Uint16 "Uint16";
    get_uint32 set_uint32 Uint32 "Uint32";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::DataView, "DataView", 1, construct)
        .prototype(Intrinsic::DataViewPrototype)
        .getter("buffer", buffer)
        .getter("byteLength", byte_length)
        .getter("byteOffset", byte_offset);
    accessors(build).to_string_tag("DataView").global().finish()?;
    Ok(())
}

#[cold]
fn invalid_length(vm: &Vm, length: u64) -> Throw {
    vm.range_error(format_args!("Invalid DataView length {length}"))
}

#[cold]
fn outside(vm: &Vm, offset: u64) -> Throw {
    vm.range_error(format_args!("Start offset {offset} is outside the bounds of the buffer"))
}

#[cold]
fn detached(vm: &Vm) -> Throw {
    vm.type_error("Cannot perform DataView constructor on a detached ArrayBuffer")
}

/// 25.3.2.1 DataView ( buffer [ , byteOffset [ , byteLength ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error("Constructor DataView requires 'new'"));
    };
    let buffer = args.get(0).as_object().and_then(|o| Some((o, o.payload_as::<ArrayBuffer>()?)));
    let Some((buffer, data)) = buffer else {
        return Err(vm.type_error("First argument to DataView constructor must be an ArrayBuffer"));
    };
    let offset = vm.to_index(args.get(1))?;
    if data.is_detached() {
        return Err(detached(vm));
    }
    let available = data.len() as u64;
    if offset > available {
        return Err(outside(vm, offset));
    }
    let given = args.get(2);
    let mut length = if data.is_fixed_length() { Some(available - offset) } else { None };
    if !given.is_undefined() {
        let wanted = vm.to_index(given)?;
        if offset + wanted > available {
            return Err(invalid_length(vm, wanted));
        }
        length = Some(wanted);
    }
    let view = vm.ordinary_create_from_constructor(target, Intrinsic::DataViewPrototype, Class::DataView)?;
    if data.is_detached() {
        return Err(detached(vm));
    }
    let available = data.len() as u64;
    if offset > available {
        return Err(outside(vm, offset));
    }
    if let Some(wanted) = length.filter(|wanted| !given.is_undefined() && offset + *wanted > available) {
        return Err(invalid_length(vm, wanted));
    }
    let length = length.map(|length| length as usize);
    let payload = vm.rt.new_typed_view(buffer, offset as usize, length, ElementType::Uint8)?;
    view.set_payload(&vm.rt, Value::from_cell(payload));
    Ok(view.into())
}

fn this(vm: &Vm, args: &Args<'_>) -> Res<Gc<TypedView>> {
    let view = args.this.as_object().filter(|o| o.class() == Class::DataView);
    view.and_then(|o| o.payload_as::<TypedView>()).ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!("Method of DataView.prototype called on incompatible receiver {what}"))
    })
}

#[cold]
fn out_of_bounds(vm: &Vm) -> Throw {
    vm.type_error("The DataView is out of bounds of its buffer, or that is detached")
}

/// 25.3.4.1 get DataView.prototype.buffer
fn buffer(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args)?.buffer().into())
}

/// 25.3.4.2 get DataView.prototype.byteLength
fn byte_length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let length = this(vm, args)?.length().ok_or_else(|| out_of_bounds(vm))?;
    Ok(Value::number(length as f64))
}

/// 25.3.4.3 get DataView.prototype.byteOffset
fn byte_offset(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let view = this(vm, args)?;
    if view.is_out_of_bounds() {
        return Err(out_of_bounds(vm));
    }
    Ok(Value::number(view.raw_offset() as f64))
}

/// The byte of the buffer where an access of so many bytes begins.
fn place(vm: &Vm, view: &TypedView, index: u64, element: ElementType) -> Res<usize> {
    let length = view.length().ok_or_else(|| out_of_bounds(vm))?;
    if index + element.size() as u64 > length as u64 {
        return Err(vm.range_error("Offset is outside the bounds of the DataView"));
    }
    Ok(view.raw_offset() + index as usize)
}

/// 25.3.1.5 GetViewValue ( view, requestIndex, isLittleEndian, type )
fn get_view_value(vm: &Vm, args: &Args<'_>, element: ElementType) -> Res<Value> {
    let view = this(vm, args)?;
    let index = vm.to_index(args.get(0))?;
    let little = args.get(1).to_boolean();
    let at = place(vm, &view, index, element)?;
    let bits = element.read(&view.data(), at).unwrap_or(0);
    Ok(element.decode(&vm.rt, if little { bits } else { element.swap_bytes(bits) })?)
}

/// 25.3.1.6 SetViewValue ( view, requestIndex, isLittleEndian, type, value )
fn set_view_value(vm: &Vm, args: &Args<'_>, element: ElementType) -> Res<Value> {
    let view = this(vm, args)?;
    if view.data().is_immutable() {
        return Err(vm.type_error("Cannot write to an immutable ArrayBuffer"));
    }
    let index = vm.to_index(args.get(0))?;
    let bits = vm.typed_array_bits(element, args.get(1))?;
    let little = args.get(2).to_boolean();
    let at = place(vm, &view, index, element)?;
    element.write(&view.data(), at, if little { bits } else { element.swap_bytes(bits) });
    Ok(Value::UNDEFINED)
}
