//! Generated Sox programs, executed in different ways: all do the same. The first eight bytes are the program's seed, others
//! put tokens of it in the place of others, so that programs also do what is wrong.

#![no_main]

mod running;
mod tokens;

use heap::Config;
use libfuzzer_sys::fuzz_target;
use running::{Seen, Tier};
use sox_vm::Error;

/// Calls and rounds of loops: generated programs need fewer, changed ones may not end.
const FUEL: u64 = 20_000;

/// The ways, each with its name. What the first one does is right.
fn ways(seed: u64) -> [(&'static str, Config, Tier); 5] {
    let verified = Config { young_bytes: 16 << 10, verify: true, ..config() };
    [
        ("interpreter", config(), Tier::Interpreter),
        ("stress", Config { stress: true, ..config() }, Tier::Interpreter),
        ("compiled", config(), Tier::Compiled),
        ("compiled, verified", verified, Tier::Compiled),
        ("a guard leaves", config(), Tier::Forced(seed % 997)),
    ]
}

/// Large enough for all but a few programs: when memory runs out depends on when it is collected.
fn config() -> Config {
    Config { cap_bytes: 256 << 20, ..Config::default() }
}

fuzz_target!(|bytes: &[u8]| {
    let Some(source) = running::generated(bytes) else { return };
    let seed = bytes.first_chunk().map_or(0, |seed| u64::from_le_bytes(*seed));
    let [(_, heap, tier), others @ ..] = ways(seed);
    let right = running::run(source.as_bytes(), heap, FUEL, tier);
    let unchanged = bytes.len() < 11;
    if unchanged {
        assert_eq!(right.end, Ok(()), "{source}");
    }
    if depends_on_resources(&right) {
        return;
    }
    for (name, heap, tier) in others {
        let seen = running::run(source.as_bytes(), heap, FUEL, tier);
        assert!(
            seen == right || depends_on_resources(&seen),
            "{name}: {seen:#?}\ninterpreter: {right:#?}\n{source}"
        );
    }
});

/// Whether it was ended from outside, or told that there is no memory: the ways may be told at different places.
fn depends_on_resources(seen: &Seen) -> bool {
    let failed = matches!(&seen.end, Err(Error::Runtime(failure)) if failure.message == b"Out of memory.");
    failed || matches!(seen.end, Err(Error::Stopped(_))) || seen.out.contains("Out of memory.")
}
