//! `$Sys` on files: sys-open(2), sys-read(2), sys-dup(2), sys-seek(2), sys-remove(2).

use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, types};
use std::io::SeekFrom;

/// Most bytes that one read or write moves between here and the host.
const BLOCK: usize = 1 << 20;

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

    /// A `ref FD` as the result; nil with the reason in `%r` when there is none.
    fn give_file(&mut self, fp: Addr, result: Result<i32, String>) -> Step {
        let number = match result {
            Ok(number) => number,
            Err(why) => {
                self.cur.error = why;
                return self.give_reference(fp, 0, NIL);
            }
        };
        let group = self.cur.files;
        self.files.share(group);
        let Ok(file) = self.heap.record(types::FILE) else {
            self.files.close(group, number);
            return Err(Trap::Memory);
        };
        self.heap.memory.set_word(file, number);
        self.heap.set_own(file, group);
        self.give_reference(fp, 0, file)
    }

    /// How many bytes of an array a call is about; `None` for a call that does nothing.
    fn extent(&self, array: Addr, count: i32) -> Option<usize> {
        let count = usize::try_from(count).ok().filter(|_| array != NIL)?;
        Some(count.min(self.heap.slice(array).len as usize))
    }

    fn read_once(&mut self, file: i32, array: Addr, from: usize, count: usize) -> Result<usize, String> {
        let data = self.heap.slice(array).data + from as u32;
        let group = self.cur.files;
        self.files.read(group, file, self.heap.memory.bytes_mut(data, count))
    }
}

pub(super) fn open(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (path, mode) = (vm.text_argument(fp, 0)?, vm.word_argument(fp, 1));
    let result = vm.files.open(vm.cur.files, &path, mode);
    vm.give_file(fp, result)
}

pub(super) fn create(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (path, mode, perm) = (vm.text_argument(fp, 0)?, vm.word_argument(fp, 1), vm.word_argument(fp, 2));
    let result = vm.files.create(vm.cur.files, &path, mode, perm);
    vm.give_file(fp, result)
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
        Ok(open) => vm.heap.new_text(open.path.as_bytes())?,
        Err(why) => {
            vm.cur.error = why;
            NIL
        }
    };
    vm.give_reference(fp, 0, string)
}

pub(super) fn chdir(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let path = vm.text_argument(fp, 0)?;
    let result = vm.files.chdir(&path).map(|()| 0);
    vm.give_or_error(fp, result)
}

pub(super) fn remove(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let path = vm.text_argument(fp, 0)?;
    let result = vm.files.remove(&path).map(|()| 0);
    vm.give_or_error(fp, result)
}

pub(super) fn read(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let (group, data) = (vm.cur.files, vm.heap.slice(array).data);
    // Others run while there is nothing to read. The call is made again when there is.
    match vm.files.read_some(group, file, vm.heap.memory.bytes_mut(data, count)) {
        Ok(None) => Err(Trap::Input),
        Ok(Some(count)) => vm.give_word(fp, 0, count as i32),
        Err(why) => vm.give_or_error(fp, Err(why)),
    }
}

/// Reads until there is no more, or enough.
pub(super) fn readn(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let mut done = 0;
    while done < count {
        match vm.read_once(file, array, done, count - done) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(why) if done == 0 => return vm.give_or_error(fp, Err(why)),
            Err(_) => break,
        }
    }
    vm.give_word(fp, 0, done as i32)
}

pub(super) fn write(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let group = vm.cur.files;
    let bytes = &vm.heap.array_bytes(array)[..count];
    let result = vm.files.write(group, file, bytes).map(|()| count as i32);
    vm.give_or_error(fp, result)
}

/// The offset of `pread` and `pwrite`, which comes after three words.
fn offset(vm: &Vm, fp: Addr) -> Result<SeekFrom, String> {
    let at = (11 * vm.word).next_multiple_of(8);
    let offset = u64::try_from(vm.heap.memory.big(fp + at));
    offset.map(SeekFrom::Start).map_err(|_| "negative i/o offset".into())
}

/// Does something at another place of a file, which stays where it is.
fn elsewhere(
    vm: &mut Vm,
    fp: Addr,
    file: i32,
    act: impl FnOnce(&mut Vm) -> Result<usize, String>,
) -> Result<i32, String> {
    let (group, to) = (vm.cur.files, offset(vm, fp)?);
    let here = vm.files.seek(group, file, SeekFrom::Current(0))?;
    vm.files.seek(group, file, to)?;
    let result = act(vm);
    vm.files.seek(group, file, SeekFrom::Start(here))?;
    result.map(|count| count as i32)
}

pub(super) fn pread(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let result = elsewhere(vm, fp, file, |vm| vm.read_once(file, array, 0, count));
    vm.give_or_error(fp, result)
}

pub(super) fn pwrite(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (file, array) = (vm.descriptor(fp, 0)?, vm.bytes_argument(fp, 1)?);
    let Some(count) = vm.extent(array, vm.word_argument(fp, 2)) else { return vm.give_word(fp, 0, 0) };
    let result = elsewhere(vm, fp, file, |vm| {
        let bytes = &vm.heap.array_bytes(array)[..count];
        vm.files.write(vm.cur.files, file, bytes).map(|()| count)
    });
    vm.give_or_error(fp, result)
}

pub(super) fn seek(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let file = vm.descriptor(fp, 0)?;
    let at = (9 * vm.word).next_multiple_of(8);
    let (offset, start) = (vm.heap.memory.big(fp + at), vm.heap.memory.word(fp + at + 8));
    let to = match start {
        0 => u64::try_from(offset).map(SeekFrom::Start).map_err(|_| "negative i/o offset".to_owned()),
        1 => Ok(SeekFrom::Current(offset)),
        2 => Ok(SeekFrom::End(offset)),
        _ => Err("bad arg in system call".to_owned()),
    };
    let result = to.and_then(|to| vm.files.seek(vm.cur.files, file, to));
    let value = result.map_or_else(
        |why| {
            vm.cur.error = why;
            -1
        },
        |at| i64::try_from(at).unwrap_or(-1),
    );
    vm.give_big(fp, value)
}

/// Copies until the source ends. The result is how many bytes.
pub(super) fn stream(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (from, to) = (vm.descriptor(fp, 0)?, vm.descriptor(fp, 1)?);
    let Ok(size @ 1..) = usize::try_from(vm.word_argument(fp, 2)) else {
        return vm.give_or_error(fp, Err("bad arg in system call".into()));
    };
    let mut buffer = vec![0; size.min(BLOCK)];
    let (group, mut total) = (vm.cur.files, 0i32);
    loop {
        let read = vm.files.read(group, from, &mut buffer);
        let count = match read {
            Ok(0) => break,
            Ok(count) => count,
            Err(why) => {
                vm.cur.error = why;
                break;
            }
        };
        if let Err(why) = vm.files.write(group, to, &buffer[..count]) {
            vm.cur.error = why;
            break;
        }
        total = total.wrapping_add(count as i32);
    }
    vm.give_word(fp, 0, total)
}
