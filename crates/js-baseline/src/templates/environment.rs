//! Environments: slots of variables, new scopes, closures.

use crate::compile::Compiler;
use crate::masm::*;
use crate::stubs::helper;
use js_bytecode::{Inst, Op};
use js_rt::Value;
use js_rt::offsets::*;

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::OuterEnv => outer(c, inst),
        Op::GetEnv | Op::GetEnvChecked => {
            let cold = c.cold();
            environment(c, inst, cold);
            c.m.load(B64, T1, slot(inst));
            if inst.op() == Op::GetEnvChecked {
                c.m.branch_constant(B64, Cond::Eq, T1, 0, cold);
            }
            c.set(inst.a(), T1);
        }
        Op::SetEnv | Op::SetEnvChecked => {
            let cold = c.cold();
            environment(c, inst, cold);
            if inst.op() == Op::SetEnvChecked {
                c.m.branch_memory_constant(B64, Cond::Eq, slot(inst), 0, cold);
            }
            c.get(T1, inst.a());
            c.barrier(T0, T1, cold);
            c.m.store(B64, slot(inst), T1);
        }
        Op::NewEnv => {
            c.store_next();
            c.get(T0, inst.b());
            c.m.argument(1, T0);
            c.m.argument_constant(2, inst.c().into());
            c.call_helper(helper!(new_env));
            c.set(inst.a(), T0);
        }
        Op::CopyEnv => {
            c.store_next();
            c.get(T0, inst.a());
            c.m.argument(1, T0);
            c.call_helper(helper!(copy_env));
            c.set(inst.a(), T0);
        }
        _ => {
            c.store_next();
            c.get(T0, inst.b());
            c.m.argument(1, T0);
            c.m.argument_constant(2, inst.c().into());
            c.call_helper(helper!(closure));
            c.set(inst.a(), T0);
        }
    }
}

/// The environment that the callee was made in.
fn outer<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let (cold, some) = (c.cold(), c.m.label());
    c.get(T0, 0);
    c.check_object(T0, cold);
    c.m.branch_memory_constant(B8, Cond::Ne, at(T0, HEADER_AUX), CLASS_FUNCTION.into(), cold);
    c.m.load(B64, T0, at(T0, OBJECT_PAYLOAD));
    c.check_cell(T0, KIND_CLOSURE, cold);
    c.m.load(B64, T0, at(T0, CLOSURE_ENV));
    c.m.branch_constant(B64, Cond::Ne, T0, 0, some);
    c.m.constant(T0, Value::UNDEFINED.bits());
    c.m.bind(some);
    c.set(inst.a(), T0);
}

fn slot(inst: Inst) -> Mem {
    at(T0, ENV_SLOTS + size_of::<Value>() * (inst.c() & 0xffff) as usize)
}

/// The environment of R[B] so many hops out, which has the slot, to T0.
fn environment<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, cold: Label) {
    c.get(T0, inst.b());
    c.check_cell(T0, KIND_ENVIRONMENT, cold);
    for _ in 0..inst.c() >> 16 {
        c.m.load(B64, T0, at(T0, ENV_PARENT));
        c.m.branch_constant(B64, Cond::Eq, T0, 0, cold);
    }
    let slot = (inst.c() & 0xffff) as i32;
    c.m.branch_memory_constant(B64, Cond::BelowEq, at(T0, ENV_COUNT), slot, cold);
}
