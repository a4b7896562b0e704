//! Site tables: what a `deopt` hook needs to rebuild the guest's frames, as bytes in the object's read-only data.
//!
//! A sequence of 32-bit little-endian words, version 1. `Constants` are two words, low half first; a *list* is its length and
//! then its items. `type` is an index into [`ir::Type::ALL`].
//!
//! ```text
//! table:  0x54535053 ("SPST"), version, words of the table, words of the frame buffer,
//!         flags (bit 0: the function throws), list of result types,
//!         bytes of the function's name, name padded with zeros to a word,
//!         list of: word index of a site, from the start of the table
//! site:   instruction, state, reason, list of frames (innermost first), list of objects
//! frame:  code, offset, list of places
//! object: description, size, kind, list of (offset, type, place)
//! place:  0                     dead
//!         1 | type << 8, word   in the frame buffer from this word on
//!         2 | type << 8, bits   a constant
//!         3, first, second      a constant pair
//!         4, index              this result of the call that the frame waits in
//!         5, index              the address of this object of the site
//! ```

use codegen::{Compiled, Site, SiteFrame, SiteObject, Where};
use ir::{Entity, Function, Inst, Reason, State, Type, Virtual};
use std::fmt;

/// First word of a table.
pub const MAGIC: u32 = u32::from_le_bytes(*b"SPST");
/// Version of the format.
pub const VERSION: u32 = 1;

/// A table that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteTable {
    /// The guest's name of the function.
    pub function: String,
    /// Whether it may throw.
    pub throws: bool,
    /// Types of its results.
    pub results: Vec<Type>,
    /// Words of its frame buffer.
    pub buffer_words: u32,
    /// Places where guards leave, by number.
    pub sites: Vec<Site>,
}

/// Bytes that are no site table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteError {
    /// Index of the word that is wrong.
    pub word: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed site table, word {}: {}", self.word, self.what)
    }
}

impl std::error::Error for SiteError {}

/// The table of a compiled function.
pub(crate) fn encode(function: &Function, compiled: &Compiled) -> Vec<u8> {
    let mut out = Words(vec![MAGIC, VERSION, 0, compiled.buffer_words, u32::from(function.signature.throws)]);
    out.list(&function.signature.results, |out, ty| out.ty(*ty));
    out.name(&function.name);
    let index = out.0.len() + 1;
    out.list(&compiled.sites, |out, _| out.0.push(0));
    for (number, site) in compiled.sites.iter().enumerate() {
        out.0[index + number] = out.0.len() as u32;
        out.site(site);
    }
    out.0[2] = out.0.len() as u32;
    out.0.iter().flat_map(|word| word.to_le_bytes()).collect()
}

struct Words(Vec<u32>);

impl Words {
    fn list<T>(&mut self, items: &[T], mut put: impl FnMut(&mut Words, &T)) {
        self.0.push(items.len() as u32);
        items.iter().for_each(|item| put(self, item));
    }

    fn ty(&mut self, ty: Type) {
        self.0.push(type_index(ty));
    }

    fn bits(&mut self, bits: u64) {
        self.0.extend([bits as u32, (bits >> 32) as u32]);
    }

    fn name(&mut self, name: &str) {
        self.0.push(name.len() as u32);
        for chunk in name.as_bytes().chunks(4) {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0.push(u32::from_le_bytes(word));
        }
    }

    fn site(&mut self, site: &Site) {
        self.0.extend([site.inst.index() as u32, site.state.index() as u32, u32::from(site.reason.0)]);
        self.list(&site.frames, |out, frame| {
            out.0.extend([frame.code, frame.offset]);
            out.list(&frame.slots, |out, place| out.place(*place));
        });
        self.list(&site.objects, |out, object| {
            out.0.extend([object.object.index() as u32, object.size, object.kind]);
            out.list(&object.fields, |out, (offset, ty, place)| {
                out.0.push(*offset);
                out.ty(*ty);
                out.place(*place);
            });
        });
    }

    fn place(&mut self, place: Where) {
        match place {
            Where::Dead => self.0.push(0),
            Where::Buffer(word, ty) => self.0.extend([1 | type_index(ty) << 8, word]),
            Where::Const(ty, bits) => {
                self.0.push(2 | type_index(ty) << 8);
                self.bits(bits);
            }
            Where::Pair(first, second) => {
                self.0.push(3);
                self.bits(first);
                self.bits(second);
            }
            Where::Result(index) => self.0.extend([4, u32::from(index)]),
            Where::Object(index) => self.0.extend([5, index]),
        }
    }
}

fn type_index(ty: Type) -> u32 {
    // The enumeration is in the order of `Type::ALL`; a test compares them.
    ty as u32
}

/// Reads a table; what is behind it is left alone.
///
/// # Errors
/// The first thing that is wrong.
pub fn read(bytes: &[u8]) -> Result<SiteTable, SiteError> {
    let words: Vec<u32> =
        bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
    let mut reader = Reader { words: &words, at: 0 };
    reader.expect(MAGIC, "not a site table")?;
    reader.expect(VERSION, "another version of the format")?;
    let total = reader.word()? as usize;
    reader.words = words.get(..total).ok_or(SiteError { word: 2, what: "the table is cut off" })?;
    let buffer_words = reader.word()?;
    let throws = reader.word()? & 1 != 0;
    let results = reader.list(Reader::ty)?;
    let function = reader.name()?;
    let index = reader.list(Reader::word)?;
    let mut sites = Vec::new();
    for start in index {
        // Sites follow one another: a table cannot be made to take longer to read than it is long.
        if start as usize != reader.at {
            return Err(reader.wrong("a site is not where the index says"));
        }
        sites.push(reader.site()?);
    }
    Ok(SiteTable { function, throws, results, buffer_words, sites })
}

struct Reader<'a> {
    words: &'a [u32],
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: &'static str) -> SiteError {
        SiteError { word: self.at, what }
    }

    fn word(&mut self) -> Result<u32, SiteError> {
        let word = *self.words.get(self.at).ok_or_else(|| self.wrong("the table ends here"))?;
        self.at += 1;
        Ok(word)
    }

    fn expect(&mut self, word: u32, what: &'static str) -> Result<(), SiteError> {
        let found = self.word()?;
        if found == word { Ok(()) } else { Err(SiteError { word: self.at - 1, what }) }
    }

    fn bits(&mut self) -> Result<u64, SiteError> {
        let low = u64::from(self.word()?);
        Ok(low | u64::from(self.word()?) << 32)
    }

    /// Every item takes a word at least, so lengths beyond the table are found before memory is.
    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, SiteError>,
    ) -> Result<Vec<T>, SiteError> {
        let count = self.word()? as usize;
        if count > self.words.len() - self.at {
            return Err(SiteError { word: self.at - 1, what: "a list longer than the table" });
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn ty(&mut self) -> Result<Type, SiteError> {
        let index = self.word()?;
        self.type_of(index)
    }

    fn type_of(&self, index: u32) -> Result<Type, SiteError> {
        let found = Type::ALL.get(index as usize).copied();
        found.ok_or(SiteError { word: self.at - 1, what: "no such type" })
    }

    fn name(&mut self) -> Result<String, SiteError> {
        let len = self.word()? as usize;
        let words = len.div_ceil(4);
        if words > self.words.len() - self.at {
            return Err(SiteError { word: self.at - 1, what: "a name longer than the table" });
        }
        let bytes = self.words[self.at..self.at + words].iter().flat_map(|word| word.to_le_bytes()).take(len);
        let name = String::from_utf8(bytes.collect()).map_err(|_| self.wrong("the name is not UTF-8"))?;
        self.at += words;
        Ok(name)
    }

    fn site(&mut self) -> Result<Site, SiteError> {
        let (inst, state) = (Inst(self.word()?), State(self.word()?));
        let reason = u16::try_from(self.word()?).map_err(|_| self.wrong("the reason is too large"))?;
        let frames = self.list(|reader| {
            let (code, offset) = (reader.word()?, reader.word()?);
            Ok(SiteFrame { code, offset, slots: reader.list(Reader::place)? })
        })?;
        let objects = self.list(|reader| {
            let (object, size, kind) = (Virtual(reader.word()?), reader.word()?, reader.word()?);
            let fields = reader.list(|reader| Ok((reader.word()?, reader.ty()?, reader.place()?)))?;
            Ok(SiteObject { object, size, kind, fields })
        })?;
        Ok(Site { inst, state, reason: Reason(reason), frames, objects })
    }

    fn place(&mut self) -> Result<Where, SiteError> {
        let word = self.word()?;
        let ty = word >> 8;
        Ok(match word & 0xff {
            0 => Where::Dead,
            1 => {
                let ty = self.type_of(ty)?;
                Where::Buffer(self.word()?, ty)
            }
            2 => {
                let ty = self.type_of(ty)?;
                Where::Const(ty, self.bits()?)
            }
            3 => Where::Pair(self.bits()?, self.bits()?),
            4 => Where::Result(
                u16::try_from(self.word()?).map_err(|_| self.wrong("the result index is too large"))?,
            ),
            5 => Where::Object(self.word()?),
            _ => return Err(SiteError { word: self.at - 1, what: "no such place" }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegen::{Arch, Options, Os, Target};

    #[test]
    fn types_are_numbered_as_listed() {
        for (index, ty) in Type::ALL.into_iter().enumerate() {
            assert_eq!(type_index(ty), index as u32);
        }
    }

    /// A compiled function with every kind of place in its sites.
    fn sample() -> (Function, Compiled) {
        let text = "func @f() -> i64 throws {\nblock0:\n  v0 = iconst.i64 1\n  return v0\n}\n";
        let module = ir::text::parse(text).unwrap();
        let target = Target::new(Arch::X64, Os::Linux);
        let mut compiled = codegen::compile(&module, ir::Func(0), &target, &Options::default()).unwrap();
        let slots = vec![
            Where::Dead,
            Where::Buffer(3, Type::Pair),
            Where::Const(Type::F64, 0x1234_5678_9abc_def0),
            Where::Pair(1, u64::MAX),
            Where::Result(2),
            Where::Object(0),
        ];
        let fields = vec![(8, Type::Bool, Where::Const(Type::Bool, 1)), (16, Type::I64, Where::Object(0))];
        let site = Site {
            inst: Inst(7),
            state: State(2),
            reason: Reason(9),
            frames: vec![
                SiteFrame { code: 1, offset: 2, slots },
                SiteFrame { code: 3, offset: 4, slots: Vec::new() },
            ],
            objects: vec![SiteObject { object: Virtual(5), size: 24, kind: 6, fields }],
        };
        compiled.sites = vec![site.clone(), Site { objects: Vec::new(), ..site }];
        compiled.buffer_words = 5;
        (module.functions[ir::Func(0)].clone(), compiled)
    }

    #[test]
    fn tables_read_back() {
        let (function, compiled) = sample();
        let mut bytes = encode(&function, &compiled);
        let len = bytes.len();
        bytes.extend([0xff; 9]);
        let table = read(&bytes).unwrap();
        assert_eq!(table.sites, compiled.sites);
        assert_eq!((&table.function[..], table.throws, table.buffer_words), ("f", true, 5));
        assert_eq!(table.results, [Type::I64]);
        assert_eq!(u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize * 4, len);
    }

    #[test]
    fn broken_tables_are_errors() {
        let (function, compiled) = sample();
        let bytes = encode(&function, &compiled);
        for cut in (0..bytes.len()).step_by(4) {
            assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for word in 0..bytes.len() / 4 {
            for value in [u32::MAX, 0x7f, 1 << 31] {
                let mut bytes = bytes.clone();
                bytes[4 * word..4 * word + 4].copy_from_slice(&value.to_le_bytes());
                // Any answer will do, as long as there is one.
                let _ = read(&bytes);
            }
        }
    }
}
