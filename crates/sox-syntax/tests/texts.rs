//! What holds for any text: random bytes, random tokens, deep and long ones, random programs, and programs printed again.

use sox_syntax::ast::MAX_DEPTH;
use sox_syntax::random::{Config, program};
use sox_syntax::{Kind, Parsed, Session, check, dump, parse, parse_repl, print, render};

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) as usize % bound
    }
}

/// Whatever the text is, what the parser says of it is sound.
fn sound(source: &[u8]) -> Parsed {
    let parsed = parse(source);
    let starts: Vec<u32> = parsed.diagnostics.iter().map(|wrong| wrong.span.start).collect();
    assert!(starts.is_sorted(), "{:?}", parsed.diagnostics);
    for wrong in &parsed.diagnostics {
        let spans = std::iter::once(wrong.span).chain(wrong.labels.iter().map(|label| label.span));
        for span in spans {
            assert!(span.start <= span.end && span.end as usize <= source.len(), "{wrong:?}");
        }
        assert!(wrong.line >= 1 && !wrong.to_string().is_empty());
    }
    let shown = render(&parsed.diagnostics, source, "a.sox", false);
    assert!(shown.matches("error: ").count() >= parsed.diagnostics.len());
    if parsed.diagnostics.is_empty() {
        if let Err(fault) = check::check(&parsed.module, source.len()) {
            panic!("{fault}\n{}", String::from_utf8_lossy(source));
        }
        prints(&parsed, &String::from_utf8_lossy(source));
    }
    parsed
}

/// What is printed reads as the same tree.
fn prints(parsed: &Parsed, source: &str) {
    let text = print(&parsed.module);
    let again = parse(text.as_bytes());
    assert!(again.diagnostics.is_empty(), "{source}\n---\n{text}\n{:?}", again.diagnostics);
    assert_eq!(dump(&again.module), dump(&parsed.module), "{source}\n---\n{text}");
}

#[test]
fn random_bytes() {
    let mut rng = Rng(1);
    for _ in 0..3_000 {
        let length = rng.below(60);
        let source: Vec<u8> = (0..length).map(|_| rng.below(256) as u8).collect();
        sound(&source);
    }
}

const WORDS: &str = "and assert break case class continue default defer else false fn for foreach if import in nil or print return \
    super switch this true var while try catch throw interface implements is init main test a b c 1 2.5 0x1f 1e3 \"s\" \"\\n\\x41\" \
    ( ) ( ) { } { } [ ] , . .. - + ; ; / * % : # ! = == != < <= > >= = . ( ) { }";

#[test]
fn random_tokens() {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut rng = Rng(2);
    let mut right = 0;
    for _ in 0..10_000 {
        let count = 1 + rng.below(12);
        let mut source = String::new();
        for _ in 0..count {
            source.push_str(words[rng.below(words.len())]);
            source.push(if rng.below(6) == 0 { '\n' } else { ' ' });
        }
        right += usize::from(sound(source.as_bytes()).diagnostics.is_empty());
    }
    assert!(right > 100, "{right} of them were programs");
}

#[test]
fn random_programs_are_programs() {
    let mut all = String::new();
    for seed in 0..100 {
        let source = program(seed, &Config::varied(seed));
        all.push_str(&source);
        let parsed = sound(source.as_bytes());
        assert!(parsed.diagnostics.is_empty(), "seed {seed}: {}\n{source}", parsed.diagnostics[0]);
        assert_eq!(source, program(seed, &Config::varied(seed)));
    }
    let used = [
        "class C1 < C0",
        "super.m",
        "super.init(",
        "defer ()",
        "switch",
        "case",
        "default",
        "try",
        "catch",
        "throw",
        "break",
        "continue",
        "return",
        "while",
        "for var",
        " in ",
        "..",
        "fn(x)",
        "[:]",
        " = 0x",
        " else",
        " and ",
        "print",
    ];
    for text in used {
        assert!(all.contains(text), "no program has {text}");
    }
}

#[test]
fn cut_and_changed_programs() {
    let mut rng = Rng(3);
    for seed in 0..150 {
        let mut source = program(seed, &Config { statements: 6, ..Config::varied(seed) }).into_bytes();
        source.truncate(rng.below(source.len()));
        for _ in 0..rng.below(4) {
            if !source.is_empty() {
                let at = rng.below(source.len());
                source[at] = b"(){}[];,.\"\\=@x1 \n"[rng.below(17)];
            }
        }
        sound(&source);
    }
}

#[test]
fn deep_texts_are_refused_and_need_little_stack() {
    let deep = |head: &str, tail: &str| [head.repeat(20_000), tail.repeat(20_000)].concat();
    let texts = [
        deep("(", ")"),
        deep("{", "}"),
        deep("[", "]"),
        deep("-", ""),
        ["print ".to_owned(), deep("{a: ", "}")].concat(),
        deep("x = ", ""),
        deep("f(", ")"),
        deep("a[", "]"),
        deep("if x ", ""),
        deep("while x ", ""),
        deep("for (;;) ", ""),
        deep("switch x { case 1 {", "}}"),
        deep("try {", "} catch {}"),
        deep("fn f() {", "}"),
        deep("class A { m() {", "}}"),
        ["print ".to_owned(), deep("fn(a = ", ") {}")].concat(),
        deep("x = fn() { return ", "}"),
        deep("1 + ", "1"),
        deep("a or ", "b"),
        ["a".to_owned(), ".b()".repeat(20_000)].concat(),
        deep("if x {} else ", "y"),
        deep("x is ", "y"),
    ];
    for text in texts {
        let parsed = parse(text.as_bytes());
        let kinds: Vec<Kind> = parsed.diagnostics.iter().map(|wrong| wrong.kind).collect();
        assert!(kinds.contains(&Kind::TooMuchNesting), "{}: {kinds:?}", &text[..20]);
        assert_eq!(kinds.last(), Some(&Kind::TooMuchNesting), "{}", &text[..20]);
    }
    assert!(parse(deep("/*", "*/").as_bytes()).diagnostics.is_empty());
}

#[test]
fn what_is_nearly_too_deep_is_fine() {
    let deep = |head: &str, middle: &str, tail: &str, count| {
        [&head.repeat(count), middle, &tail.repeat(count)].concat()
    };
    let chain = MAX_DEPTH as usize - 20;
    let texts = [
        deep("", "a", "+ 1", chain),
        deep("if x {} else ", "print 1", "", chain),
        deep("", "a", ".b()", chain / 2),
        deep("print (", "1", ")", 1),
        deep("(", "1", ")", 390),
        deep("[", "1", "]", 390),
        deep("{", "", "}", 195),
        deep("fn f() {", "", "}", 190),
        deep("x = fn() { return ", "1", "}", 95),
        deep("if x {", "", "}", 130),
    ];
    for text in texts {
        assert!(sound(text.as_bytes()).diagnostics.is_empty(), "{}", &text[..20]);
    }
}

#[test]
fn the_end_of_the_text() {
    let is_incomplete = |text: &str| parse_repl(text.as_bytes(), &mut Session::default()).is_incomplete();
    let open = [
        "fn f() {",
        "print",
        "f(1,",
        "if x",
        "class A < B {",
        "\"abc",
        "/* a",
        "x = ",
        "try {} ",
        "#[test]\n",
    ];
    for text in open {
        assert!(is_incomplete(text), "{text}");
    }
    for text in ["", "print 1", "fn f() {}", "print )", "print ) + (", "var 1 = \"", "if x {}", "return"] {
        assert!(!is_incomplete(text), "{text}");
    }
    assert!(parse(b"print 1;\0 @ @").diagnostics.is_empty(), "a NUL ends the text");
}

#[test]
fn a_session_knows_the_names_declared_so_far() {
    let mut session = Session::default();
    for text in [
        "var b, a = 1",
        "fn f() { var local }",
        "class A {",
        "var c = )",
        "import x \"lib/y\" import \"lib/z.sox\"",
    ] {
        parse_repl(text.as_bytes(), &mut session);
    }
    let names: Vec<&str> = session.names().map(|name| &**name).collect();
    assert_eq!(names, ["a", "b", "f", "x", "z"]);
    assert!(parse_repl(b"fn main() {}", &mut session).diagnostics.is_empty());
    assert!(parse_repl(b"fn main() {}", &mut session).diagnostics.is_empty());
}
