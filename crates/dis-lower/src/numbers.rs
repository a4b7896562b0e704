//! Which instructions have code of their own; moves, arithmetic, comparisons and conversions.

use crate::emit::Emitter;
use dis_bytecode::Op;
use dis_vm::tier::Slot;
use ir::{FloatCond, IntCond, Op as Ir, Type, Value};

/// Whether an instruction may have code of its own.
pub(crate) fn is_native(op: Op) -> bool {
    binary(op).is_some()
        || branch(op).is_some()
        || conversion(op).is_some()
        || matches!(
            op,
            Op::Nop
                | Op::Runt
                | Op::Eclr
                | Op::Jmp
                | Op::Case
                | Op::Casel
                | Op::Movp
                | Op::Lea
                | Op::Indx
                | Op::Indw
                | Op::Indf
                | Op::Indb
                | Op::Indl
                | Op::Lena
                | Op::Lenc
                | Op::Indc
                | Op::Insc
                | Op::Headb
                | Op::Headw
                | Op::Headf
                | Op::Headl
                | Op::Headp
                | Op::Tail
                | Op::Frame
                | Op::Mframe
                | Op::Mcall
        )
}

/// What a binary instruction computes: with its right operand's kind, that of the left one and of the result.
fn binary(op: Op) -> Option<(Ir, Slot, Slot)> {
    use Slot::{Big, Byte, Real, Word};
    Some(match op {
        Op::Addb => (Ir::Iadd, Byte, Byte),
        Op::Addw => (Ir::Iadd, Word, Word),
        Op::Addl => (Ir::Iadd, Big, Big),
        Op::Addf => (Ir::Fadd, Real, Real),
        Op::Subb => (Ir::Isub, Byte, Byte),
        Op::Subw => (Ir::Isub, Word, Word),
        Op::Subl => (Ir::Isub, Big, Big),
        Op::Subf => (Ir::Fsub, Real, Real),
        Op::Mulb => (Ir::Imul, Byte, Byte),
        Op::Mulw => (Ir::Imul, Word, Word),
        Op::Mull => (Ir::Imul, Big, Big),
        Op::Mulf => (Ir::Fmul, Real, Real),
        Op::Divb => (Ir::Udiv, Byte, Byte),
        Op::Divw => (Ir::Sdiv, Word, Word),
        Op::Divl => (Ir::Sdiv, Big, Big),
        Op::Divf => (Ir::Fdiv, Real, Real),
        Op::Modb => (Ir::Urem, Byte, Byte),
        Op::Modw => (Ir::Srem, Word, Word),
        Op::Modl => (Ir::Srem, Big, Big),
        Op::Andb => (Ir::Band, Byte, Byte),
        Op::Andw => (Ir::Band, Word, Word),
        Op::Andl => (Ir::Band, Big, Big),
        Op::Orb => (Ir::Bor, Byte, Byte),
        Op::Orw => (Ir::Bor, Word, Word),
        Op::Orl => (Ir::Bor, Big, Big),
        Op::Xorb => (Ir::Bxor, Byte, Byte),
        Op::Xorw => (Ir::Bxor, Word, Word),
        Op::Xorl => (Ir::Bxor, Big, Big),
        Op::Shlb => (Ir::Ishl, Word, Byte),
        Op::Shlw => (Ir::Ishl, Word, Word),
        Op::Shll => (Ir::Ishl, Word, Big),
        Op::Shrb => (Ir::Ushr, Word, Byte),
        Op::Shrw => (Ir::Sshr, Word, Word),
        Op::Shrl => (Ir::Sshr, Word, Big),
        Op::Lsrw => (Ir::Ushr, Word, Word),
        Op::Lsrl => (Ir::Ushr, Word, Big),
        _ => return None,
    })
}

/// What a branch compares.
fn branch(op: Op) -> Option<(usize, Slot)> {
    let group = [
        (Op::Beqb, Slot::Byte, [Op::Beqb, Op::Bneb, Op::Bltb, Op::Bleb, Op::Bgtb, Op::Bgeb]),
        (Op::Beqw, Slot::Word, [Op::Beqw, Op::Bnew, Op::Bltw, Op::Blew, Op::Bgtw, Op::Bgew]),
        (Op::Beql, Slot::Big, [Op::Beql, Op::Bnel, Op::Bltl, Op::Blel, Op::Bgtl, Op::Bgel]),
        (Op::Beqf, Slot::Real, [Op::Beqf, Op::Bnef, Op::Bltf, Op::Blef, Op::Bgtf, Op::Bgef]),
    ];
    group.iter().find_map(|(_, slot, ops)| ops.iter().position(|each| *each == op).map(|at| (at, *slot)))
}

/// What a conversion or move takes and gives.
fn conversion(op: Op) -> Option<(Slot, Slot)> {
    Some(match op {
        Op::Movb => (Slot::Byte, Slot::Byte),
        Op::Movw => (Slot::Word, Slot::Word),
        Op::Movl => (Slot::Big, Slot::Big),
        Op::Movf | Op::Negf => (Slot::Real, Slot::Real),
        Op::Cvtbw => (Slot::Byte, Slot::Word),
        Op::Cvtwb => (Slot::Word, Slot::Byte),
        Op::Cvtwf => (Slot::Word, Slot::Real),
        Op::Cvtfw => (Slot::Real, Slot::Word),
        Op::Cvtwl => (Slot::Word, Slot::Big),
        Op::Cvtlw => (Slot::Big, Slot::Word),
        Op::Cvtlf => (Slot::Big, Slot::Real),
        Op::Cvtfl => (Slot::Real, Slot::Big),
        _ => return None,
    })
}

const INT: [IntCond; 6] = [IntCond::Eq, IntCond::Ne, IntCond::Slt, IntCond::Sle, IntCond::Sgt, IntCond::Sge];
const FLOAT: [FloatCond; 6] =
    [FloatCond::Eq, FloatCond::Ne, FloatCond::Lt, FloatCond::Le, FloatCond::Gt, FloatCond::Ge];

impl Emitter<'_> {
    /// Lowers the instruction; whether the block goes on. `None` when the interpreter has to execute it.
    pub(crate) fn native(&mut self) -> Option<bool> {
        let op = self.inst().op;
        if let Some((ir, right, kind)) = binary(op) {
            return self.binary(ir, right, kind).map(|()| true);
        }
        if let Some((which, slot)) = branch(op) {
            return self.branch(which, slot).map(|()| false);
        }
        if let Some((from, to)) = conversion(op) {
            return self.convert(op, from, to).map(|()| true);
        }
        match op {
            Op::Nop | Op::Runt | Op::Eclr => {
                self.close(&[]);
                Some(true)
            }
            Op::Jmp => {
                self.known.used += 1;
                let target = self.inst().operands[2].first;
                self.jump_to(target);
                Some(false)
            }
            Op::Case => self.case(Slot::Word).then_some(false),
            Op::Casel => self.case(Slot::Big).then_some(false),
            Op::Movp | Op::Headp | Op::Tail | Op::Lea => self.reference(op),
            Op::Indx
            | Op::Indw
            | Op::Indf
            | Op::Indb
            | Op::Indl
            | Op::Lena
            | Op::Lenc
            | Op::Indc
            | Op::Insc => self.array(op),
            Op::Headb | Op::Headw | Op::Headf | Op::Headl => self.head(op),
            Op::Frame => self.new_frame(self.operand(0).first).map(|()| true),
            Op::Mframe => self.linked_frame().map(|()| true),
            Op::Mcall => self.linked_call().map(|()| true),
            Op::Call => self.call().map(|()| true),
            Op::Ret => self.ret().map(|()| false),
            _ => None,
        }
    }

    fn binary(&mut self, ir: Ir, right: Slot, kind: Slot) -> Option<()> {
        let (b, a) = (self.read(0, right)?, self.read(1, kind)?);
        let to = self.place(2, kind, true)?;
        let b = if right == Slot::Word && kind == Slot::Big { self.b().unary(Ir::Zext, b) } else { b };
        if matches!(ir, Ir::Sdiv | Ir::Udiv | Ir::Srem | Ir::Urem) {
            let zero = if kind == Slot::Big { self.int(0) } else { self.word(0) };
            let divides = self.b().icmp(IntCond::Ne, b, zero);
            self.guard(divides);
        }
        let mut value = self.b().binary(ir, a, b);
        if kind == Slot::Byte {
            value = self.low_byte(value);
        }
        self.finish(to, kind, value);
        Some(())
    }

    fn low_byte(&mut self, value: Value) -> Value {
        let mask = self.word(0xff);
        self.b().binary(Ir::Band, value, mask)
    }

    fn branch(&mut self, which: usize, slot: Slot) -> Option<()> {
        let (a, b) = (self.read(0, slot)?, self.read(1, slot)?);
        let cond = match slot {
            Slot::Real => self.b().fcmp(FLOAT[which], a, b),
            _ => self.b().icmp(INT[which], a, b),
        };
        self.close_branch();
        let (target, next) = (self.inst().operands[2].first, self.pc + 1);
        if target <= self.pc {
            // A way back on which nothing is left to do is no block.
            self.settle();
        }
        let (taken, on) = (self.new_block(&[]), self.new_block(&[]));
        self.b().brif(cond, (taken, &[]), (on, &[]));
        self.switch_to(taken);
        self.apart(|this| this.jump_to(target));
        self.switch_to(on);
        self.goto_pc(next);
        Some(())
    }

    fn convert(&mut self, op: Op, from: Slot, to: Slot) -> Option<()> {
        let value = self.read(0, from)?;
        let place = self.place(2, to, true)?;
        let value = match op {
            Op::Negf => self.b().unary(Ir::Fneg, value),
            Op::Cvtwb => self.low_byte(value),
            Op::Cvtwf | Op::Cvtlf => self.b().unary(Ir::SintToF64, value),
            Op::Cvtwl => self.b().unary(Ir::Sext, value),
            Op::Cvtlw => self.b().unary(Ir::Wrap, value),
            Op::Cvtfw => self.rounded(value, Type::I32),
            Op::Cvtfl => self.rounded(value, Type::I64),
            _ => value,
        };
        self.finish(place, to, value);
        Some(())
    }

    /// The integer that is nearest, halves away from zero; the least where there is none.
    fn rounded(&mut self, value: Value, ty: Type) -> Value {
        let (zero, half, other) = (self.b().fconst(0.0), self.b().fconst(0.5), self.b().fconst(-0.5));
        let negative = self.b().fcmp(FloatCond::Lt, value, zero);
        let half = self.b().select(negative, other, half);
        let moved = self.b().binary(Ir::Fadd, value, half);
        let whole = self.b().unary(Ir::Ftrunc, moved);
        let (low, high, least) = match ty {
            Type::I32 => (-2_147_483_648.0, 2_147_483_648.0, i64::from(i32::MIN)),
            _ => (-9_223_372_036_854_775_808.0, 9_223_372_036_854_775_808.0, i64::MIN),
        };
        let (low, high) = (self.b().fconst(low), self.b().fconst(high));
        let (above, below) =
            (self.b().fcmp(FloatCond::Ge, whole, low), self.b().fcmp(FloatCond::Lt, whole, high));
        let inside = self.b().binary(Ir::Band, above, below);
        let number = self.b().convert(Ir::F64ToSint, ty, whole);
        let least = self.b().iconst(ty, least);
        self.b().select(inside, number, least)
    }
}
