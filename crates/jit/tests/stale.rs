//! Loops that are void while they run: their checks of the stale word leave, with the right state, right after the poll or the
//! call during which an assumption broke. Optimized code, since passes must not move the checks.

mod support;

use ir::eval::Const;
use ir::interp::Poll;
use ir::{Func, Module, passes};
use jit::engine::{Assumption, Config, Engine, FunctionId, Lower, Lowered, Request};
use jit::{Cx, Guest, Instance, Outcome, Resume, RuntimeTable, VmContext};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use support::module;
use tiering::{Decline, Policy, State, Trace};

/// Adds up what a global holds, which is a constant as long as nobody assigns it; as good as for ever. `stale` is the address
/// of the word that says whether somebody has.
fn source(global: i64, stale: usize) -> Module {
    module(&format!(
        "class vm
runtime @breaks(i64) writes(all)
func @polls(i64) -> i64, i64 {{
fs0 = state 0+1 [v1, v2]
block0(v0: i64):
  v3 = iconst.i64 0
  jump block1(v3, v3)
block1(v1: i64, v2: i64):
  poll
  v4 = pconst {stale:#x}
  v5 = load.i32 vm [v4]
  v6 = iconst.i32 0
  v7 = icmp.eq.i32 v5, v6
  guard v7, fs0, reason 0
  v8 = iconst.i64 {global}
  v9 = iadd.i64 v2, v8
  v10 = iconst.i64 1
  v11 = iadd.i64 v1, v10
  v12 = icmp.slt.i64 v11, v0
  brif v12, block1(v11, v9), block2
block2:
  return v11, v9
}}
func @calls(i64) -> i64, i64 {{
fs0 = state 1+1 [v11, v9]
block0(v0: i64):
  v3 = iconst.i64 0
  jump block1(v3, v3)
block1(v1: i64, v2: i64):
  v8 = iconst.i64 {global}
  v9 = iadd.i64 v2, v8
  v10 = iconst.i64 1
  v11 = iadd.i64 v1, v10
  call_runtime @breaks(v11)
  v4 = pconst {stale:#x}
  v5 = load.i32 vm [v4]
  v6 = iconst.i32 0
  v7 = icmp.eq.i32 v5, v6
  guard v7, fs0, reason 0
  v12 = icmp.slt.i64 v11, v0
  brif v12, block1(v11, v9), block2
block2:
  return v11, v9
}}"
    ))
}

/// The guest language's world: one global.
struct Globals {
    value: AtomicI64,
    unassigned: Mutex<Assumption>,
    ids: OnceLock<Vec<FunctionId>>,
    engine: OnceLock<Engine>,
}

impl Globals {
    fn assign(&self, value: i64) {
        self.value.store(value, Ordering::SeqCst);
        let broken = std::mem::take(&mut *self.unassigned.lock().unwrap());
        self.engine.get().unwrap().break_assumption(&broken);
    }
}

struct Lowering(Arc<Globals>);

impl Lower for Lowering {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let assumption = self.0.unassigned.lock().unwrap().clone();
        let mut module = source(self.0.value.load(Ordering::SeqCst), request.stale);
        passes::optimize(&mut module, &passes::Options::default());
        let ids = self.0.ids.get().unwrap();
        let index = ids.iter().position(|id| *id == request.function).unwrap();
        let functions = ids.iter().copied().map(Some).collect();
        let func = Func(index as u32);
        Ok(Lowered { module: Arc::new(module), func, functions, assumptions: vec![assumption] })
    }
}

struct Running {
    globals: Arc<Globals>,
    /// The poll, or the round of `@calls`, that assigns the global.
    assigns_at: u64,
    polls: u64,
    /// Set when another thread has assigned it.
    assigned: Arc<AtomicBool>,
    polls_after: u64,
    running: Arc<AtomicU64>,
    exits: u32,
}

impl Guest for Running {
    /// Goes on where the code left, with the global's new value, for one round.
    fn deopt(cx: &mut Cx<'_, Self>, exit: &ir::interp::Deopt) -> Resume {
        let guest = cx.guest();
        guest.exits += 1;
        let [frame] = &exit.frames[..] else { panic!("nothing is inlined here") };
        let slot = |index: usize| frame.slots[index].expect("it lives").as_i64();
        assert_eq!(slot(1), slot(0) * 3, "a sum of so many threes");
        let sum = slot(1) + guest.globals.value.load(Ordering::SeqCst);
        Resume::Return(vec![Const::i64(slot(0)), Const::i64(sum)])
    }

    fn interrupt(cx: &mut Cx<'_, Self>) -> Poll {
        cx.ask_again();
        let guest = cx.guest();
        guest.polls += 1;
        guest.running.store(guest.polls, Ordering::SeqCst);
        if guest.polls == guest.assigns_at {
            guest.globals.assign(4);
        }
        if guest.assigned.load(Ordering::SeqCst) {
            guest.polls_after += 1;
        }
        Poll::Continue
    }

    fn alloc(_: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        None
    }
}

unsafe extern "C" fn breaks(context: NonNull<VmContext>, round: i64) {
    // SAFETY: code of this test's instances calls this, with its context.
    let mut cx = unsafe { Cx::<Running>::from_raw(context) };
    let guest = cx.guest();
    if round as u64 == guest.assigns_at {
        guest.globals.assign(4);
    }
}

fn world(assigns_at: u64) -> (Arc<Globals>, Instance<Running>) {
    let globals = Arc::new(Globals {
        value: AtomicI64::new(3),
        unassigned: Mutex::default(),
        ids: OnceLock::new(),
        engine: OnceLock::new(),
    });
    let mut runtime = RuntimeTable::new();
    // SAFETY: `breaks` has the type that the programs declare, and stays.
    unsafe { runtime.bind("breaks", breaks as *const u8) };
    let config = Config { policy: Policy::default(), threads: 0, space: 1 << 20, ..Config::default() };
    let lower = Arc::new(Lowering(Arc::clone(&globals)));
    let engine = Engine::new(config, lower, runtime, Arc::new(Trace::new())).unwrap();
    let module = source(0, 0);
    let list: Vec<_> = module.functions.values().map(|f| (f.name.as_str(), &f.signature)).collect();
    globals.ids.set(engine.declare(&list).unwrap()).unwrap();
    let instance = engine.instantiate(Running {
        globals: Arc::clone(&globals),
        assigns_at,
        polls: 0,
        assigned: Arc::default(),
        polls_after: 0,
        running: Arc::default(),
        exits: 0,
    });
    assert!(globals.engine.set(engine).is_ok());
    (globals, instance)
}

/// Runs a function for as good as ever: rounds until it left, and the sum.
fn run(globals: &Globals, instance: &mut Instance<Running>, index: usize) -> (i64, i64) {
    let id = globals.ids.get().unwrap()[index];
    let engine = globals.engine.get().unwrap();
    assert!(engine.compile(id));
    let function = engine.function(id).unwrap().expect("it is declared");
    let outcome = instance.call(&function, &[Const::i64(i64::MAX)]).unwrap();
    let Outcome::Return(values) = outcome else { panic!("{outcome:?}") };
    assert_eq!(instance.guest().exits, 1, "the loop does not end by itself");
    assert_eq!(engine.state(id), Some(State::Below));
    (values[0].as_i64(), values[1].as_i64())
}

#[test]
fn what_breaks_in_a_poll_is_noticed_behind_it() {
    let (globals, mut instance) = world(1000);
    instance.interrupt_handle().request();
    // The thousandth poll is that of round 999, of which nothing else was executed.
    assert_eq!(run(&globals, &mut instance, 0), (999, 3 * 999 + 4));
}

#[test]
fn what_breaks_in_a_call_is_noticed_behind_it() {
    let (globals, mut instance) = world(77);
    assert_eq!(run(&globals, &mut instance, 1), (77, 3 * 77 + 4));
}

#[test]
fn what_another_thread_breaks_is_noticed_at_the_next_poll() {
    for _ in 0..50 {
        let (globals, mut instance) = world(u64::MAX);
        let handle = instance.interrupt_handle();
        handle.request();
        let (running, assigned) = (instance.guest().running.clone(), instance.guest().assigned.clone());
        std::thread::scope(|scope| {
            let left = Arc::new(AtomicBool::new(false));
            let (done, other) = (Arc::clone(&left), Arc::clone(&globals));
            scope.spawn(move || {
                while running.load(Ordering::SeqCst) < 100 {
                    std::thread::yield_now();
                }
                other.assign(4);
                assigned.store(true, Ordering::SeqCst);
                // Ends a loop that does not notice: the outcome fails the test then.
                for _ in 0..20_000 {
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                handle.stop();
            });
            let (rounds, sum) = run(&globals, &mut instance, 0);
            left.store(true, Ordering::SeqCst);
            assert!(rounds >= 99 && sum == 3 * rounds + 4, "{rounds} rounds, {sum}");
        });
        // A poll that saw the break is the last one.
        assert!(
            instance.guest().polls_after <= 1,
            "{} polls after it was void",
            instance.guest().polls_after
        );
    }
}

#[test]
fn invalidation_of_a_running_function_is_noticed_as_well() {
    let (globals, mut instance) = world(u64::MAX);
    let handle = instance.interrupt_handle();
    handle.request();
    let running = instance.guest().running.clone();
    std::thread::scope(|scope| {
        let other = Arc::clone(&globals);
        scope.spawn(move || {
            while running.load(Ordering::SeqCst) < 100 {
                std::thread::yield_now();
            }
            other.engine.get().unwrap().invalidate(other.ids.get().unwrap()[0]);
        });
        let (rounds, sum) = run(&globals, &mut instance, 0);
        assert_eq!(sum, 3 * rounds + 3, "the global is what it was");
    });
}
