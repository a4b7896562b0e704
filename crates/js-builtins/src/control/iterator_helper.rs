//! 27.1.2 Iterator Helper Objects: generators of the library, as state machines.

use super::{iterator_lazy, iterator_zip};
use js_rt::{Class, Gc, List, Obj, Value};
use js_vm::{Args, Build, Intrinsic, IteratorRecord, Res, Vm};
use std::cell::Cell;

/// Internal slots of every helper.
const KIND: usize = 0;
const STATE: usize = 1;
/// `[[UnderlyingIterators]]`: a list of iterators and their `next` methods, null for one that is closed.
const UNDERLYING: usize = 2;
/// The first slot for a kind's own use.
pub(super) const OWN: usize = 3;

const START: i32 = 0;
const YIELD: i32 = 1;
const RUNNING: i32 = 2;
const COMPLETED: i32 = 3;

/// What a helper does.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(super) enum Kind {
    Chunks,
    Concat,
    Drop,
    Filter,
    FlatMap,
    Map,
    Take,
    Windows,
    Zip,
}

const KINDS: [Kind; 9] = [
    Kind::Chunks,
    Kind::Concat,
    Kind::Drop,
    Kind::Filter,
    Kind::FlatMap,
    Kind::Map,
    Kind::Take,
    Kind::Windows,
    Kind::Zip,
];

/// 27.5.3.6 CreateIteratorFromClosure: the list has iterators and their `next` methods.
pub(super) fn create(vm: &Vm, kind: Kind, underlying: Gc<List>, own: &[Value]) -> Res<Value> {
    let proto = vm.intrinsic(Intrinsic::IteratorHelperPrototype);
    let helper = vm.object_create(Some(proto), Class::IteratorHelper)?;
    let slots = vm.rt.new_internal(OWN + own.len())?;
    helper.set_payload(&vm.rt, Value::from_cell(slots));
    slots.set(&vm.rt, KIND, Value::int(kind as i32));
    slots.set(&vm.rt, STATE, Value::int(START));
    slots.set(&vm.rt, UNDERLYING, Value::from_cell(underlying));
    for (at, value) in own.iter().enumerate() {
        slots.set(&vm.rt, OWN + at, *value);
    }
    Ok(helper.into())
}

/// The list of underlying iterators.
pub(super) fn underlying(helper: Obj) -> Option<Gc<List>> {
    helper.internal(UNDERLYING).cell()
}

/// Iterator number `at` of a list of iterators and methods; `None` when it is closed.
pub(super) fn record_at(list: Gc<List>, at: usize) -> Option<IteratorRecord> {
    let iterator = list.get(at * 2)?.as_object()?;
    Some(IteratorRecord { iterator, next: list.get(at * 2 + 1)?, done: Cell::new(false) })
}

/// 7.4.12 IteratorCloseAll of those that are not closed yet, the last first
pub(super) fn close_all<T>(vm: &Vm, list: Gc<List>, completion: Res<T>) -> Res<T> {
    (0..list.len() / 2).rev().fold(completion, |completion, at| match record_at(list, at) {
        Some(record) => vm.iterator_close(&record, completion),
        None => completion,
    })
}

fn this_helper(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Obj> {
    match args.this.as_object().filter(|o| o.class() == Class::IteratorHelper) {
        Some(helper) => Ok(helper),
        None => {
            let what = vm.describe_value(args.this);
            Err(vm.type_error(format_args!(
                "Iterator Helper.prototype.{method} called on incompatible receiver {what}"
            )))
        }
    }
}

fn state(vm: &Vm, helper: Obj) -> Res<i32> {
    match helper.internal(STATE).as_int() {
        Some(RUNNING) => Err(vm.type_error("Generator is already running")),
        state => Ok(state.unwrap_or(COMPLETED)),
    }
}

fn set_state(vm: &Vm, helper: Obj, state: i32) {
    helper.set_internal(&vm.rt, STATE, Value::int(state));
    if state == COMPLETED {
        // What it refers to may go.
        helper.set_internal(&vm.rt, UNDERLYING, Value::UNDEFINED);
    }
}

/// 27.1.2.1.1 %IteratorHelperPrototype%.next ( )
fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let helper = this_helper(vm, args, "next")?;
    if state(vm, helper)? == COMPLETED {
        return vm.create_iter_result(Value::UNDEFINED, true);
    }
    set_state(vm, helper, RUNNING);
    let result = step(vm, helper);
    set_state(vm, helper, if matches!(result, Ok(Some(_))) { YIELD } else { COMPLETED });
    match result? {
        Some(value) => vm.create_iter_result(value, false),
        None => vm.create_iter_result(Value::UNDEFINED, true),
    }
}

fn kind_of(helper: Obj) -> Option<Kind> {
    KINDS.into_iter().find(|kind| helper.internal(KIND) == Value::int(*kind as i32))
}

/// Runs the helper up to its next `yield`: the value, or none at its end.
fn step(vm: &Vm, helper: Obj) -> Res<Option<Value>> {
    let (Some(kind), Some(list)) = (kind_of(helper), underlying(helper)) else { return Ok(None) };
    match kind {
        Kind::Concat => return iterator_zip::step_concat(vm, helper, list),
        Kind::Zip => return iterator_zip::step_zip(vm, helper, list),
        _ => {}
    }
    match record_at(list, 0) {
        Some(record) => iterator_lazy::step(vm, helper, kind, &record),
        None => Ok(None),
    }
}

/// 27.1.2.1.2 %IteratorHelperPrototype%.return ( )
fn return_(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let helper = this_helper(vm, args, "return")?;
    let before = state(vm, helper)?;
    let list = underlying(helper);
    if before != COMPLETED
        && let Some(list) = list
    {
        if before == START {
            set_state(vm, helper, COMPLETED);
            close_all(vm, list, Ok(()))?;
        } else {
            set_state(vm, helper, RUNNING);
            let inner = inner_record(helper);
            let mut closed = Ok(());
            if let Some(inner) = inner {
                closed = vm.iterator_close(&inner, Ok(()));
            }
            let closed = close_all(vm, list, closed);
            set_state(vm, helper, COMPLETED);
            closed?;
        }
    }
    vm.create_iter_result(Value::UNDEFINED, true)
}

/// The iterator whose values `flatMap` and `concat` give at the moment: in their first two own slots.
pub(super) fn inner_record(helper: Obj) -> Option<IteratorRecord> {
    if !matches!(kind_of(helper), Some(Kind::FlatMap | Kind::Concat)) {
        return None;
    }
    let iterator = helper.internal(OWN).as_object()?;
    Some(IteratorRecord { iterator, next: helper.internal(OWN + 1), done: Cell::new(false) })
}

/// %IteratorHelperPrototype%
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::object(vm, Intrinsic::IteratorHelperPrototype, "", Intrinsic::IteratorPrototype)
        .method("next", 0, next)
        .method("return", 0, return_)
        .to_string_tag("Iterator Helper")
        .finish()?;
    Ok(())
}
