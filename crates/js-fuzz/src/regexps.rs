//! Random regular expressions with strings, as programs that print what they do with them.
//!
//! Left out is what node 20 does not have: modifiers, names given twice; and where its answers are wrong: empty matches between
//! the halves of a pair, references to groups that have not matched when it searches by code points, negated sets and operations
//! on sets when cases are ignored, the set of everything. Quantifiers nest a little only and strings are short, so that nothing
//! backtracks for long.

use crate::rng::Rng;
use crate::tree::{Builder, Kind, Tree};

const CHECK: &str = include_str!("regexps.js");

/// Characters of patterns and subjects: cases that fold to others, digits, words and not, line ends, pairs and halves of them.
const ALPHABET: [&str; 36] = [
    "a",
    "b",
    "c",
    "A",
    "B",
    "C",
    "a",
    "b",
    "c",
    "A",
    "a",
    "b",
    "0",
    "1",
    "9",
    "_",
    " ",
    "-",
    "k",
    "s",
    "S",
    "\\u212a",
    "\\u017f",
    "\\u00df",
    "\\u1e9e",
    "\\u03c3",
    "\\u03c2",
    "\\u03a3",
    "\\u00e9",
    "\\u0130",
    "\\n",
    "\\u2028",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "\\u01c5",
];

/// The program of a seed.
pub fn regexps(seed: u64) -> Tree {
    let mut generator = Generator {
        rng: Rng::new(seed),
        tree: Builder::default(),
        unicode: Unicode::None,
        ignore_case: false,
        pairs: false,
        groups: 0,
        names: 0,
        depth: 0,
        behind: 0,
    };
    generator.tree.write("$n = 100000;\n");
    generator.tree.write(CHECK);
    for _ in 0..8 {
        generator.case();
    }
    generator.tree.finish()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unicode {
    None,
    /// Flag `u`
    CodePoints,
    /// Flag `v`
    Sets,
}

struct Generator {
    rng: Rng,
    tree: Builder,
    unicode: Unicode,
    ignore_case: bool,
    /// Subjects may have surrogate pairs.
    pairs: bool,
    /// Those that capture, so far.
    groups: u32,
    names: u32,
    /// Groups and quantifiers around the place.
    depth: u32,
    /// Lookbehinds around the place, in which what comes first matches last.
    behind: u32,
}

impl Generator {
    /// A call of `check`.
    fn case(&mut self) {
        (self.groups, self.names) = (0, 0);
        let mut flags = String::new();
        for flag in ["d", "g", "i", "m", "s", "y"] {
            let often = if flag == "i" || flag == "g" { 2 } else { 5 };
            if self.rng.one_in(often) {
                flags.push_str(flag);
            }
        }
        self.unicode = *self.rng.pick(&[Unicode::None, Unicode::None, Unicode::CodePoints, Unicode::Sets]);
        flags.push_str(match self.unicode {
            Unicode::None => "",
            Unicode::CodePoints => "u",
            Unicode::Sets => "v",
        });
        self.ignore_case = flags.contains('i');
        self.pairs = self.unicode == Unicode::None || self.rng.one_in(2);
        // With something behind it, it matches no empty text.
        let wrapped = self.pairs && self.unicode != Unicode::None;
        self.tree.open(Kind::Statement);
        self.tree.write("check(\"");
        self.tree.write(if wrapped { "(?:" } else { "" });
        self.disjunction();
        self.tree.write(if wrapped { ")." } else { "" });
        self.tree.write(&format!("\", \"{flags}\", ["));
        for _ in 0..1 + self.rng.below(3) {
            self.subject();
        }
        self.tree.write("]);\n");
        self.tree.close();
    }

    fn subject(&mut self) {
        self.tree.open(Kind::Item);
        self.tree.write("\"");
        for _ in 0..self.rng.below(12) {
            self.tree.open(Kind::Pattern);
            self.character();
            self.tree.close();
        }
        self.tree.write("\", ");
        self.tree.close();
    }

    fn character(&mut self) {
        let text = *self.rng.pick(&ALPHABET);
        let high = text.starts_with("\\ud83d");
        self.tree.write(if high && !self.pairs { "a" } else { text });
    }

    /// One of these texts; backslashes are those of the pattern.
    fn one(&mut self, from: &[&str]) {
        let text = *self.rng.pick(from);
        self.pattern(text);
    }

    /// Text of a pattern, inside of a string.
    fn pattern(&mut self, text: &str) {
        self.tree.write(&text.replace('\\', "\\\\"));
    }

    fn disjunction(&mut self) {
        self.depth += 1;
        let alternatives = 1 + self.rng.below(6).saturating_sub(3);
        for alternative in 0..alternatives {
            self.tree.open(Kind::Pattern);
            if alternative > 0 {
                self.pattern("|");
            }
            for _ in 0..self.rng.below(if self.depth > 2 { 3 } else { 5 }) {
                self.tree.open(Kind::Pattern);
                self.term();
                self.tree.close();
            }
            self.tree.close();
        }
        self.depth -= 1;
    }

    fn term(&mut self) {
        match self.rng.below(24) {
            0 => self.one(&["^", "$", "\\b", "\\B"]),
            1 if self.depth < 4 => self.group(&["(?=", "(?!", "(?<=", "(?<!"]),
            // What is no pattern, or one by Annex B only.
            2 if self.rng.one_in(4) => self.one(&[
                "(", ")", "[", "]", "{", "}", "*", "{1}", "{,2}", "{2,1}", "\\", "\\c", "\\u", "\\u{",
                "\\x1", "\\k", "\\k<", "\\8", "(?<", "[b-a]", "[\\d-z]", "-", "/", "(?", "&&", "--", "\\p{",
                "\\-", "\\_", "[(]", "[&&]", "[a--b]",
            ]),
            _ => {
                self.atom();
                if self.rng.one_in(3) {
                    self.quantifier();
                }
            }
        }
    }

    fn quantifier(&mut self) {
        if self.depth > 3 {
            return self.one(&["?", "??", "{2}", "{0,1}"]);
        }
        self.one(&["*", "+", "?", "{2}", "{0}", "{1,}", "{0,2}", "{1,3}", "{2,3}"]);
        if self.rng.one_in(3) {
            self.pattern("?");
        }
    }

    fn group(&mut self, opens: &[&str]) {
        let at = self.rng.below(opens.len() as u32) as usize;
        match opens[at] {
            "(?<n" => {
                self.names += 1;
                self.groups += 1;
                let name = format!("(?<n{}>", self.names);
                self.pattern(&name);
            }
            other => {
                self.groups += u32::from(other == "(");
                self.pattern(other);
            }
        }
        let behind = opens[at].starts_with("(?<=") || opens[at].starts_with("(?<!");
        self.behind += u32::from(behind);
        self.disjunction();
        self.behind -= u32::from(behind);
        self.pattern(")");
    }

    fn atom(&mut self) {
        match self.rng.below(20) {
            0..=7 => self.character(),
            8 | 9 => self.one(&[".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S"]),
            10 | 11 => self.class(),
            12..=14 if self.depth < 4 => self.group(&["(", "(", "(?:", "(?<n"]),
            15 => self.reference(),
            16 => self.one(&[
                "\\x61",
                "\\u0061",
                "\\cJ",
                "\\0",
                "\\t",
                "\\n",
                "\\.",
                "\\u212a",
                "\\ud83d\\ude00",
                "\\u03a3",
            ]),
            17 if self.unicode != Unicode::None => self.one(&[
                "\\p{Lu}",
                "\\p{L}",
                "\\P{Ll}",
                "\\p{ASCII}",
                "\\p{Script=Greek}",
                "\\p{Any}",
                "\\P{Lu}",
                "\\u{61}",
                "\\u{1f600}",
                "\\p{Lowercase}",
                "\\p{Uppercase}",
                "\\P{Any}",
                "\\p{White_Space}",
            ]),
            17 => self.one(&["\\101", "\\7", "\\08", "\\a", "\\p{L}", "\\u{61}", "\\_", "]", "}"]),
            _ => self.character(),
        }
    }

    fn reference(&mut self) {
        if self.unicode != Unicode::None {
            // To what has matched for sure.
            let number = format!("\\{}", self.groups + 1);
            if self.depth < 4 && self.behind == 0 {
                self.group(&["("]);
                self.pattern(&number);
            }
            return;
        }
        if self.names > 0 && self.rng.one_in(2) {
            let name = format!("\\k<n{}>", 1 + self.rng.below(self.names));
            return self.pattern(&name);
        }
        // Forward ones, too.
        let number = format!("\\{}", 1 + self.rng.below(self.groups + 1));
        self.pattern(&number);
    }

    fn class(&mut self) {
        let sets = self.unicode == Unicode::Sets;
        if sets && self.ignore_case {
            self.pattern("[");
        } else {
            self.one(&["[", "[", "[^"]);
        }
        if sets && !self.ignore_case && self.rng.one_in(3) {
            self.operand();
            let operator = *self.rng.pick(&["&&", "--"]);
            for _ in 0..1 + self.rng.below(2) {
                self.tree.open(Kind::Pattern);
                self.pattern(operator);
                self.operand();
                self.tree.close();
            }
        } else {
            if sets {
                self.one(&["a", "B", "\\d"]);
            }
            for _ in 0..self.rng.below(4) {
                self.tree.open(Kind::Pattern);
                self.class_item(sets);
                self.tree.close();
            }
        }
        self.pattern("]");
    }

    /// An operand of a set operation.
    fn operand(&mut self) {
        match self.rng.below(4) {
            0 => self.one(&["\\w", "\\d", "\\s", "\\W", "\\p{L}", "\\p{Lu}", "\\P{Lu}"]),
            1 if self.ignore_case => self.one(&["[a-c]", "[A-Z]", "[\\w]", "[a\\u212a]"]),
            1 => self.one(&["[a-c]", "[^a]", "[A-Z]", "[\\w--[bB]]", "[a\\u212a]", "[^\\P{Lu}]"]),
            2 => self.one(&["\\q{a|bc}", "\\q{ab}", "\\q{}", "\\q{A|s|}"]),
            _ => self.one(&["a", "b", "A", "_", "\\-"]),
        }
    }

    fn class_item(&mut self, sets: bool) {
        match self.rng.below(8) {
            0 => self.one(&["a-c", "A-C", "0-9", "\\0-a", "a-a", "s-\\u017f"]),
            1 => self.one(&["\\w", "\\d", "\\s", "\\W", "\\D", "\\S"]),
            2 if sets => self.operand(),
            2 => self.one(&["-", "^", "\\b", "\\-", "\\]", "\\cJ", "\\u0061", "."]),
            3 if self.unicode != Unicode::None => {
                self.one(&["\\p{Lu}", "\\P{Lu}", "\\p{L}", "\\u{61}", "\\u{1f600}", "\\p{Ll}"])
            }
            // Signs of classes mean something else in sets.
            _ if sets => {
                self.one(&["a", "b", "A", "C", "_", "0", "k", "\\u017f", "\\u{1f600}", "\\n", "\\u03c3"])
            }
            _ => self.character(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::regexps;
    use crate::engine::{End, Engine, Leg, Program, on_large_stack};

    #[test]
    fn most_patterns_are_some() {
        let outputs = on_large_stack(|| {
            let mut engine = Engine::with_fuel(Leg::Plain, 50_000_000);
            let output = |seed| match engine.run(&Program::new(&regexps(seed).text())) {
                End::Output(output) => output,
                end => panic!("{seed}: {end:?}"),
            };
            (0..60).map(output).collect::<String>()
        });
        let outputs = outputs.unwrap_or_default();
        let count = |what: &str| outputs.lines().filter(|line| line.starts_with(what)).count();
        assert!(count("source") > 300 && count("new") > 10 && count("all") > 100, "{outputs}");
    }
}
