//! What `spandrel doctor` finds out, through the same interfaces everything else uses.

use super::report::{Check, Section};
use abi::Abi;
use code_memory::{Description, ExecSpace, Near};

/// Reserved for looking at; nothing is committed.
const PROBE_LEN: usize = 1 << 20;

/// Every fact, by section.
pub(crate) fn collect() -> Vec<Section> {
    vec![program(), memory()]
}

fn program() -> Section {
    let facts = vec![
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("target", env!("SPANDREL_TARGET").to_owned()),
        ("C convention", Abi::HOST.to_string()),
    ];
    Section { name: "spandrel", facts }
}

fn memory() -> Section {
    let facts = match ExecSpace::reserve(PROBE_LEN, Near::Anywhere) {
        Ok(space) => described(&space.describe()),
        Err(error) => {
            vec![
                ("backend", "none: calls and callbacks take the slow path".to_owned()),
                ("reason", error.to_string()),
            ]
        }
    };
    Section { name: "executable memory", facts }
}

fn described(space: &Description) -> Vec<(&'static str, String)> {
    let mut facts = vec![("backend", space.backend.to_owned())];
    facts.extend(space.remarks.iter().map(|remark| ("remark", remark.clone())));
    facts.extend(space.fallbacks.iter().map(|attempt| ("not used", attempt.clone())));
    facts.push(("granule", format!("{} bytes", space.granule)));
    facts
}

/// Tries out what the rest of the program relies on.
pub(crate) fn self_test() -> Vec<Check> {
    Vec::new()
}
