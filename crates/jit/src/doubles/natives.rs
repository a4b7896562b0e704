//! Runtime functions in the C convention that ask the guest by name.

use super::Double;
use crate::context::VmContext;
use crate::guest::{Cx, STATUS_ABORT, STATUS_RETURNED, STATUS_THREW};
use crate::outcome::Abort;
use crate::{RuntimeTable, runtime};
use ir::Type::{self, Bool, Boxed, F64, I32, I64, Pair, Ptr};
use ir::eval::Const;
use ir::interp::{self, RuntimeExit};
use ir::{Module, Signature};
use std::ptr::NonNull;

/// Two result words.
#[repr(C)]
struct Two(u64, u64);

/// What a C function returns for what the guest said.
trait Answer {
    /// `status` is [`STATUS_RETURNED`] when the words are results, and zeros otherwise.
    fn of(words: [u64; 2], status: u64) -> Self;
}

macro_rules! answers {
    ($($ty:ty: |$words:ident, $status:ident| $value:expr;)*) => {
        $(impl Answer for $ty {
            fn of($words: [u64; 2], $status: u64) -> Self { $value }
        })*
    };
}

/// A status word alone.
#[repr(transparent)]
struct Status(u64);
/// A result word and the status.
#[repr(transparent)]
struct Checked(Two);

answers! {
    (): |_words, _status| ();
    bool: |words, _status| words[0] != 0;
    i32: |words, _status| words[0] as i32;
    i64: |words, _status| words[0] as i64;
    u64: |words, _status| words[0];
    f64: |words, _status| f64::from_bits(words[0]);
    Two: |words, _status| Two(words[0], words[1]);
    Status: |_words, status| Status(status);
    Checked: |words, status| Checked(Two(words[0], status));
}

/// Asks the guest. Whatever cannot be said in this function's results is noted as broken.
fn ask<A: Answer>(context: NonNull<VmContext>, name: &str, throws: bool, args: &[Const]) -> A {
    let mut words = [0; 2];
    let body = |cx: &mut Cx<'_, Double>| {
        let exit = match cx.guest().runtime(name, args) {
            Ok(results) => {
                let flat = results.iter().flat_map(|value| match value.ty() {
                    Type::Pair => value.words().to_vec(),
                    _ => vec![value.bits()],
                });
                words.iter_mut().zip(flat).for_each(|(word, value)| *word = value);
                return STATUS_RETURNED;
            }
            Err(exit) => exit,
        };
        if exit == RuntimeExit::Throw && throws {
            return STATUS_THREW;
        }
        cx.guest().broken.get_or_insert(exit);
        let why = interp::Outcome::Undefined(interp::Undefined::IndirectTarget(0));
        if throws { cx.abort(Abort::Reference(Box::new(why))) } else { STATUS_RETURNED }
    };
    // SAFETY: only programs loaded by `load` have these functions, and only instances of `Double` run them.
    let status = unsafe { runtime::<Double>(context, body) };
    debug_assert!(throws || status != STATUS_ABORT, "a function that cannot say so was to abort");
    if status == STATUS_RETURNED { A::of(words, status) } else { A::of([0; 2], status) }
}

/// One function per line: its C parameters, how they become the arguments, its C result, and its types in modules.
macro_rules! natives {
    ($($name:ident($($arg:ident: $ty:ty),*) [$($value:expr),*] -> $result:ty,
        [$($param:ident),*] [$($out:ident),*] $throws:literal;)*) => {
        $(
            extern "C" fn $name(context: NonNull<VmContext>, $($arg: $ty),*) -> $result {
                ask(context, stringify!($name), $throws, &[$($value),*])
            }
        )*

        /// Name, types and address of each function.
        fn all() -> Vec<(&'static str, Signature, *const u8)> {
            vec![$((
                stringify!($name),
                Signature { params: vec![$($param),*], results: vec![$($out),*], throws: $throws },
                $name as *const u8,
            )),*]
        }
    };
}

natives! {
    note(a: i64) [Const::i64(a)] -> (), [I64] [] false;
    peek(a: u64) [Const::ptr(a)] -> i64, [Ptr] [I64] false;
    poke(a: u64, b: i64) [Const::ptr(a), Const::i64(b)] -> (), [Ptr, I64] [] false;
    neg(a: i32) [Const::i32(a)] -> i32, [I32] [I32] false;
    not(a: bool) [Const::bool(a)] -> bool, [Bool] [Bool] false;
    half(a: f64) [Const::f64(a)] -> f64, [F64] [F64] false;
    tag(a: u64) [Const::boxed(a)] -> u64, [Boxed] [Boxed] false;
    next(a: i64) [Const::i64(a)] -> Two, [I64] [I64, I64] false;
    swap(a: u64, b: u64) [Const::pair(a, b)] -> Two, [Pair] [Pair] false;
    split(a: f64) [Const::f64(a)] -> Two, [F64] [I64, F64] false;
    mixed(a: i32, b: f64, c: i64, d: bool, e: f64, f: u64)
        [Const::i32(a), Const::f64(b), Const::i64(c), Const::bool(d), Const::f64(e), Const::boxed(f)] -> f64,
        [I32, F64, I64, Bool, F64, Boxed] [F64] false;
    weigh(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: i64, j: i64)
        [Const::i64(a), Const::i64(b), Const::i64(c), Const::i64(d), Const::i64(e), Const::i64(f), Const::i64(g),
         Const::i64(h), Const::i64(i), Const::i64(j)] -> i64,
        [I64, I64, I64, I64, I64, I64, I64, I64, I64, I64] [I64] false;
    check(a: i64) [Const::i64(a)] -> Checked, [I64] [I64] true;
    rt_mix(a: i64, b: f64) [Const::i64(a), Const::f64(b)] -> i64, [I64, F64] [I64] false;
    rt_sum(a: u64) [Const::ptr(a)] -> i64, [Ptr] [I64] false;
    rt_poke(a: u64, b: i32, c: i64) [Const::ptr(a), Const::i32(b), Const::i64(c)] -> (), [Ptr, I32, I64] [] false;
    rt_check(a: i32) [Const::i32(a)] -> Checked, [I32] [I32] true;
    rt_new(a: i64) [Const::i64(a)] -> u64, [I64] [Ptr] false;
    print_bool(a: bool) [Const::bool(a)] -> (), [Bool] [] false;
    print_i32(a: i32) [Const::i32(a)] -> (), [I32] [] false;
    print_i64(a: i64) [Const::i64(a)] -> (), [I64] [] false;
    print_f64(a: f64) [Const::f64(a)] -> (), [F64] [] false;
    print_char(a: i32) [Const::i32(a)] -> (), [I32] [] false;
    fail_if(a: bool) [Const::bool(a)] -> Status, [Bool] [] true;
}

/// Results that do not fit C's registers go through memory.
macro_rules! through_memory {
    ($($name:ident($($arg:ident: $ty:ty),*) [$($value:expr),*];)*) => {
        $(
            extern "C" fn $name(context: NonNull<VmContext>, $($arg: $ty,)* results: NonNull<Two>) -> u64 {
                let Checked3(words, status) = ask(context, stringify!($name), true, &[$($value),*]);
                // SAFETY: compiled code passes room for the words of the declared results.
                unsafe { results.write(Two(words[0], words[1])) };
                status
            }
        )*
    };
}

through_memory! {
    check_pair(a: u64, b: u64) [Const::pair(a, b)];
    rt_stir(a: u64, b: i64) [Const::ptr(a), Const::i64(b)];
}

/// Two words and the status.
struct Checked3([u64; 2], u64);

impl Answer for Checked3 {
    fn of(words: [u64; 2], status: u64) -> Self {
        Checked3(words, status)
    }
}

/// Every function, those of [`all`] and the ones that use memory.
fn known() -> Vec<(&'static str, Signature, *const u8)> {
    let mut known = all();
    let pair = |params: &[Type]| Signature { params: params.to_vec(), results: vec![Pair], throws: true };
    known.push(("check_pair", pair(&[Pair]), check_pair as *const u8));
    known.push(("rt_stir", pair(&[Ptr, I64]), rt_stir as *const u8));
    known
}

/// Runtime functions of one argument and no result, for programs that show something.
pub const PRINTERS: [&str; 5] = ["print_bool", "print_i32", "print_i64", "print_f64", "print_char"];

/// The names of the functions that are not those of random programs, and do not print.
pub(super) fn names() -> Vec<&'static str> {
    let others = |name: &&str| !name.starts_with("rt_") && !PRINTERS.contains(name);
    known().into_iter().map(|(name, ..)| name).filter(others).collect()
}

/// The functions that a module declares, as far as it declares them with their types.
pub(super) fn table(module: &Module) -> RuntimeTable {
    let mut table = RuntimeTable::new();
    let known = known();
    for data in module.runtimes.values() {
        let same = known.iter().find(|(name, types, _)| *name == data.name && *types == data.signature);
        if let Some((name, _, address)) = same {
            // SAFETY: the function takes and returns what this declaration says; names are unique in a module.
            unsafe { table.bind(name, *address) };
        }
    }
    table
}
