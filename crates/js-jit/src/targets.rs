//! Which functions calls are likely to call: what is where the callee comes from when the caller is compiled.
//!
//! Nothing notes callees while programs run. But most calls take theirs from a place that hardly changes: a method from a prototype, a
//! function from a global binding or from a variable of the scopes around. Code that is made for it looks at the callee all the same.

use crate::snapshot::entries;
use heap::Gc;
use js_bytecode::{Inst, Op, Operand};
use js_lower::{MOST_CALLEE_REGISTERS, Target};
use js_rt::{Cache, CacheKind, Class, Closure, Code, Env, Environment, Value};
use js_vm::Vm;
use std::cell::Cell;

/// How far behind a call the instruction is looked for that its callee comes from.
const FAR: usize = 300;
/// Functions that a call tells apart.
const MOST: usize = 4;

/// The functions that calls of the innermost frame's function are likely to call, by instruction. `number_of` gives the engine's number
/// of a function that may be called so.
pub(crate) fn targets(
    vm: &Vm,
    code: Gc<Code>,
    number_of: impl Fn(Gc<Code>) -> Option<u32>,
) -> Box<[(u32, Vec<Target>)]> {
    let place = Place { code: &code, registers: vm.innermost_registers() };
    let notes = code.native.notes();
    let mut all = Vec::new();
    for (pc, inst) in code.function.insts.iter().enumerate() {
        let built_in = notes.get(pc).is_some_and(|note| note.get().native != 0);
        if inst.op() != Op::Call || built_in {
            continue;
        }
        let mut callees: Vec<Gc<Code>> = Vec::new();
        for callee in place.values(pc, inst.b()).into_iter().filter_map(code_of) {
            if !callees.contains(&callee) {
                callees.push(callee);
            }
        }
        let found: Option<Vec<Target>> =
            callees.iter().map(|callee| target(&code, *callee, &number_of)).collect();
        match found.filter(|found| (1..=MOST).contains(&found.len())) {
            Some(found) => {
                code.native.above.keep(callees.into_iter().map(Value::from_cell));
                all.push((pc as u32, found));
            }
            None if place.is_taken(pc, inst.b()) => all.push((pc as u32, Vec::new())),
            None => {}
        }
    }
    vm.rt.heap().wrote(code);
    all.into()
}

/// A function that can be called so.
fn target(caller: &Code, callee: Gc<Code>, number_of: &impl Fn(Gc<Code>) -> Option<u32>) -> Option<Target> {
    let native = &callee.native;
    let suits =
        native.plain && native.realm == caller.native.realm && native.registers <= MOST_CALLEE_REGISTERS;
    if !suits || !native.is_compiled() {
        return None;
    }
    let number = number_of(callee)?;
    let code = Value::from_cell(callee).bits();
    Some(Target { code, number, registers: native.registers, params: native.params })
}

fn code_of(value: Value) -> Option<Gc<Code>> {
    let object = value.as_object().filter(|object| object.class() == Class::Function)?;
    Some(object.payload_as::<Closure>()?.code())
}

/// A function whose frame is the innermost one.
struct Place<'a> {
    code: &'a Code,
    registers: &'a [Cell<Value>],
}

impl Place<'_> {
    /// What a register is likely to hold at an instruction.
    fn values(&self, pc: usize, reg: u16) -> Vec<Value> {
        let Some((at, inst)) = self.written(pc, reg) else { return Vec::new() };
        match inst.op() {
            Op::Move => self.values(at, inst.b()),
            Op::GetProperty | Op::GetMethod => self.cached(inst),
            Op::GetGlobal => self.cached(inst),
            Op::GetEnv | Op::GetEnvChecked => self.variable(at, inst).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The instruction that a register's value comes from, if it is a straight way from there.
    fn written(&self, pc: usize, reg: u16) -> Option<(usize, Inst)> {
        let before = self.code.function.insts.iter().enumerate().take(pc).rev().take(FAR);
        before.map(|(at, inst)| (at, *inst)).find(|(_, inst)| {
            let first = inst.op().operands()[0];
            let count = match first {
                Operand::Def | Operand::Mod => 1,
                Operand::Def2 => 2,
                Operand::Def3 => 3,
                _ => 0,
            };
            (inst.a()..inst.a() + count).contains(&reg)
        })
    }

    /// Whether a call was executed, as far as can be seen: what its callee comes from was.
    fn is_taken(&self, pc: usize, reg: u16) -> bool {
        let Some((_, inst)) = self.written(pc, reg) else { return true };
        let is_cached = matches!(inst.op(), Op::GetProperty | Op::GetMethod | Op::GetGlobal);
        !is_cached
            || self.cache(inst).is_none_or(|cache| entries(cache).next().is_some() || cache.misses.get() > 0)
    }

    fn cache(&self, inst: Inst) -> Option<&Cache> {
        self.code.caches.get(inst.c() as usize)
    }

    fn cached(&self, inst: Inst) -> Vec<Value> {
        let Some(cache) = self.cache(inst) else { return Vec::new() };
        let value = |entry: &js_rt::CacheEntry| match entry.kind.get() {
            CacheKind::Lexical => Some(entry.env.get()?.get(entry.slot.get() as usize)),
            CacheKind::Own | CacheKind::Proto => Some(entry.holder.get()?.slot(entry.slot.get())),
            _ => None,
        };
        let all: Vec<Value> = entries(cache).filter_map(value).collect();
        // Of a property of receivers themselves nothing is known.
        if all.len() == entries(cache).count() { all } else { Vec::new() }
    }

    /// A variable of a scope around the function.
    fn variable(&self, pc: usize, inst: Inst) -> Option<Value> {
        let env = self.environment(pc, inst.b())?.ancestor((inst.c() >> 16) as usize)?;
        let slot = (inst.c() & 0xffff) as usize;
        (slot < env.len()).then(|| env.get(slot))
    }

    fn environment(&self, pc: usize, reg: u16) -> Option<Env> {
        match self.written(pc, reg) {
            Some((_, inst)) if inst.op() == Op::OuterEnv => {
                let callee = self.registers.first()?.get().as_object()?;
                callee.payload_as::<Closure>()?.env()
            }
            _ => self.registers.get(usize::from(reg))?.get().cell::<Environment>(),
        }
    }
}
