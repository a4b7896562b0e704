//! The compiler: one pass over the instructions, a template for each, then what templates keep out of the way.

use crate::context::Context;
use crate::masm::*;
use crate::natives::MathCall;
use crate::stubs::helper;
use crate::templates;
use js_bytecode::{Inst, Op};
use js_rt::offsets::*;
use js_rt::{Code, Value};
use std::mem::offset_of;

/// More instructions than this are left to the interpreter.
pub(crate) const MOST_INSTRUCTIONS: usize = 20_000;

/// Memory that compilations use one after the other.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Offset of the code of each instruction.
    pub(crate) offsets: Vec<u32>,
    cold: Vec<(u32, Label)>,
    /// Where instructions are left to the interpreter.
    stepped: Vec<(u32, Label)>,
    hot: Vec<Asked>,
}

/// Where the tier above is asked: the counter is at its end.
struct Asked {
    label: Label,
    /// The instruction that the frame is at, the head of a loop; `None` at the function's entry.
    header: Option<usize>,
}

/// Where machine code counts and notes, if there is a tier above.
#[derive(Clone, Copy)]
pub(crate) struct Noting {
    /// Address of the counter.
    heat: u64,
    /// Address of the first note.
    notes: u64,
}

impl Noting {
    /// Of a function, which gets room for notes.
    pub(crate) fn of(code: &Code) -> Noting {
        let notes = code.native.make_notes(code.function.insts.len());
        let notes = notes.as_ptr().expose_provenance() as u64;
        Noting { heat: std::ptr::from_ref(&code.native.heat).expose_provenance() as u64, notes }
    }
}

/// A function being compiled.
pub(crate) struct Compiler<'a, M: Masm> {
    pub(crate) m: &'a mut M,
    pub(crate) code: &'a Code,
    /// The first of the labels of instructions.
    row: u32,
    scratch: &'a mut Scratch,
    noting: Option<Noting>,
    /// Calls of functions of Math, in order.
    math: &'a [MathCall],
    /// Goes on where T0 says, with what the context says.
    elsewhere: Label,
    /// A helper threw.
    thrown: Label,
    /// The instruction that a template is for.
    pub(crate) pc: usize,
    /// What a template called returns to what follows.
    pub(crate) returned_to: bool,
}

/// The register of a frame with a number.
pub(crate) fn register(number: u16) -> Mem {
    at(REGS, size_of::<Value>() * usize::from(number))
}

impl<'a, M: Masm> Compiler<'a, M> {
    pub(crate) fn new(
        m: &'a mut M,
        code: &'a Code,
        scratch: &'a mut Scratch,
        (noting, math): (Option<Noting>, &'a [MathCall]),
    ) -> Self {
        m.buffer().clear();
        scratch.offsets.clear();
        scratch.cold.clear();
        scratch.stepped.clear();
        scratch.hot.clear();
        let count = code.function.insts.len();
        let row = m.buffer().label_row(count + 1);
        let (elsewhere, thrown) = (m.label(), m.label());
        Compiler { m, code, row, scratch, noting, math, elsewhere, thrown, pc: 0, returned_to: false }
    }

    /// Emits all code; the reason if it cannot be.
    pub(crate) fn run(mut self) -> Result<(), &'static str> {
        let insts = &self.code.function.insts;
        if insts.len() > MOST_INSTRUCTIONS {
            return Err("too-large");
        }
        self.m.landing_pad();
        // Where the first instruction is the head of a loop, a frame that is there may have begun before: only the loop is asked for.
        if self.noting.is_some() && !begins_with_loop(insts) {
            self.count_heat(None);
        }
        for (pc, &inst) in insts.iter().enumerate() {
            self.pc = pc;
            let label = self.at(pc);
            self.m.bind(label);
            let position = self.m.position();
            self.scratch.offsets.push(position as u32);
            if std::mem::take(&mut self.returned_to) || pc > 0 && is_returned_to(insts[pc - 1].op()) {
                self.m.return_pad();
            }
            templates::hot(&mut self, inst);
            debug_assert!(self.m.position() < 1 << 30);
        }
        let end = self.at(insts.len());
        self.m.bind(end);
        let mut next = 0;
        while let Some(&(pc, label)) = self.scratch.cold.get(next) {
            self.pc = pc as usize;
            self.m.bind(label);
            let inst = insts[pc as usize];
            templates::cold(&mut self, inst);
            next += 1;
        }
        for (pc, label) in std::mem::take(&mut self.scratch.stepped) {
            self.pc = pc as usize;
            self.m.bind(label);
            self.step_and_next();
        }
        self.tails();
        if self.m.link() { Ok(()) } else { Err("backend") }
    }

    /// Counts for the tier above, in front of the head of a loop or at the entry. Changes T5.
    pub(crate) fn count_heat(&mut self, header: Option<usize>) {
        let Some(Noting { heat, .. }) = self.noting else { return };
        let label = self.m.label();
        self.scratch.hot.push(Asked { label, header });
        self.m.constant(T5, heat);
        self.m.count_down(at(T5, 0), label);
    }

    /// Goes to the head of a loop.
    pub(crate) fn loop_back(&mut self, inst: Inst) {
        let header = (self.pc + 1).wrapping_add_signed(inst.cs() as isize);
        self.count_heat(Some(header));
        let target = self.at(header);
        self.m.jump(target);
    }

    /// Notes what was seen at the instruction. Changes T5.
    pub(crate) fn note(&mut self, bits: u8) {
        if let Some(address) = self.note_address() {
            self.m.constant(T5, address);
            self.m.set_bits(at(T5, NOTE_BITS), bits);
        }
    }

    /// The address of the instruction's note.
    pub(crate) fn note_address(&self) -> Option<u64> {
        self.noting.map(|noting| noting.notes + (NOTE_SIZE * self.pc) as u64)
    }

    /// Asks the tier above, and goes on if it is not ready.
    fn ask(&mut self, asked: Asked) {
        let pc = asked.header.unwrap_or(0);
        self.m.bind(asked.label);
        self.m.store_constant(B32, at(FRAME, FRAME_PC), pc as i32);
        self.m.argument_constant(1, asked.header.map_or(0, |pc| pc as u64 + 1));
        self.m.call_c(helper!(hot));
        self.m.branch_constant(B64, Cond::Ne, T0, 0, self.elsewhere);
        let label = self.at(pc);
        self.m.jump(label);
    }

    fn tails(&mut self) {
        for asked in std::mem::take(&mut self.scratch.hot) {
            self.ask(asked);
        }
        self.m.bind(self.thrown);
        self.m.call_c(helper!(throw));
        self.m.bind(self.elsewhere);
        self.m.load(B64, FRAME, at(CTX, offset_of!(Context, frame)));
        self.m.load(B64, REGS, at(CTX, offset_of!(Context, registers)));
        self.m.jump_anywhere(T0);
    }

    /// The label of an instruction.
    pub(crate) fn at(&self, pc: usize) -> Label {
        Buffer::of_row(self.row, pc)
    }

    /// The label of the next instruction.
    pub(crate) fn next(&self) -> Label {
        self.at(self.pc + 1)
    }

    /// Where a jump leads.
    pub(crate) fn target(&self, inst: Inst) -> Label {
        self.at((self.pc + 1).wrapping_add_signed(inst.cs() as isize))
    }

    /// The function of Math that the instruction is likely to call, if there is a template for that.
    pub(crate) fn math_call(&self) -> Option<MathCall> {
        let at = self.math.binary_search_by_key(&(self.pc as u32), |call| call.pc).ok()?;
        Some(self.math[at])
    }

    /// A label for what the instruction's template does not do in place.
    pub(crate) fn cold(&mut self) -> Label {
        let label = self.m.label();
        self.scratch.cold.push((self.pc as u32, label));
        label
    }

    /// A label for where the interpreter is to execute the instruction, of which nothing is noted then.
    pub(crate) fn stepped(&mut self) -> Label {
        let label = self.m.label();
        self.scratch.stepped.push((self.pc as u32, label));
        label
    }

    /// Loads a register of the frame.
    pub(crate) fn get(&mut self, to: Reg, number: u16) {
        self.m.load(B64, to, register(number));
    }

    /// Stores one.
    pub(crate) fn set(&mut self, number: u16, from: Reg) {
        self.m.store(B64, register(number), from);
    }

    /// Stores a constant in one.
    pub(crate) fn set_value(&mut self, number: u16, value: Value) {
        match i32::try_from(value.bits()) {
            Ok(small) => self.m.store_constant(B64, register(number), small),
            Err(_) => {
                self.m.constant(T0, value.bits());
                self.set(number, T0);
            }
        }
    }

    /// The frame's `pc` is behind the instruction, as helpers want it.
    pub(crate) fn store_next(&mut self) {
        self.m.store_constant(B32, at(FRAME, FRAME_PC), self.pc as i32 + 1);
    }

    /// The same, and says where helpers note what they see. Changes T5.
    pub(crate) fn store_next_and_note(&mut self) {
        self.store_next();
        if let Some(address) = self.note_address() {
            self.m.constant(T5, address);
            self.m.store(B64, at(CTX, offset_of!(Context, note)), T5);
        }
    }

    /// Has the interpreter execute the instruction; what follows is executed when the next instruction is next.
    pub(crate) fn step(&mut self) {
        self.m.store_constant(B32, at(FRAME, FRAME_PC), self.pc as i32);
        self.m.call_c(helper!(step));
        self.m.branch_constant(B64, Cond::Ne, T0, 0, self.elsewhere);
    }

    /// The same in cold code.
    pub(crate) fn step_and_next(&mut self) {
        self.step();
        self.jump_next();
    }

    pub(crate) fn jump_next(&mut self) {
        let next = self.next();
        self.m.jump(next);
    }

    /// Calls a helper whose arguments are set and that throws with 0.
    pub(crate) fn call_helper(&mut self, offset: usize) {
        self.m.call_c(offset);
        self.m.branch_constant(B64, Cond::Eq, T0, 0, self.thrown);
    }

    /// Goes where a throw is handled when a result is 0.
    pub(crate) fn branch_thrown(&mut self, result: Reg) {
        self.m.branch_constant(B64, Cond::Eq, result, 0, self.thrown);
    }

    /// Calls a helper that answers as a step does.
    pub(crate) fn call_stepping(&mut self, offset: usize) {
        self.m.call_c(offset);
        self.m.branch_constant(B64, Cond::Ne, T0, 0, self.elsewhere);
    }

    /// The double that an int32 is. Changes T5.
    pub(crate) fn double(&mut self, to: FReg, value: i32) {
        self.m.constant(T5, f64::from(value).to_bits());
        self.m.bits_to_f64(to, T5);
    }

    /// Goes on when a value is an object, else to `no`.
    pub(crate) fn check_object(&mut self, value: Reg, no: Label) {
        self.check_cell(value, KIND_OBJECT, no);
    }

    /// Goes on when a value is a cell of a kind, else to `no`.
    pub(crate) fn check_cell(&mut self, value: Reg, kind: u8, no: Label) {
        self.m.branch_bits(B64, false, value, CELLS, no);
        self.m.branch_constant(B64, Cond::Eq, value, 0, no);
        self.m.branch_memory_constant(B8, Cond::Ne, at(value, HEADER_KIND), kind.into(), no);
    }

    /// Counts a call or a turn of a loop, else to `zero`. Changes T4 and T5.
    pub(crate) fn count(&mut self, zero: Label) {
        self.m.load(B64, T5, at(CTX, offset_of!(Context, countdown)));
        self.m.load(B32, T4, at(T5, 0));
        self.m.branch_constant(B32, Cond::Eq, T4, 0, zero);
        self.m.alu_constant(Alu::Sub, B32, T4, T4, 1);
        self.m.store(B32, at(T5, 0), T4);
    }

    /// Goes to `report` if a store of `value` in `object` has to be reported. Changes no register.
    pub(crate) fn barrier(&mut self, object: Reg, value: Reg, report: Label) {
        let done = self.m.label();
        self.m.branch_bits(B64, false, value, CELLS, done);
        self.m.branch_memory_constant(B8, Cond::Eq, at(object, HEADER_STATE), STATE_OLD.into(), report);
        self.m.bind(done);
    }

    /// The address of an inline cache.
    pub(crate) fn cache(&self, number: u32) -> u64 {
        match self.code.caches.get(number as usize) {
            Some(cache) => std::ptr::from_ref(cache).expose_provenance() as u64,
            None => 0,
        }
    }

    /// A constant of the function.
    pub(crate) fn constant(&self, number: u32) -> Value {
        self.code.constants.get(number as usize).copied().unwrap_or(Value::UNDEFINED)
    }
}

/// Whether the first instruction is the head of a loop.
fn begins_with_loop(insts: &[Inst]) -> bool {
    let leads = |(pc, inst): (usize, &Inst)| {
        inst.op().is_loop() && (pc + 1).wrapping_add_signed(inst.cs() as isize) == 0
    };
    insts.iter().enumerate().any(leads)
}

/// Whether a call returns to what follows an instruction.
fn is_returned_to(op: Op) -> bool {
    matches!(op, Op::Call | Op::CallSpread | Op::CallEval | Op::CallEvalSpread | Op::New | Op::NewSpread)
}
