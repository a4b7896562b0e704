//! What is known of a function, copied on the program's thread.

use crate::targets::{Way, targets};
use heap::Gc;
use js_lower::{Access, Cells, Held, Snapshot, StackCells};
use js_rt::offsets::FRAME_SIZE;
use js_rt::{Cache, CacheEntry, CacheKind, Code, MathOp, Value};
use js_vm::{Vm, VmAddresses};
use std::cell::Cell;

/// What is known of a function whose frame is the innermost one. The function keeps alive what is named here.
pub(crate) fn snapshot(
    vm: &Vm,
    code: Gc<Code>,
    (number, choosy): (u32, bool),
    way_to: impl Fn(Gc<Code>) -> Way,
) -> Snapshot {
    let function = &code.function;
    code.native.above.keep(code.caches.iter().flat_map(entries).flat_map(named));
    vm.rt.heap().wrote(code);
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
        targets: targets(vm, code, way_to),
        held: vm.innermost_registers().iter().map(|register| held(register.get())).collect(),
        cells: cells(&vm.addresses()),
        choosy,
    }
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
