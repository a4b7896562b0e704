//! 19.2.6 URI Handling Functions.

use js_rt::{MAX_STRING_LENGTH, StrView, Value};
use js_vm::{Args, Res, Throw, Vm};

const UNRESERVED_MARKS: &[u8] = b"-.!~*'()_";
const RESERVED_AND_HASH: &[u8] = b";/?:@&=+$,#";
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// 19.2.6.1 decodeURI ( encodedURI )
pub(super) fn decode_uri(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    decode(vm, args.get(0), RESERVED_AND_HASH)
}

/// 19.2.6.2 decodeURIComponent ( encodedURIComponent )
pub(super) fn decode_uri_component(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    decode(vm, args.get(0), b"")
}

/// 19.2.6.3 encodeURI ( uri )
pub(super) fn encode_uri(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    encode(vm, args.get(0), RESERVED_AND_HASH)
}

/// 19.2.6.4 encodeURIComponent ( uriComponent )
pub(super) fn encode_uri_component(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    encode(vm, args.get(0), b"")
}

#[cold]
fn malformed(vm: &Vm) -> Throw {
    vm.uri_error("URI malformed")
}

/// 19.2.6.5 Encode ( string, extraUnescaped )
fn encode(vm: &Vm, value: Value, extra_unescaped: &[u8]) -> Res<Value> {
    let string = vm.to_string(value)?;
    let text = string.flat(&vm.rt)?;
    let mut out = Vec::new();
    let mut units = text.units();
    while let Some(unit) = units.next() {
        if out.len() > MAX_STRING_LENGTH {
            return Err(Throw::StringLength);
        }
        if let Ok(byte) = u8::try_from(unit)
            && (byte.is_ascii_alphanumeric()
                || UNRESERVED_MARKS.contains(&byte)
                || extra_unescaped.contains(&byte))
        {
            out.push(byte);
            continue;
        }
        let code_point = match unit {
            0xd800..0xdc00 => {
                let low = units.next().filter(|low| low & 0xfc00 == 0xdc00).ok_or_else(|| malformed(vm))?;
                0x1_0000 + ((u32::from(unit) & 0x3ff) << 10 | u32::from(low) & 0x3ff)
            }
            _ => u32::from(unit),
        };
        let Some(char) = char::from_u32(code_point) else {
            return Err(malformed(vm));
        };
        for byte in char.encode_utf8(&mut [0; 4]).bytes() {
            out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    Ok(vm.rt.str_latin1(&out)?.into())
}

/// ParseHexOctet ( string, position ) with the percent sign before it
fn escaped_octet(text: StrView<'_>, at: usize) -> Option<u8> {
    let hex = |at: usize| u8::try_from(text.at(at)).ok().and_then(|unit| char::from(unit).to_digit(16));
    if text.at(at) != u16::from(b'%') {
        return None;
    }
    Some((hex(at + 1)? << 4 | hex(at + 2)?) as u8)
}

/// 19.2.6.6 Decode ( string, preserveEscapeSet )
fn decode(vm: &Vm, value: Value, preserved: &[u8]) -> Res<Value> {
    let string = vm.to_string(value)?;
    let text = string.flat(&vm.rt)?;
    let mut out: Vec<u16> = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text.at(at) != u16::from(b'%') {
            out.push(text.at(at));
            at += 1;
            continue;
        }
        let first = escaped_octet(text, at).ok_or_else(|| malformed(vm))?;
        if first < 0x80 {
            if preserved.contains(&first) {
                out.extend((at..at + 3).map(|at| text.at(at)));
            } else {
                out.push(u16::from(first));
            }
            at += 3;
            continue;
        }
        let count = first.leading_ones() as usize;
        let mut octets = [first, 0, 0, 0];
        for (n, octet) in octets.iter_mut().enumerate().take(count).skip(1) {
            *octet = escaped_octet(text, at + 3 * n).ok_or_else(|| malformed(vm))?;
        }
        let char = octets
            .get(..count)
            .and_then(|octets| std::str::from_utf8(octets).ok())
            .ok_or_else(|| malformed(vm))?;
        out.extend(char.encode_utf16());
        at += 3 * count;
    }
    Ok(vm.rt.str_utf16(&out)?.into())
}
