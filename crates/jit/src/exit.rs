//! Guest frames rebuilt from what a guard's exit left in the frame buffer.

use crate::unit::Unit;
use codegen::{Site, SiteFrame, Where};
use ir::eval::{Const, stored};
use ir::interp::{Deopt, GuestFrame, Materialised};
use ir::{Op, Type};
use smallvec::SmallVec;
use std::ptr::NonNull;

/// What became of an exit.
pub(crate) enum Rebuilt {
    /// Frames and objects as the guest wants them.
    Exit(Deopt),
    /// An object could not be made.
    OutOfMemory,
}

/// Objects made anew. Kept in this thread's stack as long as they are few, where a conservative collector finds them.
type Made = SmallVec<[u64; 32]>;

/// Rebuilds the frames of a site: `word` reads the frame buffer, `alloc` makes objects.
pub(crate) fn rebuild(
    unit: &Unit,
    number: u32,
    word: impl Fn(u32) -> u64,
    alloc: &mut dyn FnMut(u32, u32) -> Option<NonNull<u8>>,
) -> Rebuilt {
    let site = &unit.sites[number as usize];
    let mut made = Made::new();
    for object in &site.objects {
        match alloc(object.size, object.kind) {
            Some(memory) => made.push(memory.expose_provenance().get() as u64),
            None => return Rebuilt::OutOfMemory,
        }
    }
    let value = |at: Where| match at {
        Where::Buffer(index, Type::Pair) => Some(Const::pair(word(index), word(index + 1))),
        Where::Buffer(index, ty) => Some(Const::new(ty, word(index))),
        Where::Const(ty, bits) => Some(Const::new(ty, bits)),
        Where::Pair(first, second) => Some(Const::pair(first, second)),
        Where::Object(index) => Some(Const::ptr(made[index as usize])),
        Where::Result(_) | Where::Dead => None,
    };
    fill(site, &made, value);
    let frames = site.frames.iter().map(|frame| GuestFrame {
        code: frame.code,
        offset: frame.offset,
        slots: frame.slots.iter().map(|slot| value(*slot)).collect(),
        results: waiting(frame).collect(),
    });
    let objects = site.objects.iter().zip(&made).map(|(object, address)| Materialised {
        object: object.object,
        address: *address,
        size: object.size,
        kind: object.kind,
    });
    Rebuilt::Exit(Deopt {
        func: unit.func,
        inst: site.inst,
        state: site.state,
        reason: site.reason,
        frames: frames.collect(),
        objects: objects.collect(),
        depth: 0,
    })
}

/// Slots that wait for results of the call that the frame is in.
fn waiting(frame: &SiteFrame) -> impl Iterator<Item = (u32, u16)> + '_ {
    frame.slots.iter().enumerate().filter_map(|(slot, at)| match at {
        Where::Result(number) => Some((slot as u32, *number)),
        _ => None,
    })
}

/// Stores the objects' fields. Objects may refer to one another.
fn fill(site: &Site, made: &Made, value: impl Fn(Where) -> Option<Const>) {
    for (object, address) in site.objects.iter().zip(made) {
        for (offset, ty, at) in &object.fields {
            // A field outside of its object was refused when the code was loaded.
            let Some(content) = value(*at) else { continue };
            let words = stored(Op::Store, content).unwrap_or_default();
            let bytes: [u8; 16] = bytes_of(words);
            let width = ty.size() as usize;
            let base = std::ptr::with_exposed_provenance_mut::<u8>(*address as usize);
            // SAFETY: the guest has just made this object with `size` bytes, and the field lies inside of them.
            unsafe {
                base.add(*offset as usize).copy_from_nonoverlapping(bytes.as_ptr(), width);
            }
        }
    }
}

fn bytes_of(words: [u64; 2]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&words[0].to_le_bytes());
    bytes[8..].copy_from_slice(&words[1].to_le_bytes());
    bytes
}

/// Whether every place of a site exists: what the unsafe code above relies on. The first thing that is wrong otherwise.
pub(crate) fn check(site: &Site, buffer_words: u32) -> Result<(), &'static str> {
    let place = |at: &Where| match at {
        Where::Buffer(index, ty) => {
            let words = if *ty == Type::Pair { 2 } else { 1 };
            if index.checked_add(words).is_some_and(|end| end <= buffer_words) {
                Ok(())
            } else {
                Err("a value outside of the frame buffer")
            }
        }
        Where::Object(index) if *index as usize >= site.objects.len() => {
            Err("an object that the site does not have")
        }
        Where::Object(_) | Where::Const(..) | Where::Pair(..) | Where::Result(_) | Where::Dead => Ok(()),
    };
    site.frames.iter().flat_map(|frame| &frame.slots).try_for_each(place)?;
    for object in &site.objects {
        for (offset, ty, at) in &object.fields {
            place(at)?;
            if offset.checked_add(ty.size()).is_none_or(|end| end > object.size) {
                return Err("a field outside of its object");
            }
        }
    }
    Ok(())
}
