//! Entries of tables by keys that are computed or stand in the program, and what is quick about strings.
//!
//! What is no table leaves, until that was seen. Keys are looked for by identity, as interned strings are found, and all else is
//! the interpreter's.

use crate::emit::{Emitter, OBJECT, VALUE};
use crate::runtime::Reason;
use crate::value::{Kind, Val};
use ir::{Block, IntCond, Op as Ir, Type, Value};
use sox_bytecode::Inst;
use sox_bytecode::feedback::{MIXED, Seen, TABLE};
use sox_rt::{Buffer, Index, Str, Table, Tag};

/// Bytes of an entry: key and value.
const ENTRY: i32 = 2 * VALUE;
/// Offset of the payload of the first entry's key.
const KEY: i32 = OBJECT + Buffer::SLOTS as i32 + crate::emit::PAYLOAD;
/// Offset of the first entry's value.
const CONTENTS: i32 = OBJECT + Buffer::SLOTS as i32 + VALUE;

/// Where an entry is.
struct Entry {
    /// The handle of the buffer that has it.
    entries: Value,
    /// What it is at an offset of.
    address: Value,
    offset: i32,
}

/// What an instruction found out that others of the same table and key want to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The handles of table and key.
    of: (Value, Value),
    entries: Value,
    /// The distance of the entry's end from the first one, 0 where that is not known.
    distance: Value,
}

impl Emitter<'_> {
    /// Goes on where a condition holds, else to a block.
    pub(crate) fn or_else(&mut self, holds: Value, other: Block) {
        let on = self.new_block(&[]);
        self.b().brif(holds, (on, &[]), (other, &[]));
        self.switch_to(on);
    }

    /// Ends the quick way, which has the value for R[A] if there is one, and has the interpreter execute this instruction in the
    /// block for the other way. Goes on behind both.
    pub(crate) fn or_stepped(&mut self, slow: Block, value: Option<Val>) {
        let inst = self.feedback.function().code[self.pc];
        let mut types = if value.is_some() { vec![Type::I64; 2] } else { Vec::new() };
        types.extend(self.count.map(|_| Type::I32));
        let done = self.new_block(&types);
        let args = self.with_count(value);
        self.b().jump(done, &args);
        self.switch_to(slow);
        let gives = value.is_some();
        let args = self.apart(|this| {
            this.stepped();
            let value = gives.then(|| this.reg(inst.a()));
            this.with_count(value)
        });
        self.b().jump(done, &args);
        self.switch_to(done);
        let params = self.params(done);
        if gives {
            self.set(inst.a(), Val::Any(params[0], params[1]));
        }
        self.count = self.count.and(params.last().copied());
    }

    fn with_count(&mut self, value: Option<Val>) -> Vec<Value> {
        let mut args = Vec::new();
        if let Some(value) = value {
            let (tag, payload) = self.boxed(value);
            args.extend([tag, payload]);
        }
        args.extend(self.count);
        args
    }

    /// The handle in a register, where that holds an object of a kind; else on to a block. It may be one: that was looked at.
    fn handle_or(&mut self, reg: u8, wanted: Tag, slow: Block) -> Value {
        let value = self.reg(reg);
        let (tag, handle) = self.boxed(value);
        if value.kind() != Kind::Object(wanted) {
            let holds = self.is_tag(tag, wanted);
            self.or_else(holds, slow);
        }
        handle
    }

    /// The handle of a table in a register, likewise. Where others were not seen this leaves with them: around loops that look many
    /// keys up in one table, what it is is asked once.
    fn table_or(&mut self, reg: u8, slow: Block) -> Value {
        let handle =
            if self.flags() & MIXED == 0 { self.object(reg, Tag::Table, Reason::Mixed) } else { None };
        handle.unwrap_or_else(|| self.handle_or(reg, Tag::Table, slow))
    }

    fn may_be(&self, reg: u8, wanted: Tag) -> bool {
        matches!(self.reg(reg).kind(), Kind::Any) || self.reg(reg).kind() == Kind::Object(wanted)
    }

    /// `R[A] = R[B][R[C]]`, where that was a table.
    pub(crate) fn get_entry(&mut self, inst: Inst) {
        let slow = self.cold_block();
        let Some((entry, found)) = self.find(inst.b(), inst.c(), slow) else { return self.stepped() };
        let value = self.load_value(entry.address, entry.offset, self.classes.entries);
        let (tag, payload) = self.boxed(value);
        let done = self.new_block(&[Type::I64; 4]);
        self.b().jump(done, &[tag, payload, found.entries, found.distance]);
        self.switch_to(slow);
        self.apart(|this| {
            this.stepped();
            let (tag, payload) = this.boxed(this.reg(inst.a()));
            let unknown = this.int(0);
            this.b().jump(done, &[tag, payload, unknown, unknown]);
        });
        self.switch_to(done);
        let params = self.params(done);
        self.set(inst.a(), Val::Any(params[0], params[1]));
        self.found = Some(Found { entries: params[2], distance: params[3], ..found });
    }

    /// `R[A][R[B]] = R[C]`, likewise.
    pub(crate) fn set_entry(&mut self, inst: Inst) {
        let slow = self.cold_block();
        let Some((entry, _)) = self.find(inst.a(), inst.b(), slow) else { return self.stepped() };
        self.put(&entry, inst.c(), slow);
    }

    fn put(&mut self, entry: &Entry, value: u8, slow: Block) {
        let value = self.reg(value);
        self.store_value(value, entry.address, entry.offset, self.classes.entries);
        self.stored(entry.entries, value);
        self.or_stepped(slow, None);
    }

    /// Looks for the entry of a key.
    fn find(&mut self, table: u8, key: u8, slow: Block) -> Option<(Entry, Found)> {
        let may_be = self.may_be(table, Tag::Table) && self.may_be(key, Tag::String);
        if self.flags() & TABLE == 0 || !may_be {
            return None;
        }
        let ((_, table_handle), (_, key_handle)) = (self.boxed(self.reg(table)), self.boxed(self.reg(key)));
        let of = (table_handle, key_handle);
        let (there, found) = (self.new_block(&[Type::I64, Type::I64]), self.new_block(&[Type::I64]));
        if let Some(known) = self.found.filter(|known| known.of == of) {
            // It was found for what it is now: what the registers hold need not be looked at again.
            let (search, none) = (self.cold_block(), self.int(0));
            let is_known = self.b().icmp(IntCond::Ne, known.distance, none);
            self.b().brif(is_known, (there, &[known.entries, known.distance]), (search, &[]));
            self.switch_to(search);
        }
        let handle = self.table_or(table, slow);
        let key = self.handle_or(key, Tag::String, slow);
        let (table, class) = (self.pointer(handle), self.classes.tables);
        let entries = self.load(Type::I64, table, OBJECT + Table::ENTRIES_OFFSET as i32, class);
        let index = self.load(Type::I64, table, OBJECT + Table::INDEX_OFFSET as i32, class);
        let base = self.pointer(entries);
        let (few, none) = (self.new_block(&[]), self.int(0));
        let indexed = self.b().icmp(IntCond::Ne, index, none);
        self.or_else(indexed, few);
        self.probe(index, (base, key), (found, slow));
        self.switch_to(few);
        self.search(table, (base, key), (found, slow));
        self.switch_to(found);
        let distance = self.params(found)[0];
        self.b().jump(there, &[entries, distance]);
        self.switch_to(there);
        let params = self.params(there);
        let (entries, distance) = (params[0], params[1]);
        let base = self.pointer(entries);
        let address = self.b().binary(Ir::PtrAdd, base, distance);
        let entry = Entry { entries, address, offset: CONTENTS - ENTRY };
        Some((entry, Found { of, entries, distance }))
    }

    /// Whether the key is that of the entry that ends at a distance from the first one.
    fn is_key(&mut self, (base, key): (Value, Value), distance: Value) -> Value {
        let address = self.b().binary(Ir::PtrAdd, base, distance);
        let other = self.load(Type::I64, address, KEY - ENTRY, self.classes.keys);
        self.b().icmp(IntCond::Eq, other, key)
    }

    /// Looks for a key by an index, and goes to the block for the entry, with the distance of its end, or to the one for others.
    /// The first place is looked at apart from the rest: mostly that is it.
    fn probe(&mut self, index: Value, (base, key): (Value, Value), (found, slow): (Block, Block)) {
        let string = self.pointer(key);
        let hash = self.load(Type::I32, string, OBJECT + Str::HASH_OFFSET as i32, self.classes.strings);
        let hash = self.b().unary(Ir::Zext, hash);
        let index = self.pointer(index);
        let count = OBJECT + Index::CAPACITY_OFFSET as i32;
        let count = self.load(Type::I64, index, count, self.classes.capacities);
        let one = self.int(1);
        let mask = self.b().binary(Ir::Isub, count, one);
        let first = self.b().binary(Ir::Band, hash, mask);
        let again = self.new_block(&[Type::I64]);
        self.look(index, (base, key), first, (found, again, slow));
        self.switch_to(again);
        let last = self.params(again)[0];
        let one = self.int(1);
        let next = self.b().binary(Ir::Iadd, last, one);
        let next = self.b().binary(Ir::Band, next, mask);
        // An index is never full.
        self.look(index, (base, key), next, (found, again, slow));
    }

    /// Looks at one place of an index.
    fn look(
        &mut self,
        index: Value,
        entries: (Value, Value),
        at: Value,
        (found, again, slow): (Block, Block, Block),
    ) {
        let two = self.int(2);
        let distance = self.b().binary(Ir::Ishl, at, two);
        let place = self.b().binary(Ir::PtrAdd, index, distance);
        let number = self.load(Type::I32, place, OBJECT + Index::PLACES as i32, self.classes.indexes);
        let none = self.b().iconst(Type::I32, 0);
        let there = self.b().icmp(IntCond::Ne, number, none);
        self.or_else(there, slow);
        let number = self.b().unary(Ir::Zext, number);
        let shift = self.int(u64::from(ENTRY.trailing_zeros()));
        let distance = self.b().binary(Ir::Ishl, number, shift);
        let is_it = self.is_key(entries, distance);
        self.b().brif(is_it, (found, &[distance]), (again, &[at]));
    }

    /// Looks for a key in a table with few entries, likewise.
    fn search(&mut self, table: Value, (base, key): (Value, Value), (found, slow): (Block, Block)) {
        let used = self.load(Type::I64, table, OBJECT + Table::USED_OFFSET as i32, self.classes.tables);
        let shift = self.int(u64::from(ENTRY.trailing_zeros()));
        let end = self.b().binary(Ir::Ishl, used, shift);
        let again = self.new_block(&[Type::I64]);
        let first = self.int(ENTRY as u64);
        self.b().jump(again, &[first]);
        self.switch_to(again);
        let distance = self.params(again)[0];
        let inside = self.b().icmp(IntCond::Ule, distance, end);
        self.or_else(inside, slow);
        let is_it = self.is_key((base, key), distance);
        let entry = self.int(ENTRY as u64);
        let next = self.b().binary(Ir::Iadd, distance, entry);
        self.b().brif(is_it, (found, &[distance]), (again, &[next]));
    }

    /// The entry of a constant name at the place where it was the last time, if all that was seen are tables.
    fn field(&mut self, inst: Inst, table: u8, slow: Block) -> Option<Entry> {
        let [Seen::Entry(place)] = *self.seen(inst) else { return None };
        let offset = i32::try_from(place).ok()?.checked_mul(ENTRY)?.checked_add(CONTENTS)?;
        let name = *self.feedback.function().caches.get(inst.index())?;
        let (tag, name) = *self.feedback.constants.get(name as usize)?;
        if tag != Tag::String as u64 || !self.may_be(table, Tag::Table) {
            return None;
        }
        let table = self.table_or(table, slow);
        let (table, class) = (self.pointer(table), self.classes.tables);
        let used = self.load(Type::I64, table, OBJECT + Table::USED_OFFSET as i32, class);
        let place = self.int(place as u64);
        let inside = self.b().icmp(IntCond::Ult, place, used);
        self.or_else(inside, slow);
        let entries = self.load(Type::I64, table, OBJECT + Table::ENTRIES_OFFSET as i32, class);
        let address = self.pointer(entries);
        let other = self.load(Type::I64, address, offset - CONTENTS + KEY, self.classes.keys);
        let name = self.int(name);
        let is_it = self.b().icmp(IntCond::Eq, other, name);
        self.or_else(is_it, slow);
        Some(Entry { entries, address, offset })
    }

    /// `R[A] = R[B].name`, where no instance was seen.
    pub(crate) fn get_field(&mut self, inst: Inst) {
        let slow = self.cold_block();
        let Some(entry) = self.field(inst, inst.b(), slow) else { return self.stepped() };
        let value = self.load_value(entry.address, entry.offset, self.classes.entries);
        self.or_stepped(slow, Some(value));
    }

    /// `R[A].name = R[B]`, likewise.
    pub(crate) fn set_field(&mut self, inst: Inst) {
        let slow = self.cold_block();
        let Some(entry) = self.field(inst, inst.a(), slow) else { return self.stepped() };
        self.put(&entry, inst.b(), slow);
    }

    /// Whether two strings are both interned: then they are equal only if they are one.
    pub(crate) fn both_interned(&mut self, x: Value, y: Value) -> Value {
        let [x, y] = [x, y].map(|handle| {
            let address = self.pointer(handle);
            self.load(Type::I32, address, OBJECT + Str::STATE_OFFSET as i32, self.classes.strings)
        });
        let both = self.b().binary(Ir::Band, x, y);
        let bit = self.b().iconst(Type::I32, i64::from(Str::INTERNED));
        let interned = self.b().binary(Ir::Band, both, bit);
        let none = self.b().iconst(Type::I32, 0);
        self.b().icmp(IntCond::Ne, interned, none)
    }
}
