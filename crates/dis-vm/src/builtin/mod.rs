//! Modules of the machine itself: what they export, how frames of their functions look, and what those do.

mod cipher;
mod crypt;
mod digest;
mod draw;
mod gemm;
mod keyring;
mod loader;
mod math;
mod names;
mod number;
mod sys;
mod sys_dir;
mod sys_files;
mod sys_net;
mod sys_space;
mod sys_text;

pub(crate) use cipher::Cipher;
pub(crate) use digest::Digest;
pub(crate) use loader::Draft;
pub(crate) use names::port_of;

use crate::errors::{Fail, Outcome};
use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, types};

/// A module.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) functions: &'static [Function],
}

/// A function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// What its Limbo type comes to in 32 bits.
    pub(crate) signature: u32,
    /// A letter per argument: `p` a reference, `w` a word, `b` a big number, `r` a real, `*` any number of others. A record with big
    /// numbers begins with `|`, at a multiple of 8, and has a letter per field.
    pub(crate) args: &'static str,
    pub(crate) run: fn(&mut Vm, Addr, TypeId) -> Step,
}

const fn function(
    name: &'static str,
    signature: u32,
    args: &'static str,
    run: fn(&mut Vm, Addr, TypeId) -> Step,
) -> Function {
    Function { name, signature, args, run }
}

static ALL: [&Builtin; 9] = [
    &sys::SYS,
    &math::MATH,
    &keyring::KEYRING,
    &crypt::CRYPT,
    &crypt::IPINTS,
    &loader::LOADER,
    &names::SRV,
    &draw::DRAW,
    &draw::TK,
];

/// A function that is there to be linked with, and raises an exception with its name.
macro_rules! absent {
    ($module:literal, $name:literal) => {
        |vm, _, _| Err(vm.refuse(concat!($module, "->", $name, " is not in this machine yet")))
    };
}
use absent;

/// The module of this name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    ALL.into_iter().find(|builtin| builtin.name == name)
}

/// Where the arguments are in a frame, and where they end.
fn offsets(args: &str, word: u32) -> (Vec<(u8, u32)>, u32) {
    let mut end = 8 * word;
    let mut places = Vec::new();
    for kind in args.bytes().filter(|kind| *kind != b'*') {
        let size = if matches!(kind, b'b' | b'r' | b'|') { 8 } else { word };
        end = end.next_multiple_of(size);
        if kind == b'|' {
            continue;
        }
        places.push((kind, end));
        end += size;
    }
    (places, end)
}

impl Function {
    /// Whether it takes any number of arguments.
    pub(crate) fn varargs(&self) -> bool {
        self.args.ends_with('*')
    }

    /// Bytes of its frame, and where references are in it.
    pub(crate) fn layout(&self, word: u32) -> (u32, Vec<u32>) {
        let (places, end) = offsets(self.args, word);
        (end, places.into_iter().filter(|(kind, _)| *kind == b'p').map(|(_, at)| at).collect())
    }
}

impl Vm {
    /// The place of an argument that is a word or a reference, when those before it are, too.
    fn argument(&self, fp: Addr, number: u32) -> Addr {
        fp + (8 + number) * self.word
    }

    fn word_argument(&self, fp: Addr, number: u32) -> i32 {
        self.heap.memory.word(self.argument(fp, number))
    }

    /// A reference to something of the machine's own types, or nil.
    fn reference_argument(&self, fp: Addr, number: u32, ty: TypeId) -> Result<Addr, Trap> {
        let reference = self.heap.memory.pointer(self.argument(fp, number));
        if reference != NIL && self.heap.type_of(reference) != ty {
            return Err(Trap::Type);
        }
        Ok(reference)
    }

    fn text_argument(&self, fp: Addr, number: u32) -> Result<String, Trap> {
        self.string_at(self.argument(fp, number))
    }

    /// The text of a string that a place refers to.
    fn string_at(&self, place: Addr) -> Result<String, Trap> {
        let string = self.heap.memory.pointer(place);
        if string != NIL && self.heap.type_of(string) != types::STRING {
            return Err(Trap::Type);
        }
        Ok(String::from_utf8_lossy(&self.heap.text(string)).into_owned())
    }

    /// An array of bytes, or nil.
    fn bytes_argument(&self, fp: Addr, number: u32) -> Result<Addr, Trap> {
        let array = self.reference_argument(fp, number, types::ARRAY)?;
        if self.heap.is_bytes(array) { Ok(array) } else { Err(Trap::Type) }
    }

    /// The place of a part of the result.
    fn result(&mut self, fp: Addr, offset: u32, usage: Use) -> Result<Addr, Trap> {
        let at = self.heap.memory.pointer(fp + 4 * self.word);
        if at == NIL {
            return Err(Trap::Nil);
        }
        self.find_place(at.wrapping_add(offset), usage)
    }

    fn give_word(&mut self, fp: Addr, offset: u32, value: i32) -> Step {
        let at = self.result(fp, offset, Use::Write(self.word))?;
        self.heap.memory.set_word(at, value);
        Ok(())
    }

    fn give_big(&mut self, fp: Addr, value: i64) -> Step {
        let at = self.result(fp, 0, Use::Write(8))?;
        self.heap.memory.set_big(at, value);
        Ok(())
    }

    fn give_real(&mut self, fp: Addr, offset: u32, value: f64) -> Step {
        let at = self.result(fp, offset, Use::Write(8))?;
        self.heap.memory.set_real(at, value);
        Ok(())
    }

    /// A counted reference, which goes when there is no place for it.
    fn give_reference(&mut self, fp: Addr, offset: u32, value: Addr) -> Step {
        match self.result(fp, offset, Use::Reference) {
            Ok(at) => {
                self.heap.put(at, value);
                Ok(())
            }
            Err(trap) => {
                self.heap.release(value);
                Err(trap)
            }
        }
    }

    /// The result, or -1 with the reason in `%r`.
    fn give_or_error(&mut self, fp: Addr, result: Result<i32, String>) -> Step {
        let value = result.unwrap_or_else(|why| {
            self.cur.error = why;
            -1
        });
        self.give_word(fp, 0, value)
    }
}

impl Vm {
    /// Whether a call on files came to a result, or failed with a reason; an exception, or that it is to be made again, is a trap.
    fn settle<T>(&mut self, outcome: Outcome<T>) -> Result<Result<T, String>, Trap> {
        match outcome {
            Ok(value) => Ok(Ok(value)),
            Err(Fail::Error(why)) => Ok(Err(why)),
            Err(Fail::Raise(text)) => {
                self.message = text.to_owned();
                Err(Trap::Text)
            }
            Err(Fail::Trap(trap)) => Err(trap),
        }
    }

    /// An exception with this text.
    fn refuse(&mut self, text: &str) -> Trap {
        self.message = text.to_owned();
        Trap::Text
    }

    /// 0, or -1 with the reason in `%r`.
    fn give_done(&mut self, fp: Addr, outcome: Outcome<()>) -> Step {
        let result = self.settle(outcome)?;
        self.give_or_error(fp, result.map(|()| 0))
    }

    /// How many bytes that were, or -1 with the reason in `%r`.
    fn give_count(&mut self, fp: Addr, outcome: Outcome<usize>) -> Step {
        let result = self.settle(outcome)?;
        self.give_or_error(fp, result.map(|count| count as i32))
    }
}
