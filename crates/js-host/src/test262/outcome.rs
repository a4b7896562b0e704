//! How a test ended that did not end normally.

use js_bytecode::SyntaxError;
use js_rt::Value;
use js_vm::{Res, Stop, Throw, Vm};

/// When an error occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Before the test.
    Harness,
    Parse,
    Resolution,
    Runtime,
}

/// An error that nobody caught.
pub(super) struct Failed {
    pub(super) phase: Phase,
    /// The name of its constructor.
    name: String,
    pub(super) text: String,
}

impl Failed {
    /// What was thrown; the text has the place in `file` that it came through.
    pub(super) fn new(vm: &Vm, phase: Phase, thrown: Throw, file: &str) -> Failed {
        let value = match vm.catch(thrown) {
            Ok(value) => value,
            Err(Throw::Stop(Stop::Deadline)) => return Failed::other("timeout".into()),
            Err(other) => return Failed::other(format!("{other:?}")),
        };
        // Programs can make these throw, too.
        let name = constructor_name(vm, value).unwrap_or_default();
        let mut text = describe(vm, value, &name).unwrap_or_else(|_| name.clone());
        if phase == Phase::Harness {
            text = format!("harness: {text}");
        }
        if let Some(place) = place(vm, value, file) {
            text = format!("{text} [{place}]");
        }
        Failed { phase, name, text }
    }

    /// An early error.
    pub(super) fn early(error: &SyntaxError) -> Failed {
        let name = if error.reference { "ReferenceError" } else { "SyntaxError" };
        Failed {
            phase: Phase::Parse,
            name: name.into(),
            text: format!("{name}: {} (at {})", error.message, error.offset),
        }
    }

    /// Nothing that a test can be about.
    pub(super) fn other(text: String) -> Failed {
        Failed { phase: Phase::Harness, name: String::new(), text }
    }

    /// Whether a test is about this.
    pub(super) fn is(&self, phase: &str, name: &str) -> bool {
        let phase = match phase {
            "parse" => self.phase == Phase::Parse,
            "resolution" => matches!(self.phase, Phase::Resolution | Phase::Parse),
            _ => self.phase == Phase::Runtime,
        };
        phase && self.name == name
    }
}

fn constructor_name(vm: &Vm, value: Value) -> Res<String> {
    let Some(o) = value.as_object() else { return Ok(String::new()) };
    let constructor = vm.get(o, vm.names().constructor)?;
    match constructor.as_object() {
        Some(constructor) => Ok(vm.to_string(vm.get(constructor, vm.names().name)?)?.to_std()),
        None => Ok(String::new()),
    }
}

fn describe(vm: &Vm, value: Value, name: &str) -> Res<String> {
    let Some(o) = value.as_object() else { return Ok(format!("thrown: {}", vm.describe_value(value))) };
    let message = vm.get(o, vm.names().message)?;
    Ok(format!(
        "{name}: {}",
        if message.is_undefined() { String::new() } else { vm.to_string(message)?.to_std() }
    ))
}

/// Line and column of the outermost function of the test in the stack of an error.
fn place(vm: &Vm, value: Value, file: &str) -> Option<String> {
    let error = value.as_object().filter(|o| o.class() == js_rt::Class::Error)?;
    let text = vm.stack_text(error).ok()?.to_std();
    let name = file.rsplit('/').next().unwrap_or(file);
    let line = text.lines().find(|line| line.contains(name))?;
    let at = line.find(name)?;
    Some(line.get(at + name.len()..)?.trim_matches([':', ')']).to_owned())
}
