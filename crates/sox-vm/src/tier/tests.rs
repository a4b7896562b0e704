//! Tiers that are no compilers: they execute functions by single instructions, or hand them back, and all must be as it is without.

use super::{Entered, LEFT, Left, THREW, THROWN, Tier};
use crate::op;
use crate::vm::{Error, Options, Vm};
use heap::Gc;
use sox_bytecode::feedback::{Feedback, MANY, OTHER, Seen, Target};
use sox_bytecode::{Inst, Op};
use sox_rt::{Closure, Frame, Tag, Value};
use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

/// How the functions of a tier behave.
#[derive(Clone, Copy, Debug)]
struct Manner {
    threshold: u32,
    /// Every so many instructions, the rest of the function is left to the interpreter. 0: never.
    deopts: u32,
    /// Functions that return at once what the interpreter makes of them.
    at_once: bool,
}

/// A tier that executes instruction by instruction.
struct Steps {
    manner: Manner,
    lowest: usize,
    entries: Rc<Cell<u64>>,
    left: Cell<u32>,
    /// Calls that did not go from function to function.
    slow: Cell<u64>,
}

/// The native stack that tests run on.
const STACK: usize = 16 << 20;

impl Tier for Steps {
    fn enter(&self, vm: &Vm, code: u32, header: Option<u32>, words: [u64; 3]) -> Entered {
        self.entries.set(self.entries.get() + 1);
        let [frame, regs, closure] = words;
        let main = &*vm.state.main;
        let start = header.unwrap_or(0);
        if self.manner.at_once {
            return result(self.hand_back(vm, code, (start, 0), words));
        }
        if header.is_none() {
            let function = vm.rt.value_from_words(Tag::Closure as u64, closure).and_then(Value::get);
            push(vm, (frame, regs), function.expect("it is a closure"));
        }
        assert!(frame as usize + Frame::SIZE <= main.frames_end() && regs as usize <= main.reach());
        result(self.execute(vm, code, start, words))
    }

    fn threshold(&self) -> u32 {
        self.manner.threshold
    }

    fn stack_lowest(&self) -> usize {
        self.lowest
    }
}

fn result(tag: u64) -> Entered {
    match tag {
        THREW => Entered::Threw,
        LEFT => Entered::Left,
        _ => Entered::Returned,
    }
}

impl Steps {
    /// Leaves the rest of a function to the interpreter; the tag of what it returned.
    fn hand_back(
        &self,
        vm: &Vm,
        code: u32,
        (pc, reason): (u32, u16),
        [frame, regs, closure]: [u64; 3],
    ) -> u64 {
        let countdown = u64::from(vm.state.main.countdown.get() as u32);
        let left = Left { code, pc, words: vec![frame, regs, closure, countdown] };
        let result = vm.tier_deopt(&[left], reason);
        if result[0] != THREW && result[0] != LEFT {
            vm.tier_returned(regs, result);
        }
        result[0]
    }

    /// Calls a closure as compiled code does, if that is what the instruction is; the tag of the result.
    fn calls(&self, vm: &Vm, inst: Inst, [frame, regs, _]: [u64; 3], pc: u32) -> Option<u64> {
        let main = &*vm.state.main;
        let at = regs + 16 * u64::from(inst.a());
        let slot = main.slot(main.base_at(at as usize)?)?;
        let function = slot.get().get::<Closure>().filter(|_| inst.number() == op::Call)?;
        let code = vm.code(function.info().code);
        if code.required != u32::from(inst.b()) || code.params != code.required {
            return None;
        }
        main.frame_at(frame as usize)?.set_pc(pc + 1);
        let record = frame + Frame::SIZE as u64;
        let fits = at as usize <= main.reach();
        assert!(!fits || record as usize + Frame::SIZE <= main.frames_end());
        if code.heat.get() > 0 || !fits {
            self.slow.set(self.slow.get() + 1);
            return Some(vm.tier_interpret(record, at, function.erase().to_bits())[0]);
        }
        push(vm, (record, at), function);
        Some(self.execute(vm, function.info().code, 0, [record, at, function.erase().to_bits()]))
    }

    fn execute(&self, vm: &Vm, code: u32, start: u32, words: [u64; 3]) -> u64 {
        let mut pc = start;
        loop {
            if self.manner.deopts > 0 {
                self.left.set(self.left.get().checked_sub(1).unwrap_or(self.manner.deopts));
                if self.left.get() == 0 {
                    return self.hand_back(vm, code, (pc, 0), words);
                }
            }
            let inst = vm.code(code).insts[pc as usize];
            if let Some(tag) = self.calls(vm, inst, words, pc) {
                if tag == THREW {
                    return self.hand_back(vm, code, (pc, THROWN), words);
                }
                pc += 1;
                continue;
            }
            let went = match vm.tier_step(words[0], u64::from(pc)) {
                0 => false,
                1 => true,
                _ => return self.hand_back(vm, code, (pc, THROWN), words),
            };
            if matches!(inst.number(), op::Return | op::ReturnNil) {
                return 0;
            }
            pc += 1;
            if went {
                pc = pc.wrapping_add_signed(inst.imm());
            }
            if went && inst.imm() < 0 && polls(vm, words[0], pc) {
                return THREW;
            }
        }
    }
}

/// Writes a record.
fn push(vm: &Vm, (frame, regs): (u64, u64), function: Gc<Closure>) {
    let main = &*vm.state.main;
    let base = main.base_at(regs as usize).expect("registers exist");
    main.end_before(frame as usize);
    assert!(main.push(function.info().code, base, function));
}

/// Counts a round of a loop; whether that ended the program.
fn polls(vm: &Vm, frame: u64, pc: u32) -> bool {
    let countdown = &vm.state.main.countdown;
    match countdown.get() {
        ..=0 => vm.tier_poll(frame, u64::from(pc)) != 0,
        left => {
            countdown.set(left - 1);
            false
        }
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a program writes, and how it ends; entries of the tier.
fn run(source: &str, manner: Option<Manner>, stress: bool) -> (String, Result<(), Error>, u64) {
    let out = Shared::default();
    let heap = heap::Config { stress, verify: stress, ..heap::Config::default() };
    let mut vm = Vm::new(Options { stdout: Box::new(out.clone()), heap, ..Options::default() });
    let entries = Rc::new(Cell::new(0));
    if let Some(manner) = manner {
        let here = 0_u8;
        let lowest = std::ptr::from_ref(&here).addr() - (STACK - (64 << 10));
        vm.set_tier(Box::new(Steps {
            manner,
            lowest,
            entries: entries.clone(),
            left: Cell::new(3),
            slow: Cell::new(0),
        }));
    }
    let module =
        Vm::compile("test.sox", source.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{source}"));
    let result = vm.run(module);
    let text = String::from_utf8_lossy(&out.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    assert!(vm.state.main.frame().is_none() && vm.state.pending.get().is_none());
    (text, result, entries.get())
}

/// Runs a program without a tier and with all kinds of them.
fn check(source: String, stress: bool) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let (text, end, none) = run(&source, None, stress);
        assert_eq!(none, 0);
        for (threshold, deopts, at_once) in [
            (1, 0, false),
            (3, 0, false),
            (1, 1, false),
            (1, 7, false),
            (2, 30, false),
            (1, 0, true),
            (5, 0, true),
        ] {
            let manner = Manner { threshold, deopts, at_once };
            let (other, other_end, entries) = run(&source, Some(manner), stress);
            assert_eq!((&other, &other_end), (&text, &end), "{manner:?}\n{source}");
            assert!(entries > 0 || threshold > 1, "{manner:?}\n{source}");
        }
    });
    let done = thread.expect("there are threads").join();
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// Every program of a folder of the language's tests that needs nothing around it.
fn check_folder(folder: &str) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sox").join(folder);
    let mut ran = 0;
    for entry in std::fs::read_dir(root).expect("the folder is there") {
        let file = entry.expect("it can be read").path();
        if file.extension().is_none_or(|extension| extension != "sox") {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap_or_default();
        if source.contains("// slow:") || Vm::compile("test.sox", source.as_bytes()).is_err() {
            continue;
        }
        ran += 1;
        check(source, false);
    }
    assert!(ran > 3);
}

macro_rules! folders {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check_folder(stringify!($name).trim_start_matches("r#"));
        }
    )*};
}
folders! { classes closures containers control coroutines defer errors functions interfaces limits loops methods strings r#try }

#[test]
fn errors_come_out_with_their_traces() {
    check("fn f(n) { if n == 0 { throw error(\"deep\") } return f(n - 1) + 1 } f(100)".to_owned(), true);
    check("fn f(n) { return f(n + 1) } try { f(0) } catch e { print e.message } f(0)".to_owned(), false);
    check(
        "fn g(x) { defer () { print x } if x > 2 { return nil + 1 } return g(x + 1) }
         fn f() { try { g(0) } catch e { print e.trace; throw e } }
         for var i = 0; i < 5; i = i + 1 { try { f() } catch e { print e.line } }
         f()"
        .to_owned(),
        true,
    );
}

#[test]
fn collections_find_what_single_instructions_leave() {
    check(
        "class Node { init(next, value) { this.next = next; this.value = value } }
         fn list(n) { if n == 0 { return nil } return Node(list(n - 1), \"value \" + n) }
         fn text(node) { if node == nil { return \"\" } return node.value + \";\" + text(node.next) }
         for i in 0..4 { print text(list(i * 3)) }
         fn each(n) { return fn () { return [n, \"of \" + n] } }
         var all = []
         for i in 0..20 { all.push(each(i)()) }
         print all"
            .to_owned(),
        true,
    );
}

#[test]
fn natives_that_call_back_do_not_use_up_the_stack() {
    check(
        "var depth = 0
         fn before(a, b) { depth = depth + 1; sort([2, 1], before); return a < b }
         try { sort([2, 1], before) } catch e { print e.message; print depth }
         fn deep(n) { if n == 0 { return 0 } return 1 + deep(n - 1) }
         print deep(150000)
         try { deep(1000000) } catch e { print e.message }
         fn both(n) { if n == 0 { return 0 } return [n].map(fn (x) { return both(x - 1) })[0] }
         print both(100)
         try { both(1000) } catch e { print e.message }"
            .to_owned(),
        false,
    );
}

#[test]
fn limits_end_what_a_tier_executes() {
    for source in ["while true {}", "fn f() { try { f() } catch e { f() } } f()", "fn f() { for {} } f()"] {
        let Ok(module) = Vm::compile("test.sox", source.as_bytes()) else { continue };
        let mut vm = Vm::new(Options { fuel: Some(100_000), ..Options::default() });
        let manner = Manner { threshold: 1, deopts: 0, at_once: false };
        let here = 0_u8;
        // Tests have stacks of two megabytes.
        let lowest = std::ptr::from_ref(&here).addr().saturating_sub(3 << 19);
        let (entries, left, slow) = (Rc::default(), Cell::new(0), Cell::new(0));
        vm.set_tier(Box::new(Steps { manner, lowest, entries, left, slow }));
        assert_eq!(vm.run(module), Err(Error::Stopped(crate::Stop::Fuel)), "{source}");
    }
}

/// Keeps what is known of each function when it is asked for.
struct Asks(Rc<RefCell<Vec<Feedback>>>);

impl Tier for Asks {
    fn enter(&self, vm: &Vm, code: u32, _: Option<u32>, _: [u64; 3]) -> Entered {
        self.0.borrow_mut().push(vm.feedback(code));
        vm.tier_give_up(code);
        Entered::Not(u32::MAX)
    }

    fn threshold(&self) -> u32 {
        10
    }

    fn stack_lowest(&self) -> usize {
        0
    }
}

/// What is known of the function `use` of a program.
fn known_of_use(source: &str) -> Feedback {
    let known = Rc::default();
    let mut vm = Vm::new(Options { stdout: Box::new(Shared::default()), ..Options::default() });
    vm.set_tier(Box::new(Asks(Rc::clone(&known))));
    let module = Vm::compile("test.sox", source.as_bytes()).expect("it is a program");
    assert_eq!(vm.run(module), Ok(()));
    let known = known.borrow();
    known.iter().find(|each| &*each.function().name == "use").expect("it was hot").clone()
}

#[test]
fn feedback_keeps_some_of_what_changes() {
    let source = "class A { init() { this.x = 1 } m() { return this.x } }
        class B < A { init() { super.init() } }
        class C < A { init() { this.p = 1; super.init() } m() { return super.m() } }
        class D { init() { this.x = 1 } m() { return 1 } }
        class E { init() { this.x = 1 } m() { return 1 } }
        fn id(x) { return x }
        fn use(class_of, o, all) { class_of(); all(); o.m(); return o.x }
        var classes = [A, B, C, D, E]
        for i in 0..12 {
            var n = i % 5
            var few = n
            if n > 2 { few = 0 }
            use(classes[few], classes[few](), classes[n])
        }";
    let feedback = known_of_use(source);
    let code = &feedback.function().code;
    let at = |wanted: Op| code.iter().position(|inst| inst.op() == Some(wanted)).expect("it is there");
    let (call, method, property) = (at(Op::Call), at(Op::Invoke), at(Op::GetProperty));
    let classes = feedback.targets_at(call);
    assert!(
        classes.len() == 3
            && classes.iter().all(|target| matches!(target, Target::Class { init: Some(_), .. })),
        "{classes:?}"
    );
    let many = code.iter().rposition(|inst| inst.op() == Some(Op::Call)).expect("it is there");
    assert_eq!((feedback.targets_at(many).len(), feedback.flags[many]), (3, MANY));
    let seen = |pc: usize| &feedback.caches[code[pc].index()][..];
    assert!(matches!(seen(method), [Seen::Method { .. }, Seen::Method { .. }, Seen::Method { .. }]));
    assert!(matches!(seen(property), [Seen::Property { .. }, Seen::Property { .. }, Seen::Property { .. }]));
    assert_eq!((feedback.flags[method], feedback.flags[property]), (0, 0));
}

#[test]
fn feedback_says_what_was_found() {
    let source = "class P { init(x) { this.x = x } get() { return this.x } }
        fn id(x) { return x }
        fn other(x) { return x }
        fn use(p, a, f) { p.get(); p.x = p.x + 1; id(1); len(a); f(a); return a[0] + \"\" }
        for i in 0..12 {
            var f = other
            if i == 5 { f = id }
            use(P(i), [1], f)
        }";
    let feedback = known_of_use(source);
    assert_ne!(feedback.globals, 0);
    let code = |name: &str| {
        let number = feedback.module.functions.iter().position(|function| &*function.name == name);
        feedback.first + number.expect("it is there") as u32
    };
    let at = |wanted: Op| {
        let code = feedback.function().code.iter().enumerate();
        code.filter(move |(_, inst)| inst.op() == Some(wanted)).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let calls: Vec<_> =
        at(Op::Call).into_iter().map(|at| (feedback.targets[at], feedback.flags[at])).collect();
    assert!(
        matches!(calls[..], [(Target::Function(first), 0), (Target::Native("len", _), 0), (Target::Function(_), 0)]
            if first.code == code("id") && first.params == 1),
        "{calls:?}"
    );
    let method = at(Op::Invoke)[0];
    let cache = feedback.function().code[method].index();
    assert!(
        matches!(feedback.caches[cache][..], [Seen::Method { callee, .. }] if callee.code == code("get")),
        "{:?}",
        feedback.caches
    );
    assert!(feedback.caches.iter().flatten().any(|seen| matches!(seen, Seen::Property { number: 0, .. })));
    assert_eq!(feedback.flags[at(Op::GetIndex)[0]], 0);
    assert!(feedback.flags.contains(&OTHER), "the last `+` is of a string");
}
