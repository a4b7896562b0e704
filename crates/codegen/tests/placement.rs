//! Where code is best placed: short loops within a cache line, entries not at the end of one.

use codegen::{Arch, CACHE_LINE, Compiled, Options, Os, Target, compile};
use ir::Func;

/// A loop whose body is a chain of so many additions.
fn summing(additions: usize) -> String {
    let mut body = String::new();
    for i in 0..additions {
        body += &format!("  v{} = iadd.i64 v{}, v2\n", i + 20, if i == 0 { 3 } else { i + 19 });
    }
    let last = if additions == 0 { 3 } else { additions + 19 };
    format!(
        "func @f(i64, i64) -> i64 {{\nblock0(v0: i64, v1: i64):\n  jump block1(v0, v1)\nblock1(v2: i64, v3: i64):\n{body}  \
         v10 = iconst.i64 1\n  v11 = isub.i64 v2, v10\n  v12 = icmp.ne.i64 v11, v1\n  brif v12, block1(v11, v{last}), block2\n\
         block2:\n  return v{last}\n}}\n"
    )
}

fn compiled(text: &str, arch: Arch) -> Compiled {
    let module = ir::text::parse(text).expect("it parses");
    compile(&module, Func(0), &Target::new(arch, Os::Linux), &Options::default()).expect("it compiles")
}

#[test]
fn short_loops_are_found_and_end_with_the_jump_back() {
    for arch in [Arch::X64, Arch::Arm64] {
        let code = compiled(&summing(2), arch);
        let [range] = &code.loops[..] else { panic!("{arch:?}: {:?}", code.loops) };
        assert!((12..=40).contains(&range.len()) && range.end as usize <= code.code.len(), "{range:?}");
        assert!(compiled(&summing(40), arch).loops.is_empty(), "{arch:?}: too long for a line");
    }
}

#[test]
fn loops_get_a_line_of_their_own_wherever_they_are() {
    let mut code = compiled(&summing(2), Arch::X64);
    for start in 0..200 {
        let range = start..start + 40;
        code.loops = vec![range];
        for (front, step) in [(4, 4), (0, 4), (4, 16)] {
            let at = code.placement(front, step);
            assert!(at >= front && at < front + CACHE_LINE && at.is_multiple_of(step), "{at}");
            let (from, to) = (at + start, at + start + 39);
            assert_eq!(
                from / CACHE_LINE,
                to / CACHE_LINE,
                "a loop at {start}, placed {at} behind a line's start"
            );
        }
    }
}

#[test]
fn code_without_loops_is_not_entered_at_the_end_of_a_line() {
    let code = compiled("func @f(i64) -> i64 {\nblock0(v0: i64):\n  return v0\n}\n", Arch::X64);
    assert!(code.loops.is_empty());
    assert_eq!(code.placement(4, 4), 4);
    assert_eq!(code.placement(0, 4), 0);
    assert_eq!(code.placement(4, 64), 64, "constants come first");
}
