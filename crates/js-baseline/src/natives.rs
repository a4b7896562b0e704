//! Which functions of Math calls are likely to call, as inline caches tell when a function is compiled.

use crate::templates::math::has_template;
use heap::Gc;
use js_bytecode::{Inst, Op};
use js_rt::{Cache, CacheKind, Class, Code, MathOp, Native, Obj, Value};
use js_vm::Vm;

/// A call of a function of Math.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MathCall {
    /// The instruction.
    pub(crate) pc: u32,
    /// The word of the function.
    pub(crate) function: u64,
    /// Its number.
    pub(crate) native: u32,
    /// What it does.
    pub(crate) op: MathOp,
}

/// How far in front of a call the instructions are looked for that its callee comes from.
const FAR: usize = 32;

/// The calls of a function that templates have code for, in order. The function keeps alive what is named.
pub(crate) fn math_calls(vm: &Vm, code: Gc<Code>) -> Vec<MathCall> {
    let insts = &code.function.insts;
    let calls =
        insts.iter().enumerate().filter(|(_, inst)| inst.op() == Op::Call && (1..=2).contains(&inst.c()));
    let mut found = Vec::new();
    for (pc, inst) in calls {
        let Some(function) = callee(&code, pc, inst.b()) else { continue };
        let Some(native) = native(function) else { continue };
        let Some(op) = vm.math_op(native).filter(|op| op.arguments() == inst.c() && has_template(*op)) else {
            continue;
        };
        code.native.above.keep([function]);
        found.push(MathCall { pc: pc as u32, function: function.bits(), native, op });
    }
    if !found.is_empty() {
        vm.rt.heap().wrote(code);
    }
    found
}

/// What a register held that a call takes its callee from, when that was executed last.
fn callee(code: &Code, pc: usize, reg: u16) -> Option<Value> {
    let (at, inst) = written(code, pc, reg)?;
    match inst.op() {
        Op::GetGlobal => global(code, inst),
        Op::GetMethod | Op::GetProperty => {
            let (_, base) = written(code, at, inst.b()).filter(|(_, base)| base.op() == Op::GetGlobal)?;
            property(code, inst, global(code, base)?.as_object()?)
        }
        _ => None,
    }
}

/// The load that a register's value comes from, if it is close.
fn written(code: &Code, pc: usize, reg: u16) -> Option<(usize, Inst)> {
    let before = code.function.insts.iter().enumerate().take(pc).rev().take(FAR);
    let loads = |op| matches!(op, Op::GetGlobal | Op::GetMethod | Op::GetProperty);
    before.map(|(at, inst)| (at, *inst)).find(|(_, inst)| loads(inst.op()) && inst.a() == reg)
}

fn cache(code: &Code, inst: Inst) -> Option<&Cache> {
    code.caches.get(inst.c() as usize)
}

/// The value of a global binding.
fn global(code: &Code, inst: Inst) -> Option<Value> {
    let entry = &cache(code, inst)?.first;
    let slot = entry.slot.get();
    match entry.kind.get() {
        CacheKind::Lexical => entry.env.get().map(|env| env.get(slot as usize)),
        CacheKind::Own | CacheKind::Proto => entry.holder.get().map(|holder| holder.slot(slot)),
        _ => None,
    }
}

/// The property that an access found in an object of its own.
fn property(code: &Code, inst: Inst, object: Obj) -> Option<Value> {
    let entry = &cache(code, inst)?.first;
    let own = entry.kind.get() == CacheKind::Own && entry.shape.get() == Some(object.shape());
    own.then(|| object.slot(entry.slot.get()))
}

/// The number of a built-in function.
fn native(function: Value) -> Option<u32> {
    let object = function.as_object().filter(|object| object.class() == Class::NativeFunction)?;
    Some(object.payload_as::<Native>()?.id().0)
}
