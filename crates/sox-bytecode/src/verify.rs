//! The verifier: what an interpreter may rely on without looking.
//!
//! Of a module that passes, every operand of every instruction is inside of what its function has, jumps lead to
//! instructions, only the jumps for it lead back, and code ends with an instruction that nothing follows. What registers
//! hold is checked when they are used.

use crate::function::{Capture, Constant, Function, Handler, Module};
use crate::inst::{Imm, Inst, Op, Operand};
use std::fmt;

/// What is wrong with a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Number of the function.
    pub function: usize,
    /// Number of the instruction, if it is about one.
    pub instruction: Option<usize>,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {}", self.function)?;
        if let Some(instruction) = self.instruction {
            write!(f, ", instruction {instruction}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for Fault {}

/// Checks a module.
///
/// # Errors
/// The first fault.
pub fn verify(module: &Module) -> Result<(), Fault> {
    let whole = |what| Fault { function: 0, instruction: None, what };
    if module.functions.is_empty() {
        return Err(whole("there is no top level"));
    }
    if module.lines.first() != Some(&0) || !module.lines.is_sorted() {
        return Err(whole("lines do not start in order"));
    }
    if module.functions[0].params > 0 || !module.functions[0].captures.is_empty() {
        return Err(whole("the top level takes something"));
    }
    for (number, function) in module.functions.iter().enumerate() {
        let fault = |instruction, what| Fault { function: number, instruction, what };
        check_tables(function).map_err(|what| fault(None, what))?;
        for (at, inst) in function.code.iter().enumerate() {
            check_inst(module, function, at, *inst).map_err(|what| fault(Some(at), what))?;
        }
    }
    check_closures(module)
}

type Check = Result<(), &'static str>;

fn ensure(holds: bool, what: &'static str) -> Check {
    if holds { Ok(()) } else { Err(what) }
}

fn check_tables(function: &Function) -> Check {
    let code = function.code.len();
    let last = function.code.last().and_then(|inst| inst.op());
    ensure(code <= i32::MAX as usize, "there is too much code")?;
    ensure(last.is_some_and(Op::ends_block), "the code does not end")?;
    ensure(function.spans.len() == code, "there is not one span per instruction")?;
    ensure(function.required <= function.params, "it needs more arguments than it takes")?;
    ensure(function.params < 256, "it takes too many arguments")?;
    ensure(
        function.registers > function.params && function.registers <= 256,
        "registers do not hold the arguments",
    )?;
    let is_name = |index: &u32| matches!(function.constants.get(*index as usize), Some(Constant::String(_)));
    ensure(function.caches.iter().all(is_name), "an inline cache has no name")?;
    function.handlers.iter().try_for_each(|handler| check_handler(function, handler))
}

fn check_handler(function: &Function, handler: &Handler) -> Check {
    let code = function.code.len() as u64;
    ensure(handler.start < handler.end && u64::from(handler.end) <= code, "a handler is for no code")?;
    ensure(u64::from(handler.target) < code, "a handler is outside of the code")?;
    // What leads back counts and polls, and handlers do not.
    ensure(handler.target >= handler.end, "a handler leads back")?;
    ensure(u32::from(handler.register) < function.registers, "a handler's register does not exist")
}

fn check_inst(module: &Module, function: &Function, at: usize, inst: Inst) -> Check {
    let op = inst.op().ok_or("there is no such opcode")?;
    for (kind, operand) in op.operands().into_iter().zip([inst.a(), inst.b(), inst.c()]) {
        check_operand(function, kind, operand)?;
    }
    check_imm(module, function, at, inst, op)?;
    check_ranges(function, inst, op)
}

fn check_operand(function: &Function, kind: Operand, operand: u8) -> Check {
    match kind {
        Operand::None => ensure(operand == 0, "an unused operand is not zero"),
        Operand::Def | Operand::Use | Operand::Mod | Operand::Args => {
            ensure(u32::from(operand) < function.registers, "a register does not exist")
        }
        Operand::Num => Ok(()),
        Operand::Const => {
            ensure(usize::from(operand) < function.constants.len(), "a constant does not exist")
        }
    }
}

fn check_imm(module: &Module, function: &Function, at: usize, inst: Inst, op: Op) -> Check {
    let below = |count: usize, what| ensure(inst.imm() >= 0 && inst.index() < count, what);
    match op.imm() {
        Imm::None => ensure(inst.imm() == 0, "an unused immediate is not zero"),
        Imm::Int => Ok(()),
        Imm::Const => {
            below(function.constants.len(), "a constant does not exist")?;
            check_constant(&function.constants[inst.index()], op)
        }
        Imm::Global => below(module.globals.len(), "a global does not exist"),
        Imm::Up => below(function.captures.len(), "a captured variable does not exist"),
        Imm::Func => below(module.functions.len(), "a function does not exist"),
        Imm::Cache => below(function.caches.len(), "an inline cache does not exist"),
        Imm::Far => ensure(inst.imm() >= 0, "an index is negative"),
        Imm::Shape => below(function.interfaces.len(), "an interface does not exist"),
        Imm::Jump => {
            let target = at as i64 + 1 + i64::from(inst.imm());
            ensure((0..function.code.len() as i64).contains(&target), "a jump leaves the code")?;
            ensure(op.is_back_edge() == (inst.imm() < 0), "a jump goes the wrong way")
        }
    }
}

/// Whether a constant is of the kind that an instruction takes.
fn check_constant(constant: &Constant, op: Op) -> Check {
    let number = matches!(constant, Constant::Number(_));
    match op {
        Op::LoadConst => Ok(()),
        Op::SetField | Op::Class | Op::Method | Op::Import => ensure(!number, "a name is no string"),
        _ => ensure(number, "a constant is no number"),
    }
}

/// Registers and constants that operands stand for besides themselves.
fn check_ranges(function: &Function, inst: Inst, op: Op) -> Check {
    let registers = |first: u8, count: u32| {
        ensure(u32::from(first) + count <= function.registers, "registers in a row do not exist")
    };
    let number = |index: u8| match &function.constants[usize::from(index)] {
        Constant::Number(_) => Ok(()),
        Constant::String(_) => Err("a constant is no number"),
    };
    match op {
        Op::Call | Op::Invoke | Op::SuperInvoke => registers(inst.a(), 1 + u32::from(inst.b())),
        Op::CallSpread | Op::InvokeSpread | Op::IterStart => registers(inst.a(), 2),
        Op::IterNext => {
            registers(inst.a(), 2)?;
            ensure(inst.c() == 1 || inst.c() == 2, "it takes one or two values")?;
            registers(inst.b(), u32::from(inst.c()))
        }
        Op::NewArray | Op::Append => registers(inst.b(), u32::from(inst.c())),
        Op::Slice => registers(inst.c(), 2),
        Op::LoopAddLt | Op::LoopAddLe => number(inst.c()),
        Op::JumpEqK | Op::JumpNeK => Ok(()),
        _ if op.operands()[1] == Operand::Const => number(inst.b()),
        _ => Ok(()),
    }
}

/// What closures capture exists in the function that makes them, and every function but the first is made by some.
fn check_closures(module: &Module) -> Result<(), Fault> {
    for (number, function) in module.functions.iter().enumerate() {
        for (at, inst) in function.code.iter().enumerate() {
            if inst.op() != Some(Op::Closure) {
                continue;
            }
            let fault = |what| Fault { function: number, instruction: Some(at), what };
            if inst.index() <= number {
                return Err(fault("a function is made by one inside of it"));
            }
            let inner = &module.functions[inst.index()];
            let exists = |capture: &Capture| match *capture {
                Capture::Register(register) => u32::from(register) < function.registers,
                Capture::Far(_) => function.registers == 256,
                Capture::Up(index) => (index as usize) < function.captures.len(),
            };
            if !inner.captures.iter().all(exists) {
                return Err(fault("a captured variable does not exist"));
            }
        }
    }
    Ok(())
}
