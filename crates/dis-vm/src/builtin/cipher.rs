//! Ciphers of `$Keyring` and `$Crypt`: keyring-crypt(2). Blocks are chained here; the ciphers are RustCrypto's.

use crate::hidden::Thing;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, StreamCipher};
use dis_rt::{Addr, NIL, TypeId};

/// A key, and for a cipher of blocks what the next one is chained to.
pub(crate) enum Key {
    Aes128(Box<aes::Aes128>),
    Aes192(Box<aes::Aes192>),
    Aes256(Box<aes::Aes256>),
    Des(Box<des::Des>),
    Idea(Box<idea::Idea>),
    Blowfish(Box<blowfish::Blowfish>),
    Rc4(Box<rc4::Rc4>),
}

pub(crate) struct Cipher {
    key: Key,
    chain: Vec<u8>,
}

/// Which ciphers a function is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Aes,
    Des,
    Idea,
    Blowfish,
}

fn block<C: BlockCipherEncrypt + BlockCipherDecrypt>(cipher: &C, bytes: &mut [u8], decrypts: bool) {
    let Ok(block) = <&mut Block<C>>::try_from(bytes) else { return };
    if decrypts { cipher.decrypt_block(block) } else { cipher.encrypt_block(block) }
}

impl Cipher {
    fn family(&self) -> Option<Family> {
        match self.key {
            Key::Aes128(_) | Key::Aes192(_) | Key::Aes256(_) => Some(Family::Aes),
            Key::Des(_) => Some(Family::Des),
            Key::Idea(_) => Some(Family::Idea),
            Key::Blowfish(_) => Some(Family::Blowfish),
            Key::Rc4(_) => None,
        }
    }

    fn block(&self, bytes: &mut [u8], decrypts: bool) {
        match &self.key {
            Key::Aes128(key) => block(&**key, bytes, decrypts),
            Key::Aes192(key) => block(&**key, bytes, decrypts),
            Key::Aes256(key) => block(&**key, bytes, decrypts),
            Key::Des(key) => block(&**key, bytes, decrypts),
            Key::Idea(key) => block(&**key, bytes, decrypts),
            Key::Blowfish(key) => block(&**key, bytes, decrypts),
            Key::Rc4(_) => {}
        }
    }

    /// Each block with the one before. A last one that is not whole is mixed with the encrypted chain.
    fn chained(&mut self, bytes: &mut [u8], decrypts: bool) {
        let size = self.chain.len();
        for part in bytes.chunks_mut(size) {
            if part.len() < size {
                let mut chain = std::mem::take(&mut self.chain);
                self.block(&mut chain, false);
                part.iter_mut().zip(&chain).for_each(|(byte, other)| *byte ^= other);
                self.chain = chain;
                return;
            }
            let before = part.to_vec();
            if decrypts {
                self.block(part, true);
                part.iter_mut().zip(&self.chain).for_each(|(byte, other)| *byte ^= other);
                self.chain = before;
            } else {
                part.iter_mut().zip(&self.chain).for_each(|(byte, other)| *byte ^= other);
                self.block(part, false);
                self.chain = part.to_vec();
            }
        }
    }
}

impl Vm {
    /// A state for a key and a first block to chain to: both are arrays.
    fn set_up(&mut self, fp: Addr, size: usize, new: impl FnOnce(&[u8]) -> Option<Key>) -> Step {
        let (key, first) = (self.bytes_argument(fp, 0)?, self.bytes_argument(fp, 1)?);
        let Some(key) = new(self.heap.array_bytes(key)) else {
            return Err(self.refuse("bad encryption key"));
        };
        let chain = match self.heap.array_bytes(first).get(..size) {
            Some(chain) => chain.to_vec(),
            None if first == NIL => vec![0; size],
            None => return Err(self.refuse("bad ivec")),
        };
        let state = self.new_hidden(Thing::Cipher(Cipher { key, chain }))?;
        self.give_reference(fp, 0, state)
    }

    /// The bytes that a call changes: the state comes first, then the array and how many.
    fn ciphered(
        &mut self,
        fp: Addr,
        family: Option<Family>,
        whole: usize,
        act: impl FnOnce(&mut Cipher, &mut [u8]),
    ) -> Step {
        let (array, count) = (self.bytes_argument(fp, 1)?, self.word_argument(fp, 2));
        if array == NIL {
            return Ok(());
        }
        let slice = self.heap.slice(array);
        let count =
            usize::try_from(count).ok().filter(|count| *count <= slice.len as usize).ok_or(Trap::Bounds)?;
        if !count.is_multiple_of(whole) {
            return Err(self.refuse("data not multiple of block size"));
        }
        let mut bytes = self.heap.memory.bytes(slice.data, count).to_vec();
        let state = self.heap.memory.pointer(self.argument(fp, 0));
        match self.hidden(state)? {
            Thing::Cipher(cipher) if cipher.family() == family => act(cipher, &mut bytes),
            _ => return Err(self.refuse("bad encryption state")),
        }
        if count > 0 {
            self.heap.memory.bytes_mut(slice.data, count).copy_from_slice(&bytes);
        }
        Ok(())
    }

    fn chain(&mut self, fp: Addr, family: Family, whole: usize) -> Step {
        let decrypts = self.word_argument(fp, 3) != 0;
        self.ciphered(fp, Some(family), whole, |cipher, bytes| cipher.chained(bytes, decrypts))
    }

    fn separately(&mut self, fp: Addr, family: Family) -> Step {
        let decrypts = self.word_argument(fp, 3) != 0;
        self.ciphered(fp, Some(family), 8, |cipher, bytes| {
            bytes.chunks_mut(8).for_each(|part| cipher.block(part, decrypts));
        })
    }
}

pub(super) fn aessetup(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.set_up(fp, 16, |key| match key.len() {
        16 => aes::Aes128::new_from_slice(key).ok().map(|key| Key::Aes128(Box::new(key))),
        24 => aes::Aes192::new_from_slice(key).ok().map(|key| Key::Aes192(Box::new(key))),
        32 => aes::Aes256::new_from_slice(key).ok().map(|key| Key::Aes256(Box::new(key))),
        _ => None,
    })
}

pub(super) fn dessetup(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.set_up(fp, 8, |key| Some(Key::Des(Box::new(des::Des::new_from_slice(key.get(..8)?).ok()?))))
}

pub(super) fn ideasetup(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.set_up(fp, 8, |key| Some(Key::Idea(Box::new(idea::Idea::new_from_slice(key.get(..16)?).ok()?))))
}

pub(super) fn blowfishsetup(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.set_up(fp, 8, |key| Some(Key::Blowfish(Box::new(blowfish::Blowfish::new_from_slice(key).ok()?))))
}

pub(super) fn aescbc(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.chain(fp, Family::Aes, 1)
}

pub(super) fn descbc(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.chain(fp, Family::Des, 8)
}

pub(super) fn ideacbc(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.chain(fp, Family::Idea, 8)
}

pub(super) fn blowfishcbc(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.chain(fp, Family::Blowfish, 8)
}

pub(super) fn desecb(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.separately(fp, Family::Des)
}

pub(super) fn ideaecb(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.separately(fp, Family::Idea)
}

pub(super) fn rc4setup(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let seed = vm.bytes_argument(fp, 0)?;
    if seed == NIL {
        return vm.give_reference(fp, 0, NIL);
    }
    let key = rc4::Rc4::new_from_slice(vm.heap.array_bytes(seed)).ok();
    let Some(key) = key else { return Err(vm.refuse("bad encryption key")) };
    let state = vm.new_hidden(Thing::Cipher(Cipher { key: Key::Rc4(Box::new(key)), chain: Vec::new() }))?;
    vm.give_reference(fp, 0, state)
}

fn stream(cipher: &mut Cipher, bytes: &mut [u8]) {
    if let Key::Rc4(key) = &mut cipher.key {
        key.apply_keystream(bytes);
    }
}

pub(super) fn rc4(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.ciphered(fp, None, 1, stream)
}

/// Passes over some of the stream.
pub(super) fn rc4skip(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let state = vm.heap.memory.pointer(vm.argument(fp, 0));
    let count = usize::try_from(vm.word_argument(fp, 1)).map_err(|_| Trap::Bounds)?.min(1 << 26);
    match vm.hidden(state)? {
        Thing::Cipher(cipher) if cipher.family().is_none() => {
            let mut block = [0; 4096];
            let mut left = count;
            while left > 0 {
                let some = left.min(block.len());
                stream(cipher, &mut block[..some]);
                left -= some;
            }
            Ok(())
        }
        _ => Err(vm.refuse("bad encryption state")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(key: &[u8]) -> Cipher {
        let key = aes::Aes128::new_from_slice(key).expect("16 bytes");
        Cipher { key: Key::Aes128(Box::new(key)), chain: vec![0; 16] }
    }

    #[test]
    fn chained_blocks_come_back_and_begin_as_the_standard_says() {
        let key: Vec<u8> = (0..16).collect();
        let mut bytes: Vec<u8> = (0..16).map(|n| n * 0x11).chain(0..20).collect();
        let text = bytes.clone();
        cipher(&key).chained(&mut bytes, false);
        // FIPS 197, C.1: with a chain of zeros the first block is the cipher's own.
        assert_eq!(bytes[..4], [0x69, 0xc4, 0xe0, 0xd8]);
        cipher(&key).chained(&mut bytes, true);
        assert_eq!(bytes, text);
    }
}
