//! 23.3 Uint8Array Objects: base64 and hexadecimal digits.

use super::typed_array::{immutable, new_typed_array, not_typed_array, out_of_bounds, room, view_of};
use js_rt::{ElementType, Gc, StrView, TypedView, Value};
use js_vm::{Args, Build, Res, Vm};

pub(super) fn methods(build: Build<'_>) -> Build<'_> {
    build
        .static_method("fromBase64", 1, from_base64)
        .static_method("fromHex", 1, from_hex)
        .method("setFromBase64", 1, set_from_base64)
        .method("setFromHex", 1, set_from_hex)
        .method("toBase64", 0, to_base64)
        .method("toHex", 0, to_hex)
}

/// What the last characters may be when they are no full chunk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LastChunk {
    Loose,
    Strict,
    StopBeforePartial,
}

/// How text is read.
struct Form {
    url: bool,
    last: LastChunk,
}

/// A decoded text: how much of it was read, into what, and whether there was an error then.
struct Decoded {
    read: usize,
    bytes: Vec<u8>,
    error: Option<&'static str>,
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn option(vm: &Vm, options: Value, name: &str) -> Res<Value> {
    match options.as_object() {
        Some(o) => vm.get(o, vm.rt.key_from_utf8(name)?),
        None if options.is_undefined() => Ok(Value::UNDEFINED),
        None => Err(vm.type_error("Options must be an object or undefined")),
    }
}

/// An option that is a string, as one of a few.
fn choice<T: Copy>(vm: &Vm, options: Value, name: &str, choices: &[(&str, T)]) -> Res<Option<T>> {
    let value = option(vm, options, name)?;
    if value.is_undefined() {
        return Ok(None);
    }
    let text = value.as_string().map(|text| text.to_std());
    match choices.iter().find(|(choice, _)| text.as_deref() == Some(*choice)) {
        Some((_, choice)) => Ok(Some(*choice)),
        None => Err(vm.type_error(format_args!("Invalid value of option {name}"))),
    }
}

/// The option `alphabet`: whether it is that of URLs.
fn alphabet(vm: &Vm, options: Value) -> Res<bool> {
    Ok(choice(vm, options, "alphabet", &[("base64", false), ("base64url", true)])?.unwrap_or(false))
}

fn form(vm: &Vm, options: Value) -> Res<Form> {
    let url = alphabet(vm, options)?;
    let handlings = [
        ("loose", LastChunk::Loose),
        ("strict", LastChunk::Strict),
        ("stop-before-partial", LastChunk::StopBeforePartial),
    ];
    let last = choice(vm, options, "lastChunkHandling", &handlings)?.unwrap_or(LastChunk::Loose);
    Ok(Form { url, last })
}

/// 23.3.3.6 SkipAsciiWhitespace ( string, index )
fn skip_white_space(text: &StrView<'_>, mut index: usize) -> usize {
    while index < text.len() && matches!(text.at(index), 9 | 10 | 12 | 13 | 32) {
        index += 1;
    }
    index
}

/// 23.3.3.8 FromBase64 ( string, alphabet, lastChunkHandling [ , maxLength ] )
fn decode_base64(text: &StrView<'_>, form: &Form, max: usize, bytes: Vec<u8>) -> Decoded {
    let mut out = Decoded { read: 0, bytes, error: None };
    if max == 0 {
        return out;
    }
    let (mut chunk, mut count, mut index) = (0u32, 0, 0);
    loop {
        index = skip_white_space(text, index);
        if index == text.len() {
            return end_of_text(out, form, (chunk, count), index);
        }
        let unit = text.at(index);
        index += 1;
        if unit == u16::from(b'=') {
            return padding(out, form, (chunk, count), text, index);
        }
        let Some(digit) = digit(unit, form.url) else {
            out.error = Some("Found a character that cannot be part of a valid base64 string");
            return out;
        };
        let remaining = max - out.bytes.len();
        if (remaining == 1 && count == 2) || (remaining == 2 && count == 3) {
            return out;
        }
        chunk = chunk << 6 | digit;
        count += 1;
        if count == 4 {
            out.bytes.extend_from_slice(&chunk.to_be_bytes()[1..]);
            (chunk, count) = (0, 0);
            out.read = index;
            if out.bytes.len() >= max {
                return out;
            }
        }
    }
}

fn digit(unit: u16, url: bool) -> Option<u32> {
    let digits = if url { URL } else { STANDARD };
    let byte = u8::try_from(unit).ok()?;
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        _ if byte == digits[62] => 62,
        _ if byte == digits[63] => 63,
        _ => return None,
    })
}

/// What is left of a chunk when the text ends.
fn end_of_text(mut out: Decoded, form: &Form, (chunk, count): (u32, u32), end: usize) -> Decoded {
    if count > 0 {
        match form.last {
            LastChunk::StopBeforePartial => return out,
            LastChunk::Loose if count > 1 => push_partial(&mut out, chunk, count),
            _ => {
                out.error = Some("The base64 input terminates with an incomplete chunk");
                return out;
            }
        }
    }
    out.read = end;
    out
}

/// The bytes of two or three digits.
fn push_partial(out: &mut Decoded, chunk: u32, count: u32) {
    let bytes = (chunk << (24 - 6 * count)).to_be_bytes();
    out.bytes.extend_from_slice(&bytes[1..count as usize]);
}

/// From the first `=` on.
fn padding(
    mut out: Decoded,
    form: &Form,
    (chunk, count): (u32, u32),
    text: &StrView<'_>,
    index: usize,
) -> Decoded {
    let wrong = Some("The base64 input has padding in the wrong place");
    if count < 2 {
        out.error = wrong;
        return out;
    }
    let mut index = skip_white_space(text, index);
    if count == 2 {
        if index == text.len() {
            if form.last != LastChunk::StopBeforePartial {
                out.error = Some("The base64 input has too little padding");
            }
            return out;
        }
        if text.at(index) == u16::from(b'=') {
            index = skip_white_space(text, index + 1);
        }
    }
    if index < text.len() {
        out.error = wrong;
        return out;
    }
    let extra = if count == 2 { chunk & 15 } else { chunk & 3 };
    if form.last == LastChunk::Strict && extra != 0 {
        out.error = Some("The base64 input has bits behind its last byte");
        return out;
    }
    push_partial(&mut out, chunk, count);
    out.read = text.len();
    out
}

/// 23.3.3.9 FromHex ( string [ , maxLength ] )
fn decode_hex(text: &StrView<'_>, max: usize, bytes: Vec<u8>) -> Decoded {
    let mut out = Decoded { read: 0, bytes, error: None };
    if !text.len().is_multiple_of(2) {
        out.error = Some("The hexadecimal input must have an even number of characters");
        return out;
    }
    let digit = |at: usize| char::from_u32(u32::from(text.at(at))).and_then(|digit| digit.to_digit(16));
    while out.read < text.len() && out.bytes.len() < max {
        let (Some(high), Some(low)) = (digit(out.read), digit(out.read + 1)) else {
            out.error = Some("Found a character that is no hexadecimal digit");
            return out;
        };
        out.bytes.push((high << 4 | low) as u8);
        out.read += 2;
    }
    out
}

/// The text that is the first argument, decoded.
fn decode(vm: &Vm, args: &Args<'_>, max: usize, form: Option<Form>) -> Res<Decoded> {
    let Some(text) = args.get(0).as_string() else {
        return Err(vm.type_error("Input must be a string"));
    };
    let view = text.flat(&vm.rt)?;
    Ok(match form {
        Some(form) => decode_base64(&view, &form, max, room((view.len() / 4 + 1) * 3)?),
        None => decode_hex(&view, max, room(view.len() / 2)?),
    })
}

fn require_text(vm: &Vm, args: &Args<'_>) -> Res<()> {
    if args.get(0).is_string() { Ok(()) } else { Err(vm.type_error("Input must be a string")) }
}

/// A new Uint8Array of the bytes, or the error.
fn create(vm: &Vm, decoded: Decoded) -> Res<Value> {
    if let Some(error) = decoded.error {
        return Err(vm.syntax_error(error));
    }
    let (array, view) = new_typed_array(vm, ElementType::Uint8, decoded.bytes.len())?;
    store(view, &decoded.bytes);
    Ok(array.into())
}

fn store(view: Gc<TypedView>, bytes: &[u8]) {
    for (k, byte) in bytes.iter().enumerate() {
        view.set_bits(k, u64::from(*byte));
    }
}

/// 23.3.1.1 Uint8Array.fromBase64 ( string [ , options ] )
fn from_base64(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    require_text(vm, args)?;
    let form = form(vm, args.get(1))?;
    let decoded = decode(vm, args, usize::MAX, Some(form))?;
    create(vm, decoded)
}

/// 23.3.1.2 Uint8Array.fromHex ( string )
fn from_hex(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let decoded = decode(vm, args, usize::MAX, None)?;
    create(vm, decoded)
}

/// 23.3.3.2 ValidateUint8Array ( ta )
fn this(vm: &Vm, args: &Args<'_>) -> Res<Gc<TypedView>> {
    match view_of(args.this) {
        Some((_, view)) if view.element() == ElementType::Uint8 => Ok(view),
        _ => Err(not_typed_array(vm)),
    }
}

fn this_writable(vm: &Vm, args: &Args<'_>) -> Res<Gc<TypedView>> {
    let view = this(vm, args)?;
    if view.data().is_immutable() { Err(immutable(vm)) } else { Ok(view) }
}

/// Stores what was decoded, and says how much.
fn finish(vm: &Vm, view: Gc<TypedView>, decoded: Decoded) -> Res<Value> {
    store(view, &decoded.bytes);
    if let Some(error) = decoded.error {
        return Err(vm.syntax_error(error));
    }
    let result = vm.new_object()?;
    let (read, written) = (Value::number(decoded.read as f64), Value::number(decoded.bytes.len() as f64));
    vm.create_data_property_or_throw(result, vm.rt.key_from_utf8("read")?, read)?;
    vm.create_data_property_or_throw(result, vm.rt.key_from_utf8("written")?, written)?;
    Ok(result.into())
}

/// 23.3.2.1 Uint8Array.prototype.setFromBase64 ( string [ , options ] )
fn set_from_base64(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let view = this_writable(vm, args)?;
    require_text(vm, args)?;
    let form = form(vm, args.get(1))?;
    let max = view.length().ok_or_else(|| out_of_bounds(vm))?;
    let decoded = decode(vm, args, max, Some(form))?;
    finish(vm, view, decoded)
}

/// 23.3.2.2 Uint8Array.prototype.setFromHex ( string )
fn set_from_hex(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let view = this_writable(vm, args)?;
    require_text(vm, args)?;
    let max = view.length().ok_or_else(|| out_of_bounds(vm))?;
    let decoded = decode(vm, args, max, None)?;
    finish(vm, view, decoded)
}

/// 23.3.3.3 GetUint8ArrayBytes ( ta )
fn bytes(vm: &Vm, view: Gc<TypedView>) -> Res<Vec<u8>> {
    let length = view.length().ok_or_else(|| out_of_bounds(vm))?;
    let mut all = room(length)?;
    all.extend((0..length).map_while(|k| view.get_bits(k)).map(|bits| bits as u8));
    Ok(all)
}

/// 23.3.2.3 Uint8Array.prototype.toBase64 ( [ options ] )
fn to_base64(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let view = this(vm, args)?;
    let digits = if alphabet(vm, args.get(0))? { URL } else { STANDARD };
    let omit_padding = option(vm, args.get(0), "omitPadding")?.to_boolean();
    let bytes = bytes(vm, view)?;
    let mut text = room(bytes.len().div_ceil(3) * 4)?;
    for chunk in bytes.chunks(3) {
        let part = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let word = part(0) << 16 | part(1) << 8 | part(2);
        let digit = |at: u32| digits[(word >> (18 - 6 * at) & 63) as usize];
        text.extend((0..=chunk.len() as u32).map(digit));
        if !omit_padding {
            text.extend(std::iter::repeat_n(b'=', 3 - chunk.len()));
        }
    }
    string(vm, &text)
}

/// 23.3.2.4 Uint8Array.prototype.toHex ( )
fn to_hex(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let view = this(vm, args)?;
    let digit = |digit: u8| b"0123456789abcdef"[usize::from(digit & 15)];
    let bytes = bytes(vm, view)?;
    let mut text = room(bytes.len() * 2)?;
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]));
    string(vm, &text)
}

fn string(vm: &Vm, text: &[u8]) -> Res<Value> {
    if text.len() > js_rt::MAX_STRING_LENGTH {
        return Err(js_vm::Throw::StringLength);
    }
    Ok(vm.rt.str_latin1(text)?.into())
}
