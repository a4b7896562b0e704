//! Cranelift's output in our terms.

pub(crate) use crate::lower::ExitTable;
use crate::output::{CallSite, Compiled, FrameStep, Helper, Reloc, RelocKind, Stats, Symbol};
use crate::place::short_loops;
use crate::{Arch, Declined};
use cranelift_codegen::binemit::Reloc as ClifReloc;
use cranelift_codegen::ir::{self as clif, ExternalName, LibCall};
use cranelift_codegen::isa::unwind::UnwindInst;
use cranelift_codegen::{CompiledCode, Context, FinalizedMachReloc, FinalizedRelocTarget, RegClass};
use ir::{Func, Inst, Runtime};

/// Namespace of functions of the module.
pub(crate) const NAME_FUNCTION: u32 = 0;
/// Namespace of cells with entry pointers.
pub(crate) const NAME_ENTRY_POINTER: u32 = 1;
/// Namespace of runtime functions.
pub(crate) const NAME_RUNTIME: u32 = 2;
/// Namespace of the one code cookie.
pub(crate) const NAME_CODE_COOKIE: u32 = 3;
/// Namespace of [`Symbol::SavingCall`].
pub(crate) const NAME_SAVING_CALL: u32 = 4;

/// What a compiled context holds.
pub(crate) fn compiled(
    context: &Context,
    arch: Arch,
    exits: ExitTable,
    clif_insts: usize,
    clif: Option<String>,
) -> Result<Compiled, Declined> {
    let code = context.compiled_code().ok_or(Declined::Malformed("nothing was compiled"))?;
    let relocs: Result<Vec<Reloc>, Declined> =
        code.buffer.relocs().iter().map(|each| reloc(each, &context.func)).collect();
    let frame_bytes = code.buffer.frame_layout().map_or(0, |layout| layout.frame_to_fp_offset);
    Ok(Compiled {
        code: code.buffer.data().to_vec(),
        align: code.buffer.alignment,
        relocs: relocs?,
        frame: frame_steps(&code.buffer.unwind_info)?,
        sites: exits.sites,
        buffer_words: exits.buffer_words,
        loops: short_loops(arch, code),
        calls: code.buffer.call_sites().map(|call| CallSite { return_offset: call.ret_addr }).collect(),
        lines: lines(code),
        clif,
        vcode: code.vcode.clone(),
        stats: Stats { clif_insts, frame_bytes },
    })
}

/// Which instruction code comes from; code of no instruction in between counts as the last one's.
fn lines(code: &CompiledCode) -> Vec<(u32, Inst)> {
    let sorted = code.buffer.get_srclocs_sorted();
    let known = sorted.iter().filter(|line| !line.loc.is_default());
    let mut lines: Vec<(u32, Inst)> = known.map(|line| (line.start, Inst(line.loc.bits()))).collect();
    lines.dedup_by_key(|(_, inst)| *inst);
    lines
}

fn reloc(reloc: &FinalizedMachReloc, function: &clif::Function) -> Result<Reloc, Declined> {
    let target = match &reloc.target {
        FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
            symbol(&function.params.user_named_funcs()[*name])?
        }
        FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) => Symbol::Helper(helper(*call)?),
        other => return Err(Declined::Backend(format!("a relocation against {other:?}"))),
    };
    Ok(Reloc { offset: reloc.offset, kind: reloc_kind(reloc.kind)?, target, addend: reloc.addend })
}

fn symbol(name: &clif::UserExternalName) -> Result<Symbol, Declined> {
    match name.namespace {
        NAME_FUNCTION => Ok(Symbol::Function(Func(name.index))),
        NAME_ENTRY_POINTER => Ok(Symbol::EntryPointer(Func(name.index))),
        NAME_RUNTIME => Ok(Symbol::Runtime(Runtime(name.index))),
        NAME_CODE_COOKIE => Ok(Symbol::CodeCookie),
        NAME_SAVING_CALL => Ok(Symbol::SavingCall),
        other => Err(Declined::Backend(format!("a relocation against namespace {other}"))),
    }
}

fn helper(call: LibCall) -> Result<Helper, Declined> {
    match call {
        LibCall::CeilF64 => Ok(Helper::Ceil),
        LibCall::FloorF64 => Ok(Helper::Floor),
        LibCall::TruncF64 => Ok(Helper::Trunc),
        LibCall::NearestF64 => Ok(Helper::Nearest),
        other => Err(Declined::Backend(format!("a call of {other}"))),
    }
}

/// A relocation of Cranelift's in our terms.
///
/// # Errors
/// When it is none that objects and code memory know.
pub fn reloc_kind(kind: ClifReloc) -> Result<RelocKind, Declined> {
    match kind {
        ClifReloc::Abs8 => Ok(RelocKind::Abs64),
        ClifReloc::X86PCRel4 | ClifReloc::X86CallPCRel4 | ClifReloc::X86CallPLTRel4 => {
            Ok(RelocKind::X64Rel32)
        }
        ClifReloc::X86GOTPCRel4 => Ok(RelocKind::X64GotRel32),
        ClifReloc::Arm64Call => Ok(RelocKind::Arm64Branch26),
        ClifReloc::Aarch64AdrPrelPgHi21 => Ok(RelocKind::Arm64AdrPage21),
        ClifReloc::Aarch64AddAbsLo12Nc => Ok(RelocKind::Arm64AddLo12),
        ClifReloc::Aarch64AdrGotPage21 => Ok(RelocKind::Arm64GotPage21),
        ClifReloc::Aarch64Ld64GotLo12Nc => Ok(RelocKind::Arm64GotLo12),
        other => Err(Declined::Backend(format!("a relocation of kind {other}"))),
    }
}

/// Return address and saved frame pointer, above the frame pointer.
const ABOVE_FRAME_POINTER: i32 = 16;

/// The steps of a prologue that Cranelift made.
///
/// # Errors
/// When there is one that this code generator never asks for.
pub fn frame_steps(unwind_info: &[(u32, UnwindInst)]) -> Result<Vec<(u32, FrameStep)>, Declined> {
    let mut steps = Vec::new();
    let mut clobbers = 0;
    for (offset, inst) in unwind_info {
        let step = match inst {
            UnwindInst::PushFrameRegs { .. } => FrameStep::PushFrame,
            UnwindInst::DefineNewFrame { offset_downward_to_clobbers, .. } => {
                clobbers = *offset_downward_to_clobbers as i32;
                FrameStep::SetFrame
            }
            UnwindInst::StackAlloc { size } => FrameStep::Alloc(*size),
            UnwindInst::SaveReg { clobber_offset, reg } => {
                let cfa_offset = *clobber_offset as i32 - clobbers - ABOVE_FRAME_POINTER;
                let number = reg.hw_enc();
                if matches!(reg.class(), RegClass::Int) {
                    FrameStep::SaveInt { reg: number, cfa_offset }
                } else {
                    FrameStep::SaveVec { reg: number, cfa_offset }
                }
            }
            UnwindInst::Aarch64SetPointerAuth { return_addresses: false } => continue,
            other => return Err(Declined::Backend(format!("an unwind step {other:?}"))),
        };
        steps.push((*offset, step));
    }
    Ok(steps)
}
