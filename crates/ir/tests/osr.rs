//! A function entered at a block in the middle does from there on what the whole function does.

use ir::cfg::{Cfg, Loops};
use ir::eval::Const;
use ir::interp::{Interp, Limits, Outcome};
use ir::random::{self, BUFFER, Config};
use ir::{Block, Func, Module, Value, osr};

const MAIN: Func = Func(0);

fn module(text: &str) -> Module {
    let module = ir::text::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{faults:?}"));
    module
}

/// The module with the entry at `at` in place of its first function, and what the entry wants.
fn entered(module: &Module, at: Block) -> (Module, Vec<Value>) {
    let entry = osr::entry(&module.functions[MAIN], at).expect("it is reachable");
    let mut changed = module.clone();
    let name = changed.functions[MAIN].name.clone();
    changed.functions[MAIN] = entry.function;
    changed.functions[MAIN].name = name;
    (changed, entry.live)
}

const NESTED: &str = "func @f(i32, i32) -> i32 {
block0(v0: i32, v1: i32):
  v2 = iconst.i32 0
  v3 = iconst.i32 3
  jump block1(v2, v2)
block1(v4: i32, v5: i32):
  v6 = imul.i32 v4, v3
  v7 = icmp.slt.i32 v4, v0
  brif v7, block2(v2, v5), block5
block2(v8: i32, v9: i32):
  v10 = icmp.slt.i32 v8, v1
  brif v10, block3, block4
block3:
  v11 = iadd.i32 v9, v6
  v12 = iadd.i32 v11, v8
  v13 = iconst.i32 1
  v14 = iadd.i32 v8, v13
  jump block2(v14, v12)
block4:
  v15 = iconst.i32 1
  v16 = iadd.i32 v4, v15
  jump block1(v16, v9)
block5:
  return v5
}
";

/// The same sum in Rust, from any state of the inner loop on.
fn rest(outer: i32, inner: i32, sum: i32, n: i32, m: i32) -> i32 {
    let mut sum = sum;
    for i in outer..n {
        for j in if i == outer { inner } else { 0 }..m {
            sum += i * 3 + j;
        }
    }
    sum
}

#[test]
fn an_inner_loop_is_entered_in_the_middle_of_the_outer_one() {
    let (changed, live) = entered(&module(NESTED), Block(2));
    ir::verify::verify(&changed).unwrap_or_else(|faults| panic!("{faults:?}\n{}", ir::text::print(&changed)));
    assert_eq!(live[..2], [Value(8), Value(9)]);
    let limits = Limits { fuel: 100_000, depth: 10 };
    for (outer, inner, sum, n, m) in [(0, 0, 0, 4, 5), (2, 3, 100, 4, 5), (3, 5, 7, 4, 5), (1, 0, -3, 9, 2)] {
        let known = |value: &Value| match value.0 {
            0 => n,
            1 => m,
            2 => 0,
            3 => 3,
            4 => outer,
            6 => outer * 3,
            8 => inner,
            9 => sum,
            other => panic!("v{other} is not live there"),
        };
        let args: Vec<Const> = live.iter().map(|value| Const::i32(known(value))).collect();
        let mut host = random::host(0, &changed);
        let outcome = Interp::new(&changed, &mut host).call(MAIN, &args, limits);
        assert_eq!(outcome, Outcome::Return(vec![Const::i32(rest(outer, inner, sum, n, m))]));
    }
}

#[test]
fn what_only_later_code_needs_is_passed_too() {
    let text = "func @f(i32, f64) -> f64 {\nblock0(v0: i32, v1: f64):\n  v2 = fneg v1\n  jump block1(v0)\nblock1(v3: i32):\n  v4 = iconst.i32 -1\n  v5 = iadd.i32 v3, v4\n  brif.nothing\n}\n";
    let text = text.replace(
        "  brif.nothing\n",
        "  v6 = icmp.sgt.i32 v5, v4\n  brif v6, block1(v5), block2\nblock2:\n  return v2\n",
    );
    let (changed, live) = entered(&module(&text), Block(1));
    ir::verify::verify(&changed).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(live, [Value(3), Value(2)]);
}

#[test]
fn blocks_that_control_cannot_reach_have_no_entry() {
    let module = module(NESTED);
    let error = osr::entry(&module.functions[MAIN], Block(99)).unwrap_err();
    assert_eq!(error.to_string(), "control cannot reach block99");
}

/// Entries at every loop of random programs are well-formed, before and after the optimizer.
#[test]
fn entries_of_random_programs_verify() {
    let mut entries = 0;
    for seed in 0..60 {
        let module = random::module(seed, &Config::varied(seed));
        for func in module.functions.keys() {
            let function = &module.functions[func];
            let cfg = Cfg::new(function);
            for each in Loops::new(function, &cfg).list {
                let entry = osr::entry(function, each.header).expect("headers are reachable");
                let mut changed = module.clone();
                changed.functions.push(entry.function);
                ir::verify::verify(&changed)
                    .unwrap_or_else(|faults| panic!("seed {seed}, {func}, {}: {faults:?}", each.header));
                entries += 1;
            }
        }
    }
    assert!(entries > 60, "{entries} loops");
    assert_ne!(BUFFER, 0);
}
