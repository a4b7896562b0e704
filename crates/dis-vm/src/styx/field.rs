//! Fields of Styx messages.

use super::{MOST_NAMES, Malformed};

/// What tells a server's files apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Qid {
    /// The highest bits of the mode.
    pub(crate) kind: u8,
    pub(crate) version: u32,
    pub(crate) path: u64,
}

/// What is read and written, behind its size in 4 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Data(pub(crate) Vec<u8>);

/// What is known of a file, behind its size in 2 bytes. stat(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packed(pub(crate) Vec<u8>);

/// The rest of a message.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader(bytes)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) =
            self.0.split_at_checked(count).ok_or(Malformed("a message that ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }
}

/// A kind of field.
pub(crate) trait Field: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed>;
}

macro_rules! number {
    ($($ty:ty)*) => {$(
        impl Field for $ty {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend(self.to_le_bytes());
            }

            fn get(from: &mut Reader<'_>) -> Result<$ty, Malformed> {
                let mut bytes = [0; size_of::<$ty>()];
                bytes.copy_from_slice(from.take(size_of::<$ty>())?);
                Ok(<$ty>::from_le_bytes(bytes))
            }
        }
    )*};
}

number!(u8 u16 u32 u64);

impl Field for String {
    /// What does not fit into 2 bytes of size is cut.
    fn put(&self, out: &mut Vec<u8>) {
        let mut end = self.len().min(u16::MAX.into());
        while !self.is_char_boundary(end) {
            end -= 1;
        }
        (end as u16).put(out);
        out.extend(&self.as_bytes()[..end]);
    }

    fn get(from: &mut Reader<'_>) -> Result<String, Malformed> {
        let size = u16::get(from)?;
        let text =
            std::str::from_utf8(from.take(size.into())?).map_err(|_| Malformed("text that is not UTF-8"))?;
        Ok(text.to_owned())
    }
}

impl Field for Qid {
    fn put(&self, out: &mut Vec<u8>) {
        self.kind.put(out);
        self.version.put(out);
        self.path.put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Qid, Malformed> {
        Ok(Qid { kind: u8::get(from)?, version: u32::get(from)?, path: u64::get(from)? })
    }
}

impl Field for Data {
    fn put(&self, out: &mut Vec<u8>) {
        (self.0.len() as u32).put(out);
        out.extend(&self.0);
    }

    fn get(from: &mut Reader<'_>) -> Result<Data, Malformed> {
        let size = u32::get(from)?;
        Ok(Data(from.take(size as usize)?.to_vec()))
    }
}

impl Field for Packed {
    fn put(&self, out: &mut Vec<u8>) {
        (self.0.len() as u16).put(out);
        out.extend(&self.0);
    }

    fn get(from: &mut Reader<'_>) -> Result<Packed, Malformed> {
        let size = u16::get(from)?;
        Ok(Packed(from.take(size.into())?.to_vec()))
    }
}

/// Names of a walk, and where it led.
impl<T: Field> Field for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u16).put(out);
        self.iter().for_each(|one| one.put(out));
    }

    fn get(from: &mut Reader<'_>) -> Result<Vec<T>, Malformed> {
        let count = usize::from(u16::get(from)?);
        if count > MOST_NAMES {
            return Err(Malformed("a walk of too many names"));
        }
        (0..count).map(|_| T::get(from)).collect()
    }
}
