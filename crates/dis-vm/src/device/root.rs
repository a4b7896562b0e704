//! `#/`: a folder with names to bind something to. root(3).

use super::Node;
use crate::errors::NOT_FOUND;
use crate::stat::{DIRECTORY, Stat};
use crate::vm::Vm;

const NAMES: [&str; 10] = ["chan", "dev", "env", "fd", "net", "net.alt", "nvfs", "prog", "root", "srv"];

pub(super) fn walk(file: u8, name: &str) -> Result<Node, String> {
    let found = NAMES.iter().position(|other| *other == name).filter(|_| file == 0);
    found.map(|at| Node::Root(at as u8 + 1)).ok_or_else(|| NOT_FOUND.into())
}

pub(super) fn stat(vm: &Vm, file: u8, name: &str) -> Stat {
    Stat::made('/', name, file.into(), DIRECTORY | 0o555, vm.files.begun)
}

pub(super) fn list(vm: &Vm, file: u8) -> Vec<Stat> {
    let names = (1..).zip(NAMES).filter(|_| file == 0);
    names.map(|(number, name)| stat(vm, number, name)).collect()
}
