//! What concerns all values, or several kinds of them.

use super::builder::Builder;
use super::{Args, Method, Native, method, native};
use crate::error::Res;
use sox_rt::{Array, Range, Str, Table, Tag, Value, number};

/// Bytes of text between two looks at the limits.
const POLLED: usize = 64 << 10;

pub(super) const NATIVES: &[Native] = &[
    native("Table", |args| Ok(args.vm.mem(args.vm.rt.table(0))?.into())),
    native("len", len),
    native("contains", contains),
    native("type", |args| match args.len() {
        1 => args.new_string(args.get(0).type_name().as_bytes()),
        _ => args.fail("invalid argument(s)"),
    }),
    native("error", |args| {
        args.exactly(1)?;
        let message = args.string(0)?;
        Ok(args.vm.mem(args.vm.rt.error(message))?.into())
    }),
    native("toString", to_string),
    native("toNumber", to_number),
];

pub(super) const METHODS: &[Method] =
    &[method(Tag::Range, "len", len), method(Tag::Range, "contains", contains)];

/// Elements, entries or bytes of a container.
pub(super) fn len(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    let value = args.get(0);
    let len = (value.get::<Array>().map(|array| array.len()))
        .or_else(|| value.get::<Table>().map(|table| table.len()))
        .or_else(|| value.get::<Str>().map(|string| string.len()))
        .or_else(|| value.get::<Range>().map(|range| range.len()));
    match len {
        Some(len) => Ok(Value::number(len as f64)),
        None => args.fail("invalid parameter type"),
    }
}

/// Whether a container has an element, a table a key, a string a part.
pub(super) fn contains(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let (container, wanted) = (args.get(0), args.get(1));
    if let Some(array) = container.get::<Array>() {
        return Ok(super::array::position(&array, wanted).is_some().into());
    }
    if let Some(range) = container.get::<Range>() {
        let is_in = |number: f64| {
            let at = number - range.start;
            at >= 0.0 && at < range.len() as f64 && at.fract() == 0.0
        };
        return Ok(wanted.as_number().is_some_and(is_in).into());
    }
    if let Some(table) = container.get::<Table>() {
        // Other values are never keys.
        return Ok(wanted.get::<Str>().is_some_and(|key| table.find(&key).is_some()).into());
    }
    if container.get::<Str>().is_some() {
        let (text, part) = (args.string(0)?, args.string(1)?);
        return Ok(super::string::find(&text, &part).is_some().into());
    }
    args.fail("invalid parameter type")
}

/// What `print` writes for a value.
fn to_string(args: &Args<'_>) -> Res {
    args.exactly(1)?;
    let value = args.get(0);
    if value.get::<Str>().is_some() {
        return Ok(value);
    }
    let (mut text, mut done, mut since) = (Builder::new(args.vm), Ok(()), 0);
    value.print_pieces(&mut |piece| {
        since += piece.len();
        done = text.bytes(piece);
        if since >= POLLED && done.is_ok() {
            since = 0;
            done = args.vm.poll();
        }
        done.is_ok()
    });
    done?;
    text.finish()
}

/// The number that a text is, written as programs write numbers; nil when it is none.
fn to_number(args: &Args<'_>) -> Res {
    args.exactly(1)?;
    let value = args.get(0);
    if value.get::<Str>().is_none() {
        return Ok(if value.as_number().is_some() { value } else { Value::NIL });
    }
    let text = args.string(0)?;
    Ok(text.bytes().and_then(number::from_text).map_or(Value::NIL, Value::number))
}
