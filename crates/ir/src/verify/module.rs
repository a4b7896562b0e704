//! Checks of a module's own tables.

use super::fault::{FaultKind, Faults};
use crate::entity::AliasClass;
use crate::module::{ClassSet, Module, Signature};
use crate::text::{AtName, ClassName, MAX_LIST, Pos};
use std::collections::HashSet;

/// Checks names, runtime entries and signatures.
pub(super) fn check(module: &Module, faults: &mut Faults<'_>) {
    let map = faults.map();
    let classes = module
        .classes
        .iter()
        .map(|(key, c)| (map.and_then(|m| m.class(key)), ClassName(&c.name).to_string()));
    unique("alias class", classes, faults);
    let runtimes = module
        .runtimes
        .iter()
        .map(|(key, r)| (map.and_then(|m| m.runtime(key)), AtName(&r.name).to_string()));
    unique("runtime entry", runtimes, faults);
    let functions = module.functions.iter().map(|(key, f)| {
        let pos = map.and_then(|m| m.function(key)).map(|f| f.header());
        (pos, AtName(&f.name).to_string())
    });
    unique("function", functions, faults);
    for (key, runtime) in module.runtimes.iter() {
        let pos = map.and_then(|m| m.runtime(key));
        let context = format!("in runtime entry {}", AtName(&runtime.name));
        for (what, set) in [("reads", &runtime.reads), ("writes", &runtime.writes)] {
            class_set(module, what, set, |kind| faults.module(pos, context.clone(), kind));
        }
        signature(&runtime.signature, |kind| faults.module(pos, context.clone(), kind));
    }
    for (key, data) in module.signatures.iter() {
        signature(data, |kind| faults.module(None, format!("in the signature {key}"), kind));
    }
}

fn unique(what: &'static str, names: impl Iterator<Item = (Option<Pos>, String)>, faults: &mut Faults<'_>) {
    let mut seen = HashSet::new();
    for (pos, name) in names {
        if !seen.insert(name.clone()) {
            faults.module(pos, format!("at {what} {name}"), FaultKind::DuplicateName { what, name });
        }
    }
}

fn class_set(module: &Module, what: &'static str, set: &ClassSet, mut fault: impl FnMut(FaultKind)) {
    let ClassSet::Some(classes) = set else { return };
    let len = module.classes.len();
    let missing = |class: &&AliasClass| module.classes.get(**class).is_none();
    for class in classes.iter().filter(missing) {
        fault(FaultKind::OutOfRange { name: class.to_string(), len });
    }
    if !classes.is_sorted_by(|a, b| a < b) {
        fault(FaultKind::ClassOrder { what });
    }
}

/// Checks that 16-bit numbers can count a signature's types.
pub(super) fn signature(signature: &Signature, mut fault: impl FnMut(FaultKind)) {
    for (what, list) in [("parameters", &signature.params), ("results", &signature.results)] {
        if list.len() > MAX_LIST {
            fault(FaultKind::SignatureTooLong { what, found: list.len() });
        }
    }
}
