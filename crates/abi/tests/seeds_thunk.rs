//! Regressions of the interpreter thunks, the handshake and the interpreter-and-stub model: each test is named after the
//! seed failure it would have caught.

#[path = "seeds_thunk/compiled.rs"]
mod compiled;
#[path = "seeds_thunk/entries.rs"]
mod entries;
#[path = "seeds_thunk/guards.rs"]
mod guards;
#[path = "seeds_thunk/machine.rs"]
mod machine;
#[path = "seeds_thunk/programs.rs"]
mod programs;
#[path = "seeds_thunk/templates.rs"]
mod templates;
#[path = "seeds_thunk/tiers.rs"]
mod tiers;
#[cfg(unix)]
#[path = "seeds_stub/unwinder.rs"]
mod unwinder;
