//! Messages of Styx, which is 9P2000: what clients ask servers of files, and what those reply. intro(5).
//!
//! Numbers are little-endian. A message is its size in 4 bytes, itself included, its kind, a tag that the reply has too, and
//! the fields of its kind. Whatever bytes come in are a message or [`Malformed`].

mod field;
mod wire;

pub(crate) use field::{Data, Field, Packed, Qid, Reader};
pub(crate) use wire::Wire;

/// The tag of what has none: version messages.
pub(crate) const NO_TAG: u16 = u16::MAX;
/// The fid of who does not authenticate.
pub(crate) const NO_FID: u32 = u32::MAX;
/// Bytes of size, kind and tag.
pub(crate) const HEADER: usize = 7;
/// Bytes that a message with data takes beside these.
pub(crate) const DATA_HEADER: u32 = 24;
/// Largest message that is agreed to here.
pub(crate) const LARGEST: u32 = (64 << 10) + DATA_HEADER;
/// Most names in one walk.
pub(crate) const MOST_NAMES: usize = 16;
/// What both sides have to speak.
pub(crate) const VERSION: &str = "9P2000";

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

macro_rules! messages {
    ($($(#[$doc:meta])* $number:literal $name:ident { $($field:ident: $ty:ty),* })*) => {
        /// A message without its tag.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) enum Message {
            $($(#[$doc])* $name { $($field: $ty),* },)*
        }

        impl Message {
            fn kind(&self) -> u8 {
                match self { $(Message::$name { .. } => $number,)* }
            }

            fn put(&self, out: &mut Vec<u8>) {
                match self { $(Message::$name { $($field),* } => { $($field.put(out);)* let _ = &out; })* }
            }

            fn get(kind: u8, from: &mut Reader<'_>) -> Result<Message, Malformed> {
                let _ = &from;
                match kind {
                    $($number => Ok(Message::$name { $($field: Field::get(from)?),* }),)*
                    _ => Err(Malformed("a kind of message that there is not")),
                }
            }
        }
    };
}

messages! {
    100 Tversion { msize: u32, version: String }
    101 Rversion { msize: u32, version: String }
    102 Tauth { afid: u32, user: String, tree: String }
    103 Rauth { qid: Qid }
    104 Tattach { fid: u32, afid: u32, user: String, tree: String }
    105 Rattach { qid: Qid }
    107 Rerror { why: String }
    108 Tflush { old: u16 }
    109 Rflush {}
    110 Twalk { fid: u32, new: u32, names: Vec<String> }
    111 Rwalk { qids: Vec<Qid> }
    112 Topen { fid: u32, mode: u8 }
    113 Ropen { qid: Qid, unit: u32 }
    114 Tcreate { fid: u32, name: String, perm: u32, mode: u8 }
    115 Rcreate { qid: Qid, unit: u32 }
    116 Tread { fid: u32, offset: u64, count: u32 }
    117 Rread { data: Data }
    118 Twrite { fid: u32, offset: u64, data: Data }
    119 Rwrite { count: u32 }
    120 Tclunk { fid: u32 }
    121 Rclunk {}
    122 Tremove { fid: u32 }
    123 Rremove {}
    124 Tstat { fid: u32 }
    125 Rstat { stat: Packed }
    126 Twstat { fid: u32, stat: Packed }
    127 Rwstat {}
}

impl Message {
    /// Whether it is what servers say.
    pub(crate) fn is_reply(&self) -> bool {
        self.kind() % 2 == 1
    }
}

/// A message's bytes.
pub(crate) fn encode(tag: u16, message: &Message) -> Vec<u8> {
    let mut out = vec![0; 4];
    out.push(message.kind());
    out.extend(tag.to_le_bytes());
    message.put(&mut out);
    let size = (out.len() as u32).to_le_bytes();
    out[..4].copy_from_slice(&size);
    out
}

/// The tag and the message of all these bytes.
pub(crate) fn decode(bytes: &[u8]) -> Result<(u16, Message), Malformed> {
    let mut from = Reader::new(bytes);
    if u32::get(&mut from)? as usize != bytes.len() {
        return Err(Malformed("a message of another size than it says"));
    }
    let (kind, tag) = (u8::get(&mut from)?, u16::get(&mut from)?);
    let message = Message::get(kind, &mut from)?;
    if from.is_done() { Ok((tag, message)) } else { Err(Malformed("a message with more than its fields")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Message> {
        use Message::*;
        let (qid, text) = (Qid { kind: 0x80, version: 7, path: 1 << 40 }, || "Ägypten".to_owned());
        let (stat, data) = (Packed(vec![2, 0, 9, 9]), || Data(vec![0, 255, 3]));
        vec![
            Tversion { msize: 8192, version: VERSION.into() },
            Rversion { msize: 8192, version: text() },
            Tauth { afid: 1, user: text(), tree: String::new() },
            Rauth { qid },
            Tattach { fid: 1, afid: NO_FID, user: text(), tree: text() },
            Rattach { qid },
            Rerror { why: text() },
            Tflush { old: 3 },
            Rflush {},
            Twalk { fid: 1, new: 2, names: vec!["a".into(), String::new(), text()] },
            Rwalk { qids: vec![qid, qid] },
            Topen { fid: 1, mode: 0x51 },
            Ropen { qid, unit: 8168 },
            Tcreate { fid: 1, name: text(), perm: 1 << 31, mode: 2 },
            Rcreate { qid, unit: 0 },
            Tread { fid: 1, offset: u64::MAX, count: 5 },
            Rread { data: data() },
            Twrite { fid: 1, offset: 1, data: data() },
            Rwrite { count: 3 },
            Tclunk { fid: 1 },
            Rclunk {},
            Tremove { fid: 1 },
            Rremove {},
            Tstat { fid: 1 },
            Rstat { stat: stat.clone() },
            Twstat { fid: 1, stat },
            Rwstat {},
        ]
    }

    #[test]
    fn every_message_is_read_as_it_was_written() {
        for (tag, message) in (60_000..).zip(all()) {
            assert_eq!(decode(&encode(tag, &message)), Ok((tag, message)));
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_manual() {
        let walk = Message::Twalk { fid: 1, new: 2, names: vec!["ab".into()] };
        let bytes = [21, 0, 0, 0, 110, 5, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0, b'a', b'b'];
        assert_eq!(encode(5, &walk), bytes);
    }

    #[test]
    fn cut_and_changed_messages_are_malformed_or_messages() {
        let mut random = 0x9e37_79b9_7f4a_7c15u64;
        let mut next = |end: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 11) as usize % end
        };
        for message in all() {
            let bytes = encode(1, &message);
            for end in 0..bytes.len() {
                assert!(decode(&bytes[..end]).is_err());
                let mut cut = bytes[..end].to_vec();
                if end >= 4 {
                    cut[..4].copy_from_slice(&(end as u32).to_le_bytes());
                    assert!(decode(&cut).is_err(), "{message:?} cut at {end}");
                }
            }
            for _ in 0..4000 {
                let mut changed = bytes.clone();
                for _ in 0..1 + next(3) {
                    let at = next(changed.len());
                    changed[at] = next(256) as u8;
                }
                if let Ok((tag, message)) = decode(&changed) {
                    assert_eq!(encode(tag, &message), changed);
                }
            }
        }
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..next(40)).map(|_| next(256) as u8).collect();
            let _ = decode(&bytes);
        }
    }
}
