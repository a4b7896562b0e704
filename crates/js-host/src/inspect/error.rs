//! Errors: their stack, and what they were caused by.

use super::class::Names;
use super::{Inspector, Parts};
use heap::Gc;
use js_rt::{Class, List, Obj, Value};
use js_vm::{Intrinsic, Res, Vm};

/// Whether an object is shown as an error: it is one, or inherits from errors.
pub(super) fn is_error(vm: &Vm, o: Obj) -> bool {
    let errors = vm.intrinsic(Intrinsic::ErrorPrototype);
    let inherits = std::iter::successors(o.proto(), |proto| proto.proto()).any(|proto| proto == errors);
    o.class() == Class::Error || inherits && !o.is_callable()
}

/// formatError
pub(super) fn text(inspector: &Inspector<'_>, o: Obj, names: &Names, parts: &Parts) -> Res<String> {
    let vm = inspector.vm;
    let stack = vm.get(o, vm.rt.key_from_utf8("stack")?)?;
    let text = match stack.as_string() {
        Some(stack) if !stack.is_empty() => stack.to_std(),
        _ => plain(vm, o)?,
    };
    let name = vm.get(o, vm.names().name)?;
    let name = name.as_string().map_or_else(|| "Error".to_owned(), |name| name.to_std());
    if !inspector.style.hidden {
        hide(vm, o, parts.keys, &text)?;
    }
    let mut text = improved(text, names, &name);
    if !has_frames(&text, &message_of(vm, o)?) {
        text = format!("[{text}]");
    }
    if inspector.indentation > 0 {
        text = text.replace('\n', &format!("\n{}", " ".repeat(inspector.indentation)));
    }
    Ok(text)
}

/// Whether functions are listed behind the message, which may look like such a list itself.
fn has_frames(text: &str, message: &str) -> bool {
    let behind = text.find(message).map_or(0, |at| at + message.len());
    text.get(behind..).is_some_and(|rest| rest.contains("\n    at"))
}

fn message_of(vm: &Vm, o: Obj) -> Res<String> {
    let message = vm.get(o, vm.names().message)?;
    Ok(message.as_string().map_or_else(String::new, |message| message.to_std()))
}

/// `name: message`
fn plain(vm: &Vm, o: Obj) -> Res<String> {
    let part = |key| -> Res<String> {
        let value = vm.get(o, key)?;
        Ok(if value.is_undefined() { String::new() } else { vm.to_string(value)?.to_std() })
    };
    let (name, message) = (part(vm.names().name)?, part(vm.names().message)?);
    Ok(match (name.is_empty(), message.is_empty()) {
        (true, true) => "Error".to_owned(),
        (true, false) => message,
        (false, true) => name,
        (false, false) => format!("{name}: {message}"),
    })
}

/// improveStack: the name of the class, where the stack begins with another one.
fn improved(stack: String, names: &Names, name: &str) -> String {
    let Some(constructor) = &names.constructor else { return without_prototype(&stack, names) };
    let regular = name.ends_with("Error")
        && stack.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '\n']));
    if !regular || constructor == name {
        return stack;
    }
    let rest = stack.get(name.len()..).unwrap_or_default();
    if constructor.contains(name) {
        format!("{constructor}{rest}")
    } else {
        format!("{constructor} [{name}]{rest}")
    }
}

/// The stack of an error without prototypes, behind the name that it begins with.
fn without_prototype(stack: &str, names: &Names) -> String {
    let known = |c: char| c.is_ascii_alphanumeric() || "_ -[]()".contains(c);
    let end = stack.find(|c| !known(c)).unwrap_or(stack.len());
    let (name, rest) = stack.split_at(end);
    let capital = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.len() > 1;
    if capital && (rest.starts_with(':') || rest.starts_with("\n    at"))
        || name.ends_with("Error") && rest.is_empty()
    {
        format!("{}{rest}", names.prefix(name, "").trim_end())
    } else {
        format!("{}: {stack}", names.prefix("Error", "").trim_end())
    }
}

/// removeDuplicateErrorKeys: what the stack says is not shown again.
fn hide(vm: &Vm, o: Obj, keys: Gc<List>, stack: &str) -> Res<()> {
    for hidden in ["name", "message", "stack"] {
        let key = vm.rt.key_from_utf8(hidden)?;
        let wanted = key.to_value(&vm.rt)?;
        let Some(at) = keys.iter().position(|key| key.same_value(wanted)) else { continue };
        let value = vm.get(o, key)?;
        if value.as_string().is_none_or(|value| stack.contains(&value.to_std())) {
            keys.remove(&vm.rt, at);
        }
    }
    Ok(())
}

/// `cause` and `errors` are shown, though they are not enumerable.
pub(super) fn add_keys(vm: &Vm, o: Obj, keys: Gc<List>) -> Res<()> {
    for name in ["cause", "errors", "error", "suppressed"] {
        let key = vm.rt.key_from_utf8(name)?;
        let value: Value = key.to_value(&vm.rt)?;
        if vm.has_own_property(o, key)? && !keys.iter().any(|other| other.same_value(value)) {
            keys.push(&vm.rt, value)?;
        }
    }
    Ok(())
}
