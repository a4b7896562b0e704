//! An object file under construction: symbols, code with its frames, data, relocations.

use crate::{Error, format, unwind};
use codegen::{Arch, FrameStep, Os, RelocKind, Target};
use object::write::{
    MachOBuildVersion, Mangling, Object, Relocation, RelocationFlags, SectionId, StandardSection,
    StandardSegment, Symbol, SymbolId, SymbolSection,
};
use object::{
    Endianness, RelocationEncoding, RelocationKind, SectionKind, SymbolFlags, SymbolKind, SymbolScope, elf,
    macho,
};
use std::collections::BTreeMap;

/// Who sees a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visible {
    /// This object.
    Here,
    /// What it is linked into.
    Image,
    /// Other images, too.
    Everywhere,
}

/// Code to place.
pub(crate) struct Piece<'a> {
    pub(crate) code: &'a [u8],
    /// Alignment of the constants in it.
    pub(crate) align: u32,
    pub(crate) frame: Vec<(u32, FrameStep)>,
}

/// A relocation whose symbols exist.
pub(crate) struct Fixup {
    pub(crate) offset: u64,
    pub(crate) kind: RelocKind,
    pub(crate) symbol: SymbolId,
    pub(crate) addend: i64,
}

/// Placed code.
struct Framed {
    symbol: SymbolId,
    /// Offset of the symbol in its section.
    offset: u64,
    len: u64,
    steps: Vec<(u32, FrameStep)>,
}

pub(crate) struct Writer {
    pub(crate) target: Target,
    object: Object<'static>,
    text: SectionId,
    framed: Vec<Framed>,
    fixups: Vec<(SectionId, Fixup)>,
    imports: BTreeMap<String, SymbolId>,
}

const ENDBR64: [u8; 4] = [0xf3, 0x0f, 0x1e, 0xfa];
/// `nop`, and `int3` between functions would be as good.
const FILLER: u8 = 0x90;

impl Writer {
    pub(crate) fn new(target: &Target) -> Writer {
        let mut object =
            Object::new(format::binary(target), format::architecture(target), Endianness::Little);
        if target.os() == Os::MacOs {
            object.set_mangling(Mangling::MachO);
            object.set_subsections_via_symbols();
            // Version 11: the first one for ARM64.
            let mut version = MachOBuildVersion::default();
            version.platform = macho::PLATFORM_MACOS;
            version.minos = macho::Version(11 << 16);
            version.sdk = macho::Version(11 << 16);
            object.set_macho_build_version(version);
        }
        let text = object.section_id(StandardSection::Text);
        let (framed, fixups) = (Vec::new(), Vec::new());
        Writer { target: target.clone(), object, text, framed, fixups, imports: BTreeMap::new() }
    }

    /// A symbol that is defined later.
    pub(crate) fn declare(&mut self, name: &str, kind: SymbolKind, visible: Visible) -> SymbolId {
        let scope = match visible {
            Visible::Here => SymbolScope::Compilation,
            Visible::Image => SymbolScope::Linkage,
            Visible::Everywhere => SymbolScope::Dynamic,
        };
        self.symbol(name, kind, scope)
    }

    /// A symbol that somebody else defines; the same one for the same name.
    pub(crate) fn import(&mut self, name: &str) -> SymbolId {
        if let Some(known) = self.imports.get(name) {
            return *known;
        }
        let symbol = self.symbol(name, SymbolKind::Text, SymbolScope::Unknown);
        self.imports.insert(name.to_owned(), symbol);
        symbol
    }

    fn symbol(&mut self, name: &str, kind: SymbolKind, scope: SymbolScope) -> SymbolId {
        self.object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind,
            scope,
            weak: false,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        })
    }

    /// Places code and defines its symbol at the landing pad, which it gets if it has none. Hands back where the code begins.
    pub(crate) fn code(&mut self, symbol: SymbolId, piece: Piece<'_>) -> u64 {
        let align = u64::from(piece.align).max(16);
        let needs_pad = self.target.arch() == Arch::X64 && !piece.code.starts_with(&ENDBR64);
        let (mut bytes, pad) = (Vec::new(), if needs_pad { ENDBR64.len() } else { 0 });
        if needs_pad {
            bytes.resize(align as usize - ENDBR64.len(), FILLER);
            bytes.extend(ENDBR64);
        }
        let front = bytes.len() as u64;
        bytes.extend(piece.code);
        let start = self.object.append_section_data(self.text, &bytes, align);
        let offset = start + front - pad as u64;
        let len = (piece.code.len() + pad) as u64;
        self.object.set_symbol_data(symbol, self.text, offset, len);
        let steps = piece.frame.into_iter().map(|(at, step)| (at + pad as u32, step)).collect();
        self.framed.push(Framed { symbol, offset, len, steps });
        start + front
    }

    /// Relocates code; `offset` counts from the start of the section.
    pub(crate) fn fix_code(&mut self, fixup: Fixup) {
        self.fixups.push((self.text, fixup));
    }

    /// Places a writable pointer to `to`.
    pub(crate) fn cell(&mut self, symbol: SymbolId, to: SymbolId) {
        let section = self.object.section_id(StandardSection::Data);
        let offset = self.object.add_symbol_data(symbol, section, &[0; 8], 8);
        let fixup = Fixup { offset, kind: RelocKind::Abs64, symbol: to, addend: 0 };
        self.fixups.push((section, fixup));
    }

    /// Places bytes that nobody changes.
    pub(crate) fn constant(&mut self, symbol: SymbolId, bytes: &[u8]) {
        let section = self.object.section_id(StandardSection::ReadOnlyData);
        self.object.add_symbol_data(symbol, section, bytes, 8);
    }

    /// The file. `all_pads`: every indirect jump in the code leads to a landing pad.
    pub(crate) fn finish(mut self, all_pads: bool) -> Result<Vec<u8>, Error> {
        for (section, fixup) in std::mem::take(&mut self.fixups) {
            let flags = format::flags(&self.target, fixup.kind)?;
            let Fixup { offset, symbol, addend, .. } = fixup;
            self.object.add_relocation(section, Relocation { offset, symbol, addend, flags })?;
        }
        match self.target.os() {
            Os::Linux => {
                self.eh_frame()?;
                self.notes(all_pads);
            }
            Os::MacOs => self.eh_frame()?,
            Os::Windows => self.pdata()?,
        }
        Ok(self.object.write()?)
    }

    /// What an ELF linker needs to know to keep stacks without execution and branch protection on.
    fn notes(&mut self, all_pads: bool) {
        self.object.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
        let (property, value) = match self.target.arch() {
            // Returns match calls everywhere; abort drops what it skips from the shadow stack.
            Arch::X64 => {
                let ibt = if all_pads { elf::GNU_PROPERTY_X86_FEATURE_1_IBT } else { 0 };
                (elf::GNU_PROPERTY_X86_FEATURE_1_AND, ibt | elf::GNU_PROPERTY_X86_FEATURE_1_SHSTK)
            }
            // The code generator puts pads at the targets of jump tables here.
            Arch::Arm64 => (elf::GNU_PROPERTY_AARCH64_FEATURE_1_AND, elf::GNU_PROPERTY_AARCH64_FEATURE_1_BTI),
        };
        self.object.add_elf_gnu_property_u32(property, value);
    }

    fn unwind_error(&self, symbol: SymbolId, why: String) -> Error {
        let symbol = self.object.symbol(symbol).name().unwrap_or("?").to_owned();
        Error::Unwind { symbol, why }
    }

    fn eh_frame(&mut self) -> Result<(), Error> {
        let wide = self.target.os() == Os::MacOs;
        let fdes = self.framed.iter().enumerate().map(|(index, framed)| unwind::Fde {
            index,
            len: framed.len as u32,
            steps: &framed.steps,
        });
        let fdes: Vec<unwind::Fde<'_>> = fdes.collect();
        if fdes.is_empty() {
            return Ok(());
        }
        let (bytes, places) = unwind::eh_frame(self.target.arch(), wide, &fdes)
            .map_err(|why| self.unwind_error(self.framed[0].symbol, why))?;
        let section = self.object.section_id(StandardSection::EhFrame);
        let start = wide.then(|| self.declare("EH_frame0", SymbolKind::Data, Visible::Here));
        self.object.append_section_data(section, &bytes, 8);
        if let Some(start) = start {
            self.object.set_symbol_data(start, section, 0, bytes.len() as u64);
        }
        for place in places {
            let framed = &self.framed[place.index];
            let Some(start) = start else {
                // Against the section: a symbol might be replaced from outside of a shared library.
                let text = self.object.section_symbol(self.text);
                let flags = RelocationFlags::Generic {
                    kind: RelocationKind::Relative,
                    encoding: RelocationEncoding::Generic,
                    size: place.size * 8,
                };
                let addend = framed.offset as i64;
                let relocation = Relocation { offset: place.offset, symbol: text, addend, flags };
                self.object.add_relocation(section, relocation)?;
                continue;
            };
            // function - (start of the section + offset): Mach-O has no other way to say this in data.
            let flags = format::flags(&self.target, RelocKind::Abs64)?;
            let relocation = Relocation {
                offset: place.offset,
                symbol: framed.symbol,
                addend: -(place.offset as i64),
                flags,
            };
            self.object.add_relocation_with_subtractor(section, relocation, Some(start))?;
        }
        Ok(())
    }

    /// Windows' function table, ascending, and what its entries refer to.
    fn pdata(&mut self) -> Result<(), Error> {
        if self.framed.is_empty() {
            return Ok(());
        }
        let segment = self.object.segment_name(StandardSegment::Data).to_vec();
        let xdata = self.object.add_section(segment.clone(), b".xdata".to_vec(), SectionKind::ReadOnlyData);
        let pdata = self.object.add_section(segment, b".pdata".to_vec(), SectionKind::ReadOnlyData);
        let infos = self.object.section_symbol(xdata);
        let arch = self.target.arch();
        let width = if arch == Arch::X64 { 12 } else { 8 };
        for index in 0..self.framed.len() {
            let framed = &self.framed[index];
            let (symbol, len) = (framed.symbol, framed.len);
            let info =
                unwind::windows(arch, &framed.steps, len).map_err(|why| self.unwind_error(symbol, why))?;
            let info = self.object.append_section_data(xdata, &info, 4) as i64;
            let entry = self.object.append_section_data(pdata, &[0; 12][..width], 4);
            let mut fields = vec![(symbol, 0), (infos, info)];
            if arch == Arch::X64 {
                fields.insert(1, (symbol, len as i64));
            }
            for (field, (symbol, addend)) in fields.into_iter().enumerate() {
                let (offset, flags) = (entry + 4 * field as u64, format::image_relative(arch));
                self.object.add_relocation(pdata, Relocation { offset, symbol, addend, flags })?;
            }
        }
        Ok(())
    }
}
