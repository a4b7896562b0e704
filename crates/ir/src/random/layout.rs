//! The memory of generated programs: a buffer with one area per alias class, objects of three kinds, the context.

use crate::entity::{AliasClass, Entity, Func};
use crate::interp::{FlatMemory, Host, MemoryFault};
use crate::module::{AliasClassData, Module};
use crate::random::{Config, Rng, runtime};
use crate::types::Type;

/// Where [`host`] puts the buffer.
pub const BUFFER: u64 = 0x1_0000;
/// Where [`host`] puts the context.
const CONTEXT: u64 = 0x2_0000;
/// Bytes that generated programs read at the context's address.
pub const CONTEXT_SIZE: usize = 64;
/// Functions of a generated module at most.
pub const MAX_FUNCTIONS: u32 = 16;
/// Pointers to objects that live in the buffer.
pub(super) const CELLS: u32 = 4;

/// What an area of the buffer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Bytes, accessed at any type and place.
    Bytes,
    /// Bytes that never change.
    Fixed,
    /// Truth values, one byte each.
    Bools,
    /// Addresses of objects of this kind.
    Cells(u32),
    /// Entry pointers of the module's functions.
    Entries,
}

/// A part of the buffer that only one alias class accesses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) class: AliasClass,
    pub(super) name: &'static str,
    pub(super) holds: Holds,
    pub(super) offset: u32,
    pub(super) size: u32,
}

const fn area(class: u32, name: &'static str, holds: Holds, offset: u32, size: u32) -> Area {
    Area { class: AliasClass(class), name, holds, offset, size }
}

pub(super) const AREAS: [Area; 8] = [
    area(0, "a", Holds::Bytes, 0, 128),
    area(1, "b", Holds::Bytes, 128, 128),
    area(2, "c", Holds::Bytes, 256, 64),
    area(3, "fixed", Holds::Fixed, 320, 64),
    area(4, "flags", Holds::Bools, 384, 16),
    area(5, "cells", Holds::Cells(0), 400, 8 * CELLS),
    area(6, "wide_cells", Holds::Cells(1), 432, 8 * CELLS),
    area(7, "entries", Holds::Entries, 464, 8 * MAX_FUNCTIONS),
];
/// Areas by what they are for.
pub(super) const A: Area = AREAS[0];
pub(super) const B: Area = AREAS[1];
pub(super) const C: Area = AREAS[2];
pub(super) const FLAGS: Area = AREAS[4];
/// Cells with objects of kind 0 and of kind 1.
pub(super) const CELL_AREAS: [Area; 2] = [AREAS[5], AREAS[6]];
pub(super) const ENTRY_AREA: Area = AREAS[7];
/// Bytes of the buffer.
pub const BUFFER_SIZE: usize = (ENTRY_AREA.offset + ENTRY_AREA.size) as usize;

/// First word of every object, written once.
pub(super) const HEADER: AliasClass = AliasClass(8);
/// The other fields of objects.
pub(super) const FIELDS: AliasClass = AliasClass(9);
/// The context, never written.
pub(super) const VM: AliasClass = AliasClass(10);

/// A kind of object. The first field is the header, which tells the kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) size: u32,
    /// Offset and type of the fields after the header.
    pub(super) fields: &'static [(u32, Type)],
}

/// Numbers; numbers and a pointer to an object of kind 0; a pointer to anything (described by frame states only).
pub(super) const KINDS: [Kind; 3] = [
    Kind { size: 32, fields: &[(8, Type::I64), (16, Type::F64), (24, Type::I32), (28, Type::I32)] },
    Kind { size: 40, fields: &[(8, Type::Ptr), (16, Type::Boxed), (24, Type::Pair)] },
    Kind { size: 16, fields: &[(8, Type::Ptr)] },
];

/// The header of objects of a kind.
pub(super) const fn header(kind: u32) -> u64 {
    0x5350_0000 + kind as u64
}

/// The kind that a header tells.
pub(super) fn kind_of(header_word: u64) -> Option<usize> {
    (0..KINDS.len()).find(|kind| header(*kind as u32) == header_word)
}

/// Adds the alias classes of generated programs to a module.
pub(super) fn declare_classes(module: &mut Module) {
    for area in AREAS {
        let immutable = matches!(area.holds, Holds::Fixed | Holds::Entries);
        module.classes.push(AliasClassData { name: area.name.to_owned(), immutable });
    }
    for (name, immutable) in [("header", true), ("fields", false), ("vm", true)] {
        module.classes.push(AliasClassData { name: name.to_owned(), immutable });
    }
}

/// Fills the buffer at `buffer` ([`BUFFER_SIZE`] bytes) and the context at `context` ([`CONTEXT_SIZE`] bytes; `None` for
/// programs without loads from it) for a run of a generated module. `entry` tells the entry pointers of its functions.
///
/// # Errors
/// When the host has no memory there, or cannot allocate the objects that the buffer points to (reported as a fault at
/// the cell).
pub fn prepare(
    seed: u64,
    host: &mut dyn Host,
    buffer: u64,
    context: Option<u64>,
    functions: usize,
    mut entry: impl FnMut(Func) -> u64,
) -> Result<(), MemoryFault> {
    let mut rng = Rng::new(seed ^ 0x0b0f_fe12);
    for area in AREAS {
        let start = buffer + u64::from(area.offset);
        match area.holds {
            Holds::Bytes | Holds::Fixed => words(&mut rng, host, start, area.size)?,
            Holds::Bools => {
                for i in 0..area.size {
                    host.store(start + u64::from(i), 1, u64::from(rng.below(2)))?;
                }
            }
            Holds::Cells(kind) => {
                for i in 0..u64::from(CELLS) {
                    let value = rng.bits();
                    let inner = runtime::new_object(host, value)?;
                    let object = if kind == 0 { inner } else { runtime::new_wide_object(host, inner)? };
                    host.store(start + 8 * i, 8, object)?;
                }
            }
            Holds::Entries => {
                for i in 0..functions.min(MAX_FUNCTIONS as usize) {
                    host.store(start + 8 * i as u64, 8, entry(Func::from_index(i)))?;
                }
            }
        }
    }
    context.map_or(Ok(()), |context| words(&mut rng, host, context, CONTEXT_SIZE as u32))
}

/// Fills memory with numbers of all sizes.
fn words(rng: &mut Rng, host: &mut dyn Host, start: u64, size: u32) -> Result<(), MemoryFault> {
    let config = Config::default();
    for offset in (0..size).step_by(8) {
        let ty = rng.pick(&[Type::I64, Type::I32, Type::F64]);
        let word = super::constant(rng, &config, ty).bits();
        host.store(start + u64::from(offset), 8, word)?;
    }
    Ok(())
}

/// A simulated address space ready for a run of a generated module: the buffer at [`BUFFER`], runtime calls implemented.
pub fn host(seed: u64, module: &Module) -> FlatMemory<'static> {
    let mut host = FlatMemory::new();
    host.context = CONTEXT;
    let mapped = host.memory.map_at(BUFFER, vec![0; BUFFER_SIZE])
        && host.memory.map_at(CONTEXT, vec![0; CONTEXT_SIZE]);
    debug_assert!(mapped, "a new address space is empty");
    for data in module.runtimes.values() {
        let name = data.name.clone();
        host.handle(&data.name, move |memory, args| runtime::runtime_call(&name, args, memory));
    }
    let ready = prepare(seed, &mut host, BUFFER, Some(CONTEXT), module.functions.len(), FlatMemory::entry);
    debug_assert!(ready.is_ok(), "buffer and context are mapped");
    host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_follow_one_another_and_are_numbered() {
        let mut end = 0;
        for (i, area) in AREAS.iter().enumerate() {
            assert_eq!((area.offset, area.class.index()), (end, i));
            end += area.size;
        }
        assert_eq!(BUFFER_SIZE as u32, end);
    }

    #[test]
    fn fields_lie_inside_their_objects() {
        for kind in KINDS {
            let mut end = 8;
            for (offset, ty) in kind.fields {
                assert!(*offset >= end);
                end = offset + ty.size();
            }
            assert!(end <= kind.size);
        }
    }
}
