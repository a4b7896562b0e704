//! Writer: a module as the bytes of a `.dis` file, in the form the Limbo compiler gives it.
//!
//! Every operand is written as short as it can be, and a count from 1 to 15 goes into the code byte of its data item. Reading
//! what was written gives the same module, as long as its numbers fit operands.

use crate::{DataItem, DataValue, Handler, Inst, Middle, Module, Operand, flags};

/// Least number an operand holds.
pub const OPERAND_MIN: i32 = -(1 << 29);
/// Greatest number an operand holds.
pub const OPERAND_MAX: i32 = (1 << 29) - 1;

/// The bytes of a module's file. Numbers that do not fit an operand lose their upper two bits, and strings end at a zero byte:
/// neither is in modules that were read or assembled.
pub fn write(module: &Module) -> Vec<u8> {
    let mut out = Out::default();
    out.header(module);
    module.code.iter().for_each(|inst| out.inst(inst));
    for (id, ty) in module.types.iter().enumerate() {
        out.count(id);
        out.operand(ty.size as i32);
        out.count(ty.map.len());
        out.0.extend_from_slice(&ty.map);
    }
    module.data.iter().for_each(|item| out.item(item));
    out.0.push(0);
    out.string(&module.name);
    for export in &module.exports {
        out.operand(export.pc);
        out.operand(export.frame);
        out.word(export.signature);
        out.string(&export.name);
    }
    if let Some(imports) = &module.imports {
        out.count(imports.len());
        for table in imports {
            out.count(table.len());
            for import in table {
                out.word(import.signature);
                out.string(&import.name);
            }
        }
        out.0.push(0);
    }
    if let Some(handlers) = &module.handlers {
        out.count(handlers.len());
        handlers.iter().for_each(|handler| out.handler(handler));
        out.0.push(0);
    }
    if let Some(source) = &module.source {
        out.string(source);
    }
    out.0
}

#[derive(Default)]
struct Out(Vec<u8>);

impl Out {
    fn operand(&mut self, n: i32) {
        let bytes = n.to_be_bytes();
        match n {
            -64..=63 => self.0.push(bytes[3] & 0x7f),
            -8192..=8191 => self.0.extend([bytes[2] & 0x3f | 0x80, bytes[3]]),
            _ => self.0.extend([bytes[0] | 0xc0, bytes[1], bytes[2], bytes[3]]),
        }
    }

    fn count(&mut self, n: usize) {
        self.operand(n as i32);
    }

    fn word(&mut self, word: u32) {
        self.0.extend(word.to_be_bytes());
    }

    fn string(&mut self, text: &str) {
        self.0.extend(text.bytes().take_while(|byte| *byte != 0));
        self.0.push(0);
    }

    fn header(&mut self, module: &Module) {
        match &module.signature {
            None => self.operand(crate::read::XMAGIC),
            Some(signature) => {
                self.operand(crate::read::SMAGIC);
                self.count(signature.len());
                self.0.extend_from_slice(signature);
            }
        }
        let imports = if module.imports.is_some() { flags::HASLDT } else { 0 };
        let handlers = if module.handlers.is_some() { flags::HASEXCEPT } else { 0 };
        self.operand(module.flags | imports | handlers);
        self.operand(module.stack_extent);
        self.count(module.code.len());
        self.operand(module.data_size as i32);
        self.count(module.types.len());
        self.count(module.exports.len());
        self.operand(module.entry_pc);
        self.operand(module.entry_type);
    }

    fn inst(&mut self, inst: &Inst) {
        self.0.push(inst.op as u8);
        self.0.push(address_modes(inst));
        if let Middle::Imm(n) | Middle::Fp(n) | Middle::Mp(n) = inst.mid {
            self.operand(n);
        }
        for operand in [inst.src, inst.dst] {
            match operand {
                Operand::None => {}
                Operand::Imm(n) | Operand::Mp(n) | Operand::Fp(n) => self.operand(n),
                Operand::MpInd { first, second } | Operand::FpInd { first, second } => {
                    self.operand(first);
                    self.operand(second);
                }
            }
        }
    }

    fn item(&mut self, item: &DataItem) {
        let (code, count) = match &item.value {
            DataValue::Bytes(values) => (1, values.len()),
            DataValue::Words(values) => (2, values.len()),
            DataValue::String(bytes) => (3, bytes.len()),
            DataValue::Reals(values) => (4, values.len()),
            DataValue::Array { .. } => (5, 1),
            DataValue::Index(_) => (6, 1),
            DataValue::Restore => (7, 1),
            DataValue::Bigs(values) => (8, values.len()),
        };
        match u8::try_from(count) {
            Ok(count @ 1..=15) => self.0.push(code << 4 | count),
            _ => {
                self.0.push(code << 4);
                self.count(count);
            }
        }
        self.operand(item.offset as i32);
        match &item.value {
            DataValue::Bytes(bytes) | DataValue::String(bytes) => self.0.extend_from_slice(bytes),
            DataValue::Words(words) => words.iter().for_each(|word| self.word(*word as u32)),
            DataValue::Reals(bits) => bits.iter().for_each(|bits| self.0.extend(bits.to_be_bytes())),
            DataValue::Bigs(bigs) => bigs.iter().for_each(|big| self.0.extend(big.to_be_bytes())),
            DataValue::Array { ty, len } => {
                self.word(*ty as u32);
                self.word(*len as u32);
            }
            DataValue::Index(index) => self.word(*index as u32),
            DataValue::Restore => {}
        }
    }

    fn handler(&mut self, handler: &Handler) {
        for n in [handler.offset, handler.from, handler.to, handler.ty] {
            self.operand(n);
        }
        self.operand(i32::from(handler.typed) << 16 | handler.catches.len() as i32);
        for catch in &handler.catches {
            self.string(&catch.name);
            self.operand(catch.pc);
        }
        self.operand(handler.otherwise);
    }
}

/// The modes of an instruction's operands in one byte. dis(6), "Code Section".
pub(crate) fn address_modes(inst: &Inst) -> u8 {
    let middle = match inst.mid {
        Middle::None => 0x00,
        Middle::Imm(_) => 0x40,
        Middle::Fp(_) => 0x80,
        Middle::Mp(_) => 0xc0,
    };
    middle | general_mode(inst.src) << 3 | general_mode(inst.dst)
}

fn general_mode(operand: Operand) -> u8 {
    match operand {
        Operand::Mp(_) => 0,
        Operand::Fp(_) => 1,
        Operand::Imm(_) => 2,
        Operand::None => 3,
        Operand::MpInd { .. } => 4,
        Operand::FpInd { .. } => 5,
    }
}
