//! Synthetic functions of any size, for measurements of the compiler.

use ir::{Func, Module};
use std::fmt::Write;

/// What a function is full of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Arithmetic, loads and stores without a branch.
    Straight,
    /// If-then-else after if-then-else.
    Blocks,
    /// Nests of four loops, one after the other.
    Loops,
    /// Checked additions and guards, each with a frame state of its own.
    Guards,
    /// Direct calls and runtime calls that may throw.
    Calls,
    /// The same with a callee that is inlined until the budget is used up.
    Inlined,
    /// Half of the values used in the other half: as many live at once.
    Wide,
}

impl Shape {
    pub(crate) const ALL: [Shape; 7] = [
        Shape::Straight,
        Shape::Blocks,
        Shape::Loops,
        Shape::Guards,
        Shape::Calls,
        Shape::Inlined,
        Shape::Wide,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Shape::Straight => "straight",
            Shape::Blocks => "blocks",
            Shape::Loops => "loops",
            Shape::Guards => "guards",
            Shape::Calls => "calls",
            Shape::Inlined => "inlined",
            Shape::Wide => "wide",
        }
    }
}

/// Instructions of a module's first function.
pub(crate) fn ops(module: &Module) -> usize {
    let function = &module.functions[Func(0)];
    function.order.iter().map(|block| function.blocks[*block].insts.len()).sum()
}

/// A module whose first function has about this many instructions, not less.
pub(crate) fn module(shape: Shape, size: usize) -> Module {
    let text = match shape {
        Shape::Straight => straight(size),
        Shape::Blocks => blocks(size),
        Shape::Loops => loops(size),
        Shape::Guards => guards(size),
        Shape::Calls => calls(size, &large()),
        Shape::Inlined => calls(size, SMALL),
        Shape::Wide => wide(size),
    };
    let module = ir::text::parse(&text).unwrap_or_else(|errors| panic!("{}\n{text}", errors[0]));
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{}\n{text}", faults[0]));
    module
}

/// Text of a function that grows line by line.
struct Text {
    head: String,
    body: String,
    values: usize,
    ops: usize,
}

impl Text {
    fn new(head: &str, params: usize) -> Text {
        Text { head: head.to_owned(), body: String::new(), values: params, ops: 0 }
    }

    /// An instruction without result.
    fn op(&mut self, text: &str) {
        self.ops += 1;
        let _ = writeln!(self.body, "  {text}");
    }

    /// An instruction with one result; its number.
    fn value(&mut self, text: &str) -> usize {
        let value = self.fresh();
        self.op(&format!("v{value} = {text}"));
        value
    }

    fn fresh(&mut self) -> usize {
        self.values += 1;
        self.values - 1
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.body, "{text}");
    }

    fn finish(self) -> String {
        format!("{}{}}}\n", self.head, self.body)
    }
}

/// A step of some computation that does not simplify.
fn mix(t: &mut Text, last: usize, other: usize, step: usize) -> usize {
    let op = ["iadd", "bxor", "imul", "isub"][step % 4];
    t.value(&format!("{op}.i64 v{last}, v{other}"))
}

fn straight(size: usize) -> String {
    let mut t =
        Text::new("class heap\nfunc @f(i64, i64, ptr) -> i64 {\nblock0(v0: i64, v1: i64, v2: ptr):\n", 3);
    let (mut last, mut other) = (0, 1);
    let mut step = 0;
    while t.ops + 1 < size {
        let next = match step % 7 {
            5 => {
                t.op(&format!("store.i64 heap v{last}, [v2 + {}]", step % 64 * 8));
                last
            }
            6 => t.value(&format!("load.i64 heap [v2 + {}]", (step + 17) % 64 * 8)),
            _ => mix(&mut t, last, other, step),
        };
        (last, other) = (next, last);
        step += 1;
    }
    t.op(&format!("return v{last}"));
    t.finish()
}

fn blocks(size: usize) -> String {
    let mut t = Text::new("func @f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n", 2);
    let (mut last, mut block, mut step) = (0, 0, 0);
    while t.ops + 1 < size {
        let test = t.value(&format!("icmp.slt.i64 v{last}, v1"));
        t.op(&format!("brif v{test}, block{}, block{}", block + 1, block + 2));
        for side in 1..=2 {
            t.line(&format!("block{}:", block + side));
            let first = mix(&mut t, last, 1, step + side);
            let second = mix(&mut t, first, last, step);
            t.op(&format!("jump block{}(v{second})", block + 3));
        }
        last = t.fresh();
        block += 3;
        step += 1;
        t.line(&format!("block{block}(v{last}: i64):"));
    }
    t.op(&format!("return v{last}"));
    t.finish()
}

/// Loops of one nest.
const DEPTH: usize = 4;

fn loops(size: usize) -> String {
    let mut t = Text::new("func @f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n", 2);
    let (mut sum, mut block) = (0, 0);
    while t.ops + 1 < size {
        let mut heads = Vec::new();
        for level in 0..DEPTH {
            let zero = t.value("iconst.i64 0");
            t.op(&format!("jump block{}(v{zero}, v{sum})", block + 1));
            let (count, inner) = (t.fresh(), t.fresh());
            t.line(&format!("block{}(v{count}: i64, v{inner}: i64):", block + 1));
            let test = t.value(&format!("icmp.slt.i64 v{count}, v1"));
            // Two blocks for each loop from this one inwards, then the ends, the innermost first.
            let exit = block + 2 * (DEPTH - level) + DEPTH - level;
            t.op(&format!("brif v{test}, block{}, block{exit}", block + 2));
            t.line(&format!("block{}:", block + 2));
            sum = mix(&mut t, inner, count, level);
            heads.push((block + 1, count, inner));
            block += 2;
        }
        for (head, count, inner) in heads.into_iter().rev() {
            let one = t.value("iconst.i64 1");
            let next = t.value(&format!("iadd.i64 v{count}, v{one}"));
            t.op(&format!("jump block{head}(v{next}, v{sum})"));
            block += 1;
            t.line(&format!("block{block}:"));
            sum = inner;
        }
    }
    t.op(&format!("return v{sum}"));
    t.finish()
}

/// Values that a frame state keeps alive.
const KEPT: usize = 8;

fn guards(size: usize) -> String {
    let mut t = Text::new("", 4);
    t.line("block0(v0: i32, v1: i32, v2: i32, v3: i32):");
    let mut states = String::new();
    let (mut recent, mut number) = (vec![0, 1, 2, 3], 0);
    while t.ops + 1 < size {
        let kept: Vec<String> = recent.iter().rev().take(KEPT).map(|v| format!("v{v}")).collect();
        let _ = writeln!(states, "fs{number} = state 1+{number} [{}]", kept.join(", "));
        let [.., a, b, c] = recent[..] else { unreachable!("there are four at least") };
        if number % 3 == 2 {
            let test = t.value(&format!("icmp.sle.i32 v{a}, v{b}"));
            t.op(&format!("guard v{test}, fs{number}, reason 2"));
        } else {
            recent.push(t.value(&format!("iadd_guard.i32 v{c}, v{a}, fs{number}, reason 1")));
        }
        number += 1;
    }
    let last = recent[recent.len() - 1];
    t.op(&format!("return v{last}"));
    t.head = format!("func @f(i32, i32, i32, i32) -> i32 {{\n{states}");
    t.finish()
}

/// A callee that calls itself in two places, the last of which becomes a loop.
const SMALL: &str = "func @g(i64, i64) -> i64 throws {\nblock0(v0: i64, v1: i64):\n  v2 = icmp.slt.i64 v0, v1\n  \
    brif v2, block1, block2\nblock1:\n  v3 = call @g(v1, v0)\n  v4 = call @g(v3, v0)\n  return v4\nblock2:\n  return v0\n}\n";
/// Instructions of a callee that nobody inlines.
const LARGE: usize = 400;

/// A callee too large to be inlined.
fn large() -> String {
    let mut t = Text::new("func @g(i64, i64) -> i64 throws {\nblock0(v0: i64, v1: i64):\n", 2);
    let (mut last, mut other) = (0, 1);
    for step in 0..LARGE {
        (last, other) = (mix(&mut t, last, other, step), last);
    }
    t.op(&format!("return v{last}"));
    t.finish()
}

fn calls(size: usize, callee: &str) -> String {
    let mut t = Text::new("func @f(i64, i64) -> i64 throws {\nblock0(v0: i64, v1: i64):\n", 2);
    let mut last = 0;
    while t.ops + 1 < size {
        last = t.value(&format!("call @g(v{last}, v1)"));
        last = t.value(&format!("call_runtime @check(v{last})"));
        let step = t.ops;
        last = mix(&mut t, last, 0, step);
    }
    t.op(&format!("return v{last}"));
    format!("runtime @check(i64) -> i64 throws\n{}{callee}", t.finish())
}

fn wide(size: usize) -> String {
    let mut t = Text::new("class heap\nfunc @f(ptr) -> i64 {\nblock0(v0: ptr):\n", 1);
    let mut made = Vec::new();
    while t.ops < size / 2 {
        made.push(t.value(&format!("load.i64 heap [v0 + {}]", 8 * made.len())));
    }
    let mut last = made[0];
    for value in made.iter().skip(1).rev() {
        last = t.value(&format!("imul.i64 v{last}, v{value}"));
    }
    t.op(&format!("return v{last}"));
    t.finish()
}
