//! 23.2.3.29 %TypedArray%.prototype.sort and toSorted.

use super::array_sort::sort_list;
use super::typed_array::{Subject, bits_of, create_same_type};
use super::typed_array_prototype::{this, this_writable};
use js_rt::{ElementType, Value};
use js_vm::{Args, Res, Vm};

fn comparator(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = args.get(0);
    if f.is_undefined() || vm.is_callable(f) {
        return Ok(f);
    }
    Err(vm.type_error("The comparison function must be either a function or undefined"))
}

/// 23.2.3.29 %TypedArray%.prototype.sort ( comparator )
pub(super) fn sort(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = comparator(vm, args)?;
    let subject = this_writable(vm, args)?;
    sort_into(vm, f, &subject, &subject)?;
    Ok(args.this)
}

/// 23.2.3.33 %TypedArray%.prototype.toSorted ( comparator )
pub(super) fn to_sorted(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = comparator(vm, args)?;
    let subject = this(vm, args)?;
    let new = create_same_type(vm, &subject, subject.length)?;
    sort_into(vm, f, &subject, &new)?;
    Ok(new.object.into())
}

/// 23.1.3.30.1 SortIndexedProperties with 23.2.4.7 CompareTypedArrayElements; the result is stored into `target`.
fn sort_into(vm: &Vm, f: Value, source: &Subject, target: &Subject) -> Res<()> {
    if f.is_undefined() {
        return sort_numbers(source, target);
    }
    let list = vm.rt.list_with_capacity(source.length)?;
    for k in 0..source.length {
        list.push(&vm.rt, source.get(vm, k)?)?;
    }
    let is_behind = |vm: &Vm, x: Value, y: Value| {
        let order = vm.call(f, Value::UNDEFINED, &[x, y])?;
        Ok(vm.to_number(order)? > 0.0)
    };
    sort_list(vm, list, is_behind, false)?;
    for (k, value) in list.as_slice().iter().enumerate() {
        target.set(vm, k, value.get())?;
    }
    Ok(())
}

/// Stores the elements in the usual order of numbers: -0 before 0, NaN last.
fn sort_numbers(source: &Subject, target: &Subject) -> Res<()> {
    let element = source.element();
    if element.size() == 1 {
        sort_bytes(source, target);
        return Ok(());
    }
    let mut all = bits_of(source.view, source.length)?;
    all.iter_mut().for_each(|bits| *bits = rank(element, *bits));
    all.sort_unstable();
    for (k, rank) in all.into_iter().enumerate() {
        target.view.set_bits(k, of_rank(element, rank));
    }
    Ok(())
}

/// Counts how often each number is there.
fn sort_bytes(source: &Subject, target: &Subject) {
    let element = source.element();
    let mut counts = [0; 256];
    for bits in (0..source.length).map_while(|k| source.view.get_bits(k)) {
        counts[usize::from(rank(element, bits) as u8)] += 1;
    }
    let ranks =
        (0..=255u64).zip(counts).flat_map(|(rank, count): (_, usize)| std::iter::repeat_n(rank, count));
    for (k, rank) in ranks.enumerate() {
        target.view.set_bits(k, of_rank(element, rank));
    }
}

/// Bits of an element's size, and the one that is the sign of signed numbers.
fn mask_and_sign(element: ElementType) -> (u64, u64) {
    let width = 8 * element.size();
    (u64::MAX >> (64 - width), 1 << (width - 1))
}

/// A number whose order is that of the elements, less than 2^width.
fn rank(element: ElementType, bits: u64) -> u64 {
    let (mask, sign) = mask_and_sign(element);
    match element {
        ElementType::Int8 | ElementType::Int16 | ElementType::Int32 | ElementType::BigInt64 => bits ^ sign,
        _ if !element.is_float() => bits,
        _ if is_nan(element, bits) => mask,
        _ if bits & sign != 0 => !bits & mask,
        _ => bits | sign,
    }
}

/// The element of a rank. NaNs are all the same.
fn of_rank(element: ElementType, rank: u64) -> u64 {
    let (mask, sign) = mask_and_sign(element);
    match element {
        ElementType::Int8 | ElementType::Int16 | ElementType::Int32 | ElementType::BigInt64 => rank ^ sign,
        _ if !element.is_float() => rank,
        _ if rank == mask => element.encode(f64::NAN),
        _ if rank & sign != 0 => rank ^ sign,
        _ => !rank & mask,
    }
}

fn is_nan(element: ElementType, bits: u64) -> bool {
    match element {
        ElementType::Float16 => js_rt::from_half(bits as u16).is_nan(),
        ElementType::Float32 => f32::from_bits(bits as u32).is_nan(),
        _ => f64::from_bits(bits).is_nan(),
    }
}
