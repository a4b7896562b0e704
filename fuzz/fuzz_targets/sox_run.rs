//! Sox programs from arbitrary bytes, executed: whatever they do, there is an end that can be reported, the heap stays sound and
//! as small as it has to be. Seeds become random programs in which some tokens are others.

#![no_main]

mod running;
mod tokens;

use heap::Config;
use libfuzzer_sys::fuzz_target;
use running::Tier;
use sox_vm::Error;

/// Calls and rounds of loops.
const FUEL: u64 = 50_000;

fuzz_target!(|bytes: &[u8]| {
    let source = match bytes.split_first() {
        // A byte that no text begins with.
        Some((0xff, rest)) => running::generated(rest).map(String::into_bytes),
        _ => Some(bytes.to_vec()),
    };
    let Some(source) = source else { return };
    // Small, so that it is collected often, and sometimes full.
    let heap = Config {
        cap_bytes: 16 << 20,
        young_bytes: 64 << 10,
        verify: true,
        poison: true,
        ..Config::default()
    };
    let tier = if source.len() % 2 == 0 { Tier::Interpreter } else { Tier::Compiled };
    match running::run(&source, heap, FUEL, tier).end {
        Ok(()) | Err(Error::Exit(_)) => {}
        Err(error) => {
            assert!(matches!(error.status(), 65 | 70), "{error:?}");
            // An expression can be the empty string, and be thrown.
            let _ = error.to_string();
            if let Error::Compile(errors) = error {
                assert!(!errors.lines().is_empty());
            }
        }
    }
});
