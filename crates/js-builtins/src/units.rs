//! What single UTF-16 code units are.

/// 12.2 White Space and 12.3 Line Terminators, what StrWhiteSpaceChar is
pub(crate) fn is_white_space(unit: u16) -> bool {
    matches!(
        unit,
        9..=13 | 0x20 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 | 0xfeff
    )
}
