//! 22.1.3 Properties of the String Prototype Object: methods that Unicode has a say in.

use super::builder::Builder;
use super::string::this_string;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use js_rt::{Str, StrView, Value};
use js_vm::{Args, Res, Vm};

/// Code units between surrogates without partner, and those.
enum Piece<'a> {
    Text(&'a [u16]),
    Surrogate(u16),
}

/// Splits units at surrogates without partner: no algorithm of Unicode looks across them.
fn pieces(units: &[u16], each: &mut dyn FnMut(Piece<'_>) -> Res<()>) -> Res<()> {
    let mut rest = units;
    while !rest.is_empty() {
        let mut at = 0;
        while let Some(unit) = rest.get(at) {
            match unit & 0xfc00 {
                0xd800 if rest.get(at + 1).is_some_and(|next| next & 0xfc00 == 0xdc00) => at += 2,
                0xd800 | 0xdc00 => break,
                _ => at += 1,
            }
        }
        let (text, others) = rest.split_at(at);
        if !text.is_empty() {
            each(Piece::Text(text))?;
        }
        rest = match others.split_first() {
            Some((surrogate, others)) => {
                each(Piece::Surrogate(*surrogate))?;
                others
            }
            None => others,
        };
    }
    Ok(())
}

fn push_text(text: &mut Builder, from: &str) -> Res<()> {
    from.encode_utf16().try_for_each(|unit| text.push_unit(unit))
}

fn convert(vm: &Vm, string: Str, convert: impl Fn(&str) -> String) -> Res<Value> {
    let mut text = Builder::new();
    let units = string.to_wtf16();
    pieces(&units, &mut |piece| match piece {
        Piece::Text(units) => push_text(&mut text, &convert(&String::from_utf16_lossy(units))),
        Piece::Surrogate(unit) => text.push_unit(unit),
    })?;
    text.finish(vm).map(Value::from)
}

/// 22.1.3.28 String.prototype.toLowerCase ( )
pub(crate) fn to_lower_case(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "toLowerCase")?;
    if let StrView::Latin1(units) = string.flat(&vm.rt)? {
        let is_lower = |unit: &u8| !unit.is_ascii_uppercase() && !matches!(unit, 0xc0..=0xd6 | 0xd8..=0xde);
        if units.iter().all(is_lower) {
            return Ok(string.into());
        }
        let lower = |unit: &u8| if is_lower(unit) { *unit } else { unit + 32 };
        return Ok(vm.rt.str_latin1(&units.iter().map(lower).collect::<Vec<u8>>())?.into());
    }
    convert(vm, string, str::to_lowercase)
}

/// 22.1.3.30 String.prototype.toUpperCase ( )
pub(crate) fn to_upper_case(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "toUpperCase")?;
    if let StrView::Latin1(units) = string.flat(&vm.rt)?
        && units.is_ascii()
    {
        if !units.iter().any(u8::is_ascii_lowercase) {
            return Ok(string.into());
        }
        return Ok(vm.rt.str_latin1(&units.to_ascii_uppercase())?.into());
    }
    convert(vm, string, str::to_uppercase)
}

/// 22.1.3.15 String.prototype.normalize ( [ form ] )
pub(super) fn normalize(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "normalize")?;
    let form = match args.get(0) {
        Value::UNDEFINED => "NFC".to_owned(),
        form => vm.to_string(form)?.to_std(),
    };
    let ascii = matches!(string.flat(&vm.rt)?, StrView::Latin1(units) if units.is_ascii());
    match form.as_str() {
        "NFC" | "NFD" | "NFKC" | "NFKD" if ascii => Ok(string.into()),
        "NFC" => {
            convert(vm, string, |text| ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned())
        }
        "NFD" => {
            convert(vm, string, |text| DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned())
        }
        "NFKC" => {
            convert(vm, string, |text| ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned())
        }
        "NFKD" => {
            convert(vm, string, |text| DecomposingNormalizerBorrowed::new_nfkd().normalize(text).into_owned())
        }
        _ => Err(vm.range_error("The normalization form should be one of NFC, NFD, NFKC, NFKD.")),
    }
}

/// 22.1.3.12 String.prototype.localeCompare ( that [ , reserved1 [ , reserved2 ] ] ): canonically equivalent strings are equal;
/// the order of others is that of their decompositions.
pub(super) fn locale_compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "localeCompare")?;
    let that = vm.to_string(args.get(0))?;
    let order = if string.equals(&that) {
        std::cmp::Ordering::Equal
    } else {
        let decomposed = |string: Str| -> Res<Vec<u16>> {
            let mut all = Vec::new();
            pieces(&string.to_wtf16(), &mut |piece| {
                match piece {
                    Piece::Text(units) => {
                        let text = String::from_utf16_lossy(units);
                        all.extend(DecomposingNormalizerBorrowed::new_nfd().normalize(&text).encode_utf16());
                    }
                    Piece::Surrogate(unit) => all.push(unit),
                }
                Ok(())
            })?;
            Ok(all)
        };
        decomposed(string)?.cmp(&decomposed(that)?)
    };
    Ok(Value::int(order as i32))
}

fn is_lone(units: &[u16], at: usize) -> bool {
    let is = |at: Option<usize>, kind: u16| {
        at.and_then(|at| units.get(at)).is_some_and(|unit| unit & 0xfc00 == kind)
    };
    match units.get(at).map_or(0, |unit| unit & 0xfc00) {
        0xd800 => !is(Some(at + 1), 0xdc00),
        0xdc00 => !is(at.checked_sub(1), 0xd800),
        _ => false,
    }
}

/// 22.1.3.10 String.prototype.isWellFormed ( )
pub(super) fn is_well_formed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "isWellFormed")?;
    Ok(Value::bool(match string.flat(&vm.rt)? {
        StrView::Latin1(_) => true,
        StrView::Utf16(units) => !(0..units.len()).any(|at| is_lone(units, at)),
    }))
}

/// 22.1.3.31 String.prototype.toWellFormed ( )
pub(super) fn to_well_formed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "toWellFormed")?;
    let StrView::Utf16(units) = string.flat(&vm.rt)? else { return Ok(string.into()) };
    if !(0..units.len()).any(|at| is_lone(units, at)) {
        return Ok(string.into());
    }
    let replaced = |at: usize| if is_lone(units, at) { 0xfffd } else { units[at] };
    Ok(vm.rt.str_utf16(&(0..units.len()).map(replaced).collect::<Vec<u16>>())?.into())
}
