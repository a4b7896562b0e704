//! Calls in cold blocks: whatever the callee does, values in all registers are what they were.

mod support;

use codegen::{Options, Target};
use ir::Func;
use ir::interp::Deopt;
use jit::{Abort, Entry, Program, Resume, RuntimeTable, SharedGuest, WordCallable};
use std::cell::{Cell, OnceCell};
use std::fmt::Write;
use support::module;

/// More values of each kind than there are registers.
const VALUES: usize = 34;
/// Rounds of the loop; the call is made in one of eight.
const ROUNDS: u64 = 100;

/// What the runtime function has at hand.
#[derive(Default)]
struct Vm {
    entry: OnceCell<Entry<Vm>>,
    function: OnceCell<WordCallable<2>>,
    calls: Cell<u64>,
}

impl SharedGuest for Vm {
    type Data = Vm;

    fn deopt(_: &Vm, _: &Deopt) -> Resume {
        Resume::Abort(Abort::Stopped)
    }
}

/// Uses all registers itself: calls the function that called it, for fewer rounds.
fn disturb(vm: &Vm, [rounds, depth]: [u64; 2]) -> u64 {
    vm.calls.set(vm.calls.get() + 1);
    if depth == 0 {
        return rounds;
    }
    let (entry, function) = (vm.entry.get().expect("set"), vm.function.get().expect("set"));
    entry.call(vm, function, [rounds & 15 | 1, depth - 1]).expect("it returns")[0]
}

/// `@f(rounds, depth)`: integers that are rotated and added up, doubles that are added up, and in between a call.
fn program(cold: bool) -> String {
    let mut text = String::from(
        "runtime @disturb(i64, i64) -> i64 writes(all)\nfunc @f(i64, i64) -> i64, i64 {\nblock0(v0: i64, v1: i64):\n",
    );
    let mut next = 2;
    let mut new = || {
        next += 1;
        next - 1
    };
    let (zero, one, seven, mut args) = (new(), new(), new(), Vec::new());
    let _ = write!(text, "  v{zero} = iconst.i64 0\n  v{one} = iconst.i64 1\n  v{seven} = iconst.i64 7\n");
    for i in 0..VALUES {
        let (int, float) = (new(), new());
        let _ = write!(text, "  v{int} = iconst.i64 {}\n  v{float} = fconst {}.5\n", i * 12_345, i);
        args.push((int, float));
    }
    let list = |values: &[(usize, usize)]| {
        values.iter().fold(String::new(), |list, (int, float)| list + &format!(", v{int}, v{float}"))
    };
    let _ = writeln!(text, "  jump block1(v0{})", list(&args));
    let (round, params) = (new(), args.iter().map(|_| (new(), new())).collect::<Vec<_>>());
    let typed = params
        .iter()
        .fold(String::new(), |list, (int, float)| list + &format!(", v{int}: i64, v{float}: f64"));
    let (low, rare, called) = (new(), new(), new());
    let _ = write!(
        text,
        "block1(v{round}: i64{typed}):\n  v{low} = band.i64 v{round}, v{seven}\n  v{rare} = icmp.eq.i64 v{low}, v{zero}\n  brif v{rare}, block2, block3(v{round})\nblock2{}:\n  v{called} = call_runtime @disturb(v{round}, v1)\n  jump block3(v{called})\n",
        if cold { " cold" } else { "" }
    );
    let extra = new();
    let _ = writeln!(text, "block3(v{extra}: i64):");
    let mut last = extra;
    let mut results = Vec::new();
    for (i, (int, float)) in params.iter().enumerate() {
        let (turned, sum, wide) = (new(), new(), new());
        let other = params[(i + 1) % VALUES].1;
        let _ = write!(
            text,
            "  v{turned} = rotl.i64 v{int}, v{one}\n  v{sum} = iadd.i64 v{turned}, v{last}\n  v{wide} = fadd v{float}, v{other}\n"
        );
        last = *int;
        results.push((sum, wide));
    }
    let (less, done, bits, mut whole) = (new(), new(), new(), results[0].0);
    let _ = write!(
        text,
        "  v{less} = isub.i64 v{round}, v{one}\n  v{done} = icmp.eq.i64 v{less}, v{zero}\n  brif v{done}, block4, block1(v{less}{})\nblock4:\n",
        list(&results)
    );
    let mut float = results[0].1;
    for (int, other) in &results[1..] {
        let (mixed, sum) = (new(), new());
        let _ = write!(text, "  v{mixed} = bxor.i64 v{whole}, v{int}\n  v{sum} = fadd v{float}, v{other}\n");
        (whole, float) = (mixed, sum);
    }
    let _ = write!(text, "  v{bits} = f64_to_bits v{float}\n  return v{whole}, v{bits}\n}}\n");
    text
}

fn results(cold: bool) -> ([u64; 2], u64) {
    let text = program(cold);
    let module = module(&text);
    let mut table = RuntimeTable::new();
    table.bind_words::<Vm, _, _, 2>("disturb", disturb);
    let program =
        Program::load(&module, &Options::default(), &table).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let vm = Vm::default();
    let function =
        WordCallable::try_from(program.function(Func(0)).expect("it is there")).expect("it is of words");
    assert!(vm.function.set(function.clone()).is_ok() && vm.entry.set(program.entry()).is_ok());
    let result = vm.entry.get().expect("set").call(&vm, &function, [ROUNDS, 2]).expect("it returns");
    (result, vm.calls.get())
}

#[test]
fn values_survive_in_all_registers() {
    let (cold, usual) = (results(true), results(false));
    assert_eq!(cold, usual);
    assert!(cold.1 > 10, "{} calls", cold.1);
}

#[test]
fn only_calls_in_cold_blocks_save_everything() {
    let target = Target::host().expect("a machine that there is code for");
    for (cold, cold_calls_save) in [(true, true), (true, false), (false, true)] {
        let options = Options { listing: true, cold_calls_save, ..Options::default() };
        let compiled =
            codegen::compile(&module(&program(cold)), Func(0), &target, &options).expect("it compiles");
        let saves = compiled.clif.expect("it was asked for").contains("preserve_all");
        assert_eq!(saves, cold && cold_calls_save);
    }
}
