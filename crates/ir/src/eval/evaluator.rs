//! Evaluates an instruction whose operands are constants.

use crate::eval::{Const, OpHandler, dispatch};
use crate::eval::{float, int, word};
use crate::function::{Imm, InstData, TrapCode};
use crate::types::{FloatCond, IntCond, Type};

/// What an instruction does on constant operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluated {
    /// Its result is this.
    Value(Const),
    /// It traps.
    Trap(TrapCode),
    /// It is a guard without a result, and holds.
    Passes,
    /// It is a guard, and leaves through its frame state.
    Leaves,
    /// Operands alone do not say: memory, calls, the context, control flow.
    Unknown,
}

/// Evaluates an instruction on these operands.
///
/// # Panics
/// When there are fewer operands than the op takes; verified instructions with one constant each never panic.
pub fn evaluate(inst: &InstData, args: &[Const]) -> Evaluated {
    dispatch(&mut Evaluator { args }, inst)
}

/// The operands, with a method per op.
#[derive(Debug)]
pub struct Evaluator<'a> {
    /// One constant per operand of the instruction.
    pub args: &'a [Const],
}

impl Evaluator<'_> {
    fn unary(&self, f: impl Fn(Const) -> Const) -> Evaluated {
        Evaluated::Value(f(self.args[0]))
    }

    fn binary(&self, f: impl Fn(Const, Const) -> Const) -> Evaluated {
        Evaluated::Value(f(self.args[0], self.args[1]))
    }

    fn trapping(&self, f: impl Fn(Const, Const) -> Result<Const, TrapCode>) -> Evaluated {
        match f(self.args[0], self.args[1]) {
            Ok(value) => Evaluated::Value(value),
            Err(code) => Evaluated::Trap(code),
        }
    }

    fn checked(&self, f: impl Fn(Const, Const) -> Option<Const>) -> Evaluated {
        f(self.args[0], self.args[1]).map_or(Evaluated::Leaves, Evaluated::Value)
    }

    /// The same bits as another type.
    fn cast(&self, ty: Type) -> Evaluated {
        self.unary(|a| Const::new(ty, a.bits()))
    }

    fn constant(&self, inst: &InstData) -> Evaluated {
        Const::of_inst(inst.op, inst.ty, &inst.imm).map_or(Evaluated::Unknown, Evaluated::Value)
    }
}

/// The controlling type; the verifier has made sure that there is one.
fn ty(inst: &InstData) -> Type {
    inst.ty.unwrap_or(Type::I64)
}

macro_rules! methods {
    ($($op:ident($this:ident $(, $inst:ident)?) $body:expr;)*) => {
        $(
            fn $op(&mut self, _inst: &InstData) -> Evaluated {
                let $this = self;
                $(let $inst = _inst;)?
                $body
            }
        )*
    };
}

macro_rules! unknown {
    ($($op:ident)*) => {
        $(
            fn $op(&mut self, _: &InstData) -> Evaluated {
                Evaluated::Unknown
            }
        )*
    };
}

impl OpHandler for Evaluator<'_> {
    type Output = Evaluated;

    methods! {
        Iconst(e, inst) e.constant(inst);
        Fconst(e, inst) e.constant(inst);
        Bconst(e, inst) e.constant(inst);
        Pconst(e, inst) e.constant(inst);
        Xconst(e, inst) e.constant(inst);
        Iadd(e) e.binary(int::iadd);
        Isub(e) e.binary(int::isub);
        Imul(e) e.binary(int::imul);
        Sdiv(e) e.trapping(int::sdiv);
        Udiv(e) e.trapping(int::udiv);
        Srem(e) e.trapping(int::srem);
        Urem(e) e.trapping(int::urem);
        Band(e) e.binary(int::band);
        Bor(e) e.binary(int::bor);
        Bxor(e) e.binary(int::bxor);
        Ishl(e) e.binary(int::ishl);
        Sshr(e) e.binary(int::sshr);
        Ushr(e) e.binary(int::ushr);
        Rotl(e) e.binary(int::rotl);
        Clz(e) e.unary(int::clz);
        Ctz(e) e.unary(int::ctz);
        Popcnt(e) e.unary(int::popcnt);
        IaddGuard(e) e.checked(int::iadd_checked);
        IsubGuard(e) e.checked(int::isub_checked);
        ImulGuard(e) e.checked(int::imul_checked);
        Icmp(e, inst) {
            let cond = if let Imm::IntCond(cond) = inst.imm { cond } else { IntCond::Eq };
            e.binary(|a, b| Const::bool(int::icmp(cond, a, b)))
        };
        Fcmp(e, inst) {
            let cond = if let Imm::FloatCond(cond) = inst.imm { cond } else { FloatCond::Eq };
            e.binary(|a, b| Const::bool(float::fcmp(cond, a, b)))
        };
        Select(e) Evaluated::Value(if e.args[0].as_bool() { e.args[1] } else { e.args[2] });
        Fadd(e) e.binary(float::fadd);
        Fsub(e) e.binary(float::fsub);
        Fmul(e) e.binary(float::fmul);
        Fdiv(e) e.binary(float::fdiv);
        Fmin(e) e.binary(float::fmin);
        Fmax(e) e.binary(float::fmax);
        Fneg(e) e.unary(float::fneg);
        Fabs(e) e.unary(float::fabs);
        Fsqrt(e) e.unary(float::fsqrt);
        Ffloor(e) e.unary(float::ffloor);
        Fceil(e) e.unary(float::fceil);
        Ftrunc(e) e.unary(float::ftrunc);
        Fnearest(e) e.unary(float::fnearest);
        Fcanon(e) e.unary(float::fcanon);
        Sext(e) e.unary(|a| Const::i64(a.as_i64()));
        Zext(e) e.cast(Type::I64);
        Wrap(e) e.cast(Type::I32);
        Sext8(e) e.unary(int::sext8);
        Sext16(e) e.unary(int::sext16);
        BoolToI32(e) e.cast(Type::I32);
        SintToF64(e) e.unary(float::sint_to_f64);
        UintToF64(e) e.unary(float::uint_to_f64);
        F64ToSint(e, inst) e.unary(|a| float::f64_to_sint(ty(inst), a));
        F64ToUint(e, inst) e.unary(|a| float::f64_to_uint(ty(inst), a));
        F64ToI32Mod(e) e.unary(float::f64_to_i32_mod);
        F64ToI32Guard(e) float::f64_to_i32_exact(e.args[0]).map_or(Evaluated::Leaves, Evaluated::Value);
        RoundToF32(e) e.unary(float::round_to_f32);
        F64ToBits(e) e.cast(Type::I64);
        BitsToF64(e) e.cast(Type::F64);
        BoxNumber(e) e.unary(word::box_number);
        UnboxNumber(e) word::unbox_number(e.args[0]).map_or(Evaluated::Leaves, Evaluated::Value);
        BoxBits(e) e.cast(Type::Boxed);
        UnboxBits(e) e.cast(Type::I64);
        PtrToInt(e) e.cast(Type::I64);
        IntToPtr(e) e.cast(Type::Ptr);
        PtrAdd(e) e.binary(|a, b| Const::ptr(a.bits().wrapping_add(b.bits())));
        PairMake(e) e.binary(|a, b| Const::pair(a.bits(), b.bits()));
        PairFirst(e) e.unary(|a| Const::new(Type::I64, a.words()[0]));
        PairSecond(e) e.unary(|a| Const::new(Type::I64, a.words()[1]));
        Guard(e) if e.args[0].as_bool() { Evaluated::Passes } else { Evaluated::Leaves };
        Anchor(_e) Evaluated::Passes;
    }

    unknown! {
        Load LoadS8 LoadU8 LoadS16 LoadU16 LoadF32 Store Store8 Store16 StoreF32 Alloc Context
        Call CallIndirect CallRuntime Poll
        Jump Brif Switch Return Throw Deopt Trap
    }
}
