//! Digests and message authentication of `$Keyring` and `$Crypt`: keyring-sha1(2).

use crate::hidden::Thing;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use digest::{Digest as _, Update};
use dis_rt::{Addr, NIL, TypeId};
use hmac::{Hmac, KeyInit};

/// A digest in the making.
#[derive(Clone)]
pub(crate) enum Digest {
    Md4(md4::Md4),
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    HmacMd5(Hmac<md5::Md5>),
    HmacSha1(Hmac<sha1::Sha1>),
    HmacSha256(Hmac<sha2::Sha256>),
    HmacSha384(Hmac<sha2::Sha384>),
    HmacSha512(Hmac<sha2::Sha512>),
}

/// Does something with whichever it is.
macro_rules! each {
    ($digest:expr, $inner:ident => $act:expr) => {
        match $digest {
            Digest::Md4($inner) => $act,
            Digest::Md5($inner) => $act,
            Digest::Sha1($inner) => $act,
            Digest::Sha224($inner) => $act,
            Digest::Sha256($inner) => $act,
            Digest::Sha384($inner) => $act,
            Digest::Sha512($inner) => $act,
            Digest::HmacMd5($inner) => $act,
            Digest::HmacSha1($inner) => $act,
            Digest::HmacSha256($inner) => $act,
            Digest::HmacSha384($inner) => $act,
            Digest::HmacSha512($inner) => $act,
        }
    };
}

impl Digest {
    fn update(&mut self, bytes: &[u8]) {
        each!(self, inner => Update::update(inner, bytes));
    }

    fn finish(self) -> Vec<u8> {
        each!(self, inner => digest::FixedOutput::finalize_fixed(inner).to_vec())
    }
}

impl Vm {
    /// The first so many bytes of an array that is an argument; what is longer than the array is as long as it.
    fn digested(&mut self, fp: Addr) -> Result<Vec<u8>, Trap> {
        let (array, count) = (self.bytes_argument(fp, 0)?, self.word_argument(fp, 1));
        if array == NIL {
            return if count == 0 { Ok(Vec::new()) } else { Err(Trap::Invalid) };
        }
        let bytes = self.heap.array_bytes(array);
        let count = usize::try_from(count).map_err(|_| Trap::Bounds)?;
        Ok(bytes[..count.min(bytes.len())].to_vec())
    }

    /// Takes in bytes, and puts the digest into an array where there is one. The state is the result.
    fn take_in(&mut self, fp: Addr, first: u32, len: usize, new: impl FnOnce() -> Digest) -> Step {
        let bytes = self.digested(fp)?;
        let out = self.bytes_argument(fp, first)?;
        if out != NIL && (self.heap.slice(out).len as usize) < len {
            return Err(self.refuse("digest buffer too short"));
        }
        let state = self.heap.memory.pointer(self.argument(fp, first + 1));
        let fresh = state == NIL;
        let state = match fresh {
            true => self.new_hidden(Thing::Digest(Box::new(new())))?,
            false => state,
        };
        let Thing::Digest(digest) = self.hidden(state)? else { return Err(Trap::Type) };
        digest.update(&bytes);
        if out != NIL {
            let result = digest.clone().finish();
            let place = self.heap.slice(out).data;
            self.heap.memory.bytes_mut(place, len).copy_from_slice(&result[..len.min(result.len())]);
        }
        if !fresh {
            self.heap.keep(state);
        }
        self.give_reference(fp, 0, state)
    }

    fn authenticate(&mut self, fp: Addr, len: usize, new: impl FnOnce(&[u8]) -> Option<Digest>) -> Step {
        let key = self.bytes_argument(fp, 2)?;
        let bytes = self.heap.array_bytes(key).to_vec();
        let digest = if key == NIL || bytes.len() > 64 { None } else { new(&bytes) };
        let Some(digest) = digest else { return Err(self.refuse("bad encryption key")) };
        self.take_in(fp, 3, len, || digest)
    }
}

macro_rules! digests {
    ($($name:ident, $len:literal, $variant:ident($ty:ty);)*) => {
        $(pub(super) fn $name(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
            vm.take_in(fp, 2, $len, || Digest::$variant(<$ty>::new()))
        })*
    };
}

digests! {
    md4, 16, Md4(md4::Md4);
    md5, 16, Md5(md5::Md5);
    sha1, 20, Sha1(sha1::Sha1);
    sha224, 28, Sha224(sha2::Sha224);
    sha256, 32, Sha256(sha2::Sha256);
    sha384, 48, Sha384(sha2::Sha384);
    sha512, 64, Sha512(sha2::Sha512);
}

macro_rules! authenticators {
    ($($name:ident, $len:literal, $variant:ident($ty:ty);)*) => {
        $(pub(super) fn $name(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
            vm.authenticate(fp, $len, |key| {
                <Hmac<$ty> as KeyInit>::new_from_slice(key).ok().map(Digest::$variant)
            })
        })*
    };
}

authenticators! {
    hmac_md5, 16, HmacMd5(md5::Md5);
    hmac_sha1, 20, HmacSha1(sha1::Sha1);
    hmac_sha256, 32, HmacSha256(sha2::Sha256);
    hmac_sha384, 48, HmacSha384(sha2::Sha384);
    hmac_sha512, 64, HmacSha512(sha2::Sha512);
}

/// Another one that goes on from here on its own.
pub(super) fn copy(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let state = vm.heap.memory.pointer(vm.argument(fp, 0));
    let Thing::Digest(digest) = vm.hidden(state)? else { return Err(Trap::Type) };
    let copy = Thing::Digest(digest.clone());
    let copy = vm.new_hidden(copy)?;
    vm.give_reference(fp, 0, copy)
}
