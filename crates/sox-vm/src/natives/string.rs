//! Strings. Case and white space are those of ASCII; positions are those of bytes.

use super::array::index;
use super::{Args, Method, Native, core, method, native};
use crate::error::Res;
use heap::Gc;
use memchr::memmem;
use sox_rt::{Str, Tag, Value};

const BOTH: &str = "both parameters must be strings";
const ONE: &str = "parameter must be a string";

pub(super) const NATIVES: &[Native] = &[
    native("stringUpper", upper),
    native("stringLower", lower),
    native("stringTrim", trim),
    native("stringIndexOf", |args| {
        args.between(2, 2)?;
        index_of(&args.strings(BOTH)?)
    }),
    native("stringSubstring", |args| match args.len() {
        2..=3 => substring(args),
        _ => args.fail("requires 2 or 3 parameters"),
    }),
    native("stringReplace", |args| {
        args.exactly(3)?;
        replace(args, args.strings("all parameters must be strings")?)
    }),
    native("stringStartsWith", |args| {
        args.exactly(2)?;
        starts_with(&args.strings(BOTH)?)
    }),
    native("stringEndsWith", |args| {
        args.exactly(2)?;
        ends_with(&args.strings(BOTH)?)
    }),
    native("stringSplit", |args| {
        args.exactly(2)?;
        split(args, args.strings(BOTH)?)
    }),
];

pub(super) const METHODS: &[Method] = &[
    method(Tag::String, "len", core::len),
    method(Tag::String, "upper", upper),
    method(Tag::String, "lower", lower),
    method(Tag::String, "trim", trim),
    method(Tag::String, "indexOf", |args| {
        args.between(2, 2)?;
        index_of(&args.strings(ONE)?)
    }),
    method(Tag::String, "substring", |args| {
        args.between(2, 3)?;
        substring(args)
    }),
    method(Tag::String, "replace", |args| {
        args.between(3, 3)?;
        replace(args, args.strings("both parameters must be strings")?)
    }),
    method(Tag::String, "startsWith", |args| {
        args.between(2, 2)?;
        starts_with(&args.strings(ONE)?)
    }),
    method(Tag::String, "endsWith", |args| {
        args.between(2, 2)?;
        ends_with(&args.strings(ONE)?)
    }),
    method(Tag::String, "split", |args| {
        args.between(2, 2)?;
        split(args, args.strings(ONE)?)
    }),
    method(Tag::String, "contains", core::contains),
    method(Tag::String, "repeat", repeat),
    method(Tag::String, "byte", byte),
];

/// The bytes of a string that has them in a row, as those do that [`Args`] hands out.
fn bytes(string: &Gc<Str>) -> &[u8] {
    string.bytes().unwrap_or_default()
}

/// Where a part is for the first time.
pub(super) fn find(text: &Gc<Str>, part: &Gc<Str>) -> Option<usize> {
    memmem::find(bytes(text), bytes(part))
}

fn upper(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    args.new_string(&bytes(&args.string(0)?).to_ascii_uppercase())
}

fn lower(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    args.new_string(&bytes(&args.string(0)?).to_ascii_lowercase())
}

/// Without white space at both ends, which is what C's `isspace` takes for it.
fn trim(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    let string = args.string(0)?;
    let text = bytes(&string);
    let is_black = |byte: &u8| !matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(is_black).unwrap_or(text.len());
    let end = text.iter().rposition(is_black).map_or(start, |last| last + 1);
    args.new_string(&text[start..end])
}

fn index_of([text, part]: &[Gc<Str>; 2]) -> Res {
    Ok(Value::number(find(text, part).map_or(-1.0, |at| at as f64)))
}

fn starts_with([text, part]: &[Gc<Str>; 2]) -> Res {
    Ok(bytes(text).starts_with(bytes(part)).into())
}

fn ends_with([text, part]: &[Gc<Str>; 2]) -> Res {
    Ok(bytes(text).ends_with(bytes(part)).into())
}

/// The bytes from an index on, up to another that is not included. Both are brought into the string.
fn substring(args: &Args<'_>) -> Res {
    const WRONG: &str = "invalid parameter types";
    let text = args.string_or(0, WRONG)?;
    let start = args.number_or(1, WRONG)?;
    let end = match args.len() {
        2 => f64::INFINITY,
        _ => args.number_or(2, "end parameter must be a number")?,
    };
    // Conversion saturates: what is negative becomes 0.
    let (start, end) = (start as usize, (end as usize).min(text.len()));
    match bytes(&text).get(start..end) {
        Some(part) if part.len() == text.len() => Ok(text.into()),
        part => args.new_string(part.unwrap_or_default()),
    }
}

/// With another string in place of the first occurrence.
fn replace(args: &Args<'_>, [text, old, new]: [Gc<Str>; 3]) -> Res {
    let at = if old.is_empty() { None } else { find(&text, &old) };
    let Some(at) = at else { return Ok(text.into()) };
    let (vm, whole) = (args.vm, bytes(&text));
    // Put together in the heap, which has a limit.
    let before = vm.text(vm.rt.string(&whole[..at]))?;
    let behind = vm.text(vm.rt.string(&whole[at + old.len()..]))?;
    let first = vm.text(vm.rt.concat(before, new))?;
    Ok(vm.text(vm.rt.concat(first, behind))?.into())
}

/// An array of what is between separators. What is behind the last one counts only if it is something.
fn split(args: &Args<'_>, [text, separator]: [Gc<Str>; 2]) -> Res {
    let parts = args.vm.mem(args.vm.rt.array(0))?;
    let whole = bytes(&text);
    if separator.is_empty() {
        args.push(parts, text.into())?;
        return Ok(parts.into());
    }
    let mut from = 0;
    for at in memmem::find_iter(whole, bytes(&separator)) {
        args.push(parts, args.new_string(&whole[from..at])?)?;
        from = at + separator.len();
    }
    if from < whole.len() {
        args.push(parts, args.new_string(&whole[from..])?)?;
    }
    Ok(parts.into())
}

/// So many times in a row; a negative number is none.
fn repeat(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let mut times = args.number(1)? as u64;
    let vm = args.vm;
    // Doubled and added up in the heap, which has a limit.
    let mut power = args.string(0)?;
    let mut whole = vm.text(vm.rt.string(b""))?;
    while times > 0 && !power.is_empty() {
        if times & 1 == 1 {
            whole = vm.text(vm.rt.concat(whole, power))?;
        }
        times >>= 1;
        if times > 0 {
            power = vm.text(vm.rt.concat(power, power))?;
        }
    }
    Ok(vm.text(vm.rt.flatten(whole))?.into())
}

/// The byte at an index as a number.
fn byte(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let text = args.string(0)?;
    let at = index(args, 1, (text.len().checked_sub(1), text.len()))?;
    Ok(bytes(&text).get(at).map_or(Value::NIL, |byte| Value::number(f64::from(*byte))))
}
