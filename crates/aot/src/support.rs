//! Code of `abi` that is the same for every function: bridges by shape, abort, and what traps and stack overflows call.

use crate::writer::{Fixup, Piece, Visible, Writer};
use crate::{Error, Support, format, names};
use abi::stub::StubCode;
use abi::thunk::ThunkError;
use abi::thunk::tail::{self, BridgeShape};
use code_memory::{FrameOp, RelocTarget};
use codegen::{ContextLayout, FrameStep, RelocKind};
use object::SymbolKind;
use object::write::SymbolId;
use std::collections::BTreeMap;

const ENTRY_SP: u32 = ContextLayout::ENTRY_SP as u32;

/// Bridges so far, by shape.
#[derive(Default)]
pub(crate) struct Bridges(BTreeMap<[u8; 5], SymbolId>);

impl Bridges {
    /// The bridge for a shape.
    pub(crate) fn get(&mut self, writer: &mut Writer, shape: BridgeShape) -> Result<SymbolId, Error> {
        let BridgeShape { int_args, float_args, int_results, float_results, stack } = shape;
        let key = [int_args, float_args, int_results, float_results, u8::from(stack)];
        if let Some(known) = self.0.get(&key) {
            return Ok(*known);
        }
        let code = tail::emit_bridge(format::abi(&writer.target), ENTRY_SP, shape).map_err(support)?;
        let name = format!(
            "spandrel_bridge_{int_args}_{float_args}_{int_results}_{float_results}{}",
            if stack { "_stack" } else { "" }
        );
        let symbol = writer.declare(&name, SymbolKind::Text, Visible::Here);
        place(writer, symbol, &code, &BTreeMap::new())?;
        self.0.insert(key, symbol);
        Ok(symbol)
    }
}

/// Defines what contexts refer to, unless another object does.
pub(crate) fn define(writer: &mut Writer, support_is: Support) -> Result<(), Error> {
    if support_is == Support::Import {
        return Ok(());
    }
    let abi = format::abi(&writer.target);
    let mut known = BTreeMap::new();
    let abort = writer.declare(names::ABORT, SymbolKind::Text, Visible::Image);
    known.insert(names::ABORT, abort);
    place(writer, abort, &tail::emit_abort(abi, ENTRY_SP).map_err(support)?, &known)?;
    let to_abort = RelocTarget::Unresolved(names::ABORT.into());
    for (name, note) in [(names::TRAP, names::NOTE_TRAP), (names::STACK_OVERFLOW, names::NOTE_STACK_OVERFLOW)]
    {
        let leave =
            tail::emit_leave(abi, &RelocTarget::Unresolved(note.into()), &to_abort).map_err(support)?;
        let symbol = writer.declare(name, SymbolKind::Text, Visible::Image);
        place(writer, symbol, &leave, &known)?;
    }
    Ok(())
}

fn support(error: ThunkError) -> Error {
    Error::Support(error.to_string())
}

/// Places code of `abi`; names that are not `known` are imported.
fn place(
    writer: &mut Writer,
    symbol: SymbolId,
    code: &StubCode,
    known: &BTreeMap<&str, SymbolId>,
) -> Result<(), Error> {
    let frame = code.frame.ops.iter().map(|(at, op)| (*at, step(*op))).collect();
    let start = writer.code(symbol, Piece { code: &code.bytes, align: 16, frame });
    for reloc in &code.relocs {
        let RelocTarget::Unresolved(name) = &reloc.target else {
            return Err(Error::Support(format!("it refers to {:?}", reloc.target)));
        };
        let symbol = known.get(name.as_str()).copied().unwrap_or_else(|| writer.import(name));
        let (kind, bias) = kind(reloc.kind)?;
        let offset = start + u64::from(reloc.offset);
        writer.fix_code(Fixup { offset, kind, symbol, addend: reloc.addend + bias });
    }
    Ok(())
}

/// The kind in the code generator's terms, and what its addend has more: there, relative fields count from their start.
fn kind(kind: code_memory::RelocKind) -> Result<(RelocKind, i64), Error> {
    match kind {
        code_memory::RelocKind::Abs64 => Ok((RelocKind::Abs64, 0)),
        code_memory::RelocKind::X64Rel32 => Ok((RelocKind::X64Rel32, -4)),
        code_memory::RelocKind::Arm64Branch26 => Ok((RelocKind::Arm64Branch26, 0)),
        other => Err(Error::Support(format!("it has a relocation {other:?}"))),
    }
}

fn step(op: FrameOp) -> FrameStep {
    match op {
        FrameOp::PushFrame => FrameStep::PushFrame,
        FrameOp::SetFrame => FrameStep::SetFrame,
        FrameOp::SaveInt { reg, cfa_offset } => FrameStep::SaveInt { reg, cfa_offset },
        FrameOp::SaveVec { reg, cfa_offset } => FrameStep::SaveVec { reg, cfa_offset },
        FrameOp::Alloc(bytes) => FrameStep::Alloc(bytes),
    }
}
