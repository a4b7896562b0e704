//! How much memory the heap takes on a machine on which slices of a cycle get nowhere.

mod support;

use std::time::Duration;

use heap::Config;
use support::{churn, config};

#[test]
fn memory_does_not_depend_on_how_fast_the_machine_is() {
    churn(600_000, Config { pause: Duration::from_nanos(1), ..config() });
}
