//! What each instruction becomes.

use crate::emit::Emitter;
use crate::value::Val;
use js_bytecode::{Inst, Op};
use js_rt::Value as Word;

impl Emitter<'_> {
    /// Lowers an instruction of a block; whether control goes on behind it.
    pub(crate) fn inst(&mut self) -> bool {
        let inst = self.at.snapshot.insts[self.at.pc];
        let op = inst.op();
        if op.jumps() {
            self.jump(inst);
            return false;
        }
        match op {
            Op::Return | Op::ReturnUndefined if self.at.snapshot.suspends => {
                self.over(self.at.pc);
                return false;
            }
            Op::Return => {
                let value = self.reg(inst.a());
                self.returned(value);
                return false;
            }
            Op::ReturnUndefined => {
                self.returned(Val::Constant(Word::UNDEFINED.bits()));
                return false;
            }
            Op::Throw | Op::Rethrow | Op::ThrowConst | Op::ThrowError => {
                self.thrown();
                return false;
            }
            Op::ReturnDerived => {
                self.return_derived(inst);
                return false;
            }
            Op::Call | Op::New => return self.call(inst),
            Op::NewSpread | Op::CallSpread => {
                // Where these are taken, the function is declined.
                self.deopt(crate::runtime::Reason::Untaken);
                return false;
            }
            _ => self.plain(inst),
        }
        true
    }

    fn plain(&mut self, inst: Inst) {
        match inst.op() {
            Op::Move => self.set(inst.a(), self.reg(inst.b())),
            Op::LoadConst => {
                let constant = self.constant(self.at.snapshot.constants[inst.c() as usize]);
                self.set(inst.a(), constant);
            }
            Op::LoadInt => {
                let int = self.small(inst.imm());
                self.set(inst.a(), Val::Int(int));
            }
            Op::LoadUndefined => self.set(inst.a(), Val::Constant(Word::UNDEFINED.bits())),
            Op::LoadNull => self.set(inst.a(), Val::Constant(Word::NULL.bits())),
            Op::LoadEmpty => self.set(inst.a(), Val::Constant(Word::EMPTY.bits())),
            Op::LoadTrue | Op::LoadFalse => {
                let value = self.b().bconst(inst.op() == Op::LoadTrue);
                self.set(inst.a(), Val::Bool(value));
            }
            Op::CheckInit | Op::CheckThis => self.check_empty(inst, false),
            Op::CheckNoThis => self.check_empty(inst, true),
            Op::CheckObject => {
                if !self.check_object(inst.a()) {
                    self.stepped();
                }
            }
            Op::CoerceThis => {
                if self.check_object(inst.b()) {
                    self.set(inst.a(), self.reg(inst.b()));
                } else {
                    self.stepped();
                }
            }
            Op::ToElementKey if self.reg(inst.b()).kind().is_number() => {
                self.set(inst.a(), self.reg(inst.b()))
            }
            Op::Debugger => {}
            _ if self.arithmetic(inst) || self.comparison(inst) => {}
            _ if self.property(inst) || self.element(inst) => {}
            _ => self.stepped(),
        }
    }
}
