//! `--profile`: where an Inferno program's time went, by function and, where there is a symbol file, by source line.

use dis_bytecode::Symbols;
use dis_vm::{ModuleProfile, Profile};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Rows of a table.
const ROWS: usize = 20;

/// Where modules of a tree are, and their sources, with which the compiler puts symbol files.
const SOURCES: [(&str, &str); 3] =
    [("dis/lib/", "appl/lib/"), ("dis/wm/", "appl/wm/"), ("dis/", "appl/cmd/")];

/// A module with what is known of its source.
struct Named<'a> {
    of: &'a ModuleProfile,
    symbols: Option<Symbols>,
}

/// The tables.
pub(super) fn report(profile: &Profile, root: Option<&Path>) -> String {
    let mut out = String::new();
    let mut named = Vec::new();
    for of in profile.modules.iter().filter(|of| !of.own.is_empty()) {
        let symbols = symbols(of, root, &mut out);
        named.push(Named { of, symbols });
    }
    let (seconds, turns) = (profile.time.as_secs_f64(), profile.turns);
    let _ = writeln!(out, "profile: {seconds:.3} s in {turns} turns");
    let functions = named.iter().flat_map(Named::functions).collect();
    table(&mut out, profile, "function", functions);
    let lines = named.iter().flat_map(Named::lines).collect();
    table(&mut out, profile, "line", lines);
    out
}

/// What a row is about, the time spent in it, and that with what it called.
type Row = (String, Duration, Duration);

fn table(out: &mut String, profile: &Profile, what: &str, mut rows: Vec<Row>) {
    rows.retain(|(_, own, total)| !own.is_zero() || !total.is_zero());
    if rows.is_empty() {
        return;
    }
    rows.sort_by(|a, b| (b.1, b.2, &a.0).cmp(&(a.1, a.2, &b.0)));
    let share =
        |time: Duration| 100.0 * time.as_secs_f64() / profile.time.as_secs_f64().max(f64::MIN_POSITIVE);
    let _ = writeln!(out, "   own   total  {what}");
    for (name, own, total) in rows.iter().take(ROWS) {
        let _ = writeln!(out, "{:5.1} %  {:5.1} %  {name}", share(*own), share(*total));
    }
    if rows.len() > ROWS {
        let _ = writeln!(out, "                 and {} more", rows.len() - ROWS);
    }
}

impl Named<'_> {
    fn functions(&self) -> Vec<Row> {
        let mut own = vec![Duration::ZERO; self.of.functions.len()];
        for (pc, time) in &self.of.own {
            if let Some(Some(owner)) = self.of.owner.get(*pc as usize) {
                own[*owner as usize] += *time;
            }
        }
        let rows = self.of.functions.iter().zip(own);
        rows.map(|((pc, export, total), own)| (self.function(*pc, export.as_deref()), own, *total)).collect()
    }

    /// A function's name: from the symbol file, or as others call it, or where it begins.
    fn function(&self, pc: u32, export: Option<&str>) -> String {
        let known = self.symbols.iter().flat_map(|symbols| &symbols.functions).find(|(at, _)| *at == pc);
        match known.map(|(_, name)| name.as_str()).or(export) {
            Some(name) => format!("{}->{name}", self.of.name),
            None => format!("{}->{pc}", self.of.name),
        }
    }

    /// Times by line; of what a line calls nothing is known.
    fn lines(&self) -> Vec<Row> {
        let Some(symbols) = &self.symbols else { return Vec::new() };
        let mut lines: BTreeMap<(u32, u32), Duration> = BTreeMap::new();
        for (pc, time) in &self.of.own {
            if let Some(source) = symbols.sources.get(*pc as usize) {
                *lines.entry((source.file, source.line)).or_default() += *time;
            }
        }
        let name = |file: u32| symbols.files.get(file as usize).map_or("?", String::as_str);
        lines.iter().map(|((file, line), time)| (format!("{}:{line}", name(*file)), *time, *time)).collect()
    }
}

/// The symbol file of a module, if there is one for just this module. What is wrong with one is said.
fn symbols(of: &ModuleProfile, root: Option<&Path>, out: &mut String) -> Option<Symbols> {
    let (file, bytes) = candidates(of, root).into_iter().find_map(|file| {
        let bytes = std::fs::read(&file).ok()?;
        Some((file, bytes))
    })?;
    let wrong = match Symbols::read(&bytes) {
        Ok(symbols) if symbols.sources.len() == of.instructions => return Some(symbols),
        Ok(symbols) => {
            format!("it is of {} instructions, the module has {}", symbols.sources.len(), of.instructions)
        }
        Err(why) => why.to_string(),
    };
    let _ = writeln!(out, "note: {} is not used: {wrong}", file.display());
    None
}

/// Beside the module, and beside its source. sbl(6) leaves open where it is.
fn candidates(of: &ModuleProfile, root: Option<&Path>) -> Vec<PathBuf> {
    let path = Path::new(&of.path);
    let Some(root) = root else { return vec![path.with_extension("sbl")] };
    let inside = |path: &Path| -> PathBuf {
        path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
    };
    let dis = inside(path);
    let mut candidates = vec![root.join(dis.with_extension("sbl"))];
    if let Some(source) = &of.source {
        candidates.push(root.join(inside(Path::new(source)).with_extension("sbl")));
    }
    for (from, to) in SOURCES {
        if let Ok(rest) = dis.strip_prefix(from) {
            candidates.push(root.join(to).join(rest).with_extension("sbl"));
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::{candidates, report};
    use dis_vm::{ModuleProfile, Profile};
    use std::path::Path;
    use std::time::Duration;

    fn module(path: &str) -> ModuleProfile {
        let ms = Duration::from_millis;
        ModuleProfile {
            name: "Small".into(),
            path: path.into(),
            source: Some("/appl/x/small.b".into()),
            instructions: 3,
            functions: vec![(0, Some("init".into()), ms(100)), (2, None, ms(75))],
            owner: vec![Some(0), Some(0), Some(1)],
            own: [(1, ms(25)), (2, ms(75))].into(),
        }
    }

    fn profile(path: &str) -> Profile {
        Profile { modules: vec![module(path)], time: Duration::from_millis(100), turns: 4 }
    }

    #[test]
    fn functions_have_their_own_time_and_that_of_what_they_call() {
        let text = report(&profile("/nowhere/small.dis"), None);
        assert_eq!(
            text,
            "profile: 0.100 s in 4 turns\n   own   total  function\n 75.0 %   75.0 %  Small->2\n 25.0 %  100.0 %  Small->init\n"
        );
    }

    #[test]
    fn symbol_files_name_functions_and_lines() {
        let root = std::env::temp_dir().join(format!("spandrel-profile-{}", std::process::id()));
        std::fs::create_dir_all(root.join("appl/cmd")).unwrap();
        let sbl = root.join("appl/cmd/small.sbl");
        let head = "limbo .sbl 2.1\nSmall\n1\nsmall.b\n3\n5.0,1 0\n0,1 0\n7.0,1 1\n0\n";
        std::fs::write(&sbl, format!("{head}2\n0:init\n0\n0\nn2:Point.add\n0\n0\nn0\n")).unwrap();
        let text = report(&profile("/dis/small.dis"), Some(&root));
        assert!(text.contains(" 75.0 %   75.0 %  Small->Point.add\n"), "{text}");
        assert!(text.ends_with("line\n 75.0 %   75.0 %  small.b:7\n 25.0 %   25.0 %  small.b:5\n"), "{text}");

        std::fs::write(&sbl, head.replace("7.0,1 1\n", "")).unwrap();
        let text = report(&profile("/dis/small.dis"), Some(&root));
        assert!(text.starts_with("note: ") && text.contains("is not used: line "), "{text}");
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn symbol_files_are_beside_modules_or_sources() {
        let at = |path| candidates(&module(path), Some(Path::new("tree")));
        let paths = |paths: [&str; 3]| paths.map(|path| Path::new("tree").join(path)).to_vec();
        assert_eq!(at("/dis/small.dis"), paths(["dis/small.sbl", "appl/x/small.sbl", "appl/cmd/small.sbl"]));
        assert_eq!(
            at("/dis/lib/../small.dis")[..1],
            [Path::new("tree").join("dis/lib/small.sbl")],
            "nothing outside of the tree"
        );
    }
}
