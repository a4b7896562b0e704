//! The `spandrel` command.

#![forbid(unsafe_code)]

fn main() {}
