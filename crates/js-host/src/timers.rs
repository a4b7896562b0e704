//! Timers, and the loop that ends when nothing is left to do.
//!
//! What is to be called lies in a list that the realm's host value is; the queue here has the places.

use crate::state::State;
use heap::Gc;
use js_rt::{List, Value};
use js_vm::{Args, Res, Vm};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

/// The longest delay; longer ones count as 1, as everywhere.
const LONGEST: f64 = 2_147_483_647.0;

/// What waits for its time.
#[derive(Default)]
pub(crate) struct Timers {
    /// When, which of those first, and which timer.
    queue: BinaryHeap<Reverse<(Instant, u64, u32)>>,
    /// Place in the list and repetition of those that were not cleared.
    alive: HashMap<u32, (usize, Option<Duration>)>,
    /// What `setImmediate` was given.
    immediate: std::collections::VecDeque<u32>,
    free: Vec<usize>,
    last_id: u32,
    order: u64,
}

impl Timers {
    fn schedule(&mut self, id: u32, at: Instant) {
        self.order += 1;
        self.queue.push(Reverse((at, self.order, id)));
    }

    /// The next timer whose time has come; immediate ones have always.
    fn due(&mut self) -> Option<u32> {
        if let Some(id) = self.immediate.pop_front() {
            return Some(id);
        }
        let Reverse((at, _, id)) = *self.queue.peek()?;
        if at > Instant::now() {
            return None;
        }
        self.queue.pop();
        Some(id)
    }

    /// When the next one is due; those that were cleared are forgotten.
    fn next(&mut self) -> Option<Instant> {
        while let Some(Reverse((at, _, id))) = self.queue.peek() {
            if self.alive.contains_key(id) {
                return Some(*at);
            }
            self.queue.pop();
        }
        None
    }
}

/// The list with what timers call.
fn calls(vm: &Vm) -> Res<Gc<List>> {
    let realm = vm.realm();
    if let Some(list) = realm.host.get().cell::<List>() {
        return Ok(list);
    }
    let list = vm.rt.new_list()?;
    realm.host.set(Value::from_cell(list));
    vm.rt.heap().wrote(realm);
    Ok(list)
}

fn add(vm: &Vm, args: &Args<'_>, delay: Option<Value>, repeat: bool) -> Res<Value> {
    let Some(state) = State::of(vm) else { return Ok(Value::UNDEFINED) };
    let callback = args.get(0);
    if !vm.is_callable(callback) {
        let text = vm.describe_callee(callback);
        return Err(vm.type_error(format_args!(
            "The \"callback\" argument must be of type function. Received {text}"
        )));
    }
    let wait = match delay {
        Some(delay) => vm.to_number(delay)?,
        None => 0.0,
    };
    let wait = if (1.0..=LONGEST).contains(&wait) { wait.trunc() } else { 1.0 };
    let wait = Duration::from_millis(wait as u64);
    let call = vm.rt.list_from(&[callback])?;
    for value in args.rest(if delay.is_some() { 2 } else { 1 }) {
        call.push(&vm.rt, value.get())?;
    }
    let list = calls(vm)?;
    let place = state.timers.borrow_mut().free.pop();
    let place = match place {
        Some(place) => {
            list.set(&vm.rt, place, Value::from_cell(call));
            place
        }
        None => {
            list.push(&vm.rt, Value::from_cell(call))?;
            list.len() - 1
        }
    };
    let mut timers = state.timers.borrow_mut();
    timers.last_id += 1;
    let id = timers.last_id;
    timers.alive.insert(id, (place, repeat.then_some(wait)));
    if delay.is_some() {
        timers.schedule(id, Instant::now() + wait);
    } else {
        timers.immediate.push_back(id);
    }
    Ok(Value::from(id))
}

/// `setTimeout ( callback, delay, ...args )`
pub(crate) fn set_timeout(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    add(vm, args, Some(args.get(1)), false)
}

/// `setInterval ( callback, delay, ...args )`
pub(crate) fn set_interval(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    add(vm, args, Some(args.get(1)), true)
}

/// `setImmediate ( callback, ...args )`
pub(crate) fn set_immediate(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    add(vm, args, None, false)
}

/// `clearTimeout ( id )` and its like
pub(crate) fn clear(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let id = args.get(0).as_number().filter(|id| *id >= 0.0).map(|id| id as u32);
    if let (Some(state), Some(id)) = (State::of(vm), id) {
        forget(vm, state, id)?;
    }
    Ok(Value::UNDEFINED)
}

fn forget(vm: &Vm, state: &State, id: u32) -> Res<()> {
    let Some((place, _)) = state.timers.borrow_mut().alive.remove(&id) else { return Ok(()) };
    calls(vm)?.set(&vm.rt, place, Value::UNDEFINED);
    state.timers.borrow_mut().free.push(place);
    Ok(())
}

/// `queueMicrotask ( callback )`
pub(crate) fn queue_microtask(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let callback = args.get(0);
    if !vm.is_callable(callback) {
        return Err(vm.type_error("The \"callback\" argument must be of type function"));
    }
    vm.enqueue_job(js_vm::Job::new(
        |vm, values| vm.call(values[0], Value::UNDEFINED, &[]).map(drop),
        [callback, Value::UNDEFINED, Value::UNDEFINED, Value::UNDEFINED],
    ));
    Ok(Value::UNDEFINED)
}

/// What a turn of the loop did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Something was called.
    Ran,
    /// Something will be due at that time.
    Waits(Instant),
    /// Nothing is left.
    Empty,
}

/// One turn of the loop: a timer that is due, if any. Microtasks are up to the caller.
pub(crate) fn turn(vm: &Vm) -> Res<Turn> {
    let Some(state) = State::of(vm) else { return Ok(Turn::Empty) };
    loop {
        let due = state.timers.borrow_mut().due();
        let Some(id) = due else { break };
        let Some((place, repeat)) = state.timers.borrow().alive.get(&id).copied() else { continue };
        let call = calls(vm)?.get(place).and_then(|call| call.cell::<List>());
        match repeat {
            Some(wait) => state.timers.borrow_mut().schedule(id, Instant::now() + wait),
            None => forget(vm, state, id)?,
        }
        if let Some(call) = call {
            let values = call.as_slice();
            if let Some((callback, arguments)) = values.split_first() {
                vm.call_list(callback.get(), Value::UNDEFINED, arguments)?;
            }
            return Ok(Turn::Ran);
        }
    }
    if vm.settle_async_waits()? || vm.run_cleanup_jobs()? {
        return Ok(Turn::Ran);
    }
    let timer = state.timers.borrow_mut().next();
    Ok(timer.into_iter().chain(vm.next_async_wait()).min().map_or(Turn::Empty, Turn::Waits))
}
