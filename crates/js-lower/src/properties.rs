//! Properties by what inline caches say, global bindings, variables in environments.

use crate::emit::{Emitter, VALUE};
use crate::memory::{Place, Slots};
use crate::runtime::Reason;
use crate::snapshot::{Access, Note};
use crate::value::Val;
use ir::{Block, FloatCond, IntCond, Op as Ir, Type, Value};
use js_bytecode::{Inst, Op};
use js_rt::offsets::*;
use js_rt::{CacheKind, Value as Word};

/// Shapes that an access tells apart.
const MOST_SHAPES: usize = 4;

impl Emitter<'_> {
    /// Lowers an access to a property, a global binding or a variable; whether it is one.
    pub(crate) fn property(&mut self, inst: Inst) -> bool {
        match inst.op() {
            Op::GetProperty | Op::GetMethod => self.get_property(inst),
            Op::GetLength => self.get_length(inst),
            Op::SetProperty | Op::DefineField => self.set_property(inst),
            Op::GetGlobal => self.get_global(inst),
            Op::SetGlobal => self.set_global(inst),
            Op::OuterEnv => self.outer_env(inst),
            Op::GetEnv | Op::GetEnvChecked => self.get_env(inst),
            Op::SetEnv | Op::SetEnvChecked => self.set_env(inst),
            _ => return false,
        }
        true
    }

    /// The entries of the instruction's cache that are of use, if they are all there is to it.
    fn entries(&self, inst: Inst, useful: impl Fn(&Access) -> bool) -> Vec<Access> {
        if self.note().exits >= self.at.snapshot.most_exits() || self.note().bits & Note::PRIMITIVE != 0 {
            return Vec::new();
        }
        let all = self.at.snapshot.caches.get(inst.c() as usize).map_or(&[][..], |entries| &entries[..]);
        if all.len() > MOST_SHAPES || !all.iter().all(&useful) {
            return Vec::new();
        }
        all.to_vec()
    }

    fn outside(&self) -> bool {
        self.note().bits & Note::OUTSIDE != 0
    }

    fn get_property(&mut self, inst: Inst) {
        let entries = self.entries(inst, |entry| matches!(entry.kind, CacheKind::Own | CacheKind::Proto));
        let base = self.reg(inst.b());
        if entries.is_empty() || !matches!(base, Val::Any(_)) {
            return self.get_by_getter(inst, base);
        }
        let value = if let [entry] = &entries[..] {
            let object = self.object(base, None);
            let shape = self.has_shape(object, entry.shape);
            self.guard(shape, Reason::Shape);
            let place = self.place_by_entry(object, *entry);
            self.loaded(place, inst.a(), Reason::Shape)
        } else {
            Val::Any(self.by_entries(base, &entries))
        };
        if inst.op() == Op::GetMethod {
            self.set(inst.a() + 1, base);
        }
        self.set(inst.a(), value);
    }

    /// The value of a property of an object whose shape is that of an entry.
    fn by_entry(&mut self, object: Value, entry: Access) -> Value {
        let place = self.place_by_entry(object, entry);
        self.load_place(place, None, Reason::Shape)
    }

    /// Where it is.
    fn place_by_entry(&mut self, object: Value, entry: Access) -> Place {
        if matches!(entry.kind, CacheKind::Proto | CacheKind::ProtoAccessor) {
            let same = self.same_epoch(entry.epoch);
            self.guard(same, Reason::Prototype);
            let holder = self.address(entry.holder);
            let within = (!self.outside_of(entry)).then_some(entry.slot);
            self.slot_place(holder, entry.slot, within, None)
        } else {
            let within = self.within(entry);
            self.slot_place(object, entry.slot, within, None)
        }
    }

    /// A property that is a getter of a prototype, where that is known, and else whatever it is by the interpreter.
    fn get_by_getter(&mut self, inst: Inst, base: Val) {
        let entries = self.entries(inst, |entry| entry.kind == CacheKind::ProtoAccessor);
        let targets = self.straight_targets();
        // Where registers in use end is only known of frames that are there.
        let targets = if self.is_in_place() { Vec::new() } else { targets };
        let ([entry], Val::Any(receiver), [_, ..]) = (&entries[..], base, &targets[..]) else {
            return self.stepped();
        };
        let object = self.object(base, None);
        let shape = self.has_shape(object, entry.shape);
        self.guard(shape, Reason::Shape);
        let accessor = self.by_entry(object, *entry);
        let accessor = self.cell(Val::Any(accessor), KIND_ACCESSOR, None);
        let getter = self.load(Type::I64, accessor, ACCESSOR_GET, self.classes.payloads);
        self.call_functions(inst, (Val::Any(getter), Some(receiver)), &targets);
    }

    /// Slots of prototypes are where they are; of others, the note says where they were seen.
    fn outside_of(&self, entry: Access) -> bool {
        entry.outside.unwrap_or_else(|| self.outside())
    }

    /// Of an object's own slot: one that is in the object if this one is, and the same for all accesses to objects of the shape, so that one
    /// check is enough. None if it was seen outside.
    fn within(&mut self, entry: Access) -> Option<u32> {
        if self.outside_of(entry) {
            return None;
        }
        // Here, objects of the shape are not all alike.
        if self.note().exits > 0 {
            return Some(entry.slot);
        }
        // What was found in a function in place of a call does not say how far accesses of others go.
        let mut known = self.last_within.iter().filter(|(shape, _)| *shape == entry.shape);
        if let Some((_, last)) = known.find(|(_, last)| *last >= entry.slot) {
            return Some(*last);
        }
        let snapshot = self.at.snapshot;
        let accesses = snapshot.insts.iter().zip(&snapshot.notes).filter(|(inst, note)| {
            let own = matches!(inst.op(), Op::GetProperty | Op::GetMethod | Op::SetProperty);
            own && note.bits & Note::OUTSIDE == 0
        });
        let entries = accesses.filter_map(|(inst, _)| snapshot.caches.get(inst.c() as usize)).flatten();
        let same = entries.filter(|other| other.kind == CacheKind::Own && other.shape == entry.shape);
        let last = same.map(|other| other.slot).max().unwrap_or(entry.slot).max(entry.slot);
        self.last_within.push((entry.shape, last));
        Some(last)
    }

    /// The same for several shapes.
    fn by_entries(&mut self, base: Val, entries: &[Access]) -> Value {
        let object = self.object(base, None);
        let done = self.new_block(&[Type::I64]);
        for (index, entry) in entries.iter().enumerate() {
            let shape = self.has_shape(object, entry.shape);
            let next = (index + 1 < entries.len()).then(|| self.new_block(&[]));
            self.check(shape, next, Reason::Shape);
            let word = self.by_entry(object, *entry);
            self.b().jump(done, &[word]);
            if let Some(next) = next {
                self.switch_to(next);
            }
        }
        self.switch_to(done);
        self.params(done)[0]
    }

    /// The length of a string or an array.
    fn get_length(&mut self, inst: Inst) {
        let base = self.reg(inst.b());
        if self.note().bits & Note::OTHER != 0
            || self.note().exits >= self.at.snapshot.most_exits()
            || !matches!(base, Val::Any(_))
        {
            return self.stepped();
        }
        let word = self.boxed(base);
        let holds = self.is_cell(word);
        self.guard(holds, Reason::Shape);
        let pointer = self.pointer(word);
        let kind = self.load_byte(pointer, HEADER_KIND, self.classes.kinds);
        let wanted = self.small(KIND_OBJECT.into());
        let is_object = self.b().icmp(IntCond::Eq, kind, wanted);
        let (object, string) = (self.new_block(&[]), self.new_block(&[]));
        let done = self.new_block(&[Type::I32]);
        self.b().brif(is_object, (object, &[]), (string, &[]));
        self.switch_to(string);
        let wanted = self.small(KIND_STRING.into());
        let is_string = self.b().icmp(IntCond::Eq, kind, wanted);
        self.guard(is_string, Reason::Shape);
        let length = self.load(Type::I32, pointer, STRING_LEN, self.classes.fixed);
        self.b().jump(done, &[length]);
        self.switch_to(object);
        let array = self.is_class(pointer, CLASS_ARRAY);
        self.guard(array, Reason::Shape);
        let length = self.load(Type::I64, pointer, OBJECT_PAYLOAD, self.classes.payloads);
        let length = self.int_of(length, Reason::Integer);
        self.b().jump(done, &[length]);
        self.switch_to(done);
        let length = Val::Int(self.params(done)[0]);
        self.set(inst.a(), length);
    }

    fn set_property(&mut self, inst: Inst) {
        let adds = |entry: &Access| entry.kind == CacheKind::Add && entry.next != 0;
        let entries = self.entries(inst, |entry| entry.kind == CacheKind::Own || adds(entry));
        let base = self.reg(inst.a());
        if entries.is_empty() || !matches!(base, Val::Any(_)) {
            return self.stepped();
        }
        let (object, value) = (self.object(base, None), self.reg(inst.b()));
        let slow = entries.iter().any(adds).then(|| self.cold_block());
        let done = self.new_block(&[]);
        for (index, entry) in entries.iter().enumerate() {
            let shape = self.has_shape(object, entry.shape);
            let next = (index + 1 < entries.len()).then(|| self.new_block(&[]));
            self.check(shape, next, Reason::Shape);
            match slow {
                Some(slow) if adds(entry) => self.add_property(inst, (object, value), *entry, slow),
                _ => {
                    let within = self.within(*entry);
                    let place = self.slot_place(object, entry.slot, within, None);
                    self.store_place(value, place);
                }
            }
            self.b().jump(done, &[]);
            if let Some(next) = next {
                self.switch_to(next);
            }
        }
        self.switch_to(done);
        if let Some(slow) = slow {
            self.join(slow);
        }
    }

    /// Adds a property to an object whose shape is that of an entry; where more is to be done, the runtime does all of it.
    fn add_property(&mut self, inst: Inst, (object, value): (Value, Val), entry: Access, slow: Block) {
        if inst.op() == Op::SetProperty {
            let same = self.same_epoch(entry.epoch);
            self.or_else(same, slow);
        }
        // Changes of such an object's shape are counted.
        let flags = self.load(Type::I32, object, HEADER_AUX, self.classes.flags);
        let (mask, zero) = (self.small(FLAG_PROTO_CACHED as i32), self.small(0));
        let flag = self.b().binary(Ir::Band, flags, mask);
        let plain = self.b().icmp(IntCond::Eq, flag, zero);
        self.or_else(plain, slow);
        // The shape is a reference, so old objects are reported whatever the value is.
        let state = self.load_byte(object, HEADER_STATE, self.classes.states);
        let old = self.small(STATE_OLD.into());
        let young = self.b().icmp(IntCond::Ne, state, old);
        self.or_else(young, slow);
        let within = (!self.outside()).then_some(entry.slot);
        let place = self.slot_place(object, entry.slot, within, Some(slow));
        if within.is_some() {
            let word = self.boxed(value);
            self.store(word, place.base, place.offset, place.class);
        } else {
            self.store_place(value, place);
        }
        let next = self.int(entry.next);
        self.store(next, object, OBJECT_SHAPE, self.classes.shapes);
    }

    /// Where a global binding is; none if the cache does not say.
    fn global(&mut self, inst: Inst) -> Option<Place> {
        let known = |entry: &Access| matches!(entry.kind, CacheKind::Own | CacheKind::Lexical);
        let entry = *self.entries(inst, known).first()?;
        if entry.kind == CacheKind::Lexical {
            let environment = self.address(entry.env);
            return Some(self.variable_place(environment, entry.slot));
        }
        let holder = self.address(entry.holder);
        let shape = self.has_shape(holder, entry.shape);
        self.guard(shape, Reason::Binding);
        let same = self.same_epoch(entry.epoch);
        self.guard(same, Reason::Prototype);
        let within = (!self.outside_of(entry)).then_some(entry.slot);
        Some(self.slot_place(holder, entry.slot, within, None))
    }

    fn get_global(&mut self, inst: Inst) {
        let Some(place) = self.global(inst) else { return self.stepped() };
        let value = self.loaded(place, inst.a(), Reason::Binding);
        self.set(inst.a(), value);
    }

    fn set_global(&mut self, inst: Inst) {
        let Some(place) = self.global(inst) else { return self.stepped() };
        self.load_place(place, None, Reason::Binding);
        let value = self.reg(inst.a());
        self.store_place(value, place);
    }

    /// The environment that the callee was made in.
    fn outer_env(&mut self, inst: Inst) {
        let callee = self.reg(0);
        if !matches!(callee, Val::Any(_)) {
            return self.stepped();
        }
        let object = self.object(callee, None);
        let function = self.is_class(object, CLASS_FUNCTION);
        self.guard(function, Reason::Shape);
        let closure = self.load(Type::I64, object, OBJECT_PAYLOAD, self.classes.fixed);
        let closure = self.pointer(closure);
        let environment = self.load(Type::I64, closure, CLOSURE_ENV, self.classes.fixed);
        let (zero, none) = (self.int(0), self.int(Word::UNDEFINED.bits()));
        let some = self.b().icmp(IntCond::Ne, environment, zero);
        let word = self.b().select(some, environment, none);
        self.set(inst.a(), Val::Any(word));
    }

    /// Where a variable is: in the environment of R[B], or so many hops out.
    fn variable(&mut self, inst: Inst) -> Option<Place> {
        let Val::Any(_) = self.reg(inst.b()) else { return None };
        let mut environment = self.cell(self.reg(inst.b()), KIND_ENVIRONMENT, None);
        for _ in 0..inst.c() >> 16 {
            let parent = self.load(Type::I64, environment, ENV_PARENT, self.classes.fixed);
            self.not_empty(parent, None, Reason::Binding);
            environment = self.pointer(parent);
        }
        let slot = (inst.c() & 0xffff) as usize;
        let (count, number) =
            (self.load(Type::I64, environment, ENV_COUNT, self.classes.fixed), self.int(slot as u64));
        let there = self.b().icmp(IntCond::Ult, number, count);
        self.guard(there, Reason::Binding);
        Some(self.variable_place(environment, slot as u32))
    }

    fn variable_place(&mut self, environment: Value, slot: u32) -> Place {
        let offset = ENV_SLOTS + VALUE as usize * slot as usize;
        Place { owner: environment, base: environment, offset, class: self.slots(Slots::Variable(slot)) }
    }

    fn get_env(&mut self, inst: Inst) {
        let Some(place) = self.variable(inst) else { return self.stepped() };
        let value = if inst.op() == Op::GetEnvChecked {
            self.loaded(place, inst.a(), Reason::Binding)
        } else {
            Val::Any(self.load(Type::I64, place.base, place.offset, place.class))
        };
        self.set(inst.a(), value);
    }

    fn set_env(&mut self, inst: Inst) {
        let Some(place) = self.variable(inst) else { return self.stepped() };
        if inst.op() == Op::SetEnvChecked {
            self.load_place(place, None, Reason::Binding);
        }
        let value = self.reg(inst.a());
        self.store_place(value, place);
    }

    /// A check of TDZ or of `this`: whether R[A] is empty.
    pub(crate) fn check_empty(&mut self, inst: Inst, wanted: bool) {
        match self.reg(inst.a()) {
            Val::Any(word) => {
                let zero = self.int(0);
                let cond = if wanted { IntCond::Eq } else { IntCond::Ne };
                let holds = self.b().icmp(cond, word, zero);
                self.guard(holds, Reason::Binding);
            }
            Val::Constant(0) if wanted => {}
            Val::Constant(0) => self.stepped(),
            _ if wanted => self.stepped(),
            _ => {}
        }
    }

    /// CoerceThis of an object, or CheckObject: the object it is.
    pub(crate) fn check_object(&mut self, reg: u16) -> bool {
        let value = self.reg(reg);
        if !matches!(value, Val::Any(_)) || self.note().exits >= self.at.snapshot.most_exits() {
            return false;
        }
        self.object(value, None);
        true
    }

    /// Unused where every way is checked in place.
    pub(crate) fn slow_block(&mut self) -> Option<Block> {
        (self.note().bits & Note::OTHER != 0 || self.note().exits >= self.at.snapshot.most_exits())
            .then(|| self.cold_block())
    }

    /// An index as a word: an int32 as it is, other numbers if they are one.
    pub(crate) fn index(&mut self, reg: u16, slow: Option<Block>) -> Option<Value> {
        match self.reg(reg) {
            Val::Int(int) => Some(int),
            Val::Any(word) => {
                let holds = self.is_int(word);
                self.check(holds, slow, Reason::Number);
                Some(self.b().unary(Ir::Wrap, word))
            }
            value @ Val::Number(number, _) => match slow {
                None => Some(self.integer(value, Reason::Integer)),
                Some(slow) => {
                    let int = self.b().convert(Ir::F64ToSint, Type::I32, number);
                    let back = self.b().unary(Ir::SintToF64, int);
                    let same = self.b().fcmp(FloatCond::Eq, back, number);
                    self.or_else(same, slow);
                    Some(int)
                }
            },
            _ => None,
        }
    }
}
