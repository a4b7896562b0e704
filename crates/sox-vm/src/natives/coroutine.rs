//! Coroutines.

use super::{Args, Method, Native, method, native};
use crate::error::Res;
use sox_rt::{Coroutine, Tag, Value};
use std::cell::Cell;

/// Values that are handed in without clearing room for all that can be.
const FEW: usize = 4;
/// Arguments that a call has, at most.
const MOST: usize = 256;

pub(super) const NATIVES: &[Native] = &[
    native("coroutine", |args| {
        args.exactly(1)?;
        let function = args.function(0)?;
        Ok(args.vm.mem(args.vm.rt.coroutine(function))?.into())
    }),
    native("yield", |args| {
        args.between(0, 1)?;
        args.vm.yield_now(args)
    }),
];

pub(super) const METHODS: &[Method] = &[method(Tag::Coroutine, "resume", resume)];

/// Has a coroutine go on. The first time it gets arguments for its function, later what `yield` is to return.
fn resume(args: &Args<'_>) -> Res {
    let coroutine = args.object::<Coroutine>(0, "parameter must be a coroutine")?;
    let values = args.slots.get(1..).unwrap_or_default();
    if values.len() <= FEW {
        let mut few = [Value::NIL; FEW];
        return args.vm.resume(coroutine, copied(values, &mut few));
    }
    let mut many = [Value::NIL; MOST];
    args.vm.resume(coroutine, copied(values, &mut many))
}

/// The values as they are now, in a place of the native stack.
fn copied<'v>(values: &[Cell<Value>], place: &'v mut [Value]) -> &'v [Value] {
    for (to, from) in place.iter_mut().zip(values) {
        *to = from.get();
    }
    &place[..values.len().min(place.len())]
}
