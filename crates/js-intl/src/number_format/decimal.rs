//! Exact decimal numbers, and how they are rounded to a multiple of a power of ten.
//!
//! `fixed_decimal` bounds the magnitude by 16 bits, which a BigInt may exceed: this type has as many digits as there are.

use super::rounding::UnsignedMode;
use std::cmp::Ordering;

/// A mathematical value that is not negative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// Digits from 0 to 9, the most significant one first; neither the first nor the last one is 0. Zero has none.
    digits: Vec<u8>,
    /// The value is 0.ddd * 10^point.
    point: i64,
}

impl Decimal {
    /// The number of decimal digits in ASCII times a power of ten; other characters do not occur.
    pub(crate) fn new(text: &[u8], exponent: i64) -> Decimal {
        let digits: Vec<u8> = text.iter().map(|d| d.wrapping_sub(b'0')).collect();
        Decimal::from_digits(digits, exponent)
    }

    /// The same for digits of which only the first ones can matter. Of the others it is kept whether there is one but 0.
    pub(super) fn shortened(digits: impl Iterator<Item = u8>, exponent: i64) -> Decimal {
        // A Number is below 10^309, and 100 digits behind the point are the most that are shown.
        const KEPT: usize = 1000;
        let mut kept = Vec::new();
        let (mut dropped, mut rest) = (0_i64, false);
        for digit in digits.map(|digit| digit.wrapping_sub(b'0')) {
            if kept.len() < KEPT {
                if digit != 0 || !kept.is_empty() {
                    kept.push(digit);
                }
            } else {
                dropped += 1;
                rest |= digit != 0;
            }
        }
        if rest {
            kept.push(1);
            dropped -= 1;
        }
        Decimal::from_digits(kept, exponent.saturating_add(dropped))
    }

    fn from_digits(mut digits: Vec<u8>, exponent: i64) -> Decimal {
        let point = exponent.saturating_add(digits.len() as i64);
        let zeros = digits.iter().take_while(|d| **d == 0).count();
        digits.drain(..zeros);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let point = if digits.is_empty() { 0 } else { point.saturating_sub(zeros as i64) };
        Decimal { digits, point }
    }

    pub(crate) fn integer(value: u128) -> Decimal {
        Decimal::new(value.to_string().as_bytes(), 0)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The integer part of the logarithm to base 10; of zero, 0.
    pub(crate) fn magnitude(&self) -> i64 {
        if self.is_zero() { 0 } else { self.point - 1 }
    }

    /// The nearest Number. Only digits that can matter are looked at.
    pub(super) fn nearest(&self) -> f64 {
        // A double is decided by its first 768 digits, and whether there are others.
        let mut text: String = self.digits.iter().take(800).map(|d| char::from(b'0' + d)).collect();
        if self.digits.len() > 800 {
            text.push('1');
        }
        let exponent = self.point.saturating_sub(text.len() as i64);
        format!("{text}e{exponent}").parse().unwrap_or(0.0)
    }

    /// This number times 10^exponent.
    pub(crate) fn scaled(mut self, exponent: i64) -> Decimal {
        if !self.is_zero() {
            self.point = self.point.saturating_add(exponent);
        }
        self
    }

    /// The integer n for which n * 10^-fraction is the multiple of `increment` * 10^-fraction that rounding gives.
    pub(super) fn round(&self, fraction: i64, increment: u32, mode: UnsignedMode) -> Integer {
        let kept = self.point.saturating_add(fraction);
        let whole = usize::try_from(kept).unwrap_or(0);
        let mut digits: Vec<u8> = self.digits.iter().copied().take(whole).collect();
        if !self.is_zero() {
            digits.resize(whole, 0);
        }
        let rest = self.rest(kept);
        let mut integer = Integer { digits };
        let odd = integer.remainder(2 * increment) >= increment;
        let below = integer.remainder(increment);
        if below == 0 && rest == Rest::Zero {
            return integer;
        }
        let up = mode.rounds_up(nearer(below, rest, increment), odd);
        integer.subtract(below);
        if up {
            integer.add(increment);
        }
        integer
    }

    /// How much of a unit the digits from `from` on are.
    fn rest(&self, from: i64) -> Rest {
        let Ok(from) = usize::try_from(from) else {
            return if self.is_zero() { Rest::Zero } else { Rest::BelowHalf };
        };
        match self.digits.get(from..) {
            None | Some([]) => Rest::Zero,
            Some([5]) => Rest::Half,
            Some([first, ..]) if *first >= 5 => Rest::AboveHalf,
            Some(_) => Rest::BelowHalf,
        }
    }
}

/// What is left of a number below the last digit that is kept, in units of that.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Zero,
    BelowHalf,
    Half,
    AboveHalf,
}

/// Compares the distance to the multiple of `increment` below with that to the one above.
fn nearer(below: u32, rest: Rest, increment: u32) -> Ordering {
    match (2 * below).cmp(&increment) {
        Ordering::Greater => Ordering::Greater,
        Ordering::Equal if rest == Rest::Zero => Ordering::Equal,
        Ordering::Equal => Ordering::Greater,
        // Half of a unit is all that the rest can make up for.
        Ordering::Less if increment - 2 * below > 1 => Ordering::Less,
        Ordering::Less => match rest {
            Rest::Zero | Rest::BelowHalf => Ordering::Less,
            Rest::Half => Ordering::Equal,
            Rest::AboveHalf => Ordering::Greater,
        },
    }
}

/// An integer that is not negative: its digits, without zeros in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Integer {
    digits: Vec<u8>,
}

impl Integer {
    fn remainder(&self, by: u32) -> u32 {
        // The increments divide 10000, twice of them 20000: the digits in front of the last five are of no matter.
        let from = self.digits.len().saturating_sub(5);
        self.digits.iter().skip(from).fold(0, |n, d| n * 10 + u32::from(*d)) % by
    }

    /// `n` is at most this number.
    fn subtract(&mut self, mut n: u32) {
        for digit in self.digits.iter_mut().rev() {
            if n == 0 {
                break;
            }
            let (take, have) = (n % 10, u32::from(*digit));
            n /= 10;
            if have < take {
                n += 1;
            }
            *digit = ((have + 10 - take) % 10) as u8;
        }
        let zeros = self.digits.iter().take_while(|d| **d == 0).count();
        self.digits.drain(..zeros);
    }

    fn add(&mut self, mut n: u32) {
        for digit in self.digits.iter_mut().rev() {
            if n == 0 {
                return;
            }
            n += u32::from(*digit);
            *digit = (n % 10) as u8;
            n /= 10;
        }
        let front: Vec<u8> = n.to_string().bytes().map(|d| d - b'0').collect();
        if n > 0 {
            self.digits.splice(0..0, front);
        }
    }

    /// The number of digits; zero has none.
    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }

    /// This integer times 10^exponent.
    pub(super) fn scaled(&self, exponent: i64) -> Decimal {
        Decimal::from_digits(self.digits.clone(), exponent)
    }

    /// The digits in ASCII, without the last `dropped`.
    pub(super) fn text(&self, dropped: usize) -> String {
        let kept = self.digits.len().saturating_sub(dropped);
        self.digits.iter().take(kept).map(|d| char::from(b'0' + d)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(text: &str, exponent: i64, fraction: i64, increment: u32, mode: UnsignedMode) -> String {
        Decimal::new(text.as_bytes(), exponent).round(fraction, increment, mode).text(0)
    }

    #[test]
    fn halves() {
        use UnsignedMode::*;
        assert_eq!(rounded("25", -1, 0, 1, HalfEven), "2");
        assert_eq!(rounded("35", -1, 0, 1, HalfEven), "4");
        assert_eq!(rounded("25", -1, 0, 1, HalfInfinity), "3");
        assert_eq!(rounded("25", -1, 0, 1, HalfZero), "2");
        assert_eq!(rounded("2500001", -6, 0, 1, HalfZero), "3");
        assert_eq!(rounded("999", -2, 1, 1, HalfEven), "100");
        assert_eq!(rounded("4", -2, 0, 1, Infinity), "1");
        assert_eq!(rounded("4", -9, 0, 1, HalfInfinity), "");
    }

    #[test]
    fn digits_that_cannot_matter() {
        let zeros = "0".repeat(5000);
        let long = format!("{zeros}15{zeros}1");
        let short = Decimal::shortened(long.bytes(), -5002);
        assert_eq!(short.round(0, 1, UnsignedMode::HalfZero).text(0), "2");
        assert_eq!(short.digits.len(), 1001);
        assert_eq!(Decimal::shortened(format!("1{zeros}").bytes(), -5000), Decimal::integer(1));
        assert_eq!(Decimal::shortened(zeros.bytes(), 3), Decimal::default());
    }

    #[test]
    fn increments() {
        use UnsignedMode::*;
        assert_eq!(rounded("1125", -3, 2, 5, HalfInfinity), "115");
        assert_eq!(rounded("1125", -3, 2, 5, HalfZero), "110");
        assert_eq!(rounded("1075", -3, 2, 5, HalfEven), "110");
        assert_eq!(rounded("1175", -3, 2, 5, HalfEven), "120");
        assert_eq!(rounded("7499", 0, 0, 5000, HalfEven), "5000");
        assert_eq!(rounded("17500", 0, 0, 5000, HalfEven), "20000");
        assert_eq!(rounded("12500", 0, 0, 5000, HalfEven), "10000");
        assert_eq!(rounded("2500", 0, 0, 5000, HalfEven), "");
        assert_eq!(rounded("1", -5, 0, 5000, Infinity), "5000");
        assert_eq!(rounded("99999", 1, 0, 20, Infinity), "1000000");
    }
}
