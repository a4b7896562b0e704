//! Random programs on numbers, arrays and calls, interpreted and compiled: they print the same and end the same, in turns of any
//! length, with fuel that ends anywhere.

mod common;

use common::programs::expand;
use common::{Way, run};
use dis_bytecode::{WordSize, assemble, verify, write};
use dis_vm::Options;
use std::fmt::Write;

struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as u32 % end
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u32) as usize]
    }

    /// A slot of words, bigs, reals or bytes.
    fn slot(&mut self, kind: char) -> String {
        let number = self.below(4);
        match kind {
            'w' => format!("{{{}w}}(fp)", 10 + number),
            'l' => format!("{{20w+{}}}(fp)", 8 * number),
            'f' => format!("{{28w+{}}}(fp)", 8 * number),
            _ => format!("{{40w+{number}}}(fp)"),
        }
    }

    /// Something to be read: a slot, a global, an element, or a small number.
    fn source(&mut self, kind: char) -> String {
        match (kind, self.below(8)) {
            ('w', 0) => format!("${}", self.below(200) as i32 - 100),
            ('b', 0) => format!("${}", self.below(100)),
            ('w', 1) => format!("{{8w+{}}}(mp)", 32),
            ('l', 1) => "{8w+16}(mp)".into(),
            ('f', 1) => format!("{{8w+{}}}(mp)", 8 * self.below(2)),
            _ => self.slot(kind),
        }
    }

    fn binary(&mut self) -> String {
        let kind = ['w', 'l', 'f', 'b'][self.below(4) as usize];
        let names: &[&str] = match kind {
            'f' => &["add", "sub", "mul", "div"],
            'b' => &["add", "sub", "mul", "div", "mod", "and", "or", "xor", "shl", "shr"],
            _ => &[
                "add", "sub", "mul", "add", "sub", "mul", "and", "or", "xor", "shl", "shr", "lsr", "div",
                "mod",
            ],
        };
        let name = self.of(names);
        let first = match name {
            "shl" | "shr" | "lsr" => self.source('w'),
            _ => self.source(kind),
        };
        let (second, to) = (self.slot(kind), self.slot(kind));
        if self.below(3) == 0 {
            return format!("\t{name}{kind} {first}, {to}\n");
        }
        format!("\t{name}{kind} {first}, {second}, {to}\n")
    }

    fn conversion(&mut self) -> String {
        let pairs = ["wb", "bw", "wf", "fw", "wl", "lw", "lf", "fl"];
        let pair = self.of(&pairs);
        let mut kinds = pair.chars();
        let (from, to) = (kinds.next().expect("two"), kinds.next().expect("two"));
        format!("\tcvt{pair} {}, {}\n", self.source(from), self.slot(to))
    }

    /// An element of an array of 8 words, 8 reals or 8 bytes.
    fn element(&mut self) -> String {
        let (kind, array) = [('w', 50), ('f', 51), ('b', 52)][self.below(3) as usize];
        let index = match self.below(3) {
            0 => format!("${}", self.below(8)),
            _ => format!("\tandw $7, {}, {{15w}}(fp)", self.slot('w')),
        };
        let mut text = String::new();
        let index = match index.starts_with('\t') {
            true => {
                let _ = writeln!(text, "{index}");
                // Rarely beyond the end.
                if self.below(12) == 0 { self.slot('w') } else { "{15w}(fp)".into() }
            }
            false => index,
        };
        let _ = writeln!(text, "\tind{kind} {{{array}w}}(fp), {{16w}}(fp), {index}");
        let _ = match self.below(3) {
            0 => writeln!(text, "\tmov{kind} {}, 0({{16w}}(fp))", self.source(kind)),
            1 => writeln!(text, "\tmov{kind} 0({{16w}}(fp)), {}", self.slot(kind)),
            _ => writeln!(text, "\tadd{kind} {}, 0({{16w}}(fp))", self.source(kind)),
        };
        text
    }

    fn call(&mut self) -> String {
        let (a, b, to) = (self.source('w'), self.source('w'), if self.below(2) == 0 { 17 } else { 18 });
        format!(
            "\tframe callee, {{19w}}(fp)\n\tmovw {a}, {{8w}}({{19w}}(fp))\n\tmovw {b}, {{9w}}({{19w}}(fp))
\tmovp {{50w}}(fp), {{10w}}({{19w}}(fp))\n\tlea {{{to}w}}(fp), {{4w}}({{19w}}(fp))\n\tcall {{19w}}(fp), callee
\taddw {{{to}w}}(fp), {}\n",
            self.slot('w')
        )
    }

    fn references(&mut self) -> String {
        let places = ["{50w}(fp)", "{53w}(fp)", "{54w}(fp)"];
        match self.below(4) {
            0 => format!("\tmovp {}, {}\n", self.of(&places), self.of(&places[1..])),
            1 => format!("\tlena {}, {}\n", self.of(&places), self.slot('w')),
            2 => format!("\tconsw {}, {{55w}}(fp)\n", self.source('w')),
            _ => format!("\theadw {{55w}}(fp), {}\n\ttail {{55w}}(fp), {{56w}}(fp)\n", self.slot('w')),
        }
    }

    fn statements(&mut self, labels: &mut u32, depth: u32, text: &mut String) {
        for _ in 0..2 + self.below(6) {
            match self.below(13) {
                0..=4 => *text += &self.binary(),
                5 | 6 => *text += &self.conversion(),
                7 => *text += &self.element(),
                8 => *text += &self.call(),
                9 => *text += &self.references(),
                10 if depth < 3 => self.looped(labels, depth, text),
                _ => self.branch(labels, depth, text),
            }
        }
    }

    fn branch(&mut self, labels: &mut u32, depth: u32, text: &mut String) {
        let kind = ['w', 'l', 'f', 'b'][self.below(4) as usize];
        let name = self.of(&["beq", "bne", "blt", "ble", "bgt", "bge"]);
        *labels += 1;
        let label = *labels;
        let (a, b) = (self.source(kind), self.slot(kind));
        let _ = writeln!(text, "\t{name}{kind} {a}, {b}, l{label}");
        if depth < 4 {
            self.statements(labels, depth + 1, text);
        }
        let _ = writeln!(text, "l{label}:");
    }

    fn looped(&mut self, labels: &mut u32, depth: u32, text: &mut String) {
        *labels += 1;
        let label = *labels;
        let counter = format!("{{{}w}}(fp)", 60 + depth);
        let _ = writeln!(text, "\tmovw $0, {counter}\nl{label}:");
        self.statements(labels, depth + 1, text);
        let _ = writeln!(text, "\taddw $1, {counter}\n\tbltw {counter}, ${}, l{label}", 2 + self.below(30));
    }
}

/// The program with this number.
fn program(random: &mut Random) -> String {
    let mut text =
        "globals {40}\n\treal {8w}: 1.5, -3.25\n\tbig {8w+16}: 12345678901\n\tword {8w+32}: 77\n".to_owned();
    text += "type int {1w}\ntype real 8\ntype byte 1\ntype callee {14w} pointers {10w}\n";
    text += "main {70w} pointers {50w}, {51w}, {52w}, {53w}, {54w}, {55w}, {56w}\ninit:\n\tbegin\n";
    text += "\tnewa $8, int, {50w}(fp)\n\tnewa $8, real, {51w}(fp)\n\tnewa $8, byte, {52w}(fp)\n\tconsw $5, {55w}(fp)\n";
    text += "\tmovw $3, {10w}(fp)\n\tmovw $-7, {11w}(fp)\n\tmovl {8w+16}(mp), {20w}(fp)\n\tmovf {8w}(mp), {28w}(fp)\n\tmovb $9, {40w}(fp)\n";
    let mut labels = 0;
    random.looped(&mut labels, 0, &mut text);
    for slot in 0..4 {
        let _ = write!(
            text,
            "\tsay w {{{}w}}(fp)\n\tsay l {{20w+{at}}}(fp)\n\tsay f {{28w+{at}}}(fp)\n\tcvtbw {{40w+{slot}}}(fp), {{15w}}(fp)\n\tsay w {{15w}}(fp)\n",
            10 + slot,
            at = 8 * slot
        );
    }
    text += "\tret\ncallee:\n\taddw {8w}(fp), {9w}(fp), {11w}(fp)\n\tindw {10w}(fp), {12w}(fp), $3\n\taddw {11w}(fp), 0({12w}(fp))\n";
    text += "\tbgew {8w}(fp), $0, done\n\tmovw {9w}(fp), 0({4w}(fp))\n\tret\ndone:\n\tmovw {11w}(fp), 0({4w}(fp))\n\tret\n";
    text
}

#[test]
fn random_programs_do_the_same_compiled() {
    let range = std::env::var("DIS_SEEDS").unwrap_or_else(|_| "0:60".into());
    let (from, to) = range.split_once(':').expect("FROM:TO");
    for seed in from.parse::<u64>().expect("a number")..to.parse().expect("a number") {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..4).for_each(|_| random.0 ^= u64::from(random.below(1 << 20)));
        let source = program(&mut random);
        let word = if seed % 2 == 0 { WordSize::Eight } else { WordSize::Four };
        let text = expand::expand("random", &source, word.bytes() as usize);
        let module = assemble(&text).unwrap_or_else(|why| panic!("seed {seed}: {why:?}\n{text}")).module;
        verify(&module, word).unwrap_or_else(|why| panic!("seed {seed}: {}\n{text}", why[0]));
        let fuel = if seed % 3 == 0 { Some(u64::from(random.below(20_000))) } else { Some(300_000) };
        let quantum = [7, 100, 333, 2048][random.below(4) as usize];
        let way = |threshold| Way { threshold, quantum, stress: seed % 5 == 0, fuel };
        let options = || Options { memory: 4 << 20, ..Options::default() };
        let plain = run(word, &write(&module), options(), way(None));
        for threshold in [1, 20] {
            let compiled = run(word, &write(&module), options(), way(Some(threshold)));
            assert_eq!(compiled, plain, "seed {seed}, {:?}\n{text}", way(Some(threshold)));
        }
    }
}
