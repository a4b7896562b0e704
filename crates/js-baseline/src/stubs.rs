//! Machine code that all functions of an isolate share: entering and leaving, and what templates do not do in place.

use crate::context::{Context, StubAddresses, TYPED};
use crate::masm::*;
use code_memory::{Code, ExecSpace, FrameInfo, FrameOp};
use js_rt::offsets::*;
use js_rt::{Note, Value};
use js_vm::FRAME_CONSTRUCT;
use std::cell::Cell;
use std::mem::offset_of;

/// The published stubs.
pub(crate) struct Stubs {
    code: Code,
    /// Addresses of the stubs, in the order of [`list`], then those of typed arrays.
    addresses: Vec<usize>,
    /// What the entry does to the native stack.
    steps: Vec<FrameOp>,
}

/// Offset in the context of a field of its stubs.
macro_rules! stub {
    ($name:ident) => {
        std::mem::offset_of!(crate::context::Context, stubs)
            + std::mem::offset_of!(crate::context::StubAddresses, $name)
    };
}
pub(crate) use stub;

/// Offset in the context of a C function.
macro_rules! helper {
    ($name:ident) => {
        std::mem::offset_of!(crate::context::Context, helpers)
            + std::mem::offset_of!(crate::runtime::Helpers, $name)
    };
}
pub(crate) use helper;

type Emitter<M> = fn(&mut M);
type Field = fn(&StubAddresses) -> &Cell<usize>;

/// The stubs with where their addresses go.
fn list<M: Masm>() -> [(Field, Emitter<M>); 15] {
    [
        (|stubs| &stubs.leave, leave),
        (|stubs| &stubs.above, above),
        (|stubs| &stubs.enter, enter),
        (|stubs| &stubs.give, give),
        (|stubs| &stubs.add, |m| arithmetic(m, FAlu::Add)),
        (|stubs| &stubs.sub, |m| arithmetic(m, FAlu::Sub)),
        (|stubs| &stubs.mul, |m| arithmetic(m, FAlu::Mul)),
        (|stubs| &stubs.div, |m| arithmetic(m, FAlu::Div)),
        (|stubs| &stubs.compare, compare),
        (|stubs| &stubs.strict_equal, strict_equal),
        (|stubs| &stubs.truth, truth),
        (|stubs| &stubs.to_int32, to_int32),
        (|stubs| &stubs.get_property, get_property),
        (|stubs| &stubs.typed_element, typed_element),
        (|stubs| &stubs.set_typed_element, set_typed_element),
    ]
}

impl Stubs {
    /// Assembles and publishes the stubs.
    pub(crate) fn publish<M: Masm>(space: &ExecSpace, m: &mut M) -> Result<Stubs, String> {
        let Some(Assembled { steps, offsets }) = assemble(m) else {
            return Err("a branch among the stubs is too far".into());
        };
        let mut staged = space.alloc(m.position(), 16).map_err(|error| error.to_string())?;
        staged.bytes_mut().copy_from_slice(&m.buffer().bytes);
        staged.set_name("js:stubs");
        staged.set_frame(FrameInfo { ops: steps.clone() });
        let code = staged.publish().map_err(|error| error.to_string())?;
        let addresses = offsets.into_iter().map(|offset| offset + code.entry().addr()).collect();
        Ok(Stubs { code, addresses, steps: steps.into_iter().map(|(_, step)| step).collect() })
    }

    /// Tells a context where the stubs are.
    pub(crate) fn note(&self, to: &StubAddresses) {
        let list = list::<crate::Host>();
        let fields = list.iter().map(|(field, _)| field(to)).chain(&to.typed_get).chain(&to.typed_set);
        fields.zip(&self.addresses).for_each(|(cell, &address)| cell.set(address));
    }

    /// The stub that enters code: `fn(context, target)`.
    pub(crate) fn entry(&self) -> *const u8 {
        self.code.entry()
    }

    /// What unwinders need to know of code that is entered: all of the entry's steps were made before its first byte.
    pub(crate) fn frame(&self) -> FrameInfo {
        FrameInfo { ops: self.steps.iter().map(|&step| (0, step)).collect() }
    }
}

/// The stubs in an assembler.
pub(crate) struct Assembled {
    steps: Vec<(u32, FrameOp)>,
    /// Where each is.
    offsets: Vec<usize>,
}

/// Assembles the stubs, that for entering first; none if they are too large for branches.
pub(crate) fn assemble<M: Masm>(m: &mut M) -> Option<Assembled> {
    m.buffer().clear();
    let steps = m.entry(offset_of!(Context, frame), offset_of!(Context, registers));
    let mut offsets = Vec::new();
    let mut begin = |m: &mut M| {
        offsets.push(m.position());
        m.landing_pad();
    };
    for (_, emit) in list::<M>() {
        begin(m);
        emit(m);
    }
    for number in 0..TYPED {
        begin(m);
        get_typed(m, number);
    }
    for number in 0..TYPED {
        begin(m);
        set_typed(m, number);
    }
    m.link().then_some(Assembled { steps, offsets })
}

fn leave<M: Masm>(m: &mut M) {
    m.leave();
}

/// Where functions are entered that have optimized code.
fn above<M: Masm>(m: &mut M) {
    m.store_constant(B32, at(CTX, offset_of!(Context, wanted)), 1);
    m.leave();
}

/// Goes on with what the context says, at T0.
fn elsewhere<M: Masm>(m: &mut M) {
    m.load(B64, FRAME, at(CTX, offset_of!(Context, frame)));
    m.load(B64, REGS, at(CTX, offset_of!(Context, registers)));
    m.jump_anywhere(T0);
}

/// As `Vm::push_frame` does it.
fn enter<M: Masm>(m: &mut M) {
    let (slow, enough, again, filled) = (m.label(), m.label(), m.label(), m.label());
    let context = |offset: usize| at(CTX, offset);
    let frame = |offset: usize| at(FRAME, FRAME_SIZE + offset);
    m.branch_memory_constant(B8, Cond::Eq, at(T2, CODE_PLAIN), 0, slow);
    m.branch_memory(B64, Cond::AboveEq, FRAME, context(offset_of!(Context, last_frame)), slow);
    // T0 is the end of its registers.
    m.load(B32, T0, at(T2, CODE_REGISTERS));
    m.address(T0, element(T3, T0, 3, 0));
    m.branch_memory(B64, Cond::Above, T0, context(offset_of!(Context, last_register)), slow);
    m.store(B16, frame(FRAME_DST), T4);
    count(m, slow);
    m.store(B32, frame(FRAME_ARGC), T1);
    m.load(B32, T4, at(T2, CODE_PARAMS));
    m.branch(B32, Cond::BelowEq, T1, T4, enough);
    m.mov(T1, T4);
    m.bind(enough);
    m.address(T4, element(T3, T1, 3, 16));
    m.constant(T5, Value::UNDEFINED.bits());
    m.branch(B64, Cond::AboveEq, T4, T0, filled);
    m.bind(again);
    m.store(B64, at(T4, 0), T5);
    m.alu_constant(Alu::Add, B64, T4, T4, 8);
    m.branch(B64, Cond::Below, T4, T0, again);
    m.bind(filled);
    m.store(B64, frame(FRAME_CODE), T2);
    m.store(B64, frame(FRAME_NEW_TARGET), T5);
    m.store(B64, frame(FRAME_EXTRA), T5);
    m.store_constant(B32, frame(FRAME_PC), 0);
    m.store_constant(B16, frame(FRAME_FLAGS), 0);
    // Numbers of registers from addresses.
    m.load(B64, T4, context(offset_of!(Context, values)));
    m.alu(Alu::Sub, B64, T1, T3, T4);
    m.shift_constant(Shift::RightUnsigned, B64, T1, T1, 3);
    m.store(B32, frame(FRAME_BASE), T1);
    m.alu_constant(Alu::Add, B32, T1, T1, 2);
    m.store(B32, frame(FRAME_ARGS), T1);
    m.alu(Alu::Sub, B64, T0, T0, T4);
    m.shift_constant(Shift::RightUnsigned, B64, T0, T0, 3);
    top(m);
    m.load(B64, T5, context(offset_of!(Context, depth)));
    m.load(B64, T4, at(T5, 0));
    m.alu_constant(Alu::Add, B64, T4, T4, 1);
    m.store(B64, at(T5, 0), T4);
    m.load(B64, T0, at(T2, CODE_REALM));
    m.load(B64, T5, context(offset_of!(Context, realm)));
    m.store(B64, at(T5, 0), T0);
    m.alu_constant(Alu::Add, B64, FRAME, FRAME, FRAME_SIZE as i32);
    m.mov(REGS, T3);
    m.load(B64, T0, at(T2, CODE_ENTRY));
    m.jump_landing(T0);

    // The interpreter executes the instruction in front of the caller's `pc`.
    m.bind(slow);
    m.load(B32, T0, at(FRAME, FRAME_PC));
    m.alu_constant(Alu::Sub, B32, T0, T0, 1);
    m.store(B32, at(FRAME, FRAME_PC), T0);
    m.call_c(helper!(step_far));
    elsewhere(m);
}

/// Counts a call, else goes to `zero`. Changes T4 and T5.
fn count<M: Masm>(m: &mut M, zero: Label) {
    m.load(B64, T5, at(CTX, offset_of!(Context, countdown)));
    m.load(B32, T4, at(T5, 0));
    m.branch_constant(B32, Cond::Eq, T4, 0, zero);
    m.alu_constant(Alu::Sub, B32, T4, T4, 1);
    m.store(B32, at(T5, 0), T4);
}

/// The stack's top: T0, or more if the caller has. Changes T4 and T5.
fn top<M: Masm>(m: &mut M) {
    let higher = m.label();
    m.load(B64, T5, at(CTX, offset_of!(Context, top)));
    m.load(B64, T4, at(T5, 0));
    m.branch(B64, Cond::AboveEq, T4, T0, higher);
    m.mov(T4, T0);
    m.store(B64, at(T5, 0), T4);
    m.bind(higher);
    m.store(B32, at(FRAME, FRAME_SIZE + FRAME_TOP), T4);
}

/// As the interpreter returns.
fn give<M: Masm>(m: &mut M) {
    let (slow, special, ready, last, this) = (m.label(), m.label(), m.label(), m.label(), m.label());
    let context = |offset: usize| at(CTX, offset);
    m.load(B16, T1, at(FRAME, FRAME_FLAGS));
    m.branch_constant(B32, Cond::Ne, T1, 0, special);
    m.bind(ready);
    m.alu_constant(Alu::Sub, B64, T3, FRAME, FRAME_SIZE as i32);
    m.branch_memory(B64, Cond::Below, T3, context(offset_of!(Context, floor)), last);
    // The caller has to be compiled.
    m.load(B64, T4, at(T3, FRAME_CODE));
    m.load(B64, T2, at(T4, CODE_TABLE));
    m.branch_constant(B64, Cond::Eq, T2, 0, slow);
    m.load(B16, T1, at(FRAME, FRAME_DST));
    m.mov(FRAME, T3);
    m.load(B32, T3, at(FRAME, FRAME_BASE));
    m.load(B64, T5, context(offset_of!(Context, values)));
    m.address(REGS, element(T5, T3, 3, 0));
    m.store(B64, element(REGS, T1, 3, 0), T0);
    // Where it goes on.
    m.load(B32, T1, at(FRAME, FRAME_PC));
    m.load(B32, T0, element(T2, T1, 2, 0));
    m.load(B64, T1, at(T4, CODE_BASE));
    m.alu(Alu::Add, B64, T0, T0, T1);
    m.load(B64, T5, context(offset_of!(Context, depth)));
    m.load(B64, T1, at(T5, 0));
    m.alu_constant(Alu::Sub, B64, T1, T1, 1);
    m.store(B64, at(T5, 0), T1);
    m.load(B32, T1, at(FRAME, FRAME_TOP));
    m.load(B64, T5, context(offset_of!(Context, top)));
    m.store(B64, at(T5, 0), T1);
    m.load(B64, T1, at(T4, CODE_REALM));
    m.load(B64, T5, context(offset_of!(Context, realm)));
    m.store(B64, at(T5, 0), T1);
    m.jump_landing(T0);

    // Of a constructor, an object or `this`; generators and the like are for the interpreter.
    m.bind(special);
    m.branch_constant(B32, Cond::Ne, T1, FRAME_CONSTRUCT.into(), slow);
    m.branch_bits(B64, false, T0, CELLS, this);
    m.branch_constant(B64, Cond::Eq, T0, 0, this);
    m.branch_memory_constant(B8, Cond::Eq, at(T0, HEADER_KIND), KIND_OBJECT.into(), ready);
    m.bind(this);
    m.load(B64, T0, at(REGS, 8));
    m.jump(ready);

    // The last of the activation's frames.
    m.bind(last);
    m.store(B64, context(offset_of!(Context, result)), T0);
    m.load(B64, T5, context(offset_of!(Context, depth)));
    m.load(B64, T1, at(T5, 0));
    m.alu_constant(Alu::Sub, B64, T1, T1, 1);
    m.store(B64, at(T5, 0), T1);
    m.leave();

    m.bind(slow);
    m.call_c(helper!(step_far));
    elsewhere(m);
}

/// The number that a value is, or to `fail`. Changes T5.
pub(crate) fn load_number<M: Masm>(m: &mut M, to: FReg, from: Reg, fail: Label) {
    let (int, done) = (m.label(), m.label());
    m.branch(B64, Cond::AboveEq, from, TAG, int);
    m.branch_bits(B64, true, from, TAG, fail);
    m.alu(Alu::Add, B64, T5, from, TAG);
    m.bits_to_f64(to, T5);
    m.jump(done);
    m.bind(int);
    m.int_to_f64(to, from);
    m.bind(done);
}

/// An int32 that is to be made a double, in code behind that for doubles.
pub(crate) struct Int {
    label: Label,
    done: Label,
    to: FReg,
    from: Reg,
}

impl Int {
    pub(crate) fn emit<M: Masm>(self, m: &mut M) {
        m.bind(self.label);
        m.int_to_f64(self.to, self.from);
        m.jump(self.done);
    }
}

/// The same for what is a double mostly: of an int32 elsewhere.
pub(crate) fn load_double<M: Masm>(m: &mut M, to: FReg, from: Reg, fail: Label) -> Int {
    let (label, done) = (m.label(), m.label());
    m.branch(B64, Cond::AboveEq, from, TAG, label);
    m.branch_bits(B64, true, from, TAG, fail);
    m.alu(Alu::Add, B64, T5, from, TAG);
    m.bits_to_f64(to, T5);
    m.bind(done);
    Int { label, done, to, from }
}

/// The value that a double is, an int32 if it can be one. Changes F2 and T5; goes on at `done`, or behind.
pub(crate) fn number_value<M: Masm>(m: &mut M, to: Reg, from: FReg, done: Label) {
    let (double, zero, nan, boxed) = (m.label(), m.label(), m.label(), m.label());
    // An int32 leaves the lower bits of the fraction 0, and so does the only NaN there is among values and what machines make of it.
    m.f64_to_bits(to, from);
    m.branch_bits_constant(false, to, LOW_FRACTION, boxed);
    m.f64_to_int(to, from);
    m.int_to_f64(F2, to);
    m.branch_f64_differs(from, F2, double);
    m.branch_constant(B32, Cond::Eq, to, 0, zero);
    m.alu(Alu::Or, B64, to, to, TAG);
    m.jump(done);
    m.bind(zero);
    m.f64_to_bits(T5, from);
    m.mov(to, TAG);
    m.branch_constant(B64, Cond::Eq, T5, 0, done);
    m.bind(double);
    m.branch_nan(from, nan);
    m.f64_to_bits(to, from);
    m.bind(boxed);
    m.alu(Alu::Sub, B64, to, to, TAG);
    m.jump(done);
    m.bind(nan);
    m.constant(to, Value::NAN.bits());
}

/// Bits of a double that are 0 in int32s.
pub(crate) const LOW_FRACTION: i32 = (1 << 22) - 1;

fn arithmetic<M: Masm>(m: &mut M, op: FAlu) {
    let (fail, odd, done) = (m.label(), m.label(), m.label());
    let ints = [load_double(m, F0, T0, fail), load_double(m, F1, T1, fail)];
    m.f64(op, F0, F1);
    // As in `number_value`: mostly it can be no int32.
    m.f64_to_bits(T2, F0);
    m.branch_bits_constant(true, T2, LOW_FRACTION, odd);
    m.alu(Alu::Sub, B64, T2, T2, TAG);
    m.stub_return();
    ints.into_iter().for_each(|int| int.emit(m));
    m.bind(odd);
    number_value(m, T2, F0, done);
    m.bind(done);
    m.stub_return();
    m.bind(fail);
    m.constant(T2, 0);
    m.stub_return();
}

fn compare<M: Masm>(m: &mut M) {
    let fail = m.label();
    let ints = [load_double(m, F0, T0, fail), load_double(m, F1, T1, fail)];
    m.compare_f64(T2, F0, F1);
    m.stub_return();
    ints.into_iter().for_each(|int| int.emit(m));
    m.bind(fail);
    m.constant(T2, 0);
    m.stub_return();
}

fn strict_equal<M: Masm>(m: &mut M) {
    let (number, no, yes, ask) = (m.label(), m.label(), m.label(), m.label());
    m.branch_bits(B64, false, T0, TAG, number);
    m.branch_bits(B64, false, T1, TAG, no);
    m.branch(B64, Cond::Eq, T0, T1, yes);
    // Different words: the same string or BigInt at best.
    m.alu(Alu::Or, B64, T2, T0, T1);
    m.branch_bits(B64, false, T2, CELLS, no);
    m.branch_constant(B64, Cond::Eq, T0, 0, no);
    m.branch_constant(B64, Cond::Eq, T1, 0, no);
    m.load(B8, T2, at(T0, HEADER_KIND));
    m.load(B8, T5, at(T1, HEADER_KIND));
    m.branch(B32, Cond::Ne, T2, T5, no);
    m.branch_constant(B32, Cond::Eq, T2, KIND_OBJECT.into(), no);
    m.branch_constant(B32, Cond::Ne, T2, KIND_STRING.into(), ask);
    m.load(B32, T2, at(T0, STRING_LEN));
    m.branch_memory(B32, Cond::Ne, T2, at(T1, STRING_LEN), no);
    m.bind(ask);
    m.constant(T2, 2);
    m.stub_return();
    m.bind(number);
    load_number(m, F0, T0, no);
    load_number(m, F1, T1, no);
    m.compare_f64(T2, F0, F1);
    m.compare_constant(B32, Cond::Eq, T2, T2, order::EQUAL);
    m.stub_return();
    m.bind(no);
    m.constant(T2, 0);
    m.stub_return();
    m.bind(yes);
    m.constant(T2, 1);
    m.stub_return();
}

fn truth<M: Masm>(m: &mut M) {
    let (cell, number, string, no, yes, ask) =
        (m.label(), m.label(), m.label(), m.label(), m.label(), m.label());
    m.branch_bits(B64, true, T0, CELLS, cell);
    m.branch_bits(B64, false, T0, TAG, number);
    // Of the others, `true` is true alone.
    m.compare_constant(B64, Cond::Eq, T2, T0, Value::TRUE.bits() as i32);
    m.stub_return();
    m.bind(cell);
    m.branch_constant(B64, Cond::Eq, T0, 0, no);
    m.load(B8, T2, at(T0, HEADER_KIND));
    m.branch_constant(B32, Cond::Eq, T2, KIND_STRING.into(), string);
    m.branch_constant(B32, Cond::Ne, T2, KIND_OBJECT.into(), ask);
    m.load(B32, T2, at(T0, HEADER_AUX));
    m.branch_bits_constant(false, T2, FLAG_HTMLDDA as i32, no);
    m.bind(yes);
    m.constant(T2, 1);
    m.stub_return();
    m.bind(string);
    m.branch_memory_constant(B32, Cond::Ne, at(T0, STRING_LEN), 0, yes);
    m.bind(no);
    m.constant(T2, 0);
    m.stub_return();
    m.bind(number);
    load_number(m, F0, T0, ask);
    m.constant(T5, 0);
    m.bits_to_f64(F1, T5);
    m.compare_f64(T2, F0, F1);
    m.alu_constant(Alu::And, B32, T2, T2, order::LESS | order::GREATER);
    m.compare_constant(B32, Cond::Ne, T2, T2, 0);
    m.stub_return();
    m.bind(ask);
    m.constant(T2, 2);
    m.stub_return();
}

fn to_int32<M: Masm>(m: &mut M) {
    let fail = m.label();
    for reg in [T0, T1] {
        let done = m.label();
        m.branch(B64, Cond::AboveEq, reg, TAG, done);
        m.branch_bits(B64, true, reg, TAG, fail);
        m.alu(Alu::Add, B64, T5, reg, TAG);
        m.bits_to_f64(F0, T5);
        m.f64_to_int64(reg, F0);
        // Out of range gives one of the ends on all machines, NaN as well: too large for 52 bits is for a helper.
        m.shift_constant(Shift::Left, B64, T5, reg, 11);
        m.shift_constant(Shift::Right, B64, T5, T5, 11);
        m.branch(B64, Cond::Ne, T5, reg, fail);
        m.bind(done);
    }
    m.constant(T2, 1);
    m.stub_return();
    m.bind(fail);
    m.constant(T2, 0);
    m.stub_return();
}

/// The value of the slot that entry T3 says, of object `of`, to T1. Changes T2, T4 and T5. `note` emits what is done where it is outside
/// of the object, without changing T0, T1 and T3.
pub(crate) fn load_slot<M: Masm>(m: &mut M, of: Reg, note: impl FnOnce(&mut M)) {
    let (outside, done) = (m.label(), m.label());
    m.load(B32, T2, at(T3, ENTRY_SLOT));
    m.load(B64, T4, at(of, OBJECT_SLOTS));
    m.alu_constant(Alu::And, B64, T5, T4, OBJECT_INLINE_MASK as i32);
    m.branch(B64, Cond::AboveEq, T2, T5, outside);
    m.load(B64, T1, element(of, T2, 3, OBJECT_INLINE));
    m.jump(done);
    m.bind(outside);
    load_outside(m, T1);
    note(m);
    m.bind(done);
}

/// The value of slot T2 that lies outside of the object, whose word of slots is T4 with T5 of them inside.
fn load_outside<M: Masm>(m: &mut M, to: Reg) {
    let (beyond, done) = (m.label(), m.label());
    m.alu(Alu::Sub, B64, T2, T2, T5);
    m.alu(Alu::Sub, B64, T4, T4, T5);
    m.branch_memory(B64, Cond::AboveEq, T2, at(T4, SLOTS_CAPACITY), beyond);
    m.load(B64, to, element(T4, T2, 3, SLOTS_VALUES));
    m.jump(done);
    m.bind(beyond);
    m.constant(to, 0);
    m.bind(done);
}

/// Own and prototype's properties by the cache's first entry and the further ones; others by the interpreter's operation.
fn get_property<M: Masm>(m: &mut M) {
    let (proto, load, ask, found) = (m.label(), m.label(), m.label(), m.label());
    m.store(B64, at(CTX, offset_of!(Context, scratch)), T3);
    m.branch_bits(B64, false, T0, CELLS, ask);
    m.branch_constant(B64, Cond::Eq, T0, 0, ask);
    m.branch_memory_constant(B8, Cond::Ne, at(T0, HEADER_KIND), KIND_OBJECT.into(), ask);
    m.load(B64, T1, at(T0, OBJECT_SHAPE));
    m.branch_memory(B64, Cond::Eq, T1, at(T3, ENTRY_SHAPE), found);
    m.load(B64, T3, at(T3, CACHE_MORE));
    m.branch_constant(B64, Cond::Eq, T3, 0, ask);
    for _ in 1..CACHE_MORE_COUNT {
        m.branch_memory(B64, Cond::Eq, T1, at(T3, ENTRY_SHAPE), found);
        m.alu_constant(Alu::Add, B64, T3, T3, ENTRY_SIZE as i32);
    }
    m.branch_memory(B64, Cond::Ne, T1, at(T3, ENTRY_SHAPE), ask);
    m.bind(found);
    m.load(B8, T2, at(T3, ENTRY_KIND));
    m.mov(T1, T0);
    m.branch_constant(B32, Cond::Eq, T2, ENTRY_OWN.into(), load);
    m.branch_constant(B32, Cond::Eq, T2, ENTRY_PROTO.into(), proto);
    m.bind(ask);
    m.argument(1, T0);
    m.load(B64, T1, at(CTX, offset_of!(Context, scratch)));
    m.argument(2, T1);
    m.call_c_in_stub(helper!(get_property));
    m.mov(T1, T0);
    m.stub_return();
    m.bind(proto);
    check_epoch(m, ask);
    m.load(B64, T1, at(T3, ENTRY_HOLDER));
    m.branch_constant(B64, Cond::Eq, T1, 0, ask);
    m.bind(load);
    load_slot(m, T1, |m| {
        m.load(B64, T5, at(CTX, offset_of!(Context, note)));
        m.set_bits(at(T5, NOTE_BITS), Note::OUTSIDE);
    });
    m.branch_constant(B64, Cond::Eq, T1, 0, ask);
    m.stub_return();
}

/// Whether no prototype's shape changed since entry T3 was made. Changes T5.
pub(crate) fn check_epoch<M: Masm>(m: &mut M, stale: Label) {
    m.load(B64, T5, at(CTX, offset_of!(Context, proto_epoch)));
    m.load(B64, T5, at(T5, 0));
    m.branch_memory(B64, Cond::Ne, T5, at(T3, ENTRY_EPOCH), stale);
}

/// Logarithm of the size of the elements of a class of typed arrays; `None` for those that templates leave alone.
fn typed_log(number: usize) -> Option<u8> {
    use js_rt::ElementType as E;
    match typed_type(number)? {
        E::Int8 | E::Uint8 | E::Uint8Clamped => Some(0),
        E::Int16 | E::Uint16 => Some(1),
        E::Int32 | E::Uint32 | E::Float32 => Some(2),
        E::Float64 => Some(3),
        _ => None,
    }
}

fn typed_type(number: usize) -> Option<js_rt::ElementType> {
    js_rt::ElementType::ALL
        .into_iter()
        .find(|element| element.class() as u8 == CLASS_TYPED_FIRST + number as u8)
}

/// Goes to the code for the class of typed array T0, `table` in the context, with the index in T3.
fn by_class<M: Masm>(m: &mut M, table: usize, fail: Label) {
    m.load(B8, T5, at(T0, HEADER_AUX));
    m.alu_constant(Alu::Sub, B32, T5, T5, CLASS_TYPED_FIRST.into());
    m.branch_constant(B32, Cond::AboveEq, T5, TYPED as i32, fail);
    m.mov32(T3, T1);
    m.load(B64, T4, element(CTX, T5, 3, table));
    m.jump_landing(T4);
}

fn typed_element<M: Masm>(m: &mut M) {
    let fail = m.label();
    by_class(m, stub!(typed_get), fail);
    m.bind(fail);
    m.constant(T2, 0);
    m.stub_return();
}

fn set_typed_element<M: Masm>(m: &mut M) {
    let fail = m.label();
    by_class(m, stub!(typed_set), fail);
    m.bind(fail);
    m.constant(T4, 0);
    m.stub_return();
}

/// The address of the first element of typed array T0 to T4, after checks that there is element T3. Changes T5 and T1.
fn typed_place<M: Masm>(m: &mut M, log: u8, writing: bool, fail: Label) {
    m.load(B64, T5, at(T0, OBJECT_PAYLOAD));
    m.load(B64, T1, at(T5, VIEW_LENGTH));
    // As many elements as there are: all ones.
    m.branch_constant(B64, Cond::Eq, T1, -1, fail);
    m.branch(B64, Cond::AboveEq, T3, T1, fail);
    if log > 0 {
        m.shift_constant(Shift::Left, B64, T1, T1, log);
    }
    m.load(B64, T4, at(T5, VIEW_OFFSET));
    m.load(B64, T5, at(T5, VIEW_DATA));
    m.alu(Alu::Add, B64, T1, T1, T4);
    m.branch_memory(B64, Cond::Above, T1, at(T5, BUFFER_LEN), fail);
    if writing {
        m.branch_memory_constant(B8, Cond::Ne, at(T5, BUFFER_IMMUTABLE), 0, fail);
    }
    m.load(B64, T5, at(T5, BUFFER_DATA));
    m.branch_constant(B64, Cond::Eq, T5, 0, fail);
    m.alu(Alu::Add, B64, T4, T4, T5);
}

fn get_typed<M: Masm>(m: &mut M, number: usize) {
    use js_rt::ElementType as E;
    let (fail, done) = (m.label(), m.label());
    if let (Some(log), Some(kind)) = (typed_log(number), typed_type(number)) {
        typed_place(m, log, false, fail);
        let place = element(T4, T3, log, 0);
        match kind {
            E::Int8 => m.load_signed(B8, T2, place),
            E::Int16 => m.load_signed(B16, T2, place),
            E::Uint8 | E::Uint8Clamped => m.load(B8, T2, place),
            E::Uint16 => m.load(B16, T2, place),
            E::Int32 => m.load(B32, T2, place),
            E::Uint32 => {
                m.load(B32, T2, place);
                m.branch_constant(B32, Cond::Ge, T2, 0, done);
                m.uint_to_f64(F0, T2);
                m.f64_to_bits(T2, F0);
                m.alu(Alu::Sub, B64, T2, T2, TAG);
                m.stub_return();
            }
            _ => {
                let boxed = m.label();
                if kind == E::Float32 {
                    m.load_f32(F0, place);
                } else {
                    m.load_f64(F0, place);
                    // There may be any NaN.
                    let number = m.label();
                    m.branch_f64_equals(F0, F0, number);
                    m.constant(T2, Value::NAN.bits());
                    m.stub_return();
                    m.bind(number);
                }
                number_value(m, T2, F0, boxed);
                m.bind(boxed);
                m.stub_return();
            }
        }
        m.bind(done);
        m.alu(Alu::Or, B64, T2, T2, TAG);
        m.stub_return();
    } else {
        m.bind(done);
    }
    m.bind(fail);
    m.constant(T2, 0);
    m.stub_return();
}

fn set_typed<M: Masm>(m: &mut M, number: usize) {
    use js_rt::ElementType as E;
    let fail = m.label();
    if let (Some(log), Some(kind)) = (typed_log(number), typed_type(number)) {
        match kind {
            E::Float32 | E::Float64 => load_number(m, F0, T2, fail),
            // Doubles are for a helper; so is what is to be clamped.
            _ => m.branch(B64, Cond::Below, T2, TAG, fail),
        }
        typed_place(m, log, true, fail);
        let place = element(T4, T3, log, 0);
        match kind {
            E::Float32 => m.store_f32(place, F0),
            E::Float64 => m.store_f64(place, F0),
            E::Uint8Clamped => {
                m.branch_constant(B32, Cond::Above, T2, 255, fail);
                m.store(B8, place, T2);
            }
            E::Int8 | E::Uint8 => m.store(B8, place, T2),
            E::Int16 | E::Uint16 => m.store(B16, place, T2),
            _ => m.store(B32, place, T2),
        }
        m.constant(T4, 1);
        m.stub_return();
    }
    m.bind(fail);
    m.constant(T4, 0);
    m.stub_return();
}
