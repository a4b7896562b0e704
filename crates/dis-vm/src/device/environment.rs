//! `#e`: variables of the environment, in groups that procs share. env(3).

use super::{Node, permit};
use crate::errors::{ACCESS, NOT_FOUND, Outcome, TOO_LARGE};
use crate::files::{Kind, Notices, Open, TRUNCATE};
use crate::stat::{DIRECTORY, Stat};
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::SystemTime;

/// Most variables of a group.
const MOST: usize = 10_000;
/// Most bytes of a name, and of a value.
const LONGEST: usize = 127;
const LARGEST: usize = 1 << 20;

/// A variable.
pub(crate) struct Variable {
    number: i64,
    value: RefCell<Vec<u8>>,
    notices: Rc<Notices>,
    version: Cell<i32>,
    written: Cell<SystemTime>,
}

impl Variable {
    fn new(number: i64, notices: &Rc<Notices>) -> Rc<Variable> {
        let (value, version) = (RefCell::default(), Cell::new(0));
        let (written, notices) = (Cell::new(SystemTime::now()), Rc::clone(notices));
        Rc::new(Variable { number, value, notices, version, written })
    }

    pub(crate) fn read(&self, offset: u64, count: usize) -> Vec<u8> {
        super::part(&self.value.borrow(), offset, count)
    }

    pub(crate) fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), String> {
        let end = usize::try_from(offset).ok().and_then(|offset| offset.checked_add(bytes.len()));
        let end = end.filter(|end| *end <= LARGEST).ok_or(TOO_LARGE)?;
        let mut value = self.value.borrow_mut();
        if value.len() < end {
            self.notices.take(end - value.len())?;
            value.resize(end, 0);
        }
        value[end - bytes.len()..end].copy_from_slice(bytes);
        self.changed();
        Ok(())
    }

    fn clear(&self) {
        self.notices.give(std::mem::take(&mut *self.value.borrow_mut()).len());
        self.changed();
    }

    fn changed(&self) {
        self.version.set(self.version.get().wrapping_add(1));
        self.written.set(SystemTime::now());
    }

    pub(crate) fn len(&self) -> u64 {
        self.value.borrow().len() as u64
    }
}

impl Drop for Variable {
    fn drop(&mut self) {
        self.notices.give(self.value.borrow().len());
    }
}

/// The variables of a group.
#[derive(Default)]
pub(crate) struct Environment {
    variables: BTreeMap<Rc<str>, Rc<Variable>>,
    made: i64,
}

impl Environment {
    fn insert(&mut self, name: &str, notices: &Rc<Notices>) -> Result<Rc<Variable>, String> {
        if self.variables.len() >= MOST {
            return Err("no free environment resources".into());
        }
        self.made += 1;
        let variable = Variable::new(self.made, notices);
        self.variables.insert(name.into(), Rc::clone(&variable));
        Ok(variable)
    }

    /// One with the same variables, which are its own.
    pub(crate) fn fork(&self) -> Result<Environment, String> {
        let mut copy = Environment::default();
        for (name, variable) in &self.variables {
            copy.insert(name, &variable.notices)?.write(0, &variable.value.borrow())?;
        }
        Ok(copy)
    }
}

fn find(vm: &Vm, name: &str) -> Result<Rc<Variable>, String> {
    let group = vm.cur.environment();
    let found = group.borrow().variables.get(name).cloned();
    found.ok_or_else(|| NOT_FOUND.into())
}

pub(super) fn walk(vm: &Vm, name: &str) -> Result<Node, String> {
    find(vm, name).map(|_| Node::Environment(Some(name.into())))
}

fn stat_of(name: &str, variable: &Variable) -> Stat {
    let stat = Stat::made('e', name, variable.number, 0o666, variable.written.get());
    let length = i64::try_from(variable.len()).unwrap_or(i64::MAX);
    Stat { version: variable.version.get(), length, ..stat }
}

pub(super) fn stat(vm: &Vm, variable: Option<&str>, name: &str) -> Result<Stat, String> {
    match variable {
        None => Ok(Stat::made('e', name, 0, DIRECTORY | 0o775, vm.files.begun)),
        Some(variable) => Ok(stat_of(name, &*find(vm, variable)?)),
    }
}

pub(super) fn list(vm: &Vm) -> Vec<Stat> {
    let group = vm.cur.environment();
    let group = group.borrow();
    group.variables.iter().map(|(name, variable)| stat_of(name, variable)).collect()
}

pub(super) fn open(vm: &Vm, variable: Option<&str>, mode: i32) -> Result<Kind, String> {
    permit(0o666, mode)?;
    let variable = find(vm, variable.unwrap_or_default())?;
    if mode & TRUNCATE != 0 {
        variable.clear();
    }
    Ok(Kind::Variable(variable))
}

pub(super) fn create(vm: &mut Vm, name: &str, mode: i32, perm: i32) -> Outcome<Rc<Open>> {
    if perm & DIRECTORY != 0 {
        return Err(ACCESS.into());
    }
    if name.len() > LONGEST {
        return Err(crate::errors::NAME.into());
    }
    let group = vm.cur.environment();
    let variable = group.borrow_mut().insert(name, &vm.files.notices)?;
    Ok(Rc::new(Open::new(Kind::Variable(variable), mode, Node::Environment(Some(name.into())))))
}

pub(super) fn remove(vm: &Vm, name: &str) -> Result<(), String> {
    let group = vm.cur.environment();
    let removed = group.borrow_mut().variables.remove(name);
    removed.map(drop).ok_or_else(|| NOT_FOUND.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_has_the_values_but_not_later_changes() {
        let (mut group, notices) = (Environment::default(), Notices::with_room(9));
        let variable = group.insert("x", &notices).expect("room");
        variable.write(0, b"one").expect("room");
        let fork = group.fork().expect("room");
        variable.write(3, b"!").expect("room");
        assert_eq!(variable.read(0, 9), b"one!");
        assert_eq!(fork.variables["x"].read(0, 9), b"one");
        assert!(variable.write(LARGEST as u64, b"x").is_err() && variable.write(u64::MAX, b"x").is_err());
        assert_eq!(variable.write(4, b"..."), Err("out of memory: main".to_owned()));
        drop(fork);
        assert!(variable.write(4, b"...").is_ok());
    }
}
