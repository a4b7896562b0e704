//! Walks through managed frames, as debuggers (call frame information) and profilers (frame pointers) make them.
#![cfg(target_os = "linux")]

mod support;

use codegen::Options;
use ir::Entity;
use ir::eval::Const;
use jit::{Cx, Outcome, Program, RuntimeTable, VmContext};
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;
use support::{Loaded, Real, load};

unsafe extern "C" {
    fn _Unwind_Backtrace(
        step: unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
    fn walk_from_here(context: NonNull<VmContext>, value: i64) -> u64;
}

// A runtime function that hands on the frame pointer of the managed code that called it, and where it returns to.
#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".globl walk_from_here",
    "walk_from_here:",
    "mov rdx, rbp",
    "mov rcx, [rsp]",
    "jmp {walk}",
    walk = sym walk,
);
#[cfg(target_arch = "aarch64")]
std::arch::global_asm!(
    ".globl walk_from_here",
    "walk_from_here:",
    "mov x2, x29",
    "mov x3, x30",
    "b {walk}",
    walk = sym walk,
);

thread_local! {
    static WALKS: std::cell::RefCell<(Vec<usize>, Vec<Vec<usize>>)> = const { std::cell::RefCell::new((Vec::new(), Vec::new())) };
}

unsafe extern "C" fn step(context: *mut c_void, data: *mut c_void) -> c_int {
    // SAFETY: the unwinder hands over its context and the vector of `walk`.
    unsafe { (*data.cast::<Vec<usize>>()).push(_Unwind_GetIP(context)) };
    0
}

/// Follows frame pointers for as long as they lead up the stack by less than a frame's worth.
fn frame_pointers(mut fp: usize, first: usize) -> Vec<usize> {
    let mut addresses = vec![first];
    for _ in 0..10_000 {
        let frame = std::ptr::with_exposed_provenance::<[usize; 2]>(fp);
        // SAFETY: frame pointers of managed code and of bridges point to the saved one and a return address; the walk stops
        // at the first that looks like nothing of that kind.
        let [next, back] = unsafe { frame.read() };
        addresses.push(back);
        if next <= fp || next - fp > 1 << 16 || next % 8 != 0 {
            break;
        }
        fp = next;
    }
    addresses
}

unsafe extern "C" fn walk(context: NonNull<VmContext>, value: i64, fp: usize, back: usize) -> u64 {
    let mut found: Vec<usize> = Vec::new();
    // SAFETY: the vector outlives the walk.
    unsafe { _Unwind_Backtrace(step, (&raw mut found).cast()) };
    WALKS.with_borrow_mut(|walks| {
        walks.0 = found;
        walks.1.push(frame_pointers(fp, back));
    });
    if value == 0 {
        return 0;
    }
    // SAFETY: compiled code of an instance of `Real` calls this.
    let mut cx = unsafe { Cx::<Real>::from_raw(context) };
    let callable = cx.guest().callable.clone().expect("the test set it");
    match cx.call(&callable, &[Const::i64(value - 1), Const::i64(0)]) {
        Ok(Outcome::Return(values)) => values[0].bits(),
        other => panic!("{other:?}"),
    }
}

/// `@outer(depth, n)` calls `@inner` through `n` frames of itself; `@inner` calls the helper, which enters `@outer` again.
const NESTED: &str = "
runtime @walk(i64) -> i64 reads(all) writes(all)
func @outer(i64, i64) -> i64 {
block0(v0: i64, v1: i64):
  v2 = iconst.i64 4
  v3 = icmp.slt.i64 v1, v2
  brif v3, block1, block2
block1:
  v4 = iconst.i64 1
  v5 = iadd.i64 v1, v4
  v6 = call @outer(v0, v5)
  v7 = iadd.i64 v6, v4
  return v7
block2:
  v8 = call @inner(v0, v1, v1, v1, v1, v1, v1, v1, v1)
  v9 = iadd.i64 v8, v2
  return v9
}
func @inner(i64, i64, i64, i64, i64, i64, i64, i64, i64) -> i64 {
block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: i64, v7: i64, v8: i64):
  v9 = call_runtime @walk(v0)
  v10 = iadd.i64 v9, v8
  return v10
}";

/// Names of the managed functions at these addresses, the innermost first.
fn names(program: &Program, addresses: &[usize]) -> Vec<&'static str> {
    let code = [(0, "outer"), (1, "inner")].map(|(index, name)| {
        let (entry, len) = program.code(ir::Func::from_index(index));
        (entry.addr()..entry.addr() + len, name)
    });
    let at = |address: &usize| code.iter().find(|(range, _)| range.contains(address)).map(|(_, name)| *name);
    addresses.iter().filter_map(at).collect()
}

fn nested() -> Loaded {
    let mut table = RuntimeTable::new();
    // SAFETY: the assembly above is a function of this signature.
    unsafe { table.bind("walk", walk_from_here as *const u8) };
    let mut loaded = load(NESTED, &table, &Options::default());
    let outer = loaded.function("outer");
    loaded.instance.guest().callable = Some(outer);
    loaded
}

const SEGMENT: [&str; 6] = ["inner", "outer", "outer", "outer", "outer", "outer"];

#[test]
fn call_frame_information_leads_through_guest_helper_and_guest() {
    let mut loaded = nested();
    let outcome = loaded.call("outer", &[Const::i64(2), Const::i64(0)]);
    assert!(matches!(outcome, Outcome::Return(_)), "{outcome:?}");
    let (cfi, _) = WALKS.take();
    assert_eq!(names(&loaded.program, &cfi), SEGMENT.repeat(3));
    let here = call_frame_information_leads_through_guest_helper_and_guest as *const () as usize;
    let beyond = cfi.iter().any(|address| address.abs_diff(here) < 4096);
    assert!(beyond, "the walk goes on beyond managed code, to this test");
}

#[test]
fn frame_pointers_lead_through_every_managed_segment() {
    let mut loaded = nested();
    loaded.call("outer", &[Const::i64(2), Const::i64(0)]);
    let (_, chains) = WALKS.take();
    assert_eq!(chains.len(), 3);
    for chain in chains {
        let found = names(&loaded.program, &chain);
        assert_eq!(found[..SEGMENT.len()], SEGMENT);
    }
}

#[test]
fn perf_finds_every_function_by_name() {
    code_memory::set_perf(code_memory::PerfMode::Map).unwrap();
    let loaded = nested();
    code_memory::set_perf(code_memory::PerfMode::Off).unwrap();
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    for (index, name) in [(0, "outer"), (1, "inner")] {
        let (entry, len) = loaded.program.code(ir::Func::from_index(index));
        let within = text.lines().any(|line| {
            let mut words = line.splitn(3, ' ');
            let mut number = || usize::from_str_radix(words.next().unwrap_or(""), 16).unwrap_or(0);
            let (start, size) = (number(), number());
            let covers = start <= entry.addr() && entry.addr() + len <= start + size;
            covers && words.next().is_some_and(|found| found.contains(name))
        });
        assert!(within, "{name} at {entry:p}+{len:#x} is not in\n{text}");
    }
}
