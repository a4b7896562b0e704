//! 22.1.3.19.1 GetSubstitution.

use super::builder::Builder;
use js_rt::{Gc, List, Obj, Str, Value};
use js_vm::{Res, Vm};

/// What was matched where.
pub(super) struct Matched {
    pub(super) string: Str,
    pub(super) position: usize,
    /// What was matched: for objects that are not RegExps, this need not be there.
    pub(super) text: Str,
    /// Strings, or undefined.
    pub(super) captures: Option<Gc<List>>,
    pub(super) named: Option<Obj>,
}

/// Appends the replacement of a match to `to`.
pub(super) fn get_substitution(vm: &Vm, to: &mut Builder, matched: &Matched, template: Str) -> Res<()> {
    let view = template.flat(&vm.rt)?;
    let dollar = u16::from(b'$');
    let mut at = 0;
    while at < view.len() {
        let run =
            view.slice(at, view.len()).units().position(|unit| unit == dollar).unwrap_or(view.len() - at);
        to.push_view(view.slice(at, at + run))?;
        at += run;
        if at < view.len() {
            at += one(vm, to, matched, template, at)?;
        }
    }
    Ok(())
}

/// Appends what a `$` and the units behind it stand for: the number of these units.
fn one(vm: &Vm, to: &mut Builder, matched: &Matched, template: Str, at: usize) -> Res<usize> {
    let view = template.flat(&vm.rt)?;
    let next = if at + 1 < view.len() { view.at(at + 1) } else { 0 };
    let end = matched.position + matched.text.len();
    match u8::try_from(next).unwrap_or(0) {
        b'$' => to.push_ascii("$")?,
        b'`' => to.push_part(vm, matched.string, 0, matched.position)?,
        b'&' => to.push(vm, matched.text)?,
        b'\'' => to.push_part(vm, matched.string, end.min(matched.string.len()), matched.string.len())?,
        b'0'..=b'9' => return capture(vm, to, matched, template, at),
        b'<' => return named(vm, to, matched, template, at),
        _ => {
            to.push_ascii("$")?;
            return Ok(1);
        }
    }
    Ok(2)
}

fn capture(vm: &Vm, to: &mut Builder, matched: &Matched, template: Str, at: usize) -> Res<usize> {
    let view = template.flat(&vm.rt)?;
    let digit = |at: usize| {
        let unit = if at < view.len() { view.at(at) } else { 0 };
        (48..58).contains(&unit).then(|| usize::from(unit - 48))
    };
    let count = matched.captures.map_or(0, |captures| captures.len());
    let first = digit(at + 1).unwrap_or(0);
    let (number, length) = match digit(at + 2).map(|second| first * 10 + second) {
        Some(both) if (1..=count).contains(&both) => (both, 3),
        _ => (first, 2),
    };
    if !(1..=count).contains(&number) {
        to.push_part(vm, template, at, at + 2)?;
        return Ok(2);
    }
    let value = matched.captures.and_then(|captures| captures.get(number - 1)).unwrap_or(Value::UNDEFINED);
    if let Some(text) = value.as_string() {
        to.push(vm, text)?;
    }
    Ok(length)
}

fn named(vm: &Vm, to: &mut Builder, matched: &Matched, template: Str, at: usize) -> Res<usize> {
    let view = template.flat(&vm.rt)?;
    let end = view.slice(at + 2, view.len()).units().position(|unit| unit == u16::from(b'>'));
    let (Some(groups), Some(length)) = (matched.named, end) else {
        to.push_ascii("$<")?;
        return Ok(2);
    };
    let name = vm.rt.substring(template, at + 2, at + 2 + length)?;
    let value = vm.get(groups, vm.rt.key_from_str(name)?)?;
    if !value.is_undefined() {
        let text = vm.to_string(value)?;
        to.push(vm, text)?;
    }
    Ok(length + 3)
}
