//! What fuzz targets that execute Sox have in common: programs from bytes, and machines in which they do no harm.

use crate::tokens::{edit, tokens};
use heap::Config as Heap;
use sox_jit::Jit;
use sox_syntax::random::{self, Config};
use sox_vm::{Error, Options, Vm};
use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tiering::{Policy, Trace};

/// Native stack: the command gives programs as much.
const STACK: usize = 256 << 20;
/// Bytes that a program may write; more is an error that it can catch.
const OUTPUT: usize = 1 << 20;
/// What `readLine` and `readAll` find.
const INPUT: &[u8] = b"first\n\nthird\xff line\nno line feed";

/// What a program did that others can see.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub out: String,
    pub err: String,
    pub end: Result<(), Error>,
}

/// A generated program: eight bytes are its seed, any three after that put a token of it in the place of another one of its kind.
pub fn generated(bytes: &[u8]) -> Option<String> {
    let (number, edits) = bytes.split_first_chunk::<8>()?;
    let seed = u64::from_le_bytes(*number);
    let config = Config { steps: 200, ..Config::varied(seed) };
    let source = random::program(seed, &config);
    let mut tokens = tokens(&source);
    // The prelude is what keeps programs short: nothing is put there.
    let kept = tokens.iter().position(|token| *token == "size").unwrap_or(0) + 40;
    edit(tokens.get_mut(kept..)?, edits, 0);
    Some(tokens.concat())
}

/// How functions are executed.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "each target uses its part")]
pub enum Tier {
    /// All are interpreted.
    Interpreter,
    /// All are compiled, before they run.
    Compiled,
    /// The same, and the guard with this number leaves although it holds.
    Forced(u64),
}

/// A machine whose functions are executed so.
fn machine(options: Options, tier: Tier) -> Vm {
    let mut vm = Vm::new(options);
    if matches!(tier, Tier::Interpreter) {
        return vm;
    }
    let mut config = sox_jit::Config::new(Policy::default().with_threshold(1));
    config.options.force_guards = matches!(tier, Tier::Forced(_));
    let jit = Jit::new(&vm, config, Arc::new(Trace::new())).expect("the system has memory for code");
    if let Tier::Forced(number) = tier {
        jit.force_guard(number);
    }
    vm.set_tier(Box::new(jit));
    vm
}

/// Compiles a program and executes it with what there is for it to use up.
pub fn run(source: &[u8], heap: Heap, fuel: u64, tier: Tier) -> Seen {
    let (out, err) = (Shared::default(), Shared::default());
    let options = Options {
        heap,
        stdout: Box::new(out.clone()),
        stderr: Box::new(err.clone()),
        stdin: Box::new(Cursor::new(INPUT)),
        args: ["sox", "fuzz.sox", "argument"].map(|arg| arg.as_bytes().to_vec()).into(),
        fuel: Some(fuel),
        isolated: true,
        ..Options::default()
    };
    let execute = || Vm::compile("fuzz.sox", source).and_then(|module| machine(options, tier).run(module));
    let end = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, execute);
        thread.expect("there is memory for a thread").join().expect("panics abort")
    });
    Seen { out: out.text(), err: err.text(), end }
}

/// A writer that others can read, and that is full some time.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if written.len() + bytes.len() > OUTPUT {
            return Err(io::ErrorKind::StorageFull.into());
        }
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
