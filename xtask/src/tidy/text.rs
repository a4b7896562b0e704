//! Rules over the lines of any text file: paths and hosts of one machine, unfinished work.

use super::Finding;

/// Absolute paths that exist on somebody's machine only. Split so that this file does not contain them.
const MACHINE_PATHS: [&str; 6] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/tm", "p/"),
    concat!("C:\\Us", "ers\\"),
];

/// The one place where a path below the temporary folder is part of an interface: Linux's perf map.
const PERF_MAP: &str = concat!("/tm", "p/perf-");

/// The registry every dependency comes from; a mirror belongs in a machine's own configuration.
const REGISTRY: &str = "https://github.com/rust-lang/crates.io-index";

/// Ways a file names some other package registry.
const REGISTRY_SETTINGS: [&str; 6] = [
    concat!("sparse", "+http"),
    concat!("index", "-url"),
    concat!("extra-index", "-url"),
    concat!("replace", "-with"),
    concat!("[source", "."),
    concat!("[regi", "stries"),
];

/// Host name parts that only resolve inside one network.
const PRIVATE_HOSTS: [&str; 4] =
    [concat!(".inter", "nal"), concat!(".co", "rp/"), concat!(".lo", "cal/"), concat!("arti", "factory")];

/// Everything that is wrong with the lines of `text`. Unfinished-work markers in Rust are the token rules' business.
pub(crate) fn check(text: &str, is_rust: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line_number = i + 1;
        if let Some(path) = machine_path(line) {
            findings.push(Finding::new(line_number, format!("path of one machine: `{path}`")));
        }
        if let Some(host) = registry_host(line) {
            findings.push(Finding::new(line_number, format!("package registry of one machine: `{host}`")));
        }
        if let Some(marker) = marker(line).filter(|_| !is_rust) {
            findings.push(Finding::new(line_number, format!("`{marker}` note")));
        }
    }
    findings
}

/// The test command that `readme` names must be what `script` runs, to the letter.
pub(crate) fn check_test_command(readme: &str, script: &str) -> Vec<Finding> {
    let Some((at, command)) = readme.lines().enumerate().find(|(_, line)| line.starts_with("cargo test"))
    else {
        return vec![Finding::new(
            0,
            "no line starts with `cargo test`: the first screen names the test command",
        )];
    };
    let runs_it = script.lines().any(|line| line.trim_start().strip_prefix("step test ") == Some(command));
    if runs_it {
        Vec::new()
    } else {
        vec![Finding::new(at + 1, format!("`.ci/run` does not run `{command}`"))]
    }
}

/// The unfinished-work marker that stands as a word of its own in `line`.
pub(crate) fn marker(line: &str) -> Option<&'static str> {
    [concat!("TO", "DO"), concat!("FIX", "ME")].into_iter().find(|marker| {
        line.match_indices(marker).any(|(at, _)| {
            let word = |c: char| c == '_' || c.is_alphanumeric();
            !line[..at].ends_with(word) && !line[at + marker.len()..].starts_with(word)
        })
    })
}

fn machine_path(line: &str) -> Option<&'static str> {
    MACHINE_PATHS.into_iter().find(|path| {
        line.match_indices(path).any(|(at, _)| {
            // In the middle of a longer path, a URL or an expansion it is not an absolute path.
            let inside = |c: char| c.is_alphanumeric() || "_-.~}/)*".contains(c);
            !line[..at].ends_with(inside) && !line[at..].starts_with(PERF_MAP)
        })
    })
}

fn registry_host(line: &str) -> Option<&str> {
    let setting = REGISTRY_SETTINGS.into_iter().find(|s| line.contains(s));
    let host = PRIVATE_HOSTS.into_iter().find(|h| line.contains("://") && line.contains(h));
    if let Some(found) = setting.or(host) {
        return Some(found);
    }
    let source = line.split_once(concat!("registry", "+"))?.1;
    let url = source.split(['"', '#', '?', '\\']).next().unwrap_or(source);
    (url.contains("://") && url != REGISTRY).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::{MACHINE_PATHS, PERF_MAP, PRIVATE_HOSTS, REGISTRY_SETTINGS, check, check_test_command};

    fn messages(text: &str) -> Vec<(usize, String)> {
        check(text, false).into_iter().map(|f| (f.line, f.message)).collect()
    }

    #[test]
    fn machine_paths_fire_wherever_they_start() {
        for path in MACHINE_PATHS {
            for line in
                [format!("\"{path}x\""), format!("// see {path}x"), format!("cp a {path}"), path.to_owned()]
            {
                let found = messages(&format!("first\n{line}"));
                assert!(
                    found.len() == 1 && found[0].0 == 2 && found[0].1.contains(path),
                    "{line:?} gave {found:?}"
                );
            }
        }
    }

    #[test]
    fn parts_of_longer_paths_and_the_perf_map_do_not() {
        for path in MACHINE_PATHS.iter().filter(|p| p.starts_with('/')) {
            let text = format!("a{path}x ..{path}x https://example.org{path}x ${{DIR}}{path}x");
            assert_eq!(messages(&text), [], "{text:?}");
        }
        assert_eq!(messages(&format!("{PERF_MAP}1234.map")), []);
    }

    #[test]
    fn registries_other_than_crates_io_fire() {
        for setting in REGISTRY_SETTINGS {
            assert_eq!(messages(&format!("x = \"{setting}://h\"")).len(), 1, "{setting}");
        }
        for host in PRIVATE_HOSTS {
            assert_eq!(messages(&format!("https://x{host}y/simple")).len(), 1, "{host}");
        }
        let found = messages(concat!("source = \"registry", "+https://mirror.example.com/index\""));
        assert!(found.len() == 1 && found[0].1.contains("mirror.example.com"), "{found:?}");
        assert_eq!(messages("source = \"registry+https://github.com/rust-lang/crates.io-index\""), []);
        assert_eq!(messages("https://docs.rs/x and an arti factory, x.local"), []);
    }

    #[test]
    fn unfinished_notes_fire_outside_rust_only() {
        for marker in [concat!("TO", "DO"), concat!("FIX", "ME")] {
            let text = format!("fine\n# {marker}: later\n{marker}S are not a marker");
            assert_eq!(messages(&text), [(2, format!("`{marker}` note"))]);
            assert_eq!(check(&text, true), []);
        }
    }

    #[test]
    fn test_command_of_the_readme_is_what_ci_runs() {
        let readme = "# X\n\n```\ncargo test --workspace\n```\n";
        assert_eq!(check_test_command(readme, "set -e\nstep test cargo test --workspace\n"), []);
        assert_eq!(check_test_command(readme, "step test cargo test --workspace --lib\n")[0].line, 4);
        assert_eq!(check_test_command(readme, "# step test cargo test --workspace\n").len(), 1);
        assert_eq!(check_test_command("# X\n", "step test cargo test\n").len(), 1);
    }
}
