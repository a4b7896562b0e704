//! The runtime calls that test files may declare, the same on every tier.

use ir::Type;
use ir::eval::Const;
use ir::interp::{MemoryFault, RuntimeExit};
use std::cell::RefCell;

/// What a runtime call does.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It returns these results.
    Return(Vec<Const>),
    /// It throws.
    Throw,
}

/// A runtime call that test files may declare.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeEntry {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Type],
    /// Its results.
    pub results: &'static [Type],
    /// Whether it may throw.
    pub throws: bool,
    /// What it does with arguments of its parameter types. Handing numbers to `@note` and touching memory, which needs
    /// the tier, is not done here.
    pub answer: fn(&[Const]) -> Answer,
}

use Type::{Bool, Boxed, F64, I32, I64, Pair, Ptr};

/// Every runtime call. `@note` shows its argument to the run's observer; `@peek` and `@poke` load and store an i64.
pub const RUNTIME: &[RuntimeEntry] = &[
    entry("note", &[I64], &[], false, |_| Answer::Return(vec![])),
    entry("peek", &[Ptr], &[I64], false, |_| Answer::Return(vec![Const::i64(0)])),
    entry("poke", &[Ptr, I64], &[], false, |_| Answer::Return(vec![])),
    entry("neg", &[I32], &[I32], false, |a| Answer::Return(vec![Const::i32(a[0].as_i32().wrapping_neg())])),
    entry("not", &[Bool], &[Bool], false, |a| Answer::Return(vec![Const::bool(!a[0].as_bool())])),
    entry("half", &[F64], &[F64], false, |a| Answer::Return(vec![Const::f64(a[0].as_f64() / 2.0)])),
    entry("tag", &[Boxed], &[Boxed], false, |a| Answer::Return(vec![Const::boxed(a[0].bits() ^ 1)])),
    entry("next", &[I64], &[I64, I64], false, |a| {
        Answer::Return(vec![a[0], Const::i64(a[0].as_i64().wrapping_add(1))])
    }),
    entry("swap", &[Pair], &[Pair], false, |a| {
        let [first, second] = a[0].words();
        Answer::Return(vec![Const::pair(second, first)])
    }),
    entry("split", &[F64], &[I64, F64], false, |a| {
        let x = a[0].as_f64();
        Answer::Return(vec![Const::i64(x.trunc() as i64), Const::f64(x - x.trunc())])
    }),
    entry("mixed", &[I32, F64, I64, Bool, F64, Boxed], &[F64], false, |a| {
        let words = a[0].as_i32() as f64 + a[2].as_i64() as f64 + a[5].bits() as f64;
        let sign = if a[3].as_bool() { 1.0 } else { -1.0 };
        Answer::Return(vec![Const::f64(sign * (words + a[1].as_f64() * a[4].as_f64()))])
    }),
    entry("weigh", &[I64, I64, I64, I64, I64, I64, I64, I64, I64, I64], &[I64], false, |a| {
        let weighed = a.iter().zip(1i64..).map(|(x, i)| x.as_i64().wrapping_mul(i));
        Answer::Return(vec![Const::i64(weighed.fold(0, i64::wrapping_add))])
    }),
    entry("check", &[I64], &[I64], true, |a| match a[0].as_i64() {
        0.. => Answer::Return(vec![Const::i64(a[0].as_i64().wrapping_add(1))]),
        _ => Answer::Throw,
    }),
    entry("check_pair", &[Pair], &[Pair], true, |a| match a[0].words() {
        [0, _] => Answer::Throw,
        [first, second] => Answer::Return(vec![Const::pair(first.wrapping_add(1), second)]),
    }),
    entry("fail_if", &[Bool], &[], true, |a| match a[0].as_bool() {
        true => Answer::Throw,
        false => Answer::Return(vec![]),
    }),
];

/// Memory as far as runtime calls touch it.
pub(crate) trait Words {
    /// The 8 bytes at an address.
    fn load(&mut self, address: u64) -> Result<u64, MemoryFault>;
    /// Stores 8 bytes.
    fn store(&mut self, address: u64, word: u64) -> Result<(), MemoryFault>;
}

/// Does what the runtime call of this name does.
pub(crate) fn perform(
    name: &str,
    memory: &mut impl Words,
    args: &[Const],
    notes: &RefCell<Vec<i64>>,
) -> Result<Vec<Const>, RuntimeExit> {
    let entry = RUNTIME.iter().find(|entry| entry.name == name && entry.params.len() == args.len());
    let entry = entry.ok_or(RuntimeExit::Unbound)?;
    match name {
        "note" => notes.borrow_mut().push(args[0].as_i64()),
        "peek" => return Ok(vec![Const::i64(memory.load(args[0].bits())? as i64)]),
        "poke" => memory.store(args[0].bits(), args[1].bits())?,
        _ => {}
    }
    match (entry.answer)(args) {
        Answer::Return(results) => Ok(results),
        Answer::Throw => Err(RuntimeExit::Throw),
    }
}

const fn entry(
    name: &'static str,
    params: &'static [Type],
    results: &'static [Type],
    throws: bool,
    answer: fn(&[Const]) -> Answer,
) -> RuntimeEntry {
    RuntimeEntry { name, params, results, throws, answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tier_has_the_same_calls() {
        let mut names: Vec<&str> = RUNTIME.iter().map(|entry| entry.name).collect();
        let mut compiled = jit::doubles::runtime_names();
        names.sort_unstable();
        compiled.sort_unstable();
        assert_eq!(compiled, names);
    }

    #[test]
    fn answers_have_the_declared_types() {
        for entry in RUNTIME {
            let args: Vec<Const> = entry.params.iter().map(|ty| Const::new(*ty, 1)).collect();
            let Answer::Return(results) = (entry.answer)(&args) else { continue };
            let types: Vec<Type> = results.iter().map(|c| c.ty()).collect();
            assert!(entry.name == "fail_if" || types == entry.results, "@{}: {results:?}", entry.name);
        }
    }
}
