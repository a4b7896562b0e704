//! Random patterns and texts: machine code finds what the interpreter finds, captures included, in texts of either width.

mod common;

use common::{Both, pattern};
use ir::random::Rng;
use js_regexp::Text;

/// Characters of patterns and texts: cases that fold to others, digits, words and not, line ends, pairs and halves of them.
const UNITS: [&[u16]; 20] = [
    &[0x61],
    &[0x62],
    &[0x63],
    &[0x41],
    &[0x61],
    &[0x62],
    &[0x30],
    &[0x39],
    &[0x5f],
    &[0x20],
    &[0x2d],
    &[0x0a],
    &[0x6b],
    &[0xe9],
    &[0x212a],
    &[0x17f],
    &[0x2028],
    &[0xd83d, 0xde00],
    &[0xd83d],
    &[0xde00],
];
/// Those of bytes.
const LATIN: u32 = 14;

const ATOMS: [&str; 30] = [
    ".",
    "\\d",
    "\\D",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "[abc]",
    "[^a]",
    "[a-c0-9]",
    "[^\\n]",
    "[^]",
    "[\\w-]",
    "abc",
    "aba",
    "bc",
    "\\u212a",
    "[\\u0100-\\uffff]",
    "\\ud83d\\ude00",
    "[^\\ud83d]",
    "ab|ba",
    "a|",
    "[aA]",
    "(?:aa|ab)",
    "[bcdk]",
    "[^b\\u2028]",
    "kB",
    "\\ude00",
    "[\\ude00]",
    "[ae\\u00e9kK]",
];
const UNICODE_ATOMS: [&str; 6] =
    ["\\p{Lu}", "\\p{L}", "\\P{Ll}", "\\u{1f600}", "[\\u{1f600}-\\u{1f64f}]", "[^\\p{Lu}]"];
const ASSERTIONS: [&str; 6] = ["^", "$", "\\b", "\\B", "^", "\\b"];
const QUANTIFIERS: [&str; 16] = [
    "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,3}?", "{2,}", "{6}", "*", "+", "{0,1}?", "{1,}?",
    "{5,7}",
];

struct Generator<'a> {
    rng: &'a mut Rng,
    unicode: bool,
    text: String,
    groups: u32,
    depth: u32,
}

impl Generator<'_> {
    fn one(&mut self, of: &[&str]) {
        let at = self.rng.below(of.len() as u32) as usize;
        self.text.push_str(of[at]);
    }

    fn disjunction(&mut self) {
        self.depth += 1;
        for alternative in 0..=self.rng.below(5).saturating_sub(2) {
            if alternative > 0 {
                self.text.push('|');
            }
            for _ in 0..=self.rng.below(if self.depth > 2 { 2 } else { 4 }) {
                self.term();
            }
        }
        self.depth -= 1;
    }

    fn term(&mut self) {
        let deep = self.depth > 3;
        match self.rng.below(22) {
            0 => return self.one(&ASSERTIONS),
            1 if !deep => return self.group(&["(?=", "(?!", "(?<=", "(?<!"]),
            2 if self.groups > 0 => {
                let number = 1 + self.rng.below(self.groups);
                self.text.push_str(&format!("\\{number}"));
            }
            3..=7 if !deep => self.group(&["(", "(", "(?:"]),
            8 if self.unicode => self.one(&UNICODE_ATOMS),
            9..=14 => self.one(&["a", "b", "c", "A", "0", "_", "-", "k", "x"]),
            _ => self.one(&ATOMS),
        }
        if self.rng.below(3) == 0 {
            self.one(&QUANTIFIERS);
        }
    }

    fn group(&mut self, opens: &[&str]) {
        let before = self.text.len();
        self.one(opens);
        self.groups += u32::from(&self.text[before..] == "(");
        self.disjunction();
        self.text.push(')');
    }
}

fn source(rng: &mut Rng, unicode: bool) -> String {
    let mut generator = Generator { rng, unicode, text: String::new(), groups: 0, depth: 0 };
    generator.disjunction();
    generator.text
}

fn text(rng: &mut Rng, wide: bool) -> Vec<u16> {
    let kinds = if wide { UNITS.len() as u32 } else { LATIN };
    // Runs of the same characters, so that loops have something to do.
    let mut units = Vec::new();
    for _ in 0..rng.below(9) {
        let unit = UNITS[rng.below(kinds) as usize];
        for _ in 0..=rng.below(4) {
            units.extend_from_slice(unit);
        }
    }
    units
}

/// Patterns that were compared.
fn compare(seed: u64, count: u64) -> u64 {
    let mut rng = Rng::new(seed);
    let both = Both::new();
    let mut compared = 0;
    for _ in 0..count {
        let mut flags = String::new();
        for flag in ["i", "m", "s"] {
            if rng.below(3) == 0 {
                flags.push_str(flag);
            }
        }
        let mode = ["", "", "u", "v"][rng.below(4) as usize];
        flags.push_str(mode);
        let source = source(&mut rng, !mode.is_empty());
        let Some(pattern) = pattern(&source, &flags) else { continue };
        for _ in 0..12 {
            let wide = rng.below(2) == 0;
            let units = text(&mut rng, wide);
            let at = if rng.below(3) == 0 { rng.below(units.len() as u32 + 1) as usize } else { 0 };
            let sticky = rng.below(4) == 0;
            let _context = Context(&source, &flags);
            let found = both.check(&pattern, Text::Utf16(&units), at, sticky);
            if !wide {
                let bytes: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
                let narrow = both.check(&pattern, Text::Latin1(&bytes), at, sticky);
                assert!(narrow == found || narrow.is_err() || found.is_err());
            }
            std::mem::forget(_context);
        }
        compared += 1;
    }
    let totals = both.trace.totals();
    assert!(totals.declined.is_empty(), "{:?}", totals.declined);
    assert!(both.native.runs() > compared * 12, "{} searches in machine code", both.native.runs());
    compared
}

/// Says which pattern it was when something fails.
struct Context<'a>(&'a str, &'a str);

impl Drop for Context<'_> {
    fn drop(&mut self) {
        eprintln!("/{}/{}", self.0, self.1);
    }
}

#[test]
fn machine_code_finds_what_the_interpreter_finds() {
    let count = std::env::var("SPANDREL_REGEXPS").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    let seed = std::env::var("SPANDREL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let compared = compare(seed, count);
    assert!(compared * 10 > count * 7, "{compared} of {count} patterns");
}
