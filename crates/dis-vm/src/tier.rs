//! The tier above the interpreter: what it is asked for, and what compiled code shares with the machine.
//!
//! Compiled code executes instructions of the running proc's innermost function on the proc's own frames, and of functions that it
//! calls. It never holds anything that the machine has to know: where it calls back or comes back, frames, records and
//! counts are what they would be in the interpreter, and so are quantum and fuel. What it does not do itself is one call of
//! [`Vm::tier_step`], and it comes back with the number of the instruction to go on with. So nothing that can go wrong is
//! raised anywhere but in the interpreter.

mod calls;

use crate::code::Code;
use crate::proc::Record;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, module};
use std::cell::Cell;
use std::mem::offset_of;
use std::rc::Rc;

pub use crate::code::Mode;
pub use dis_bytecode::Op;

pub use crate::snapshot::{Handler, Inst, Leads, Link, Math, Operand, Ranges, Snapshot, TypeInfo};

/// A function that was called, by its return, is done: its caller goes on.
pub const RETURNED: u64 = 0;
/// The interpreter goes on at this instruction.
pub const LEFT: u64 = 1;
/// The same, at the begin of a function that was just called.
pub const CALLED: u64 = 2;
/// The instruction before this came to what the interpreter has to see to.
pub const TRAPPED: u64 = 3;
/// A step went elsewhere than to the next instruction of its function.
pub const JUMPED: u64 = 4;
/// Where a result's kind begins; below is the number of an instruction.
pub const KIND: u32 = 32;

/// What compiled code and machine share, besides memory: words at fixed offsets.
#[derive(Default)]
#[repr(C)]
pub struct Shared {
    base: Cell<u64>,
    fuel: Cell<u64>,
    records: Cell<u64>,
    len: Cell<u64>,
    limit: Cell<u64>,
    top: Cell<u64>,
    end: Cell<u64>,
    near: Cell<u64>,
    start: Cell<u64>,
    active: Cell<u64>,
    mp: Cell<u64>,
    module: Cell<u64>,
    types: Cell<u64>,
    known: Cell<u64>,
    freed: Cell<u64>,
    list: std::cell::RefCell<Vec<Cell<u64>>>,
}

/// Offsets in what is shared: words of 64 bits.
pub mod shared {
    use super::{Shared, offset_of};

    macro_rules! offsets {
        ($($(#[$doc:meta])* $name:ident $field:ident;)*) => {
            $($(#[$doc])* pub const $name: i32 = offset_of!(Shared, $field) as i32;)*
        };
    }
    offsets! {
        /// Calls and rounds that may still be made.
        FUEL fuel;
        /// The address of the running proc's records.
        RECORDS records;
        /// Where they end, for the machine: code knows what it is, and says so where somebody may look.
        LEN len;
        /// Where no more are made: there is room up to there, or native calls would become too deep.
        LIMIT limit;
        /// The top of the stack, for the machine. This and where it ends and begins are places in the host's memory.
        TOP top;
        /// Where the stack's last part ends.
        END end;
        /// Up to where frames may be made without looking at that, and at how many records there are.
        NEAR near;
        /// Where the last part begins, unless it is the only one; 0 then.
        START start;
        /// Where the record of the function that runs is, for the machine.
        ACTIVE active;
        /// Module data.
        MP mp;
        /// The module that runs, counted.
        MODULE module;
        /// The address of a table of types: their sizes, then a bit for each of the first 64 words that is a reference.
        TYPES types;
        /// How many types it has.
        KNOWN known;
        /// How many objects went away so far.
        FREED freed;
    }
}

/// Offsets in a record.
pub mod record {
    use super::{Record, offset_of};

    /// Where its frame is.
    pub const FP: i32 = offset_of!(Record, fp) as i32;
    /// The frame's type.
    pub const TYPE: i32 = offset_of!(Record, ty) as i32;
    /// Whether it is being filled.
    pub const PENDING: i32 = offset_of!(Record, pending) as i32;
    /// Where the caller goes on.
    pub const PC: i32 = offset_of!(Record, pc) as i32;
    /// How many records further the caller's is: a number with a sign, 0 without a caller.
    pub const CALLER: i32 = offset_of!(Record, caller) as i32;
    /// The caller's module, when it is another one.
    pub const MODULE: i32 = offset_of!(Record, module) as i32;
    /// Bytes of a record.
    pub const SIZE: i32 = size_of::<Record>() as i32;
}

/// What became of an attempt to enter compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// There is none. It is to be asked for again after so many calls or rounds.
    Not(u32),
    /// It ran: a kind and an instruction, and what is left of the quantum.
    Ran([u64; 2]),
}

/// What compiles code and enters it.
pub trait Tier {
    /// Enters the code for a place of the running function, if there is some.
    fn enter(&self, vm: &mut Vm, code: u32, pc: u32, words: [u64; 4]) -> Entered;

    /// A module's code is gone.
    fn forget(&self, code: u32);
}

/// A check of compiled code that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The code.
    pub code: u32,
    /// The instruction.
    pub pc: u32,
    /// Why.
    pub reason: u16,
}

/// How deep compiled functions call one another before they are entered anew.
const DEPTH: u64 = 400;
/// Bytes of a frame that compiled code makes, at most.
pub const LARGEST: u64 = 512;
/// How often compiled code may have the interpreter run a function before it is left instead: each time takes native stack.
const NESTED: u32 = 32;
/// Instructions that the interpreter executes in the time that entering compiled code and coming back takes, about.
const SHORT: u32 = 20;
/// A quantum that is no reason to come back soon.
const ENOUGH: u32 = 500;
/// How often a place is come to before its code is entered again if that was for less.
const SELDOM: u32 = 64;

impl Vm {
    /// Has hot places compiled, those come to so often, from the next module on that is loaded. Nothing is when the host has no
    /// room to reserve for the machine's memory.
    pub fn set_tier(&mut self, tier: Rc<dyn Tier>, threshold: u32) {
        if self.heap.memory.reserve(self.options.memory.max(1 << 20)) {
            (self.tier, self.threshold) = (Some(tier), threshold.max(1));
        }
    }

    /// Gives code its number, and its places their heat.
    pub(crate) fn enrol(&mut self, code: &mut Code) {
        self.codes += 1;
        code.number = self.codes;
        if self.tier.is_some() {
            code.heat = vec![Cell::new(self.threshold); code.insts.len()];
            code.places = vec![Cell::new(0); code.insts.len()];
        }
    }

    /// Counts that this place was come to.
    #[inline(always)]
    pub(crate) fn count(&self) -> Step {
        match self.code.heat.get(self.pc as usize) {
            None => Ok(()),
            Some(heat) => {
                let left = heat.get().saturating_sub(1);
                heat.set(left);
                if left == 0 { Err(Trap::Hot) } else { Ok(()) }
            }
        }
    }

    /// The same where a function begins whose call compiled code made.
    fn is_hot(&self) -> bool {
        self.count().is_err()
    }

    /// Runs compiled code for the place that was come to, if there is some, until the interpreter has to go on.
    #[cold]
    #[inline(never)]
    pub(crate) fn enter_compiled(&mut self) -> Step {
        let Some(tier) = self.tier.clone() else { return Ok(()) };
        while self.quantum > 0 {
            // Code is entered with no frame being filled.
            if self.cur.records.len() != self.cur.active as usize + 1 {
                self.heat(SELDOM);
                return Ok(());
            }
            if self.nested == 0 {
                (self.bottom, self.leaving) = (self.cur.active, false);
            } else if self.is_deep() {
                self.leaving = true;
                return Ok(());
            }
            self.share();
            // A function that the machine entered returns to it, and nothing is known of where its result goes.
            let words = [self.host(self.fp), self.quantum.into(), self.shared.active.get(), 0];
            // Steps change what these are, and calls the code.
            let (code, pc, given) = (Rc::clone(&self.code), self.pc, self.quantum);
            match tier.enter(self, self.code.number, self.pc, words) {
                Entered::Not(again) => {
                    self.heat(again);
                    return Ok(());
                }
                Entered::Ran([place, quantum]) => {
                    let left = quantum as u32;
                    // For want of quantum, code is left by itself.
                    let forced = given >= ENOUGH || place >> KIND != LEFT;
                    let far = std::mem::take(&mut self.turned) || given.saturating_sub(left) >= SHORT;
                    if let Some(heat) = code.heat.get(pc as usize) {
                        heat.set(self.again(far || !forced));
                    }
                    self.take_back();
                    self.quantum = left;
                    self.pc = place as u32;
                    match place >> KIND {
                        RETURNED => {
                            self.pc = self.cur.records.dropped().map_or(0, |record| record.pc);
                            return if self.cur.active == self.floor { Err(Trap::Returned) } else { Ok(()) };
                        }
                        CALLED if self.is_hot() => {}
                        TRAPPED => return Err(self.trapped.take().unwrap_or(Trap::Invalid)),
                        _ => return Ok(()),
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether compiled code could hardly call anything more.
    fn is_deep(&self) -> bool {
        let limit = u64::from(self.bottom) + DEPTH;
        u64::from(self.cur.active) >= limit
            || self.cur.near(self.bottom, limit, self.word) < self.cur.stack().0[0] + LARGEST
    }

    /// How often a place is come to before its code is entered again. Where it never gets far, and that is not for want of quantum,
    /// it costs more than it gives.
    #[inline]
    fn again(&self, gives: bool) -> u32 {
        if gives || self.threshold == 1 { 1 } else { SELDOM }
    }

    /// This place is hot when it was come to so often.
    #[inline]
    fn heat(&self, times: u32) {
        if let Some(heat) = self.code.heat.get(self.pc as usize) {
            heat.set(times);
        }
    }

    /// Puts what compiled code looks at where it finds it.
    #[inline]
    fn share(&mut self) {
        let (base, limit) = (self.heap.memory.host_address(), u64::from(self.bottom) + DEPTH);
        self.cur.reserve(limit, self.word);
        let shared = &self.shared;
        let [records, len, room] = self.cur.records.host();
        let ([top, end], start) = self.cur.stack();
        let at = |number: u64| records + number * record::SIZE as u64;
        shared.records.set(records);
        shared.len.set(at(len));
        let limit = room.min(limit);
        shared.limit.set(at(limit));
        shared.base.set(base);
        shared.near.set(base + end.min(self.cur.near(self.bottom, limit, self.word)));
        shared.top.set(base + top);
        shared.end.set(base + end);
        shared.start.set(start.map_or(0, |start| base + start));
        shared.active.set(at(self.cur.active.into()));
        shared.mp.set(self.mp.into());
        shared.module.set(self.cur.module.into());
        self.share_little();
    }

    /// The same behind an instruction that made or dropped no frame and ran nothing.
    #[inline]
    fn share_little(&mut self) {
        let shared = &self.shared;
        shared.fuel.set(self.fuel);
        shared.freed.set(self.heap.freed());
        if shared.known.get() != self.heap.types.count() as u64 {
            self.share_types();
        }
    }

    /// Where a place of the machine's memory is in that of the host.
    #[inline]
    fn host(&self, at: Addr) -> u64 {
        self.shared.base.get() + u64::from(at)
    }

    /// The other way round.
    #[inline]
    fn address_at(&self, host: u64) -> Addr {
        host.wrapping_sub(self.shared.base.get()) as Addr
    }

    /// The number of the record that is there.
    #[inline]
    fn record_at(&self, address: u64) -> u32 {
        (address.wrapping_sub(self.shared.records.get()) / record::SIZE as u64) as u32
    }

    #[cold]
    fn share_types(&mut self) {
        let mut list = self.shared.list.borrow_mut();
        for id in list.len() as u32 / 2..self.heap.types.count() as u32 {
            let ty = &self.heap.types[id];
            let words = ty.pointers.iter().map(|at| at / self.word).filter(|word| *word < 64);
            list.push(Cell::new(ty.size.into()));
            list.push(Cell::new(words.fold(0, |bits, word| bits | 1 << word)));
        }
        self.shared.types.set(list.as_ptr().expose_provenance() as u64);
        self.shared.known.set(self.heap.types.count() as u64);
    }

    /// The other way round.
    #[inline]
    fn take_back(&mut self) {
        self.fuel = self.shared.fuel.get();
        self.cur.records.set_len(self.record_at(self.shared.len.get()) as usize);
        self.cur.set_top(self.address_at(self.shared.top.get()));
        self.cur.active = self.record_at(self.shared.active.get());
        self.follow_module();
        self.fp = self.cur.records.get(self.cur.active as usize).map_or(dis_rt::NIL, |record| record.fp);
    }

    /// Another module runs where compiled code has called one.
    #[inline]
    fn follow_module(&mut self) {
        let module = self.shared.module.get() as u32;
        if module != self.cur.module {
            self.change_to(module);
        }
    }

    #[cold]
    fn change_to(&mut self, reference: Addr) {
        self.cur.module = reference;
        self.mp = self.heap.memory.pointer(reference + module::DATA);
        let number = self.heap.memory.u32(reference + module::NUMBER);
        if let Some(code) = self.loaded.get(number as usize).and_then(Option::as_ref).and_then(|l| l.code()) {
            self.code = Rc::clone(code);
        }
    }

    /// Code by its number.
    pub(crate) fn code_of(&self, number: u32) -> Option<Rc<Code>> {
        let all = [&self.code].into_iter().chain(self.loaded.iter().flatten().filter_map(|each| each.code()));
        all.into_iter().find(|code| code.number == number).map(Rc::clone)
    }

    /// What the tier calls the place at an instruction of the code that runs; 0 before it said.
    #[inline]
    pub fn tier_place(&self, pc: u32) -> u32 {
        self.code.places.get(pc as usize).map_or(0, Cell::get)
    }

    /// The same for code with this number.
    pub fn tier_place_in(&self, code: u32, pc: u32) -> u32 {
        self.code_of(code).and_then(|code| code.places.get(pc as usize).map(Cell::get)).unwrap_or(0)
    }

    /// Keeps what the tier calls it, and by which number it declared it.
    pub fn tier_declare(&mut self, id: u64, code: u32, pc: u32, place: u32) {
        self.places.insert(id, pc);
        if let Some(code) = self.code_of(code)
            && let Some(cell) = code.places.get(pc as usize)
        {
            cell.set(place);
        }
    }

    /// The instruction of a place that was declared by this number.
    pub fn tier_begin(&self, id: u64) -> Option<u32> {
        self.places.get(&id).copied()
    }

    /// The name of the module with code of this number, while there is one.
    pub fn tier_name(&self, code: u32) -> Option<Rc<str>> {
        self.code_of(code).map(|code| Rc::clone(&code.name))
    }

    /// What there is to know about the running function for compiling it from an instruction on.
    pub fn snapshot(&mut self, pc: u32) -> Snapshot {
        let code = Rc::clone(&self.code);
        Snapshot::new(self, &code, pc)
    }
}

/// What a place in a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Slot {
    /// 8 bits.
    Byte,
    /// 32 bits in a word.
    Word,
    /// A counted reference.
    Reference,
    /// 64 bits.
    Big,
    /// 64 bits of a real.
    Real,
}
