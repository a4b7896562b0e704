//! Where the words of a signature travel under `Tail`: registers, stack, return area.

use crate::convention::Arch;

/// The register class of one word of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    /// An integer of up to 64 bits; bits above its width are unspecified.
    Int,
    /// A 64-bit float.
    Float,
}

/// Where a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In this element of [`Registers::int`](super::Registers::int).
    Int(u8),
    /// In this element of [`Registers::float`](super::Registers::float).
    Float(u8),
    /// In memory, at this byte offset: of the stack arguments for a parameter, of the return area for a result.
    Memory(u32),
}

/// The places of a signature's words.
///
/// Source: cranelift-codegen 0.135.8, `isa/x64/abi.rs` and `isa/aarch64/abi.rs` (`compute_arg_locs`). Integers and floats
/// take registers independently; what does not fit takes 8 bytes of memory each, in order. When results do not fit, the
/// caller passes the address of a return area: x64 as if it were the first parameter, ARM64 in x8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailLayout {
    /// One place per parameter word.
    pub params: Vec<Place>,
    /// One place per result word.
    pub results: Vec<Place>,
    /// Bytes of stack arguments, which the callee pops: a multiple of 16.
    pub stack_bytes: u32,
    /// Bytes of the return area; 0 when there is none.
    pub area_bytes: u32,
    /// The element of `int` that holds the return area's address, when there is one.
    pub area: Option<u8>,
}

impl TailLayout {
    /// The most words one list can have: their offsets are 32-bit, and stack arguments have to fit the stack.
    pub const MAX_WORDS: usize = 1 << 16;

    /// Lays out a signature; `None` when a list is longer than [`TailLayout::MAX_WORDS`].
    pub fn new(arch: Arch, params: &[Word], results: &[Word]) -> Option<TailLayout> {
        if params.len().max(results.len()) > TailLayout::MAX_WORDS {
            return None;
        }
        let result_registers = if arch == Arch::X64 { 8 } else { 6 };
        let (results, area_bytes) = place(results, 0, result_registers);
        let area = (area_bytes > 0).then_some(if arch == Arch::X64 { 0 } else { 6 });
        let (params, stack_bytes) = place(params, u8::from(area == Some(0)), 6);
        Some(TailLayout { params, results, stack_bytes, area_bytes, area })
    }

    /// The registers a bridge for this signature moves.
    pub fn shape(&self) -> super::BridgeShape {
        let count = |places: &[Place], class: fn(&Place) -> Option<u8>| {
            places.iter().filter_map(class).map(|index| index + 1).max().unwrap_or(0)
        };
        let int = |place: &Place| if let Place::Int(index) = place { Some(*index) } else { None };
        let float = |place: &Place| if let Place::Float(index) = place { Some(*index) } else { None };
        super::BridgeShape {
            int_args: count(&self.params, int).max(self.area.map_or(0, |area| area + 1)),
            float_args: count(&self.params, float),
            int_results: count(&self.results, int),
            float_results: count(&self.results, float),
            stack: self.stack_bytes > 0,
        }
    }
}

/// Places words in registers from `first` on, `ints` of them, and 8 float registers; and the bytes of memory they need.
fn place(words: &[Word], first: u8, ints: u8) -> (Vec<Place>, u32) {
    let (mut int, mut float, mut memory) = (first, 0, 0);
    let places = words.iter().map(|word| match word {
        Word::Int if int < ints => {
            int += 1;
            Place::Int(int - 1)
        }
        Word::Float if float < 8 => {
            float += 1;
            Place::Float(float - 1)
        }
        _ => {
            memory += 8;
            Place::Memory(memory - 8)
        }
    });
    let places = places.collect();
    (places, u32::next_multiple_of(memory, 16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Place::{Float, Int, Memory};

    #[test]
    fn classes_take_registers_independently() {
        let words = [Word::Int, Word::Float, Word::Int, Word::Float];
        for arch in [Arch::X64, Arch::Arm64] {
            let layout = TailLayout::new(arch, &words, &words).unwrap();
            assert_eq!(layout.params, [Int(0), Float(0), Int(1), Float(1)]);
            assert_eq!(layout.results, layout.params);
            assert_eq!((layout.stack_bytes, layout.area_bytes, layout.area), (0, 0, None));
            let shape = layout.shape();
            assert_eq!((shape.int_args, shape.float_args, shape.stack), (2, 2, false));
            assert_eq!((shape.int_results, shape.float_results), (2, 2));
        }
    }

    #[test]
    fn what_does_not_fit_goes_to_memory_in_order() {
        let words: Vec<Word> = (0..20).map(|i| if i % 2 == 0 { Word::Int } else { Word::Float }).collect();
        let x64 = TailLayout::new(Arch::X64, &words, &[]).unwrap();
        assert_eq!(x64.params[10..14], [Int(5), Float(5), Memory(0), Float(6)]);
        assert_eq!(x64.params[14..], [Memory(8), Float(7), Memory(16), Memory(24), Memory(32), Memory(40)]);
        assert_eq!(x64.stack_bytes, 48);
        assert_eq!(TailLayout::new(Arch::Arm64, &words, &[]).unwrap().params, x64.params);
    }

    #[test]
    fn results_beyond_the_registers_need_an_area() {
        let nine = [Word::Int; 9];
        let x64 = TailLayout::new(Arch::X64, &[Word::Int], &nine).unwrap();
        assert_eq!((x64.area, x64.area_bytes, &x64.params[..]), (Some(0), 16, &[Int(1)][..]));
        assert_eq!(x64.results[7..], [Int(7), Memory(0)]);
        let arm64 = TailLayout::new(Arch::Arm64, &[Word::Int], &nine).unwrap();
        assert_eq!((arm64.area, arm64.area_bytes, &arm64.params[..]), (Some(6), 32, &[Int(0)][..]));
        assert_eq!(arm64.results[5..], [Int(5), Memory(0), Memory(8), Memory(16)]);
        assert_eq!(arm64.shape().int_args, 7);
    }

    #[test]
    fn absurd_signatures_are_refused() {
        let words = vec![Word::Int; TailLayout::MAX_WORDS + 1];
        assert_eq!(TailLayout::new(Arch::X64, &words, &[]), None);
        assert_eq!(TailLayout::new(Arch::Arm64, &[], &words), None);
    }
}
