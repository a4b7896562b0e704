//! `$Sys` on name spaces, groups, pipes and served files: sys-bind(2), sys-pctl(2), sys-pipe(2), sys-file2chan(2).

use crate::device::{End, Node, Pipe};
use crate::errors::Outcome;
use crate::files::{Kind, Open};
use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, list, types};
use std::rc::Rc;

pub(super) fn bind(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (name, on, flag) = (vm.text_argument(fp, 0)?, vm.text_argument(fp, 1)?, vm.word_argument(fp, 2));
    let outcome = vm.bind(&name, &on, flag);
    let result = vm.settle(outcome)?;
    vm.give_or_error(fp, result)
}

pub(super) fn unmount(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (name, on) = (vm.text_argument(fp, 0)?, vm.text_argument(fp, 1)?);
    let outcome = vm.unmount(&name, &on);
    vm.give_done(fp, outcome)
}

const NEWFD: i32 = 1 << 0;
const FORKFD: i32 = 1 << 1;
const NEWNS: i32 = 1 << 2;
const FORKNS: i32 = 1 << 3;
const NEWPGRP: i32 = 1 << 4;
const NODEVS: i32 = 1 << 5;
const NEWENV: i32 = 1 << 6;
const FORKENV: i32 = 1 << 7;

/// The numbers in a list that is an argument.
fn numbers(vm: &Vm, fp: Addr, number: u32) -> Result<Vec<i32>, Trap> {
    let mut numbers = Vec::new();
    let mut cell = vm.reference_argument(fp, number, types::LIST)?;
    while cell != NIL {
        if vm.heap.size_of(cell) < list::DATA + vm.word {
            return Err(Trap::Type);
        }
        numbers.push(vm.heap.memory.word(cell + list::DATA));
        cell = vm.heap.memory.u32(cell + list::TAIL);
    }
    Ok(numbers)
}

/// What the proc shares with others from now on.
pub(super) fn pctl(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (flags, numbers) = (vm.word_argument(fp, 0), numbers(vm, fp, 1)?);
    let old = vm.cur.files;
    if flags & NEWFD != 0 {
        vm.cur.files = vm.files.fork(old, |number| numbers.contains(&number));
        vm.files.leave(old);
    } else if flags & FORKFD != 0 {
        vm.cur.files = vm.files.fork(old, |_| true);
        // Those that were named are closed for the others.
        numbers.iter().for_each(|number| vm.files.drop_descriptor(old, *number));
        vm.files.leave(old);
    }
    let space = vm.cur.space();
    if flags & (NEWNS | FORKNS) != 0 {
        let number = vm.next_space;
        vm.next_space = vm.next_space.wrapping_add(1);
        let mut new =
            if flags & NEWNS != 0 { space.borrow().renewed(number) } else { space.borrow().clone() };
        new.number = number;
        vm.cur.set_space(new);
    }
    if flags & NEWENV != 0 {
        vm.cur.set_environment(Default::default());
    } else if flags & FORKENV != 0 {
        let fork = vm.cur.environment().borrow().fork();
        match fork {
            Ok(fork) => vm.cur.set_environment(fork),
            Err(why) => return vm.give_or_error(fp, Err(why)),
        }
    }
    if flags & NEWPGRP != 0 {
        vm.cur.group = vm.cur.pid;
    }
    if flags & NODEVS != 0 {
        vm.cur.space().borrow_mut().restricted = true;
    }
    vm.give_word(fp, 0, vm.cur.pid.cast_signed())
}

/// The ends of a new pipe go into the first two elements of an array.
pub(super) fn pipe(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let array = vm.reference_argument(fp, 0, types::ARRAY)?;
    let slice = vm.heap.slice(array);
    if array == NIL || slice.len < 2 {
        return vm.give_or_error(fp, Err("bad arg in system call".into()));
    }
    if !vm.heap.types.same(slice.ty, types::POINTER) {
        return Err(Trap::Type);
    }
    let pipe = Pipe::new(&vm.files.notices);
    let path = |side: usize| ["#|/data", "#|/data1"][side].to_owned();
    let mut ends = Vec::new();
    for side in [0, 1] {
        let open =
            Open::new(Kind::Pipe(End::open(&pipe, side)), 2, Node::Pipe(Rc::clone(&pipe), side as u8 + 1));
        open.path.replace(path(side));
        let entered = vm.files.enter(vm.cur.files, Rc::new(open));
        let file = match entered {
            Ok(number) => vm.file_object(number),
            Err(why) => {
                ends.into_iter().for_each(|end| vm.heap.release(end));
                return vm.give_or_error(fp, Err(why));
            }
        };
        ends.push(file.inspect_err(|_| ends.iter().for_each(|end| vm.heap.release(*end)))?);
    }
    for (at, end) in (slice.data..).step_by(vm.word as usize).zip(ends) {
        vm.heap.put(at, end);
    }
    vm.give_word(fp, 0, 0)
}

/// The folder of a device for served files that a name leads to, and a new file there with its two channels.
fn serve(vm: &mut Vm, folder: &str, name: &str) -> Outcome<(Addr, Addr)> {
    let found = vm.resolve(folder)?;
    for node in vm.translate(&found) {
        if let Node::Service(folder, None) = &node {
            return vm.serve_file(folder, name);
        }
    }
    Err("directory not a srv device".into())
}

pub(super) fn file2chan(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (folder, name) = (vm.text_argument(fp, 0)?, vm.text_argument(fp, 1)?);
    let word = vm.word;
    let ty = vm.heap.types.intern(&Rc::from("$Sys->FileIO"), 0, 2 * word, &[0, word]);
    // The place for the result is looked at first: afterwards the file is there.
    vm.result(fp, 0, Use::Reference)?;
    let record = vm.heap.record(ty)?;
    let outcome = serve(vm, &folder, &name);
    match vm.settle(outcome).inspect_err(|_| vm.heap.release(record))? {
        Ok((read, write)) => {
            vm.heap.put(record, read);
            vm.heap.put(record + word, write);
            vm.give_reference(fp, 0, record)
        }
        Err(why) => {
            vm.heap.release(record);
            vm.cur.error = why;
            vm.give_reference(fp, 0, NIL)
        }
    }
}
