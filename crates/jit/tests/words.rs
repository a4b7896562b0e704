//! Functions of words, from compiled code and to it: what they take and hand back, and what is refused.

mod support;

use codegen::Options;
use ir::eval::Const;
use ir::interp::Deopt;
use jit::{
    Abort, Broken, Callable, Cx, Entry, Guest, LinkError, LoadError, Outcome, Program, Resume, RuntimeTable,
    SharedGuest, WordCallable,
};
use std::cell::RefCell;
use std::ptr::NonNull;
use support::module;

/// Notes what its functions are given.
#[derive(Default)]
struct Noting(RefCell<Vec<Vec<u64>>>);

impl Noting {
    fn note(&self, words: &[u64]) {
        self.0.borrow_mut().push(words.to_vec());
    }
}

impl SharedGuest for Noting {
    type Data = Noting;

    fn deopt(_: &Self, _: &Deopt) -> Resume {
        Resume::Abort(Abort::Stopped)
    }
}

const PROGRAM: &str = "
runtime @none() -> i64 writes(all)
runtime @one(i64) -> i64, i64 writes(all)
runtime @three(i64, ptr, i64) -> i64 writes(all)
runtime @four(pair, pair) -> pair writes(all)
runtime @five(i64, i64, i64, i64, i64) -> i64, i64 writes(all)
func @nothing() -> i64, i64 {
block0:
  v0 = iconst.i64 1
  v1 = iconst.i64 2
  return v0, v1
}
func @square(i64, i64) -> i64, i64 {
fs0 = state 1+1 [v0, v1]
block0(v0: i64, v1: i64):
  v2 = imul_guard.i64 v0, v0, fs0, reason 0
  return v2, v1
}
func @arities(i64, ptr) -> i64, i64 {
block0(v0: i64, v1: ptr):
  v2 = call_runtime @none()
  v3, v4 = call_runtime @one(v0)
  v5 = call_runtime @three(v3, v1, v4)
  v6 = pair_make v2, v3
  v7 = pair_make v4, v5
  v8 = call_runtime @four(v6, v7)
  v9 = pair_first v8
  v10 = pair_second v8
  v11, v12 = call_runtime @five(v9, v10, v2, v3, v4)
  return v11, v12
}
func @one_result(i64) -> i64 {
block0(v0: i64):
  return v0
}
func @throwing(i64) -> i64, i64 throws {
block0(v0: i64):
  return v0, v0
}
func @narrow(i32) -> i64, i64 {
block0(v0: i32):
  v1 = sext v0
  return v1, v1
}";

fn program() -> Program {
    let mut table = RuntimeTable::new();
    table
        .bind_words::<Noting, _, _, 0>("none", |guest: &Noting, []: [u64; 0]| {
            105 + guest.0.borrow().len() as u64
        })
        .bind_words::<Noting, _, _, 1>("one", |_: &Noting, [a]: [u64; 1]| [a + 1, a + 2])
        .bind_words::<Noting, _, _, 3>("three", |guest: &Noting, words: [u64; 3]| {
            guest.note(&words);
            words[0] * words[1] - words[2]
        })
        .bind_words::<Noting, _, _, 4>("four", |guest: &Noting, words: [u64; 4]| {
            guest.note(&words);
            [words[3], words[0]]
        })
        .bind_words::<Noting, _, _, 5>("five", |guest: &Noting, words: [u64; 5]| {
            guest.note(&words);
            [words.iter().sum(), words[4]]
        });
    Program::load(&module(PROGRAM), &Options::default(), &table).unwrap()
}

fn callable(program: &Program, name: &str) -> Callable {
    program.function_named(name).unwrap().unwrap_or_else(|| panic!("there is no @{name}"))
}

fn words<const N: usize>(program: &Program, name: &str) -> WordCallable<N> {
    callable(program, name).try_into().unwrap()
}

#[test]
fn runtime_functions_take_and_return_every_number_of_words() {
    let program = program();
    let (guest, entry) = (Noting::default(), program.entry::<Noting>());
    // 105; 11, 12; 11 * 3 - 12 = 21; 21, 105; their sum with 105, 11 and 12.
    assert_eq!(entry.call(&guest, &words(&program, "arities"), [10, 3]), Ok([254, 12]));
    let seen = vec![vec![11, 3, 12], vec![105, 11, 12, 21], vec![21, 105, 105, 11, 12]];
    assert_eq!(*guest.0.borrow(), seen);
}

#[test]
fn only_functions_of_words_can_be_called() {
    let program = program();
    for name in ["one_result", "throwing", "narrow", "square"] {
        let error = WordCallable::<1>::try_from(callable(&program, name)).unwrap_err();
        assert_eq!(error.signature, *callable(&program, name).signature());
        assert!(error.to_string().contains("1 64-bit words"), "{error}");
    }
    assert!(WordCallable::<3>::try_from(callable(&program, "square")).is_err());
}

fn load(declaration: &str, arguments: &str, table: &RuntimeTable) -> Result<Program, LoadError> {
    let text = format!(
        "
runtime @f{declaration}
func @calls(i64, i32, pair, ptr) -> i64 throws {{
block0(v0: i64, v1: i32, v2: pair, v3: ptr):
  call_runtime @f({arguments})
  return v0
}}"
    );
    // A result that nobody uses has to have a name all the same.
    let count = declaration.split_once("->").map_or(0, |(_, results)| results.split(',').count());
    let names: Vec<String> = (10..10 + count).map(|number| format!("v{number}")).collect();
    let text = if names.is_empty() {
        text
    } else {
        text.replace("  call_runtime", &format!("  {} = call_runtime", names.join(", ")))
    };
    Program::load(&module(&text), &Options::default(), table)
}

#[test]
fn other_declarations_of_functions_of_words_are_refused() {
    let mut one = RuntimeTable::new();
    one.bind_words::<Noting, _, _, 2>("f", |_: &Noting, [a, b]: [u64; 2]| a + b);
    let mut two = RuntimeTable::new();
    two.bind_words::<Noting, _, _, 2>("f", |_: &Noting, [a, b]: [u64; 2]| [a, b]);
    for (declaration, arguments) in
        [("(i64, ptr) -> i64", "v0, v3"), ("(pair) -> i64", "v2"), ("(i64, i64) -> ptr", "v0, v0")]
    {
        assert!(load(&format!("{declaration} writes(all)"), arguments, &one).is_ok(), "{declaration}");
    }
    for declaration in ["(i64, i64) -> i64, i64", "(i64, i64) -> pair", "(i64, i64) -> ptr, i64"] {
        assert!(load(&format!("{declaration} writes(all)"), "v0, v0", &two).is_ok(), "{declaration}");
    }
    for (declaration, arguments) in [
        ("(i64) -> i64", "v0"),
        ("(i64, i64, i64) -> i64", "v0, v0, v0"),
        ("(i64, pair) -> i64", "v0, v2"),
        ("(i64, i32) -> i64", "v0, v1"),
        ("(i64, i64) -> i32", "v0, v0"),
        ("(i64, i64) -> bool", "v0, v0"),
        ("(i64, i64) -> f64", "v0, v0"),
        ("(i64, i64) -> i64, i64", "v0, v0"),
        ("(i64, i64) -> i64 throws", "v0, v0"),
        ("(i64, i64)", "v0, v0"),
    ] {
        let error = load(&format!("{declaration} writes(all)"), arguments, &one).unwrap_err();
        let LoadError::Link(LinkError::Words { symbol, params: 2, results: 1, .. }) = &error else {
            panic!("{declaration}: {error}");
        };
        assert_eq!(symbol, "f");
        assert!(error.to_string().contains("2 64-bit words to 1"), "{error}");
    }
    let error = load("(i64, i64) -> i64 writes(all)", "v0, v0", &two).unwrap_err();
    assert!(matches!(error, LoadError::Link(LinkError::Words { results: 2, .. })), "{error}");
}

/// A guest that none of the functions are bound for.
struct Other;

impl SharedGuest for Other {
    type Data = Other;

    fn deopt(_: &Self, _: &Deopt) -> Resume {
        Resume::Abort(Abort::Stopped)
    }
}

impl Guest for Other {
    fn deopt(_: &mut Cx<'_, Self>, _: &Deopt) -> Resume {
        Resume::Abort(Abort::Stopped)
    }

    fn alloc(_: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        None
    }
}

#[test]
fn guests_that_functions_are_not_bound_for_do_not_reach_them() {
    let program = program();
    let foreign = Abort::Broken(Broken::ForeignGuest);
    let entry = program.entry::<Other>();
    assert_eq!(entry.call(&Other, &words(&program, "square"), [1 << 40, 1]), Err(Abort::Stopped));
    assert_eq!(entry.call(&Other, &words(&program, "arities"), [1, 2]), Err(foreign.clone()));
    let mut instance = program.instantiate(Other);
    let outcome = instance.call(&callable(&program, "arities"), &[Const::i64(1), Const::ptr(2)]);
    assert_eq!(outcome, Ok(Outcome::Abort(foreign)));
}

#[test]
fn functions_of_other_programs_are_refused() {
    let (program, other) = (program(), program());
    let entry = program.entry::<Noting>();
    let call = |program| entry.call(&Noting::default(), &words(program, "nothing"), []);
    let foreign = Abort::Broken(Broken::ForeignCode);
    assert_eq!(call(&other), Err(foreign.clone()));
    assert_eq!(call(&program), Err(foreign));
}

/// Has one method that fits by way of `Marker` alone, and two as soon as the type is `Send` or `Sync`.
trait Thread<Marker> {
    fn is_bound_to_one() {}
}
impl<T> Thread<()> for T {}
impl<T: Send> Thread<[(); 1]> for T {}
impl<T: Sync> Thread<[(); 2]> for T {}

#[test]
fn entries_stay_on_their_thread() {
    // Does not compile otherwise.
    <Entry<Noting> as Thread<_>>::is_bound_to_one();
}
