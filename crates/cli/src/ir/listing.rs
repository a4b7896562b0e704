//! Machine code as text, with the IR it comes from above it.

use codegen::{Arch, Compiled, Symbol, Target};
use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter, Mnemonic, OpKind};
use ir::text::InstText;
use ir::{Func, Module};
use std::fmt::Write;
use yaxpeax_arch::{Decoder as _, U8Reader};
use yaxpeax_arm::armv8::a64::{ARMv8, Opcode, Operand};

/// One machine instruction.
struct Instruction {
    text: String,
    len: usize,
    next: Next,
    /// Where it may go to instead of to the next instruction.
    target: Option<usize>,
}

/// What follows an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The next instruction.
    Instruction,
    /// Something else: it returned, jumped or trapped.
    Elsewhere,
    /// A jump table, perhaps.
    Table,
}

/// The listing of a function. `line` says from which line of the guest's source a position comes.
pub(crate) fn text(
    module: &Module,
    func: Func,
    target: &Target,
    compiled: &Compiled,
    line: &dyn Fn(u32) -> Option<u32>,
) -> String {
    let function = &module.functions[func];
    let (bytes, stats) = (compiled.code.len(), compiled.stats);
    let mut out = format!(
        "; func @{}{}\n; {target}, {bytes} bytes, {} bytes of stack, {} ways out through guards\n",
        function.name,
        function.signature,
        stats.frame_bytes,
        compiled.sites.len()
    );
    let mut lines = compiled.lines.iter().peekable();
    // The farthest place that is known to be code.
    let mut farthest = compiled.lines.last().map_or(0, |(offset, _)| *offset as usize);
    let (mut at, mut said) = (0, None);
    while at < bytes {
        let mut last = None;
        while let Some((_, inst)) = lines.next_if(|(offset, _)| *offset as usize <= at) {
            last = Some(*inst);
        }
        if let Some(inst) = last {
            let now = line(function.insts[inst].position);
            if let Some(number) = now.filter(|_| now != said) {
                let _ = writeln!(out, "; line {number}");
                said = now;
            }
            let _ = writeln!(out, "; {}", InstText { module, function, inst });
        }
        let Some(instruction) = decode(target.arch(), &compiled.code[at..], at) else {
            at = data(&mut out, &compiled.code, at, bytes);
            continue;
        };
        let end = at + instruction.len;
        let _ = write!(out, "{at:6x}:  {}", instruction.text);
        for reloc in compiled.relocs.iter().filter(|reloc| (at..end).contains(&(reloc.offset as usize))) {
            let _ = write!(out, "    ; {}", symbol(module, reloc.target));
        }
        out.push('\n');
        farthest = farthest.max(instruction.target.unwrap_or(0));
        let known = lines.peek().map_or(bytes, |(offset, _)| *offset as usize);
        at = match instruction.next {
            Next::Table if known > end => data(&mut out, &compiled.code, end, known),
            // Nothing leads to what follows: constants.
            Next::Elsewhere if end > farthest => data(&mut out, &compiled.code, end, bytes),
            _ => end,
        };
    }
    out
}

/// Bytes that are no instructions, eight to a line.
fn data(out: &mut String, code: &[u8], from: usize, to: usize) -> usize {
    for (i, word) in code[from..to].chunks(8).enumerate() {
        let bytes: Vec<String> = word.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(out, "{:6x}:  .byte {}", from + 8 * i, bytes.join(" "));
    }
    to
}

fn symbol(module: &Module, symbol: Symbol) -> String {
    match symbol {
        Symbol::Function(func) => format!("@{}", module.functions[func].name),
        Symbol::EntryPointer(func) => format!("entry pointer of @{}", module.functions[func].name),
        Symbol::Runtime(runtime) => format!("runtime @{}", module.runtimes[runtime].name),
        Symbol::Helper(helper) => format!("{helper:?}").to_lowercase(),
        Symbol::SavingCall => "saving call".to_owned(),
        Symbol::CodeCookie => "this code".to_owned(),
    }
}

fn decode(arch: Arch, code: &[u8], at: usize) -> Option<Instruction> {
    match arch {
        Arch::X64 => x64(code, at),
        Arch::Arm64 => arm64(code, at),
    }
}

fn x64(code: &[u8], at: usize) -> Option<Instruction> {
    let mut decoder = Decoder::with_ip(64, code, at as u64, DecoderOptions::NONE);
    let decoded = decoder.decode();
    if decoded.is_invalid() {
        return None;
    }
    let mut text = String::new();
    let mut formatter = IntelFormatter::new();
    formatter.options_mut().set_hex_prefix("0x");
    formatter.options_mut().set_hex_suffix("");
    formatter.options_mut().set_space_after_operand_separator(true);
    formatter.options_mut().set_branch_leading_zeros(false);
    formatter.format(&decoded, &mut text);
    let branches = decoded.op_count() > 0 && decoded.op0_kind() == OpKind::NearBranch64;
    let (next, jumps) = match decoded.mnemonic() {
        Mnemonic::Call => (Next::Instruction, false),
        Mnemonic::Jmp if branches => (Next::Elsewhere, true),
        Mnemonic::Jmp => (Next::Table, false),
        Mnemonic::Ret | Mnemonic::Ud2 => (Next::Elsewhere, false),
        _ => (Next::Instruction, branches),
    };
    let target = jumps.then(|| decoded.near_branch_target() as usize);
    Some(Instruction { text, len: decoded.len(), next, target })
}

fn arm64(code: &[u8], at: usize) -> Option<Instruction> {
    let mut reader = U8Reader::new(code.get(..4)?);
    let decoded = <ARMv8 as yaxpeax_arch::Arch>::Decoder::default().decode(&mut reader).ok()?;
    let next = match decoded.opcode {
        Opcode::B | Opcode::RET | Opcode::BRK | Opcode::UDF => Next::Elsewhere,
        Opcode::BR => Next::Table,
        _ => Next::Instruction,
    };
    let offset = decoded.operands.iter().find_map(|operand| match operand {
        Operand::PCOffset(offset) => Some(*offset),
        _ => None,
    });
    let jumps = matches!(
        decoded.opcode,
        Opcode::B | Opcode::Bcc(_) | Opcode::CBZ | Opcode::CBNZ | Opcode::TBZ | Opcode::TBNZ
    );
    let target = offset.filter(|_| jumps).map(|offset| (at as i64 + offset) as usize);
    let mut text = decoded.to_string();
    if let Some(target) = target {
        let _ = write!(text, "    ; to {target:x}");
    }
    Some(Instruction { text, len: 4, next, target })
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegen::{Options, Os};

    /// Constants and jump tables are not shown as instructions; calls and IR are named.
    #[test]
    fn listings_tell_code_from_data() {
        let text_form = "func @f(i32, f64) -> f64 {\nblock0(v0: i32, v1: f64):\n  v2 = fconst 0x1.23456789abcdep+0\n  \
            v3 = fadd v1, v2\n  switch v0, 0: block1, 1: block2, 2: block3, 3: block4, 4: block5, default block5\n\
            block1:\n  v4 = call @f(v0, v1)\n  return v4\nblock2:\n  return v1\nblock3:\n  v5 = fneg v3\n  return v5\n\
            block4:\n  v6 = fsqrt v3\n  return v6\nblock5:\n  return v3\n}\n";
        let module = ir::text::parse(text_form).expect("it is right");
        for arch in [Arch::X64, Arch::Arm64] {
            let target = Target::new(arch, Os::Linux);
            let compiled =
                codegen::compile(&module, Func(0), &target, &Options::default()).expect("it compiles");
            let listing = text(&module, Func(0), &target, &compiled, &|_| None);
            for part in
                ["; func @f(i32, f64) -> f64", "; v3 = fadd v1, v2", "; v6 = fsqrt v3", "; @f\n", "sqrt"]
            {
                assert!(listing.contains(part), "{part} in\n{listing}");
            }
            let returns = listing.lines().filter(|line| line.ends_with(":  ret")).count();
            assert_eq!(returns, 5, "{listing}");
        }
    }
}
