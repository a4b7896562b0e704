//! `$Sys` on files: sys-open(2), sys-read(2), sys-dup(2), sys-seek(2), sys-remove(2).

use crate::errors::{BAD_ARGUMENT, Fail, NEGATIVE, Outcome};
use crate::files::Open;
use crate::place::Use;
use crate::proc::Call;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, types};
use std::rc::Rc;

impl Vm {
    /// The number in an argument that is a `ref FD`, -1 for nil. Programs may make such records, too; those close nothing.
    pub(super) fn descriptor(&self, fp: Addr, number: u32) -> Result<i32, Trap> {
        let file = self.heap.memory.pointer(self.argument(fp, number));
        if file == NIL {
            return Ok(-1);
        }
        let ty = self.heap.type_of(file);
        if ty < types::FILE {
            return Err(Trap::Type);
        }
        self.check(ty, 0, Use::Read(self.word))?;
        Ok(self.heap.memory.word(file))
    }

    /// A `ref FD` for a descriptor, which is closed when there is no memory for that.
    pub(super) fn file_object(&mut self, number: i32) -> Result<Addr, Trap> {
        let group = self.cur.files;
        self.files.share(group);
        let Ok(file) = self.heap.record(types::FILE) else {
            self.files.close(group, number);
            return Err(Trap::Memory);
        };
        self.heap.memory.set_word(file, number);
        self.heap.set_own(file, group);
        Ok(file)
    }

    /// A `ref FD` as the result; nil with the reason in `%r` when there is none.
    fn give_file(&mut self, fp: Addr, result: Result<i32, String>) -> Step {
        let file = match result {
            Ok(number) => self.file_object(number)?,
            Err(why) => {
                self.cur.error = why;
                NIL
            }
        };
        self.give_reference(fp, 0, file)
    }

    /// The same for what was opened.
    pub(super) fn give_open(&mut self, fp: Addr, outcome: Outcome<Rc<Open>>) -> Step {
        let result = self.settle(outcome)?;
        let result = result.and_then(|open| self.files.enter(self.cur.files, open));
        self.give_file(fp, result)
    }

    /// What a descriptor is open for.
    pub(super) fn open(&mut self, descriptor: i32) -> Outcome<Rc<Open>> {
        Ok(self.files.get(self.cur.files, descriptor)?)
    }

    /// Writes to a descriptor.
    pub(super) fn write_descriptor(&mut self, file: i32, bytes: &[u8], at: Option<u64>) -> Outcome<usize> {
        let open = self.open(file)?;
        self.write_open(&open, bytes, at)
    }

    /// How many bytes of an array a call is about; `None` for a call that does nothing.
    fn extent(&self, array: Addr, count: i32) -> Option<usize> {
        let count = usize::try_from(count).ok().filter(|_| array != NIL)?;
        Some(count.min(self.heap.slice(array).len as usize))
    }
}

pub(super) fn open(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (path, mode) = (vm.text_argument(fp, 0)?, vm.word_argument(fp, 1));
    let outcome = vm.open_name(&path, mode);
    vm.give_open(fp, outcome)
}

pub(super) fn create(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (path, mode, perm) = (vm.text_argument(fp, 0)?, vm.word_argument(fp, 1), vm.word_argument(fp, 2));
    let outcome = vm.create_name(&path, mode, perm);
    vm.give_open(fp, outcome)
}

pub(super) fn fildes(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let number = vm.word_argument(fp, 0);
    let result = vm.files.dup(vm.cur.files, number, -1);
    vm.give_file(fp, result)
}

pub(super) fn dup(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (old, new) = (vm.word_argument(fp, 0), vm.word_argument(fp, 1));
    let result = vm.files.dup(vm.cur.files, old, new);
    vm.give_or_error(fp, result)
}

pub(super) fn fd2path(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let file = vm.descriptor(fp, 0)?;
    let string = match vm.files.get(vm.cur.files, file) {
        Ok(open) => vm.heap.new_text(open.path.borrow().as_bytes())?,
        Err(why) => {
            vm.cur.error = why;
            NIL
        }
    };
    vm.give_reference(fp, 0, string)
}

pub(super) fn chdir(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let path = vm.text_argument(fp, 0)?;
    let outcome = vm.chdir(&path);
    vm.give_done(fp, outcome)
}

pub(super) fn remove(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let path = vm.text_argument(fp, 0)?;
    let outcome = vm.remove_name(&path);
    vm.give_done(fp, outcome)
}

pub(super) fn iounit(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let file = vm.descriptor(fp, 0)?;
    let unit = vm.files.get(vm.cur.files, file).map_or(0, |open| vm.unit(&open));
    vm.give_word(fp, 0, unit)
}

/// Others run while there is nothing to read. The call is made again when there is.
fn read_at(vm: &mut Vm, fp: Addr, at: Option<u64>) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let place = vm.heap.slice(array).data;
    let open = vm.files.get(vm.cur.files, file);
    let outcome = open.map_err(Fail::Error).and_then(|open| vm.read_into(&open, place, count, at));
    vm.give_count(fp, outcome)
}

pub(super) fn read(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    read_at(vm, fp, None)
}

/// Reads until there is no more, or enough.
pub(super) fn readn(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let place = vm.heap.slice(array).data;
    let mut call = vm.cur.call.take().unwrap_or_default();
    while call.total < count {
        let open = vm.open(file);
        let read =
            open.and_then(|open| vm.read_into(&open, place + call.total as u32, count - call.total, None));
        match read {
            Ok(0) => break,
            Ok(read) => {
                call.total += read;
                vm.cur.journal.clear();
            }
            Err(Fail::Error(_)) if call.total > 0 => break,
            Err(fail) => {
                vm.cur.call = Some(call);
                return vm.give_count(fp, Err(fail));
            }
        }
    }
    vm.give_word(fp, 0, call.total as i32)
}

fn write_at(vm: &mut Vm, fp: Addr, at: Option<u64>) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let bytes = vm.heap.array_bytes(array)[..count].to_vec();
    let outcome = vm.write_descriptor(file, &bytes, at);
    vm.give_count(fp, outcome)
}

pub(super) fn write(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    write_at(vm, fp, None)
}

/// The offset of `pread` and `pwrite`, which comes after three words.
fn offset(vm: &Vm, fp: Addr) -> Result<u64, String> {
    let at = (11 * vm.word).next_multiple_of(8);
    u64::try_from(vm.heap.memory.big(fp + at)).map_err(|_| NEGATIVE.into())
}

pub(super) fn pread(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    match offset(vm, fp) {
        Ok(at) => read_at(vm, fp, Some(at)),
        Err(why) => vm.give_or_error(fp, Err(why)),
    }
}

pub(super) fn pwrite(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    match offset(vm, fp) {
        Ok(at) => write_at(vm, fp, Some(at)),
        Err(why) => vm.give_or_error(fp, Err(why)),
    }
}

pub(super) fn seek(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let file = vm.descriptor(fp, 0)?;
    let at = (9 * vm.word).next_multiple_of(8);
    let (offset, start) = (vm.heap.memory.big(fp + at), vm.heap.memory.word(fp + at + 8));
    let open = vm.open(file);
    let outcome = open.and_then(|open| vm.seek_open(&open, offset, start));
    let result = vm.settle(outcome)?;
    let value = result.map_or_else(
        |why| {
            vm.cur.error = why;
            -1
        },
        |at| i64::try_from(at).unwrap_or(-1),
    );
    vm.give_big(fp, value)
}

/// Copies until the source ends, a buffer at a time. The result is how many bytes.
pub(super) fn stream(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (from, to) = (vm.descriptor(fp, 0)?, vm.descriptor(fp, 1)?);
    let Ok(size @ 1..) = usize::try_from(vm.word_argument(fp, 2)) else {
        return vm.give_or_error(fp, Err(BAD_ARGUMENT.into()));
    };
    let mut call = vm.cur.call.take().unwrap_or_default();
    // What is buffered counts as memory of the program.
    let result = copy(vm, from, to, size.min(vm.options.memory), &mut call);
    let total = call.total;
    match result {
        Ok(()) => vm.give_word(fp, 0, total as i32),
        Err(Fail::Error(why)) => {
            vm.cur.error = why;
            vm.give_word(fp, 0, total as i32)
        }
        Err(fail) => {
            vm.cur.call = Some(call);
            vm.give_count(fp, Err(fail))
        }
    }
}

fn copy(vm: &mut Vm, from: i32, to: i32, size: usize, call: &mut Call) -> Outcome<()> {
    loop {
        let mut end = None;
        while !call.writes && call.bytes.len() < size && end.is_none() {
            let open = vm.open(from);
            match open.and_then(|open| vm.read_open(&open, size - call.bytes.len(), None)) {
                Ok(bytes) if bytes.is_empty() => end = Some(Ok(())),
                Ok(bytes) => {
                    call.bytes.extend(bytes);
                    vm.cur.journal.clear();
                }
                Err(Fail::Error(why)) => end = Some(Err(Fail::Error(why))),
                Err(fail) => return Err(fail),
            }
        }
        // The call may be made again from here: what was read is written before more is read.
        if !call.bytes.is_empty() {
            call.writes = true;
            let written = vm.write_descriptor(to, &call.bytes, None)?;
            if written != call.bytes.len() {
                return Ok(());
            }
            call.total += written;
            vm.cur.journal.clear();
            call.writes = false;
            call.bytes.clear();
        }
        if let Some(end) = end {
            return end;
        }
    }
}
