//! What machine code shares with whoever runs it: signature, record of a match, stack, ways to end.
//!
//! Machine code calls nothing. Where it needs somebody, because its turn is over, its stack is full, or for what it does not do itself, it
//! pushes the place where it goes on as one more way to go on, and returns. Whoever called it does what is wanted and calls
//! again to have it *resumed*: it takes the last way that was pushed, as after any failure. So everything that a match consists of
//! is in the record and on the stack between calls, and both may be elsewhere when it goes on.
//!
//! The stack grows upwards in cells of 64 bits. An *undo* has the sign bit set and is a register with the value it had. Any other cell
//! on top is a way to go on: a label above a place, with what else the label needs below it, in cells without the sign bit.

use ir::{Signature, Type};

/// `f(text, units, place, record) -> (status, word)`
pub(crate) fn signature() -> Signature {
    let params = vec![Type::Ptr, Type::I64, Type::I64, Type::Ptr];
    Signature { params, results: vec![Type::I64, Type::I64], throws: false }
}

/// How it begins: [`SEARCH`], [`STICKY`] or [`RESUME`].
pub(crate) const MODE: usize = 0;
/// The address of the first free cell of the stack, at the start of a match and where it is left.
pub(crate) const TOP: usize = 1;
/// That of the last cell with enough room behind it.
pub(crate) const LIMIT: usize = 2;
/// That of the first cell.
pub(crate) const BASE: usize = 3;
/// Where the search was to begin.
pub(crate) const START: usize = 4;
/// The instruction that [`ASK`] is about.
pub(crate) const ASKED: usize = 5;
/// The steps that are left of the turn, at the start and where it is left.
pub(crate) const LEFT: usize = 6;
/// Words of a record in front of the registers, of which there are two in a word.
pub(crate) const REGISTERS: usize = 7;

/// Looks for a match from the place on.
pub(crate) const SEARCH: u64 = 0;
/// The same at the place only.
pub(crate) const STICKY: u64 = 1;
/// Goes on where it was left.
pub(crate) const RESUME: u64 = 2;

/// There is no match.
pub(crate) const FAILED: u64 = 0;
/// The registers have one.
pub(crate) const MATCHED: u64 = 1;
/// A turn is over.
pub(crate) const POLL: u64 = 2;
/// The stack is full.
pub(crate) const GROW: u64 = 3;
/// A back reference is to be looked at whose characters' cases do not count: the word is the cell to be pushed when it matches, but for the place.
pub(crate) const ASK: u64 = 4;
/// There is no code any more.
pub(crate) const GONE: u64 = 5;

/// Steps of a turn.
pub(crate) const TURN: u32 = 4096;
/// Cells behind the limit: the most that is pushed between two looks at it.
pub(crate) const RESERVE: usize = 256;
/// The sign bit of an undo's upper half.
pub(crate) const UNDO: u32 = 1 << 31;
