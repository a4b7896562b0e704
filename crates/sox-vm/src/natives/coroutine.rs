//! Coroutines.

use super::{Args, Method, Native, method, native};
use crate::error::Res;
use sox_rt::{Coroutine, Tag};

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
    args.vm.resume(coroutine, args.slots.get(1..).unwrap_or_default())
}
