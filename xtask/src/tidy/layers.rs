//! The layers of the workspace as data, and the check that dependencies follow them.

use super::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// A family of crates for one guest language. Guests never import one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guest {
    JavaScript,
    Inferno,
    Sox,
}

/// Where one workspace crate stands.
pub(crate) struct Crate {
    pub(crate) name: &'static str,
    pub(crate) layer: u8,
    pub(crate) guest: Option<Guest>,
    /// Crates of the same layer it may depend on; lower layers are always open.
    pub(crate) beside: &'static [&'static str],
    /// Whether it contains `unsafe` code.
    pub(crate) may_be_unsafe: bool,
}

const fn low(layer: u8, name: &'static str, beside: &'static [&'static str]) -> Crate {
    Crate { name, layer, guest: None, beside, may_be_unsafe: false }
}

const fn with_unsafe(layer: u8, name: &'static str, beside: &'static [&'static str]) -> Crate {
    Crate { name, layer, guest: None, beside, may_be_unsafe: true }
}

const fn guest(guest: Guest, name: &'static str, beside: &'static [&'static str]) -> Crate {
    Crate { name, layer: 3, guest: Some(guest), beside, may_be_unsafe: false }
}

use Guest::{Inferno, JavaScript, Sox};

/// Every crate of the plan, lowest layer first. A crate that is not here does not belong to the workspace.
pub(crate) const CRATES: &[Crate] = &[
    low(0, "diagnostics", &[]),
    with_unsafe(0, "code-memory", &["diagnostics"]),
    with_unsafe(0, "abi", &["code-memory", "diagnostics"]),
    low(1, "ir", &[]),
    low(1, "codegen", &["ir"]),
    low(1, "tiering", &[]),
    with_unsafe(1, "heap", &[]),
    with_unsafe(2, "jit", &[]),
    low(2, "linker", &[]),
    low(2, "aot", &["linker"]),
    with_unsafe(2, "ffi", &[]),
    guest(JavaScript, "js-bytecode", &[]),
    guest(JavaScript, "js-compile", &["js-bytecode"]),
    guest(JavaScript, "js-rt", &["js-bytecode"]),
    guest(JavaScript, "js-vm", &["js-bytecode", "js-rt"]),
    guest(JavaScript, "js-regexp", &[]),
    guest(JavaScript, "js-builtins", &["js-bytecode", "js-regexp", "js-rt", "js-vm"]),
    guest(JavaScript, "js-intl", &["js-rt", "js-vm", "js-builtins"]),
    guest(
        JavaScript,
        "js-host",
        &[
            "js-bytecode",
            "js-compile",
            "js-rt",
            "js-vm",
            "js-builtins",
            "js-intl",
            "js-baseline",
            "js-jit",
            "js-regexp",
            "js-regexp-jit",
        ],
    ),
    Crate {
        name: "js-baseline",
        layer: 3,
        guest: Some(JavaScript),
        beside: &["js-bytecode", "js-rt", "js-vm"],
        may_be_unsafe: true,
    },
    guest(JavaScript, "js-lower", &["js-bytecode", "js-compile", "js-rt"]),
    guest(JavaScript, "js-jit", &["js-bytecode", "js-rt", "js-vm", "js-baseline", "js-lower"]),
    guest(JavaScript, "js-regexp-jit", &["js-regexp"]),
    guest(Inferno, "dis-bytecode", &[]),
    guest(Inferno, "dis-rt", &[]),
    guest(Inferno, "dis-vm", &["dis-bytecode", "dis-rt"]),
    guest(Inferno, "dis-lower", &["dis-bytecode", "dis-rt", "dis-vm"]),
    guest(Inferno, "dis-jit", &["dis-bytecode", "dis-rt", "dis-vm", "dis-lower"]),
    guest(Inferno, "limbo", &["dis-bytecode"]),
    guest(Sox, "sox-syntax", &[]),
    guest(Sox, "sox-bytecode", &["sox-syntax"]),
    guest(Sox, "sox-rt", &[]),
    guest(Sox, "sox-vm", &["sox-syntax", "sox-bytecode", "sox-rt"]),
    guest(Sox, "sox-lower", &["sox-syntax", "sox-bytecode", "sox-rt"]),
    guest(Sox, "sox-jit", &["sox-syntax", "sox-bytecode", "sox-rt", "sox-vm", "sox-lower"]),
    low(4, "spandrel", &[]),
    low(4, "filetests", &["spandrel"]),
    low(4, "fuzz-workers", &[]),
    low(4, "irfuzz", &["fuzz-workers"]),
    low(4, "js-fuzz", &["fuzz-workers"]),
    low(4, "cli", &["spandrel"]),
    low(4, "xtask", &[]),
];

/// The entry of a workspace crate.
pub(crate) fn find(name: &str) -> Option<&'static Crate> {
    CRATES.iter().find(|c| c.name == name)
}

/// The dependency graph as far as the rules need it; names only.
#[derive(Default)]
pub(crate) struct Graph {
    /// Workspace members and what each names directly, for building, testing or both.
    pub(crate) members: BTreeMap<String, BTreeSet<String>>,
    /// Every package and what it needs to be built, development dependencies left out.
    pub(crate) needs: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Everything that ends up in a build of `name` or of its tests.
    fn reachable(&self, name: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<&str> =
            self.members.get(name).into_iter().flatten().map(String::as_str).collect();
        while let Some(next) = pending.pop() {
            if seen.insert(next) {
                pending.extend(self.needs.get(next).into_iter().flatten().map(String::as_str));
            }
        }
        seen
    }
}

/// Development dependencies that may point up or aside, because a measurement or test has to execute what the crate only makes.
/// They are in no build of the crate itself.
const MEASURES_WITH: &[(&str, &str)] = &[
    ("codegen", "jit"),
    ("codegen", "ffi"),
    ("codegen", "tiering"),
    ("js-baseline", "js-builtins"),
    ("js-baseline", "js-compile"),
];

/// Every edge that breaks the layering.
pub(crate) fn check(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, direct) in &graph.members {
        let Some(from) = find(name) else {
            findings.push(Finding::new(
                0,
                format!("crate `{name}` is not in the layer table of xtask/src/tidy/layers.rs"),
            ));
            continue;
        };
        let needed = |to: &str| graph.needs.get(name).is_some_and(|needs| needs.contains(to));
        let measures = |to: &str| MEASURES_WITH.contains(&(name.as_str(), to)) && !needed(to);
        for to in direct.iter().filter(|to| !measures(to)).filter_map(|d| find(d)) {
            findings.extend(edge_fault(from, to).map(|fault| Finding::new(0, fault)));
        }
        let reachable = graph.reachable(name);
        if bans_cranelift(name) {
            for dep in reachable.iter().filter(|d| d.starts_with("cranelift")) {
                findings.push(Finding::new(
                    0,
                    format!("`{name}` depends on `{dep}`: it must not know Cranelift"),
                ));
            }
        }
        if name == "linker" {
            for dep in reachable.iter().filter(|d| find(d).is_some_and(|c| c.guest.is_some())) {
                findings.push(Finding::new(0, format!("`linker` depends on `{dep}`: it must know no guest")));
            }
        }
    }
    findings
}

/// What is wrong with a direct dependency between two workspace crates.
fn edge_fault(from: &Crate, to: &Crate) -> Option<String> {
    let (a, b) = (from.name, to.name);
    if from.guest.is_some() && to.guest.is_some() && from.guest != to.guest {
        return Some(format!("`{a}` depends on `{b}`: guests never import one another"));
    }
    if to.layer > from.layer {
        return Some(format!(
            "`{a}` (layer {}) depends on `{b}` (layer {}): dependencies point down",
            from.layer, to.layer
        ));
    }
    if to.layer == from.layer && !from.beside.contains(&b) {
        return Some(format!(
            "`{a}` depends on `{b}` of its own layer {}, which the table does not allow",
            from.layer
        ));
    }
    None
}

fn bans_cranelift(name: &str) -> bool {
    name == "tiering" || name == "ir" || name.ends_with("-vm")
}

#[cfg(test)]
mod tests {
    use super::{CRATES, Graph, check, find};

    /// `members` and `others` as `("name", "dep dep")`; every member also takes part in `needs`.
    fn graph(members: &[(&str, &str)], others: &[(&str, &str)]) -> Graph {
        let entry = |(name, deps): &(&str, &str)| {
            (name.to_string(), deps.split_whitespace().map(str::to_owned).collect())
        };
        let members: std::collections::BTreeMap<_, _> = members.iter().map(entry).collect();
        let mut needs = members.clone();
        needs.extend(others.iter().map(entry));
        Graph { members, needs }
    }

    fn messages(members: &[(&str, &str)], others: &[(&str, &str)]) -> Vec<String> {
        check(&graph(members, others)).into_iter().map(|f| f.message).collect()
    }

    #[track_caller]
    fn assert_fires(members: &[(&str, &str)], others: &[(&str, &str)], part: &str) {
        let found = messages(members, others);
        assert!(found.len() == 1 && found[0].contains(part), "{found:?}");
    }

    #[test]
    fn downward_and_listed_edges_are_fine() {
        let members = [
            ("code-memory", "libc"),
            ("abi", "code-memory"),
            ("ffi", "abi code-memory"),
            ("cli", "ffi clap"),
        ];
        assert_eq!(messages(&members, &[]), [""; 0]);
        assert_eq!(
            messages(&[("jit", "ir codegen"), ("codegen", "ir cranelift-codegen"), ("ir", "")], &[]),
            [""; 0]
        );
    }

    #[test]
    fn upward_edge_fires() {
        assert_fires(&[("abi", "ffi")], &[], "dependencies point down");
        assert_fires(&[("ir", "jit")], &[], "dependencies point down");
    }

    #[test]
    fn only_what_measures_may_look_up_and_only_for_that() {
        assert_fires(&[("codegen", "jit")], &[], "dependencies point down");
        let mut graph = graph(&[("codegen", "jit"), ("abi", "ffi")], &[]);
        graph.needs.values_mut().for_each(|needs| needs.clear());
        let found: Vec<String> = check(&graph).into_iter().map(|f| f.message).collect();
        assert!(found.len() == 1 && found[0].starts_with("`abi`"), "{found:?}");
    }

    #[test]
    fn unlisted_edge_within_a_layer_fires() {
        assert_fires(&[("code-memory", "abi")], &[], "own layer 0");
        assert_fires(&[("js-bytecode", "js-vm")], &[], "own layer 3");
    }

    #[test]
    fn guests_do_not_import_one_another() {
        assert_fires(&[("js-vm", "sox-rt")], &[], "guests never import");
        assert_fires(&[("limbo", "js-bytecode")], &[], "guests never import");
    }

    #[test]
    fn linker_knows_no_guest_even_through_another_crate() {
        let found = messages(&[("linker", "helper")], &[("helper", "sox-rt")]);
        assert!(found.len() == 1 && found[0].contains("must know no guest"), "{found:?}");
    }

    #[test]
    fn cranelift_stays_out_even_through_another_crate() {
        assert_fires(&[("tiering", "cranelift-entity")], &[], "must not know Cranelift");
        assert_fires(&[("ir", "helper")], &[("helper", "cranelift-codegen")], "must not know Cranelift");
        assert_fires(
            &[("dis-vm", "jit")],
            &[("jit", "codegen"), ("codegen", "cranelift-frontend")],
            "Cranelift",
        );
    }

    #[test]
    fn unknown_crate_fires() {
        assert_fires(&[("utils", "")], &[], "not in the layer table");
    }

    #[test]
    fn the_table_is_consistent() {
        for (i, c) in CRATES.iter().enumerate() {
            assert!(CRATES[..i].iter().all(|d| d.name != c.name), "{} twice", c.name);
            for b in c.beside {
                let other = find(b).unwrap_or_else(|| panic!("{} lists unknown {b}", c.name));
                assert_eq!(other.layer, c.layer, "{} lists {b} beside itself", c.name);
                assert!(!other.beside.contains(&c.name), "{} and {b} list each other", c.name);
            }
        }
    }
}
