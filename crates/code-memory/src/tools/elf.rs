//! The smallest ELF file a debugger accepts: one function symbol and its call frame information.

const MACHINE: u16 = if cfg!(target_arch = "x86_64") { 62 } else { 183 };

const FILE_HEADER_LEN: usize = 64;
const SECTION_HEADER_LEN: usize = 64;
const SYMBOL_LEN: u64 = 24;

const SHT_PROGBITS: u32 = 1;
const SHT_SYMTAB: u32 = 2;
const SHT_STRTAB: u32 = 3;
const SHT_NOBITS: u32 = 8;
const SHF_ALLOC: u64 = 2;
const SHF_EXECINSTR: u64 = 4;

/// `st_info` of a global function.
const GLOBAL_FUNCTION: u8 = 1 << 4 | 2;

/// Names of all sections; the offsets below point into it.
const SECTION_NAMES: &[u8] = b"\0.text\0.eh_frame\0.symtab\0.strtab\0.shstrtab\0";

struct Section {
    name: u32,
    kind: u32,
    flags: u64,
    address: u64,
    /// Bytes in the file, or for `SHT_NOBITS` nothing.
    content: Vec<u8>,
    size: u64,
    link: u32,
    info: u32,
    entry_len: u64,
}

impl Section {
    fn new(name: u32, kind: u32, content: Vec<u8>) -> Section {
        let size = content.len() as u64;
        Section { name, kind, flags: 0, address: 0, content, size, link: 0, info: 0, entry_len: 0 }
    }
}

/// An executable that says: `name` is the function at `base`, `len` bytes long, unwound as `eh_frame` says.
///
/// Addresses are final (ET_EXEC), so the debugger moves nothing.
pub(super) fn object(name: &str, base: usize, len: usize, eh_frame: &[u8]) -> Vec<u8> {
    // A NUL would end the name early; nothing else is special in a string table.
    let strings = [b"\0", name.replace('\0', " ").as_bytes(), b"\0"].concat();
    let text = Section {
        flags: SHF_ALLOC | SHF_EXECINSTR,
        address: base as u64,
        size: len as u64,
        ..Section::new(1, SHT_NOBITS, Vec::new())
    };
    // Not loaded anywhere: an address would seem to overlap other code. Pointers in it are absolute.
    let frames = Section::new(7, SHT_PROGBITS, eh_frame.to_vec());
    let symbols = Section {
        link: 4,
        info: 1,
        entry_len: SYMBOL_LEN,
        ..Section::new(17, SHT_SYMTAB, symbols(base, len))
    };
    let sections = [
        Section::new(0, 0, Vec::new()),
        text,
        frames,
        symbols,
        Section::new(25, SHT_STRTAB, strings),
        Section::new(33, SHT_STRTAB, SECTION_NAMES.to_vec()),
    ];
    write_file(&sections)
}

/// The null symbol, and the function in section 1.
fn symbols(base: usize, len: usize) -> Vec<u8> {
    let mut out = vec![0; SYMBOL_LEN as usize];
    out.extend_from_slice(&1_u32.to_le_bytes());
    out.extend_from_slice(&[GLOBAL_FUNCTION, 0]);
    out.extend_from_slice(&1_u16.to_le_bytes());
    out.extend_from_slice(&(base as u64).to_le_bytes());
    out.extend_from_slice(&(len as u64).to_le_bytes());
    out
}

fn write_file(sections: &[Section]) -> Vec<u8> {
    let contents = FILE_HEADER_LEN + sections.len() * SECTION_HEADER_LEN;
    let mut headers = Vec::new();
    let mut body = Vec::new();
    for section in sections {
        let offset = (contents + body.len()) as u64;
        headers.extend_from_slice(&section.name.to_le_bytes());
        headers.extend_from_slice(&section.kind.to_le_bytes());
        for word in [section.flags, section.address, offset, section.size] {
            headers.extend_from_slice(&word.to_le_bytes());
        }
        headers.extend_from_slice(&section.link.to_le_bytes());
        headers.extend_from_slice(&section.info.to_le_bytes());
        headers.extend_from_slice(&8_u64.to_le_bytes());
        headers.extend_from_slice(&section.entry_len.to_le_bytes());
        body.extend_from_slice(&section.content);
        body.resize(body.len().next_multiple_of(8), 0);
    }
    let mut file = file_header(sections.len() as u16);
    file.append(&mut headers);
    file.append(&mut body);
    file
}

/// ELF64, little endian, version 1; section headers follow, and the last section holds their names.
fn file_header(sections: u16) -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend_from_slice(&2_u16.to_le_bytes()); // ET_EXEC
    out.extend_from_slice(&MACHINE.to_le_bytes());
    out.extend_from_slice(&1_u32.to_le_bytes());
    for word in [0, 0, FILE_HEADER_LEN as u64] {
        out.extend_from_slice(&u64::to_le_bytes(word)); // No entry point, no program headers.
    }
    out.extend_from_slice(&0_u32.to_le_bytes());
    for half in [FILE_HEADER_LEN as u16, 0, 0, SECTION_HEADER_LEN as u16, sections, sections - 1] {
        out.extend_from_slice(&half.to_le_bytes());
    }
    out
}
