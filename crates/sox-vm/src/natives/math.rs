//! Numbers.

use super::{Args, Native, native};
use crate::error::Res;
use sox_rt::Value;

pub(super) const NATIVES: &[Native] = &[
    native("mathSqrt", |args| {
        args.between(1, 1)?;
        match args.number(0)? {
            negative if negative < 0.0 => args.fail("cannot take square root of negative number"),
            number => Ok(number.sqrt().into()),
        }
    }),
    native("mathFloor", |args| unary(args, f64::floor)),
    native("mathCeil", |args| unary(args, f64::ceil)),
    // Halves are rounded away from zero.
    native("mathRound", |args| unary(args, f64::round)),
    native("mathAbs", |args| unary(args, f64::abs)),
    native("mathSin", |args| unary(args, f64::sin)),
    native("mathCos", |args| unary(args, f64::cos)),
    native("mathTan", |args| unary(args, f64::tan)),
    native("mathLog", |args| unary(args, f64::ln)),
    native("mathExp", |args| unary(args, f64::exp)),
    native("mathPow", |args| binary(args, f64::powf)),
    native("mathAtan2", |args| binary(args, f64::atan2)),
    // What comparing says decides, as it would in a program.
    native("mathMin", |args| binary(args, |x, y| if y < x { y } else { x })),
    native("mathMax", |args| binary(args, |x, y| if y > x { y } else { x })),
    native("mathPi", |args| {
        args.exactly(0)?;
        Ok(std::f64::consts::PI.into())
    }),
    native("mathRandom", |args| {
        args.exactly(0)?;
        // As many bits as a number has: from 0 up to, but not including, 1.
        Ok(Value::number((next_random(args) >> 11) as f64 / (1_u64 << 53) as f64))
    }),
    native("mathRandomInt", random_int),
    native("mathSrand", |args| {
        args.exactly(1)?;
        let seed = args.number_or(0, "seed must be a number")?;
        args.vm.state.random.set(seed.to_bits());
        Ok(Value::NIL)
    }),
];

fn unary(args: &Args<'_>, f: fn(f64) -> f64) -> Res {
    args.between(1, 1)?;
    Ok(f(args.number(0)?).into())
}

fn binary(args: &Args<'_>, f: fn(f64, f64) -> f64) -> Res {
    const WRONG: &str = "both parameters must be numbers";
    args.exactly(2)?;
    Ok(f(args.number_or(0, WRONG)?, args.number_or(1, WRONG)?).into())
}

/// SplitMix64 (Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014): any state will do as a seed.
fn next_random(args: &Args<'_>) -> u64 {
    let state = args.vm.state.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    args.vm.state.random.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A whole number between two others, both included.
fn random_int(args: &Args<'_>) -> Res {
    const WRONG: &str = "both parameters must be numbers";
    /// Beyond this not every whole number is one.
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    args.exactly(2)?;
    let (min, max) = (args.number_or(0, WRONG)?, args.number_or(1, WRONG)?);
    let [min, max] = [min, max].map(|number| number.trunc().clamp(-LARGEST, LARGEST));
    // Not the same as `min > max`: there are things that are no numbers.
    if !matches!(min.partial_cmp(&max), Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)) {
        return args.fail("min must be <= max");
    }
    // The upper half of a product of 128 bits: no remainder, and no choice is noticeably more likely.
    let choices = (max as i64).abs_diff(min as i64) + 1;
    let chosen = (u128::from(next_random(args)) * u128::from(choices)) >> 64;
    Ok(Value::number(min + chosen as f64))
}
