//! Between typed constants and the registers and stack words of the managed convention.

use abi::Arch;
use abi::thunk::tail::{BridgeShape, Place, Registers, TailLayout, Word};
use ir::eval::Const;
use ir::{Signature, Type};
use smallvec::SmallVec;

/// Stack arguments, or a return area.
pub(crate) type WordVec = SmallVec<[u64; 16]>;

/// Where everything of one signature travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLayout {
    signature: Signature,
    tail: TailLayout,
}

/// The machine words a value of a type is passed in.
fn words(ty: Type) -> &'static [Word] {
    match ty {
        Type::F64 => &[Word::Float],
        Type::Pair => &[Word::Int, Word::Int],
        Type::I32 | Type::I64 | Type::Bool | Type::Ptr | Type::Boxed => &[Word::Int],
    }
}

/// The 64-bit words a list of values takes, status not included.
pub(crate) fn word_count(types: &[Type]) -> usize {
    types.iter().map(|ty| words(*ty).len()).sum()
}

/// The words of a list of 64-bit integers and pointers; `None` when there are other types in it, of which a word has bits
/// that say nothing.
pub(crate) fn whole_words(types: &[Type]) -> Option<usize> {
    let whole = |ty: &Type| matches!(ty, Type::I64 | Type::Ptr | Type::Boxed | Type::Pair);
    types.iter().all(whole).then(|| word_count(types))
}

/// Values of these types from words in order.
pub(crate) fn from_words(types: &[Type], mut next: impl FnMut() -> u64) -> Vec<Const> {
    let value = |ty: &Type| match ty {
        Type::Pair => {
            let first = next();
            Const::pair(first, next())
        }
        _ => Const::new(*ty, next()),
    };
    types.iter().map(value).collect()
}

/// Calls `put` with every word of the values in order.
pub(crate) fn to_words(values: &[Const], mut put: impl FnMut(u64)) {
    for value in values {
        let count = words(value.ty()).len();
        value.words()[..count].iter().copied().for_each(&mut put);
    }
}

fn flat(types: &[Type]) -> Vec<Word> {
    types.iter().flat_map(|ty| words(*ty)).copied().collect()
}

impl SignatureLayout {
    /// Lays a signature out for this machine; `None` when it is absurdly long.
    pub fn new(signature: &Signature) -> Option<SignatureLayout> {
        let mut results = flat(&signature.results);
        // The status of functions that may throw.
        results.extend(signature.throws.then_some(Word::Int));
        let tail = TailLayout::new(Arch::HOST, &flat(&signature.params), &results)?;
        Some(SignatureLayout { signature: signature.clone(), tail })
    }

    /// The signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(crate) fn shape(&self) -> BridgeShape {
        self.tail.shape()
    }

    pub(crate) fn stack_bytes(&self) -> u32 {
        self.tail.stack_bytes
    }

    /// Whether all words travel in integer registers, from the first on: none on the stack, no return area.
    pub(crate) fn is_in_leading_registers(&self) -> bool {
        let leading = |places: &[Place]| {
            places
                .iter()
                .enumerate()
                .all(|(index, place)| matches!(place, Place::Int(at) if usize::from(*at) == index))
        };
        self.tail.area.is_none() && leading(&self.tail.params) && leading(&self.tail.results)
    }

    /// Words of the return area.
    pub(crate) fn area_words(&self) -> usize {
        self.tail.area_bytes as usize / 8
    }

    /// Whether the values are of the types in the list.
    pub(crate) fn fit(values: &[Const], types: &[Type]) -> bool {
        values.iter().map(|value| value.ty()).eq(types.iter().copied())
    }

    /// Puts arguments of the right types where a bridge takes them from. `area` is the return area's address.
    pub(crate) fn pack_args(
        &self,
        args: &[Const],
        registers: &mut Registers,
        stack: &mut WordVec,
        area: u64,
    ) {
        stack.resize(self.tail.stack_bytes as usize / 8, 0);
        if let Some(index) = self.tail.area {
            registers.int[usize::from(index)] = area;
        }
        let mut places = self.tail.params.iter();
        to_words(args, |word| {
            let place = places.next().expect("arguments fit the signature");
            put(registers, stack, *place, word);
        });
    }

    /// The results a bridge left, and the status (0 when the function does not throw).
    pub(crate) fn unpack_results(&self, registers: &Registers, area: &[u64]) -> (Vec<Const>, u32) {
        let mut places = self.tail.results.iter();
        let mut next = || get(registers, area, *places.next().expect("the layout has a place per word"));
        let values = from_words(&self.signature.results, &mut next);
        // The status is an i8: the rest of its register is not defined.
        let status = if self.signature.throws { next() as u32 & 0xff } else { 0 };
        (values, status)
    }

    /// The arguments a dispatch entry was called with; `stack` are its stack arguments.
    pub(crate) fn unpack_args(&self, registers: &Registers, stack: &[u64]) -> Vec<Const> {
        let mut places = self.tail.params.iter();
        from_words(&self.signature.params, || {
            get(registers, stack, *places.next().expect("the layout has a place per word"))
        })
    }

    /// The address of the return area a dispatch entry was given.
    pub(crate) fn area_of(&self, registers: &Registers) -> Option<u64> {
        self.tail.area.map(|index| registers.int[usize::from(index)])
    }

    /// Puts results of the right types, or zeros when it threw, where the caller of a dispatch entry looks for them.
    pub(crate) fn pack_results(
        &self,
        results: Option<&[Const]>,
        registers: &mut Registers,
        area: &mut [u64],
    ) {
        let mut places = self.tail.results.iter();
        let mut next = |word| {
            let place = places.next().expect("results fit the signature");
            put(registers, area, *place, word);
        };
        match results {
            Some(values) => to_words(values, &mut next),
            None => (0..word_count(&self.signature.results)).for_each(|_| next(0)),
        }
        if self.signature.throws {
            next(u64::from(results.is_none()));
        }
    }
}

fn put(registers: &mut Registers, memory: &mut [u64], place: Place, word: u64) {
    match place {
        Place::Int(index) => registers.int[usize::from(index)] = word,
        Place::Float(index) => registers.float[usize::from(index)] = word,
        Place::Memory(offset) => memory[offset as usize / 8] = word,
    }
}

fn get(registers: &Registers, memory: &[u64], place: Place) -> u64 {
    match place {
        Place::Int(index) => registers.int[usize::from(index)],
        Place::Float(index) => registers.float[usize::from(index)],
        Place::Memory(offset) => memory[offset as usize / 8],
    }
}
