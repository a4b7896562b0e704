//! Bytecode as text: what `--emit bytecode` shows.

use crate::function::{Constant, FunctionCode, ScopeInfo, Text, Unit};
use crate::inst::{Inst, Operand};
use std::fmt::{self, Write};

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text::Latin1(bytes) => bytes.iter().try_for_each(|&b| f.write_char(char::from(b))),
            Text::Utf16(units) => char::decode_utf16(units.iter().copied())
                .try_for_each(|c| f.write_char(c.unwrap_or(char::REPLACEMENT_CHARACTER))),
        }
    }
}

/// Line and column of an offset in the source.
type Place<'a> = &'a dyn Fn(u32) -> (usize, usize);

/// Lists a unit: its functions in order.
pub fn disassemble(unit: &Unit) -> String {
    list(unit, None)
}

/// Lists a unit with the places in the source that functions and instructions come from. `place`: line and column of an offset
/// in bytes.
pub fn listing(unit: &Unit, place: &dyn Fn(u32) -> (usize, usize)) -> String {
    list(unit, Some(place))
}

fn list(unit: &Unit, place: Option<Place<'_>>) -> String {
    let mut out = String::new();
    for declared in &unit.declared {
        let _ = writeln!(out, "declares {:?} {}", declared.kind, declared.name);
    }
    if let Some(module) = &unit.module {
        for (index, import) in module.imports.iter().enumerate() {
            let name = import.name.as_ref().map_or_else(|| String::from("*"), Text::to_string);
            let _ = writeln!(out, "import {index} {} = {name} of request {}", import.local, import.request);
        }
        for export in &module.exports {
            let _ = writeln!(out, "{export:?}");
        }
        if let Some(scope) = &module.scope {
            let _ = writeln!(out, "environment {}", scope_text(scope));
        }
    }
    for (index, code) in unit.functions.iter().enumerate() {
        if index > 0 || !out.is_empty() {
            out.push('\n');
        }
        function(&mut out, index, code, place);
    }
    out
}

fn function(out: &mut String, index: usize, code: &FunctionCode, place: Option<Place<'_>>) {
    let name = if code.name == Text::Latin1([].into()) { String::from("-") } else { code.name.to_string() };
    let _ = write!(out, "function {index} {name}: {:?}", code.kind);
    for (set, flag) in [
        (code.flags.strict, "strict"),
        (code.flags.is_async, "async"),
        (code.flags.generator, "generator"),
        (code.flags.all_arguments, "all arguments"),
        (code.flags.has_eval, "eval"),
    ] {
        if set {
            let _ = write!(out, ", {flag}");
        }
    }
    let _ = write!(out, ", {} parameters, {} registers", code.params, code.registers);
    if let Some(place) = place {
        let ((line, column), (last, _)) = (place(code.source.0), place(code.source.1));
        let _ = write!(out, ", from {line}:{column} to line {last}");
    }
    out.push('\n');
    let mut positions = code.positions.iter().peekable();
    for (at, inst) in code.insts.iter().enumerate() {
        let _ = write!(out, "{at:5} ");
        if let Some(place) = place {
            let from = positions.next_if(|position| position.inst as usize == at);
            let from = from.map(|position| place(position.offset));
            let from = from.map_or(String::new(), |(line, column)| format!("{line}:{column}"));
            let _ = write!(out, "{from:<9}");
        }
        let _ = write!(out, "{:<22}", inst.op().name());
        line(out, code, at, *inst);
        while out.ends_with(' ') {
            out.pop();
        }
        out.push('\n');
    }
    for handler in &code.handlers {
        let _ = writeln!(out, "      {}..{} -> {}", handler.start, handler.end, handler.target);
    }
}

fn line(out: &mut String, code: &FunctionCode, at: usize, inst: Inst) {
    let [a, b, c] = inst.op().operands();
    let mut first = true;
    let values = [u32::from(inst.a()), u32::from(inst.b()), inst.c()];
    for ((kind, value), place) in [a, b, c].into_iter().zip(values).zip(0..) {
        if kind == Operand::None {
            continue;
        }
        if !first {
            out.push_str(", ");
        }
        first = false;
        operand(out, code, (at, inst), (kind, value, place));
    }
}

fn operand(
    out: &mut String,
    code: &FunctionCode,
    (at, inst): (usize, Inst),
    (kind, value, place): (Operand, u32, u32),
) {
    let _ = match kind {
        Operand::None => Ok(()),
        Operand::Def | Operand::Use | Operand::Mod | Operand::Args | Operand::UseFlags => {
            let flags = if place == 2 { value >> 16 } else { 0 };
            match flags {
                0 => write!(out, "r{}", value & 0xffff),
                flags => write!(out, "r{} flags {flags}", value & 0xffff),
            }
        }
        Operand::Def2 => write!(out, "r{value}:{}", value + 1),
        Operand::Def3 => write!(out, "r{value}:{}", value + 2),
        Operand::Num => write!(out, "{value}"),
        Operand::Int if place == 1 => write!(out, "{}", inst.bs()),
        Operand::Int => write!(out, "{}", inst.cs()),
        Operand::Imm => write!(out, "{}", inst.imm()),
        Operand::Const => write!(out, "{}", constant(code, value)),
        Operand::Cache => {
            write!(
                out,
                "{}",
                code.caches.get(value as usize).map_or_else(String::new, |&n| constant(code, n))
            )
        }
        Operand::Func => write!(out, "function {value}"),
        Operand::Scope => {
            write!(out, "{}", code.scopes.get(value as usize).map_or_else(String::new, scope_text))
        }
        Operand::Slot => write!(out, "{}:{}", value >> 16, value & 0xffff),
        Operand::Jump => write!(out, "-> {}", at as i64 + 1 + i64::from(inst.cs())),
    };
}

fn scope_text(scope: &ScopeInfo) -> String {
    let names: Vec<_> = scope.vars.iter().map(|v| v.name.to_string()).collect();
    format!("{:?} {{{}}}", scope.kind, names.join(", "))
}

fn constant(code: &FunctionCode, index: u32) -> String {
    match code.constants.get(index as usize) {
        Some(Constant::Number(value)) => format!("{value}"),
        Some(Constant::String(value)) => format!("{:?}", value.to_string()),
        Some(Constant::BigInt(digits)) => format!("{digits}n"),
        Some(Constant::RegExp { pattern, flags }) => format!("/{pattern}/{flags}"),
        Some(Constant::Template { raw, .. }) => {
            format!("template {:?}", raw.iter().map(Text::to_string).collect::<Vec<_>>())
        }
        None => String::from("?"),
    }
}
