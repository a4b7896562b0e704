//! The contents of a `.dis` file: one field per section of dis(6).
//!
//! Nothing here depends on the machine's word size: files do not say it, and their encoding is the same for both.

use crate::Inst;
use std::fmt;

/// Bits of the runtime flags. dis(6), "Header"; the two that announce sections are not kept in [`Module::flags`].
pub mod flags {
    /// Only compiled code will do.
    pub const MUSTCOMPILE: i32 = 1 << 0;
    /// It is to be interpreted.
    pub const DONTCOMPILE: i32 = 1 << 1;
    /// All instances share module data.
    pub const SHAREMP: i32 = 1 << 2;
    /// An import section of a form that loaders refuse today. The manual page still gives this value for [`HASLDT`].
    pub const HASLDT0: i32 = 1 << 4;
    /// There is a handler section.
    pub const HASEXCEPT: i32 = 1 << 5;
    /// There is an import section.
    pub const HASLDT: i32 = 1 << 6;
}

/// For which machine a module was compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordSize {
    /// Classic Inferno: words and pointers of 4 bytes.
    Four,
    /// 64-bit Inferno: words and pointers take 8 bytes.
    Eight,
}

impl WordSize {
    /// Bytes of a word and of a pointer.
    pub const fn bytes(self) -> u32 {
        match self {
            WordSize::Four => 4,
            WordSize::Eight => 8,
        }
    }

    /// The other one.
    pub const fn other(self) -> WordSize {
        match self {
            WordSize::Four => WordSize::Eight,
            WordSize::Eight => WordSize::Four,
        }
    }
}

impl fmt::Display for WordSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().fmt(f)
    }
}

/// A type descriptor: which words of something are pointers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeDesc {
    /// Bytes that something of the type takes.
    pub size: u32,
    /// A bit per word, the most significant first; what is not there is zero.
    pub map: Vec<u8>,
}

impl TypeDesc {
    /// Whether the word that begins at this offset is a pointer.
    pub fn is_pointer(&self, offset: u32, word: WordSize) -> bool {
        let index = offset / word.bytes();
        offset.is_multiple_of(word.bytes()) && self.bit(index)
    }

    /// Whether word `index` is a pointer.
    pub fn bit(&self, index: u32) -> bool {
        self.map.get(index as usize / 8).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0)
    }

    /// Offsets of the pointers.
    pub fn pointers(&self, word: WordSize) -> impl Iterator<Item = u32> + '_ {
        let bits = u32::try_from(self.map.len() * 8).unwrap_or(u32::MAX);
        (0..bits).filter(|index| self.bit(*index)).map(move |index| index.saturating_mul(word.bytes()))
    }

    /// Whether any of these bytes belongs to a pointer.
    pub fn overlaps_pointer(&self, from: u32, size: u32, word: WordSize) -> bool {
        let last = from.saturating_add(size).div_ceil(word.bytes());
        let end = last.min(u32::try_from(self.map.len() * 8).unwrap_or(u32::MAX));
        (from / word.bytes()..end).any(|index| self.bit(index))
    }
}

/// One value or several of a kind in module data. Reals are kept as bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataValue {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Words.
    Words(Vec<i32>),
    /// A string, in UTF-8 as far as its compiler is right.
    String(Vec<u8>),
    /// Reals.
    Reals(Vec<u64>),
    /// An array.
    Array {
        /// Its elements' type.
        ty: i32,
        /// How many there are.
        len: i32,
    },
    /// Items that follow are in this element of the array here.
    Index(i32),
    /// Items that follow are again where they were before the last index. It has no offset.
    Restore,
    /// Big numbers.
    Bigs(Vec<i64>),
}

/// An item of the data section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataItem {
    /// Where: from the current base.
    pub offset: u32,
    /// What.
    pub value: DataValue,
}

/// A function that others may call, or the entry `.mp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its first instruction; -1 for module data.
    pub pc: i32,
    /// Its frame's type; -1 for module data.
    pub frame: i32,
    /// What its type comes to in 32 bits.
    pub signature: u32,
    /// Its name, with its adt's before a dot.
    pub name: String,
}

/// A function of another module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What its type must come to.
    pub signature: u32,
    /// Its name.
    pub name: String,
}

/// Where an exception of a name goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catch {
    /// The name, which may end in `*`.
    pub name: String,
    /// The instruction.
    pub pc: i32,
}

/// An exception handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Where in the frame the exception goes.
    pub offset: i32,
    /// The first instruction it covers.
    pub from: i32,
    /// The first that it does not.
    pub to: i32,
    /// The type of what has to be released in the frame, -1 for nothing.
    pub ty: i32,
    /// How many of `catches` are exceptions with types, which come first.
    pub typed: u16,
    /// By name.
    pub catches: Vec<Catch>,
    /// Any other; -1 when it does not handle it.
    pub otherwise: i32,
}

/// A module.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Module {
    /// The signature of a signed one; its form is not defined.
    pub signature: Option<Vec<u8>>,
    /// Runtime flags, without those for sections.
    pub flags: i32,
    /// Bytes by which a stack grows.
    pub stack_extent: i32,
    /// Bytes of module data.
    pub data_size: u32,
    /// Where it starts, -1 when it does not.
    pub entry_pc: i32,
    /// The frame of that, or -1.
    pub entry_type: i32,
    /// Instructions.
    pub code: Vec<Inst>,
    /// Types by number; 0 describes module data.
    pub types: Vec<TypeDesc>,
    /// What module data holds at first.
    pub data: Vec<DataItem>,
    /// Its name.
    pub name: String,
    /// What others may call.
    pub exports: Vec<Export>,
    /// What it calls: a table for each module that it loads. `None` without an import section.
    pub imports: Option<Vec<Vec<Import>>>,
    /// Handlers. `None` without a handler section.
    pub handlers: Option<Vec<Handler>>,
    /// The file it was compiled from, where it says so.
    pub source: Option<String>,
}
