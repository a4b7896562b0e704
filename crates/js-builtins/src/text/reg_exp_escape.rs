//! 22.2.5.1 RegExp.escape, and EscapeRegExpPattern.

use super::builder::Builder;
use crate::units::is_white_space;
use js_rt::{Str, Value};
use js_vm::{Args, Res, Vm};

/// 22.2.5.1 RegExp.escape ( string )
pub(super) fn escape(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(string) = args.get(0).as_string() else {
        return Err(vm.type_error("RegExp.escape: argument is not a string"));
    };
    vm.rt.flatten(string)?;
    let mut text = Builder::new();
    let mut at = 0;
    while at < string.len() {
        let (char, units) = string.code_point_at(at);
        let is_word = u8::try_from(char).is_ok_and(|byte| byte.is_ascii_alphanumeric());
        if at == 0 && is_word {
            text.push_ascii(&format!("\\x{char:02x}"))?;
        } else {
            encode(&mut text, char)?;
        }
        at += units;
    }
    text.finish(vm).map(Value::from)
}

/// 22.2.5.1.1 EncodeForRegExpEscape
fn encode(text: &mut Builder, char: u32) -> Res<()> {
    if let Ok(byte) = u8::try_from(char) {
        let control = match byte {
            b'^' | b'$' | b'\\' | b'.' | b'*' | b'+' | b'?' | b'(' | b')' | b'[' | b']' | b'{' | b'}'
            | b'|' | b'/' => Some(byte),
            9 => Some(b't'),
            10 => Some(b'n'),
            11 => Some(b'v'),
            12 => Some(b'f'),
            13 => Some(b'r'),
            _ => None,
        };
        if let Some(control) = control {
            text.push_ascii("\\")?;
            return text.push_unit(control.into());
        }
        if b",-=<>#&!%:;@~'`\"".contains(&byte) || is_white_space(char as u16) {
            return text.push_ascii(&format!("\\x{char:02x}"));
        }
        return text.push_unit(byte.into());
    }
    match u16::try_from(char) {
        Ok(unit) if is_white_space(unit) || (0xd800..0xe000).contains(&unit) => {
            text.push_ascii(&format!("\\u{unit:04x}"))
        }
        _ => text.push_code_point(char),
    }
}

/// 22.2.6.13.1 EscapeRegExpPattern
pub(super) fn escape_pattern(vm: &Vm, source: Str) -> Res<Str> {
    if source.is_empty() {
        return Ok(vm.rt.str_from_utf8("(?:)")?);
    }
    let view = source.flat(&vm.rt)?;
    if !view.units().any(|unit| matches!(unit, 10 | 13 | 0x2028 | 0x2029 | 0x2f)) {
        return Ok(source);
    }
    let mut text = Builder::new();
    let (mut escaped, mut in_class) = (false, false);
    for unit in view.units() {
        let line_end = match unit {
            10 => "n",
            13 => "r",
            0x2028 => "u2028",
            0x2029 => "u2029",
            _ => "",
        };
        if !line_end.is_empty() {
            if !escaped {
                text.push_ascii("\\")?;
            }
            text.push_ascii(line_end)?;
            escaped = false;
            continue;
        }
        if unit == u16::from(b'/') && !escaped && !in_class {
            text.push_ascii("\\")?;
        }
        match u8::try_from(unit) {
            Ok(b'[') if !escaped => in_class = true,
            Ok(b']') if !escaped => in_class = false,
            _ => {}
        }
        escaped = unit == u16::from(b'\\') && !escaped;
        text.push_unit(unit)?;
    }
    text.finish(vm)
}
