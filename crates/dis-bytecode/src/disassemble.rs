//! Disassembler: a module as text that the assembler turns into the same module.
//!
//! `assemble/mod.rs` describes the text. Pointer maps are printed as the offsets of pointers, for the word size given.

use crate::{DataItem, DataValue, Handler, Inst, Kind, Middle, Module, Operand, TypeDesc, WordSize};
use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// Bytes of a pointer map from which on it is printed as such.
const LONG: usize = 1 << 12;

/// The text of a module.
pub fn disassemble(module: &Module, word: WordSize) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = Listing { module, word, labels: labels(module) }.write(&mut out);
    out
}

/// The text of one instruction, with numbers for labels and types.
pub fn disassemble_inst(inst: &Inst) -> String {
    let module = Module::default();
    let mut out = String::new();
    let listing = Listing { module: &module, word: WordSize::Four, labels: BTreeSet::new() };
    let _ = listing.inst(&mut out, inst);
    out
}

/// Instructions that something names; one past the last is a label, too.
fn labels(module: &Module) -> BTreeSet<i32> {
    let mut labels = BTreeSet::new();
    for inst in &module.code {
        for (operand, role) in inst.operands().into_iter().zip(inst.op.roles()) {
            if let (Operand::Imm(pc), Kind::Pc) = (operand, role.kind) {
                labels.insert(pc);
            }
        }
    }
    labels.insert(module.entry_pc);
    labels.extend(module.exports.iter().map(|export| export.pc));
    for handler in module.handlers.iter().flatten() {
        labels.extend([handler.from, handler.to, handler.otherwise]);
        labels.extend(handler.catches.iter().map(|catch| catch.pc));
    }
    let end = i32::try_from(module.code.len()).unwrap_or(i32::MAX);
    labels.retain(|pc| (0..=end).contains(pc));
    labels
}

struct Listing<'a> {
    module: &'a Module,
    word: WordSize,
    labels: BTreeSet<i32>,
}

impl Listing<'_> {
    fn write(&self, out: &mut String) -> fmt::Result {
        let module = self.module;
        writeln!(out, "wordsize {}", self.word)?;
        writeln!(out, "module {}", quoted(module.name.as_bytes()))?;
        if let Some(signature) = &module.signature {
            writeln!(out, "signature {}", hex(signature))?;
        }
        if module.flags != 0 {
            match module.flags {
                0.. => writeln!(out, "flags {:#x}", module.flags)?,
                _ => writeln!(out, "flags {}", module.flags)?,
            }
        }
        if module.stack_extent != 0 {
            writeln!(out, "stack {}", module.stack_extent)?;
        }
        if (module.entry_pc, module.entry_type) != (-1, -1) {
            writeln!(out, "entry {}, {}", self.label(module.entry_pc), self.ty(module.entry_type))?;
        }
        if let Some(source) = &module.source {
            writeln!(out, "source {}", quoted(source.as_bytes()))?;
        }
        self.tables(out)?;
        for (pc, inst) in module.code.iter().enumerate() {
            if self.labels.contains(&(pc as i32)) {
                writeln!(out, "L{pc}:")?;
            }
            out.push('\t');
            self.inst(out, inst)?;
            out.push('\n');
        }
        match self.labels.contains(&(module.code.len() as i32)) {
            true => writeln!(out, "L{}:", module.code.len()),
            false => Ok(()),
        }
    }

    fn tables(&self, out: &mut String) -> fmt::Result {
        let module = self.module;
        for (id, ty) in module.types.iter().enumerate() {
            writeln!(out, "type t{id} {}{}", ty.size, map(ty, self.word))?;
        }
        if module.data_size != 0 || !module.data.is_empty() {
            writeln!(out, "data {}", module.data_size)?;
        }
        module.data.iter().try_for_each(|item| self.item(out, item))?;
        for export in &module.exports {
            let (pc, frame) = (self.label(export.pc), self.ty(export.frame));
            writeln!(
                out,
                "export {}, {pc}, {frame}, {:#010x}",
                quoted(export.name.as_bytes()),
                export.signature
            )?;
        }
        if let Some(imports) = &module.imports {
            writeln!(out, "imports")?;
            for table in imports {
                writeln!(out, "import")?;
                for import in table {
                    writeln!(out, "\tuse {}, {:#010x}", quoted(import.name.as_bytes()), import.signature)?;
                }
            }
        }
        if let Some(handlers) = &module.handlers {
            writeln!(out, "handlers")?;
            handlers.iter().try_for_each(|handler| self.handler(out, handler))?;
        }
        Ok(())
    }

    fn item(&self, out: &mut String, item: &DataItem) -> fmt::Result {
        let at = item.offset;
        match &item.value {
            DataValue::Bytes(values) => writeln!(out, "\tbyte {at}: {}", list(values)),
            DataValue::Words(values) => writeln!(out, "\tword {at}: {}", list(values)),
            DataValue::Bigs(values) => writeln!(out, "\tbig {at}: {}", list(values)),
            DataValue::String(bytes) => writeln!(out, "\tstring {at}: {}", quoted(bytes)),
            DataValue::Reals(bits) => {
                let texts: Vec<String> = bits.iter().map(|bits| real(*bits)).collect();
                writeln!(out, "\treal {at}: {}", texts.join(", "))
            }
            DataValue::Array { ty, len } => writeln!(out, "\tarray {at}: {}, {len}", self.ty(*ty)),
            DataValue::Index(index) => writeln!(out, "\tindex {at}: {index}"),
            DataValue::Restore => writeln!(out, "\trestore"),
        }
    }

    fn handler(&self, out: &mut String, handler: &Handler) -> fmt::Result {
        let (from, to) = (self.label(handler.from), self.label(handler.to));
        writeln!(
            out,
            "handler {}, {from}, {to}, {}, {}",
            handler.offset,
            self.ty(handler.ty),
            handler.typed
        )?;
        for catch in &handler.catches {
            writeln!(out, "\tcatch {}, {}", quoted(catch.name.as_bytes()), self.label(catch.pc))?;
        }
        match handler.otherwise {
            -1 => Ok(()),
            pc => writeln!(out, "\totherwise {}", self.label(pc)),
        }
    }

    fn label(&self, pc: i32) -> String {
        match pc {
            -1 => "-".into(),
            pc if self.labels.contains(&pc) => format!("L{pc}"),
            pc => pc.to_string(),
        }
    }

    fn ty(&self, id: i32) -> String {
        match usize::try_from(id) {
            Err(_) if id == -1 => "-".into(),
            Ok(index) if index < self.module.types.len() => format!("t{id}"),
            _ => id.to_string(),
        }
    }

    fn inst(&self, out: &mut String, inst: &Inst) -> fmt::Result {
        out.push_str(inst.op.name());
        let roles = inst.op.roles();
        let none = |index: usize| roles[index].kind == Kind::None;
        let src = self.operand(inst.src, roles[0].kind);
        let mid = self.operand(inst.mid.into(), roles[1].kind);
        let dst = self.operand(inst.dst, roles[2].kind);
        match (inst.src, inst.mid, inst.dst) {
            (Operand::None, Middle::None, Operand::None) => Ok(()),
            (Operand::None, Middle::None, _) if none(0) => write!(out, " {dst}"),
            (_, Middle::None, Operand::None) if !none(0) && none(2) => write!(out, " {src}"),
            (_, Middle::None, _) => write!(out, " {src}, {dst}"),
            _ => write!(out, " {src}, {mid}, {dst}"),
        }
    }

    fn operand(&self, operand: Operand, kind: Kind) -> String {
        match operand {
            Operand::None => "-".into(),
            Operand::Imm(pc) if kind == Kind::Pc && self.labels.contains(&pc) => format!("L{pc}"),
            Operand::Imm(id) if kind == Kind::Type && (0..self.module.types.len() as i32).contains(&id) => {
                format!("t{id}")
            }
            Operand::Imm(n) => format!("${n}"),
            Operand::Mp(n) => format!("{n}(mp)"),
            Operand::Fp(n) => format!("{n}(fp)"),
            Operand::MpInd { first, second } => format!("{second}({first}(mp))"),
            Operand::FpInd { first, second } => format!("{second}({first}(fp))"),
        }
    }
}

/// What follows a type's size: offsets of pointers where they say it all, else the map's bytes.
fn map(ty: &TypeDesc, word: WordSize) -> String {
    match ty.map.last() {
        None => String::new(),
        // So long a one is in no file of a compiler.
        _ if ty.map.len() > LONG => format!(" map {}", hex(&ty.map)),
        Some(0) => format!(" map {}", hex(&ty.map)),
        Some(_) => format!(" pointers {}", list(&ty.pointers(word).collect::<Vec<_>>())),
    }
}

fn list<T: fmt::Display>(values: &[T]) -> String {
    let mut out = String::new();
    for (index, value) in values.iter().enumerate() {
        let _ = write!(out, "{}{value}", if index == 0 { "" } else { ", " });
    }
    out
}

/// A real as a number where that says all of it, else as bits.
fn real(bits: u64) -> String {
    let value = f64::from_bits(bits);
    if value.is_finite() { format!("{value:?}") } else { format!("{bits:#018x}") }
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    bytes.iter().for_each(|byte| {
        let _ = write!(out, "{byte:02x}");
    });
    out + "\""
}

/// A string in quotes; bytes that are no UTF-8 and control characters are escaped.
fn quoted(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                    let _ = write!(out, "\\x{:02x}", c as u32);
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out + "\""
}
