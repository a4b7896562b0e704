//! Rules over `Cargo.toml` files: versions live in the workspace table, each with a reason.

use super::Finding;

/// Dependencies of a member manifest that are not taken from the workspace table.
pub(crate) fn check_member(manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut section = Section::Other;
    // A `[dependencies.name]` table that has not shown `workspace = true` yet.
    let mut open: Option<(usize, String)> = None;
    for (i, raw) in manifest.lines().enumerate() {
        let line = without_comment(raw).trim();
        if let Some(header) = header(line) {
            findings.extend(open.take().map(|(line, name)| not_inherited(line, &name)));
            section = Section::of(header);
            if let Section::Single(name) = &section {
                open = Some((i + 1, name.clone()));
            }
            continue;
        }
        match &section {
            Section::Table => {
                if let Some(name) = entry_without_workspace(line) {
                    findings.push(not_inherited(i + 1, name));
                }
            }
            Section::Single(_) if is_workspace_true(line) => open = None,
            _ => {}
        }
    }
    findings.extend(open.map(|(line, name)| not_inherited(line, &name)));
    findings
}

/// Third-party entries of `[workspace.dependencies]` that nobody gave a reason for.
pub(crate) fn check_workspace(manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut inside = false;
    let mut commented = false;
    for (i, raw) in manifest.lines().enumerate() {
        let line = raw.trim();
        if let Some(header) = header(without_comment(line).trim()) {
            inside = header == "workspace.dependencies";
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            let ours = without_comment(line).contains("path =");
            let has_reason = commented || without_comment(line).len() < line.len();
            if let Some((name, _)) = line.split_once('=').filter(|_| !ours && !has_reason) {
                let message =
                    format!("workspace dependency `{}` without a comment that says why", name.trim());
                findings.push(Finding::new(i + 1, message));
            }
        }
        commented = line.starts_with('#');
    }
    findings
}

enum Section {
    /// `[dependencies]` and its kin: one dependency per line.
    Table,
    /// `[dependencies.name]`: one dependency for the whole table.
    Single(String),
    Other,
}

impl Section {
    fn of(header: &str) -> Section {
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        let is_kind = |s: &str| kinds.contains(&s.rsplit_once('.').map_or(s, |(_, last)| last));
        if header.starts_with("workspace") {
            Section::Other
        } else if is_kind(header) {
            Section::Table
        } else {
            match header.rsplit_once('.') {
                Some((front, name)) if is_kind(front) => Section::Single(name.to_owned()),
                _ => Section::Other,
            }
        }
    }
}

fn header(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']')
}

/// The line up to a `#` that is not inside a string.
fn without_comment(line: &str) -> &str {
    let mut quoted = None;
    for (i, c) in line.char_indices() {
        match (quoted, c) {
            (None, '#') => return &line[..i],
            (None, '"' | '\'') => quoted = Some(c),
            (Some(q), c) if q == c => quoted = None,
            _ => {}
        }
    }
    line
}

/// The name of the dependency on `line` when it does not say `workspace = true`.
fn entry_without_workspace(line: &str) -> Option<&str> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim();
    if let Some(name) = key.strip_suffix(".workspace") {
        return (value.trim() != "true").then_some(name);
    }
    let table = value.trim().strip_prefix('{').and_then(|v| v.strip_suffix('}'));
    let inherited = table.is_some_and(|t| t.split(',').any(is_workspace_true));
    // `name.features = [...]` is the second line of a dependency whose first line is checked on its own.
    (!inherited && !key.contains('.')).then_some(key)
}

fn is_workspace_true(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, value)| key.trim() == "workspace" && value.trim() == "true")
}

fn not_inherited(line: usize, name: &str) -> Finding {
    Finding::new(
        line,
        format!("dependency `{name}` does not come from the workspace table (`{name}.workspace = true`)"),
    )
}

#[cfg(test)]
mod tests {
    use super::{check_member, check_workspace};

    fn lines(findings: Vec<super::Finding>) -> Vec<usize> {
        findings.iter().map(|f| f.line).collect()
    }

    #[test]
    fn versions_in_a_member_fire() {
        assert_eq!(lines(check_member("[dependencies]\nlibc = \"0.2\"\n")), [2]);
        assert_eq!(
            lines(check_member("[dev-dependencies]\nx = { version = \"1\", features = [\"y\"] }\n")),
            [2]
        );
        assert_eq!(lines(check_member("[target.'cfg(unix)'.dependencies]\nx = { path = \"../x\" }")), [2]);
        assert_eq!(
            lines(check_member("[build-dependencies.cc]\nversion = \"1\"\n[lints]\nworkspace = true\n")),
            [1]
        );
        assert_eq!(lines(check_member("[dependencies]\nx.workspace = false\n")), [2]);
    }

    #[test]
    fn inherited_dependencies_and_other_sections_do_not() {
        let manifest = "[package]\nname = \"a\"\nversion.workspace = true\n\n[dependencies]\nlibc.workspace = true\n\
            x = { workspace = true, features = [\"y\"] } # because\n# y = \"1\"\n\n[dependencies.z]\nworkspace = true\n\
            optional = true\n[features]\nq = [\"x\"]\n[target.'cfg(unix)'.dependencies]\nk.workspace = true\n";
        assert_eq!(check_member(manifest), []);
    }

    #[test]
    fn workspace_dependencies_need_a_comment() {
        let manifest = "[workspace.dependencies]\nabi = { path = \"crates/abi\" }\n\n# Parses.\na = \"1\"\nb = \"2\"\n\
            c = \"3\" # Prints.\nd = { version = \"4#\" }\n[workspace.lints]\ne = \"5\"\n";
        assert_eq!(lines(check_workspace(manifest)), [6, 8]);
    }
}
