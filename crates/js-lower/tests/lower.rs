//! Every function of every program in `tests/js`, from its start and from each of its loops, with nothing known of it, with
//! guesses, and with everything known to be unusual: what it is lowered to passes the verifier, before and after the passes.

use ir::passes;
use js_bytecode::{FunctionCode, Inst, Op};
use js_lower::{Access, Cells, Held, Note, Snapshot, StackCells, Target, lower};
use js_rt::{CacheKind, MathOp, Value};
use std::path::{Path, PathBuf};

fn programs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            programs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Nothing,
    Guesses(usize),
    AllUnusual,
}

fn access(at: usize) -> Access {
    let kinds = [CacheKind::Own, CacheKind::Proto, CacheKind::Own, CacheKind::Lexical, CacheKind::Add];
    Access {
        kind: kinds[at % kinds.len()],
        shape: 0x5000 + 0x10 * at as u64,
        holder: 0x9000,
        env: 0xa000,
        next: 0x6000,
        epoch: 7,
        slot: at as u32 % 9,
        outside: [None, Some(true), Some(false)][at % 3],
    }
}

fn note(inst: Inst, at: usize, known: Known) -> Note {
    let native = if inst.op() == Op::Call { 5 } else { 0 };
    match known {
        Known::Nothing => Note { native, ..Note::default() },
        Known::AllUnusual => Note { bits: Note::OTHER, class: Note::MANY, exits: 50, native },
        Known::Guesses(seed) => {
            let number = (at * 7919 + seed * 104_729) % 1013;
            let bits = [0, 0, Note::DOUBLE, Note::DOUBLE, Note::OUTSIDE, Note::OTHER, Note::WIDE][number % 7];
            let class = if inst.op() == Op::GetElement || inst.op() == Op::SetElement {
                [0, 0, js_rt::offsets::CLASS_TYPED_FIRST + (number % 12) as u8][number % 3]
            } else {
                0
            };
            Note { bits, class, exits: 0, native }
        }
    }
}

fn math(function: &FunctionCode, known: Known) -> Box<[(u32, MathOp)]> {
    let ops = ["abs", "floor", "imul", "max", "round", "sqrt", "clz32", "fround"]
        .map(|name| MathOp::named(name).unwrap());
    let calls = function.insts.iter().enumerate().filter(|(_, inst)| inst.op() == Op::Call);
    let guess = |(at, _): (usize, _)| match known {
        Known::Guesses(seed) => Some((at as u32, ops[(at + seed) % ops.len()])),
        _ => None,
    };
    calls.filter_map(guess).collect()
}

fn targets(function: &FunctionCode, known: Known) -> Box<[(u32, Vec<Target>)]> {
    let is_call = |inst: &Inst| matches!(inst.op(), Op::Call | Op::New);
    let calls = function.insts.iter().enumerate().filter(|(_, inst)| is_call(inst));
    let target = |at: u32| Target {
        code: 0xb000 + u64::from(at),
        number: (!at.is_multiple_of(5)).then_some(3 + at % 3),
        registers: 5 + at % 7,
        params: at % 4,
        function: at.is_multiple_of(3).then_some(0xf000),
        guessed: at % 2 == 1,
    };
    let guess = |(at, _): (usize, _)| match known {
        Known::Guesses(seed) => Some((at as u32, (0..(at + seed) as u32 % 3).map(target).collect())),
        _ => None,
    };
    calls.filter_map(guess).collect()
}

fn suspends(inst: &Inst) -> bool {
    matches!(inst.op(), Op::InitialYield | Op::Yield | Op::YieldRaw | Op::Await)
}

fn evaluates(inst: &Inst) -> bool {
    matches!(inst.op(), Op::CallEval | Op::CallEvalSpread)
}

/// Functions of the same unit for calls to lead to, which have some of their own.
fn bodies(around: &[FunctionCode], known: Known, depth: usize) -> Box<[(u64, Snapshot)]> {
    let Known::Guesses(seed) = known else { return Box::default() };
    let small = |function: &&FunctionCode| {
        function.insts.len() <= 60 && !function.insts.iter().any(|inst| suspends(inst) || evaluates(inst))
    };
    let chosen = around.iter().filter(small).skip(seed).take(if depth < 2 { 3 } else { 0 });
    let all = chosen.enumerate().flat_map(|(number, function)| {
        // Several calls lead to each.
        (0..20).map(move |round| {
            (0xb000 + round * 3 + number as u64, snapshot(function, around, known, depth + 1))
        })
    });
    all.take(if depth == 0 { 60 } else { 8 }).collect()
}

fn snapshot(function: &FunctionCode, around: &[FunctionCode], known: Known, depth: usize) -> Snapshot {
    let entries = |at: usize| match known {
        Known::Guesses(seed) => (0..(at + seed) % 4).map(|index| access(at + index * 2 + seed)).collect(),
        _ => Vec::new(),
    };
    let constant = |constant: &js_bytecode::Constant| match constant {
        js_bytecode::Constant::Number(number) => Value::number(*number).bits(),
        _ => 0x8000,
    };
    let held = |at: usize| match known {
        Known::Guesses(seed) => [
            Held::Other,
            Held::Int,
            Held::Double,
            Held::Bool,
            Held::Object(js_rt::offsets::CLASS_TYPED_FIRST + 3),
        ][(at + seed) % 5],
        _ => Held::Other,
    };
    let stack = StackCells {
        depth: 0x10020,
        top: 0x10028,
        last_frame: 0x20000,
        last_register: 0x30000,
        native_room: 0x10030,
    };
    Snapshot {
        code: 3,
        insts: function.insts.clone(),
        registers: function.registers,
        params: function.params,
        handlers: function.handlers.clone(),
        constants: function.constants.iter().map(constant).collect(),
        caches: (0..function.caches.len()).map(entries).collect(),
        notes: function.insts.iter().enumerate().map(|(at, inst)| note(*inst, at, known)).collect(),
        math: math(function, known),
        held: (0..function.registers as usize).map(held).collect(),
        targets: targets(function, known),
        bodies: bodies(around, known, depth),
        cells: Cells { countdown: 0x10000, proto_epoch: 0x10010, stack },
        suspends: function.insts.iter().any(suspends),
        choosy: false,
    }
}

/// The heads of loops.
fn headers(function: &FunctionCode) -> Vec<u32> {
    let target = |(pc, inst): (usize, &Inst)| {
        let back = inst.op().jumps() && inst.cs() < 0;
        back.then(|| (pc + 1).wrapping_add_signed(inst.cs() as isize) as u32)
    };
    let mut headers: Vec<u32> = function.insts.iter().enumerate().filter_map(target).collect();
    headers.sort_unstable();
    headers.dedup();
    headers
}

fn check(
    (function, around): (&FunctionCode, &[FunctionCode]),
    known: Known,
    header: Option<u32>,
    place: &str,
) -> bool {
    let Ok(lowered) = lower(&snapshot(function, around, known, 0), header) else { return false };
    let verify = |module: &ir::Module, when: &str| {
        let function = &module.functions[lowered.func];
        if let Err(faults) = ir::verify::verify_function(module, function) {
            let list: Vec<String> = faults.iter().take(5).map(ToString::to_string).collect();
            panic!("{place} from {header:?}, {known:?}, {when} the passes: {}\n{module}", list.join("\n"));
        }
    };
    verify(&lowered.module, "before");
    let mut module = lowered.module.clone();
    passes::optimize(&mut module, &passes::Options { verify: false, ..Default::default() });
    verify(&module, "behind");
    true
}

#[test]
fn what_functions_become_is_well_formed() {
    let mut paths = Vec::new();
    programs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/js"), &mut paths);
    paths.sort();
    // What comes out depends on no machine, and emulated ones take their time.
    let emulated = std::env::var_os("SPANDREL_TEST_RUNNER").is_some();
    let paths: Vec<PathBuf> = paths.into_iter().step_by(if emulated { 20 } else { 1 }).collect();
    let (mut lowered, mut declined) = (0, 0);
    for path in &paths {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let Ok(unit) = js_compile::script(&text) else { continue };
        for (number, function) in unit.functions.iter().enumerate() {
            let place = format!("function {number} of {}", path.display());
            for known in [Known::Nothing, Known::Guesses(1), Known::Guesses(2), Known::AllUnusual] {
                for header in std::iter::once(None).chain(headers(function).into_iter().map(Some)) {
                    if check((function, &unit.functions), known, header, &place) {
                        lowered += 1
                    } else {
                        declined += 1
                    }
                }
            }
        }
    }
    let least = if emulated { 50 } else { 2000 };
    assert!(lowered > least, "{lowered} lowered, {declined} declined");
}
