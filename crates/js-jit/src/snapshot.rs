//! What is known of a function, copied on the program's thread.

use crate::heat::unsuited;
use crate::targets::{Way, targets};
use crate::worth::is_in_place;
use heap::Gc;
use js_bytecode::{Inst, Op};
use js_lower::{Access, Cells, Held, Note, Snapshot, StackCells};
use js_rt::offsets::FRAME_SIZE;
use js_rt::{Cache, CacheEntry, CacheKind, Code, MathOp, Value};
use js_vm::{Vm, VmAddresses};
use std::cell::Cell;

/// What is known of a function whose frame is the innermost one, and of those that are put in place of its calls. The function keeps alive
/// what is named here.
pub(crate) fn snapshot(
    vm: &Vm,
    code: Gc<Code>,
    (number, choosy): (u32, bool),
    way_to: &dyn Fn(Gc<Code>) -> Way,
) -> Snapshot {
    let view = View { vm, keeper: code, choosy, way_to };
    let snapshot = view.of(code, number, vm.innermost_registers(), &[]);
    vm.rt.heap().wrote(code);
    snapshot
}

/// What snapshots of a function and of those in place of its calls have in common.
pub(crate) struct View<'a> {
    pub(crate) vm: &'a Vm,
    /// The function that is compiled, which keeps alive what is named.
    pub(crate) keeper: Gc<Code>,
    /// Whether it was chosen.
    pub(crate) choosy: bool,
    /// How functions that it calls are called.
    pub(crate) way_to: &'a dyn Fn(Gc<Code>) -> Way,
}

impl View<'_> {
    /// A function with these registers, as far as they are known, which is put in place of calls of functions `around` it.
    fn of(&self, code: Gc<Code>, number: u32, registers: &[Cell<Value>], around: &[Gc<Code>]) -> Snapshot {
        let (vm, function) = (self.vm, &code.function);
        self.keeper.native.above.keep(code.caches.iter().flat_map(entries).flat_map(named));
        let (targets, callees) = targets(self, code, registers);
        let around: Vec<Gc<Code>> = around.iter().copied().chain([code]).collect();
        let body = |callee: &(Gc<Code>, u32)| {
            let word = Value::from_cell(callee.0).bits();
            is_small(vm, callee.0, &around, self.choosy)
                .then(|| (word, self.of(callee.0, callee.1, &[], &around)))
        };
        let bodies: Vec<(u64, Snapshot)> = callees.iter().filter_map(body).collect();
        // What calls others, other than in place, has them find its frame.
        let in_place = |(_, body): &(u64, Snapshot)| !self.choosy || body.calls_in_place();
        Snapshot {
            code: number,
            insts: function.insts.clone(),
            registers: function.registers,
            params: function.params,
            handlers: function.handlers.clone(),
            constants: code.constants.iter().map(|value| value.bits()).collect(),
            caches: code.caches.iter().map(|cache| entries(cache).map(access).collect()).collect(),
            notes: code.native.notes().iter().map(Cell::get).collect(),
            math: math(vm, &code),
            targets,
            held: registers.iter().map(|register| held(register.get())).collect(),
            bodies: bodies.into_iter().filter(in_place).collect(),
            cells: cells(&vm.addresses()),
            suspends: unsuited(&code).is_some(),
            choosy: self.choosy,
        }
    }
}

/// Instructions of a function that is put in place of calls, at most.
const MOST_SMALL: usize = 60;
/// Functions in place of calls of one another, at most.
const DEEPEST: usize = 4;

/// Whether a function is to be put in place of calls of functions around it.
fn is_small(vm: &Vm, code: Gc<Code>, around: &[Gc<Code>], choosy: bool) -> bool {
    let insts = &code.function.insts;
    let notes = code.native.notes();
    let evaluates = |inst: &Inst| matches!(inst.op(), Op::CallEval | Op::CallEvalSpread);
    let suits = insts.len() <= MOST_SMALL
        && notes.len() == insts.len()
        && around.len() < DEEPEST
        && !around.contains(&code)
        && unsuited(&code).is_none()
        && !insts.iter().any(evaluates);
    let in_place = |(inst, note): (&Inst, &Cell<Note>)| {
        is_in_place(inst.op(), note.get(), |native| vm.math_op(native).is_some())
    };
    suits && (!choosy || code.function.handlers.is_empty() && insts.iter().zip(notes).all(in_place))
}

/// Where compiled code finds what it uses of the isolate.
fn cells(addresses: &VmAddresses) -> Cells {
    let stack = &addresses.stack;
    Cells {
        countdown: addresses.countdown as u64,
        proto_epoch: addresses.proto_epoch as u64,
        stack: StackCells {
            depth: stack.depth as u64,
            top: stack.top as u64,
            last_frame: (stack.frames + FRAME_SIZE * (stack.frame_count - 1)) as u64,
            last_register: (stack.values + size_of::<Value>() * stack.last_base) as u64,
            native_room: addresses.native_room as u64,
        },
    }
}

/// Calls of functions of Math.
fn math(vm: &Vm, code: &Code) -> Box<[(u32, MathOp)]> {
    let notes = code.native.notes().iter().enumerate();
    let called = notes.filter_map(|(pc, note)| Some((pc, note.get().native.checked_sub(1)?)));
    called.filter_map(|(pc, id)| Some((pc as u32, vm.math_op(id)?))).collect()
}

/// The entries of an inline cache that are in use.
pub(crate) fn entries(cache: &Cache) -> impl Iterator<Item = &CacheEntry> {
    let more = cache.more.get().into_iter().flat_map(|more| more.iter());
    std::iter::once(&cache.first).chain(more).filter(|entry| entry.kind.get() != CacheKind::None)
}

/// What an entry leads to.
fn named(entry: &CacheEntry) -> impl Iterator<Item = Value> {
    let cells = [
        Value::from_cell_opt(entry.shape.get()),
        Value::from_cell_opt(entry.holder.get()),
        Value::from_cell_opt(entry.env.get()),
        Value::from_cell_opt(entry.next.get()),
    ];
    cells.into_iter().filter(|value| !value.is_empty())
}

fn access(entry: &CacheEntry) -> Access {
    Access {
        kind: entry.kind.get(),
        shape: Value::from_cell_opt(entry.shape.get()).bits(),
        holder: Value::from_cell_opt(entry.holder.get()).bits(),
        env: Value::from_cell_opt(entry.env.get()).bits(),
        next: Value::from_cell_opt(entry.next.get()).bits(),
        epoch: entry.epoch.get(),
        slot: entry.slot.get(),
        outside: entry.holder.get().map(|holder| entry.slot.get() as usize >= holder.inline_count()),
    }
}

fn held(value: Value) -> Held {
    if value.is_int() {
        Held::Int
    } else if value.is_double() {
        Held::Double
    } else if value.is_bool() {
        Held::Bool
    } else if let Some(object) = value.as_object() {
        Held::Object(object.class() as u8)
    } else {
        Held::Other
    }
}
