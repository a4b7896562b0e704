//! Integers of any size, of `$IPints` and `$Keyring`: keyring-ipint(2). They are kept as sign and magnitude, as that manual has them.

use crate::hidden::Thing;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId};
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Most bits of a number, and of one that is raised to a power modulo another: what takes no longer than a moment.
const MOST: u64 = 1 << 20;
const MOST_RAISED: u64 = 1 << 14;

const DIGITS64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS32: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

impl Vm {
    fn number(&mut self, fp: Addr, argument: u32) -> Result<&BigInt, Trap> {
        let object = self.heap.memory.pointer(self.argument(fp, argument));
        match self.hidden(object)? {
            Thing::Number(number) => Ok(number),
            _ => Err(Trap::Type),
        }
    }

    fn two(&mut self, fp: Addr) -> Result<(BigInt, BigInt), Trap> {
        Ok((self.number(fp, 0)?.clone(), self.number(fp, 1)?.clone()))
    }

    pub(super) fn new_number(&mut self, number: BigInt) -> Result<Addr, Trap> {
        if number.bits() > MOST {
            return Err(Trap::Memory);
        }
        self.new_hidden(Thing::Number(number))
    }

    fn give_number(&mut self, fp: Addr, number: BigInt) -> Step {
        let object = self.new_number(number)?;
        self.give_reference(fp, 0, object)
    }

    fn give_text(&mut self, fp: Addr, text: Option<String>) -> Step {
        let string = match text {
            Some(text) => self.heap.new_text(text.as_bytes())?,
            None => NIL,
        };
        self.give_reference(fp, 0, string)
    }
}

/// Groups of three bytes as four digits, filled up with `=`.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let wanted = digit <= group.len();
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if wanted { char::from(DIGITS64[value as usize]) } else { '=' });
        }
    }
    text
}

fn signed(number: &BigInt, magnitude: String) -> String {
    if number.is_negative() { format!("-{magnitude}") } else { magnitude }
}

fn to_text(number: &BigInt, base: i32) -> Option<String> {
    let magnitude = number.magnitude();
    let text = match base {
        0 | 16 => magnitude.to_str_radix(16).to_uppercase(),
        10 => magnitude.to_str_radix(10),
        32 => {
            magnitude.to_radix_be(32).iter().map(|digit| char::from(DIGITS32[usize::from(*digit)])).collect()
        }
        64 => base64(&magnitude.to_bytes_be()),
        _ => return None,
    };
    Some(signed(number, text))
}

fn from_digits(text: &str, digits: &[u8], base: u32) -> Option<BigUint> {
    let values: Option<Vec<u8>> = text
        .bytes()
        .map(|byte| digits.iter().position(|digit| *digit == byte).map(|value| value as u8))
        .collect();
    BigUint::from_radix_be(&values?, base)
}

fn from_base64(text: &str) -> Option<BigUint> {
    let text = text.trim_end_matches('=');
    let number = from_digits(text, DIGITS64, 64)?;
    // What the last digits have beyond whole bytes is nothing.
    Some(number >> (text.len() * 6 % 8))
}

fn from_text(text: &str, base: i32) -> Option<BigInt> {
    let text = text.trim_start_matches([' ', '\t']);
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (Sign::Minus, rest),
        None => (Sign::Plus, text.strip_prefix('+').unwrap_or(text)),
    };
    // What takes long to read is no number.
    let plain = !text.is_empty() && text.len() as u64 <= MOST / 3;
    let text = plain.then_some(text)?;
    let magnitude = match base {
        0 | 16 => from_digits(&text.to_ascii_lowercase(), b"0123456789abcdef", 16)?,
        10 => from_digits(text, b"0123456789", 10)?,
        32 => from_digits(text.trim_end_matches('='), DIGITS32, 32)?,
        64 => from_base64(text)?,
        _ => return None,
    };
    Some(BigInt::from_biguint(sign, magnitude))
}

pub(super) fn to_base64(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let text = to_text(vm.number(fp, 0)?, 64);
    vm.give_text(fp, text)
}

/// With a zero first where the number would begin with a bit that looks like a sign.
pub(super) fn to_base64_zero(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let mut bytes = vm.number(fp, 0)?.magnitude().to_bytes_be();
    if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    vm.give_text(fp, Some(base64(&bytes)))
}

pub(super) fn to_string(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let base = vm.word_argument(fp, 1);
    let text = to_text(vm.number(fp, 0)?, base);
    vm.give_text(fp, text)
}

fn parse(vm: &mut Vm, fp: Addr, base: i32) -> Step {
    let text = vm.text_argument(fp, 0)?;
    match from_text(&text, base) {
        Some(number) => vm.give_number(fp, number),
        None => vm.give_reference(fp, 0, NIL),
    }
}

pub(super) fn from_base64_text(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    parse(vm, fp, 64)
}

pub(super) fn from_string(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let base = vm.word_argument(fp, 1);
    parse(vm, fp, base)
}

/// The magnitude, its most significant byte first.
pub(super) fn to_bytes(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let bytes = vm.number(fp, 0)?.magnitude().to_bytes_be();
    let array = vm.heap.new_bytes(&bytes)?;
    vm.give_reference(fp, 0, array)
}

pub(super) fn from_bytes(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let array = vm.bytes_argument(fp, 0)?;
    if array == NIL {
        return Err(Trap::Nil);
    }
    let number = BigInt::from_bytes_be(Sign::Plus, vm.heap.array_bytes(array));
    vm.give_number(fp, number)
}

pub(super) fn from_int(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let number = vm.word_argument(fp, 0);
    vm.give_number(fp, number.into())
}

/// What is too large is the largest there is.
pub(super) fn to_int(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    if vm.heap.memory.pointer(vm.argument(fp, 0)) == NIL {
        return vm.give_word(fp, 0, 0);
    }
    let number = vm.number(fp, 0)?;
    let limit = if number.is_negative() { i32::MIN } else { i32::MAX };
    let value = number.to_i32().unwrap_or(limit);
    vm.give_word(fp, 0, value)
}

pub(super) fn bits(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    if vm.heap.memory.pointer(vm.argument(fp, 0)) == NIL {
        return vm.give_word(fp, 0, 0);
    }
    let bits = vm.number(fp, 0)?.bits().max(1);
    vm.give_word(fp, 0, bits as i32)
}

/// So many random bits, of which at least some count.
fn random_bits(vm: &mut Vm, fp: Addr, least: i32, most: i32) -> Step {
    let most = u64::try_from(most).ok().filter(|most| *most <= MOST).ok_or(Trap::Invalid)?;
    let bytes = crate::random::bytes(most.div_ceil(8) as usize);
    let bytes = bytes.map_err(|error| vm.refuse(&format!("no random bytes: {error}")))?;
    let mut number = BigUint::from_bytes_be(&bytes) >> (8 * bytes.len() as u64 - most);
    if let Some(top) = u64::try_from(least).ok().and_then(|least| least.min(most).checked_sub(1))
        && number.bits() <= top
    {
        number.set_bit(top, true);
    }
    vm.give_number(fp, number.into())
}

pub(super) fn random(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let bits = vm.word_argument(fp, 0);
    random_bits(vm, fp, 0, bits)
}

pub(super) fn random_between(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (least, most) = (vm.word_argument(fp, 0), vm.word_argument(fp, 1));
    random_bits(vm, fp, least, most)
}

/// Modulo a number, or not when that is nil.
pub(super) fn expmod(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (base, exponent) = vm.two(fp)?;
    if vm.heap.memory.pointer(vm.argument(fp, 2)) == NIL {
        let power = exponent.to_u32().ok_or(Trap::Invalid)?;
        if base.bits().saturating_mul(power.into()) > MOST {
            return Err(Trap::Memory);
        }
        return vm.give_number(fp, base.pow(power));
    }
    let modulus = vm.number(fp, 2)?.clone();
    if modulus.is_zero() {
        return Err(Trap::ZeroDivide);
    }
    if modulus.bits() > MOST_RAISED || exponent.bits() > MOST_RAISED {
        return Err(vm.refuse("a modulus or exponent of more than 16384 bits"));
    }
    let modulus = modulus.abs();
    let base = match exponent.is_negative() {
        true => base.modinv(&modulus).ok_or(Trap::Invalid)?,
        false => base.mod_floor(&modulus),
    };
    vm.give_number(fp, base.modpow(&exponent.abs(), &modulus))
}

pub(super) fn invert(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (base, modulus) = vm.two(fp)?;
    if modulus.bits() > MOST_RAISED || base.bits() > MOST_RAISED {
        return Err(vm.refuse("a modulus of more than 16384 bits"));
    }
    let inverse = if modulus.is_zero() { None } else { base.modinv(&modulus.abs()) };
    vm.give_number(fp, inverse.ok_or(Trap::Invalid)?)
}

/// Combines two numbers.
macro_rules! operations {
    ($($name:ident($a:ident, $b:ident) $act:expr;)*) => {
        $(pub(super) fn $name(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
            let ($a, $b) = vm.two(fp)?;
            vm.give_number(fp, $act)
        })*
    };
}

/// With the sign of the longer number, as its manual's library does it.
fn bitwise(a: &BigInt, b: &BigInt, act: impl Fn(&BigUint, &BigUint) -> BigUint) -> BigInt {
    let sign = if b.bits() > a.bits() { b.sign() } else { a.sign() };
    let magnitude = act(a.magnitude(), b.magnitude());
    BigInt::from_biguint(if sign == Sign::NoSign { Sign::Plus } else { sign }, magnitude)
}

operations! {
    add(a, b) a + b;
    sub(a, b) a - b;
    mul(a, b) if a.bits() + b.bits() > MOST { return Err(Trap::Memory) } else { a * b };
    modulo(a, b) if b.is_zero() { return Err(Trap::ZeroDivide) } else { a.mod_floor(&b.abs()) };
    and(a, b) BigInt::from_biguint(if a.is_negative() { Sign::Minus } else { Sign::Plus }, a.magnitude() & b.magnitude());
    or(a, b) bitwise(&a, &b, |a, b| a | b);
    xor(a, b) bitwise(&a, &b, |a, b| a ^ b);
}

/// Quotient, towards zero, and remainder.
pub(super) fn div(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (a, b) = vm.two(fp)?;
    if b.is_zero() {
        return Err(Trap::ZeroDivide);
    }
    let (quotient, remainder) = a.div_rem(&b);
    let quotient = vm.new_number(quotient)?;
    let remainder = vm.new_number(remainder).inspect_err(|_| vm.heap.release(quotient))?;
    let word = vm.word;
    vm.give_reference(fp, 0, quotient).inspect_err(|_| vm.heap.release(remainder))?;
    vm.give_reference(fp, word, remainder)
}

pub(super) fn neg(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let number = -vm.number(fp, 0)?.clone();
    vm.give_number(fp, number)
}

/// All bits of the words of 32 bits that the magnitude takes.
pub(super) fn not(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let magnitude = vm.number(fp, 0)?.magnitude();
    let words = magnitude.bits().div_ceil(32) * 32;
    let ones = (BigUint::one() << words) - 1u32;
    let inverted = magnitude ^ ones;
    vm.give_number(fp, inverted.into())
}

pub(super) fn copy_number(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let number = vm.number(fp, 0)?.clone();
    vm.give_number(fp, number)
}

pub(super) fn eq(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (a, b) = vm.two(fp)?;
    vm.give_word(fp, 0, (a == b).into())
}

pub(super) fn cmp(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (a, b) = vm.two(fp)?;
    vm.give_word(fp, 0, a.cmp(&b) as i32)
}

/// Shifts the magnitude to the left, or to the right for less than nothing.
fn shift(vm: &mut Vm, fp: Addr, by: i64) -> Step {
    let number = vm.number(fp, 0)?;
    let (sign, magnitude) = (number.sign(), number.magnitude());
    if by > 0 && magnitude.bits() + by.unsigned_abs() > MOST {
        return Err(Trap::Memory);
    }
    let shifted = if by < 0 { magnitude >> by.unsigned_abs() } else { magnitude << by.unsigned_abs() };
    vm.give_number(fp, BigInt::from_biguint(sign, shifted))
}

pub(super) fn shl(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let by = vm.word_argument(fp, 1);
    shift(vm, fp, by.into())
}

pub(super) fn shr(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let by = vm.word_argument(fp, 1);
    shift(vm, fp, -i64::from(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_and_read_in_every_base() {
        let number = BigInt::from(-0x0123_4567_89ab_cdef_i64);
        for (base, text) in [(16, "-123456789ABCDEF"), (10, "-81985529216486895"), (64, "-ASNFZ4mrze8=")] {
            assert_eq!(to_text(&number, base).as_deref(), Some(text));
            assert_eq!(from_text(text, base), Some(number.clone()), "{base}");
        }
        let text = to_text(&number, 32).expect("digits");
        assert_eq!(from_text(&text, 32), Some(number));
        assert_eq!((from_text("12x", 10), from_text("", 16), to_text(&BigInt::one(), 7)), (None, None, None));
        assert_eq!(base64(b"M"), "TQ==");
    }

    #[test]
    fn bits_go_with_the_sign_of_the_longer() {
        let (a, b) = (BigInt::from(-12), BigInt::from(5));
        assert_eq!(bitwise(&a, &b, |a, b| a | b), BigInt::from(-13));
        assert_eq!(bitwise(&b, &a, |a, b| a ^ b), BigInt::from(-9));
    }
}
