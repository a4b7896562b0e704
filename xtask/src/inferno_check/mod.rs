//! `cargo xtask inferno-check`: programs of an Inferno tree in our machine, each in a folder of its own beside the tree, against what
//! the manual says they print.

mod cases;
mod sweep;

use crate::run::{Failure, target_dir};
use cases::{CASES, Case, Expect};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Arguments of `inferno-check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The tree: a folder with `dis`, `lib` and so on in it. Nothing in it is changed
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// The `spandrel` to use; otherwise the release build
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Only cases with this in their name
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Also every command compiled again by the tree's compiler, and the tree's test modules
    #[arg(long)]
    all: bool,
    /// Seconds that one may take
    #[arg(long, value_name = "N", default_value_t = 30)]
    timeout: u32,
    /// More flags for `spandrel run`, such as `--gc-stress`
    #[arg(last = true)]
    flags: Vec<String>,
}

/// What a case came to.
enum Outcome {
    Agrees,
    Differs(String),
}

/// Files that every case finds in `/try`.
const FILES: [(&str, &str); 4] = [
    ("fruit", "pear\napple\nfig\napple\n"),
    ("numbers", "10 ten\n9 nine\n100 hundred\n"),
    (
        "hello.b",
        "implement Hello;\ninclude \"sys.m\";\ninclude \"draw.m\";\n\
         Hello: module { init: fn(nil: ref Draw->Context, args: list of string); };\n\
         init(nil: ref Draw->Context, args: list of string)\n\
         {\n\tsys := load Sys Sys->PATH;\n\tsys->print(\"%d words: %s\\n\", len args, hd tl args);\n}\n",
    ),
    ("g.y", GRAMMAR),
];

/// A grammar for Limbo's yacc, and sums to try it on.
const GRAMMAR: &str = r#"%{
include "sys.m";
	sys: Sys;
include "draw.m";

YYSTYPE: adt { v: int; };
YYLEX: adt {
	lval: YYSTYPE;
	s: string;
	i: int;
	lex: fn(l: self ref YYLEX): int;
	error: fn(l: self ref YYLEX, err: string);
};
%}
%module G {
	init: fn(ctxt: ref Draw->Context, argv: list of string);
}
%token <v> NUM
%type <v> e
%left '+'
%left '*'
%%
top:
	| top e ';'	{ sys->print("%d\n", $2); }
	;
e:	e '+' e	{ $$ = $1 + $3; }
	| e '*' e	{ $$ = $1 * $3; }
	| '(' e ')'	{ $$ = $2; }
	| NUM
	;
%%
YYLEX.lex(l: self ref YYLEX): int
{
	if(l.i >= len l.s)
		return -1;
	c := l.s[l.i++];
	if(c >= '0' && c <= '9'){
		l.lval.v = c - '0';
		return NUM;
	}
	return c;
}

YYLEX.error(nil: self ref YYLEX, err: string)
{
	sys->print("%s\n", err);
}

init(nil: ref Draw->Context, nil: list of string)
{
	sys = load Sys Sys->PATH;
	l := ref YYLEX;
	l.s = "2+3*4;(2+3)*4;";
	yyparse(l);
}
"#;

/// A root with everything of the tree, and folders that programs may write to.
fn prepare(tree: &Path, root: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::io(root, error);
    match fs::remove_dir_all(root) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    for folder in ["try/d", "tmp"] {
        fs::create_dir_all(root.join(folder)).map_err(failed)?;
    }
    for entry in fs::read_dir(tree).map_err(|error| Failure::io(tree, error))? {
        let entry = entry.map_err(|error| Failure::io(tree, error))?;
        if !matches!(entry.file_name().to_str(), Some("try" | "tmp")) {
            link(&entry.path(), &root.join(entry.file_name())).map_err(failed)?;
        }
    }
    fs::write(root.join("try/d/one"), "x").map_err(failed)?;
    FILES.iter().try_for_each(|(name, text)| fs::write(root.join("try").join(name), text).map_err(failed))
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(windows)]
fn link(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(to, at)
}

/// Ways of running programs, with their flags. The first one is what others are compared with.
const WAYS: [(&str, &[&str]); 3] =
    [("interpreter", &["--no-jit"]), ("JIT", &[]), ("all compiled", &["--jit-threshold=1"])];

/// What a program did.
struct Ran {
    output: String,
    errors: String,
    status: String,
}

/// Runs a case.
fn run_case(args: &Args, way: &[&str], program: &Path, root: &Path, case: &Case) -> Result<Ran, Failure> {
    let mut command = Command::new(program);
    command
        .args(["run", "--timeout", &args.timeout.to_string(), "--root"])
        .arg(root)
        .args(way)
        .args(&args.flags);
    command.args(["/dis/sh.dis", "-c", &case.script]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| Failure::io(program, error))?;
    if let Some(mut input) = child.stdin.take() {
        // Whoever does not read may be gone.
        let _ = input.write_all(case.input.as_bytes());
    }
    let ran = child.wait_with_output().map_err(|error| Failure::io(program, error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Ran { output: text(&ran.stdout), errors: text(&ran.stderr), status: ran.status.to_string() })
}

/// Numbers in front of units of time, which are others each time.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[at..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len() - at);
        let (number, behind) = rest[at..].split_at(digits);
        let unit = behind.trim_start();
        let time = ["ms", "us", "ns", "s)", "s ", "s\n", "sec"].iter().any(|ending| unit.starts_with(ending));
        out.push_str(&rest[..at]);
        out.push_str(if time { "#" } else { number });
        rest = behind;
    }
    out + rest
}

/// Whether memory that is in use at the end of two lines of `/dev/memory` is not much more in the second.
fn is_flat(output: &str) -> bool {
    let used = output.lines().filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    match used.collect::<Vec<_>>().as_slice() {
        [first, second] => *second <= first + first / 4 + (1 << 20),
        _ => false,
    }
}

/// What a case came to, given what the first way printed.
fn judge(case: &Case, first: Option<&str>, ran: &Ran) -> Outcome {
    let expected = match &case.output {
        Expect::Text(text) => (*text).to_owned(),
        Expect::Flat if is_flat(&ran.output) => return Outcome::Agrees,
        Expect::Flat => "the same memory twice".to_owned(),
        Expect::Same => first.map_or_else(|| ran.output.clone(), str::to_owned),
    };
    let agrees = match &case.output {
        Expect::Same => {
            let ended = ran.status.contains("status: 0") || ran.status.contains("status: 1");
            ended && without_times(&ran.output) == without_times(&expected)
        }
        _ => ran.output == expected,
    };
    if agrees {
        return Outcome::Agrees;
    }
    let Ran { output, errors, status } = ran;
    Outcome::Differs(format!(
        "  printed:  {output:?}\n  expected: {expected:?}\n  errors:   {errors:?}\n  {status}"
    ))
}

/// All cases of a tree, as far as they are wanted.
fn all_cases(args: &Args, tree: &Path) -> Vec<Case> {
    let mut cases = CASES.to_vec();
    if args.all {
        cases.extend(sweep::commands(tree));
        cases.extend(sweep::tests(tree));
    }
    cases.retain(|case| args.filter.as_ref().is_none_or(|filter| case.name.contains(filter.as_str())));
    cases
}

/// How often something came out, by way.
#[derive(Default)]
struct Tally {
    agree: usize,
    differ: usize,
    lack: usize,
}

/// One case in all ways. The result is whether it agrees in each.
fn try_case(
    args: &Args,
    places: (&Path, &Path, &Path),
    case: &Case,
    tallies: &mut [Tally; 3],
) -> Result<Option<bool>, Failure> {
    let (tree, root, program) = places;
    let missing = |name: &str| {
        let file = tree.join("dis").join(name);
        !file.with_extension("dis").is_file() && !file.is_file()
    };
    if case.needs.split_whitespace().any(missing) {
        tallies.iter_mut().for_each(|tally| tally.lack += 1);
        println!("{:<32} not in this tree", case.name);
        return Ok(None);
    }
    let (mut words, mut first, mut all) = (Vec::new(), None, true);
    for ((name, flags), tally) in WAYS.iter().zip(tallies) {
        prepare(tree, root)?;
        let ran = run_case(args, flags, program, root, case)?;
        match judge(case, first.as_deref(), &ran) {
            Outcome::Agrees => {
                tally.agree += 1;
                words.push(format!("{name}: agrees"));
            }
            Outcome::Differs(how) => {
                (all, tally.differ) = (false, tally.differ + 1);
                words.push(format!("{name}: DIFFERS\n{how}\n"));
            }
        }
        first.get_or_insert(ran.output);
    }
    println!("{:<32} {}", case.name, words.join("  "));
    Ok(Some(all))
}

/// Runs all cases and reports.
///
/// # Errors
/// When something cannot be run, or a program prints something else.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let program = args.program.clone().unwrap_or_else(|| target_dir().join("release/spandrel"));
    let tree = args.root.canonicalize().map_err(|error| Failure::io(&args.root, error))?;
    let root = target_dir().join("inferno-check");
    let mut tallies: [Tally; 3] = Default::default();
    let (mut agree, mut differing) = (0, Vec::new());
    for case in all_cases(args, &tree) {
        match try_case(args, (&tree, &root, &program), &case, &mut tallies)? {
            Some(true) => agree += 1,
            Some(false) => differing.push(case.name),
            None => {}
        }
    }
    for ((name, _), tally) in WAYS.iter().zip(&tallies) {
        let Tally { agree, differ, lack } = tally;
        println!("{name}: {agree} agree, {differ} differ, {lack} are not in this tree");
    }
    let tried = agree + differing.len();
    println!("{agree} of {tried} agree in every way, {:.1} %", 100.0 * agree as f64 / tried.max(1) as f64);
    if differing.is_empty() { Ok(()) } else { Err(Failure::new(format!("differ: {}", differing.join("; ")))) }
}

#[cfg(test)]
mod tests {
    use super::{is_flat, without_times};

    #[test]
    fn times_do_not_count_and_other_numbers_do() {
        assert_eq!(without_times("ok 3 (12ms) 7 of 8 in 0.25 s\n"), "ok 3 (#ms) 7 of 8 in # s\n");
    }

    #[test]
    fn memory_may_grow_by_a_quarter() {
        assert!(is_flat("  8000000 9\n  8100000 9\n"));
        assert!(!is_flat("  8000000 9\n  18100000 9\n") && !is_flat("x"));
    }
}
