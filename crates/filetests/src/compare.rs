//! What a tier saw, against what a file says.

use crate::directive::{Expected, ExpectedEnding, ExpectedFrame, ExpectedObject, ExpectedValue, Piece};
use ir::Type;
use ir::eval::Const;

/// A guest frame that a guard left with; `None` is a dead slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The guest's name of the code.
    pub code: u32,
    /// Bytecode offset.
    pub offset: u32,
    /// Slots.
    pub slots: Vec<Option<Const>>,
}

/// An object that was made for the frames of a guard that left.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Where it is.
    pub address: u64,
    /// Size in bytes.
    pub size: u32,
    /// Guest-defined kind.
    pub kind: u32,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// With these results.
    Return(Vec<Const>),
    /// With an exception.
    Throw,
    /// With this trap.
    Trap(u16),
    /// Through a guard with this reason, these frames and these objects made for them.
    Deopt(u16, Vec<Frame>, Vec<Object>),
    /// With too many nested calls.
    StackOverflow,
    /// Because a poll stopped it.
    Stopped,
    /// Through a guard; the tier does not see more.
    Left,
    /// In a way that no file can ask for.
    Other(String),
}

/// Everything that is seen of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// How it ended.
    pub ending: Ending,
    /// What it handed to `@note`, in order.
    pub notes: Vec<i64>,
    /// Address and contents of each piece of data afterwards.
    pub data: Vec<(u64, Vec<u8>)>,
    /// Guards it passed or left through, of those that can be forced.
    pub guards: u64,
}

/// Whether a run did what it must.
///
/// # Errors
/// The first difference.
pub fn compare(expected: &Expected, observed: &Observed) -> Result<(), String> {
    let mut matcher = Matcher { observed, objects: Vec::new() };
    if !matcher.ending(&expected.ending, &observed.ending) {
        return Err(format!("ended with {:?}", observed.ending));
    }
    if expected.notes != observed.notes {
        return Err(format!("noted {:?}", observed.notes));
    }
    for (piece, bytes) in &expected.data {
        let found = observed.data.get(*piece).map_or(&[][..], |(_, bytes)| bytes);
        if !found.starts_with(bytes) {
            return Err(format!("left {found:02x?}"));
        }
    }
    Ok(())
}

/// Compares values, some of which are addresses that nobody knows beforehand.
struct Matcher<'a> {
    observed: &'a Observed,
    /// Addresses of the expectation's objects, as far as something said where they are.
    objects: Vec<(usize, u64)>,
}

impl Matcher<'_> {
    fn ending(&mut self, expected: &ExpectedEnding, found: &Ending) -> bool {
        match (expected, found) {
            (ExpectedEnding::Return(expected), Ending::Return(found)) => {
                let found: Vec<Option<Const>> = found.iter().copied().map(Some).collect();
                self.values(expected, &found)
            }
            (ExpectedEnding::Deopt(reason, frames, objects), Ending::Deopt(why, found, made)) => {
                reason == why
                    && frames.len() == found.len()
                    && frames.iter().zip(found).all(|(expected, found)| self.frame(expected, found))
                    && self.all_objects(objects, made)
            }
            (ExpectedEnding::Trap(expected), Ending::Trap(found)) => expected == found,
            (ExpectedEnding::Deopt(..), Ending::Left)
            | (ExpectedEnding::Throw, Ending::Throw)
            | (ExpectedEnding::StackOverflow, Ending::StackOverflow)
            | (ExpectedEnding::Stopped, Ending::Stopped) => true,
            _ => false,
        }
    }

    fn frame(&mut self, expected: &ExpectedFrame, found: &Frame) -> bool {
        (expected.code, expected.offset) == (found.code, found.offset)
            && self.values(&expected.slots, &found.slots)
    }

    fn values(&mut self, expected: &[ExpectedValue], found: &[Option<Const>]) -> bool {
        expected.len() == found.len()
            && expected.iter().zip(found).all(|(expected, found)| self.value(expected, *found))
    }

    fn value(&mut self, expected: &ExpectedValue, found: Option<Const>) -> bool {
        match (expected, found) {
            // Where nobody will look something may be.
            (ExpectedValue::Any | ExpectedValue::Dead, _) => true,
            (ExpectedValue::Const(expected), Some(found)) => *expected == found,
            (ExpectedValue::Nan, Some(found)) => found.ty() == Type::F64 && found.as_f64().is_nan(),
            (ExpectedValue::Data(piece, offset), Some(found)) => {
                let base = self.observed.data.get(*piece).map(|(address, _)| address.wrapping_add(*offset));
                found.ty() == Type::Ptr && Some(found.bits()) == base
            }
            (ExpectedValue::Object(number), Some(found)) => {
                found.ty() == Type::Ptr && self.object_at(*number, found.bits())
            }
            (_, None) => false,
        }
    }

    /// Whether the object may be at this address: nothing said otherwise, and no other object is there.
    fn object_at(&mut self, number: usize, address: u64) -> bool {
        match self.objects.iter().find(|(known, place)| *known == number || *place == address) {
            Some(known) => *known == (number, address),
            None => {
                self.objects.push((number, address));
                true
            }
        }
    }

    /// Objects are compared as something leads to them; the contents of one may say where another is.
    fn all_objects(&mut self, expected: &[ExpectedObject], made: &[Object]) -> bool {
        let mut next = 0;
        while let Some((number, address)) = self.objects.get(next).copied() {
            next += 1;
            let pair = expected.get(number).zip(made.iter().find(|object| object.address == address));
            if !pair.is_some_and(|(expected, found)| self.object(expected, found)) {
                return false;
            }
        }
        next == expected.len()
    }

    fn object(&mut self, expected: &ExpectedObject, found: &Object) -> bool {
        let mut bytes = found.bytes.iter().copied();
        let same = expected.contents.iter().all(|piece| match piece {
            Piece::Byte(byte) => bytes.next() == Some(*byte),
            Piece::Object(number) => {
                let word: Vec<u8> = bytes.by_ref().take(8).collect();
                let address = word.try_into().map(u64::from_le_bytes);
                address.is_ok_and(|address| self.object_at(*number, address))
            }
        });
        same && bytes.all(|byte| byte == 0) && (expected.size, expected.kind) == (found.size, found.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(ending: Ending) -> Observed {
        Observed { ending, notes: vec![4], data: vec![(0x100, vec![1, 2])], guards: 0 }
    }

    fn expected(ending: ExpectedEnding) -> Expected {
        Expected { ending, notes: vec![4], data: vec![(0, vec![1])] }
    }

    #[test]
    fn values_are_compared_by_their_bits() {
        let zero = |x: f64| ExpectedEnding::Return(vec![ExpectedValue::Const(Const::f64(x))]);
        assert!(compare(&expected(zero(0.0)), &observed(Ending::Return(vec![Const::f64(0.0)]))).is_ok());
        assert!(compare(&expected(zero(0.0)), &observed(Ending::Return(vec![Const::f64(-0.0)]))).is_err());
        let nan = ExpectedEnding::Return(vec![ExpectedValue::Nan]);
        assert!(
            compare(&expected(nan.clone()), &observed(Ending::Return(vec![Const::f64(-f64::NAN)]))).is_ok()
        );
        assert!(compare(&expected(nan), &observed(Ending::Return(vec![Const::f64(0.0)]))).is_err());
        let place = ExpectedEnding::Return(vec![ExpectedValue::Data(0, 8)]);
        assert!(
            compare(&expected(place.clone()), &observed(Ending::Return(vec![Const::ptr(0x108)]))).is_ok()
        );
        assert!(compare(&expected(place), &observed(Ending::Return(vec![Const::ptr(0x100)]))).is_err());
    }

    #[test]
    fn everything_else_counts_too() {
        let throw = || expected(ExpectedEnding::Throw);
        assert!(compare(&throw(), &observed(Ending::Throw)).is_ok());
        assert!(compare(&throw(), &observed(Ending::Trap(0))).is_err());
        assert!(compare(&Expected { notes: vec![], ..throw() }, &observed(Ending::Throw)).is_err());
        assert!(
            compare(&Expected { data: vec![(0, vec![2])], ..throw() }, &observed(Ending::Throw)).is_err()
        );
        let frame = |code| Ending::Deopt(1, vec![Frame { code, offset: 2, slots: vec![None] }], vec![]);
        let slots = vec![ExpectedValue::Dead];
        let wanted = ExpectedEnding::Deopt(1, vec![ExpectedFrame { code: 7, offset: 2, slots }], vec![]);
        assert!(compare(&expected(wanted.clone()), &observed(frame(7))).is_ok());
        assert!(compare(&expected(wanted), &observed(frame(8))).is_err());
    }

    #[test]
    fn objects_are_compared_by_what_they_hold() {
        let slots = vec![ExpectedValue::Object(0), ExpectedValue::Object(0)];
        let contents = |first| vec![Piece::Byte(first), Piece::Object(1)];
        let object = |contents| ExpectedObject { size: 16, kind: 3, contents };
        let ending = |first| {
            let frames = vec![ExpectedFrame { code: 7, offset: 2, slots: slots.clone() }];
            ExpectedEnding::Deopt(1, frames, vec![object(contents(first)), object(vec![])])
        };
        let made = |address, first: u8, to: u64| {
            let bytes = [&[first][..], &to.to_le_bytes(), &[0; 7]].concat();
            Object { address, size: 16, kind: 3, bytes }
        };
        let left = |second, inner| {
            let frames = vec![Frame {
                code: 7,
                offset: 2,
                slots: vec![Some(Const::ptr(0x10)), Some(Const::ptr(second))],
            }];
            observed(Ending::Deopt(1, frames, vec![made(0x10, 9, 0x20), made(0x20, inner, 0)]))
        };
        assert_eq!(compare(&expected(ending(9)), &left(0x10, 0)), Ok(()));
        assert!(compare(&expected(ending(8)), &left(0x10, 0)).is_err(), "another byte");
        assert!(compare(&expected(ending(9)), &left(0x20, 0)).is_err(), "another object");
        assert!(compare(&expected(ending(9)), &left(0x10, 1)).is_err(), "a byte of the inner object");
    }
}
