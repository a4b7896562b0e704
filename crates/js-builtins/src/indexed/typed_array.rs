//! 23.2 TypedArray Objects: what the constructors and methods share.

use js_rt::{Class, ElementType, Gc, List, Obj, TypedView, Value};
use js_vm::{Intrinsic, Res, Throw, Vm};

/// A typed array that was in bounds when it was validated, with its length then.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub(super) object: Obj,
    pub(super) view: Gc<TypedView>,
    pub(super) length: usize,
}

/// Whether elements are going to be written: those of an immutable buffer cannot be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// An object with `[[TypedArrayName]]`.
pub(crate) fn view_of(value: Value) -> Option<(Obj, Gc<TypedView>)> {
    let o = value.as_object().filter(|o| o.class().is_typed_array())?;
    Some((o, o.payload_as::<TypedView>()?))
}

#[cold]
pub(super) fn not_typed_array(vm: &Vm) -> Throw {
    vm.type_error("this is not a typed array.")
}

#[cold]
pub(super) fn out_of_bounds(vm: &Vm) -> Throw {
    vm.type_error("Cannot perform the operation on a typed array that is out of bounds, or whose ArrayBuffer is detached")
}

#[cold]
pub(super) fn immutable(vm: &Vm) -> Throw {
    vm.type_error("Cannot write to a typed array of an immutable ArrayBuffer")
}

#[cold]
pub(super) fn content_types_differ(vm: &Vm) -> Throw {
    vm.type_error("Cannot mix BigInt and other types, use explicit conversions")
}

impl Subject {
    /// 23.2.4.4 ValidateTypedArray ( O, order )
    pub(super) fn of(vm: &Vm, value: Value, access: Access) -> Res<Subject> {
        let Some((object, view)) = view_of(value) else {
            return Err(not_typed_array(vm));
        };
        if access == Access::Write && view.data().is_immutable() {
            return Err(immutable(vm));
        }
        match view.length() {
            Some(length) => Ok(Subject { object, view, length }),
            None => Err(out_of_bounds(vm)),
        }
    }

    pub(super) fn element(&self) -> ElementType {
        self.view.element()
    }

    /// Get ( O, k )
    #[inline]
    pub(super) fn get(&self, vm: &Vm, k: usize) -> Res<Value> {
        Ok(self.view.get(&vm.rt, k)?.unwrap_or(Value::UNDEFINED))
    }

    /// Set ( O, k, value, true )
    #[inline]
    pub(super) fn set(&self, vm: &Vm, k: usize, value: Value) -> Res<()> {
        vm.typed_array_set_element(self.object, k as f64, value)
    }

    /// The same once more, after code has run that may have changed the buffer.
    pub(super) fn again(&self, vm: &Vm) -> Res<Subject> {
        Subject::of(vm, self.object.into(), Access::Read)
    }

    /// The first byte of an element in the buffer.
    pub(super) fn byte(&self, k: usize) -> usize {
        self.view.raw_offset() + k * self.element().size()
    }
}

/// The constructor of typed arrays with these elements, and its prototype.
pub(super) fn intrinsics(element: ElementType) -> (Intrinsic, Intrinsic) {
    match element {
        ElementType::Int8 => (Intrinsic::Int8Array, Intrinsic::Int8ArrayPrototype),
        ElementType::Uint8 => (Intrinsic::Uint8Array, Intrinsic::Uint8ArrayPrototype),
        ElementType::Uint8Clamped => (Intrinsic::Uint8ClampedArray, Intrinsic::Uint8ClampedArrayPrototype),
        ElementType::Int16 => (Intrinsic::Int16Array, Intrinsic::Int16ArrayPrototype),
        ElementType::Uint16 => (Intrinsic::Uint16Array, Intrinsic::Uint16ArrayPrototype),
        ElementType::Int32 => (Intrinsic::Int32Array, Intrinsic::Int32ArrayPrototype),
        ElementType::Uint32 => (Intrinsic::Uint32Array, Intrinsic::Uint32ArrayPrototype),
        ElementType::BigInt64 => (Intrinsic::BigInt64Array, Intrinsic::BigInt64ArrayPrototype),
        ElementType::BigUint64 => (Intrinsic::BigUint64Array, Intrinsic::BigUint64ArrayPrototype),
        ElementType::Float16 => (Intrinsic::Float16Array, Intrinsic::Float16ArrayPrototype),
        ElementType::Float32 => (Intrinsic::Float32Array, Intrinsic::Float32ArrayPrototype),
        ElementType::Float64 => (Intrinsic::Float64Array, Intrinsic::Float64ArrayPrototype),
    }
}

/// 23.2.4.2 TypedArrayCreateFromConstructor ( constructor, argumentList )
pub(super) fn create_from_constructor(
    vm: &Vm,
    constructor: Obj,
    arguments: &[Value],
    access: Access,
) -> Res<Subject> {
    let new = vm.construct(constructor, arguments, None)?;
    let subject = Subject::of(vm, new.into(), access)?;
    if let [length] = arguments
        && length.as_number().is_some_and(|length| (subject.length as f64) < length)
    {
        return Err(vm.type_error("Derived TypedArray constructor created an array which was too small"));
    }
    Ok(subject)
}

/// 23.2.4.3 TypedArrayCreateSameType ( exemplar, length )
pub(super) fn create_same_type(vm: &Vm, exemplar: &Subject, length: usize) -> Res<Subject> {
    let constructor = vm.intrinsic(intrinsics(exemplar.element()).0);
    create_from_constructor(vm, constructor, &[Value::number(length as f64)], Access::Write)
}

/// 23.2.4.1 TypedArraySpeciesCreate ( exemplar, argumentList )
pub(super) fn species_create(
    vm: &Vm,
    exemplar: Obj,
    element: ElementType,
    arguments: &[Value],
    access: Access,
) -> Res<Subject> {
    let constructor = vm.species_constructor(exemplar, intrinsics(element).0)?;
    let result = create_from_constructor(vm, constructor, arguments, access)?;
    if result.element().is_bigint() != element.is_bigint() {
        return Err(content_types_differ(vm));
    }
    Ok(result)
}

/// An own buffer for so many elements as the payload of `o`: 23.2.5.1.6 AllocateTypedArrayBuffer ( O, length )
pub(super) fn allocate_buffer(vm: &Vm, o: Obj, element: ElementType, length: u64) -> Res<Gc<TypedView>> {
    let Some(bytes) = length.checked_mul(element.size() as u64) else {
        return Err(vm.range_error(format_args!("Invalid typed array length: {length}")));
    };
    let buffer = crate::structured::array_buffer::new_buffer(vm, bytes)?;
    let view = vm.rt.new_typed_view(buffer, 0, Some(length as usize), element)?;
    o.set_payload(&vm.rt, Value::from_cell(view));
    Ok(view)
}

/// A new typed array of the running realm with so many elements.
pub(super) fn new_typed_array(vm: &Vm, element: ElementType, length: usize) -> Res<(Obj, Gc<TypedView>)> {
    let o = vm.object_create(Some(vm.intrinsic(intrinsics(element).1)), element.class())?;
    let view = allocate_buffer(vm, o, element, length as u64)?;
    Ok((o, view))
}

/// Stores a list's values into a typed array: 23.2.5.1.4 InitializeTypedArrayFromList from step 3 on
pub(super) fn store_list(vm: &Vm, o: Obj, values: Gc<List>) -> Res<()> {
    for (k, value) in values.as_slice().iter().enumerate() {
        vm.poll()?;
        vm.typed_array_set_element(o, k as f64, value.get())?;
    }
    Ok(())
}

/// The class of the elements' typed arrays, for `Symbol.toStringTag`.
pub(super) fn name_of(class: Class) -> Option<&'static str> {
    ElementType::of_class(class).map(ElementType::name)
}

/// Room for so many numbers outside of the heap.
pub(super) fn room<T>(length: usize) -> Res<Vec<T>> {
    let mut all = Vec::new();
    all.try_reserve_exact(length).map_err(|_| Throw::Memory)?;
    Ok(all)
}

/// The bits of all elements.
pub(super) fn bits_of(view: Gc<TypedView>, length: usize) -> Res<Vec<u64>> {
    let mut all = room(length)?;
    all.extend((0..length).map_while(|k| view.get_bits(k)));
    Ok(all)
}
