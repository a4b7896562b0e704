//! 21.3.2.33 Math.sumPrecise: a sum of doubles without any rounding but the last.

/// Limbs of 32 bits: from 2^-1074 to beyond what 2^53 doubles can reach.
const LIMBS: usize = 68;
/// Exponent of the lowest bit.
const LOWEST: i32 = -1074;
/// Summands after which carries are due: each adds less than 2^32 to a limb.
const ROUNDS: u32 = 1 << 30;

/// An exact sum of finite numbers, as a fixed-point number of two's complement in spread limbs.
pub(super) struct ExactSum {
    limbs: [i64; LIMBS],
    rounds: u32,
}

impl ExactSum {
    pub(super) fn new() -> ExactSum {
        ExactSum { limbs: [0; LIMBS], rounds: 0 }
    }

    /// Adds a finite number.
    pub(super) fn add(&mut self, x: f64) {
        let bits = x.to_bits();
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as usize, bits & ((1 << 52) - 1));
        let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
        let at = exponent.saturating_sub(1);
        let wide = u128::from(mantissa) << (at % 32);
        for (n, limb) in self.limbs.iter_mut().skip(at / 32).take(3).enumerate() {
            let part = (wide >> (32 * n)) as u32;
            *limb += if x.is_sign_negative() { -i64::from(part) } else { i64::from(part) };
        }
        self.rounds += 1;
        if self.rounds == ROUNDS {
            self.carry();
        }
    }

    /// Has each limb but the last be one of 32 bits.
    fn carry(&mut self) {
        let mut carry = 0;
        for limb in &mut self.limbs[..LIMBS - 1] {
            let value = *limb + carry;
            *limb = value & 0xffff_ffff;
            carry = value >> 32;
        }
        self.limbs[LIMBS - 1] += carry;
        self.rounds = 0;
    }

    /// The double nearest to the sum, the even one of two. 0 is positive.
    pub(super) fn round(mut self) -> f64 {
        self.carry();
        let negative = self.limbs[LIMBS - 1] < 0;
        if negative {
            self.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            self.carry();
        }
        let Some(top) = self.limbs.iter().rposition(|limb| *limb != 0) else { return 0.0 };
        let high = top * 32 + 63 - self.limbs[top].leading_zeros() as usize;
        let magnitude = self.magnitude(high);
        if negative { -magnitude } else { magnitude }
    }

    fn bit(&self, at: usize) -> u64 {
        let limb = self.limbs.get(at / 32).copied().unwrap_or(0);
        limb as u64 >> (at % 32) & 1
    }

    /// The value, `high` being the place of its highest bit.
    fn magnitude(&self, high: usize) -> f64 {
        let low = (high + 1).saturating_sub(53);
        let mut mantissa = (low..=high).rev().fold(0, |mantissa, at| mantissa << 1 | self.bit(at));
        if low > 0 && self.bit(low - 1) == 1 {
            let sticky = (0..low - 1).any(|at| self.bit(at) == 1);
            mantissa += u64::from(sticky || mantissa & 1 == 1);
        }
        libm::ldexp(mantissa as f64, low as i32 + LOWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::ExactSum;

    fn sum(all: &[f64]) -> f64 {
        let mut sum = ExactSum::new();
        all.iter().for_each(|x| sum.add(*x));
        sum.round()
    }

    #[test]
    fn sums_are_exact() {
        assert_eq!(sum(&[1e308, 1e308, 0.1, 0.1, 1e30, 0.1, -1e30, -1e308, -1e308]), 0.30000000000000004);
        assert_eq!(sum(&[1e30, 0.1, -1e30]), 0.1);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[5e-324, 5e-324]), 1e-323);
        assert_eq!(sum(&[-f64::MAX, -f64::MAX, f64::MAX]), -f64::MAX);
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0, 5e-324]), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[-1.0, 0.5]), -0.5);
    }
}
