//! What objects of built-in modules stand for, where programs cannot reach it: numbers, digests, keys.

use crate::trap::Trap;
use crate::vm::Vm;
use dis_rt::{Addr, NIL, types};
use num_bigint::BigInt;

/// Bytes of the largest expanded key, Blowfish's.
const LARGEST_KEY: u32 = 4 << 10;

/// One such thing.
pub(crate) enum Thing {
    Number(BigInt),
    Digest(Box<crate::builtin::Digest>),
    Cipher(crate::builtin::Cipher),
}

impl Thing {
    /// Bytes that it takes, about.
    fn bytes(&self) -> u32 {
        match self {
            Thing::Number(number) => u32::try_from(number.bits() / 8).unwrap_or(u32::MAX / 2),
            Thing::Digest(digest) => size_of_val(&**digest) as u32,
            Thing::Cipher(_) => LARGEST_KEY,
        }
    }
}

/// All of an instance, by numbers that objects have in their headers.
#[derive(Default)]
pub(crate) struct Hidden {
    things: Vec<Option<Thing>>,
    free: Vec<u32>,
}

impl Hidden {
    pub(crate) fn remove(&mut self, number: u32) {
        if let Some(thing) = self.things.get_mut(number as usize)
            && thing.take().is_some()
        {
            self.free.push(number);
        }
    }
}

impl Vm {
    /// An object that stands for something.
    pub(crate) fn new_hidden(&mut self, thing: Thing) -> Result<Addr, Trap> {
        // What it takes outside counts as memory of the program.
        let at = self.heap.allocate(types::HIDDEN, self.word + thing.bytes())?;
        let things = &mut self.hidden.things;
        let number = self.hidden.free.pop().unwrap_or_else(|| {
            things.push(None);
            things.len() as u32 - 1
        });
        things[number as usize] = Some(thing);
        self.heap.set_own(at, number);
        Ok(at)
    }

    /// What an object stands for.
    pub(crate) fn hidden(&mut self, object: Addr) -> Result<&mut Thing, Trap> {
        if object == NIL {
            return Err(Trap::Nil);
        }
        if self.heap.type_of(object) != types::HIDDEN {
            return Err(Trap::Type);
        }
        let number = self.heap.own(object) as usize;
        self.hidden.things.get_mut(number).and_then(Option::as_mut).ok_or(Trap::Type)
    }
}
