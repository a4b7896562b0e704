//! Regressions of the machine-code stubs: argument placement, preserved registers, stacks and unwinding, on this machine's
//! conventions by whole register images, against functions compiled by rustc, and as round trips over random signatures.

#[path = "seeds_stub/harness.rs"]
mod harness;
#[path = "seeds_stub/images.rs"]
mod images;
#[path = "seeds_stub/machine.rs"]
mod machine;
#[path = "seeds_stub/oracles.rs"]
mod oracles;
#[path = "seeds_stub/placement.rs"]
mod placement;
#[path = "seeds_stub/random.rs"]
mod random;
#[path = "seeds_stub/refusals.rs"]
mod refusals;
#[path = "seeds_stub/round_trip.rs"]
mod round_trip;
#[cfg(unix)]
#[path = "seeds_stub/unwinder.rs"]
mod unwinder;
#[cfg(unix)]
#[path = "seeds_stub/unwinding.rs"]
mod unwinding;
