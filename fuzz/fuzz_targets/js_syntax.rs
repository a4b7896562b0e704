//! JavaScript from arbitrary bytes: no text makes parser, compiler or verifier panic or complain, and what is a program ends in a
//! way that can be reported, whatever it does. Seeds become random programs in which some tokens are others.

#![no_main]

mod tokens;

use heap::Config;
use js_bytecode::{DynamicKind, EvalContext, Unit, verify};
use js_fuzz::{COMPILER, PRELUDE, Work};
use js_rt::Source;
use js_vm::{Limits, Throw, Vm};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Calls and rounds of loops.
const FUEL: u64 = 20_000;
/// What natives that take long are ended by.
const PATIENCE: Duration = Duration::from_secs(2);
/// Native stack of the thread that programs run on, and the part of it that they may use.
const STACK: usize = 256 << 20;
const NATIVE_STACK: usize = 16 << 20;

fuzz_target!(|bytes: &[u8]| {
    let text = match bytes.split_first() {
        // A byte that no text begins with.
        Some((0xff, rest)) => generated(rest),
        _ => Some(String::from_utf8_lossy(bytes).into_owned()),
    };
    let Some(text) = text else { return };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || check(&text));
        thread.expect("there is memory for a thread").join().expect("panics abort")
    });
});

/// Whatever it is, there is an answer; what is a script runs.
fn check(text: &str) {
    for kind in [DynamicKind::Normal, DynamicKind::Generator, DynamicKind::Async, DynamicKind::AsyncGenerator]
    {
        sound(js_compile::function("a, b", text, kind));
        sound(js_compile::function(text, "", kind));
    }
    sound(js_compile::module(text));
    let inside =
        EvalContext { direct: true, new_target: true, super_property: true, ..EvalContext::default() };
    sound(js_compile::eval(text, inside));
    sound(js_compile::eval(text, EvalContext { strict: true, super_call: true, ..inside }));
    if let Some(unit) = sound(js_compile::script(text)) {
        run(text, unit);
    }
}

/// What the compiler makes satisfies the verifier; what it refuses is refused at a place.
fn sound(result: Result<Unit, js_bytecode::SyntaxError>) -> Option<Unit> {
    match result {
        Ok(unit) => {
            assert_eq!(verify(&unit), Ok(()));
            assert!(!js_bytecode::disassemble(&unit).is_empty());
            Some(unit)
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            None
        }
    }
}

fn run(text: &str, unit: Unit) {
    // Small, so that it is collected often, and sometimes full.
    let heap = Config {
        cap_bytes: 64 << 20,
        young_bytes: 256 << 10,
        verify: true,
        poison: true,
        ..Config::default()
    };
    let limits = Limits { heap, native_stack: NATIVE_STACK, ..Limits::default() };
    let vm = Vm::new(limits, COMPILER).expect("there is memory for an isolate");
    vm.enter(|| {
        vm.new_realm(js_builtins::install).expect("there is memory for a realm");
        vm.run_script("prelude.js", PRELUDE).expect("the prelude runs");
        vm.set_fuel(Some(FUEL));
        vm.set_deadline(Instant::now().checked_add(PATIENCE));
        let ended = vm.run_unit(unit, Arc::new(Source::new("fuzz.js", text))).and_then(|_| vm.run_jobs());
        if let Err(thrown) = ended {
            match vm.catch(thrown) {
                Ok(error) => assert!(!vm.describe_value(error).is_empty()),
                Err(stop) => assert!(matches!(stop, Throw::Stop(_)), "{stop:?}"),
            }
        }
        vm.drop_jobs();
    });
}

/// A generated program: eight bytes are its seed, any three after that put a token of it in the place of another one of its kind.
fn generated(bytes: &[u8]) -> Option<String> {
    let (number, edits) = bytes.split_first_chunk::<8>()?;
    let source = Work::Programs.tree(u64::from_le_bytes(*number)).text();
    let mut tokens = tokens::tokens(&source);
    tokens::edit(&mut tokens, edits, 1);
    Some(tokens.concat())
}
