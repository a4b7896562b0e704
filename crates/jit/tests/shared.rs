//! Guests that are reached by shared references: entries nested in each other, words in and out, and every way of leaving.

mod support;

use codegen::Options;
use ir::eval::Const;
use ir::interp::{Deopt, Poll};
use ir::{Signature, Type};
use jit::engine::{Config, Engine, FunctionId, Lower, Lowered, Request};
use jit::{Abort, Broken, Callable, Entry, Program, Resume, RuntimeTable, SharedGuest, WordCallable};
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;
use support::module;
use tiering::{Decline, Trace};

/// What happens at the bottom of nested calls.
#[derive(Clone, Copy, Default, PartialEq)]
enum Bottom {
    #[default]
    Answer,
    Panic,
    Leave,
}

/// An interpreter in miniature: cells, and the way into compiled code.
#[derive(Default)]
struct Vm {
    name: u64,
    entry: OnceCell<Entry<Vm>>,
    again: OnceCell<WordCallable<2>>,
    bottom: Cell<Bottom>,
    /// The level whose runtime function goes on after a call that was left.
    recovers_at: Cell<Option<u64>>,
    poll: Cell<Option<Poll>>,
    seen: RefCell<Vec<Vec<u64>>>,
}

impl Vm {
    fn note(&self, words: &[u64]) {
        self.seen.borrow_mut().push(words.to_vec());
    }

    fn entry(&self) -> &Entry<Vm> {
        self.entry.get().expect("the test set it")
    }

    fn call<const N: usize>(&self, program: &Program, name: &str, args: [u64; N]) -> Result<[u64; 2], Abort> {
        self.entry().call(self, &words(program, name), args)
    }
}

impl SharedGuest for Vm {
    type Data = Vm;

    fn deopt(vm: &Vm, exit: &Deopt) -> Resume {
        let words: Vec<u64> = exit.frames[0].slots.iter().flatten().map(|slot| slot.bits()).collect();
        vm.note(&words);
        assert!(vm.bottom.get() != Bottom::Panic, "deopt");
        if vm.bottom.get() == Bottom::Leave {
            vm.entry().leave(Abort::Stopped);
        }
        Resume::Return(vec![Const::i64(-1), Const::i64(words.len() as i64)])
    }

    fn interpret(vm: &Vm, function: FunctionId, args: &[u64]) -> Option<Resume> {
        vm.note(&[&[function.0], args].concat());
        Some(Resume::Return(vec![Const::i64(args[0] as i64), Const::ptr(args[1])]))
    }

    fn interrupt(vm: &Vm) -> Poll {
        vm.note(&[]);
        vm.poll.get().unwrap_or(Poll::Continue)
    }
}

/// Calls compiled code, and answers even when that was left.
fn again(vm: &Vm, [level, sum]: [u64; 2]) -> [u64; 2] {
    if level == 0 {
        match vm.bottom.get() {
            Bottom::Answer => {}
            Bottom::Panic => panic!("at the bottom"),
            Bottom::Leave => vm.entry().leave(Abort::Stopped),
        }
        return [vm.name, sum];
    }
    let callable = vm.again.get().expect("the test set it");
    let result = vm.entry().call(vm, callable, [level, sum]);
    vm.note(&[level, u64::from(result.is_ok())]);
    match result {
        Err(_) if vm.recovers_at.get() == Some(level) => [u64::from(vm.entry().recover()), level],
        // While everything is being left, nothing is called.
        Err(why) => {
            assert_eq!(vm.entry().call(vm, callable, [0, 0]), Err(why));
            [7, 7]
        }
        Ok(words) => words,
    }
}

const PROGRAM: &str = "
runtime @again(i64, i64) -> i64, i64 writes(all)
runtime @lend(i64) -> i64, i64 writes(all)
func @down(i64, i64) -> i64, i64 {
block0(v0: i64, v1: i64):
  v2 = iconst.i64 1
  v3 = isub.i64 v0, v2
  v4 = iadd.i64 v1, v0
  v5, v6 = call_runtime @again(v3, v4)
  return v5, v6
}
func @square(i64, i64) -> i64, i64 {
fs0 = state 1+1 [v0, v1]
block0(v0: i64, v1: i64):
  v2 = imul_guard.i64 v0, v0, fs0, reason 0
  return v2, v1
}
func @squares(i64, i64) -> i64, i64 {
fs0 = state 1+1 [v0, v1]
block0(v0: i64, v1: i64):
  v2 = iconst.i64 0
  v3 = icmp.eq.i64 v1, v2
  brif v3, block1, block2
block1:
  v4 = imul_guard.i64 v0, v0, fs0, reason 0
  return v4, v1
block2:
  v5, v6 = call_runtime @again(v1, v0)
  return v5, v6
}
func @lend(i64, i64) -> i64, i64 {
block0(v0: i64, v1: i64):
  v2, v3 = call_runtime @lend(v0)
  v4, v5 = call_runtime @lend(v1)
  return v2, v5
}
func @four_words(i64, ptr, i64, i64) -> ptr, i64 {
block0(v0: i64, v1: ptr, v2: i64, v3: i64):
  v4 = isub.i64 v2, v3
  return v1, v4
}
func @nothing() -> i64, i64 {
block0:
  v0 = iconst.i64 1
  v1 = iconst.i64 2
  return v0, v1
}
func @trap() -> i64, i64 {
block0:
  trap 300
}
func @new() -> i64, i64 {
block0:
  v0 = alloc 8 kind 1
  v1 = ptr_to_int v0
  return v1, v1
}
func @polls() -> i64, i64 {
block0:
  poll
  v1 = iconst.i64 2
  return v1, v1
}";

fn table() -> RuntimeTable {
    let mut table = RuntimeTable::new();
    table.bind_words::<Vm, _, _, 2>("again", again).bind_words::<Vm, _, _, 1>("lend", lend);
    table
}

fn program() -> Program {
    Program::load(&module(PROGRAM), &Options::default(), &table()).unwrap()
}

fn callable(program: &Program, name: &str) -> Callable {
    program.function_named(name).unwrap().unwrap_or_else(|| panic!("there is no @{name}"))
}

fn words<const N: usize>(program: &Program, name: &str) -> WordCallable<N> {
    callable(program, name).try_into().unwrap()
}

/// A guest whose `again` calls this function.
fn vm(program: &Program, again: &str) -> Vm {
    let vm = Vm { name: 5, ..Vm::default() };
    assert!(vm.entry.set(program.entry()).is_ok());
    assert!(vm.again.set(words(program, again)).is_ok());
    vm
}

fn is_panic(result: &Result<[u64; 2], Abort>, text: &str) -> bool {
    matches!(result, Err(Abort::Panic(message)) if message.contains(text))
}

#[test]
fn words_go_in_and_come_back() {
    let program = program();
    let vm = vm(&program, "down");
    assert_eq!(vm.call(&program, "nothing", []), Ok([1, 2]));
    assert_eq!(vm.call(&program, "square", [1 << 20, u64::MAX]), Ok([1 << 40, u64::MAX]));
    assert_eq!(vm.call(&program, "four_words", [1, u64::MAX, 3, 4]), Ok([u64::MAX, u64::MAX]));
}

#[test]
fn calls_nest_in_calls() {
    let program = program();
    let vm = vm(&program, "down");
    assert_eq!(vm.call(&program, "down", [4, 0]), Ok([5, 10]));
    assert_eq!(*vm.seen.borrow(), [[1, 1], [2, 1], [3, 1]]);
}

/// Has the entry lend another guest for the length of a nested call.
fn lend(vm: &Vm, [level]: [u64; 1]) -> [u64; 2] {
    if level > 0 {
        let other = Vm { name: vm.name + level, ..Vm::default() };
        let callable = vm.again.get().expect("the test set it");
        let result = vm.entry().call(&other, callable, [0, 0]);
        assert_eq!(result, Ok([other.name, other.name]));
    }
    [vm.name; 2]
}

#[test]
fn each_call_lends_its_own_guest() {
    let program = program();
    let vm = vm(&program, "lend");
    assert_eq!(vm.call(&program, "lend", [2, 3]), Ok([5, 5]));
}

#[test]
fn guards_leave_with_their_words() {
    let program = program();
    let vm = vm(&program, "down");
    assert_eq!(vm.call(&program, "square", [1 << 40, 9]), Ok([u64::MAX, 2]));
    assert_eq!(*vm.seen.borrow(), [[1 << 40, 9]]);
}

/// Lowers nothing.
struct Nothing;

impl Lower for Nothing {
    fn lower(&self, _: Request) -> Result<Lowered, (Decline, String)> {
        Err((Decline::NoBody, "nothing to compile here".to_owned()))
    }
}

#[test]
fn functions_without_code_are_interpreted_with_their_words() {
    let config = Config { threads: 0, ..Config::default() };
    let engine = Engine::new(config, Arc::new(Nothing), table(), Arc::new(Trace::new())).unwrap();
    let params = vec![Type::I64, Type::Ptr, Type::I64];
    let signature = Signature { params, results: vec![Type::I64, Type::Ptr], throws: false };
    let id = engine.declare(&[("f", &signature)]).unwrap()[0];
    let function = WordCallable::<3>::try_from(engine.function(id).unwrap().unwrap()).unwrap();
    let (vm, entry) = (Vm::default(), engine.entry::<Vm>());
    assert_eq!(entry.call(&vm, &function, [u64::MAX, 2, 3]), Ok([u64::MAX, 2]));
    assert_eq!(*vm.seen.borrow(), [[id.0, u64::MAX, 2, 3]]);
    // A pair is not what it returned.
    let signature = Signature { params: vec![Type::Pair], results: vec![Type::Pair], throws: false };
    let id = engine.declare(&[("g", &signature)]).unwrap()[0];
    let function = WordCallable::<2>::try_from(engine.function(id).unwrap().unwrap()).unwrap();
    let broken = entry.call(&vm, &function, [1, 2]);
    assert!(matches!(broken, Err(Abort::Broken(Broken::Results { .. }))), "{broken:?}");
}

#[test]
fn a_panic_in_a_nested_runtime_function_spoils_the_entry_only() {
    let program = program();
    let vm = vm(&program, "down");
    vm.bottom.set(Bottom::Panic);
    assert!(is_panic(&vm.call(&program, "down", [3, 0]), "at the bottom"));
    // Both functions on the way answered, which did not count.
    assert_eq!(*vm.seen.borrow(), [[1, 0], [2, 0]]);
    assert!(is_panic(&vm.call(&program, "nothing", []), "at the bottom"));
    assert!(!vm.entry().recover());
    assert!(is_panic(&vm.call(&program, "nothing", []), "at the bottom"));
    let other = program.entry::<Vm>();
    assert_eq!(other.call(&vm, &words(&program, "square"), [3, 1]), Ok([9, 1]));
}

#[test]
fn a_panic_in_a_nested_deopt_spoils_the_entry_only() {
    let program = program();
    let vm = vm(&program, "square");
    vm.bottom.set(Bottom::Panic);
    // `squares` has `again` call `square`, which overflows.
    assert!(is_panic(&vm.call(&program, "squares", [3, 1 << 40]), "deopt"));
    assert_eq!(*vm.seen.borrow(), [[1 << 40, 3], [1 << 40, 0]]);
    assert!(is_panic(&vm.call(&program, "nothing", []), "deopt"));
    let other = program.entry::<Vm>();
    assert_eq!(other.call(&vm, &words(&program, "nothing"), []), Ok([1, 2]));
}

#[test]
fn what_ends_a_nested_call_ends_those_around_it() {
    let program = program();
    let vm = vm(&program, "down");
    vm.bottom.set(Bottom::Leave);
    assert_eq!(vm.call(&program, "down", [3, 0]), Err(Abort::Stopped));
    assert_eq!(*vm.seen.borrow(), [[1, 0], [2, 0]]);
    // Nothing is spoilt, and nothing is left behind.
    vm.bottom.set(Bottom::Answer);
    assert_eq!(vm.call(&program, "down", [3, 0]), Ok([5, 6]));
    vm.entry().leave(Abort::Stopped);
    assert_eq!(vm.call(&program, "nothing", []), Ok([1, 2]));
    assert!(matches!(vm.call(&program, "trap", []), Err(Abort::Trap(code)) if code.0 == 300));
    assert_eq!(vm.call(&program, "new", []), Err(Abort::OutOfMemory));
    vm.bottom.set(Bottom::Leave);
    assert_eq!(vm.call(&program, "square", [1 << 40, 9]), Err(Abort::Stopped));
}

#[test]
fn a_function_that_recovers_goes_on() {
    let program = program();
    let vm = vm(&program, "down");
    vm.bottom.set(Bottom::Leave);
    vm.recovers_at.set(Some(2));
    assert_eq!(vm.call(&program, "down", [4, 0]), Ok([1, 2]));
    assert_eq!(*vm.seen.borrow(), [[1, 0], [2, 0], [3, 1]]);
    // Not from a panic: the function answers that it did not recover, and is left.
    vm.bottom.set(Bottom::Panic);
    assert!(is_panic(&vm.call(&program, "down", [4, 0]), "at the bottom"));
}

#[test]
fn endless_nesting_ends_at_the_stack_limit() {
    let program = program();
    let vm = vm(&program, "down");
    assert_eq!(vm.call(&program, "down", [u64::MAX, 0]), Err(Abort::StackOverflow));
    assert!(vm.seen.borrow().len() > 100);
    assert_eq!(vm.call(&program, "down", [2, 0]), Ok([5, 3]));
}

#[test]
fn polls_reach_the_guest_and_stop_everything() {
    let program = program();
    let vm = vm(&program, "down");
    let handle = vm.entry().interrupt_handle();
    handle.request();
    assert_eq!(vm.call(&program, "polls", []), Ok([2, 2]));
    assert_eq!(vm.seen.borrow().len(), 1);
    vm.poll.set(Some(Poll::Stop));
    handle.request();
    assert_eq!(vm.call(&program, "polls", []), Err(Abort::Stopped));
    handle.stop();
    assert_eq!(vm.call(&program, "polls", []), Err(Abort::Stopped));
    assert_eq!(vm.call(&program, "polls", []), Ok([2, 2]));
}

#[test]
fn calls_with_the_code_pinned_are_like_others() {
    let program = program();
    let vm = vm(&program, "down");
    let inside = |vm: &Vm| vm.call(&program, "down", [4, 0]);
    assert_eq!(vm.entry().pinned(|| vm.entry().pinned(|| inside(&vm))), Ok([5, 10]));
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        vm.entry().pinned(|| panic!("out of the body"));
    }));
    assert!(unwound.is_err());
    vm.bottom.set(Bottom::Leave);
    assert_eq!(vm.entry().pinned(|| inside(&vm)), Err(Abort::Stopped));
    vm.bottom.set(Bottom::Answer);
    assert_eq!(inside(&vm), Ok([5, 10]));
}

#[test]
fn threads_have_an_entry_each() {
    let program = program();
    let function = words::<2>(&program, "down");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (program, function) = (&program, &function);
            scope.spawn(move || {
                let vm = vm(program, "down");
                for level in 1..300 {
                    let sum = level * (level + 1) / 2;
                    assert_eq!(vm.entry().call(&vm, function, [level, 0]), Ok([5, sum]));
                }
            });
        }
    });
}
