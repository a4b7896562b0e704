//! Reader of `.dis` files: dis(6), and the loader's practice where the manual page is out of date.
//!
//! Memory stays a small multiple of the file's size: a count from the file is compared with the bytes that are left before
//! anything is made for it. What sections say about one another is the verifier's affair, except that type numbers are each
//! there once.

use crate::{
    Catch, DataItem, DataValue, Export, Handler, Import, Inst, Middle, Module, Op, Operand, TypeDesc, flags,
};
use std::fmt;

/// Magic number of a module without a signature.
pub(crate) const XMAGIC: i32 = 819_248;
/// Magic number of a signed one.
pub(crate) const SMAGIC: i32 = 923_426;

/// A part of a `.dis` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Magic number, signature, flags, sizes, entry.
    Header,
    /// Instructions.
    Code,
    /// Type descriptors.
    Types,
    /// What module data holds at first.
    Data,
    /// The module's name.
    Name,
    /// Exports.
    Links,
    /// Imports.
    Imports,
    /// Exception handlers.
    Handlers,
    /// The source's path.
    Source,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Section::Header => "header",
            Section::Code => "code",
            Section::Types => "types",
            Section::Data => "data",
            Section::Name => "module name",
            Section::Links => "links",
            Section::Imports => "imports",
            Section::Handlers => "handlers",
            Section::Source => "source path",
        })
    }
}

/// Why a file is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The byte at which what is wrong begins.
    pub offset: usize,
    /// The section it is in.
    pub section: Section,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {}, {})", self.reason, self.offset, self.section)
    }
}

impl std::error::Error for ReadError {}

type Result<T> = std::result::Result<T, ReadError>;

/// The module in a file's bytes.
pub fn read(bytes: &[u8]) -> Result<Module> {
    let mut reader = Reader { bytes, at: 0, section: Section::Header };
    let mut module = Module::default();
    let sizes = reader.header(&mut module)?;
    reader.section = Section::Code;
    module.code = (0..sizes.code).map(|_| reader.inst()).collect::<Result<_>>()?;
    reader.section = Section::Types;
    module.types = reader.types(sizes.types)?;
    reader.section = Section::Data;
    while let Some(item) = reader.item()? {
        module.data.push(item);
    }
    reader.section = Section::Name;
    module.name = reader.string("the module's name")?;
    reader.section = Section::Links;
    reader.bounded(sizes.links, 7, "links")?;
    module.exports = (0..sizes.links).map(|_| reader.export()).collect::<Result<_>>()?;
    if sizes.imports {
        reader.section = Section::Imports;
        module.imports = Some(reader.imports()?);
    }
    if sizes.handlers {
        reader.section = Section::Handlers;
        module.handlers = Some(reader.handlers()?);
    }
    reader.section = Section::Source;
    if reader.at < bytes.len() {
        module.source = Some(reader.string("the source's path")?);
    }
    match bytes.len() - reader.at {
        0 => Ok(module),
        more => Err(reader.fault(reader.at, format!("{more} bytes follow the end of the module"))),
    }
}

/// What the header says about other sections.
struct Sizes {
    code: usize,
    types: usize,
    links: usize,
    imports: bool,
    handlers: bool,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    section: Section,
}

impl<'a> Reader<'a> {
    fn fault(&self, offset: usize, reason: impl Into<String>) -> ReadError {
        ReadError { offset, section: self.section, reason: reason.into() }
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8]> {
        if count > self.left() {
            let reason = format!("the file ends within {what}: {count} bytes needed, {} left", self.left());
            return Err(self.fault(self.at, reason));
        }
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self, what: &str) -> Result<u8> {
        Ok(self.take(1, what)?[0])
    }

    /// 7, 14 or 30 bits, as the upper two of the first byte say.
    fn operand(&mut self, what: &str) -> Result<i32> {
        let first = *self.bytes.get(self.at).ok_or_else(|| {
            self.fault(self.at, format!("the file ends within {what}: 1 bytes needed, 0 left"))
        })?;
        Ok(match first >> 6 {
            0 | 1 => {
                self.at += 1;
                i32::from((first << 1) as i8 >> 1)
            }
            2 => {
                let bytes = self.take(2, what)?;
                i32::from(i16::from_be_bytes([bytes[0] << 2 | bytes[1] >> 6, bytes[1] << 2]) >> 2)
            }
            _ => {
                let bytes = self.take(4, what)?;
                i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) << 2 >> 2
            }
        })
    }

    fn size(&mut self, what: &str) -> Result<usize> {
        let at = self.at;
        let size = self.operand(what)?;
        usize::try_from(size).map_err(|_| self.fault(at, format!("{what} is negative: {size}")))
    }

    /// Checks that `count` things of at least `least` bytes fit what is left of the file.
    fn bounded(&self, count: usize, least: usize, what: &str) -> Result<()> {
        if count > self.left() / least {
            let reason = format!("{count} {what} do not fit the {} bytes that are left", self.left());
            return Err(self.fault(self.at, reason));
        }
        Ok(())
    }

    fn word(&mut self, what: &str) -> Result<u32> {
        let bytes = self.take(4, what)?;
        Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn string(&mut self, what: &str) -> Result<String> {
        let rest = &self.bytes[self.at..];
        let Some(length) = rest.iter().position(|byte| *byte == 0) else {
            return Err(self.fault(self.at, format!("the file ends within {what}: no zero byte ends it")));
        };
        let text = std::str::from_utf8(&rest[..length])
            .map_err(|error| self.fault(self.at + error.valid_up_to(), format!("{what} is not UTF-8")))?;
        self.at += length + 1;
        Ok(text.to_owned())
    }

    fn header(&mut self, module: &mut Module) -> Result<Sizes> {
        match self.operand("the magic number")? {
            XMAGIC => {}
            SMAGIC => {
                let length = self.size("the signature's length")?;
                module.signature = Some(self.take(length, "the signature")?.to_vec());
            }
            other => {
                let reason = format!("the magic number is {other}, not {XMAGIC} or {SMAGIC} as in Dis files");
                return Err(self.fault(0, reason));
            }
        }
        let at = self.at;
        let bits = self.operand("the runtime flags")?;
        if bits & flags::HASLDT0 != 0 {
            return Err(self.fault(at, "imports are in the data section: an old form that loaders refuse"));
        }
        module.flags = bits & !(flags::HASLDT | flags::HASEXCEPT);
        module.stack_extent = self.operand("the stack extent")?;
        let (code_at, code) = (self.at, self.size("the number of instructions")?);
        module.data_size = self.size("the size of module data")? as u32;
        let (types_at, types) = (self.at, self.size("the number of types")?);
        let (links_at, links) = (self.at, self.size("the number of links")?);
        module.entry_pc = self.operand("the entry's instruction")?;
        module.entry_type = self.operand("the entry's type")?;
        // An instruction takes 2 bytes, a type 3, a link 7 at least.
        let counts = [
            (code_at, code, 2, "instructions"),
            (types_at, types, 3, "types"),
            (links_at, links, 7, "links"),
        ];
        for (at, count, least, what) in counts {
            self.bounded(count, least, what).map_err(|error| ReadError { offset: at, ..error })?;
        }
        let (imports, handlers) = (bits & flags::HASLDT != 0, bits & flags::HASEXCEPT != 0);
        Ok(Sizes { code, types, links, imports, handlers })
    }

    fn inst(&mut self) -> Result<Inst> {
        let at = self.at;
        let number = self.byte("an instruction")?;
        let op = Op::from_number(number)
            .ok_or_else(|| self.fault(at, format!("there is no instruction with opcode {number}")))?;
        let mode = self.byte("an instruction")?;
        let mid = match mode >> 6 {
            0 => Middle::None,
            1 => Middle::Imm(self.operand("a middle operand")?),
            2 => Middle::Fp(self.operand("a middle operand")?),
            _ => Middle::Mp(self.operand("a middle operand")?),
        };
        let src = self.general(mode >> 3 & 7, at + 1)?;
        let dst = self.general(mode & 7, at + 1)?;
        Ok(Inst { op, src, mid, dst })
    }

    fn general(&mut self, mode: u8, at: usize) -> Result<Operand> {
        let what = "an operand";
        Ok(match mode {
            0 => Operand::Mp(self.operand(what)?),
            1 => Operand::Fp(self.operand(what)?),
            2 => Operand::Imm(self.operand(what)?),
            3 => Operand::None,
            4 => Operand::MpInd { first: self.operand(what)?, second: self.operand(what)? },
            5 => Operand::FpInd { first: self.operand(what)?, second: self.operand(what)? },
            _ => return Err(self.fault(at, format!("address mode {mode} is reserved"))),
        })
    }

    fn types(&mut self, count: usize) -> Result<Vec<TypeDesc>> {
        self.bounded(count, 3, "types")?;
        let mut types: Vec<Option<TypeDesc>> = vec![None; count];
        for _ in 0..count {
            let at = self.at;
            let id = self.operand("a type's number")?;
            let place = usize::try_from(id).ok().and_then(|id| types.get_mut(id));
            let Some(place) = place else {
                return Err(
                    self.fault(at, format!("type number {id} is not below {count}, the number of types"))
                );
            };
            if place.is_some() {
                return Err(self.fault(at, format!("type {id} is there twice")));
            }
            let size = self.size("a type's size")? as u32;
            let length = self.size("the size of a pointer map")?;
            let map = self.take(length, "a pointer map")?.to_vec();
            *place = Some(TypeDesc { size, map });
        }
        Ok(types.into_iter().flatten().collect())
    }

    fn item(&mut self) -> Result<Option<DataItem>> {
        let at = self.at;
        let code = self.byte("the data section")?;
        if code == 0 {
            return Ok(None);
        }
        let count = match usize::from(code & 15) {
            0 => self.size("the number of values")?,
            count => count,
        };
        let offset = self.size("a data item's offset")? as u32;
        let value = self.value(code >> 4, count, at)?;
        // Restoring has no place; whatever a file says about one is without meaning.
        let offset = if value == DataValue::Restore { 0 } else { offset };
        Ok(Some(DataItem { offset, value }))
    }

    fn value(&mut self, code: u8, count: usize, at: usize) -> Result<DataValue> {
        Ok(match code {
            1 => DataValue::Bytes(self.take(count, "bytes of data")?.to_vec()),
            2 => {
                let bytes = self.take(count.saturating_mul(4), "words of data")?.chunks_exact(4);
                DataValue::Words(bytes.map(|b| i32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect())
            }
            3 => DataValue::String(self.take(count, "a string")?.to_vec()),
            4 => DataValue::Reals(self.wide(count, "reals of data")?),
            5 => {
                let ty = self.word("an array's type")? as i32;
                DataValue::Array { ty, len: self.word("an array's length")? as i32 }
            }
            6 => DataValue::Index(self.word("an array's index")? as i32),
            7 => DataValue::Restore,
            8 => {
                let bits = self.wide(count, "big numbers of data")?;
                DataValue::Bigs(bits.into_iter().map(|bits| bits as i64).collect())
            }
            _ => return Err(self.fault(at, format!("there is no data item of kind {code}"))),
        })
    }

    fn wide(&mut self, count: usize, what: &str) -> Result<Vec<u64>> {
        let mut bytes = self.take(count.saturating_mul(8), what)?;
        let mut values = Vec::with_capacity(count);
        while let Some((value, rest)) = bytes.split_first_chunk() {
            values.push(u64::from_be_bytes(*value));
            bytes = rest;
        }
        Ok(values)
    }

    fn export(&mut self) -> Result<Export> {
        let pc = self.operand("a link's instruction")?;
        let frame = self.operand("a link's type")?;
        let signature = self.word("a link's signature")?;
        Ok(Export { pc, frame, signature, name: self.string("a link's name")? })
    }

    fn imports(&mut self) -> Result<Vec<Vec<Import>>> {
        let count = self.size("the number of import tables")?;
        self.bounded(count, 1, "import tables")?;
        let mut tables = Vec::with_capacity(count);
        for _ in 0..count {
            let count = self.size("the number of imports")?;
            self.bounded(count, 5, "imports")?;
            let mut table = Vec::with_capacity(count);
            for _ in 0..count {
                let signature = self.word("an import's signature")?;
                table.push(Import { signature, name: self.string("an import's name")? });
            }
            tables.push(table);
        }
        self.end("the imports")?;
        Ok(tables)
    }

    fn handlers(&mut self) -> Result<Vec<Handler>> {
        let count = self.size("the number of handlers")?;
        self.bounded(count, 6, "handlers")?;
        let handlers = (0..count).map(|_| self.handler()).collect::<Result<_>>()?;
        self.end("the handlers")?;
        Ok(handlers)
    }

    fn handler(&mut self) -> Result<Handler> {
        let what = "an exception handler";
        let [offset, from, to, ty] =
            [self.operand(what)?, self.operand(what)?, self.operand(what)?, self.operand(what)?];
        let packed = self.size("the number of an exception handler's names")?;
        let (typed, count) = ((packed >> 16) as u16, packed & 0xffff);
        self.bounded(count, 2, "names of exceptions")?;
        let mut catches = Vec::with_capacity(count);
        for _ in 0..count {
            let name = self.string("an exception's name")?;
            catches.push(Catch { name, pc: self.operand("an exception's instruction")? });
        }
        let otherwise = self.operand("an exception's instruction")?;
        Ok(Handler { offset, from, to, ty, typed, catches, otherwise })
    }

    fn end(&mut self, what: &str) -> Result<()> {
        let at = self.at;
        match self.byte(what)? {
            0 => Ok(()),
            byte => Err(self.fault(at, format!("byte {byte} where a zero ends {what}"))),
        }
    }
}
