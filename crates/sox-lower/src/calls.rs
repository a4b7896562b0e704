//! Calls of known functions, returns, and what each instruction becomes.

use crate::emit::{Emitter, OBJECT, VALUE};
use crate::results::hands_back_number;
use crate::runtime::Reason;
use crate::value::Val;
use ir::{IntCond, Op as Ir, Type, Value};
use sox_bytecode::feedback::{Callee, Feedback, MANY, OTHER, Seen, Target};
use sox_bytecode::{Function, Inst, Op};
use sox_rt::{Closure, Frame, Tag};

/// Bytes of a frame record.
const RECORD: u64 = size_of::<Frame>() as u64;

/// A function that is known by what it is called on.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// A shape or class.
    of: usize,
    closure: usize,
    callee: Callee,
}

/// Whether an instruction calls this function in compiled code.
pub(crate) fn is_call(inst: Inst, callee: Callee) -> bool {
    // A callee's registers lie beyond its caller's first one: how far code may reach bounds its depth.
    callee.compiles && callee.params == u32::from(inst.b()) && inst.a() > 0
}

/// Whether an instruction that takes more than it says itself was not executed yet.
pub(crate) fn is_untaken(feedback: &Feedback, pc: usize) -> bool {
    let inst = feedback.function().code[pc];
    feedback.flags[pc] == 0
        && match inst.op() {
            Some(Op::GetProperty | Op::SetProperty | Op::Invoke | Op::SuperInvoke) => {
                feedback.caches.get(inst.index()).is_none_or(Vec::is_empty)
            }
            Some(Op::Call) => feedback.targets.get(pc).is_none_or(|target| *target == Target::Unknown),
            _ => false,
        }
}

impl Emitter<'_> {
    /// Lowers an instruction of a block; whether control goes on behind it.
    pub(crate) fn inst(&mut self, block: usize) -> bool {
        let inst = self.feedback.function().code[self.pc];
        let Some(op) = inst.op() else { return false };
        if crate::flow::jumps(op) {
            self.jump(op, inst, block);
            return false;
        }
        if is_untaken(self.feedback, self.pc) {
            self.deopt(self.pc, Reason::Untaken);
            return false;
        }
        match op {
            Op::Return => {
                self.ret(self.reg(inst.a()));
                return false;
            }
            Op::ReturnNil => {
                self.ret(Val::Nil);
                return false;
            }
            Op::Throw | Op::Rethrow => {
                self.step();
                self.threw();
                return false;
            }
            _ => self.plain(op, inst),
        }
        true
    }

    fn plain(&mut self, op: Op, inst: Inst) {
        match op {
            Op::Move => self.set(inst.a(), self.reg(inst.b())),
            Op::LoadConst => {
                let constant = self.constant(inst.index());
                self.set(inst.a(), constant);
            }
            Op::LoadInt => {
                let int = self.b().iconst(Type::I32, i64::from(inst.imm()));
                self.set(inst.a(), Val::Int(int));
            }
            Op::LoadNil => self.set(inst.a(), Val::Nil),
            Op::LoadTrue | Op::LoadFalse => {
                let value = self.b().bconst(op == Op::LoadTrue);
                self.set(inst.a(), Val::Bool(value));
            }
            Op::GetGlobal => self.get_global(inst),
            Op::SetGlobal => self.set_global(inst),
            Op::GetBox => self.get_box(inst),
            Op::SetBox => self.set_box(inst),
            Op::GetUp => self.get_up(inst),
            Op::GetUpBox => self.get_up_box(inst),
            Op::SetUpBox => self.set_up_box(inst),
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => self.binary(op, inst),
            Op::AddK | Op::SubK | Op::MulK | Op::DivK | Op::RemK | Op::SubFrom | Op::DivFrom => {
                self.with_constant(op, inst);
            }
            Op::Neg => self.negate(inst),
            Op::Not => self.not(inst),
            Op::Eq | Op::Ne => self.equals(op, inst),
            Op::Lt | Op::Le => self.ordered(op, inst),
            Op::GetProperty => self.get_property(inst),
            Op::SetProperty => self.set_property(inst),
            Op::GetIndex => self.get_index(inst),
            Op::SetIndex => self.set_index(inst),
            Op::Call => self.call_value(inst),
            Op::Invoke => self.invoke(inst),
            Op::SuperInvoke => self.super_invoke(inst),
            _ => self.stepped(),
        }
    }

    /// An instruction that ends a block with a jump.
    fn jump(&mut self, op: Op, inst: Inst, _block: usize) {
        let target = self.block_at(crate::flow::target(self.pc, inst));
        let next = self.block_at(self.pc + 1);
        match op {
            Op::Jump | Op::Loop => self.way(target),
            Op::JumpIf | Op::JumpIfNot | Op::JumpIfPresent | Op::LoopIf | Op::LoopIfNot => {
                self.jump_if(op, inst, (next, target));
            }
            Op::JumpEq | Op::JumpNe | Op::JumpEqK | Op::JumpNeK => self.jump_equal(op, inst, (next, target)),
            Op::LoopAddLt | Op::LoopAddLe => self.loop_add(op, inst, (next, target)),
            Op::IterNext => self.stepped_jump(next, target),
            _ => self.jump_ordered(op, inst, (next, target)),
        }
    }

    fn ret(&mut self, value: Val) {
        let (tag, payload) = self.boxed(value);
        self.store_count();
        self.b().ret(&[tag, payload]);
    }

    /// A call of what is in R[A].
    fn call_value(&mut self, inst: Inst) {
        if self.native(inst) {
            return;
        }
        let targets = self.feedback.targets_at(self.pc);
        let mut general = self.flags() & MANY != 0;
        let (mut functions, mut classes) = (Vec::new(), Vec::new());
        for target in targets {
            match target {
                Target::Function(callee) if is_call(inst, callee) => functions.push(callee),
                Target::Class { class, init: Some((init, callee)) } if is_call(inst, callee) => {
                    classes.push(Known { of: class, closure: init, callee });
                }
                _ => general = true,
            }
        }
        match (&functions[..], &classes[..]) {
            ([], []) => self.stepped(),
            (_, []) => self.call_functions(inst, &functions, general),
            ([], _) => self.call_classes(inst, &classes, general),
            _ => self.stepped(),
        }
    }

    fn call_functions(&mut self, inst: Inst, callees: &[Callee], general: bool) {
        let Some((closure, slow)) = self.object_or(inst.a(), Tag::Closure, general) else {
            return self.stepped();
        };
        let known = self.known_number(closure);
        if let Some(callee) = callees.iter().find(|callee| Some(callee.code) == known)
            && slow.is_none()
        {
            let result = self.known_call(inst, *callee, closure, inst.a() + 1);
            return self.set(inst.a(), result);
        }
        let address = self.pointer(closure);
        let offset = OBJECT + Closure::CODE_OFFSET as i32;
        let code = self.load(Type::I32, address, offset, self.classes.closures);
        let test = |this: &mut Self, callee: &Callee| {
            let wanted = this.b().iconst(Type::I32, i64::from(callee.code));
            this.b().icmp(IntCond::Eq, code, wanted)
        };
        self.choose(callees, slow, test, |this, callee| {
            Some(this.known_call(inst, *callee, closure, inst.a() + 1))
        });
    }

    /// Makes instances of classes that are known.
    fn call_classes(&mut self, inst: Inst, classes: &[Known], general: bool) {
        let Some((class, slow)) = self.object_or(inst.a(), Tag::Class, general) else {
            return self.stepped();
        };
        let test = |this: &mut Self, known: &Known| this.is_object(class, known.of);
        self.choose(classes, slow, test, |this, known| {
            let handle = this.new_instance(class);
            this.set(inst.a(), Val::Object(Tag::Instance, handle));
            let closure = this.int(known.closure as u64);
            let result = this.known_call(inst, known.callee, closure, inst.a());
            // Initializers hand back what they were called on.
            let (_, handle) = this.boxed(result);
            Some(Val::Object(Tag::Instance, handle))
        });
    }

    /// A new instance of a class, with no properties.
    fn new_instance(&mut self, class: Value) -> Value {
        self.record();
        self.store_count();
        let (frame, pc) = (self.frame, self.int(self.pc as u64));
        let handle = self.runtime(self.functions.instance, &[frame, pc, class]);
        let none = self.int(0);
        let failed = self.b().icmp(IntCond::Eq, handle, none);
        let out = self.unlikely(failed);
        self.throws_in(out);
        handle
    }

    /// Whether a handle is that of an object whose address is known.
    fn is_object(&mut self, handle: Value, object: usize) -> Value {
        let wanted = self.int(object as u64);
        self.b().icmp(IntCond::Eq, handle, wanted)
    }

    /// A call of a method of what is in R[A].
    fn invoke(&mut self, inst: Inst) {
        if self.builtin(inst) {
            return;
        }
        let (mut general, mut methods) =
            (self.flags() & (MANY | OTHER) != 0, Vec::<(Vec<usize>, Known)>::new());
        for seen in self.seen(inst) {
            match *seen {
                Seen::Method { shape, closure, callee } if is_call(inst, callee) => {
                    match methods.iter_mut().find(|(_, known)| known.closure == closure) {
                        Some((shapes, _)) => shapes.push(shape),
                        None => methods.push((vec![shape], Known { of: shape, closure, callee })),
                    }
                }
                _ => general = true,
            }
        }
        if methods.is_empty() {
            return self.stepped();
        }
        let Some((instance, slow)) = self.object_or(inst.a(), Tag::Instance, general) else {
            return self.stepped();
        };
        let shape = self.shape(instance);
        let test = |this: &mut Self, (shapes, _): &(Vec<usize>, Known)| this.is_one_of(shape, shapes);
        self.choose(&methods, slow, test, |this, (_, known)| {
            let closure = this.int(known.closure as u64);
            Some(this.known_call(inst, known.callee, closure, inst.a()))
        });
    }

    /// A call of a method of the class in R[C].
    fn super_invoke(&mut self, inst: Inst) {
        let (mut general, mut methods) = (self.flags() & MANY != 0, Vec::new());
        for seen in self.seen(inst) {
            match *seen {
                Seen::Super { class, closure, callee } if is_call(inst, callee) => {
                    methods.push(Known { of: class, closure, callee });
                }
                _ => general = true,
            }
        }
        if methods.is_empty() {
            return self.stepped();
        }
        let Some((class, slow)) = self.object_or(inst.c(), Tag::Class, general) else {
            return self.stepped();
        };
        let test = |this: &mut Self, known: &Known| this.is_object(class, known.of);
        self.choose(&methods, slow, test, |this, known| {
            let closure = this.int(known.closure as u64);
            Some(this.known_call(inst, known.callee, closure, inst.a()))
        });
    }

    /// Calls a function whose code is known, with registers from `first` on stored for it; its result.
    fn known_call(&mut self, inst: Inst, callee: Callee, closure: Value, first: u8) -> Val {
        let number = hands_back_number(self.feedback, self.pc);
        let done = self.result_block(number);
        self.store_count();
        let recorded = self.early_exit(inst, callee, (done, number));
        let distance = self.int(u64::from(inst.a()) * VALUE as u64);
        let (frame, window) = (self.frame, self.window);
        // Addresses are made in the way in which a callee makes them, which may end up in here.
        let window = self.b().binary(Ir::PtrAdd, window, distance);
        let step = self.int(RECORD);
        let record = self.b().binary(Ir::PtrAdd, frame, step);
        for reg in first..=inst.a() + inst.b() {
            let value = self.reg(reg);
            self.store_value(value, window, i32::from(reg - inst.a()) * VALUE, self.classes.slots);
        }
        self.record_place();
        let results = self.call(callee.code, &[record, window, closure]);
        self.check_result(done, number, results);
        let result = self.result(done, number);
        self.forget_record(recorded);
        self.reload_count();
        result
    }

    /// Counts a call: the countdown before and after.
    pub(crate) fn count_call(&mut self) -> (Value, Value) {
        let (count, one) = (self.countdown(), self.b().iconst(Type::I32, 1));
        let less = self.b().binary(Ir::Isub, count, one);
        self.store_countdown(less);
        (count, less)
    }

    /// Where control comes in: counts the call; the countdown then. Has the function executed in some other way when limits are to
    /// be looked at, or there is no room for all that it may call.
    pub(crate) fn begin(&mut self) -> Value {
        let slow = self.cold_block();
        // In front of the branches all of this is one address; whoever takes over counts himself.
        let (count, less) = self.count_call();
        if let Some(most) = farthest(self.feedback.function()) {
            let distance = self.int(u64::from(most) * VALUE as u64);
            let window = self.window;
            let callee = self.b().binary(Ir::PtrAdd, window, distance);
            let (callee, reach) = (self.b().unary(Ir::PtrToInt, callee), self.reach());
            let beyond = self.b().icmp(IntCond::Ugt, callee, reach);
            self.unless(beyond, slow);
        }
        let zero = self.b().iconst(Type::I32, 0);
        let over = self.b().icmp(IntCond::Slt, less, zero);
        self.unless(over, slow);
        let here = self.block();
        self.switch_to(slow);
        self.store_countdown(count);
        let args = [self.frame, self.window, self.closure];
        let results = self.runtime_results(self.functions.call, &args);
        self.b().ret(&results);
        self.switch_to(here);
        less
    }
}

/// The farthest register that a callee's registers may start with.
fn farthest(function: &Function) -> Option<u8> {
    let calls = |inst: &&Inst| matches!(inst.op(), Some(Op::Call | Op::Invoke | Op::SuperInvoke));
    function.code.iter().filter(calls).map(|inst| inst.a()).max()
}
