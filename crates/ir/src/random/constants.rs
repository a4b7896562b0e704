//! Constants worth trying.

use crate::eval::{CANONICAL_NAN, Const};
use crate::module::Signature;
use crate::random::{Config, Rng};
use crate::types::Type;

const INTS: [i64; 30] = [
    0,
    1,
    -1,
    2,
    -2,
    3,
    7,
    8,
    10,
    31,
    32,
    33,
    63,
    64,
    100,
    127,
    128,
    -128,
    255,
    256,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    -0x8000_0000,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX,
    i64::MIN,
];

const FLOATS: [f64; 30] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    3.75,
    0.1,
    -7.0,
    100.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    f64::EPSILON,
    2_147_483_647.0,
    2_147_483_648.0,
    -2_147_483_648.0,
    -2_147_483_649.0,
    4_294_967_295.5,
    4_294_967_296.0,
    9_007_199_254_740_993.0,
    9_223_372_036_854_775_808.0,
    1.8446744073709552e19,
    1e300,
    3.4028235677973366e38,
    0.49999999999999994,
];

/// NaNs whose bits are not canonical: negative, with a payload, signalling.
const NANS: [u64; 3] = [0xfff8_0000_0000_0000, 0x7ff8_0000_0000_1234, 0x7ff0_0000_0000_0001];

/// A random constant, often an edge case; addresses are null.
pub fn constant(rng: &mut Rng, config: &Config, ty: Type) -> Const {
    match ty {
        Type::I32 | Type::I64 => Const::new(ty, int(rng) as u64),
        Type::F64 => Const::new(ty, float(rng, config)),
        Type::Bool => Const::bool(rng.chance(50)),
        Type::Ptr => Const::ptr(0),
        Type::Boxed => Const::boxed(if rng.chance(50) { rng.bits() } else { int(rng) as u64 }),
        Type::Pair => Const::pair(u64::from(rng.below(8)), int(rng) as u64),
    }
}

fn int(rng: &mut Rng) -> i64 {
    match rng.below(10) {
        0..6 => rng.pick(&INTS),
        6 | 7 => i64::from(rng.below(1000)),
        8 => 1i64.rotate_left(rng.below(64)),
        _ => rng.bits() as i64,
    }
}

fn float(rng: &mut Rng, config: &Config) -> u64 {
    match rng.below(16) {
        0..8 => rng.pick(&FLOATS).to_bits(),
        8..11 => f64::from(rng.below(2000) as i32 - 1000).to_bits(),
        11..14 => (f64::from(rng.below(1 << 20) as i32 - (1 << 19)) / 1024.0).to_bits(),
        14 => CANONICAL_NAN,
        _ if config.nan_payloads => rng.pick(&NANS),
        _ => CANONICAL_NAN,
    }
}

/// Arguments for a call of a generated function: `buffer` for the first address, null for others, random values
/// otherwise.
pub fn arguments(seed: u64, config: &Config, signature: &Signature, buffer: u64) -> Vec<Const> {
    let mut rng = Rng::new(seed ^ 0xa46d_e575);
    let mut buffer = Some(buffer);
    let mut argument = |ty: &Type| match ty {
        Type::Ptr => Const::ptr(buffer.take().unwrap_or(0)),
        ty => constant(&mut rng, config, *ty),
    };
    signature.params.iter().map(&mut argument).collect()
}
