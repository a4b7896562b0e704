//! 23.2.1 The %TypedArray% Intrinsic Object and 23.2.5 The TypedArray Constructors.

use super::array::callback;
use super::typed_array::{
    Access, Subject, allocate_buffer, content_types_differ, create_from_constructor, intrinsics,
    out_of_bounds, store_list, view_of,
};
use super::{typed_array_prototype, typed_array_text};
use crate::structured::array_buffer::length_argument;
use js_rt::{ArrayBuffer, Attrs, Class, ElementType, Gc, Obj, TypedView, Value};
use js_vm::{Args, Build, Intrinsic, NativeFn, Res, Throw, Vm};

macro_rules! constructors {
    ($($name:ident $element:ident;)*) => {
        $(
            /// 23.2.5.1 *TypedArray* ( ...args )
            fn $name(vm: &Vm, args: &Args<'_>) -> Res<Value> {
                construct(vm, args, ElementType::$element)
            }
        )*

        const CONSTRUCTORS: [(ElementType, NativeFn); 12] = [$((ElementType::$element, $name)),*];
    };
}

constructors! {
    int8_array Int8;
    uint8_array Uint8;
    uint8_clamped_array Uint8Clamped;
    int16_array Int16;
    uint16_array Uint16;
    int32_array Int32;
    uint32_array Uint32;
    big_int64_array BigInt64;
    big_uint64_array BigUint64;
    float16_array Float16;
    float32_array Float32;
    float64_array Float64;
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TypedArray, "TypedArray", 0, abstract_constructor)
        .static_method("from", 1, from)
        .static_method("of", 0, of)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .prototype(Intrinsic::TypedArrayPrototype);
    typed_array_prototype::methods(vm, build).finish()?;
    for (element, f) in CONSTRUCTORS {
        let (constructor, prototype) = intrinsics(element);
        let size = element.size() as i32;
        let build = Build::constructor(vm, constructor, element.name(), 3, f)
            .parent(Intrinsic::TypedArray)
            .constant("BYTES_PER_ELEMENT", size)
            .prototype_of(prototype, Intrinsic::TypedArrayPrototype, Class::Object)
            .property("BYTES_PER_ELEMENT", size, Attrs::NONE);
        let build = if element == ElementType::Uint8 { typed_array_text::methods(build) } else { build };
        build.global().finish()?;
    }
    Ok(())
}

/// 23.2.1.1 %TypedArray% ( )
fn abstract_constructor(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    Err(vm.type_error("Abstract class TypedArray not directly constructable"))
}

/// 23.2.2.4 get %TypedArray% [ %Symbol.species% ]
fn species(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

fn this_constructor(vm: &Vm, args: &Args<'_>) -> Res<Obj> {
    args.this.as_object().filter(|c| c.is_constructor()).ok_or_else(|| {
        let what = vm.describe_callee(args.this);
        vm.type_error(format_args!("{what} is not a constructor"))
    })
}

/// 23.2.2.1 %TypedArray%.from ( source [ , mapper [ , thisArg ] ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let c = this_constructor(vm, args)?;
    let mapper = args.get(1);
    if !mapper.is_undefined() {
        callback(vm, args, 1)?;
    }
    let map = |value: Value, k: usize| match mapper {
        Value::UNDEFINED => Ok(value),
        mapper => vm.call(mapper, args.get(2), &[value, Value::number(k as f64)]),
    };
    let method = vm.get_method(args.get(0), vm.symbols().iterator)?;
    if !method.is_undefined() {
        let record = vm.get_iterator_from_method(args.get(0), method)?;
        let values = vm.iterator_to_list(&record)?;
        let target = create_from_constructor(vm, c, &[Value::number(values.len() as f64)], Access::Write)?;
        for (k, value) in values.as_slice().iter().enumerate() {
            vm.poll()?;
            target.set(vm, k, map(value.get(), k)?)?;
        }
        return Ok(target.object.into());
    }
    let like = vm.to_object(args.get(0))?;
    let length = vm.length_of_array_like(like)?;
    let target = create_from_constructor(vm, c, &[Value::number(length)], Access::Write)?;
    for k in 0..length as usize {
        vm.poll()?;
        let value = vm.get_index(like, k as u64)?;
        target.set(vm, k, map(value, k)?)?;
    }
    Ok(target.object.into())
}

/// 23.2.2.2 %TypedArray%.of ( ...items )
fn of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let c = this_constructor(vm, args)?;
    let target = create_from_constructor(vm, c, &[Value::number(args.len() as f64)], Access::Write)?;
    for (k, value) in args.list.iter().enumerate() {
        target.set(vm, k, value.get())?;
    }
    Ok(target.object.into())
}

/// 23.2.5.1 *TypedArray* ( ...args )
fn construct(vm: &Vm, args: &Args<'_>, element: ElementType) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error(format_args!("Constructor {} requires 'new'", element.name())));
    };
    let first = args.get(0);
    let proto = intrinsics(element).1;
    let Some(source) = first.as_object() else {
        let length = length_argument(vm, first, |length| format!("Invalid typed array length: {length}"))?;
        let o = vm.ordinary_create_from_constructor(target, proto, element.class())?;
        allocate_buffer(vm, o, element, length)?;
        return Ok(o.into());
    };
    let o = vm.ordinary_create_from_constructor(target, proto, element.class())?;
    if let Some((_, view)) = view_of(first) {
        from_typed_array(vm, o, element, view)?;
    } else if let Some(data) = source.payload_as::<ArrayBuffer>() {
        from_array_buffer(vm, o, element, (source, data), args)?;
    } else {
        from_object(vm, o, element, source)?;
    }
    Ok(o.into())
}

/// 23.2.5.1.2 InitializeTypedArrayFromTypedArray ( O, srcArray )
fn from_typed_array(vm: &Vm, o: Obj, element: ElementType, source: Gc<TypedView>) -> Res<()> {
    let Some(length) = source.length() else {
        return Err(out_of_bounds(vm));
    };
    let from = source.element();
    let view = allocate_buffer(vm, o, element, length as u64)?;
    if from.is_bigint() != element.is_bigint() {
        return Err(content_types_differ(vm));
    }
    if from == element {
        view.data().copy_from(0, &source.data(), source.raw_offset(), length * element.size());
        return Ok(());
    }
    convert(vm, source, view, length)
}

/// Copies elements of one type into those of another one of the same content type.
pub(super) fn convert(vm: &Vm, source: Gc<TypedView>, target: Gc<TypedView>, length: usize) -> Res<()> {
    let (from, to) = (source.element(), target.element());
    for k in 0..length {
        let Some(bits) = source.get_bits(k) else {
            return Ok(());
        };
        let bits = match from.is_bigint() {
            true => bits,
            false => to.encode(from.decode(&vm.rt, bits)?.as_number().unwrap_or(f64::NAN)),
        };
        target.set_bits(k, bits);
    }
    Ok(())
}

#[cold]
fn invalid_length(vm: &Vm, length: u64) -> Throw {
    vm.range_error(format_args!("Invalid typed array length: {length}"))
}

/// 23.2.5.1.3 InitializeTypedArrayFromArrayBuffer ( O, buffer, byteOffset, length )
fn from_array_buffer(
    vm: &Vm,
    o: Obj,
    element: ElementType,
    (buffer, data): (Obj, Gc<ArrayBuffer>),
    args: &Args<'_>,
) -> Res<()> {
    let (name, size) = (element.name(), element.size() as u64);
    let offset = vm.to_index(args.get(1))?;
    if !offset.is_multiple_of(size) {
        return Err(vm.range_error(format_args!("start offset of {name} should be a multiple of {size}")));
    }
    let given = args.get(2);
    let length = if given.is_undefined() {
        None
    } else {
        Some(length_argument(vm, given, |length| format!("Invalid typed array length: {length}"))?)
    };
    if data.is_detached() {
        return Err(vm.type_error("Cannot perform Construct on a detached ArrayBuffer"));
    }
    let bytes = data.len() as u64;
    let length = match length {
        Some(length) => {
            let end = length.checked_mul(size).and_then(|all| all.checked_add(offset));
            if end.is_none_or(|end| end > bytes) {
                return Err(invalid_length(vm, length));
            }
            Some(length)
        }
        None if offset > bytes => {
            return Err(
                vm.range_error(format_args!("Start offset {offset} is outside the bounds of the buffer"))
            );
        }
        None if !data.is_fixed_length() => None,
        None if !bytes.is_multiple_of(size) => {
            return Err(vm.range_error(format_args!("byte length of {name} should be a multiple of {size}")));
        }
        None => Some((bytes - offset) / size),
    };
    let view =
        vm.rt.new_typed_view(buffer, offset as usize, length.map(|length| length as usize), element)?;
    o.set_payload(&vm.rt, Value::from_cell(view));
    Ok(())
}

/// 23.2.5.1.4 InitializeTypedArrayFromList and 23.2.5.1.5 InitializeTypedArrayFromArrayLike
fn from_object(vm: &Vm, o: Obj, element: ElementType, source: Obj) -> Res<()> {
    let method = vm.get_method(source.into(), vm.symbols().iterator)?;
    if !method.is_undefined() {
        let values = if vm.is_plainly_iterable_array(source) {
            vm.iterable_to_list(source.into())?
        } else {
            let record = vm.get_iterator_from_method(source.into(), method)?;
            vm.iterator_to_list(&record)?
        };
        allocate_buffer(vm, o, element, values.len() as u64)?;
        return store_list(vm, o, values);
    }
    let length = vm.length_of_array_like(source)? as u64;
    let view = allocate_buffer(vm, o, element, length)?;
    let target = Subject { object: o, view, length: length as usize };
    for k in 0..target.length {
        vm.poll()?;
        target.set(vm, k, vm.get_index(source, k as u64)?)?;
    }
    Ok(())
}
