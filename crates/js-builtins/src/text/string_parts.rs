//! 22.1.3 Properties of the String Prototype Object: methods that make strings of parts.

use super::builder::Builder;
use super::string::this_string;
use crate::units::is_white_space;
use js_rt::{MAX_STRING_LENGTH, Str, StringError, Value};
use js_vm::{Args, Res, Throw, Vm};

/// One string behind the other.
pub(super) fn join(vm: &Vm, left: Str, right: Str) -> Res<Str> {
    vm.rt.concat(left, right).map_err(|error| match error {
        StringError::TooLong => Throw::StringLength,
        StringError::OutOfMemory => Throw::Memory,
    })
}

/// 22.1.3.5 String.prototype.concat ( ...args )
pub(super) fn concat(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let mut all = this_string(vm, args, "concat")?;
    for next in args.list {
        let next = vm.to_string(next.get())?;
        all = join(vm, all, next)?;
    }
    Ok(all.into())
}

/// 22.1.3.17.1 StringPaddingBuiltinsImpl
fn pad(vm: &Vm, args: &Args<'_>, at_start: bool) -> Res<Value> {
    let string = this_string(vm, args, if at_start { "padStart" } else { "padEnd" })?;
    let length = vm.to_length(args.get(0))?;
    if length <= string.len() as f64 {
        return Ok(string.into());
    }
    let filler = match args.get(1) {
        Value::UNDEFINED => vm.rt.str_unit(u16::from(b' '))?,
        filler => vm.to_string(filler)?,
    };
    if filler.is_empty() {
        return Ok(string.into());
    }
    if length > MAX_STRING_LENGTH as f64 {
        return Err(Throw::StringLength);
    }
    let missing = length as usize - string.len();
    let mut padding = Builder::new();
    while padding.len() < missing {
        let rest = missing - padding.len();
        padding.push_part(vm, filler, 0, rest)?;
    }
    let padding = padding.finish(vm)?;
    let whole = if at_start { join(vm, padding, string) } else { join(vm, string, padding) };
    whole.map(Value::from)
}

/// 22.1.3.16 String.prototype.padEnd ( maxLength [ , fillString ] )
pub(super) fn pad_end(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    pad(vm, args, false)
}

/// 22.1.3.17 String.prototype.padStart ( maxLength [ , fillString ] )
pub(super) fn pad_start(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    pad(vm, args, true)
}

/// 22.1.3.18 String.prototype.repeat ( count )
pub(super) fn repeat(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "repeat")?;
    let count = vm.to_integer_or_infinity(args.get(0))?;
    if count < 0.0 || count.is_infinite() {
        let what = vm.describe_value(args.get(0));
        return Err(vm.range_error(format_args!("Invalid count value: {what}")));
    }
    if string.is_empty() || count == 0.0 {
        return Ok(vm.rt.empty_str().into());
    }
    if count * string.len() as f64 > MAX_STRING_LENGTH as f64 {
        return Err(Throw::StringLength);
    }
    // Doubling: the halves of ropes are shared.
    let (mut result, mut power, mut rest) = (vm.rt.empty_str(), string, count as u32);
    loop {
        if rest & 1 != 0 {
            result = join(vm, result, power)?;
        }
        rest >>= 1;
        if rest == 0 {
            return Ok(result.into());
        }
        power = join(vm, power, power)?;
    }
}

/// A place counted from the end if it is negative, between 0 and the length.
fn relative(vm: &Vm, value: Value, length: usize, default: usize) -> Res<usize> {
    crate::indexed::relative_index(vm, value, length as u64, default as u64).map(|at| at as usize)
}

/// 22.1.3.22 String.prototype.slice ( start, end )
pub(super) fn slice(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "slice")?;
    let from = relative(vm, args.get(0), string.len(), 0)?;
    let to = relative(vm, args.get(1), string.len(), string.len())?;
    Ok(vm.rt.substring(string, from, to.max(from))?.into())
}

/// B.2.2.1 String.prototype.substr ( start, length )
pub(super) fn substr(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "substr")?;
    let start = vm.to_integer_or_infinity(args.get(0))?;
    let size = string.len() as f64;
    let start = if start < 0.0 { (size + start).max(0.0) } else { start.min(size) };
    let length = match args.get(1) {
        Value::UNDEFINED => size,
        length => vm.to_integer_or_infinity(length)?,
    };
    let end = (start + length.clamp(0.0, size)).min(size);
    Ok(vm.rt.substring(string, start as usize, end as usize)?.into())
}

/// 22.1.3.25 String.prototype.substring ( start, end )
pub(super) fn substring(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "substring")?;
    let size = string.len() as f64;
    let start = vm.to_integer_or_infinity(args.get(0))?.clamp(0.0, size);
    let end = match args.get(1) {
        Value::UNDEFINED => size,
        end => vm.to_integer_or_infinity(end)?.clamp(0.0, size),
    };
    Ok(vm.rt.substring(string, start.min(end) as usize, start.max(end) as usize)?.into())
}

/// 22.1.3.32.1 TrimString
fn trim_string(vm: &Vm, args: &Args<'_>, method: &str, start: bool, end: bool) -> Res<Value> {
    let string = this_string(vm, args, method)?;
    let view = string.flat(&vm.rt)?;
    let from =
        if start { view.units().position(|unit| !is_white_space(unit)).unwrap_or(view.len()) } else { 0 };
    let to = match end {
        true => view.units().rposition(|unit| !is_white_space(unit)).map_or(from, |last| last + 1),
        false => view.len(),
    };
    Ok(vm.rt.substring(string, from, to.max(from))?.into())
}

/// 22.1.3.32 String.prototype.trim ( )
pub(super) fn trim(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    trim_string(vm, args, "trim", true, true)
}

/// 22.1.3.33 String.prototype.trimEnd ( )
pub(super) fn trim_end(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    trim_string(vm, args, "trimEnd", false, true)
}

/// 22.1.3.34 String.prototype.trimStart ( )
pub(super) fn trim_start(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    trim_string(vm, args, "trimStart", true, false)
}
