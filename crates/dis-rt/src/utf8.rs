//! UTF-8 as Inferno reads and writes it: what is not well-formed is U+FFFD, byte by byte. utf(6).

/// What stands for what cannot be decoded.
pub const ERROR: u32 = 0xfffd;

/// The first character and how many bytes it takes; `ERROR` and 1 where there is none. 0 bytes for nothing.
pub fn decode(bytes: &[u8]) -> (u32, usize) {
    let Some(&first) = bytes.first() else { return (ERROR, 0) };
    let (len, bits) = match first {
        0..0x80 => return (first.into(), 1),
        0xc2..0xe0 => (2, first & 0x1f),
        0xe0..0xf0 => (3, first & 0x0f),
        0xf0..0xf5 => (4, first & 0x07),
        _ => return (ERROR, 1),
    };
    let mut code = u32::from(bits);
    for index in 1..len {
        match bytes.get(index) {
            Some(&byte) if byte & 0xc0 == 0x80 => code = code << 6 | u32::from(byte & 0x3f),
            _ => return (ERROR, 1),
        }
    }
    let overlong = code < [0, 0, 0x80, 0x800, 0x1_0000][len];
    match overlong || char::from_u32(code).is_none() {
        true => (ERROR, 1),
        false => (code, len),
    }
}

/// All characters of a text.
pub fn decode_all(text: &[u8]) -> Vec<u32> {
    let mut rest = text;
    let mut chars = Vec::new();
    while !rest.is_empty() {
        let (c, len) = decode(rest);
        chars.push(c);
        rest = &rest[len..];
    }
    chars
}

/// Whether the bytes suffice to decode one character, well-formed or not.
pub fn is_full(bytes: &[u8]) -> bool {
    let need = match bytes.first() {
        None => return false,
        Some(0xc0..0xe0) => 2,
        Some(0xe0..0xf0) => 3,
        Some(0xf0..) => 4,
        Some(_) => 1,
    };
    bytes.len() >= need || bytes.iter().skip(1).any(|byte| byte & 0xc0 != 0x80)
}

/// Appends a character; what is none becomes U+FFFD.
pub fn encode(code: u32, out: &mut Vec<u8>) {
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ill_formed_is_an_error_of_one_byte() {
        let cases: [(&[u8], (u32, usize)); 9] = [
            (b"a", (97, 1)),
            ("ö".as_bytes(), (0xf6, 2)),
            ("€".as_bytes(), (0x20ac, 3)),
            ("😀".as_bytes(), (0x1f600, 4)),
            (b"\xc0\x80", (ERROR, 1)),
            (b"\xed\xa0\x80", (ERROR, 1)),
            (b"\xf4\x90\x80\x80", (ERROR, 1)),
            (b"\xe2\x82", (ERROR, 1)),
            (b"", (ERROR, 0)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes), expected, "{bytes:x?}");
        }
    }

    #[test]
    fn partial_characters_are_not_full() {
        assert!(!is_full(b"\xe2\x82") && !is_full(b""));
        assert!(is_full(b"\xe2\x82\xac") && is_full(b"\xe2a") && is_full(b"a"));
    }
}
