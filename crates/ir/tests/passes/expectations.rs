//! `NAME.ir` here, after the passes its first line names, prints as `NAME.expected`. `SPANDREL_BLESS=1` rewrites those.

use ir::eval::{Const, canonical};
use ir::interp::{FlatMemory, Interp, Limits, Outcome};
use ir::passes::{self, Options};
use ir::random::{self, Config, Rng};
use ir::{Func, Module, Op, Type};
use std::fs;
use std::path::{Path, PathBuf};

fn texts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let entries = fs::read_dir(&folder).expect("the folder is there");
    let mut texts: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    texts.retain(|path| path.extension().is_some_and(|e| e == "ir"));
    texts.sort();
    texts
}

/// The module, and what it is after the passes that the first line names.
fn optimized(path: &Path) -> (Module, Module) {
    let name = path.display();
    let text = fs::read_to_string(path).expect("it can be read");
    let first = text.lines().next().unwrap_or_default();
    let list = first.strip_prefix("; passes: ").unwrap_or_else(|| panic!("{name}: no `; passes: ` line"));
    let mut module = ir::text::parse(&text).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
    let before = module.clone();
    let options = Options { verify: true, ..Options::default() };
    for pass in list.split(',').map(str::trim) {
        let pass = passes::by_name(pass).unwrap_or_else(|| panic!("{name}: no pass `{pass}`"));
        for func in module.functions.keys() {
            passes::run_pass(&mut module, func, pass, &options);
        }
    }
    (before, module)
}

#[test]
fn texts_become_what_is_expected() {
    let bless = std::env::var_os("SPANDREL_BLESS").is_some_and(|v| v == "1");
    let mut wrong = String::new();
    let texts = texts();
    for path in &texts {
        let (expected, found) = (path.with_extension("expected"), ir::text::print(&optimized(path).1));
        if bless {
            fs::write(&expected, &found).expect("it can be written");
        }
        // A checkout may have turned line ends around.
        let text = fs::read_to_string(&expected).unwrap_or_default().replace("\r\n", "\n");
        if text != found {
            wrong += &format!("{}:\n{found}\n", path.display());
        }
    }
    assert!(wrong.is_empty(), "other output than expected (SPANDREL_BLESS=1 takes it):\n{wrong}");
    assert!(texts.len() >= 6, "the texts are missing");
}

/// Bytes at every address that a function of a text gets.
const BYTES: usize = 256;

/// What a function returns for these arguments, and the memory it leaves behind; `None` when it ends otherwise.
fn results(module: &Module, func: Func, args: &[Const], bytes: &[u8]) -> Option<(Vec<Const>, Vec<u8>)> {
    let mut host = FlatMemory::new();
    // One piece of memory for each: two alias classes are two places.
    let addresses: Vec<u64> = args.iter().map(|_| host.memory.map(bytes.to_vec())).collect();
    let place = |(arg, address): (&Const, &u64)| match arg.ty() {
        Type::Ptr => Const::ptr(*address),
        _ => *arg,
    };
    let args: Vec<Const> = args.iter().zip(&addresses).map(place).collect();
    let limits = Limits { fuel: 2_000, depth: 20 };
    let Outcome::Return(values) = Interp::new(module, &mut host).call(func, &args, limits) else {
        return None;
    };
    let plain = |value: Const| if value.ty() == Type::F64 { canonical(value.as_f64()) } else { value };
    let mut left = Vec::new();
    for address in addresses {
        left.extend_from_slice(host.memory.bytes(address, BYTES).unwrap_or_default());
    }
    Some((values.into_iter().map(plain).collect(), left))
}

/// The rules in the texts hold for numbers of all kinds: where a function returns, it returns the same after the passes.
#[test]
fn texts_compute_the_same() {
    let (mut rng, config) = (Rng::new(17), Config::default());
    let mut returned = 0;
    for path in texts() {
        let (before, after) = optimized(&path);
        for (func, function) in before.functions.iter() {
            for _ in 0..60 {
                let types = &function.signature.params;
                let args: Vec<Const> =
                    types.iter().map(|ty| random::constant(&mut rng, &config, *ty)).collect();
                let bytes: Vec<u8> = (0..BYTES).map(|_| rng.below(4) as u8).collect();
                let Some(expected) = results(&before, func, &args, &bytes) else { continue };
                // Objects are made in another order, or not at all.
                let makes = function.insts.values().any(|inst| inst.op == Op::Alloc);
                if makes && expected.0.iter().any(|value| value.ty() == Type::Ptr) {
                    continue;
                }
                let found = results(&after, func, &args, &bytes);
                returned += 1;
                let name = &function.name;
                assert_eq!(found.as_ref(), Some(&expected), "{}: @{name} {args:?}", path.display());
            }
        }
    }
    assert!(returned > 1000, "{returned} calls returned");
}

/// Every pass has texts of its own.
#[test]
fn every_pass_has_texts() {
    for pass in passes::ALL {
        let only = |path: &PathBuf| {
            let text = fs::read_to_string(path).expect("it can be read");
            text.lines().next() == Some(&format!("; passes: {}", pass.name))
        };
        assert!(texts().iter().any(only), "no text runs `{}` alone", pass.name);
    }
}
