//! Rules over the tokens of one Rust file.

use super::Finding;
use super::scan::{Kind, Token, scan};

/// Everything that is wrong with one Rust file, whatever crate it is in.
pub(crate) fn check(source: &str, unsafe_allowed: bool) -> Vec<Finding> {
    let tokens = scan(source);
    let code: Vec<Token<'_>> = tokens.iter().copied().filter(|t| t.kind != Kind::Comment).collect();
    let mut findings = Vec::new();
    header(source, &mut findings);
    if !unsafe_allowed {
        no_unsafe(&code, &mut findings);
    }
    safety_comments(&tokens, &mut findings);
    attributes(&code, &mut findings);
    unfinished(&tokens, &code, &mut findings);
    findings.sort_by_key(|f| f.line);
    findings
}

/// Whether the crate root `source` has `#![level(unsafe_code)]` for one of `levels`.
pub(crate) fn has_unsafe_code_lint(source: &str, levels: &[&str]) -> bool {
    let code: Vec<Token<'_>> = scan(source).into_iter().filter(|t| t.kind != Kind::Comment).collect();
    code.windows(7).any(|w| {
        w[0].is_punct('#')
            && w[1].is_punct('!')
            && w[2].is_punct('[')
            && levels.iter().any(|level| w[3].is_ident(level))
            && w[4].is_punct('(')
            && w[5].is_ident("unsafe_code")
            && (w[6].is_punct(')') || w[6].is_punct(','))
    })
}

fn header(source: &str, findings: &mut Vec<Finding>) {
    let says_something =
        source.lines().next().and_then(|l| l.strip_prefix("//!")).is_some_and(|l| !l.trim().is_empty());
    if !says_something {
        findings.push(Finding::new(1, "the first line is not a `//!` line that says what the file is"));
    }
}

fn no_unsafe(code: &[Token<'_>], findings: &mut Vec<Finding>) {
    for token in code.iter().filter(|t| t.is_ident("unsafe")) {
        findings.push(Finding::new(token.line, "`unsafe` outside the crates and modules that may use it"));
    }
}

/// An unsafe block or impl needs a `SAFETY:` comment between the line that ends the statement before it and itself.
/// Braces and semicolons inside a line end nothing: one comment covers `if a { b } else { unsafe { c } }`.
fn safety_comments(tokens: &[Token<'_>], findings: &mut Vec<Finding>) {
    let mut explained = false;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens[at + 1..].iter().find(|t| t.kind != Kind::Comment);
        if token.kind == Kind::Comment {
            explained |= token.text.contains("SAFETY:");
        } else if token.is_ident("unsafe") {
            let what = match next {
                Some(t) if t.is_punct('{') => Some("block"),
                Some(t) if t.is_ident("impl") => Some("impl"),
                _ => None,
            };
            if let Some(what) = what.filter(|_| !explained) {
                findings
                    .push(Finding::new(token.line, format!("unsafe {what} without a `// SAFETY:` comment")));
            }
        } else if [';', '{', '}'].into_iter().any(|c| token.is_punct(c)) {
            explained &= next.is_some_and(|t| t.line == token.line);
        }
    }
}

/// `#[allow]` and `#[expect]` need `reason = ...`, `#[ignore]` needs `= "..."`.
fn attributes(code: &[Token<'_>], findings: &mut Vec<Finding>) {
    for (at, token) in code.iter().enumerate() {
        let bang = usize::from(code.get(at + 1).is_some_and(|t| t.is_punct('!')));
        let open = at + 1 + bang;
        if !token.is_punct('#') || !code.get(open).is_some_and(|t| t.is_punct('[')) {
            continue;
        }
        let body = &code[open + 1..open + 1 + group_len(&code[open + 1..])];
        for (i, t) in body.iter().enumerate() {
            let called = body.get(i + 1).is_some_and(|n| n.is_punct('('));
            if (t.is_ident("allow") || t.is_ident("expect")) && called {
                let args = &body[i + 2..i + 2 + group_len(&body[i + 2..])];
                let reason = args.windows(2).any(|w| w[0].is_ident("reason") && w[1].is_punct('='));
                if !reason {
                    findings
                        .push(Finding::new(t.line, format!("`#[{}]` without `reason = \"...\"`", t.text)));
                }
            }
            if t.is_ident("ignore") && !body.get(i + 1).is_some_and(|n| n.is_punct('=')) {
                findings.push(Finding::new(t.line, "`#[ignore]` without `= \"reason\"`"));
            }
        }
    }
}

/// Tokens up to the bracket that closes a group whose opening bracket has been consumed.
fn group_len(code: &[Token<'_>]) -> usize {
    let mut depth = 0usize;
    for (i, token) in code.iter().enumerate() {
        if ['(', '[', '{'].into_iter().any(|c| token.is_punct(c)) {
            depth += 1;
        } else if [')', ']', '}'].into_iter().any(|c| token.is_punct(c)) {
            match depth.checked_sub(1) {
                Some(d) => depth = d,
                None => return i,
            }
        }
    }
    code.len()
}

fn unfinished(tokens: &[Token<'_>], code: &[Token<'_>], findings: &mut Vec<Finding>) {
    for token in tokens.iter().filter(|t| t.kind == Kind::Comment) {
        for (offset, line) in token.text.lines().enumerate() {
            if let Some(marker) = super::text::marker(line) {
                findings.push(Finding::new(token.line + offset, format!("`{marker}` comment")));
            }
        }
    }
    for pair in code.windows(2) {
        let unfinished = pair[0].is_ident("todo") || pair[0].is_ident("unimplemented");
        if unfinished && pair[1].is_punct('!') {
            findings.push(Finding::new(pair[0].line, format!("`{}!` in the tree", pair[0].text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{check, has_unsafe_code_lint};

    /// Messages of the findings in `body` below a proper first line.
    fn findings(body: &str, unsafe_allowed: bool) -> Vec<(usize, String)> {
        let source = format!("//! A test file.\n{body}");
        check(&source, unsafe_allowed).into_iter().map(|f| (f.line, f.message)).collect()
    }

    fn assert_fires(body: &str, unsafe_allowed: bool, line: usize, part: &str) {
        let found = findings(body, unsafe_allowed);
        assert!(
            found.len() == 1 && found[0].0 == line && found[0].1.contains(part),
            "{body:?} gave {found:?}"
        );
    }

    #[track_caller]
    fn assert_quiet(body: &str, unsafe_allowed: bool) {
        assert_eq!(findings(body, unsafe_allowed), [], "{body:?}");
    }

    #[test]
    fn first_line_must_describe_the_file() {
        for source in
            ["", "fn main() {}\n", "// plain comment\n", "//!\n", "\n//! Late.\n", "#![no_std]\n//! Late.\n"]
        {
            let found = check(source, false);
            assert!(found.len() == 1 && found[0].message.contains("first line"), "{source:?} gave {found:?}");
        }
        assert_eq!(check("//! What it is.\nfn main() {}\n", false), []);
    }

    #[test]
    fn unsafe_outside_the_allowed_crates() {
        assert_fires("pub unsafe fn f() {}", false, 2, "outside");
        assert_fires("// SAFETY: fine.\nunsafe impl Send for S {}", false, 3, "outside");
        assert_fires("\n#[unsafe(no_mangle)]\nfn f() {}", false, 3, "outside");
        assert_quiet("pub unsafe fn f() {}", true);
    }

    #[test]
    fn unsafe_in_comments_strings_and_names_is_nothing() {
        assert_quiet("// unsafe { }\n/* unsafe impl /* unsafe */ */\n/// unsafe { }\nfn f() {}", false);
        assert_quiet("const A: &str = \"unsafe { }\"; const B: &[u8] = br#\"unsafe { \"x\" }\"#;", false);
        assert_quiet("#![forbid(unsafe_code)]\nfn not_unsafe() { let r#unsafe = 'u'; }", false);
    }

    #[test]
    fn unsafe_block_without_safety_comment() {
        assert_fires("fn f() {\n    unsafe { g() }\n}", true, 3, "unsafe block");
        assert_fires("unsafe impl Send for S {}", true, 2, "unsafe impl");
        assert_fires(
            "// SAFETY: one.\nlet a = unsafe { g() };\nlet b = unsafe { g() };",
            true,
            4,
            "unsafe block",
        );
        assert_fires(
            "fn f() {\n// Safe, believe me.\nunsafe { g(\"SAFETY: no\") }\n}",
            true,
            4,
            "unsafe block",
        );
    }

    #[test]
    fn safety_comment_before_the_statement_or_the_block_counts() {
        assert_quiet("fn f() {\n    // SAFETY: g has no conditions.\n    let x = unsafe { g() };\n}", true);
        assert_quiet("fn f() {\n    h(\n        // SAFETY: same.\n        unsafe { g() },\n    )\n}", true);
        assert_quiet("// SAFETY: same.\nif x { y } else { Ok(unsafe { g() }) }", true);
        assert_quiet("// SAFETY: S owns nothing.\n#[cfg(unix)]\nunsafe impl Send for S {}", true);
        assert_quiet("extern \"C\" { }\nunsafe extern \"C\" { fn g(); }\nunsafe fn f() {}", true);
        assert_quiet("const S: &str = \"unsafe { }\"; // unsafe { }", true);
    }

    #[test]
    fn allow_and_expect_need_a_reason() {
        assert_fires("#[allow(dead_code)]\nfn f() {}", false, 2, "#[allow]");
        assert_fires("#![expect(dead_code)]", false, 2, "#[expect]");
        assert_fires("#[cfg_attr(unix, allow(dead_code))]\nfn f() {}", false, 2, "#[allow]");
        assert_fires("#[allow(clippy::reason)]\nfn f() {}", false, 2, "#[allow]");
        assert_quiet("#[allow(dead_code, reason = \"used on Windows\")]\nfn f() { x.expect(\"y\"); }", false);
        assert_quiet("// #[allow(dead_code)]\nconst S: &str = \"#[allow(dead_code)]\";", false);
    }

    #[test]
    fn ignore_needs_a_reason() {
        assert_fires("#[test]\n#[ignore]\nfn f() {}", false, 3, "#[ignore]");
        assert_fires("#[cfg_attr(windows, ignore)]\nfn f() {}", false, 2, "#[ignore]");
        assert_quiet("#[ignore = \"needs a debugger\"]\nfn f() { ignore(1); }", false);
        assert_quiet("// #[ignore]\nconst S: &str = \"#[ignore]\";", false);
    }

    #[test]
    fn unfinished_code_and_comments() {
        for marker in [concat!("TO", "DO"), concat!("FIX", "ME")] {
            assert_fires(&format!("fn f() {{}} // {marker}: later"), false, 2, marker);
            assert_fires(&format!("/* one\n {marker} */"), false, 3, marker);
            assert_quiet(
                &format!("const S: &str = \"{marker}\"; // {marker}S and my{marker} are words"),
                false,
            );
        }
        assert_fires("fn f() { todo!() }", false, 2, "todo!");
        assert_fires("fn f() {\n    unimplemented!(\"x\")\n}", false, 3, "unimplemented!");
        assert_quiet("fn todo() { let unimplemented = \"todo!()\"; /* unimplemented!() */ }", false);
    }

    #[test]
    fn lint_level_of_a_crate_root() {
        assert!(has_unsafe_code_lint("//! X.\n#![forbid(unsafe_code)]\n", &["forbid"]));
        assert!(has_unsafe_code_lint("#![deny(unsafe_code, reason = \"layout only\")]", &["forbid", "deny"]));
        assert!(!has_unsafe_code_lint("#![deny(unsafe_code)]", &["forbid"]));
        assert!(!has_unsafe_code_lint(
            "// #![forbid(unsafe_code)]\nconst S: &str = \"#![forbid(unsafe_code)]\";",
            &["forbid"]
        ));
        assert!(!has_unsafe_code_lint("#[forbid(unsafe_code)] mod m {}", &["forbid"]));
    }
}
