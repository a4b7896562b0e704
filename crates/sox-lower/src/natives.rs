//! Natives, and the runtime's methods of arrays and strings, that compiled code executes itself.

use crate::emit::{Emitter, OBJECT, VALUE};
use crate::runtime::Reason;
use crate::value::{Kind, Val};
use ir::{FloatCond, IntCond, Op as Ir, Type, Value};
use sox_bytecode::Inst;
use sox_bytecode::feedback::{BIG, Feedback, MANY, OTHER, Seen, Target};
use sox_rt::{Array, Buffer, Native as Object, Str, Tag};

/// What is executed in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Native {
    Sqrt,
    Floor,
    Ceil,
    Abs,
    Min,
    Max,
    Len,
    Push,
}

impl Native {
    /// The native of a name, called with so many arguments.
    fn named(name: &str, args: u8) -> Option<Native> {
        Some(match (name, args) {
            ("mathSqrt", 1) => Native::Sqrt,
            ("mathFloor", 1) => Native::Floor,
            ("mathCeil", 1) => Native::Ceil,
            ("mathAbs", 1) => Native::Abs,
            ("mathMin", 2) => Native::Min,
            ("mathMax", 2) => Native::Max,
            ("len", 1) => Native::Len,
            ("push", 2) => Native::Push,
            _ => return None,
        })
    }

    fn args(self) -> u8 {
        if matches!(self, Native::Min | Native::Max | Native::Push) { 2 } else { 1 }
    }

    /// Whether an argument may be of a kind. What never is goes to the interpreter.
    fn takes(self, at: u8, kind: Kind) -> bool {
        match self {
            _ if kind == Kind::Any => true,
            Native::Len => matches!(kind, Kind::Object(Tag::Array | Tag::String)),
            Native::Push => at == 1 || kind == Kind::Object(Tag::Array),
            _ => kind.is_number(),
        }
    }
}

/// The native that a call is known to call, and its number.
fn known(feedback: &Feedback, pc: usize) -> Option<(Native, u32)> {
    // The checks of arguments leave with reasons that are noted as one of these.
    if feedback.flags[pc] & (MANY | OTHER | BIG) != 0 {
        return None;
    }
    let [Target::Native(name, number)] = feedback.targets_at(pc)[..] else { return None };
    let args = feedback.function().code[pc].b();
    Native::named(name, args).map(|native| (native, number))
}

/// The kind of what a call of a native that is executed in place hands back.
pub(crate) fn kind(feedback: &Feedback, pc: usize) -> Option<Kind> {
    let (native, _) = known(feedback, pc)?;
    Some(match native {
        Native::Len => Kind::Int,
        Native::Push => Kind::Object(Tag::Array),
        _ => Kind::Number,
    })
}

impl Emitter<'_> {
    /// A call of a native in R[A], if that is executed in place.
    pub(crate) fn native(&mut self, inst: Inst) -> bool {
        let Some((native, number)) = known(self.feedback, self.pc) else { return false };
        if !self.may_take(native, inst.a() + 1) {
            return false;
        }
        let Some(handle) = self.object(inst.a(), Tag::Native, Reason::Shape) else { return false };
        if self.known_number(handle) != Some(number) {
            let address = self.pointer(handle);
            let offset = OBJECT + Object::NUMBER_OFFSET as i32;
            let found = self.load(Type::I32, address, offset, self.classes.closures);
            let wanted = self.b().iconst(Type::I32, i64::from(number));
            let holds = self.b().icmp(IntCond::Eq, found, wanted);
            self.guard(holds, Reason::Shape);
        }
        self.execute(native, inst.a() + 1, inst.a());
        true
    }

    /// A call of a method that the runtime has for R[A], if that is executed in place.
    pub(crate) fn builtin(&mut self, inst: Inst) -> bool {
        // Of what is no instance the other flag is always noted.
        if self.flags() & (MANY | BIG) != 0 {
            return false;
        }
        let [Seen::Builtin(tag, name)] = *self.seen(inst) else { return false };
        let native = match Native::named(name, inst.b() + 1) {
            Some(native @ (Native::Len | Native::Push)) => native,
            _ => return false,
        };
        let is_known = tag == Tag::Array as u64 || tag == Tag::String as u64 && native == Native::Len;
        if !is_known || !self.may_take(native, inst.a()) {
            return false;
        }
        self.execute(native, inst.a(), inst.a());
        true
    }

    fn may_take(&self, native: Native, first: u8) -> bool {
        (0..native.args()).all(|at| native.takes(at, self.reg(first + at).kind()))
    }

    fn execute(&mut self, native: Native, first: u8, to: u8) {
        match native {
            Native::Push => return self.push_element((first, first + 1), to),
            Native::Len => {
                let len = self.length(self.reg(first));
                return self.set(to, Val::Int(len));
            }
            _ => {}
        }
        let Some(x) = self.number(first) else { return self.stepped() };
        let y = if native.args() == 2 { self.number(first + 1) } else { Some(x) };
        let Some(y) = y else { return self.stepped() };
        let result = match native {
            Native::Min => self.first_or_second(FloatCond::Lt, x, y),
            Native::Max => self.first_or_second(FloatCond::Gt, x, y),
            Native::Sqrt => self.square_root(x),
            Native::Abs => self.rounded(Ir::Fabs, x),
            // Integers are rounded already.
            Native::Floor | Native::Ceil if matches!(x, Val::Int(_)) => x,
            Native::Floor => self.rounded(Ir::Ffloor, x),
            _ => self.rounded(Ir::Fceil, x),
        };
        self.set(to, result);
    }

    fn rounded(&mut self, op: Ir, x: Val) -> Val {
        let x = self.float(x);
        Val::Number(self.b().unary(op, x))
    }

    /// Of negative numbers it throws, which is left to the interpreter.
    fn square_root(&mut self, x: Val) -> Val {
        let x = self.float(x);
        let (zero, yes) = (self.b().fconst(0.0), self.b().bconst(true));
        let negative = self.b().fcmp(FloatCond::Lt, x, zero);
        let holds = self.b().binary(Ir::Bxor, negative, yes);
        self.guard(holds, Reason::Operand);
        Val::Number(self.b().unary(Ir::Fsqrt, x))
    }

    /// The second number if it compares so with the first one, else the first.
    fn first_or_second(&mut self, cond: FloatCond, x: Val, y: Val) -> Val {
        let second = self.compare(cond, y, x);
        if let (Val::Int(x), Val::Int(y)) = (x, y) {
            return Val::Int(self.b().select(second, y, x));
        }
        let (x, y) = (self.float(x), self.float(y));
        Val::Number(self.b().select(second, y, x))
    }

    /// The length of an array or a string, as an integer of 32 bits. Leaves where it is something else.
    fn length(&mut self, value: Val) -> Value {
        let (tag, handle) = match value {
            Val::Object(Tag::Array, handle) => return self.array_length(handle),
            Val::Object(_, handle) => return self.string_length(handle),
            value => self.boxed(value),
        };
        let (array, other) = (self.new_block(&[]), self.new_block(&[]));
        let done = self.new_block(&[Type::I32]);
        let is_array = self.is_tag(tag, Tag::Array);
        self.b().brif(is_array, (array, &[]), (other, &[]));
        self.switch_to(array);
        let len = self.array_length(handle);
        self.b().jump(done, &[len]);
        self.switch_to(other);
        let is_string = self.is_tag(tag, Tag::String);
        self.guard(is_string, Reason::Integer);
        let len = self.string_length(handle);
        self.b().jump(done, &[len]);
        self.switch_to(done);
        self.params(done)[0]
    }

    fn array_length(&mut self, handle: Value) -> Value {
        let address = self.pointer(handle);
        let len = self.load(Type::I64, address, OBJECT + Array::LEN_OFFSET as i32, self.classes.arrays);
        let most = self.int(i32::MAX as u64);
        let fits = self.b().icmp(IntCond::Ule, len, most);
        self.guard(fits, Reason::Integer);
        self.b().unary(Ir::Wrap, len)
    }

    fn string_length(&mut self, handle: Value) -> Value {
        let address = self.pointer(handle);
        let len = self.load(Type::I32, address, OBJECT + Str::LEN_OFFSET as i32, self.classes.strings);
        let zero = self.b().iconst(Type::I32, 0);
        let fits = self.b().icmp(IntCond::Sge, len, zero);
        self.guard(fits, Reason::Integer);
        len
    }

    /// Appends to an array where its buffer has room. Where it has none the interpreter does.
    fn push_element(&mut self, (array, value): (u8, u8), to: u8) {
        let Some(handle) = self.object(array, Tag::Array, Reason::Integer) else { return self.stepped() };
        let (classes, value, slow) = (self.classes, self.reg(value), self.cold_block());
        let address = self.pointer(handle);
        let buffer = self.load(Type::I64, address, OBJECT + Array::BUFFER_OFFSET as i32, classes.arrays);
        let none = self.int(0);
        let there = self.b().icmp(IntCond::Ne, buffer, none);
        self.or_else(there, slow);
        let (base, len_offset) = (self.pointer(buffer), OBJECT + Array::LEN_OFFSET as i32);
        let room = OBJECT + Buffer::CAPACITY_OFFSET as i32;
        let room = self.load(Type::I64, base, room, classes.capacities);
        let len = self.load(Type::I64, address, len_offset, classes.arrays);
        let fits = self.b().icmp(IntCond::Ult, len, room);
        self.or_else(fits, slow);
        let shift = self.int(u64::from(VALUE.trailing_zeros()));
        let distance = self.b().binary(Ir::Ishl, len, shift);
        let place = self.b().binary(Ir::PtrAdd, base, distance);
        self.store_value(value, place, OBJECT + Buffer::SLOTS as i32, classes.elements);
        let one = self.int(1);
        let longer = self.b().binary(Ir::Iadd, len, one);
        self.b().store(longer, address, len_offset, classes.arrays);
        self.stored(buffer, value);
        self.or_stepped(slow, None);
        self.set(to, Val::Object(Tag::Array, handle));
    }
}
