//! Development commands of this repository.

fn main() {}
