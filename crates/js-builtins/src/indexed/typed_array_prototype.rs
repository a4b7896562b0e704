//! 23.2.3 Properties of the %TypedArray% Prototype Object: getters, iterators, and methods that copy or change elements.

use super::array::relative_index;
use super::array_text::join_elements;
use super::typed_array::{
    Access, Subject, create_same_type, name_of, not_typed_array, species_create, view_of,
};
use super::{typed_array_iterate, typed_array_set, typed_array_sort};
use js_rt::{Gc, TypedView, Value};
use js_vm::{Args, ArrayIteratorKind, Build, Intrinsic, Res, Vm};

pub(super) fn methods<'a>(vm: &'a Vm, build: Build<'a>) -> Build<'a> {
    let build = build
        .getter("buffer", buffer)
        .getter("byteLength", byte_length)
        .getter("byteOffset", byte_offset)
        .getter("length", length)
        .method("entries", 0, entries)
        .method("keys", 0, keys)
        .intrinsic_method(Intrinsic::TypedArrayValues, "values", 0, values)
        .symbol_alias(vm.symbols().iterator, "values")
        .method("at", 1, at)
        .method("subarray", 2, subarray)
        .method("slice", 2, slice)
        .method("copyWithin", 2, copy_within)
        .method("fill", 1, fill)
        .method("reverse", 0, reverse)
        .method("toReversed", 0, to_reversed)
        .method("with", 2, with)
        .method("join", 1, join)
        .method("toLocaleString", 0, to_locale_string)
        .method("set", 1, typed_array_set::set)
        .method("sort", 1, typed_array_sort::sort)
        .method("toSorted", 1, typed_array_sort::to_sorted)
        .value("toString", Value::from(vm.intrinsic(Intrinsic::ArrayToString)))
        .symbol_getter(vm.symbols().to_string_tag, "Symbol.toStringTag", to_string_tag);
    typed_array_iterate::methods(build)
}

/// The view of `this`, also when it is out of bounds.
fn any(vm: &Vm, args: &Args<'_>) -> Res<Gc<TypedView>> {
    view_of(args.this).map(|(_, view)| view).ok_or_else(|| not_typed_array(vm))
}

pub(super) fn this(vm: &Vm, args: &Args<'_>) -> Res<Subject> {
    Subject::of(vm, args.this, Access::Read)
}

pub(super) fn this_writable(vm: &Vm, args: &Args<'_>) -> Res<Subject> {
    Subject::of(vm, args.this, Access::Write)
}

/// 23.2.3.2 get %TypedArray%.prototype.buffer
fn buffer(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(any(vm, args)?.buffer().into())
}

/// 23.2.3.3 get %TypedArray%.prototype.byteLength
fn byte_length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(any(vm, args)?.byte_length() as f64))
}

/// 23.2.3.4 get %TypedArray%.prototype.byteOffset
fn byte_offset(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(any(vm, args)?.byte_offset() as f64))
}

/// 23.2.3.21 get %TypedArray%.prototype.length
fn length(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(any(vm, args)?.length().unwrap_or(0) as f64))
}

/// 23.2.3.38 get %TypedArray%.prototype [ %Symbol.toStringTag% ]
fn to_string_tag(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    match args.this.as_object().and_then(|o| name_of(o.class())) {
        Some(name) => Ok(vm.rt.str_from_utf8(name)?.into()),
        None => Ok(Value::UNDEFINED),
    }
}

fn iterator(vm: &Vm, args: &Args<'_>, kind: ArrayIteratorKind) -> Res<Value> {
    let subject = this(vm, args)?;
    Ok(vm.create_array_iterator(subject.object, kind)?.into())
}

/// 23.2.3.7 %TypedArray%.prototype.entries ( )
fn entries(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    iterator(vm, args, ArrayIteratorKind::KeyValue)
}

/// 23.2.3.19 %TypedArray%.prototype.keys ( )
fn keys(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    iterator(vm, args, ArrayIteratorKind::Key)
}

/// 23.2.3.35 %TypedArray%.prototype.values ( )
fn values(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    iterator(vm, args, ArrayIteratorKind::Value)
}

/// 23.2.3.1 %TypedArray%.prototype.at ( index )
fn at(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    let relative = vm.to_integer_or_infinity(args.get(0))?;
    let k = if relative >= 0.0 { relative } else { subject.length as f64 + relative };
    if k < 0.0 || k >= subject.length as f64 {
        return Ok(Value::UNDEFINED);
    }
    subject.get(vm, k as usize)
}

/// The range that two arguments mean.
fn range(vm: &Vm, length: usize, start: Value, end: Value) -> Res<(usize, usize)> {
    let start = relative_index(vm, start, length as u64, 0)?;
    let end = relative_index(vm, end, length as u64, length as u64)?;
    Ok((start as usize, end as usize))
}

/// 23.2.3.30 %TypedArray%.prototype.subarray ( start, end )
fn subarray(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some((object, view)) = view_of(args.this) else {
        return Err(not_typed_array(vm));
    };
    let length = view.length().unwrap_or(0) as u64;
    let start = relative_index(vm, args.get(0), length, 0)?;
    let element = view.element();
    let offset = Value::number((view.raw_offset() as u64 + start * element.size() as u64) as f64);
    let buffer = Value::from(view.buffer());
    let new = if view.fixed_length().is_none() && args.get(1).is_undefined() {
        species_create(vm, object, element, &[buffer, offset], Access::Read)?
    } else {
        let end = relative_index(vm, args.get(1), length, length)?;
        let count = Value::number(end.saturating_sub(start) as f64);
        species_create(vm, object, element, &[buffer, offset, count], Access::Read)?
    };
    Ok(new.object.into())
}

/// 23.2.3.27 %TypedArray%.prototype.slice ( start, end )
fn slice(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    let (start, end) = range(vm, subject.length, args.get(0), args.get(1))?;
    let count = end.saturating_sub(start);
    let arguments = [Value::number(count as f64)];
    let new = species_create(vm, subject.object, subject.element(), &arguments, Access::Write)?;
    if count == 0 {
        return Ok(new.object.into());
    }
    let subject = subject.again(vm)?;
    let end = end.min(subject.length);
    let count = end.saturating_sub(start);
    if new.element() != subject.element() {
        for n in 0..count {
            vm.poll()?;
            new.set(vm, n, subject.get(vm, start + n)?)?;
        }
        return Ok(new.object.into());
    }
    let (source, target) = (subject.view.data(), new.view.data());
    let bytes = (count * subject.element().size()).min(new.view.byte_length());
    let (from, to) = (subject.byte(start), new.byte(0));
    if source == target && from < to {
        // Byte by byte from the first on, as it is specified: what was copied is copied again.
        for i in 0..bytes {
            if let Some(byte) = source.get::<1>(from + i) {
                target.set(to + i, byte);
            }
        }
    } else {
        target.copy_from(to, &source, from, bytes);
    }
    Ok(new.object.into())
}

/// 23.2.3.6 %TypedArray%.prototype.copyWithin ( target, start [ , end ] )
fn copy_within(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this_writable(vm, args)?;
    let length = subject.length as u64;
    let to = relative_index(vm, args.get(0), length, 0)?;
    let from = relative_index(vm, args.get(1), length, 0)?;
    let end = relative_index(vm, args.get(2), length, length)?;
    let count = end.saturating_sub(from).min(length - to) as usize;
    if count > 0 {
        let (to, from) = (to as usize, from as usize);
        let subject = subject.again(vm)?;
        let limit = subject.length.saturating_sub(to).min(subject.length.saturating_sub(from));
        let data = subject.view.data();
        let bytes = count.min(limit) * subject.element().size();
        data.copy_from(subject.byte(to), &data, subject.byte(from), bytes);
    }
    Ok(args.this)
}

/// 23.2.3.9 %TypedArray%.prototype.fill ( value [ , start [ , end ] ] )
fn fill(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this_writable(vm, args)?;
    let bits = vm.typed_array_bits(subject.element(), args.get(0))?;
    let (start, end) = range(vm, subject.length, args.get(1), args.get(2))?;
    let subject = subject.again(vm)?;
    let end = end.min(subject.length);
    if subject.element().size() == 1 {
        subject.view.data().fill(subject.byte(start), end.saturating_sub(start), bits as u8);
        return Ok(args.this);
    }
    for k in start..end {
        subject.view.set_bits(k, bits);
    }
    Ok(args.this)
}

/// 23.2.3.25 %TypedArray%.prototype.reverse ( )
fn reverse(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this_writable(vm, args)?;
    let view = subject.view;
    for lower in 0..subject.length / 2 {
        let upper = subject.length - 1 - lower;
        if let (Some(a), Some(b)) = (view.get_bits(lower), view.get_bits(upper)) {
            view.set_bits(lower, b);
            view.set_bits(upper, a);
        }
    }
    Ok(args.this)
}

/// 23.2.3.32 %TypedArray%.prototype.toReversed ( )
fn to_reversed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    let new = create_same_type(vm, &subject, subject.length)?;
    for k in 0..subject.length {
        if let Some(bits) = subject.view.get_bits(subject.length - 1 - k) {
            new.view.set_bits(k, bits);
        }
    }
    Ok(new.object.into())
}

/// 23.2.3.36 %TypedArray%.prototype.with ( index, value )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    let relative = vm.to_integer_or_infinity(args.get(0))?;
    let index = if relative >= 0.0 { relative } else { subject.length as f64 + relative };
    let bits = vm.typed_array_bits(subject.element(), args.get(1))?;
    let now = subject.view.length().unwrap_or(0);
    if index < 0.0 || index >= now as f64 {
        return Err(vm.range_error("Invalid typed array index"));
    }
    let new = create_same_type(vm, &subject, subject.length)?;
    for k in 0..subject.length {
        // What is not there any more is undefined.
        let missing = || vm.typed_array_bits(subject.element(), Value::UNDEFINED);
        let old = match subject.view.get_bits(k) {
            _ if k as f64 == index => bits,
            Some(old) => old,
            None => missing()?,
        };
        new.view.set_bits(k, old);
    }
    Ok(new.object.into())
}

/// 23.2.3.18 %TypedArray%.prototype.join ( separator )
fn join(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    let separator = match args.get(0) {
        Value::UNDEFINED => vm.rt.str_unit(u16::from(b','))?,
        separator => vm.to_string(separator)?,
    };
    let get = |vm: &Vm, _, k: u64| subject.get(vm, k as usize);
    join_elements(vm, subject.object, subject.length as u64, separator, |vm, value| vm.to_string(value), get)
}

/// 23.2.3.31 %TypedArray%.prototype.toLocaleString ( [ reserved1 [ , reserved2 ] ] )
fn to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    let separator = vm.rt.str_unit(u16::from(b','))?;
    let (locales, options) = (args.get(0), args.get(1));
    let text = |vm: &Vm, value: Value| {
        let value = vm.invoke(value, vm.names().to_locale_string, &[locales, options])?;
        vm.to_string(value)
    };
    let get = |vm: &Vm, _, k: u64| subject.get(vm, k as usize);
    join_elements(vm, subject.object, subject.length as u64, separator, text, get)
}
