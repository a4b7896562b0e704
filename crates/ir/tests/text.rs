//! The text form: round trips, and what the parser says about mistakes.

mod shapes;

use ir::text::{self, MAX_BYTES, MAX_ERRORS, ParseErrorKind};
use ir::verify::{verify, verify_function, verify_with_map};
use ir::*;
use shapes::Rng;
use std::collections::HashSet;

const ALL_OPS: &str = include_str!("samples/all_ops.ir");

fn parse(text: &str) -> Module {
    text::parse(text).unwrap_or_else(|errors| panic!("{text}\n{}", lines(&errors)))
}

fn lines<T: ToString>(list: &[T]) -> String {
    list.iter().map(T::to_string).collect::<Vec<_>>().join("\n")
}

fn assert_valid(module: &Module) {
    if let Err(faults) = verify(module) {
        panic!("{module}\n{}", lines(&faults));
    }
}

#[test]
fn the_sample_has_every_op_with_every_type() {
    let module = parse(ALL_OPS);
    let mut seen = HashSet::new();
    for data in module.functions.values().flat_map(|f| f.insts.values()) {
        seen.insert((data.op, data.ty));
    }
    for op in Op::ALL {
        let forms: Vec<Option<Type>> = op.types().iter().copied().map(Some).collect();
        for ty in if forms.is_empty() { vec![None] } else { forms } {
            assert!(seen.contains(&(*op, ty)), "the sample text lacks `{}` {ty:?}", op.name());
        }
    }
}

#[test]
fn the_sample_is_valid_and_survives() {
    let module = parse(ALL_OPS);
    assert_valid(&module);
    let printed = text::print(&module);
    let again = parse(&printed);
    assert_valid(&again);
    assert_eq!(text::print(&again), printed);
    for (func, function) in module.functions.iter() {
        assert_eq!(function.insts.len(), again.functions[func].insts.len());
    }
}

#[test]
fn printing_looks_like_this() {
    let text = "\
class heap
class shape immutable
runtime @helper(i64, boxed) -> boxed throws allocs reads(heap) writes(all)

func @fib(i32, ptr) -> i32, bool throws {
fs0 = state 7+12 [v0, i32 5, dead, obj0] in fs1
fs1 = state 1+0 []
obj0 = virtual 24 kind 3 {0: i64 v7, 8: f64 0x1.8p+3}
block0(v0: i32, v1: ptr):
  v2 = iconst.i32 -2
  v5 = icmp.slt.i32 v0, v2
  v7 = load.i64 heap [v1 + 16]
  store.i64 heap v7, [v1 - 8]
  v9 = iadd_guard.i32 v0, v2, fs0, reason 3
  v10, v11, v12 = call catch @fib(v9, v1) at 40
  v13 = call_indirect (i32) -> i64 throws, v1(v2)
  brif v5, block1(v0), block2
block2 cold:
  return v0, v5
block1(v15: i32):
  switch v15, 0: block2, -7: block3(v15), default block3(v2)
block3(v16: i32):
  trap 1
}
";
    let module = parse(text);
    assert_valid(&module);
    assert_eq!(module.to_string(), text);
    let func = module.function_named("fib").unwrap();
    assert!(text.ends_with(&text::print_function(&module, func)));
}

#[test]
fn sparse_numbers_become_dense_everywhere() {
    let text = "\
func @f(i32) {
fs900000 = state 1+1 [v4000000000, obj4000000001] in fs70000
fs70000 = state 2+2 []
obj4000000001 = virtual 8 kind 0 {0: ptr obj7000}
obj7000 = virtual 4 kind 0 {0: i32 v4000000000}
block4000000000(v4000000000: i32):
  jump block3000000000(v4000000000)
block3000000000(v5: i32):
  v123456789 = iadd_guard.i32 v5, v5, fs900000, reason 0
  return
}
";
    let expected = "\
func @f(i32) {
fs0 = state 1+1 [v0, obj0] in fs1
fs1 = state 2+2 []
obj0 = virtual 8 kind 0 {0: ptr obj1}
obj1 = virtual 4 kind 0 {0: i32 v0}
block0(v0: i32):
  jump block1(v0)
block1(v1: i32):
  v2 = iadd_guard.i32 v1, v1, fs0, reason 0
  return
}
";
    let module = parse(text);
    assert_valid(&module);
    assert_eq!(module.to_string(), expected);
}

#[test]
fn dense_printing_on_request() {
    let module = parse("func @f(i32) {\nblock7(v9: i32):\n  jump block3\nblock3:\n  return\n}\n");
    let function = &module.functions[Func(0)];
    let kept = text::FunctionText::new(&module, function);
    assert_eq!(kept.to_string(), "func @f(i32) {\nblock7(v9: i32):\n  jump block3\nblock3:\n  return\n}\n");
    let dense = "func @f(i32) {\nblock0(v0: i32):\n  jump block1\nblock1:\n  return\n}\n";
    assert_eq!(kept.renumbered().to_string(), dense);
}

#[test]
fn windows_line_ends_and_no_final_newline() {
    assert_valid(&parse("class heap\r\nfunc @f() {\r\nblock0:\r\n\treturn ; done\r\n}"));
    assert!(text::parse("").is_ok_and(|m| m.functions.is_empty()));
}

/// Live instructions in order, with everything that the text keeps; signatures themselves instead of their indices.
fn live(module: &Module, function: &Function) -> Vec<(InstData, Option<Signature>)> {
    let insts = function.order.iter().flat_map(|block| &function.blocks[*block].insts);
    insts
        .map(|inst| {
            let mut data = function.insts[*inst].clone();
            let mut signature = None;
            if let Imm::Sig { sig, .. } = &mut data.imm {
                signature = Some(module.signatures[std::mem::replace(sig, Sig(0))].clone());
            }
            (data, signature)
        })
        .collect()
}

#[test]
fn random_modules_survive() {
    let mut kept = 0;
    for seed in 0..300 {
        let module = shapes::module(seed);
        assert_valid(&module);
        let printed = text::print(&module);
        let again = parse(&printed);
        assert_valid(&again);
        assert_eq!(text::print(&again), printed, "seed {seed}");
        assert_eq!((&module.classes, &module.runtimes), (&again.classes, &again.runtimes));
        for (func, function) in module.functions.iter() {
            let other = &again.functions[func];
            assert_eq!((&function.name, &function.signature), (&other.name, &other.signature));
            assert_eq!(verify_function(&again, other), Ok(()));
            // Very sparse numbers are not kept, so the instructions look different.
            if function.values.len() < 1000 && function.order == other.order {
                kept += 1;
                assert_eq!(live(&module, function), live(&again, other), "seed {seed}\n{printed}");
            }
        }
    }
    assert!(kept > 300, "numbers were kept in {kept} functions only");
}

/// Texts with one mistake: where it is reported, and with which words.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("hello", "1:1", "expected `class`, `runtime` or `func`, found `hello`"),
    ("class", "1:6", "expected the name of an alias class, found the end of the line"),
    ("class a b", "1:9", "expected the end of the line, found `b`"),
    ("class \"a", "1:7", "this string is not closed"),
    ("class \"\\q\"", "1:7", "unknown escape `\\q`"),
    ("class a\nclass é", "2:7", "found `é`"),
    ("class a\n\n  class a", "3:9", "a is defined already, at 1:7"),
    ("runtime helper()", "1:9", "expected the name of the runtime entry, such as `@name`, found `helper`"),
    ("runtime @h() -> i7", "1:17", "expected a type (i32, i64, f64, bool, ptr, boxed, pair), found `i7`"),
    ("runtime @h() reads(x)", "1:20", "there is no alias class x in this module"),
    ("runtime @h()\nruntime @h(i32)", "2:9", "@h is defined already, at 1:9"),
    ("func @f() {\nblock0:\n  trap 1\n}\nfunc @\"f\"() {\n}", "5:6", "@f is defined already, at 1:6"),
    ("func @f() {\nblock0:\n  trap 1", "3:9", "the function @f opened at 1:1 is not closed: expected `}`"),
    ("func @f() {\nfunc @g() {\n}", "2:1", "the function @f opened at 1:1 is not closed"),
    ("func @f() {\n} x", "2:3", "expected the end of the line, found `x`"),
    ("}", "1:1", "found `}`"),
    ("func @f() {}", "1:12", "expected the end of the line, found `}`"),
    // Inside a function; line 3 is the first in block0.
    ("  iadd2 v0, v1", "3:3", "there is no op `iadd2`"),
    ("  v9 = iadd v0, v0", "3:8", "`iadd` needs its type behind a dot, one of i32, i64"),
    ("  v9 = iadd.i33 v0, v0", "3:8", "`iadd` needs its type behind a dot, one of i32, i64"),
    ("  v9 = fadd.f64 v0, v0", "3:8", "`fadd` takes no suffix `.f64`"),
    ("  v9 = iadd.i32.i32 v0, v0", "3:8", "`iadd` takes no suffix `.i32`"),
    ("  v9 = icmp.lt.i32 v0, v0", "3:8", "expected `icmp.` and a condition (eq, ne, slt"),
    ("  v9 = fcmp v0, v0", "3:8", "expected `fcmp.` and a condition (eq, ne, lt"),
    ("  iadd.i32 v0, v0", "3:3", "this `iadd` has 1 result, but 0 stand before `=`"),
    ("  v8, v9 = iadd.i32 v0, v0", "3:3", "this `iadd` has 1 result, but 2 stand before `=`"),
    ("  v9 = call @f(v0)", "3:3", "this `call` has 0 results, but 1 stand before `=`"),
    ("  call catch @f(v0)", "3:3", "this `call` has 1 result, but 0 stand before `=`"),
    ("  v9 = iadd.i32 v0 v0", "3:20", "expected the end of the line, found `v0`"),
    ("  v9 = iadd.i32 v0, v77", "3:21", "there is no value v77 in this function"),
    ("  v9 = iadd.i32 v0, 5", "3:21", "expected a value such as `v0`, found `5`"),
    ("  v0 = iadd.i32 v0, v0", "3:3", "v0 is defined already, at 2:8"),
    ("  v4294967295 = iadd.i32 v0, v0", "3:3", "v4294967295 is out of range: expected a 32-bit number"),
    ("  v9 = iconst.i32 2147483648", "3:19", "2147483648 is out of range: expected a signed 32-bit integer"),
    ("  v9 = iconst.i32 -0x80000001", "3:19", "-0x80000001 is out of range"),
    ("  v9 = iconst.i64 99999999999999999999", "3:19", "expected a signed 64-bit integer"),
    ("  v9 = iconst.i64 1.5", "3:19", "expected an integer, found `1.5`"),
    ("  v9 = pconst -1", "3:15", "-1 is out of range: expected an unsigned 64-bit integer"),
    ("  v9 = bconst 1", "3:15", "expected `true` or `false`, found `1`"),
    ("  v9 = fconst 0x1.00000000000001p0", "3:15", "is not exactly a 64-bit float"),
    ("  v9 = fconst nan:0x7ff0000000000000", "3:19", "is not the bit pattern of a NaN"),
    ("  v9 = fconst -nan:0x7ff8000000000000", "3:15", "expected a float, `inf` or `nan:` with its bits"),
    ("  v9 = load.i32 heap [v0]", "3:17", "there is no alias class heap in this module"),
    (
        "  v9 = load.i32 a [v0 + 2147483648]",
        "3:25",
        "2147483648 is out of range: expected an offset of 32 bits",
    ),
    ("  v9 = load.i32 a [v0 + -1]", "3:25", "-1 is out of range: expected an offset of 32 bits"),
    ("  v9 = load.i32 a v0", "3:21", "expected `,`, found the end of the line"),
    ("  v9 = load.i32 a 5", "3:19", "expected a value or `[` and an address"),
    ("  v9 = alloc 24", "3:16", "expected `kind`, found the end of the line"),
    ("  call @g()", "3:8", "there is no function @g in this module"),
    ("  call f()", "3:8", "expected the function to call, such as `@name`, found `f`"),
    ("  call_runtime @f()", "3:16", "there is no runtime entry @f in this module"),
    ("  v9 = iadd_guard.i32 v0, v0, fs3, reason 1", "3:31", "there is no frame state fs3 in this function"),
    ("  v9 = iadd_guard.i32 v0, v0", "3:29", "expected `,`, found the end of the line"),
    (
        "fs0 = state 1+1 []\n  deopt fs0, reason 65536",
        "4:21",
        "65536 is out of range: expected an unsigned 16-bit number",
    ),
    ("  jump block7", "3:8", "there is no block block7 in this function"),
    ("  jump 0: block0", "3:8", "expected a branch target such as `block0`, found `0`"),
    ("  switch v0, block0, default block0", "3:14", "expected a case such as `0: block0`, or `default`"),
    ("  switch v0, 0: block0", "3:23", "expected `,`, found the end of the line"),
    ("  trap 65536", "3:8", "expected an unsigned 16-bit number"),
    ("  return at -1", "3:13", "-1 is out of range: expected an unsigned 32-bit number"),
    ("block0:", "3:1", "block0 is defined already, at 2:1"),
    ("block1(v0: i32):", "3:8", "v0 is defined already, at 2:8"),
    ("block1()", "3:8", "expected a parameter such as `v0: i32`, found `)`"),
    ("block1(v5: i32) warm:", "3:17", "expected `:`, found `warm`"),
    ("fs0 = state 1+1 [v0 v0]", "3:21", "expected `,`, found `v0`"),
    (
        "fs0 = state 1+1 [5]",
        "3:18",
        "expected a value, a constant such as `i32 5`, a virtual object or `dead`",
    ),
    ("fs0 = state 1+1 [pair 5]", "3:24", "expected `:`"),
    ("fs0 = state 1+1 [obj9]", "3:18", "there is no virtual object obj9 in this function"),
    ("fs0 = state 1+1 [] in fs9", "3:23", "there is no frame state fs9 in this function"),
    ("obj0 = virtual 8 kind 0 {0: pair 5}", "3:35", "expected `:`"),
    ("obj0 = virtual 8 kind 0 {0 i32 5}", "3:28", "expected `:`, found `i32`"),
    ("  ; é\u{301}\n  é", "4:3", "expected an instruction, found `é`"),
    ("  call @\"é\u{1F600}\"() $", "3:16", "expected the end of the line, found `$`"),
];

fn whole(text: &str) -> String {
    let top = ["hello", "class", "runtime", "func", "}"].iter().any(|word| text.starts_with(word));
    if top {
        return text.to_string();
    }
    let more = "class a\nfunc @\"é\u{1F600}\"() {\nblock0:\n  throw\n}\n";
    format!("func @f(i32) {{\nblock0(v0: i32):\n{text}\n}}\n{more}")
}

#[test]
fn mistakes_are_reported_where_they_are() {
    for (text, pos, message) in MISTAKES {
        let errors = text::parse(&whole(text)).map(|_| ()).expect_err(text);
        let shown = lines(&errors);
        let first = format!("{pos}: ");
        assert!(errors.len() == 1 && shown.starts_with(&first) && shown.contains(message), "{text}\n{shown}");
    }
}

#[test]
fn every_kind_of_error_was_provoked() {
    let long = |n: usize, item: &str| vec![item; n].join(", ");
    let mut texts: Vec<String> = MISTAKES.iter().map(|(text, ..)| whole(text)).collect();
    texts.push("func @f() {\n  poll\n}".into());
    texts.push(format!("runtime @r({})", long(65536, "i32")));
    texts.push("x\n".repeat(MAX_ERRORS + 1));
    texts.push(" ".repeat(MAX_BYTES + 1));
    let mut missing: HashSet<&str> = ParseErrorKind::NAMES.iter().copied().collect();
    for text in &texts {
        let errors = text::parse(text).map(|_| ()).unwrap_err();
        assert!(errors.len() <= MAX_ERRORS + 1);
        errors.iter().for_each(|error| {
            missing.remove(error.kind.name());
        });
    }
    assert!(missing.is_empty(), "never reported: {missing:?}");
}

#[test]
fn limits() {
    let types = vec!["i32"; 65535].join(", ");
    assert!(text::parse(&format!("runtime @r({types}) -> {types}")).is_ok());
    let errors = text::parse(&format!("runtime @r() -> {types}, i32")).unwrap_err();
    assert!(matches!(errors[0].kind, ParseErrorKind::TooMany { what: "results" }), "{}", errors[0]);
    let params: Vec<String> = (0..65536).map(|i| format!("v{i}: i32")).collect();
    let errors =
        text::parse(&format!("func @f() {{\nblock0({}):\n  trap 1\n}}", params.join(", "))).unwrap_err();
    assert!(matches!(errors[0].kind, ParseErrorKind::TooMany { what: "block parameters" }), "{}", errors[0]);
    let full = format!("{}class heap", " ".repeat(MAX_BYTES - 10));
    assert_eq!(text::parse(&full).map(|m| m.classes.len()), Ok(1));
}

#[test]
fn every_bad_line_is_reported() {
    let bad = [
        "  V = nonsense",
        "block",
        "fs0 = state",
        "obj0 = {",
        "  call @nobody()",
        "  ))",
        "  V, v0 = context",
    ];
    let mut text = "func @f(i32) {\nblock0(v0: i32):\n".to_string();
    for i in 0..70 {
        // A bad line, then one that uses what the bad line would have defined, which is not wrong for its part.
        let (value, use_of) = (i + 100, i - i % 7 + 100);
        text += &bad[i % 7].replace('V', &format!("v{value}"));
        text += &format!("\n  v{} = iadd.i32 v{use_of}, v{use_of}\n", i + 1000);
    }
    text += "}\nbad\nfunc broken {\nblock0:\n  worse\n}\n";
    let mut expected: Vec<u32> = (0..70).map(|i| 3 + 2 * i).collect();
    expected.extend([144, 145, 147]);
    let errors = text::parse(&text).unwrap_err();
    let found: Vec<u32> = errors.iter().map(|e| e.pos.line).collect();
    assert_eq!(found, expected, "{}", lines(&errors));
}

#[test]
fn the_map_knows_where_things_stand() {
    let text = "class heap\n  runtime @r()\n\nfunc @f() {\n\tfs0 = state 1+1 []\nobj2 = virtual 8 kind 0 {}\n\
                block0:\n  v7 = context ; é\n  v1, v2 = call catch @g()\n  return\n}\nfunc @g() -> i32 throws {\nblock0:\n  throw\n}\n";
    let (module, map) = text::parse_with_map(text).unwrap();
    let f = map.function(Func(0)).unwrap();
    let at = |pos: Option<text::Pos>| pos.map(|p| (p.line, p.column));
    assert_eq!(at(map.class(AliasClass(0))), Some((1, 1)));
    assert_eq!(at(map.runtime(Runtime(0))), Some((2, 3)));
    assert_eq!(at(Some(f.header())), Some((4, 1)));
    assert_eq!(at(f.state(State(0))), Some((5, 2)));
    assert_eq!(at(f.virtual_object(Virtual(2))), Some((6, 1)));
    assert_eq!(at(f.virtual_object(Virtual(0))), None);
    assert_eq!(at(f.block(Block(0))), Some((7, 1)));
    assert_eq!(at(f.value(Value(7))), Some((8, 3)));
    assert_eq!(at(f.value(Value(2))), Some((9, 7)));
    assert_eq!(at(f.value(Value(0))), None);
    assert_eq!(at(f.inst(module.functions[Func(0)].blocks[Block(0)].insts[1])), Some((9, 3)));
    assert_eq!(map.function(Func(2)).map(|_| ()), None);
}

/// Parses, and when that works verifies and prints, for the absence of panics.
fn digest(text: &str) -> bool {
    let Ok((module, map)) = text::parse_with_map(text) else { return false };
    let printed = text::print(&module);
    let valid = verify_with_map(&module, &map).is_ok();
    if valid {
        assert_eq!(text::print(&parse(&printed)), printed, "{text}");
    }
    valid
}

#[test]
fn mutated_texts_never_panic() {
    let mut rng = Rng::new(7);
    let words = [
        "v0",
        "v99999",
        "block0",
        "fs0",
        "obj1",
        "0x",
        "-",
        "\"",
        "@",
        "@\"",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ",",
        ":",
        "=",
        "->",
        "catch",
        "default",
        "iconst.i32",
        "throws",
        "nan:",
        "0x1p",
        "99999999999999999999",
        "é",
        "\n",
        ";",
        "\\u{",
        "func",
    ];
    let mut valid = 0;
    for round in 0..800 {
        let mut text =
            if round % 2 == 0 { ALL_OPS.to_string() } else { text::print(&shapes::module(round / 20)) };
        for _ in 0..1 + rng.below(4) {
            let bound =
                |at: usize, text: &str| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            let from = bound(rng.below(text.len() + 1), &text);
            let to = bound((from + rng.below(12)).min(text.len()), &text);
            match rng.below(4) {
                0 => text.replace_range(from..to, ""),
                1 => text.insert_str(from, rng.pick::<&str>(&words)),
                2 => text.replace_range(from..to, rng.pick::<&str>(&words)),
                _ => {
                    let mut all: Vec<&str> = text.lines().collect();
                    let (a, b) = (rng.below(all.len()), rng.below(all.len()));
                    all.swap(a, b);
                    text = all.join("\n");
                }
            }
        }
        valid += usize::from(digest(&text));
    }
    assert!(valid > 5, "only {valid} texts stayed valid: the mutations are too coarse");
}

/// Texts of which every part grows with `n`.
fn long_texts(n: usize) -> Vec<String> {
    let body =
        |lines: String| format!("func @f(i32) throws {{\n{lines}\n}}\nfunc @g() {{\nblock0:\n  trap 1\n}}\n");
    let many = |each: &dyn Fn(usize) -> String| (0..n).map(each).collect::<Vec<_>>().join("\n");
    let list = |each: &dyn Fn(usize) -> String| (0..n).map(each).collect::<Vec<_>>().join(", ");
    let head = "block0(v0: i32):";
    let guards = |state: &dyn Fn(usize) -> usize| {
        many(&|i| format!("  v{} = iadd_guard.i32 v0, v0, fs{}, reason 0", i + 1, state(i)))
    };
    vec![
        // One long line that is wrong, one that is right.
        many(&|i| format!("v{i}")).replace('\n', " "),
        body(format!(
            "fs0 = state 1+1 [{}]\n{head}\n{}\n  throw",
            list(&|i| format!("i32 {i}")),
            guards(&|_| 0)
        )),
        // One switch with very many cases.
        body(format!(
            "{head}\n  switch v0, {}, default block1\n{}",
            list(&|i| format!("{i}: block{}", i + 1)),
            many(&|i| format!("block{}:\n  throw", i + 1))
        )),
        // A long chain of frame states, all used; virtuals in a circle, used again and again.
        body(format!(
            "{}\nfs{n} = state 0+0 []\n{head}\n{}\n  throw",
            many(&|i| format!("fs{i} = state 1+1 [v0] in fs{}", i + 1)),
            guards(&|i| i)
        )),
        body(format!(
            "fs0 = state 1+1 [obj7]\n{}\n{head}\n{}\n  throw",
            many(&|i| format!("obj{i} = virtual 8 kind 0 {{0: ptr obj{}}}", (i + 1) % n)),
            guards(&|_| 0)
        )),
        // Long chains of blocks, of names, of functions; many errors, many faults.
        body(format!(
            "{head}\n  jump block1\n{}\nblock{}:\n  throw",
            many(&|i| format!("block{}:\n  jump block{}", i + 1, i + 2)),
            n + 1
        )),
        many(&|i| format!("class c{i}")),
        many(&|i| format!("func @f{i}() {{\nblock0:\n  call @f{}()\n  return\n}}", n - 1 - i)),
        many(&|_| "x = (".into()),
        body(format!("{head}\n{}", many(&|i| format!("  v{} = iadd.f64 v{}, v0", i + 1, i + 2)))),
        // A long signature that is called wrongly again and again.
        format!(
            "runtime @r() -> {}\n{}",
            list(&|_| "i32".into()),
            body(format!("{head}\n{}\n  throw", many(&|_| "  call_runtime @r()".into())))
        ),
    ]
}

#[test]
fn time_grows_with_the_text_not_its_square() {
    const SMALL: usize = 1000;
    const FACTOR: u32 = 10;
    let time = |text: &String| {
        let start = std::time::Instant::now();
        digest(text);
        start.elapsed()
    };
    let pairs = long_texts(SMALL).into_iter().zip(long_texts(SMALL * FACTOR as usize));
    for (i, (small, large)) in pairs.enumerate() {
        // A square shows as a hundredfold; other work on the machine disturbs one attempt, not three.
        let grows_linearly =
            |_| time(&large) < time(&small).max(std::time::Duration::from_millis(20)) * FACTOR * 4;
        assert!((0..3).any(grows_linearly), "text {i} of {} bytes", large.len());
    }
}
