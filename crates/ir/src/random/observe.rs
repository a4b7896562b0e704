//! What a run did, without addresses: comparable between runs that allocate elsewhere, or less.

use crate::eval::{Const, canonical};
use crate::function::Reason;
use crate::interp::{Deopt, Host, MemoryFault, Outcome};
use crate::random::BUFFER_SIZE;
use crate::random::layout::{AREAS, CELL_AREAS, CELLS, Holds, KINDS, kind_of};
use crate::types::Type;

/// Everything a run of a generated module can be held to.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// How it ended.
    pub outcome: SeenOutcome,
    /// The buffer's areas without pointers.
    pub bytes: Vec<u8>,
    /// What the buffer's cells point to.
    pub cells: Vec<Seen>,
    /// Kind and fields of every object that outcome and cells lead to, in order of first mention.
    pub objects: Vec<(usize, Vec<Seen>)>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum SeenOutcome {
    /// It returned.
    Return(Vec<Seen>),
    /// A guard left.
    Deopt(Reason, Vec<SeenFrame>),
    /// It ended otherwise.
    Other(Outcome),
}

/// A guest frame.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenFrame {
    /// The guest's name of the code.
    pub code: u32,
    /// Bytecode offset.
    pub offset: u32,
    /// Slots.
    pub slots: Vec<Option<Seen>>,
}

/// A value without addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Not an address, or null.
    Plain(Const),
    /// An address in the buffer.
    Buffer(u64),
    /// An object, by its place in [`Observation::objects`].
    Object(usize),
    /// An address of something else.
    Elsewhere,
}

struct Observer<'a> {
    host: &'a mut dyn Host,
    buffer: u64,
    /// Address and kind of objects found so far.
    found: Vec<(u64, usize)>,
}

/// Looks at how a run of a generated module ended and at the memory it left behind. `buffer` is the buffer's address.
///
/// # Errors
/// When the host's memory lacks the buffer or part of an object.
pub fn observe(outcome: &Outcome, host: &mut dyn Host, buffer: u64) -> Result<Observation, MemoryFault> {
    let mut observer = Observer { host, buffer, found: Vec::new() };
    let outcome = match outcome {
        Outcome::Return(values) => {
            SeenOutcome::Return(values.iter().map(|value| observer.see(*value)).collect())
        }
        Outcome::Deopt(deopt) => observer.deopt(deopt),
        other => SeenOutcome::Other(other.clone()),
    };
    let mut bytes = Vec::new();
    for area in AREAS {
        if matches!(area.holds, Holds::Bytes | Holds::Fixed | Holds::Bools) {
            for i in 0..area.size {
                let address = buffer + u64::from(area.offset + i);
                bytes.push(observer.host.load(address, 1)? as u8);
            }
        }
    }
    let mut cells = Vec::new();
    for area in CELL_AREAS {
        for i in 0..u64::from(CELLS) {
            let cell = observer.host.load(buffer + u64::from(area.offset) + 8 * i, 8)?;
            cells.push(observer.see(Const::ptr(cell)));
        }
    }
    let mut objects = Vec::new();
    while let Some((address, kind)) = observer.found.get(objects.len()).copied() {
        let fields = observer.fields(address, kind)?;
        objects.push((kind, fields));
    }
    Ok(Observation { outcome, bytes, cells, objects })
}

impl Observer<'_> {
    fn see(&mut self, value: Const) -> Seen {
        if value.ty() == Type::F64 {
            // Which NaN it is says nothing.
            return Seen::Plain(canonical(value.as_f64()));
        }
        if value.ty() != Type::Ptr || value.bits() == 0 {
            return Seen::Plain(value);
        }
        let address = value.bits();
        let offset = address.wrapping_sub(self.buffer);
        if offset <= BUFFER_SIZE as u64 {
            return Seen::Buffer(offset);
        }
        if let Some(index) = self.found.iter().position(|(known, _)| *known == address) {
            return Seen::Object(index);
        }
        match self.host.load(address, 8).ok().and_then(kind_of) {
            Some(kind) => {
                self.found.push((address, kind));
                Seen::Object(self.found.len() - 1)
            }
            None => Seen::Elsewhere,
        }
    }

    fn deopt(&mut self, deopt: &Deopt) -> SeenOutcome {
        let mut frames = Vec::new();
        for frame in &deopt.frames {
            let slots = frame.slots.iter().map(|slot| slot.map(|value| self.see(value))).collect();
            frames.push(SeenFrame { code: frame.code, offset: frame.offset, slots });
        }
        SeenOutcome::Deopt(deopt.reason, frames)
    }

    fn fields(&mut self, address: u64, kind: usize) -> Result<Vec<Seen>, MemoryFault> {
        let mut fields = Vec::new();
        for (offset, ty) in KINDS[kind].fields {
            let at = address + u64::from(*offset);
            let value = match ty {
                Type::Pair => Const::pair(self.host.load(at, 8)?, self.host.load(at + 8, 8)?),
                ty => Const::new(*ty, self.host.load(at, ty.size())?),
            };
            fields.push(self.see(value));
        }
        Ok(fields)
    }
}
