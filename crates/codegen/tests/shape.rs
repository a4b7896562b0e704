//! What comes out beside the bytes: exit sites, sizes, and refusals of what was never verified.

use codegen::{Arch, Compiled, Declined, Options, Os, Symbol, Target, Where, compile};
use ir::{Func, Module, Type};
use std::fmt::Write;

fn parsed(text: &str) -> Module {
    ir::text::parse(text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

fn verified(text: &str) -> Module {
    let module = parsed(text);
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    module
}

fn first(module: &Module, arch: Arch) -> Result<Compiled, Declined> {
    let options = Options { verify: true, ..Options::default() };
    compile(module, Func(0), &Target::new(arch, Os::Linux), &options)
}

const GUARDED: &str = "
func @f(i32, i64, pair) -> i32 {
fs0 = state 7+12 [v0, dead, v2, i32 -5, obj0] in fs1
fs1 = state 6+3 [v1, result 0]
obj0 = virtual 24 kind 3 {8: i64 v1}
block0(v0: i32, v1: i64, v2: pair):
  v3 = iadd_guard.i32 v0, v0, fs0, reason 9
  v4 = iadd_guard.i32 v3, v0, fs0, reason 9
  v5 = iadd_guard.i32 v4, v0, fs0, reason 8
  return v5
}";

#[test]
fn sites_say_where_everything_is() {
    let module = verified(GUARDED);
    for arch in [Arch::X64, Arch::Arm64] {
        let compiled = first(&module, arch).unwrap();
        assert_eq!(compiled.sites.len(), 2, "guards with one state and reason share a site");
        let cookies = compiled.relocs.iter().filter(|reloc| reloc.target == Symbol::CodeCookie).count();
        assert_eq!(cookies, 1, "the exit is shared");
        let reasons: Vec<u16> = compiled.sites.iter().map(|site| site.reason.0).collect();
        assert_eq!(reasons, [9, 8]);
        for site in &compiled.sites {
            let names: Vec<(u32, u32)> = site.frames.iter().map(|frame| (frame.code, frame.offset)).collect();
            assert_eq!(names, [(7, 12), (6, 3)]);
            let slots = &site.frames[0].slots;
            assert!(matches!(slots[0], Where::Buffer(_, Type::I32)), "{slots:?}");
            assert_eq!(slots[1], Where::Dead);
            assert!(matches!(slots[2], Where::Buffer(_, Type::Pair)), "{slots:?}");
            assert_eq!(slots[3], Where::Const(Type::I32, 0xffff_fffb));
            assert_eq!(slots[4], Where::Object(0));
            let caller = &site.frames[1].slots;
            assert_eq!(caller[1], Where::Result(0));
            assert_eq!((site.objects[0].size, site.objects[0].kind), (24, 3));
            let (at, ty, field) = site.objects[0].fields[0];
            assert_eq!((at, ty), (8, Type::I64));
            assert_eq!(field, caller[0], "one value is stored once");
        }
        // A word each for v0 and v1, two for the pair.
        assert_eq!(compiled.buffer_words, 4);
    }
}

/// Blocks of arithmetic, guards, loads and calls, so many times over.
fn repeated(times: usize) -> Module {
    let mut text = String::from("class heap\nfunc @f(i32, ptr) -> i32 {\nfs0 = state 1+0 [v0, v1]\n");
    text += "block0(v0: i32, v1: ptr):\n  jump block1(v0)\n";
    let mut value = 10;
    for block in 1..=times {
        writeln!(text, "block{block}(v{value}: i32):").unwrap();
        writeln!(text, "  v{} = iadd_guard.i32 v{value}, v0, fs0, reason 1", value + 1).unwrap();
        writeln!(text, "  v{} = load.i32 heap [v1 + 8]", value + 2).unwrap();
        writeln!(text, "  v{} = bxor.i32 v{}, v{}", value + 3, value + 1, value + 2).unwrap();
        writeln!(text, "  v{} = sdiv.i32 v{}, v0", value + 4, value + 3).unwrap();
        writeln!(text, "  v{} = call @f(v{}, v1)", value + 5, value + 4).unwrap();
        writeln!(text, "  jump block{}(v{})", block + 1, value + 5).unwrap();
        value += 6;
    }
    writeln!(text, "block{}(v{value}: i32):\n  return v{value}\n}}", times + 1).unwrap();
    verified(&text)
}

#[test]
fn code_grows_as_the_program_does() {
    for arch in [Arch::X64, Arch::Arm64] {
        let sizes = [16, 32, 64, 128].map(|times| {
            let compiled = first(&repeated(times), arch).unwrap();
            (compiled.stats.clif_insts, compiled.code.len())
        });
        for pair in sizes.windows(2) {
            let [(insts, bytes), (more_insts, more_bytes)] = [pair[0], pair[1]];
            assert!(more_insts <= 2 * insts, "{sizes:?}");
            // ARM64 branches out of longer functions take longer forms.
            assert!(10 * more_bytes <= 23 * bytes, "{sizes:?}");
        }
    }
}

#[test]
fn what_was_never_verified_is_refused_by_the_back_end() {
    let text =
        "func @f(i32, i64) -> i32 {\nblock0(v0: i32, v1: i64):\n  v2 = iadd.i32 v0, v1\n  return v2\n}\n";
    let module = parsed(text);
    assert!(ir::verify::verify(&module).is_err());
    for arch in [Arch::X64, Arch::Arm64] {
        let declined = first(&module, arch).unwrap_err();
        assert_eq!(declined.code(), "backend", "{declined}");
        assert!(declined.to_string().starts_with("the code generator refused: "), "{declined}");
    }
}
