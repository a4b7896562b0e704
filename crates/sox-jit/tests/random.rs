//! Random programs in the interpreter and compiled: all do the same. `SPANDREL_SEEDS=FROM:COUNT` runs others.

use heap::Config as Heap;
use sox_jit::{Config, Jit};
use sox_syntax::random;
use sox_vm::{Error, Options, Vm};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tiering::{Policy, Trace};

/// Calls and rounds of loops: generated programs need fewer.
const FUEL: u64 = 200_000;
/// What deep recursion takes of compiled code.
const STACK: usize = 256 << 20;

/// A writer that others can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Seen {
    out: String,
    end: Result<(), Error>,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Interpreted,
    /// After so many calls or rounds, at once.
    Compiled(u32),
    /// Compiled, and this guard leaves although it holds.
    Forced(u64),
    /// Compiled, and every allocation collects.
    Stress,
}

fn run(source: &str, way: Way) -> Seen {
    let out = Shared::default();
    let heap = Heap { cap_bytes: 256 << 20, stress: matches!(way, Way::Stress), ..Heap::default() };
    let options = Options {
        heap,
        stdout: Box::new(out.clone()),
        stderr: Box::new(Shared::default()),
        stdin: Box::new(io::empty()),
        fuel: Some(FUEL),
        isolated: true,
        ..Options::default()
    };
    let mut vm = Vm::new(options);
    let threshold = match way {
        Way::Interpreted => None,
        Way::Compiled(threshold) => Some(threshold),
        Way::Forced(_) | Way::Stress => Some(1),
    };
    if let Some(threshold) = threshold {
        let mut config = Config::new(Policy::default().with_threshold(threshold));
        config.threads = 0;
        config.options.force_guards = matches!(way, Way::Forced(_));
        let jit = Jit::new(&vm, config, Arc::new(Trace::new())).unwrap();
        if let Way::Forced(number) = way {
            jit.force_guard(number);
        }
        vm.set_tier(Box::new(jit));
    }
    let end = Vm::compile("random.sox", source.as_bytes()).and_then(|module| vm.run(module));
    let bytes = out.0.lock().unwrap();
    Seen { out: String::from_utf8_lossy(&bytes).into_owned(), end }
}

/// It was ended from outside, or told that there is no memory: where depends on the way.
fn depends_on_resources(seen: &Seen) -> bool {
    matches!(seen.end, Err(Error::Stopped(_))) || seen.out.contains("Out of memory.")
}

fn check(seed: u64) {
    let config = random::Config { steps: 400, ..random::Config::varied(seed) };
    let source = random::program(seed, &config);
    let right = run(&source, Way::Interpreted);
    if depends_on_resources(&right) {
        return;
    }
    let mut ways = vec![Way::Compiled(1), Way::Compiled(30), Way::Forced(seed % 997)];
    if seed.is_multiple_of(8) {
        ways.push(Way::Stress);
    }
    for way in ways {
        let seen = run(&source, way);
        assert!(
            seen == right || depends_on_resources(&seen),
            "seed {seed}, {way:?}: {seen:#?}\ninterpreted: {right:#?}\n{source}"
        );
    }
}

fn seeds() -> (u64, u64) {
    let Ok(given) = std::env::var("SPANDREL_SEEDS") else {
        return (0, if cfg!(debug_assertions) { 60 } else { 400 });
    };
    let (from, count) = given.split_once(':').expect("SPANDREL_SEEDS=FROM:COUNT");
    (from.parse().unwrap(), count.parse().unwrap())
}

#[test]
fn random_programs_do_the_same_in_every_tier() {
    let (from, count) = seeds();
    let work = move |part: u64| (from..from + count).filter(|seed| seed % 2 == part).for_each(check);
    let threads: Vec<_> = (0..2)
        .map(|part| std::thread::Builder::new().stack_size(STACK).spawn(move || work(part)).unwrap())
        .collect();
    for thread in threads {
        assert!(thread.join().is_ok(), "see above");
    }
}
