//! B.2.1 Additional Properties of the Global Object.

use js_rt::{MAX_STRING_LENGTH, StrView, Value};
use js_vm::{Args, Res, Throw, Vm};

/// B.2.1.1 escape ( string )
pub(super) fn escape(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = vm.to_string(args.get(0))?;
    let text = string.flat(&vm.rt)?;
    let mut out = String::with_capacity(text.len());
    for unit in text.units() {
        if out.len() > MAX_STRING_LENGTH {
            return Err(Throw::StringLength);
        }
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"@*_+-./".contains(&byte) => {
                out.push(char::from(byte))
            }
            Ok(byte) => out.push_str(&format!("%{byte:02X}")),
            Err(_) => out.push_str(&format!("%u{unit:04X}")),
        }
    }
    Ok(vm.rt.str_from_utf8(&out)?.into())
}

/// The value of hexadecimal digits at a place, if they are all there.
fn hex(text: StrView<'_>, at: usize, digits: usize) -> Option<u16> {
    (at..at + digits).try_fold(0, |value, at| {
        let digit = char::from(u8::try_from(text.at(at)).ok()?).to_digit(16)?;
        Some(value << 4 | digit as u16)
    })
}

/// B.2.1.2 unescape ( string )
pub(super) fn unescape(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = vm.to_string(args.get(0))?;
    let text = string.flat(&vm.rt)?;
    let mut out: Vec<u16> = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let unit = text.at(at);
        let escaped = match unit == u16::from(b'%') {
            false => None,
            true if text.at(at + 1) == u16::from(b'u') => hex(text, at + 2, 4).map(|unit| (unit, 6)),
            true => hex(text, at + 1, 2).map(|unit| (unit, 3)),
        };
        let (unit, length) = escaped.unwrap_or((unit, 1));
        out.push(unit);
        at += length;
    }
    Ok(vm.rt.str_utf16(&out)?.into())
}
