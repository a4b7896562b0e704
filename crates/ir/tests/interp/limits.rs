//! Limits: fuel, depth, memory, and watching a run.

use crate::{HEAP, add, declare, define, empty, run_on, signature};
use ir::eval::Const;
use ir::interp::{Access, FlatMemory, Interp, Limits, MemoryFault, Outcome, Step, Tracer, Undefined};
use ir::{Func, Imm, Module, Op, Type};

/// A function that calls itself forever.
fn endless(module: &mut Module) -> Func {
    let func = declare(module, "endless", signature(&[], &[]));
    define(module, func, |m, b, _| {
        b.call(m, func, &[], false);
        b.ret(&[]);
    });
    func
}

#[test]
fn fuel_is_counted_per_instruction() {
    let mut module = empty();
    let func = add(&mut module, "five", signature(&[], &[Type::I32]), |_, b, _| {
        let one = b.iconst(Type::I32, 1);
        let two = b.binary(Op::Iadd, one, one);
        let block = b.add_block(&[]);
        b.jump(block, &[]);
        b.switch_to(block);
        let four = b.binary(Op::Iadd, two, two);
        b.ret(&[four]);
    });
    let mut host = FlatMemory::new();
    let mut interp = Interp::new(&module, &mut host);
    let with = |fuel| Limits { fuel, depth: 1 };
    assert_eq!(interp.call(func, &[], with(5)), Outcome::Return(vec![Const::i32(4)]));
    assert_eq!(interp.steps(), 5);
    assert_eq!(interp.call(func, &[], with(4)), Outcome::OutOfFuel);
    assert_eq!(interp.steps(), 4);
    assert_eq!(interp.call(func, &[], with(0)), Outcome::OutOfFuel);
}

#[test]
fn depth_is_limited_without_using_the_hosts_stack() {
    let mut module = empty();
    let func = endless(&mut module);
    let mut host = FlatMemory::new();
    let mut interp = Interp::new(&module, &mut host);
    let depth = 1_000_000;
    assert_eq!(interp.call(func, &[], Limits { fuel: u64::MAX, depth }), Outcome::StackOverflow);
    assert_eq!(interp.steps(), depth as u64);
    assert_eq!(interp.call(func, &[], Limits { fuel: 100, depth }), Outcome::OutOfFuel);
    assert_eq!(interp.call(func, &[], Limits { fuel: 100, depth: 0 }), Outcome::StackOverflow);
}

fn access(module: &mut Module, ty: Type, offset: i32, write: bool) -> Func {
    let name = format!("{ty}{offset}{write}");
    add(module, &name, signature(&[Type::Ptr, ty], &[]), |_, b, p| {
        if write {
            b.store(p[1], p[0], offset, HEAP);
        } else {
            b.load(ty, p[0], offset, HEAP);
        }
        b.ret(&[]);
    })
}

#[test]
fn accesses_outside_of_memory_fault() {
    let mut host = FlatMemory::new();
    let base = host.memory.map(vec![1; 32]);
    let end = base + 32;
    for ty in [Type::Bool, Type::I32, Type::I64, Type::F64, Type::Ptr, Type::Boxed, Type::Pair] {
        let width = ty.size();
        for write in [false, true] {
            let mut module = empty();
            let at_base = access(&mut module, ty, 0, write);
            let before = access(&mut module, ty, -1, write);
            let args = |address| [Const::ptr(address), Const::zero(ty)];
            let mut go = |func, address| run_on(&module, &mut host, func, &args(address));
            let fault = |address| Outcome::MemoryFault(MemoryFault { address, width, write });
            assert_eq!(go(at_base, base), Outcome::Return(vec![]));
            assert_eq!(go(at_base, end - u64::from(width)), Outcome::Return(vec![]));
            let over = end - u64::from(width) + 1;
            assert_eq!(go(at_base, over), fault(over));
            assert_eq!(go(before, base), fault(base - 1));
            assert_eq!(go(at_base, 0), fault(0));
            assert_eq!(go(before, 0), fault(u64::MAX));
        }
    }
    // A pair that half fits stored nothing.
    let mut module = empty();
    let store = access(&mut module, Type::Pair, 0, true);
    let args = [Const::ptr(end - 8), Const::pair(2, 3)];
    run_on(&module, &mut host, store, &args);
    assert_eq!(host.memory.load(end - 8, 8), Ok(0));
}

#[test]
fn read_only_memory_is_only_read() {
    let mut module = empty();
    let (load, store) = (access(&mut module, Type::I32, 0, false), access(&mut module, Type::I32, 0, true));
    let mut host = FlatMemory::new();
    let base = host.memory.map(vec![1; 32]);
    assert!(host.memory.protect(base + 31));
    assert!(!host.memory.protect(base + 32));
    let args = [Const::ptr(base), Const::i32(5)];
    assert_eq!(run_on(&module, &mut host, load, &args), Outcome::Return(vec![]));
    let fault = MemoryFault { address: base, width: 4, write: true };
    assert_eq!(run_on(&module, &mut host, store, &args), Outcome::MemoryFault(fault));
}

#[test]
fn memory_is_mapped_without_overlap() {
    let mut host = FlatMemory::new();
    assert!(host.memory.map_at(0x1000, vec![0; 0x100]));
    assert!(host.memory.map_at(0x1100, vec![0; 0x100]));
    assert!(!host.memory.map_at(0x10ff, vec![0; 1]));
    assert!(!host.memory.map_at(0xf01, vec![0; 0x100]));
    assert!(!host.memory.map_at(u64::MAX, vec![0; 2]));
    let (a, b) = (host.memory.map(vec![0; 3]), host.memory.map(vec![0; 3]));
    assert!(a % 16 == 0 && b % 16 == 0 && b >= a + 16);
    assert!(host.memory.load(a + 2, 2).is_err());
    // Two regions side by side are not one.
    assert!(host.memory.load(0x10fc, 8).is_err());
    assert!(host.memory.load(0x10f8, 8).is_ok());
}

#[test]
fn a_byte_that_is_no_bool_is_reported() {
    let mut module = empty();
    let load = access(&mut module, Type::Bool, 1, false);
    let mut host = FlatMemory::new();
    let base = host.memory.map(vec![0, 2]);
    let outcome = run_on(&module, &mut host, load, &[Const::ptr(base), Const::bool(false)]);
    assert_eq!(outcome, Outcome::Undefined(Undefined::BoolByte { address: base + 1, byte: 2 }));
}

#[derive(Default)]
struct Log(Vec<String>);

impl Tracer for Log {
    fn step(&mut self, step: &Step<'_>) {
        self.0.push(format!("{}:{} {} {:?}", step.depth, step.func, step.inst, step.args));
    }

    fn access(&mut self, access: &Access) {
        let what = if access.write { "store" } else { "load" };
        self.0.push(format!("{what} {} at {} of {}", access.width, access.address, access.class));
    }
}

#[test]
fn a_tracer_sees_every_step_and_access() {
    let mut module = empty();
    let callee = add(&mut module, "callee", signature(&[Type::Ptr], &[]), |_, b, p| {
        let seven = b.iconst(Type::I32, 7);
        b.op(Op::Store16, Some(Type::I32), &[seven, p[0]], Imm::Mem { offset: 2, class: HEAP });
        b.ret(&[]);
    });
    let main = add(&mut module, "main", signature(&[Type::Ptr], &[Type::Bool]), |m, b, p| {
        b.call(m, callee, p, false);
        let flag = b.load(Type::Bool, p[0], 0, HEAP);
        b.ret(&[flag]);
    });
    let mut host = FlatMemory::new();
    assert!(host.memory.map_at(64, vec![0; 8]));
    let mut log = Log::default();
    let mut interp = Interp::new(&module, &mut host);
    interp.set_tracer(&mut log);
    interp.call(main, &[Const::ptr(64)], Limits::default());
    let want = [
        "0:func1 inst0 [ptr 0x40]",
        "1:func0 inst0 []",
        "1:func0 inst1 [i32 7, ptr 0x40]",
        "store 2 at 66 of class0",
        "1:func0 inst2 []",
        "0:func1 inst1 [ptr 0x40]",
        "load 1 at 64 of class0",
        "0:func1 inst2 [bool false]",
    ];
    assert_eq!(log.0, want);
}
