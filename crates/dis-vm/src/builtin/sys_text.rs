//! `$Sys` on text: sys-tokenize(2), sys-utfbytes(2), sys-byte2char(2).

use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, types, utf8};

pub(super) fn tokenize(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let text = vm.reference_argument(fp, 0, types::STRING)?;
    let delimiters = vm.reference_argument(fp, 1, types::STRING)?;
    let mut words: Vec<(u32, u32)> = Vec::new();
    if text != NIL && delimiters != NIL {
        let between: Vec<u32> = vm.heap.chars(delimiters).collect();
        let mut start = None;
        for (index, c) in (0..).zip(vm.heap.chars(text)) {
            match (between.contains(&c), start) {
                (true, Some(from)) => {
                    words.push((from, index));
                    start = None;
                }
                (false, None) => start = Some(index),
                _ => {}
            }
        }
        words.extend(start.map(|from| (from, vm.heap.string_len(text))));
    }
    let mut list = NIL;
    for (from, to) in words.iter().rev() {
        let word = match vm.heap.substring(text, *from, *to) {
            Ok(word) => word,
            Err(error) => {
                vm.heap.release(list);
                return Err(error.into());
            }
        };
        list = vm.cons_reference(word, list)?;
    }
    vm.give_reference(fp, vm.word, list)?;
    vm.give_word(fp, 0, words.len() as i32)
}

pub(super) fn utfbytes(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (array, count) = (vm.bytes_argument(fp, 0)?, vm.word_argument(fp, 1));
    let bytes = vm.heap.array_bytes(array);
    let count = usize::try_from(count).ok().filter(|count| array != NIL && *count <= bytes.len());
    let bytes = &bytes[..count.ok_or(Trap::Bounds)?];
    let mut at = 0;
    while at < bytes.len() && utf8::is_full(&bytes[at..]) {
        at += utf8::decode(&bytes[at..]).1;
    }
    vm.give_word(fp, 0, at as i32)
}

/// The character, how many bytes it takes, and whether they are well-formed.
pub(super) fn byte2char(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (array, index) = (vm.bytes_argument(fp, 0)?, vm.word_argument(fp, 1));
    let bytes = vm.heap.array_bytes(array);
    let rest =
        usize::try_from(index).ok().and_then(|index| bytes.get(index..)).filter(|rest| !rest.is_empty());
    let rest = rest.ok_or(Trap::Bounds)?;
    let (c, len, status) = match utf8::is_full(rest) {
        false => (utf8::ERROR, 0, 0),
        true => {
            let (c, len) = utf8::decode(rest);
            (c, len as i32, i32::from(c != utf8::ERROR || len != 1))
        }
    };
    let word = vm.word;
    vm.give_word(fp, 0, c.cast_signed())?;
    vm.give_word(fp, word, len)?;
    vm.give_word(fp, 2 * word, status)
}

/// How many bytes the character took; 0 where they do not fit.
pub(super) fn char2byte(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (c, array, index) = (vm.word_argument(fp, 0), vm.bytes_argument(fp, 1)?, vm.word_argument(fp, 2));
    let slice = vm.heap.slice(array);
    let index = u32::try_from(index).ok().filter(|index| array != NIL && *index < slice.len);
    let index = index.ok_or(Trap::Bounds)?;
    let mut text = Vec::new();
    utf8::encode(c.cast_unsigned(), &mut text);
    let fits = text.len() <= (slice.len - index) as usize;
    if fits {
        vm.heap.memory.bytes_mut(slice.data + index, text.len()).copy_from_slice(&text);
    }
    vm.give_word(fp, 0, if fits { text.len() as i32 } else { 0 })
}
