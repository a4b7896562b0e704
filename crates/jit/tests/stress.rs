//! Four threads compile, install, invalidate and free while two run the code: answers stay right and memory flat.
//!
//! Runs for two seconds; `SPANDREL_STRESS_SECONDS` makes it longer. The budget for code is half of what the functions need, so
//! that code is evicted as well.

mod support;

use ir::eval::Const;
use ir::interp::{Interp, Limits};
use ir::{Func, Module, Signature};
use jit::engine::{Assumption, Config, Engine, FunctionId, Lower, Lowered, Request};
use jit::{Cx, Guest, Outcome, Resume, RuntimeTable};
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Real, module};
use tiering::{Decline, Policy, Trace};

const FUNCTIONS: usize = 24;

/// Functions that call the next one, loop, and leave when a number is divisible by 97.
fn program() -> Module {
    let mut text = String::new();
    for index in 0..FUNCTIONS {
        let callee = index + 1;
        let state = if callee < FUNCTIONS {
            format!("fs1 = state {index}+2 [v8, result 0]\n")
        } else {
            String::new()
        };
        let tail = if callee < FUNCTIONS {
            format!("  v10 = call @f{callee}(v8), fs1\n  v11 = iadd.i64 v10, v8\n  return v11\n")
        } else {
            "  return v8\n".to_owned()
        };
        text += &format!(
            "func @f{index}(i64) -> i64 {{
fs0 = state {index}+1 [v0, v1]
{state}block0(v0: i64):
  v1 = iconst.i64 {index}
  v2 = iadd.i64 v0, v1
  v3 = iconst.i64 97
  v4 = srem.i64 v2, v3
  v5 = iconst.i64 0
  v6 = icmp.ne.i64 v4, v5
  guard v6, fs0, reason 0
  jump block1(v2)
block1(v8: i64):
{tail}}}
"
        );
    }
    module(&text)
}

struct FromModule {
    module: Arc<Module>,
    functions: Mutex<HashMap<u64, Func>>,
    assumption: Mutex<Assumption>,
}

impl Lower for FromModule {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let assumption = self.assumption.lock().unwrap().clone();
        let functions = self.functions.lock().unwrap();
        let func = functions[&request.function.0];
        let mut ids = vec![None; self.module.functions.len()];
        for (id, func) in functions.iter() {
            ids[func.0 as usize] = Some(FunctionId(*id));
        }
        let assumptions = if func.0.is_multiple_of(2) { vec![assumption] } else { Vec::new() };
        Ok(Lowered { module: Arc::clone(&self.module), func, functions: ids, assumptions })
    }
}

struct Running {
    real: Real,
    functions: Arc<HashMap<u64, Func>>,
    exits: u64,
    interpreted: u64,
}

/// What the function says when it is not compiled: it does not call compiled code.
fn answer(func: u32, argument: i64) -> i64 {
    let own = argument.wrapping_add(i64::from(func));
    if func as usize + 1 < FUNCTIONS { answer(func + 1, own).wrapping_add(own) } else { own }
}

impl Guest for Running {
    fn deopt(cx: &mut Cx<'_, Self>, exit: &ir::interp::Deopt) -> Resume {
        let guest = cx.guest();
        guest.exits += 1;
        let [frame] = &exit.frames[..] else { panic!("nothing is inlined here") };
        assert_eq!(frame.slots[1], Some(Const::i64(i64::from(frame.code))));
        let argument = frame.slots[0].expect("the argument lives").as_i64();
        Resume::Return(vec![Const::i64(answer(frame.code, argument))])
    }

    fn alloc(cx: &mut Cx<'_, Self>, size: u32, kind: u32) -> Option<NonNull<u8>> {
        cx.guest().real.object(size, kind)
    }

    fn interpret(cx: &mut Cx<'_, Self>, function: u64, args: &[Const]) -> Option<Resume> {
        let guest = cx.guest();
        guest.interpreted += 1;
        let func = guest.functions[&function];
        Some(Resume::Return(vec![Const::i64(answer(func.0, args[0].as_i64()))]))
    }
}

/// What has to have happened before the run is over.
const KINDS: [&str; 4] = ["installed", "invalidated", "exited", "dropped"];

/// Room for most of the functions, not for all of them at once.
const BUDGET: usize = FUNCTIONS * 256;

const PATIENCE: Duration = Duration::from_secs(120);

fn seconds() -> Duration {
    let asked = std::env::var("SPANDREL_STRESS_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(2))
}

/// Kilobytes of memory this process holds.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

struct Setup {
    engine: Engine,
    lower: Arc<FromModule>,
    trace: Arc<Trace>,
    ids: Vec<FunctionId>,
}

fn setup() -> Setup {
    let module = program();
    // The guest's answers are those of the program.
    let mut host = Real::new(&module);
    for argument in [0, 1, -5, 1 << 40] {
        let outcome =
            Interp::new(&module, &mut host).call(Func(3), &[Const::i64(argument)], Limits::default());
        if let ir::interp::Outcome::Return(values) = outcome {
            assert_eq!(values, [Const::i64(answer(3, argument))]);
        }
    }
    let lower = Arc::new(FromModule {
        module: Arc::new(module.clone()),
        functions: Mutex::default(),
        assumption: Mutex::default(),
    });
    let policy = Policy {
        exits_per_site: 5,
        exits_per_version: 8,
        max_versions: u32::MAX,
        code_budget: BUDGET,
        ..Policy::default().with_threshold(10)
    };
    let trace = Arc::new(Trace::new());
    let config = Config { policy, threads: 2, space: 1 << 20, ..Config::default() };
    let engine =
        Engine::new(config, Arc::clone(&lower) as Arc<_>, RuntimeTable::new(), Arc::clone(&trace)).unwrap();
    let list: Vec<(&str, &Signature)> =
        module.functions.values().map(|f| (f.name.as_str(), &f.signature)).collect();
    let ids = engine.declare(&list).unwrap();
    *lower.functions.lock().unwrap() = ids.iter().map(|id| id.0).zip(module.functions.keys()).collect();
    Setup { engine, lower, trace, ids }
}

/// Calls functions until told to stop; how many.
fn run(setup: &Setup, seed: u64, stop: &AtomicBool) -> (u64, Running) {
    let functions = Arc::new(setup.lower.functions.lock().unwrap().clone());
    let real = Real::new(&setup.lower.module);
    let mut instance = setup.engine.instantiate(Running { real, functions, exits: 0, interpreted: 0 });
    let callables: Vec<_> =
        setup.ids.iter().map(|id| setup.engine.function(*id).unwrap().expect("it is declared")).collect();
    let mut calls = 0;
    let mut state = seed;
    while !stop.load(Ordering::Relaxed) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (index, argument) = ((state >> 33) as usize % FUNCTIONS, (state >> 40) as i64);
        let outcome = instance.call(&callables[index], &[Const::i64(argument)]);
        let expected = Const::i64(answer(index as u32, argument));
        assert_eq!(outcome, Ok(Outcome::Return(vec![expected])), "@f{index}({argument})");
        calls += 1;
    }
    (calls, instance.into_guest())
}

#[test]
fn code_comes_and_goes_under_running_threads() {
    let setup = setup();
    let (stop, changes) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut memory = Vec::new();
    std::thread::scope(|scope| {
        let runners = [1, 2].map(|seed| {
            scope.spawn({
                let (setup, stop) = (&setup, &stop);
                move || run(setup, seed, stop)
            })
        });
        // Two compiler threads are the engine's own; these two ask, invalidate and break.
        for changer in 0..2_u64 {
            let (setup, stop, changes) = (&setup, &stop, &changes);
            scope.spawn(move || {
                let (mut state, mut passed) = (77 + changer, 0);
                while !stop.load(Ordering::Relaxed) {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let id = setup.ids[(state >> 33) as usize % FUNCTIONS];
                    // Where compiling is slow, code has to live for a while before it is void; where something is
                    // always waiting to be compiled, code is void now and then all the same.
                    let settled = setup.engine.stats().queued == 0 || passed >= 50;
                    let way = (state >> 56) % 64;
                    passed = match way {
                        0..=8 if settled => 0,
                        0..=8 => passed + 1,
                        _ => passed,
                    };
                    match way {
                        0..8 if settled => setup.engine.invalidate(id),
                        8 if settled && changer == 0 => {
                            let next = Assumption::new();
                            let old = std::mem::replace(&mut *setup.lower.assumption.lock().unwrap(), next);
                            setup.engine.break_assumption(&old);
                        }
                        _ => setup.engine.request(id, (state >> 50) as u32 % 8),
                    }
                    changes.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_micros(300));
                }
            });
        }
        let (started, length) = (Instant::now(), seconds());
        // Under an emulator everything takes longer to happen.
        let enough = || KINDS.iter().all(|kind| setup.trace.totals().events.get(kind) > Some(&10));
        while started.elapsed() < length || !enough() && started.elapsed() < length + PATIENCE {
            std::thread::sleep(length / 20);
            memory.push((resident(), setup.engine.stats()));
        }
        stop.store(true, Ordering::Relaxed);
        for runner in runners {
            let (calls, guest) = runner.join().unwrap();
            println!("{calls} calls, {} exits, {} interpreted", guest.exits, guest.interpreted);
            assert!(calls > 100 && guest.interpreted > 0, "{calls} calls, {} interpreted", guest.interpreted);
        }
    });
    setup.engine.wait_idle();
    let events = setup.trace.totals().events;
    println!("{events:?}, {} freed", setup.engine.stats().freed);
    println!("resident kB: {:?}", memory.iter().map(|(kb, _)| *kb).collect::<Vec<_>>());
    println!("code bytes: {:?}", memory.iter().map(|(_, stats)| stats.held_bytes).collect::<Vec<_>>());
    assert!(memory.iter().all(|(_, stats)| stats.held_bytes <= BUDGET), "more code than {BUDGET} bytes");
    for kind in KINDS {
        assert!(events.get(kind).copied().unwrap_or(0) > 0, "nothing was {kind}: {events:?}");
    }
    assert!(changes.load(Ordering::Relaxed) > 10);
    flat(&memory, &setup);
}

/// Memory is that of the installed code and no more, and does not grow from the first third of the run to its end.
fn flat(memory: &[(usize, jit::engine::Stats)], setup: &Setup) {
    for id in &setup.ids {
        setup.engine.invalidate(*id);
    }
    setup.engine.wait_idle();
    setup.engine.reclaim();
    let end = setup.engine.stats();
    assert_eq!((end.code_bytes, end.held_bytes, end.assumptions), (0, 0, 0), "{end:?}");
    assert_eq!(end.space.quarantined, 0, "{end:?}");
    assert!(end.freed > 10, "{end:?}");
    assert_eq!(end.space.lost_bytes, 0);
    if std::env::var_os("SPANDREL_TEST_RUNNER").is_some() {
        // The emulator's memory is counted as ours, and it keeps what it translated.
        return;
    }
    let third = memory.len() / 3;
    let most = |part: &[(usize, jit::engine::Stats)]| part.iter().map(|(kb, _)| *kb).max().unwrap_or(0);
    let (early, late) = (most(&memory[..=third]), most(&memory[third..]));
    assert!(late <= early + early / 4 + 4096, "{early} kB grew to {late} kB");
}
