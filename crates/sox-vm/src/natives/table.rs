//! Tables.

use super::{Args, Method, Native, core, method, native};
use crate::error::Res;
use sox_rt::{Tag, Value};

pub(super) const NATIVES: &[Native] =
    &[native("keys", keys), native("values", values), native("delete", delete)];

pub(super) const METHODS: &[Method] = &[
    method(Tag::Table, "keys", keys),
    method(Tag::Table, "values", values),
    method(Tag::Table, "contains", core::contains),
    method(Tag::Table, "delete", delete),
    method(Tag::Table, "len", core::len),
    method(Tag::Table, "clear", |args| {
        args.between(1, 1)?;
        args.table(0)?.clear();
        Ok(Value::NIL)
    }),
    method(Tag::Table, "copy", copy),
];

/// An array of the keys, in the order in which they came.
fn keys(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    let table = args.table(0)?;
    let keys = args.vm.mem(args.vm.rt.array(table.len()))?;
    for (key, _) in table.entries() {
        args.push(keys, key.into())?;
    }
    Ok(keys.into())
}

/// An array of the values, in the same order.
fn values(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    let table = args.table(0)?;
    let values = args.vm.mem(args.vm.rt.array(table.len()))?;
    for (_, value) in table.entries() {
        args.push(values, value)?;
    }
    Ok(values.into())
}

/// Removes a key; whether it was there.
fn delete(args: &Args<'_>) -> Res {
    args.between(2, 2)?;
    let table = args.table(0)?;
    let key = args.string_or(1, "key must be a string")?;
    Ok(table.delete(&key).into())
}

/// A new table of the same entries.
fn copy(args: &Args<'_>) -> Res {
    args.between(1, 1)?;
    let table = args.table(0)?;
    let copy = args.vm.mem(args.vm.rt.table(table.len()))?;
    for (key, value) in table.entries() {
        args.vm.text(args.vm.rt.set_entry(copy, key, value))?;
    }
    Ok(copy.into())
}
