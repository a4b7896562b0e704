//! Which functions calls are likely to call: what is where the callee comes from when the caller is compiled.
//!
//! Nothing notes callees while programs run. But most calls take theirs from a place that hardly changes: a method from a prototype, a
//! function from a global binding or from a variable of the scopes around, a closure that the function has just made. Of an argument, what it
//! is at that time is taken for what it will be, until that proves wrong. Code that is made for it looks at the callee all the same.

use crate::snapshot::{View, entries};
use heap::Gc;
use js_bytecode::{FunctionKind, Inst, Op, Operand};
use js_lower::{MOST_CALLEE_REGISTERS, Target};
use js_rt::{Cache, CacheKind, Class, Closure, Code, Env, Environment, Value};
use std::cell::Cell;

/// How far behind a call the instruction is looked for that its callee comes from.
const FAR: usize = 300;
/// Functions that a call tells apart.
const MOST: usize = 4;

/// The functions that calls of a function are likely to call, by instruction, and all of them with the engine's numbers. What is known of its
/// registers may be nothing.
pub(crate) fn targets(
    view: &View<'_>,
    code: Gc<Code>,
    registers: &[Cell<Value>],
) -> (Targets, Vec<(Gc<Code>, u32)>) {
    let place = Place { code: &code, registers };
    let (way_to, keeper) = (view.way_to, &view.keeper.native.above);
    let mut callable = Vec::new();
    let notes = code.native.notes();
    let mut all = Vec::new();
    for (pc, inst) in code.function.insts.iter().enumerate() {
        let built_in = notes.get(pc).is_some_and(|note| note.get().native != 0);
        let construct = inst.op() == Op::New;
        if inst.op() == Op::GetProperty {
            let getters = place.getters(*inst);
            if !getters.is_empty() {
                let found = getters.iter().map(|getter| target((&code, false), *getter, way_to)).collect();
                keeper.keep(getters.into_iter().map(Value::from_cell));
                all.push((pc as u32, found_few(found)));
            }
            continue;
        }
        if !construct && inst.op() != Op::Call || built_in {
            continue;
        }
        let guess = notes.get(pc).is_none_or(|note| note.get().exits == 0);
        let (likely, guessed) = place.callees(pc, inst.b(), construct, guess);
        let mut callees: Vec<Callee> = Vec::new();
        for callee in likely {
            match callees.iter_mut().find(|known| known.code == callee.code) {
                Some(known) if known.function != callee.function => known.function = None,
                Some(_) => {}
                None => callees.push(callee),
            }
        }
        let direct = |callee: &Callee| {
            let function = callee.function.map(Value::bits);
            Some(Target { guessed, function, ..target((&code, construct), callee.code, way_to)? })
        };
        let found = found_few(callees.iter().map(direct).collect());
        if !found.is_empty() {
            keeper
                .keep(callees.iter().flat_map(|of| [Some(Value::from_cell(of.code)), of.function]).flatten());
            let numbered =
                callees.iter().zip(&found).filter_map(|(of, found)| Some((of.code, found.number?)));
            for (callee, number) in numbered {
                if callable.iter().all(|(known, _)| *known != callee) {
                    callable.push((callee, number));
                }
            }
        }
        if !found.is_empty() || place.is_taken(pc, inst.b()) {
            all.push((pc as u32, found));
        }
    }
    (all.into(), callable)
}

/// Calls, by instruction and in its order, with what they are likely to call.
type Targets = Box<[(u32, Vec<Target>)]>;

/// The functions that were found, if all were and they are few.
fn found_few(found: Option<Vec<Target>>) -> Vec<Target> {
    found.filter(|found| found.len() <= MOST).unwrap_or_default()
}

/// How a function that is known is called.
pub(crate) enum Way {
    /// Straight, by the engine's number.
    Straight(u32),
    /// By the interpreter, since that is rare.
    Interpreter,
    /// As if it were not known.
    Unknown,
}

/// A function that can be called so.
fn target(
    (caller, construct): (&Code, bool),
    callee: Gc<Code>,
    way_to: &dyn Fn(Gc<Code>) -> Way,
) -> Option<Target> {
    let native = &callee.native;
    // The constructor of a class with `extends` finds no `this`.
    let kind = match callee.function.kind {
        FunctionKind::BaseConstructor => construct && !callee.function.flags.all_arguments,
        _ => native.plain,
    };
    let suits = kind && native.realm == caller.native.realm && native.registers <= MOST_CALLEE_REGISTERS;
    if !suits {
        return None;
    }
    let number = match way_to(callee) {
        Way::Straight(number) => Some(number),
        Way::Interpreter => None,
        Way::Unknown => return None,
    };
    let code = Value::from_cell(callee).bits();
    Some(Target {
        code,
        number,
        registers: native.registers,
        params: native.params,
        function: None,
        guessed: false,
    })
}

/// The code of a function that is called, or constructed with.
fn code_of(value: Value, construct: bool) -> Option<Gc<Code>> {
    let object = value.as_object().filter(|object| object.class() == Class::Function)?;
    let object = Some(object).filter(|object| !construct || object.is_constructor())?;
    Some(object.payload_as::<Closure>()?.code())
}

/// What a call is likely to call.
struct Callee {
    code: Gc<Code>,
    /// The function itself, if it is known.
    function: Option<Value>,
}

/// A function whose frame is the innermost one.
struct Place<'a> {
    code: &'a Code,
    registers: &'a [Cell<Value>],
}

impl Place<'_> {
    /// The functions that a register is likely to hold at an instruction, and whether that is no more than a `guess`, which may be made.
    fn callees(&self, pc: usize, reg: u16, construct: bool, guess: bool) -> (Vec<Callee>, bool) {
        let callee =
            |function| Some(Callee { code: code_of(function, construct)?, function: Some(function) });
        let Some((at, inst)) = self.written(pc, reg) else {
            let held = self.registers.get(usize::from(reg)).filter(|_| guess);
            return (held.and_then(|held| callee(held.get())).into_iter().collect(), true);
        };
        let found = match inst.op() {
            Op::Move => return self.callees(at, inst.b(), construct, guess),
            Op::Closure if !construct => {
                let made = self.made(inst);
                made.map(|code| Callee { code, function: None }).into_iter().collect()
            }
            Op::GetProperty | Op::GetMethod | Op::GetGlobal => {
                self.cached(inst).into_iter().filter_map(callee).collect()
            }
            Op::GetEnv | Op::GetEnvChecked => {
                self.variable(at, inst).into_iter().filter_map(callee).collect()
            }
            _ => Vec::new(),
        };
        (found, false)
    }

    /// The function that an instruction makes closures of.
    fn made(&self, inst: Inst) -> Option<Gc<Code>> {
        self.code.unit.codes.get(inst.c() as usize)?.get()
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

    /// The functions that an access calls which finds getters.
    fn getters(&self, inst: Inst) -> Vec<Gc<Code>> {
        let Some(cache) = self.cache(inst) else { return Vec::new() };
        let getter = |entry: &js_rt::CacheEntry| {
            let holder = entry.holder.get().filter(|_| entry.kind.get() == CacheKind::ProtoAccessor)?;
            code_of(holder.slot(entry.slot.get()).as_accessor()?.get(), false)
        };
        entries(cache).filter_map(getter).collect()
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
