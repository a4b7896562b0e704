//! Types: how large things are and which of their words are references.

use std::collections::HashMap;
use std::rc::Rc;

/// A type's number in an instance. Objects have it in their headers.
pub type TypeId = u32;

/// Strings.
pub const STRING: TypeId = 1;
/// Arrays and slices of them.
pub const ARRAY: TypeId = 2;
/// Cells of lists.
pub const LIST: TypeId = 3;
/// Channels.
pub const CHANNEL: TypeId = 4;
/// Modules as they were loaded by someone, with a table of links.
pub const MODULE: TypeId = 5;
/// Parts of stacks.
pub const STACK: TypeId = 6;
/// A byte, as an element.
pub const BYTE: TypeId = 7;
/// A word.
pub const WORD: TypeId = 8;
/// A real.
pub const REAL: TypeId = 9;
/// A big number.
pub const BIG: TypeId = 10;
/// A reference.
pub const POINTER: TypeId = 11;
/// An open file: a word with its number.
pub const FILE: TypeId = 12;
/// Something that the machine keeps outside of the space for programs: a word for them to see, and its number in the header.
pub const HIDDEN: TypeId = 13;
/// Where the types of programs begin.
const FIRST: TypeId = 14;

/// What is known of a type.
#[derive(Debug)]
pub struct Type {
    /// Bytes that something of it takes.
    pub size: u32,
    /// Where its references are, ascending.
    pub pointers: Box<[u32]>,
}

impl Type {
    /// Whether there is a reference at this offset.
    pub fn is_pointer(&self, offset: u32) -> bool {
        self.pointers.binary_search(&offset).is_ok()
    }

    /// Whether references touch these bytes.
    pub fn touches(&self, from: u32, size: u32, word: u32) -> bool {
        let first = self.pointers.partition_point(|at| at + word <= from);
        self.pointers.get(first).is_some_and(|at| u64::from(*at) < u64::from(from) + u64::from(size))
    }

    /// The offsets of references from `from` on, within `size` bytes, relative to `from`.
    pub fn within(&self, from: u32, size: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.pointers.partition_point(|at| *at < from);
        let end = u64::from(from) + u64::from(size);
        self.pointers[first..].iter().take_while(move |at| u64::from(**at) < end).map(move |at| at - from)
    }
}

/// Which module's type it is, by the module's name and the type's number there.
type Key = (Rc<str>, u32, u32, Box<[u32]>);

/// All types of an instance. None goes away, but a module that is loaded again finds its own.
pub struct Types {
    list: Vec<Type>,
    known: HashMap<Key, TypeId>,
}

impl Types {
    /// The types that every instance has.
    pub fn new(wide: bool) -> Types {
        let word = if wide { 8 } else { 4 };
        let mut list: Vec<Type> = (0..FIRST).map(|_| Type { size: 0, pointers: Box::new([]) }).collect();
        for (id, size) in [(BYTE, 1), (WORD, word), (REAL, 8), (BIG, 8), (FILE, word), (HIDDEN, word)] {
            list[id as usize].size = size;
        }
        list[POINTER as usize] = Type { size: word, pointers: Box::new([0]) };
        Types { list, known: HashMap::new() }
    }

    /// The number of type `number` of the module called `owner`.
    pub fn intern(&mut self, owner: &Rc<str>, number: u32, size: u32, pointers: &[u32]) -> TypeId {
        let next = self.list.len() as TypeId;
        let key = (Rc::clone(owner), number, size, pointers.into());
        let id = *self.known.entry(key).or_insert(next);
        if id == next {
            self.list.push(Type { size, pointers: pointers.into() });
        }
        id
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether both are laid out the same.
    pub fn same(&self, a: TypeId, b: TypeId) -> bool {
        a == b || self[a].size == self[b].size && self[a].pointers == self[b].pointers
    }
}

impl std::ops::Index<TypeId> for Types {
    type Output = Type;

    #[inline]
    fn index(&self, id: TypeId) -> &Type {
        // Numbers come from `intern` and headers only; 0 is a type without anything.
        self.list.get(id as usize).unwrap_or(&self.list[0])
    }
}
