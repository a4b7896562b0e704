//! Listings: bytecode as text.

use crate::function::{Capture, Constant, Function, Module};
use crate::inst::{Imm, Inst, Operand};
use std::fmt::Write;

/// A listing of a module.
pub fn disassemble(module: &Module) -> String {
    let mut out = format!("module {:?}\n", module.file);
    if !module.globals.is_empty() {
        let names: Vec<&str> = module.globals.iter().map(|name| &**name).collect();
        let _ = writeln!(out, "globals {}", names.join(", "));
    }
    for number in 0..module.functions.len() {
        out.push('\n');
        out.push_str(&disassemble_function(module, number));
    }
    out
}

/// A listing of one function of it.
///
/// # Panics
/// When there is no function with that number.
pub fn disassemble_function(module: &Module, number: usize) -> String {
    let function = &module.functions[number];
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = head(&mut out, number, function);
    let mut line = 0;
    for (at, inst) in function.code.iter().enumerate() {
        let here = module.line_of(function, at);
        let shown = if here == line { String::new() } else { here.to_string() };
        line = here;
        let _ = writeln!(out, "{shown:>5}  {at:>4}  {}", instruction(module, function, at, *inst));
    }
    for handler in &function.handlers {
        let (start, end, target) = (handler.start, handler.end, handler.target);
        let _ = writeln!(out, "       errors of {start}..{end} go to {target} in r{}", handler.register);
    }
    out
}

fn head(out: &mut String, number: usize, function: &Function) -> std::fmt::Result {
    write!(out, "function {number} {:?} {:?}", &*function.name, function.kind)?;
    write!(out, " params {}", function.params)?;
    if function.required != function.params {
        write!(out, " required {}", function.required)?;
    }
    write!(out, " registers {}", function.registers)?;
    for (index, capture) in function.captures.iter().enumerate() {
        write!(out, "{}", if index == 0 { " captures " } else { ", " })?;
        match capture {
            Capture::Register(register) => write!(out, "r{register}")?,
            Capture::Far(index) => write!(out, "far {index}")?,
            Capture::Up(index) => write!(out, "up {index}")?,
        }
    }
    out.push('\n');
    Ok(())
}

/// One instruction as text.
fn instruction(module: &Module, function: &Function, at: usize, inst: Inst) -> String {
    let Some(op) = inst.op() else {
        return format!("opcode {}", inst.number());
    };
    let mut parts = Vec::new();
    for (kind, operand) in op.operands().into_iter().zip([inst.a(), inst.b(), inst.c()]) {
        match kind {
            Operand::None => {}
            Operand::Def | Operand::Use | Operand::Mod | Operand::Args => parts.push(format!("r{operand}")),
            Operand::Num => parts.push(operand.to_string()),
            Operand::Const => parts.push(constant(function, usize::from(operand))),
        }
    }
    let name = |name: Option<&std::sync::Arc<str>>| name.map_or("?".into(), |name| name.to_string());
    match op.imm() {
        Imm::None => {}
        Imm::Int | Imm::Far => parts.push(inst.imm().to_string()),
        Imm::Const => parts.push(constant(function, inst.index())),
        Imm::Global => parts.push(name(module.globals.get(inst.index()))),
        Imm::Up => parts.push(format!("up {}", inst.imm())),
        Imm::Func => parts.push(format!("function {}", inst.imm())),
        Imm::Cache => {
            let index = function.caches.get(inst.index());
            parts.push(index.map_or("?".into(), |index| constant(function, *index as usize)));
        }
        Imm::Jump => parts.push(format!("-> {}", at as i64 + 1 + i64::from(inst.imm()))),
        Imm::Shape => {
            parts.push(name(function.interfaces.get(inst.index()).map(|interface| &interface.name)))
        }
    }
    format!("{:<16}{}", op.name(), parts.join(", ")).trim_end().to_owned()
}

fn constant(function: &Function, index: usize) -> String {
    match function.constants.get(index) {
        Some(Constant::Number(value)) => value.to_string(),
        Some(Constant::String(bytes)) => format!("{:?}", String::from_utf8_lossy(bytes)),
        None => "?".into(),
    }
}
