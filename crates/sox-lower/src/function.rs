//! One function from bytecode to IR.

use crate::emit::Emitter;
use crate::flow::Flow;
use crate::keeps::Keeps;
use crate::kinds::{Kinds, kinds};
use crate::runtime::{self, Classes, Functions};
use crate::value::Kind;
use ir::{Entity, Func, Function, Module, Signature, Type};
use sox_bytecode::Kind as Code;
use sox_bytecode::feedback::Feedback;
use sox_rt::Tag;
use std::fmt;

/// The addresses of what compiled code uses of the main program's fiber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fiber {
    /// Up to where a callee's register 0 may be.
    pub reach: u64,
    /// The countdown to the next look at limits.
    pub countdown: u64,
}

/// A function as IR.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The module. Only the function to compile has a body, and those that it may be worth inlining.
    pub module: Module,
    /// The function to compile.
    pub func: Func,
    /// The numbers of the code of the module's functions.
    pub codes: Vec<u32>,
}

/// A function is too large to be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// Its instructions.
    pub insts: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} instructions of {MOST}", self.insts)
    }
}

/// Instructions of a function that is compiled, at most.
const MOST: usize = 6000;

/// The signature of compiled functions.
pub fn signature() -> Signature {
    let params = vec![Type::Ptr, Type::Ptr, Type::I64];
    Signature { params, results: vec![Type::I64, Type::I64], throws: false }
}

/// Lowers a verified function, from its start or, with `header`, from the head of a loop on. Then it finds its registers where
/// the interpreter left them. `callees` are functions that it may call, to be inlined.
///
/// # Errors
/// When it is too large.
///
/// # Panics
/// When `header` is no instruction of the function, or the feedback is that of another one.
pub fn lower(
    feedback: &Feedback,
    header: Option<u32>,
    fiber: &Fiber,
    callees: &[Feedback],
) -> Result<Lowered, TooLarge> {
    let function = feedback.function();
    if function.code.len() > MOST {
        return Err(TooLarge { insts: function.code.len() });
    }
    let mut module = Module::default();
    let classes = runtime::classes(&mut module);
    let functions = runtime::functions(&mut module, &classes);
    let keeps = Keeps::new(callees.iter().chain([feedback]));
    let shared = Shared { classes, functions, fiber, keeps };
    let code = feedback.code();
    let name = match header {
        None => format!("sox{code}"),
        Some(pc) => format!("sox{code}.loop{pc}"),
    };
    let func = module.functions.push(Function { name, signature: signature(), ..Function::default() });
    // Code for a loop calls the whole function by another name.
    let codes = vec![if header.is_none() { code } else { u32::MAX }];
    let mut lowered = body(feedback, header, &shared, Lowered { module, func, codes });
    // Further ones may turn up on the way.
    let mut next = 1;
    while next < lowered.codes.len() {
        let code = lowered.codes[next];
        if let Some(callee) = callees.iter().find(|callee| callee.code() == code) {
            lowered.func = Func::from_index(next);
            lowered = body(callee, None, &shared, lowered);
        }
        next += 1;
    }
    lowered.func = func;
    Ok(lowered)
}

/// What the functions of one module share.
struct Shared<'a> {
    classes: Classes,
    functions: Functions,
    fiber: &'a Fiber,
    keeps: Keeps,
}

/// Gives one function of a module its body.
fn body(feedback: &Feedback, header: Option<u32>, shared: &Shared<'_>, lowered: Lowered) -> Lowered {
    let start = header.map_or(0, |pc| pc as usize);
    let flow = Flow::new(&feedback.module, feedback.function(), start);
    let entry = entry_kinds(feedback, header);
    let kinds = kinds(feedback, &flow, &entry);
    let func = lowered.func;
    let module = (lowered.module, shared.classes, shared.functions);
    let mut emitter =
        Emitter::new(feedback, (shared.fiber, &shared.keeps), &flow, &kinds, module, (func, lowered.codes));
    emitter.entry(&entry, header.is_some());
    emitter.blocks();
    let (module, codes) = emitter.finish();
    Lowered { module, func, codes }
}

/// What registers hold where control comes in.
fn entry_kinds(feedback: &Feedback, header: Option<u32>) -> Kinds {
    let function = feedback.function();
    if header.is_some() {
        return vec![Kind::Any; function.registers as usize];
    }
    let mut kinds = vec![Kind::None; function.registers as usize];
    kinds[0] = match function.kind {
        Code::Method | Code::Initializer => Kind::Any,
        Code::Script | Code::Module | Code::Function | Code::Defer => Kind::Object(Tag::Closure),
    };
    kinds[1..=function.params as usize].fill(Kind::Any);
    kinds
}
