//! Programs of the corpus with bytes, opcodes, operands and types changed.

use dis_bytecode::{Module, Op, WordSize, read, write};

/// The programs.
pub(crate) fn corpus() -> Vec<(WordSize, Vec<u8>)> {
    let modules = super::programs::nameless().into_iter();
    let mut programs: Vec<_> = modules.map(|(word, module)| (word, write(&module))).collect();
    programs.sort_by(|a, b| a.1.cmp(&b.1));
    programs
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
}

/// Changes some bytes.
fn scribble(bytes: &mut [u8], random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let at = random.below(bytes.len());
        bytes[at] = match random.below(3) {
            0 => random.below(256) as u8,
            1 => bytes[at] ^ (1 << random.below(8)),
            _ => bytes[random.below(bytes.len())],
        };
    }
}

/// Exchanges what means something: an opcode or an operand for another one's, a type for another, references for numbers.
fn twist(module: &mut Module, random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let (at, from) = (random.below(module.code.len()), random.below(module.code.len()));
        let (ty, other) = (random.below(module.types.len()), random.below(module.types.len()));
        let donor = module.code[from];
        let inst = &mut module.code[at];
        match random.below(8) {
            0 => inst.op = Op::ALL[random.below(Op::ALL.len())],
            1 => inst.op = donor.op,
            2 => inst.src = donor.src,
            3 => inst.mid = donor.mid,
            4 => inst.dst = donor.dst,
            5 => (inst.src, inst.dst) = (inst.dst, inst.src),
            6 => module.types[ty] = module.types[other].clone(),
            _ => match module.types[ty].map.first_mut() {
                Some(byte) => *byte ^= 1 << random.below(8),
                None => *inst = donor,
            },
        }
    }
}

/// The changed program with this number.
pub(crate) fn changed(programs: &[(WordSize, Vec<u8>)], seed: u64) -> (WordSize, Vec<u8>) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..4).for_each(|_| random.0 ^= random.below(1 << 20) as u64);
    let (word, bytes) = &programs[random.below(programs.len())];
    let mut bytes = bytes.clone();
    match (seed % 3, read(&bytes)) {
        (0, _) | (_, Err(_)) => scribble(&mut bytes, &mut random),
        (_, Ok(mut module)) => {
            twist(&mut module, &mut random);
            bytes = write(&module);
        }
    }
    (*word, bytes)
}

/// Ranges of seeds come from `DIS_SEEDS=FROM:TO`; the default is what a test run has time for. `DIS_KEEP=FILE` keeps the last one's bytes.
pub(crate) fn seeds() -> std::ops::Range<u64> {
    let text = std::env::var("DIS_SEEDS").unwrap_or_else(|_| "0:1500".into());
    let (from, to) = text.split_once(':').expect("DIS_SEEDS=FROM:TO");
    from.parse().expect("a number")..to.parse().expect("a number")
}
