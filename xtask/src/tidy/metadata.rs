//! What `cargo metadata` and `git ls-files` know about the repository.

use super::layers::Graph;
use crate::run::{self, Failure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// A workspace member as the rules need it.
pub(crate) struct Member {
    /// Package name.
    pub(crate) name: String,
    /// Folder of its manifest, relative to the repository, with `/` between parts.
    pub(crate) folder: String,
    /// Root files of its libraries, programs and build script, relative to the repository.
    pub(crate) roots: Vec<String>,
}

/// The workspace members and the dependency graph around them.
pub(crate) struct Metadata {
    pub(crate) members: Vec<Member>,
    pub(crate) graph: Graph,
}

impl Metadata {
    /// Asks Cargo.
    ///
    /// # Errors
    /// When Cargo fails, for example because `Cargo.lock` is out of date.
    pub(crate) fn load(root: &Path) -> Result<Metadata, Failure> {
        let mut command = Command::new(run::cargo());
        command.current_dir(root).args(["metadata", "--format-version", "1", "--locked"]);
        let text = run::output(&mut command)?;
        let json = serde_json::from_str(&text).map_err(|e| Failure::new(format!("cargo metadata: {e}")))?;
        Metadata::parse(&json, root).ok_or_else(|| Failure::new("cargo metadata: output has an unknown form"))
    }

    fn parse(json: &Value, root: &Path) -> Option<Metadata> {
        let packages = json["packages"].as_array()?;
        let ids: BTreeSet<&str> =
            json["workspace_members"].as_array()?.iter().filter_map(Value::as_str).collect();
        let names: BTreeMap<&str, &str> =
            packages.iter().map(|p| Some((p["id"].as_str()?, p["name"].as_str()?))).collect::<Option<_>>()?;
        let mut graph = Graph::default();
        for node in json["resolve"]["nodes"].as_array()? {
            let id = node["id"].as_str()?;
            let name = (*names.get(id)?).to_owned();
            for dep in node["deps"].as_array()? {
                let to = (*names.get(dep["pkg"].as_str()?)?).to_owned();
                let dev_only = dep["dep_kinds"].as_array()?.iter().all(|k| k["kind"] == "dev");
                if ids.contains(id) {
                    graph.members.entry(name.clone()).or_default().insert(to.clone());
                }
                if !dev_only {
                    graph.needs.entry(name.clone()).or_default().insert(to);
                }
            }
            if ids.contains(id) {
                graph.members.entry(name).or_default();
            }
        }
        let ours = packages.iter().filter(|p| p["id"].as_str().is_some_and(|id| ids.contains(id)));
        let members = ours.map(|p| Member::parse(p, root)).collect::<Option<_>>()?;
        Some(Metadata { members, graph })
    }
}

impl Member {
    fn parse(package: &Value, root: &Path) -> Option<Member> {
        let manifest = relative(package["manifest_path"].as_str()?, root)?;
        let mut roots = Vec::new();
        for target in package["targets"].as_array()? {
            let kinds = target["kind"].as_array()?;
            if !kinds.iter().any(|k| ["test", "bench", "example"].iter().any(|t| k == t)) {
                roots.push(relative(target["src_path"].as_str()?, root)?);
            }
        }
        let folder = manifest.strip_suffix("/Cargo.toml").unwrap_or_default().to_owned();
        Some(Member { name: package["name"].as_str()?.to_owned(), folder, roots })
    }
}

fn relative(path: &str, root: &Path) -> Option<String> {
    let path = Path::new(path).strip_prefix(root).ok()?;
    Some(path.to_str()?.replace('\\', "/"))
}

/// Files under version control, and new ones that are not ignored, relative to the repository.
///
/// # Errors
/// When git fails.
pub(crate) fn files(root: &Path) -> Result<Vec<String>, Failure> {
    let mut command = Command::new("git");
    command.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listing = run::output(&mut command)?;
    Ok(listing.split('\0').filter(|f| !f.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::Metadata;
    use serde_json::json;
    use std::path::Path;

    #[test]
    fn members_edges_and_roots_come_out_of_the_json() {
        let dep = |pkg: &str, kind: &str| {
            let kind = if kind.is_empty() { json!(null) } else { json!(kind) };
            json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] })
        };
        let target = |kind: &str, path: &str| json!({ "kind": [kind], "src_path": path });
        let json = json!({
            "workspace_members": ["A"],
            "packages": [
                { "id": "A", "name": "a", "manifest_path": "/r/crates/a/Cargo.toml",
                  "targets": [target("lib", "/r/crates/a/src/lib.rs"), target("test", "/r/crates/a/tests/t.rs")] },
                { "id": "B", "name": "b", "manifest_path": "/c/b/Cargo.toml", "targets": [] },
                { "id": "C", "name": "c", "manifest_path": "/c/c/Cargo.toml", "targets": [] },
            ],
            "resolve": { "nodes": [
                { "id": "A", "deps": [dep("B", ""), dep("C", "dev")] },
                { "id": "B", "deps": [dep("C", "build")] },
                { "id": "C", "deps": [] },
            ] },
        });
        let metadata = Metadata::parse(&json, Path::new("/r")).expect("complete");
        let [member] = &metadata.members[..] else { panic!("one member") };
        assert_eq!((member.name.as_str(), member.folder.as_str()), ("a", "crates/a"));
        assert_eq!(member.roots, ["crates/a/src/lib.rs"]);
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        assert_eq!(metadata.graph.members, [("a".to_owned(), set(&["b", "c"]))].into());
        let needs = [("a".to_owned(), set(&["b"])), ("b".to_owned(), set(&["c"]))].into();
        assert_eq!(metadata.graph.needs, needs);
    }
}
