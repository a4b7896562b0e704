//! `.eh_frame`: call frame information as System V's and Apple's unwinders read it.

use codegen::{Arch, FrameStep};
use gimli::write::{
    Address, CallFrameInstruction, CommonInformationEntry, EhFrame, EndianVec, FrameDescriptionEntry,
    FrameTable, RelocateWriter, Relocation, RelocationTarget,
};
use gimli::{AArch64, DW_EH_PE_absptr, DW_EH_PE_pcrel, DW_EH_PE_sdata4, DwEhPe};
use gimli::{Encoding, Format, LittleEndian, Register, X86_64};

/// One piece of code.
pub(crate) struct Fde<'a> {
    /// What to call it in the relocations that come back.
    pub(crate) index: usize,
    /// Bytes of code.
    pub(crate) len: u32,
    /// Its prologue.
    pub(crate) steps: &'a [(u32, FrameStep)],
}

/// A place in the section: where, how many bytes, relative to which piece of code.
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) size: u8,
    pub(crate) index: usize,
}

struct Section {
    bytes: EndianVec<LittleEndian>,
    places: Vec<Place>,
}

impl RelocateWriter for Section {
    type Writer = EndianVec<LittleEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, relocation: Relocation) {
        if let RelocationTarget::Symbol(index) = relocation.target {
            self.places.push(Place { offset: relocation.offset as u64, size: relocation.size, index });
        }
    }
}

/// The section, and the addresses of code in it, all relative to their own place. `wide`: 8 bytes each, as Apple's linker
/// wants, instead of 4.
pub(crate) fn eh_frame(arch: Arch, wide: bool, fdes: &[Fde<'_>]) -> Result<(Vec<u8>, Vec<Place>), String> {
    let pointer =
        if wide { DwEhPe(DW_EH_PE_pcrel.0 | DW_EH_PE_absptr.0) } else { DW_EH_PE_pcrel | DW_EH_PE_sdata4 };
    let mut table = FrameTable::default();
    let cie = table.add_cie(cie(arch, pointer));
    for fde in fdes {
        let address = Address::Symbol { symbol: fde.index, addend: 0 };
        let mut entry = FrameDescriptionEntry::new(address, fde.len);
        add_steps(arch, &mut entry, fde.steps)?;
        table.add_fde(cie, entry);
    }
    let section = Section { bytes: EndianVec::new(LittleEndian), places: Vec::new() };
    let mut section = EhFrame(section);
    table.write_eh_frame(&mut section).map_err(|error| error.to_string())?;
    Ok((section.0.bytes.into_vec(), section.0.places))
}

fn stack(arch: Arch) -> Register {
    match arch {
        Arch::X64 => X86_64::RSP,
        Arch::Arm64 => AArch64::SP,
    }
}

fn frame_pointer(arch: Arch) -> Register {
    match arch {
        Arch::X64 => X86_64::RBP,
        Arch::Arm64 => AArch64::X29,
    }
}

/// Bytes that a call itself pushes.
fn pushed_by_call(arch: Arch) -> i32 {
    match arch {
        Arch::X64 => 8,
        Arch::Arm64 => 0,
    }
}

fn cie(arch: Arch, pointer: DwEhPe) -> CommonInformationEntry {
    let encoding = Encoding { format: Format::Dwarf32, version: 1, address_size: 8 };
    let (code_align, return_address) = match arch {
        Arch::X64 => (1, X86_64::RA),
        Arch::Arm64 => (4, AArch64::X30),
    };
    let mut cie = CommonInformationEntry::new(encoding, code_align, -8, return_address);
    cie.fde_address_encoding = pointer;
    cie.add_instruction(CallFrameInstruction::Cfa(stack(arch), pushed_by_call(arch)));
    if arch == Arch::X64 {
        cie.add_instruction(CallFrameInstruction::Offset(X86_64::RA, -8));
    }
    cie
}

fn add_steps(
    arch: Arch,
    entry: &mut FrameDescriptionEntry,
    steps: &[(u32, FrameStep)],
) -> Result<(), String> {
    let mut depth = pushed_by_call(arch);
    let mut on_frame_pointer = false;
    if !steps.is_sorted_by_key(|(offset, _)| *offset) {
        return Err("the steps of the prologue are out of order".into());
    }
    for &(at, step) in steps {
        match step {
            FrameStep::PushFrame => {
                depth += 16 - pushed_by_call(arch);
                entry.add_instruction(at, CallFrameInstruction::CfaOffset(depth));
                entry.add_instruction(at, CallFrameInstruction::Offset(frame_pointer(arch), -16));
                if arch == Arch::Arm64 {
                    entry.add_instruction(at, CallFrameInstruction::Offset(AArch64::X30, -8));
                }
            }
            FrameStep::SetFrame => {
                entry.add_instruction(at, CallFrameInstruction::Cfa(frame_pointer(arch), 16));
                on_frame_pointer = true;
            }
            FrameStep::SaveInt { reg, cfa_offset } => {
                let register = int_register(arch, reg).ok_or_else(|| format!("no integer register {reg}"))?;
                entry.add_instruction(at, CallFrameInstruction::Offset(register, cfa_offset));
            }
            FrameStep::SaveVec { reg, cfa_offset } => {
                let register = Register(if arch == Arch::X64 { 17 } else { 64 } + u16::from(reg));
                entry.add_instruction(at, CallFrameInstruction::Offset(register, cfa_offset));
            }
            FrameStep::Alloc(bytes) => {
                let bytes = i32::try_from(bytes).map_err(|_| "the frame exceeds 2 GB".to_owned())?;
                depth = depth.checked_add(bytes).ok_or_else(|| "the frame exceeds 2 GB".to_owned())?;
                if !on_frame_pointer {
                    entry.add_instruction(at, CallFrameInstruction::CfaOffset(depth));
                }
            }
        }
    }
    Ok(())
}

/// From hardware to DWARF numbers: System V x64 psABI figure 3.36; DWARF for the Arm 64-bit Architecture, section 4.1.
fn int_register(arch: Arch, number: u8) -> Option<Register> {
    const X64: [u16; 16] = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];
    match arch {
        Arch::X64 => X64.get(usize::from(number)).copied().map(Register),
        Arch::Arm64 => (number < 31).then_some(Register(u16::from(number))),
    }
}
