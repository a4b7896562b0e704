//! The table's methods: which family each op belongs to.

use super::{Lower, Lowered};
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::types;
use ir::InstData;
use ir::eval::OpHandler;

/// Ops that are one CLIF instruction on their operands.
macro_rules! direct {
    ($($op:ident = $clif:ident($count:tt);)*) => {
        $(direct!(@ $op $clif $count);)*
    };
    (@ $op:ident $clif:ident 1) => {
        fn $op(&mut self, inst: &InstData) -> Lowered {
            let a = self.arg(inst, 0);
            let word = self.b.ins().$clif(a);
            self.set(inst, word)
        }
    };
    (@ $op:ident $clif:ident 2) => {
        fn $op(&mut self, inst: &InstData) -> Lowered {
            let (a, b) = (self.arg(inst, 0), self.arg(inst, 1));
            let word = self.b.ins().$clif(a, b);
            self.set(inst, word)
        }
    };
}

/// Ops that are one CLIF instruction with a result type.
macro_rules! converting {
    ($($op:ident = $clif:ident $ty:ident;)*) => {
        $(
            fn $op(&mut self, inst: &InstData) -> Lowered {
                let a = self.arg(inst, 0);
                let word = self.b.ins().$clif(types::$ty, a);
                self.set(inst, word)
            }
        )*
    };
}

/// Ops that hand their operand on.
macro_rules! same_word {
    ($($op:ident)*) => {
        $(
            fn $op(&mut self, inst: &InstData) -> Lowered {
                let a = self.arg(inst, 0);
                self.set(inst, a)
            }
        )*
    };
}

/// Ops with a method of their own, named on the right.
macro_rules! methods {
    ($($op:ident = $method:ident;)*) => {
        $(
            fn $op(&mut self, inst: &InstData) -> Lowered {
                self.$method(inst)
            }
        )*
    };
}

impl OpHandler for Lower<'_> {
    type Output = Lowered;

    direct! {
        Iadd = iadd(2); Isub = isub(2); Imul = imul(2);
        Band = band(2); Bor = bor(2); Bxor = bxor(2);
        Ishl = ishl(2); Sshr = sshr(2); Ushr = ushr(2); Rotl = rotl(2);
        Clz = clz(1); Ctz = ctz(1); Popcnt = popcnt(1);
        Fadd = fadd(2); Fsub = fsub(2); Fmul = fmul(2); Fdiv = fdiv(2); Fmin = fmin(2); Fmax = fmax(2);
        Fneg = fneg(1); Fabs = fabs(1); Fsqrt = sqrt(1);
        Ffloor = floor(1); Fceil = ceil(1); Ftrunc = trunc(1); Fnearest = nearest(1);
        PtrAdd = iadd(2);
    }

    converting! {
        Sext = sextend I64;
        Zext = uextend I64;
        Wrap = ireduce I32;
        BoolToI32 = uextend I32;
        SintToF64 = fcvt_from_sint F64;
        UintToF64 = fcvt_from_uint F64;
    }

    same_word! { BoxBits UnboxBits PtrToInt IntToPtr }

    methods! {
        Iconst = int_const; Bconst = int_const; Pconst = int_const; Xconst = int_const; Fconst = float_const;
        Sdiv = signed_division; Srem = signed_division; Udiv = unsigned_division; Urem = unsigned_division;
        IaddGuard = checked; IsubGuard = checked; ImulGuard = checked;
        Icmp = icmp; Fcmp = fcmp; Select = select;
        Fcanon = fcanon; RoundToF32 = round_to_f32; F64ToBits = f64_to_bits; BitsToF64 = bits_to_f64;
        Sext8 = sext_low; Sext16 = sext_low;
        F64ToSint = f64_to_int; F64ToUint = f64_to_int; F64ToI32Mod = f64_to_i32_mod; F64ToI32Guard = f64_to_i32_guard;
        BoxNumber = box_number; UnboxNumber = unbox_number;
        PairMake = pair_make; PairFirst = pair_first; PairSecond = pair_second;
        Load = load; LoadS8 = load; LoadU8 = load; LoadS16 = load; LoadU16 = load; LoadF32 = load;
        Store = store; Store8 = store; Store16 = store; StoreF32 = store;
        Alloc = alloc; Context = context_op;
        Call = call; CallIndirect = call_indirect; CallRuntime = call_runtime;
        Guard = guard_op; Anchor = anchor; Poll = poll;
        Jump = jump; Brif = brif; Switch = switch; Return = return_op; Throw = throw; Deopt = deopt; Trap = trap;
    }
}
