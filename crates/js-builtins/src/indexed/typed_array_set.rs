//! 23.2.3.26 %TypedArray%.prototype.set ( source [ , offset ] )

use super::typed_array::{bits_of, content_types_differ, immutable, not_typed_array, out_of_bounds, view_of};
use js_rt::{ArrayBuffer, Gc, Obj, TypedView, Value};
use js_vm::{Args, Res, Throw, Vm};
use std::sync::Arc;

/// 23.2.3.26 %TypedArray%.prototype.set ( source [ , offset ] )
pub(super) fn set(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some((target, view)) = view_of(args.this) else {
        return Err(not_typed_array(vm));
    };
    if view.data().is_immutable() {
        return Err(immutable(vm));
    }
    let offset = vm.to_integer_or_infinity(args.get(1))?;
    if offset < 0.0 {
        return Err(outside(vm));
    }
    match view_of(args.get(0)) {
        Some((_, source)) => set_from_typed_array(vm, view, offset, source)?,
        None => set_from_array_like(vm, (target, view), offset, args.get(0))?,
    }
    Ok(Value::UNDEFINED)
}

#[cold]
fn outside(vm: &Vm) -> Throw {
    vm.range_error("offset is out of bounds")
}

/// Whether both have the same bytes.
fn same_block(a: Gc<ArrayBuffer>, b: Gc<ArrayBuffer>) -> bool {
    match (a.shared(), b.shared()) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => a == b,
    }
}

/// 23.2.3.26.1 SetTypedArrayFromTypedArray ( target, targetOffset, source )
fn set_from_typed_array(vm: &Vm, target: Gc<TypedView>, offset: f64, source: Gc<TypedView>) -> Res<()> {
    let (Some(room), Some(count)) = (target.length(), source.length()) else {
        return Err(out_of_bounds(vm));
    };
    let (from, to) = (source.element(), target.element());
    if from.is_bigint() != to.is_bigint() {
        return Err(content_types_differ(vm));
    }
    if count as f64 + offset > room as f64 {
        return Err(outside(vm));
    }
    let offset = offset as usize;
    if from == to {
        let at = target.raw_offset() + offset * to.size();
        target.data().copy_from(at, &source.data(), source.raw_offset(), count * to.size());
        return Ok(());
    }
    let convert = |bits: u64| match from.is_bigint() {
        true => Res::Ok(bits),
        false => Ok(to.encode(from.decode(&vm.rt, bits)?.as_number().unwrap_or(f64::NAN))),
    };
    if same_block(source.data(), target.data()) {
        // All of them are read before the first is written.
        let all = bits_of(source, count)?;
        for (k, bits) in all.into_iter().enumerate() {
            target.set_bits(offset + k, convert(bits)?);
        }
        return Ok(());
    }
    for k in 0..count {
        if let Some(bits) = source.get_bits(k) {
            target.set_bits(offset + k, convert(bits)?);
        }
    }
    Ok(())
}

/// 23.2.3.26.2 SetTypedArrayFromArrayLike ( target, targetOffset, source )
fn set_from_array_like(vm: &Vm, (target, view): (Obj, Gc<TypedView>), offset: f64, source: Value) -> Res<()> {
    let Some(room) = view.length() else {
        return Err(out_of_bounds(vm));
    };
    let source = vm.to_object(source)?;
    let count = vm.length_of_array_like(source)?;
    if count + offset > room as f64 {
        return Err(outside(vm));
    }
    for k in 0..count as u64 {
        vm.poll()?;
        let value = vm.get_index(source, k)?;
        vm.typed_array_set_element(target, offset + k as f64, value)?;
    }
    Ok(())
}
