//! Numbers from their digits.

/// The number that a token of digits means.
pub(crate) fn value(text: &[u8]) -> f64 {
    match text {
        [b'0', b'x' | b'X', digits @ ..] => hexadecimal(digits),
        _ => std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0),
    }
}

/// The double that is next to the number of these digits.
fn hexadecimal(digits: &[u8]) -> f64 {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = &digits[zeros..];
    let (first, rest) = digits.split_at(digits.len().min(16));
    let first = first
        .iter()
        .fold(0_u64, |sum, digit| sum << 4 | u64::from((*digit as char).to_digit(16).unwrap_or(0)));
    // Sixteen digits are at least 61 bits. Of the others matters only whether they are all zero: whether a tie is one.
    let sticky = u64::from(rest.iter().any(|digit| *digit != b'0'));
    (first | sticky) as f64 * 16_f64.powi(rest.len().try_into().unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn decimal_and_hexadecimal() {
        let cases: [(&[u8], f64); 12] = [
            (b"0", 0.0),
            (b"007", 7.0),
            (b"1.25", 1.25),
            (b"1e5", 1e5),
            (b"1.5E-3", 0.0015),
            (b"1e+999", f64::INFINITY),
            (b"0x", 0.0),
            (b"0xFf", 255.0),
            (b"0X00000000000000000000000010", 16.0),
            // A tie goes to the even neighbour; anything above it does not.
            (b"0x20000000000001", 9_007_199_254_740_992.0),
            (b"0x200000000000010", 144_115_188_075_855_872.0),
            (b"0x20000000000001000000001", 9_007_199_254_740_994.0 * 68_719_476_736.0),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text), expected, "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(value(&[b"0x".as_slice(), &[b'f'; 300]].concat()), f64::INFINITY);
    }
}
