//! Programs of `tests/dis/run` as assembler text for one word size.
//!
//! They are written once for both. `{3w+8}` is three words and 8 bytes. Every module begins with what prints: 8 words of module data,
//! types, functions, and the first import. Lines that stand for more:
//!
//! ```text
//! globals {2w} pointers {8w}          # module data: bytes behind the 8 words, references; data items follow
//! main {20w} pointers {12w}           # the frame of init, which is the entry; words 8 and 9 are for what follows
//! begin                               # loads $Sys
//! say w 64(fp)                        # prints a word, on a line; also b, l (big), f (real), s (string)
//! note "text"                         # prints a line
//! sys 3 {11w}(fp): p "#e", w $4       # calls link 3 of the module at {14w}(fp) with a string and a word; the frame is at {10w}(fp)
//! error                               # prints %r
//! ```

use std::fmt::Write as _;

/// `{3w+8}` and the like, for words of `w` bytes.
fn numbers(line: &str, w: usize) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let (expression, behind) = after.split_once('}').unwrap_or_else(|| panic!("no end of {{ in {line}"));
        let sum: usize = expression.split('+').map(|term| term_of(term, w)).sum();
        let _ = write!(out, "{before}{sum}");
        rest = behind;
    }
    out + rest
}

fn term_of(term: &str, w: usize) -> usize {
    let number = |text: &str| text.parse::<usize>().unwrap_or_else(|_| panic!("{term} is no number"));
    term.strip_suffix('w').map_or_else(|| number(term), |count| number(count) * w)
}

/// The functions that print: a letter, how its value is moved, its place in a frame.
const KINDS: [(&str, &str, &str); 5] = [
    ("b", "movb", "9w"),
    ("w", "movw", "9w"),
    ("l", "movl", "8w+8"),
    ("f", "movl", "8w+8"),
    ("s", "movp", "9w"),
];

fn functions(w: usize) -> String {
    let mut out = String::new();
    for (index, (kind, mov, place)) in KINDS.iter().enumerate() {
        let format = 2 + index;
        let text = format!(
            "say_{kind}:
	frame put_{kind}, {{11w}}(fp)
	movp {{{format}w}}(mp), {{8w}}({{11w}}(fp))
	lea {{10w}}(fp), {{4w}}({{11w}}(fp))
	{convert} {{8w}}(fp), {{{place}}}({{11w}}(fp))
	mcall {{11w}}(fp), $0, 0(mp)
	ret
",
            convert = if *kind == "b" { "cvtbw" } else { mov },
        );
        out += &numbers(&text, w);
    }
    out
}

fn types(w: usize) -> String {
    let mut out = String::new();
    for (kind, _, place) in KINDS {
        let pointer = if kind == "s" { " pointers {8w}" } else { "" };
        let second = if kind == "s" { ", {9w}" } else { "" };
        let text = format!(
            "type say_{kind} {{12w}}{pointer}\ntype put_{kind} {{{place}+8}} pointers {{8w}}{second}\n"
        );
        out += &numbers(&text, w);
    }
    out
}

fn globals(line: &str) -> String {
    let (size, pointers) = line.split_once("pointers").unwrap_or((line, ""));
    let size = size.trim().trim_start_matches('{').trim_end_matches('}');
    let size = if size.is_empty() { "0" } else { size };
    let comma = if pointers.is_empty() { "" } else { "," };
    format!(
        "type mp {{8w+{size}}} pointers 0, {{1w}}, {{2w}}, {{3w}}, {{4w}}, {{5w}}, {{6w}}{comma}{pointers}
data {{8w+{size}}}
	string {{1w}}: \"$Sys\"
	string {{2w}}: \"%d\\n\"
	string {{3w}}: \"%d\\n\"
	string {{4w}}: \"%bd\\n\"
	string {{5w}}: \"%g\\n\"
	string {{6w}}: \"%s\\n\"
"
    )
}

/// The lines that a line stands for.
fn line(text: &str, notes: &mut Vec<String>) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["globals", ..] => globals(text.trim().trim_start_matches("globals")),
        ["main", ..] => {
            format!("type main{}\nexport init, init, main, 1\n", text.trim().trim_start_matches("main"))
        }
        ["begin"] => "	load {1w}(mp), $0, 0(mp)\n".into(),
        ["say", kind, ..] => {
            let operand = text.trim().trim_start_matches("say").trim().trim_start_matches(kind);
            let mov = KINDS.iter().find(|row| row.0 == *kind).unwrap_or_else(|| panic!("{text}")).1;
            format!(
                "	frame say_{kind}, {{8w}}(fp)\n	{mov} {operand}, {{8w}}({{8w}}(fp))\n	call {{8w}}(fp), say_{kind}\n"
            )
        }
        ["note", ..] => {
            notes.push(text.trim().trim_start_matches("note").trim().to_owned());
            let at = notes.len() - 1;
            format!(
                "	frame say_s, {{8w}}(fp)\n	movp @{at}(mp), {{8w}}({{8w}}(fp))\n	call {{8w}}(fp), say_s\n"
            )
        }
        ["sys", number, ..] => call(text, number, notes),
        ["error"] => {
            let at = noted("\"%r\\n\"", notes);
            format!(
                "	frame put_s, {{10w}}(fp)\n	movp {at}, {{8w}}({{10w}}(fp))\n	lea {{11w}}(fp), {{4w}}({{10w}}(fp))\n	mcall {{10w}}(fp), $0, 0(mp)\n"
            )
        }
        _ => format!("{text}\n"),
    }
}

/// The place that a string will have.
fn noted(text: &str, notes: &mut Vec<String>) -> String {
    notes.push(text.to_owned());
    format!("@{}(mp)", notes.len() - 1)
}

/// A call of a module's function.
fn call(text: &str, number: &str, notes: &mut Vec<String>) -> String {
    let rest = text.trim().trim_start_matches("sys").trim().trim_start_matches(number).trim();
    let (result, args) = rest.split_once(": ").unwrap_or((rest.trim_end_matches(':'), ""));
    let mut out = format!("	mframe {{14w}}(fp), ${number}, {{10w}}(fp)\n");
    for (index, arg) in args.split(", ").filter(|arg| !arg.is_empty()).enumerate() {
        let (kind, operand) = arg.split_once(' ').unwrap_or_else(|| panic!("{text}"));
        let operand = if operand.starts_with('"') { noted(operand, notes) } else { operand.to_owned() };
        let _ = writeln!(out, "	mov{kind} {operand}, {{{}w}}({{10w}}(fp))", 8 + index);
    }
    out + &format!("	lea {result}, {{4w}}({{10w}}(fp))\n	mcall {{10w}}(fp), ${number}, {{14w}}(fp)\n")
}

/// The program for words of `w` bytes.
pub(crate) fn expand(name: &str, source: &str, w: usize) -> String {
    let mut notes = Vec::new();
    let body: String = source.lines().map(|text| line(text, &mut notes)).collect();
    let body = with_notes(&body, &notes, w);
    let head = format!("wordsize {w}\nmodule \"{name}\"\nentry init, main\n");
    let imports = "imports\nimport\n\tuse print, 0xac849033\n";
    let body = numbers(&body, w).replacen("IMPORTS", imports, 1);
    let body =
        if body.contains("imports") { body } else { body.replacen("init:", &format!("{imports}init:"), 1) };
    let data = body.find("\ndata ").unwrap_or_else(|| panic!("{name} has no globals"));
    let types_at = body[..data].rfind("type mp").unwrap_or(0);
    let after_mp = types_at + body[types_at..].find('\n').unwrap_or(0) + 1;
    format!("{head}{}{}{}{}", &body[..after_mp], types(w), &body[after_mp..], functions(w))
}

/// Strings of notes lie behind all other data.
fn with_notes(body: &str, notes: &[String], w: usize) -> String {
    let Some(start) = body.find("type mp {") else { return body.to_owned() };
    let line_end = start + body[start..].find('\n').unwrap_or(0);
    let first = &body[start..line_end];
    let old = first.trim_start_matches("type mp {").split('}').next().unwrap_or_default().to_owned();
    let size = old.split('+').map(|term| term_of(term, w)).sum::<usize>().next_multiple_of(8);
    let whole = size + notes.len() * w;
    let places: Vec<usize> = (0..notes.len()).map(|index| size + index * w).collect();
    let pointers: String = places.iter().map(|at| format!(", {at}")).collect();
    let mut body = body.replacen(
        first,
        &format!("type mp {whole}{}{pointers}", &first[first.find('}').unwrap_or(0) + 1..]),
        1,
    );
    let strings: String =
        places.iter().zip(notes).map(|(at, text)| format!("\tstring {at}: {text}\n")).collect();
    body = body.replacen(&format!("data {{{old}}}\n"), &format!("data {whole}\n{strings}"), 1);
    for (index, at) in places.iter().enumerate().rev() {
        body = body.replace(&format!("@{index}(mp)"), &format!("{at}(mp)"));
    }
    body
}
