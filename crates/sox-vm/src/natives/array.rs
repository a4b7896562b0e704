//! Arrays.

use super::builder::Builder;
use super::sort::sort;
use super::{Args, Method, Native, core, method, native};
use crate::error::Res;
use heap::Gc;
use sox_rt::{Array, Str, Tag, Value, number};

pub(super) const NATIVES: &[Native] = &[
    native("push", push),
    native("pop", pop),
    native("insert", insert),
    native("remove", remove),
    native("sort", sort),
    native("arraySlice", |args| {
        if !(2..=3).contains(&args.len()) {
            return args.fail("requires 2 or 3 parameters");
        }
        slice(args)
    }),
    native("arrayReverse", |args| {
        args.exactly(1)?;
        let copy = copy_of(args, args.array(0)?)?;
        reverse_in_place(&copy);
        Ok(copy.into())
    }),
    native("arrayIndexOf", |args| {
        args.exactly(2)?;
        index_of(args)
    }),
    native("arrayContains", |args| {
        args.exactly(2)?;
        let array = first(args)?;
        Ok(position(&array, args.get(1)).is_some().into())
    }),
    native("arrayJoin", |args| {
        args.exactly(2)?;
        join(args)
    }),
];

pub(super) const METHODS: &[Method] = &[
    method(Tag::Array, "push", push),
    method(Tag::Array, "pop", pop),
    method(Tag::Array, "len", core::len),
    method(Tag::Array, "insert", insert),
    method(Tag::Array, "remove", remove),
    method(Tag::Array, "sort", sort),
    method(Tag::Array, "reverse", |args| {
        args.between(1, 1)?;
        let array = args.array(0)?;
        reverse_in_place(&array);
        Ok(array.into())
    }),
    method(Tag::Array, "slice", |args| {
        args.between(2, 3)?;
        slice(args)
    }),
    method(Tag::Array, "indexOf", |args| {
        args.between(2, 2)?;
        index_of(args)
    }),
    method(Tag::Array, "contains", core::contains),
    method(Tag::Array, "join", |args| {
        args.between(2, 2)?;
        join(args)
    }),
    method(Tag::Array, "map", map),
    method(Tag::Array, "filter", filter),
    method(Tag::Array, "clear", |args| {
        args.between(1, 1)?;
        args.vm.rt.truncate(args.array(0)?, 0);
        Ok(Value::NIL)
    }),
    method(Tag::Array, "copy", |args| {
        args.between(1, 1)?;
        Ok(copy_of(args, args.array(0)?)?.into())
    }),
];

/// Appends an element; the array.
fn push(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let array = args.object::<Array>(0, "invalid parameter type")?;
    args.push(array, args.get(1))?;
    Ok(array.into())
}

/// Removes the last element, and hands it back.
fn pop(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    let array = args.object::<Array>(0, "invalid parameter type")?;
    match array.get(array.len().wrapping_sub(1)) {
        Some(last) => {
            args.vm.rt.truncate(array, array.len() - 1);
            Ok(last)
        }
        None => args.fail("array is empty"),
    }
}

/// The first parameter, as the functions whose names begin with `array` ask for it.
fn first(args: &Args<'_>) -> Res<Gc<Array>> {
    args.object(0, "first parameter must be an array")
}

/// An index of at most `last`, truncated like those between brackets.
pub(super) fn index(args: &Args<'_>, at: usize, (last, count): (Option<usize>, usize)) -> Res<usize> {
    let number = args.number_or(at, "index must be a number")?;
    match last {
        Some(last) if number > -1.0 && number.trunc() <= last as f64 => Ok(number as usize),
        _ => {
            let shown = number::to_text(number.trunc() + 0.0);
            args.fail(format!("index out of bounds. index=({shown}) count=({count})"))
        }
    }
}

/// Puts an element before another, or at the end; the array.
fn insert(args: &Args<'_>) -> Res {
    args.between(3, 3)?;
    let array = args.array(0)?;
    let len = array.len();
    let at = index(args, 1, (Some(len), len))?;
    args.push(array, Value::NIL)?;
    // Within a buffer values move without telling the heap: it is told of what is new below.
    for pair in array.elements()[at..].windows(2).rev() {
        pair[1].set(pair[0].get());
    }
    args.vm.rt.set_element(array, at, args.get(2));
    Ok(array.into())
}

/// Takes an element out, and hands it back.
fn remove(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let array = args.array(0)?;
    let len = array.len();
    let at = index(args, 1, (len.checked_sub(1), len))?;
    let removed = array.get(at).unwrap_or_default();
    for pair in array.elements()[at..].windows(2) {
        pair[0].set(pair[1].get());
    }
    args.vm.rt.truncate(array, len - 1);
    Ok(removed)
}

/// A new array of the elements from an index on, up to another that is not included. Both are brought into the array.
fn slice(args: &Args<'_>) -> Res {
    let array = first(args)?;
    let start = args.number_or(1, "start index must be a number")?;
    let end = match args.len() {
        2 => f64::INFINITY,
        _ => args.number_or(2, "end index must be a number")?,
    };
    // Conversion saturates: what is negative becomes 0.
    let (start, end) = (start as usize, (end as usize).min(array.len()));
    let part = args.vm.mem(args.vm.rt.array(end.saturating_sub(start)))?;
    for element in array.elements().get(start..end).unwrap_or_default() {
        args.push(part, element.get())?;
    }
    Ok(part.into())
}

/// A new array of the same elements.
pub(super) fn copy_of(args: &Args<'_>, array: Gc<Array>) -> Res<Gc<Array>> {
    let copy = args.vm.mem(args.vm.rt.array(array.len()))?;
    for element in array.elements() {
        args.push(copy, element.get())?;
    }
    Ok(copy)
}

/// As in [`insert`], the heap need not know.
fn reverse_in_place(array: &Array) {
    let elements = array.elements();
    let (front, back) = elements.split_at(elements.len() / 2);
    for (from, to) in front.iter().zip(back.iter().rev()) {
        from.swap(to);
    }
}

/// Where the first element is that equals a value.
pub(super) fn position(array: &Array, wanted: Value) -> Option<usize> {
    array.elements().iter().position(|element| element.get().equals(wanted))
}

/// The same, or -1.
fn index_of(args: &Args<'_>) -> Res {
    let array = first(args)?;
    Ok(Value::number(position(&array, args.get(1)).map_or(-1.0, |at| at as f64)))
}

/// The elements as texts, with a separator between them. Numbers get 14 digits here.
fn join(args: &Args<'_>) -> Res {
    let array = first(args)?;
    let separator = args.string_or(1, "separator must be a string")?;
    let mut text = Builder::new(args.vm);
    for (at, element) in array.elements().iter().enumerate() {
        if at > 0 {
            text.string(separator)?;
        }
        let element = element.get();
        match (element.get::<Str>(), element.as_number()) {
            (Some(string), _) => text.string(string)?,
            (None, Some(value)) => text.bytes(number::general(value, 14).as_bytes())?,
            (None, None) => {
                let mut bytes = Vec::new();
                element.append_to(&mut bytes);
                text.bytes(&bytes)?;
            }
        }
    }
    text.finish()
}

/// A new array of what a function returns for each element. It gets those that were there when this began.
fn map(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let (array, function) = (args.array(0)?, args.function(1)?);
    let results = args.vm.mem(args.vm.rt.array(array.len()))?;
    for at in 0..array.len() {
        let Some(element) = array.get(at) else { break };
        args.push(results, args.call(function, &[element])?)?;
    }
    Ok(results.into())
}

/// A new array of the elements for which a function returns something true.
fn filter(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let (array, function) = (args.array(0)?, args.function(1)?);
    let results = args.vm.mem(args.vm.rt.array(0))?;
    for at in 0..array.len() {
        let Some(element) = array.get(at) else { break };
        if args.call(function, &[element])?.is_truthy() {
            args.push(results, element)?;
        }
    }
    Ok(results.into())
}
