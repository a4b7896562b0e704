//! Agents of test262: isolates on threads of their own that share buffers.

use super::object;
use crate::compiler::COMPILER;
use crate::globals::define;
use crate::state::State;
use crate::tier::Optimizing;
use js_rt::num_bigint::BigInt;
use js_rt::{ArrayBuffer, Class, Obj, SharedBlock, Value};
use js_vm::{Args, Intrinsic, Limits, Res, Stop, Throw, Vm};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Native stack of an agent.
const STACK: usize = 16 << 20;
/// What agents get to end when a test has.
const PATIENCE: Duration = Duration::from_millis(100);

/// The number that goes with a shared buffer.
#[derive(Clone)]
enum Number {
    None,
    Float(f64),
    Big(BigInt),
}

struct Broadcast {
    block: Arc<SharedBlock>,
    number: Number,
    /// Dropped when the agent has it.
    received: Sender<()>,
}

/// What the agents of a test have in common.
struct Hub {
    limits: Limits,
    /// The tiers of isolates; none: they are interpreted.
    tier: Option<Optimizing>,
    deadline: Instant,
    agents: Mutex<Vec<Sender<Broadcast>>>,
    reports: Mutex<VecDeque<String>>,
    running: AtomicUsize,
}

/// An isolate's part.
#[derive(Clone)]
pub(crate) struct Agents {
    hub: Arc<Hub>,
    inbox: Arc<Mutex<Option<Receiver<Broadcast>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Agents {
    /// Of the isolate that runs the test.
    pub(super) fn leader(limits: Limits, tier: Option<Optimizing>, deadline: Instant) -> Agents {
        let hub = Hub {
            limits,
            tier,
            deadline,
            agents: Mutex::default(),
            reports: Mutex::default(),
            running: AtomicUsize::new(0),
        };
        Agents { hub: Arc::new(hub), inbox: Arc::default() }
    }

    /// Whether all agents have ended.
    pub(super) fn finish(&self) -> bool {
        lock(&self.hub.agents).clear();
        let until = Instant::now() + PATIENCE;
        while self.hub.running.load(Ordering::SeqCst) > 0 {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    fn of(vm: &Vm) -> Res<&Agents> {
        State::of(vm).and_then(|state| state.agents.as_ref()).ok_or(Throw::Stop(Stop::Exit))
    }
}

/// `$262.agent` of the isolate that runs the test.
pub(super) fn leader_object(vm: &Vm) -> Res<Obj> {
    let agent = vm.new_object()?;
    define(vm, agent, "start", 1, start)?;
    define(vm, agent, "broadcast", 2, broadcast)?;
    define(vm, agent, "getReport", 0, get_report)?;
    define(vm, agent, "sleep", 1, sleep)?;
    define(vm, agent, "monotonicNow", 0, monotonic_now)?;
    Ok(agent)
}

fn install_follower(vm: &Vm) -> Res<()> {
    let host = object::install(vm)?;
    let agent = vm.new_object()?;
    define(vm, agent, "receiveBroadcast", 1, receive_broadcast)?;
    define(vm, agent, "report", 1, report)?;
    define(vm, agent, "sleep", 1, sleep)?;
    define(vm, agent, "leaving", 0, |_, _| Ok(Value::UNDEFINED))?;
    define(vm, agent, "monotonicNow", 0, monotonic_now)?;
    crate::globals::define_value(vm, host, "agent", agent.into())
}

/// `$262.agent.start ( script )`
fn start(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let script = vm.to_string(args.get(0))?.to_std();
    let hub = Agents::of(vm)?.hub.clone();
    let (sender, inbox) = mpsc::channel();
    lock(&hub.agents).push(sender);
    hub.running.fetch_add(1, Ordering::SeqCst);
    let agents = Agents { hub: hub.clone(), inbox: Arc::new(Mutex::new(Some(inbox))) };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let hub = agents.hub.clone();
        follow(agents, &script);
        hub.running.fetch_sub(1, Ordering::SeqCst);
    });
    match thread {
        Ok(_) => Ok(Value::UNDEFINED),
        Err(error) => {
            hub.running.fetch_sub(1, Ordering::SeqCst);
            Err(vm.type_error(error))
        }
    }
}

/// An agent's life.
fn follow(agents: Agents, script: &str) {
    let (deadline, tier) = (agents.hub.deadline, agents.hub.tier.clone());
    let Ok(vm) = Vm::new(agents.hub.limits, COMPILER) else { return };
    if let Some(optimizing) = &tier {
        crate::add_tier(&vm, optimizing);
    }
    let mut state = State::new(Box::new(std::io::sink()), Box::new(std::io::sink()));
    let inbox = agents.inbox.clone();
    state.agents = Some(agents);
    vm.set_host(state);
    vm.set_deadline(Some(deadline));
    // What goes wrong in an agent, its leader notices by missing a report.
    let _ = vm.enter(|| {
        vm.new_realm(crate::library)?;
        install_follower(&vm)?;
        vm.run_script("agent", script)?;
        super::finish(&vm, deadline, || false)
    });
    lock(&inbox).take();
}

/// `$262.agent.broadcast ( buffer, number )`
fn broadcast(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let buffer = args.get(0).as_object().and_then(|buffer| buffer.payload_as::<ArrayBuffer>());
    let Some(block) = buffer.as_ref().and_then(|buffer| buffer.shared()).cloned() else {
        return Err(vm.type_error("not a SharedArrayBuffer"));
    };
    let number = match (args.get(1).as_number(), args.get(1).as_bigint()) {
        (Some(number), _) => Number::Float(number),
        (_, Some(number)) => Number::Big(number.value().clone()),
        _ => Number::None,
    };
    let agents = Agents::of(vm)?;
    let (received, all_received) = mpsc::channel();
    lock(&agents.hub.agents).retain(|agent| {
        let message = Broadcast { block: block.clone(), number: number.clone(), received: received.clone() };
        agent.send(message).is_ok()
    });
    drop(received);
    // Nobody sends anything: the channel is closed when all have dropped their ends.
    let left = agents.hub.deadline.saturating_duration_since(Instant::now());
    match all_received.recv_timeout(left) {
        Err(mpsc::RecvTimeoutError::Timeout) => Err(Throw::Stop(Stop::Deadline)),
        _ => Ok(Value::UNDEFINED),
    }
}

/// `$262.agent.receiveBroadcast ( callback )`
fn receive_broadcast(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let agents = Agents::of(vm)?;
    let left = agents.hub.deadline.saturating_duration_since(Instant::now());
    let received = lock(&agents.inbox).as_ref().map(|inbox| inbox.recv_timeout(left));
    let message = match received {
        Some(Ok(message)) => message,
        _ => return Err(Throw::Stop(Stop::Deadline)),
    };
    let buffer = vm.rt.new_shared_buffer(message.block)?;
    let proto = vm.intrinsic(Intrinsic::SharedArrayBufferPrototype);
    let buffer = vm.rt.new_object_payload(Some(proto), Class::SharedArrayBuffer, Value::from_cell(buffer))?;
    let number = match message.number {
        Number::None => Value::UNDEFINED,
        Number::Float(number) => Value::number(number),
        Number::Big(number) => vm.rt.new_bigint(number)?.into(),
    };
    drop(message.received);
    vm.call(args.get(0), Value::UNDEFINED, &[buffer.into(), number])
}

/// `$262.agent.report ( message )`
fn report(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let message = vm.to_string(args.get(0))?.to_std();
    lock(&Agents::of(vm)?.hub.reports).push_back(message);
    Ok(Value::UNDEFINED)
}

/// `$262.agent.getReport ( )`
fn get_report(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    let report = lock(&Agents::of(vm)?.hub.reports).pop_front();
    match report {
        Some(report) => Ok(vm.rt.str_from_utf8(&report)?.into()),
        None => Ok(Value::NULL),
    }
}

/// `$262.agent.sleep ( milliseconds )`
fn sleep(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = vm.to_number(args.get(0))?.clamp(0.0, 60_000.0);
    let left = Agents::of(vm)?.hub.deadline.saturating_duration_since(Instant::now());
    std::thread::sleep(Duration::from_secs_f64(time / 1000.0).min(left));
    Ok(Value::UNDEFINED)
}

/// `$262.agent.monotonicNow ( )`
fn monotonic_now(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    let started = State::of(vm).map_or_else(Instant::now, |state| state.started);
    Ok(Value::number(started.elapsed().as_secs_f64() * 1000.0))
}
