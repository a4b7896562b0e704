//! `$Sys` on what is known of files: sys-stat(2), sys-dirread(2). `Dir` and `Qid` are those of `module/sys.m`.

use crate::errors::Fail;
use crate::files::check_name;
use crate::stat::{Change, Stat};
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId};
use std::rc::Rc;

/// Where the numbers of a `Dir` are, behind four strings, and its size.
struct Layout {
    path: u32,
    version: u32,
    mode: u32,
    length: u32,
    device: u32,
    size: u32,
}

impl Layout {
    fn of(word: u32) -> Layout {
        let path = 4 * word;
        let version = path + 8;
        let mode = version + 2 * word;
        let length = (mode + 3 * word).next_multiple_of(8);
        let device = length + 8;
        Layout { path, version, mode, length, device, size: (device + 2 * word).next_multiple_of(8) }
    }
}

/// Words and big numbers with their offsets.
type Numbers = ([(u32, i32); 7], [(u32, i64); 2]);

impl Vm {
    /// The words and big numbers of a `Dir`, by their offsets.
    fn numbers_of(&self, stat: &Stat) -> Numbers {
        let (at, word) = (Layout::of(self.word), self.word);
        let words = [
            (at.version, stat.version),
            (at.version + word, stat.kind),
            (at.mode, stat.mode),
            (at.mode + word, stat.read),
            (at.mode + 2 * word, stat.written),
            (at.device, stat.device),
            (at.device + word, 0),
        ];
        (words, [(at.path, stat.path), (at.length, stat.length)])
    }

    /// `(0, Dir)` as the result, or `(-1, ..)` with the reason in `%r`.
    fn give_stat(&mut self, fp: Addr, result: Result<Stat, String>) -> Step {
        let stat = match result {
            Ok(stat) => stat,
            Err(why) => return self.give_or_error(fp, Err(why)),
        };
        let begin = self.word.next_multiple_of(8);
        for (index, text) in (0..).zip(stat.texts()) {
            let string = self.heap.new_text(text.as_bytes())?;
            self.give_reference(fp, begin + index * self.word, string)?;
        }
        let (words, bigs) = self.numbers_of(&stat);
        for (at, value) in words {
            self.give_word(fp, begin + at, value)?;
        }
        for (at, value) in bigs {
            let place = self.result(fp, begin + at, crate::place::Use::Write(8))?;
            self.heap.memory.set_big(place, value);
        }
        self.give_word(fp, 0, 0)
    }

    /// An array of `Dir`, counted.
    fn dirs(&mut self, stats: &[Stat]) -> Result<Addr, Trap> {
        let (word, size) = (self.word, Layout::of(self.word).size);
        let pointers: Vec<u32> = (0..4).map(|index| index * word).collect();
        let ty = self.heap.types.intern(&Rc::from("$Sys->Dir"), 0, size, &pointers);
        let array = self.heap.new_array(ty, stats.len() as u32)?;
        let data = self.heap.slice(array).data;
        for (index, stat) in (0..).zip(stats) {
            if let Err(trap) = self.fill_dir(data + index * size, stat) {
                self.heap.release(array);
                return Err(trap);
            }
        }
        Ok(array)
    }

    fn fill_dir(&mut self, at: Addr, stat: &Stat) -> Step {
        for (index, text) in (0..).zip(stat.texts()) {
            let string = self.heap.new_text(text.as_bytes())?;
            self.heap.put(at + index * self.word, string);
        }
        let (words, bigs) = self.numbers_of(stat);
        words.into_iter().for_each(|(offset, value)| self.heap.memory.set_word(at + offset, value));
        bigs.into_iter().for_each(|(offset, value)| self.heap.memory.set_big(at + offset, value));
        Ok(())
    }
}

pub(super) fn stat(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let path = vm.text_argument(fp, 0)?;
    let outcome = vm.stat_name(&path);
    let result = vm.settle(outcome)?;
    vm.give_stat(fp, result)
}

pub(super) fn fstat(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let file = vm.descriptor(fp, 0)?;
    let open = vm.open(file);
    let outcome = open.and_then(|open| vm.stat_open(&open));
    let result = vm.settle(outcome)?;
    vm.give_stat(fp, result)
}

/// Some entries of a folder; none at its end.
pub(super) fn dirread(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let file = vm.descriptor(fp, 0)?;
    let open = vm.files.get(vm.cur.files, file);
    let outcome = open.clone().map_err(Fail::Error).and_then(|open| vm.read_entries(&open));
    let result = vm.settle(outcome)?;
    let array = match &result {
        Ok(stats) if !stats.is_empty() => vm.dirs(stats)?,
        _ => NIL,
    };
    if let Ok(open) = &open {
        Vm::pass(open, result.as_ref().map_or(0, Vec::len));
    }
    vm.give_reference(fp, vm.word, array)?;
    vm.give_or_error(fp, result.map(|stats| stats.len() as i32))
}

/// The second argument, a `Dir`: what is not all ones, or nil, is to be changed.
fn change(vm: &Vm, fp: Addr) -> Result<Change, Trap> {
    let (begin, at) = (fp + (9 * vm.word).next_multiple_of(8), Layout::of(vm.word));
    let word = |offset| Some(vm.heap.memory.word(begin + offset)).filter(|value| *value != -1);
    let name = vm.string_at(begin)?;
    Ok(Change {
        name: if name.is_empty() { None } else { Some(name) },
        mode: word(at.mode),
        read: word(at.mode + vm.word),
        written: word(at.mode + 2 * vm.word),
        length: Some(vm.heap.memory.big(begin + at.length)).filter(|value| *value != -1),
    })
}

/// A name that is the one it has already is no change.
fn really(mut change: Change, name: &str) -> Result<Change, String> {
    if let Some(new) = &change.name {
        check_name(new)?;
    }
    change.name = change.name.filter(|new| new != name);
    Ok(change)
}

pub(super) fn wstat(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (path, change) = (vm.text_argument(fp, 0)?, change(vm, fp)?);
    let last = crate::namespace::last(&path).to_owned();
    let change = really(change, &last).map_err(Fail::Error);
    let outcome = change.and_then(|change| vm.wstat_name(&path, &change));
    vm.give_done(fp, outcome)
}

pub(super) fn fwstat(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (file, change) = (vm.descriptor(fp, 0)?, change(vm, fp)?);
    let open = vm.open(file);
    let outcome = open.and_then(|open| {
        let last = crate::namespace::last(&open.path.borrow()).to_owned();
        vm.change(&open.node, &really(change, &last)?)
    });
    vm.give_done(fp, outcome)
}
