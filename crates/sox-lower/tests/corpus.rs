//! Every function of every program in `tests/sox`, from its start and from each of its loops, with nothing known of it, with
//! guesses, and with everything known to be unusual: what it is lowered to passes the verifier, before and after the passes.

use ir::passes;
use sox_bytecode::feedback::{Callee, Feedback, Seen, Steady, Target};
use sox_bytecode::{Constant, Function, Globals, Module, Source, compile};
use sox_lower::{Fiber, lower};
use sox_rt::Tag;
use sox_syntax::Mode;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FIBER: Fiber = Fiber { reach: 0x10000, countdown: 0x10010 };

fn programs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            programs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "sox") {
            found.push(path);
        }
    }
}

fn module(path: &Path) -> Option<Module> {
    let text = std::fs::read(path).unwrap();
    let parsed = sox_syntax::parse_as(&text, Mode::Script);
    if !parsed.diagnostics.is_empty() {
        return None;
    }
    let source = Source { text: &text, file: "test.sox", imported: false };
    compile(&parsed.module, &source, &mut Globals::default()).ok()
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Nothing,
    Guesses,
    AllUnusual,
}

fn feedback(module: &Arc<Module>, number: usize, known: Known) -> Feedback {
    let function = &module.functions[number];
    let guess = known != Known::Nothing;
    let callee =
        |at: usize| Callee { code: at as u32 % 3, params: at as u32 % 3, compiles: !at.is_multiple_of(7) };
    let target = |at: usize| match at % 5 {
        _ if !guess => Target::Unknown,
        4 => Target::Native("len", 0),
        _ => Target::Function(callee(function.code.get(at).map_or(0, |inst| usize::from(inst.b())))),
    };
    let class = |at: usize| Target::Class { class: 0xa000, init: Some((0xb000, callee(at))) };
    let one = |at: usize, shape: usize| match at % 5 {
        0 => Seen::Property { shape, number: at as u32, inline: 4 },
        1 => Seen::Added { from: shape, to: 0x6000, number: 2, inline: 4 },
        2 => Seen::Super { class: shape, closure: 0x7000 + at / 2, callee: callee(at) },
        _ => Seen::Method { shape, closure: 0x7000 + at / 2, callee: callee(at) },
    };
    let seen = |at: usize| match at % 4 {
        _ if !guess => Vec::new(),
        0 => vec![one(at, 0x5000), one(at + 1, 0x5100), one(at + 4, 0x5200)],
        _ => vec![one(at, 0x5000)],
    };
    let more = (0..function.code.len() as u32).filter(|at| guess && at % 3 == 0);
    let more = more.map(|at| (at, if at % 2 == 0 { class(at as usize) } else { target(at as usize + 1) }));
    let constant = |constant: &Constant| match constant {
        Constant::Number(number) => (Tag::Number as u64, number.to_bits()),
        Constant::String(_) => (Tag::String as u64, 0x8000),
    };
    let steady = |slot: usize| Steady {
        slot,
        tag: [Tag::Closure, Tag::Class, Tag::Native][slot % 3] as u64,
        object: 0xc000 + 0x100 * slot,
        number: (slot % 3 != 1).then_some(slot as u32),
        watch: 0xd000,
    };
    let slots = (0..module.globals.len()).filter(|slot| guess && slot % 4 != 0);
    Feedback {
        module: Arc::clone(module),
        number,
        first: 0,
        globals: 0x9000,
        constants: function.constants.iter().map(constant).collect(),
        flags: vec![if known == Known::AllUnusual { u8::MAX } else { 0 }; function.code.len()].into(),
        targets: (0..function.code.len()).map(target).collect(),
        more_targets: more.collect(),
        caches: (0..function.caches.len()).map(seen).collect(),
        steady: slots.map(steady).collect(),
    }
}

fn headers(function: &Function) -> impl Iterator<Item = Option<u32>> + '_ {
    let loops =
        function.code.iter().enumerate().filter(|(_, inst)| inst.op().is_some_and(|op| op.is_back_edge()));
    let targets = loops.map(|(pc, inst)| Some((pc as i64 + 1 + i64::from(inst.imm())) as u32));
    [None].into_iter().chain(targets)
}

fn check(module: &Arc<Module>, number: usize, header: Option<u32>, known: Known, name: &str) {
    let feedback = feedback(module, number, known);
    let callees: Vec<Feedback> =
        (0..module.functions.len()).map(|other| self::feedback(module, other, known)).collect();
    let Ok(lowered) = lower(&feedback, header, &FIBER, &callees) else { return };
    let (mut module, func) = (lowered.module, lowered.func);
    assert_eq!(module.functions.len(), lowered.codes.len());
    let verified = |module: &ir::Module, when: &str| {
        if let Err(faults) = ir::verify::verify_function(module, &module.functions[func]) {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            panic!("{name}, function {number}, {header:?}, {known:?}, {when}: {}", faults.join("\n"));
        }
    };
    verified(&module, "lowered");
    if !number.is_multiple_of(8) || header.is_some() {
        return;
    }
    for pass in passes::PIPELINE.iter().filter(|pass| pass.name != "tail") {
        passes::run_pass(&mut module, func, pass, &passes::Options::default());
    }
    verified(&module, "optimized");
}

#[test]
fn all_functions_are_lowered_to_what_the_verifier_accepts() {
    let mut paths = Vec::new();
    programs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sox"), &mut paths);
    assert!(paths.len() > 400, "only {} programs", paths.len());
    let mut functions = 0;
    for path in paths {
        let Some(module) = module(&path).map(Arc::new) else { continue };
        let name = path.display().to_string();
        for (number, function) in module.functions.iter().enumerate() {
            for header in headers(function) {
                for known in [Known::Nothing, Known::Guesses, Known::AllUnusual] {
                    check(&module, number, header, known, &name);
                }
            }
            functions += 1;
        }
    }
    assert!(functions > 1000, "only {functions} functions");
}
