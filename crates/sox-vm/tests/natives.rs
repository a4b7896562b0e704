//! Natives and methods of containers, as programs use them.

#[path = "natives/arrays.rs"]
mod arrays;
#[path = "natives/coroutines.rs"]
mod coroutines;
#[path = "natives/files.rs"]
mod files;
#[path = "natives/harness.rs"]
mod harness;
#[path = "natives/numbers.rs"]
mod numbers;
#[path = "natives/sorting.rs"]
mod sorting;
#[path = "natives/strings.rs"]
mod strings;
#[path = "natives/system.rs"]
mod system;
#[path = "natives/tables.rs"]
mod tables;
#[path = "natives/values.rs"]
mod values;
