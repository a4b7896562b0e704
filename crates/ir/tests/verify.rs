//! The verifier: every fault is found, said where it is, and nothing makes it panic.

mod shapes;

use ir::function::{Target, Targets};
use ir::text;
use ir::verify::{Fault, FaultKind, MAX_FAULTS, verify, verify_function, verify_with_map};
use ir::*;
use shapes::Rng;
use std::collections::HashSet;

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

fn faults(text: &str) -> Vec<Fault> {
    let (module, map) = text::parse_with_map(text).unwrap_or_else(|errors| panic!("{text}\n{}", errors[0]));
    verify_with_map(&module, &map).err().unwrap_or_default()
}

/// The bodies stand in this function, their first line is line 4.
fn whole(body: &str) -> String {
    format!(
        "class heap\nruntime @rt(i64) -> boxed throws\nfunc @f(i32, i64, f64, bool, ptr) -> i32 {{\n{body}\n}}\n\
         func @g(i32, i64) -> i64, bool {{\nblock0(v0: i32, v1: i64):\n  trap 1\n}}\n"
    )
}

const HEAD: &str = "block0(v0: i32, v1: i64, v2: f64, v3: bool, v4: ptr):";

/// One fault each: `HEAD` on line 4 unless the text has a block of its own, position, context and message.
const FAULTY: &[(&str, &str)] = &[
    (
        "  v5 = iadd.i32 v0\n  return v0",
        "5:3: in @f, block0, `v5 = iadd.i32 v0`: 1 operand found, 2 expected by `iadd`",
    ),
    (
        "  v5 = iadd.i32 v0, v1\n  return v0",
        "5:3: in @f, block0, `v5 = iadd.i32 v0, v1`: operand 2 (v1) is i64, i32 expected by `iadd`",
    ),
    (
        "  v5 = fadd v2, v1\n  return v0",
        "5:3: in @f, block0, `v5 = fadd v2, v1`: operand 2 (v1) is i64, f64 expected by `fadd`",
    ),
    ("  v5 = select.i64 v3, v1, v0\n  return v0", "operand 3 (v0) is i32, i64 expected by `select`"),
    ("  v5 = load.f64 heap v3, [v4]\n  return v0", "2 operands found, 1 expected by `load`"),
    ("  v5 = band.f64 v2, v2\n  return v0", "`band` has no form for f64: expected one of i32, i64, bool"),
    ("  v5 = icmp.eq.pair v2, v2\n  return v0", "`icmp` has no form for pair"),
    (
        "  return",
        "5:3: in @f, block0, `return`: 0 returned values found, 1 expected by the function's signature",
    ),
    ("  return v1", "returned value 1 (v1) is i64, i32 expected by the function's signature"),
    (
        "  throw",
        "5:3: in @f, block0, `throw`: `throw` may leave by throwing here: expected `throws` in the function's signature",
    ),
    (
        "  v5 = call_runtime @rt(v1)\n  return v0",
        "`call_runtime` may leave by throwing here: expected `throws` in the function's signature, or a catching call",
    ),
    ("  v5, v6 = call @g(v0)\n  return v0", "1 argument found, 2 expected by the callee's signature"),
    (
        "  v5, v6 = call @g(v1, v1)\n  return v0",
        "argument 1 (v1) is i64, i32 expected by the callee's signature",
    ),
    ("  call_indirect (i32), v0(v0)\n  return v0", "operand 1 (v0) is i32, ptr expected by `call_indirect`"),
    ("  call_indirect (i32) throws, v4(v0)\n  return v0", "`call_indirect` may leave by throwing here"),
    ("  jump block1\nblock1:\n", "6:1: in @f, block1: the block is empty: expected a terminator at its end"),
    (
        "  v5 = context",
        "5:3: in @f, block0, `v5 = context`: the block ends in `context`: expected a terminator",
    ),
    (
        "  return v0\n  return v0",
        "5:3: in @f, block0, `return v0`: `return` ends the block, but instructions follow",
    ),
    ("  jump block0(v0, v1, v2, v3, v4)", "block0 is the entry block: nothing may branch to it"),
    (
        "  brif v3, block1\nblock1:\n  return v0",
        "5:3: in @f, block0, `brif v3, block1`: `brif` has 1 branch target, 2 expected",
    ),
    ("  jump block1, block1\nblock1:\n  return v0", "`jump` has 2 branch targets, 1 expected"),
    ("  brif v0, block1, block1\nblock1:\n  return v0", "operand 1 (v0) is i32, bool expected by `brif`"),
    (
        "  switch v0, 1: block1, 1: block1, default block1\nblock1:\n  return v0",
        "the case 1 is listed twice: cases must be different",
    ),
    ("  jump block1(v0)\nblock1:\n  return v0", "1 branch argument found, 0 expected by block1"),
    (
        "  jump block1(v0)\nblock1(v9: i64):\n  return v0",
        "branch argument 1 (v0) is i32, i64 expected by block1",
    ),
    (
        "block0(v0: i32):\n  return v0",
        "4:1: in @f, block0: 1 entry block parameter found, 5 expected by the function's signature",
    ),
    (
        "block0(v0: i32, v1: i64, v2: f64, v3: ptr, v4: ptr):\n  return v0",
        "4:1: in @f, block0: entry block parameter 4 (v3) is ptr, bool expected",
    ),
    ("", "3:1: in @f: the function has no block: expected an entry block"),
    (
        "fs0 = state 1+1 [] in fs1\nfs1 = state 1+1 [] in fs0\n",
        "is among its own parents: expected a chain that ends",
    ),
    ("fs0 = state 1+1 [] in fs0\n", "4:1: in @f, fs0: fs0 is among its own parents"),
    (
        "obj0 = virtual 8 kind 0 {4: i64 5}\n",
        "4:1: in @f, obj0: the i64 field at 4 of obj0 ends behind the object's 8 bytes",
    ),
    (
        "obj0 = virtual 8 kind 0 {4294967295: i64 5}\n",
        "the i64 field at 4294967295 of obj0 ends behind the object's 8 bytes",
    ),
    (
        "obj0 = virtual 16 kind 0 {4: i32 5, 0: i64 5}\n",
        "the i32 field at 4 of obj0 overlaps the one before it",
    ),
    ("obj0 = virtual 16 kind 0 {4: i32 v1}\n", "the field at 4 of obj0 is declared i32, but holds i64"),
    ("obj0 = virtual 16 kind 0 {8: i64 f64 1.0}\n", "the field at 8 of obj0 is declared i64, but holds f64"),
    ("obj0 = virtual 16 kind 0 {8: i64 obj0}\n", "the field at 8 of obj0 is declared i64, but holds ptr"),
    (
        "obj0 = virtual 16 kind 0 {8: i64 dead}\n",
        "the field at 8 of obj0 is dead: expected a value, or no field",
    ),
    // Dominance.
    (
        "  v5 = iadd.i32 v6, v0\n  v6 = iadd.i32 v0, v0\n  return v0",
        "5:3: in @f, block0, `v5 = iadd.i32 v6, v0`: v6 is used before its definition, which comes later in the block",
    ),
    (
        "  v5 = iadd.i32 v5, v0\n  return v0",
        "v5 is used before its definition, which comes later in the block",
    ),
    (
        "  brif v3, block1, block2\nblock1:\n  v5 = context\n  jump block2\nblock2:\n  v6 = ptr_to_int v5\n  return v0",
        "10:3: in @f, block2, `v6 = ptr_to_int v5`: v5 is used where its definition in block1 does not dominate it: expected every path to pass block1",
    ),
    (
        "  brif v3, block1(v0), block2\nblock1(v5: i32):\n  return v5\nblock2:\n  jump block3(v5)\nblock3(v6: i32):\n  return v6",
        "v5 is used where its definition in block1 does not dominate it",
    ),
    (
        "  return v5\nblock1:\n  v5 = iadd.i32 v0, v0\n  return v5",
        "v5 is used where its definition in block1 does not dominate it",
    ),
    (
        "fs0 = state 1+1 [v0, v6] in fs1\nfs1 = state 2+2 [v0]\nHEAD\n  v5 = iadd_guard.i32 v0, v0, fs0, reason 1\n  v6 = context\n  return v0",
        "7:3: in @f, block0, `v5 = iadd_guard.i32 v0, v0, fs0, reason 1`: v6 of fs0 is used before its definition",
    ),
    (
        "fs0 = state 1+1 [v0]\nHEAD\n  v5 = iadd_guard.i32 v0, v0, fs1, reason 1\n  return v0\nfs1 = state 2+2 [v5, v5]",
        "v5 of fs1 is used before its definition",
    ),
    (
        "fs0 = state 1+1 [v0] in fs1\nfs1 = state 2+2 [obj0]\nobj0 = virtual 24 kind 0 {0: ptr obj1, 8: i32 v0}\nobj1 = virtual 24 kind 0 {0: ptr obj0, 8: ptr v6}\nHEAD\n  guard v3, fs0, reason 1\n  v6 = context\n  return v0",
        "9:3: in @f, block0, `guard v3, fs0, reason 1`: v6 of fs1 is used before its definition",
    ),
    (
        "fs0 = state 1+1 [v6]\nHEAD\n  brif v3, block1, block2\nblock1:\n  v6 = context\n  jump block2\nblock2:\n  deopt fs0, reason 0",
        "11:3: in @f, block2, `deopt fs0, reason 0`: v6 of fs0 is used where its definition in block1 does not dominate it",
    ),
];

/// `HEAD` goes in front of bodies without a block, and in its place where it is named.
fn faulty(body: &str) -> String {
    let states = body.starts_with("obj") || body.starts_with("fs");
    whole(&match body {
        "" => String::new(),
        _ if body.contains("HEAD") => body.replace("HEAD", HEAD),
        _ if body.starts_with("block0") => body.to_string(),
        _ if states => format!("{body}{HEAD}\n  return v0"),
        _ => format!("{HEAD}\n{body}"),
    })
}

#[test]
fn faults_in_texts_are_found_where_they_are() {
    for (body, message) in FAULTY {
        let text = faulty(body);
        let found = faults(&text);
        assert!(found.len() == 1 && found[0].to_string().contains(message), "{text}\n{}", lines(&found));
        assert!(found[0].func == Some(Func(0)) && found[0].pos.is_some(), "{text}");
    }
}

/// A valid module to break by hand.
fn module() -> Module {
    let text = "\
class heap
runtime @rt(i64) -> boxed reads(heap)
func @f(i32, i64, ptr) -> i32 throws {
fs0 = state 1+1 [v0, i32 -1, bool true] in fs1
fs1 = state 2+2 [obj0]
obj0 = virtual 8 kind 0 {0: i64 v1}
block0(v0: i32, v1: i64, v2: ptr):
  v3 = iconst.i32 5
  v4 = iadd_guard.i32 v0, v3, fs0, reason 0
  v5 = load.i32 heap [v2]
  v6 = call_runtime @rt(v1)
  v7 = call @f(v4, v1, v2)
  call_indirect (i32), v2(v4)
  v8 = bconst true
  v9 = fadd v10, v10
  jump block1(v4)
block1(v11: i32):
  brif v8, block1(v11), block2
block2:
  return v11
}
"
    .replace("  v9 = fadd", "  v10 = fconst 1.5\n  v9 = fadd");
    let module = text::parse(&text).unwrap_or_else(|errors| panic!("{}", errors[0]));
    assert_eq!(verify(&module), Ok(()));
    module
}

type Break = fn(&mut Module, &mut Function);

fn find(f: &mut Function, op: Op) -> &mut InstData {
    f.insts.values_mut().find(|data| data.op == op).expect("the module has the op")
}

/// What breaks the module, and the faults that must (and may only) be reported.
const BROKEN: &[(Break, &[&str])] = &[
    (
        |m, _| {
            m.classes.push(AliasClassData { name: "heap".into(), immutable: true });
        },
        &["another alias class has the name heap"],
    ),
    (
        |m, _| {
            let r = m.runtimes[Runtime(0)].clone();
            m.runtimes.push(r);
        },
        &["another runtime entry has the name @rt"],
    ),
    (
        |m, f| {
            m.functions.push(f.clone());
        },
        &["another function has the name @f"],
    ),
    (
        |m, _| m.runtimes[Runtime(0)].reads = ClassSet::Some(vec![AliasClass(7)]),
        &["in runtime entry @rt: class7 does not exist: its table has 1 entries"],
    ),
    (
        |m, _| m.runtimes[Runtime(0)].writes = ClassSet::Some(vec![AliasClass(0); 2]),
        &["the classes it writes must be listed once each, ascending"],
    ),
    (
        |m, _| {
            m.signatures.push(Signature { params: vec![Type::I32; 65536], ..Signature::default() });
        },
        &["in the signature sig1: the signature has 65536 parameters, at most 65535 are possible"],
    ),
    (
        |m, _| m.runtimes[Runtime(0)].signature.results = vec![Type::Boxed; 65536],
        &["the signature has 65536 results", "1 result found, 65536 expected"],
    ),
    (|_, f| f.order.clear(), &["the function has no block"]),
    (|_, f| f.order.push(Block(2)), &["block2 is listed twice in the layout order"]),
    (|_, f| f.order.push(Block(9)), &["block9 does not exist: its table has 3 entries"]),
    (|_, f| f.order.truncate(2), &["the target block2 is not in the layout order"]),
    (
        |_, f| {
            let i = f.blocks[Block(0)].insts[0];
            f.blocks[Block(0)].insts.insert(1, i);
        },
        &["inst0 is in block0 already: an instruction has one place"],
    ),
    (
        |_, f| {
            let i = f.blocks[Block(0)].insts[0];
            f.blocks[Block(2)].insts.insert(0, i);
        },
        &["block2, `v3 = iconst.i32 5`: inst0 is in block0 already"],
    ),
    (|_, f| f.blocks[Block(0)].insts.insert(0, Inst(99)), &["inst99 does not exist"]),
    (
        |_, f| f.values[Value(3)].def = Def::Gone,
        &[
            "v3 is result 1 of inst0, but its table entry says it comes from nowhere",
            "v3 is used, but nothing alive defines it",
        ],
    ),
    (
        |_, f| f.values[Value(11)].def = Def::Param(Block(1), 3),
        &[
            "v11 is parameter 1 of block1, but its table entry says it comes from parameter 4 of block1",
            "the table entry of v11 says it is parameter 4 of block1, but that place does not define it",
            "v11 is used",
            "v11 is used",
        ],
    ),
    (
        |_, f| {
            f.values.push(ValueData { ty: Type::I32, def: Def::Result(Inst(0), 0) });
        },
        &["the table entry of v12 says it is result 1 of inst0, but that place does not define it"],
    ),
    (
        |_, f| {
            f.values.push(ValueData { ty: Type::I32, def: Def::Result(Inst(99), 0) });
        },
        &["inst99 does not exist"],
    ),
    (
        |_, f| {
            f.values.push(ValueData { ty: Type::I32, def: Def::Param(Block(99), 0) });
        },
        &["block99 does not exist"],
    ),
    (
        |_, f| f.blocks[Block(0)].params[0] = Value(77),
        &["v77 does not exist", "the table entry of v0 says", "v0 is used", "v0 of fs0 is used"],
    ),
    (|_, f| find(f, Op::Fadd).results[0] = Value(77), &["v77 does not exist", "the table entry of v9 says"]),
    (
        |_, f| find(f, Op::Fadd).args[0] = Value(77),
        &["`v9 = fadd v77, v10`: v77 does not exist: its table has 12 entries"],
    ),
    (
        |_, f| find(f, Op::Fadd).results.clear(),
        &["0 results found, 1 expected by `fadd`", "the table entry of v9 says"],
    ),
    (|_, f| f.values[Value(9)].ty = Type::I32, &["result 1 (v9) is i32, f64 expected by `fadd`"]),
    (|_, f| f.values[Value(7)].ty = Type::Ptr, &["result 1 (v7) is ptr, i32 expected by `call`"]),
    (|_, f| find(f, Op::Fadd).ty = Some(Type::F64), &["`fadd` has the type f64: expected none"]),
    (|_, f| find(f, Op::Iconst).ty = None, &["`iconst` has no type: expected one of i32, i64"]),
    (
        |_, f| find(f, Op::Fadd).imm = Imm::Trap(TrapCode(0)),
        &["`fadd` carries a trap code: expected nothing"],
    ),
    (
        |_, f| find(f, Op::Iconst).imm = Imm::Int(0xffff_ffff),
        &["the i32 constant 0xffffffff is not sign-extended: expected 0xffffffffffffffff"],
    ),
    (
        |_, f| find(f, Op::Bconst).imm = Imm::Int(-1),
        &["the bool constant has the bits 0xffffffffffffffff: expected 0 or 1"],
    ),
    (
        |_, f| f.states[State(0)].values[1] = FrameValue::Const(Type::I32, 0xffff_ffff),
        &["in @f, fs0: the i32 constant 0xffffffff is not sign-extended"],
    ),
    (
        |_, f| f.states[State(0)].values[2] = FrameValue::Const(Type::Bool, 2),
        &["in @f, fs0: the bool constant has the bits 0x2"],
    ),
    (
        |_, f| f.states[State(0)].values[2] = FrameValue::Const(Type::Pair, 2),
        &["in @f, fs0: a constant pair has two words"],
    ),
    (|_, f| f.states[State(0)].values[0] = FrameValue::Value(Value(50)), &["in @f, fs0: v50 does not exist"]),
    (
        |_, f| f.states[State(0)].values[0] = FrameValue::Virtual(Virtual(50)),
        &["in @f, fs0: obj50 does not exist"],
    ),
    (|_, f| f.states[State(0)].parent = Some(State(50)), &["in @f, fs0: fs50 does not exist"]),
    (
        |_, f| f.virtuals[Virtual(0)].fields[0].2 = FrameValue::Virtual(Virtual(9)),
        &["obj9 does not exist", "declared i64, but holds ptr"],
    ),
    (
        |_, f| find(f, Op::IaddGuard).imm = Imm::Guard { state: State(9), reason: Reason(0) },
        &["fs9 does not exist: its table has 2 entries"],
    ),
    (|_, f| find(f, Op::Load).imm = Imm::Mem { offset: 0, class: AliasClass(9) }, &["class9 does not exist"]),
    (
        |_, f| find(f, Op::Call).imm = Imm::Func { func: Func(9), catches: false, state: None, keeps: None },
        &["func9 does not exist"],
    ),
    (
        |_, f| {
            find(f, Op::Call).imm =
                Imm::Func { func: Func(0), catches: false, state: Some(State(9)), keeps: None }
        },
        &["fs9 does not exist: its table has 2 entries"],
    ),
    (
        |_, f| f.states[State(0)].values[0] = FrameValue::Result(0),
        &["fs0 has a slot for a call's result: only the state of a call and parents have such slots"],
    ),
    (
        |_, f| {
            f.states[State(1)].values.push(FrameValue::Result(1));
            find(f, Op::Call).imm =
                Imm::Func { func: Func(0), catches: false, state: Some(State(1)), keeps: None };
        },
        &["fs1 waits for 2 results of the call, which has 1"],
    ),
    (
        |_, f| f.virtuals[Virtual(0)].fields[0].2 = FrameValue::Result(0),
        &["is a call's result: only slots of a caller's frame can wait for one"],
    ),
    (
        |_, f| find(f, Op::CallIndirect).imm = Imm::Sig { sig: Sig(9), catches: false },
        &["sig9 does not exist"],
    ),
    (
        |_, f| {
            find(f, Op::CallRuntime).imm = Imm::Runtime { runtime: Runtime(9), catches: false, keeps: None }
        },
        &["rt9 does not exist"],
    ),
    (
        |_, f| find(f, Op::Call).imm = Imm::Func { func: Func(0), catches: true, state: None, keeps: None },
        &["1 result found, 2 expected by `call`"],
    ),
    (
        |_, f| find(f, Op::CallIndirect).args.clear(),
        &["0 operands found, 1 expected by `call_indirect`", "0 arguments found, 1 expected"],
    ),
    (|_, f| find(f, Op::Jump).targets_mut()[0].block = Block(9), &["block9 does not exist"]),
    (|_, f| find(f, Op::Jump).targets_mut()[0].args[0] = Value(99), &["v99 does not exist"]),
    (
        |_, f| {
            let list = vec![Target { block: Block(2), args: Values::new() }];
            let switch = Targets { list, cases: vec![1] };
            find(f, Op::Jump).imm = Imm::Targets(Box::new(switch));
        },
        &[
            "`jump` has cases: only `switch` takes them",
            "v11 is used where its definition in block1 does not dominate it",
        ],
    ),
    (
        |_, f| {
            // A dead definition: the table entry is right, but its instruction is in no block.
            f.blocks[Block(0)].insts.remove(1);
        },
        &[
            "v4 is used, but nothing alive defines it",
            "v4 is used, but nothing alive defines it",
            "v4 is used, but nothing alive defines it",
        ],
    ),
    (|_, f| f.states[State(1)].parent = Some(State(0)), &["is among its own parents"]),
];

fn broken(change: Break) -> Vec<Fault> {
    let mut module = module();
    let mut function = module.functions[Func(0)].clone();
    change(&mut module, &mut function);
    module.functions[Func(0)] = function;
    // Whatever is wrong, it prints.
    assert!(module.to_string().contains("func @f"));
    verify(&module).err().unwrap_or_default()
}

#[test]
fn broken_modules_are_reported() {
    for (change, messages) in BROKEN {
        let found = broken(*change);
        let shown = lines(&found);
        let mut rest: Vec<&Fault> = found.iter().collect();
        for message in *messages {
            let at = rest.iter().position(|fault| fault.to_string().contains(message));
            rest.remove(at.unwrap_or_else(|| panic!("no fault says `{message}`:\n{shown}")));
        }
        assert!(rest.is_empty(), "more faults than {messages:?}:\n{shown}");
    }
}

/// A function with far more faults than are listed.
fn hopeless() -> Module {
    let body: String = (0..MAX_FAULTS).map(|i| format!("  v{} = iadd.i32 v{i}, v2000000\n", i + 5)).collect();
    text::parse(&whole(&format!("{HEAD}\n{body}  v2000000 = fconst 1.0\n  return v0"))).expect("it parses")
}

#[test]
fn there_is_an_end_to_the_list() {
    let found = verify(&hopeless()).unwrap_err();
    assert_eq!(found.len(), MAX_FAULTS + 1);
    assert_eq!(
        found[MAX_FAULTS].to_string(),
        "in this module: more than 10000 faults, the rest is not listed"
    );
}

#[test]
fn every_kind_of_fault_was_provoked() {
    let mut missing: HashSet<&str> = FaultKind::NAMES.iter().copied().collect();
    let all = FAULTY.iter().flat_map(|(body, _)| faults(&faulty(body)));
    let all = all.chain(BROKEN.iter().flat_map(|(change, _)| broken(*change)));
    for fault in all.chain(verify(&hopeless()).unwrap_err()) {
        missing.remove(fault.kind.name());
    }
    assert!(missing.is_empty(), "never reported: {missing:?}");
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = faulty(
        "  v5 = iadd.i32 v0, v1\n  v6 = fadd v0, v1\n  jump block1(v0)\nblock1:\n  throw\nblock2:\n  v7 = context",
    );
    let found = faults(&text);
    let at: Vec<u32> = found.iter().map(|fault| fault.pos.expect("the map is given").line).collect();
    assert_eq!(at, [10 + 1, 5, 6, 6, 7, 9], "{}", lines(&found));
}

/// Things that look wrong and are not.
const FINE: &[&str] = &[
    // Unreachable code: a use needs a definition, which need not dominate it.
    "  return v0\nblock1:\n  v5 = iadd.i32 v6, v0\n  jump block2\nblock2:\n  v6 = iadd.i32 v5, v0\n  jump block1",
    // A loop; its state holds values of the header and a circle of virtual objects.
    "fs0 = state 1+1 [v5, obj0]\nobj0 = virtual 16 kind 0 {0: ptr obj1, 8: i32 v5}\nobj1 = virtual 8 kind 0 {0: ptr obj0}\nHEAD\n  jump block1(v0)\nblock1(v5: i32):\n  v6 = iadd_guard.i32 v5, v0, fs0, reason 0\n  brif v3, block1(v6), block2\nblock2:\n  deopt fs0, reason 1",
    // One state, two guards.
    "fs0 = state 1+1 [v0]\nHEAD\n  guard v3, fs0, reason 0\n  brif v3, block1, block2\nblock1:\n  guard v3, fs0, reason 0\n  return v0\nblock2:\n  deopt fs0, reason 0",
    // Unused states may name anything that exists.
    "fs0 = state 1+1 [v9]\nHEAD\n  return v0\nblock1:\n  v9 = context\n  return v0",
    // Allocation and polls need no `throws`; catching calls neither, of what throws or not.
    "  v5 = alloc 8 kind 1\n  poll\n  v6, v7 = call_runtime catch @rt(v1)\n  v8, v9, v10 = call catch @g(v0, v1)\n  return v0",
    // Both targets the same block.
    "  brif v3, block1(v0), block1(v0)\nblock1(v5: i32):\n  return v5",
];

#[test]
fn good_texts_pass() {
    for body in FINE {
        let text = faulty(body);
        assert_eq!(lines(&faults(&text)), "", "{text}");
    }
    assert_eq!(faults(include_str!("samples/all_ops.ir")), []);
}

#[test]
fn a_function_can_be_checked_outside_of_its_module() {
    let module = module();
    let mut function = module.functions[Func(0)].clone();
    assert_eq!(verify_function(&module, &function), Ok(()));
    function.name = "renamed".into();
    find(&mut function, Op::Fadd).args.pop();
    let found = verify_function(&module, &function).unwrap_err();
    assert_eq!(lines(&found), "in @renamed, block0, `v9 = fadd v10`: 1 operand found, 2 expected by `fadd`");
    assert_eq!((found[0].func, found[0].block, found[0].pos), (None, Some(Block(0)), None));
}

#[test]
fn long_instructions_are_cut_in_messages() {
    let cases: String = (0..1000).map(|i| format!("{i}: block1, ")).collect();
    let text = faulty(&format!("  switch v1, {cases}default block1\nblock1:\n  return v0"));
    let found = faults(&text);
    let shown = lines(&found);
    assert!(
        found.len() == 1 && shown.len() < 300 && shown.contains("...`: operand 1 (v1) is i64"),
        "{shown}"
    );
}

/// Sets some index of the module to something random, mostly out of range.
fn corrupt(rng: &mut Rng, module: &mut Module) {
    let func = Func(rng.below(module.functions.len()) as u32);
    let f = &mut module.functions[func];
    let any = *rng.pick(&[0, 1, 2, 5, 30, 100_000, u32::MAX]);
    let inst = Inst(rng.below(f.insts.len()) as u32);
    let block = Block(rng.below(f.blocks.len()) as u32);
    let op = *rng.pick(Op::ALL);
    match rng.below(16) {
        0 => f.order.push(Block(any)),
        1 => f.order.rotate_left(1),
        2 => f.blocks[block].insts.push(Inst(any)),
        3 => f.blocks[block].insts.truncate(1),
        4 => f.blocks[block].params.push(Value(any)),
        5 => f.insts[inst].args.push(Value(any)),
        6 => f.insts[inst].results.push(Value(any)),
        7 => f.insts[inst].op = op,
        8 => f.insts[inst].ty = *rng.pick(&[None, Some(Type::Pair), Some(Type::I32)]),
        9 => f.insts[inst].imm = Imm::Guard { state: State(any), reason: Reason(0) },
        10 => {
            let target = Target { block: Block(any), args: Values::from_slice(&[Value(any)]) };
            f.insts[inst].imm =
                Imm::Targets(Box::new(Targets { list: vec![target], cases: vec![0; any as usize % 3] }));
        }
        11 => {
            let catches = any & 1 == 0;
            let calls = [
                Imm::Func { func: Func(any), catches, state: None, keeps: None },
                Imm::Func { func: Func(any), catches, state: Some(State(any)), keeps: None },
                Imm::Sig { sig: Sig(any), catches },
                Imm::Runtime { runtime: Runtime(any), catches, keeps: Some(AliasClass(any)) },
                Imm::Mem { offset: 0, class: AliasClass(any) },
                Imm::None,
                Imm::Int(-1),
            ];
            f.insts[inst].imm = rng.pick(&calls).clone();
        }
        12 => {
            let item = *rng.pick(&[FrameValue::Value(Value(any)), FrameValue::Virtual(Virtual(any))]);
            f.states.values_mut().for_each(|state| state.values.push(item));
        }
        13 => f.states.values_mut().for_each(|state| state.parent = Some(State(any))),
        14 => {
            let field = (any, Type::Ptr, FrameValue::Virtual(Virtual(any)));
            f.virtuals.values_mut().for_each(|object| object.fields.push(field));
        }
        _ => {
            let def = *rng.pick(&[
                Def::Gone,
                Def::Param(Block(any), any as u16),
                Def::Result(Inst(any), any as u16),
            ]);
            let value = rng.below(f.values.len());
            if let Some(data) = f.values.values_mut().nth(value) {
                data.def = def;
            }
        }
    }
}

#[test]
fn corrupted_modules_never_panic() {
    let mut rng = Rng::new(3);
    let mut found = 0;
    for round in 0..1200 {
        let mut module = shapes::module(round / 10);
        for _ in 0..1 + rng.below(3) {
            corrupt(&mut rng, &mut module);
        }
        let printed = text::print(&module);
        match verify(&module) {
            // What passes can be read back.
            Ok(()) => assert_eq!(text::parse(&printed).map(|m| text::print(&m)), Ok(printed)),
            Err(faults) => {
                found += 1;
                assert!(!lines(&faults).is_empty());
            }
        }
    }
    assert!(found > 800, "only {found} corruptions were noticed");
}

/// Whether `to` can be reached from the entry without passing `without`.
fn reaches(function: &Function, to: Block, without: Option<Block>) -> bool {
    let mut seen = HashSet::new();
    let mut work = vec![function.entry()];
    while let Some(block) = work.pop() {
        if Some(block) != without && seen.insert(block) {
            work.extend(function.successors(block));
        }
    }
    seen.contains(&to)
}

/// Dominance by its definition, one use at a time.
fn dominated(function: &Function, block: Block, at: usize, value: Value) -> bool {
    match function.values[value].def {
        _ if !reaches(function, block, None) => true,
        Def::Gone => false,
        Def::Param(home, _) => home == block || !reaches(function, block, Some(home)),
        Def::Result(inst, _) => {
            match function.order.iter().find(|b| function.blocks[**b].insts.contains(&inst)) {
                None => false,
                Some(home) if *home == block => {
                    function.blocks[block].insts.iter().position(|i| *i == inst).is_some_and(|def| def < at)
                }
                Some(home) => !reaches(function, block, Some(*home)),
            }
        }
    }
}

/// Moves uses to random values of the same type, and compares with dominance by its definition.
#[test]
fn dominance_agrees_with_its_definition() {
    let mut rng = Rng::new(11);
    let (mut bad, mut good) = (0, 0);
    for round in 0..600 {
        let mut module = shapes::module(round);
        for func in module.functions.keys() {
            let function = &mut module.functions[func];
            let live: Vec<Value> = {
                let blocks = function.order.iter().map(|block| &function.blocks[*block]);
                let results = |b: &BlockData| {
                    b.insts.iter().flat_map(|i| function.insts[*i].results.to_vec()).collect::<Vec<_>>()
                };
                blocks.flat_map(|b| b.params.iter().copied().chain(results(b)).collect::<Vec<_>>()).collect()
            };
            let types: Vec<Type> = function.values.values().map(|data| data.ty).collect();
            let mut other = |value: &mut Value| {
                let same: Vec<Value> =
                    live.iter().copied().filter(|v| types[v.index()] == types[value.index()]).collect();
                if rng.chance(3) && !same.is_empty() {
                    *value = *rng.pick(&same);
                }
            };
            for inst in function.insts.values_mut() {
                inst.args.iter_mut().for_each(&mut other);
                inst.targets_mut().iter_mut().flat_map(|target| &mut target.args).for_each(&mut other);
            }
            let items = function.states.values_mut().flat_map(|state| &mut state.values);
            for item in items.chain(
                function.virtuals.values_mut().flat_map(|o| o.fields.iter_mut().map(|(.., item)| item)),
            ) {
                if let FrameValue::Value(value) = item {
                    other(value);
                }
            }
            let function = &module.functions[func];
            let mut expected = HashSet::new();
            for block in function.order.iter().copied() {
                for (at, inst) in function.blocks[block].insts.iter().copied().enumerate() {
                    function.each_use(inst, |value| {
                        if !dominated(function, block, at, value) {
                            expected.insert((inst, value));
                        }
                    });
                }
            }
            let faults = verify_function(&module, function).err().unwrap_or_default();
            let found: HashSet<(Inst, Value)> = faults
                .iter()
                .map(|fault| match fault.kind {
                    FaultKind::NotDominated { value, .. } => {
                        (fault.inst.expect("uses are in instructions"), value)
                    }
                    _ => panic!("{fault}"),
                })
                .collect();
            assert_eq!(found, expected, "round {round}\n{}", text::print_function(&module, func));
            *if expected.is_empty() { &mut good } else { &mut bad } += 1;
        }
    }
    assert!(bad > 120 && good > 120, "{bad} bad and {good} good functions prove little");
}
