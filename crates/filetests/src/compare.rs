//! What a tier saw, against what a file says.

use crate::directive::{Expected, ExpectedEnding, ExpectedFrame, ExpectedValue};
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

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// With these results.
    Return(Vec<Const>),
    /// With an exception.
    Throw,
    /// With this trap.
    Trap(u16),
    /// Through a guard with this reason and these frames.
    Deopt(u16, Vec<Frame>),
    /// With too many nested calls.
    StackOverflow,
    /// Because a poll stopped it.
    Stopped,
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
    let addresses = Addresses(observed);
    if !addresses.ending(&expected.ending, &observed.ending) {
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

/// Knows where the data was.
struct Addresses<'a>(&'a Observed);

impl Addresses<'_> {
    fn ending(&self, expected: &ExpectedEnding, found: &Ending) -> bool {
        match (expected, found) {
            (ExpectedEnding::Return(expected), Ending::Return(found)) => {
                let found: Vec<Option<Const>> = found.iter().copied().map(Some).collect();
                self.values(expected, &found)
            }
            (ExpectedEnding::Deopt(reason, expected), Ending::Deopt(why, found)) => {
                reason == why
                    && expected.len() == found.len()
                    && expected.iter().zip(found).all(|(expected, found)| self.frame(expected, found))
            }
            (ExpectedEnding::Trap(expected), Ending::Trap(found)) => expected == found,
            (ExpectedEnding::Throw, Ending::Throw)
            | (ExpectedEnding::StackOverflow, Ending::StackOverflow)
            | (ExpectedEnding::Stopped, Ending::Stopped) => true,
            _ => false,
        }
    }

    fn frame(&self, expected: &ExpectedFrame, found: &Frame) -> bool {
        (expected.code, expected.offset) == (found.code, found.offset)
            && self.values(&expected.slots, &found.slots)
    }

    fn values(&self, expected: &[ExpectedValue], found: &[Option<Const>]) -> bool {
        expected.len() == found.len()
            && expected.iter().zip(found).all(|(expected, found)| self.value(expected, *found))
    }

    fn value(&self, expected: &ExpectedValue, found: Option<Const>) -> bool {
        match (expected, found) {
            (ExpectedValue::Any, _) => true,
            // Nobody will look, so something may be there.
            (ExpectedValue::Dead, _) => true,
            (ExpectedValue::Const(expected), Some(found)) => *expected == found,
            (ExpectedValue::Nan, Some(found)) => found.ty() == Type::F64 && found.as_f64().is_nan(),
            (ExpectedValue::Data(piece, offset), Some(found)) => {
                let base = self.0.data.get(*piece).map(|(address, _)| address.wrapping_add(*offset));
                found.ty() == Type::Ptr && Some(found.bits()) == base
            }
            (_, None) => false,
        }
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
        let frame = |code| Ending::Deopt(1, vec![Frame { code, offset: 2, slots: vec![None] }]);
        let slots = vec![ExpectedValue::Dead];
        let wanted = ExpectedEnding::Deopt(1, vec![ExpectedFrame { code: 7, offset: 2, slots }]);
        assert!(compare(&expected(wanted.clone()), &observed(frame(7))).is_ok());
        assert!(compare(&expected(wanted), &observed(frame(8))).is_err());
    }
}
