//! Listings by other people's disassemblers, of both machines on any.

use super::arm64::Arm64;
use super::x64::X64;
use super::*;
use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};
use yaxpeax_arch::{Decoder as _, U8Reader};

fn list_x64(code: &[u8]) -> String {
    let mut formatter = IntelFormatter::new();
    let mut lines = Vec::new();
    for instruction in &mut Decoder::with_ip(64, code, 0, DecoderOptions::NONE) {
        assert!(!instruction.is_invalid(), "{lines:?}");
        let mut line = String::new();
        formatter.format(&instruction, &mut line);
        lines.push(line);
    }
    lines.join("\n")
}

fn list_arm64(code: &[u8]) -> String {
    let decoder = <yaxpeax_arm::armv8::a64::ARMv8 as yaxpeax_arch::Arch>::Decoder::default();
    let mut lines = Vec::new();
    for word in code.chunks_exact(4) {
        match decoder.decode(&mut U8Reader::new(word)) {
            Ok(instruction) => lines.push(instruction.to_string()),
            Err(error) => panic!("{lines:?}: {error}"),
        }
    }
    lines.join("\n")
}

fn code<M: Masm>(emit: impl FnOnce(&mut M)) -> Vec<u8> {
    let mut m = M::default();
    emit(&mut m);
    assert!(m.link());
    std::mem::take(&mut m.buffer().bytes)
}

/// What the disassemblers say: a line with operation and machine, then instructions.
const EXPECTED: &str = include_str!("listings.txt");

/// Compares a listing with what is expected.
fn check(name: &str, machine: &str, listing: &str) {
    let expected = EXPECTED
        .split("\n\n")
        .find_map(|block| block.trim_start().strip_prefix(&format!("{name} {machine}\n")))
        .unwrap_or_default();
    assert_eq!(listing, expected.trim_end(), "{name} {machine}");
}

/// Checks what operations are on both machines.
macro_rules! listings {
    ($($name:ident: |$m:ident| $body:expr;)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name), "x64", &list_x64(&code::<X64>(|$m| $body)));
            check(stringify!($name), "arm64", &list_arm64(&code::<Arm64>(|$m| $body)));
        }
    )*};
}

listings! {
    moves: |m| { m.mov(T0, T1); m.mov32(T2, T0); m.mov(REGS, FRAME) };
    constants: |m| {
        m.constant(T0, 0);
        m.constant(T1, 0x1234_5678);
        m.constant(T2, u64::MAX - 4);
        m.constant(T3, 0xfffe_0000_0000_0007);
        m.constant(T4, 0x1122_3344_5566_7788);
    };
    loads: |m| {
        m.load(B64, T0, at(REGS, 0));
        m.load(B64, T0, at(CTX, 0));
        m.load(B32, T1, at(FRAME, 28));
        m.load(B16, T2, at(FRAME, 40));
        m.load(B8, T3, at(T0, 4));
        m.load(B64, T4, at(REGS, 65535 * 8));
        m.load_signed(B8, T0, at(T1, 1));
        m.load_signed(B16, T0, element(T1, T2, 1, 0));
        m.load(B64, T5, element(T0, T3, 3, 40));
        m.load(B32, T5, Mem { base: T0, offset: -20, index: None });
    };
    stores: |m| {
        m.store(B64, at(REGS, 8), T0);
        m.store(B8, element(T4, T3, 0, 0), T5);
        m.store(B16, at(FRAME, 88), T1);
        m.store(B32, at(FRAME, 76), T1);
        m.store_constant(B64, at(REGS, 16), 10);
        m.store_constant(B32, at(FRAME, 28), 70000);
        m.store_constant(B16, at(FRAME, 90), 0);
        m.store_constant(B64, at(REGS, 16), -1);
        m.address(T3, at(REGS, 40));
        m.address(T3, element(T0, T1, 3, 0));
    };
    arithmetic: |m| {
        m.alu(Alu::And, B64, T2, T0, T1);
        m.alu(Alu::Or, B64, T2, T2, TAG);
        m.alu(Alu::Sub, B64, T2, T5, TAG);
        m.alu(Alu::Xor, B32, T2, T0, T1);
        m.alu_constant(Alu::Add, B64, FRAME, FRAME, 48);
        m.alu_constant(Alu::Sub, B32, T0, T0, 1);
        m.alu_constant(Alu::And, B64, T1, T0, -9);
        m.alu_constant(Alu::And, B64, T5, T4, 15);
        m.not32(T2, T0);
        m.neg32(T2, T2);
        m.divide();
        m.mul32(T2, T0, T1);
    };
    counts: |m| {
        let l = m.label();
        m.set_bits(at(T5, 0), 4);
        m.count_down(at(T5, 8), l);
        m.set_bits(at(T0, 1), 255);
        m.bind(l);
    };
    shifts: |m| {
        m.shift(Shift::Left, T2, T0, T1);
        m.shift(Shift::Right, T2, T0, T1);
        m.shift(Shift::RightUnsigned, T2, T0, T1);
        m.shift_constant(Shift::Left, B32, T2, T2, 5);
        m.shift_constant(Shift::Right, B32, T2, T2, 31);
        m.shift_constant(Shift::RightUnsigned, B64, T1, T1, 3);
        m.shift_constant(Shift::Left, B64, T5, T0, 11);
        m.shift_constant(Shift::Right, B64, T5, T5, 11);
    };
    checked: |m| {
        let l = m.label();
        m.checked(Checked::Add, T2, T0, T1, l);
        m.checked(Checked::Sub, T2, T0, T1, l);
        m.checked(Checked::Mul, T2, T0, T1, l);
        m.checked_constant(Checked::Add, T2, T0, -3, l);
        m.checked_constant(Checked::Mul, T2, T0, 100_000, l);
        m.bind(l);
    };
    branches: |m| {
        let l = m.label();
        m.bind(l);
        m.branch(B64, Cond::Below, T0, TAG, l);
        m.branch(B32, Cond::Lt, T0, T1, l);
        m.branch_constant(B64, Cond::Eq, T0, 0, l);
        m.branch_constant(B32, Cond::Gt, T0, -5, l);
        m.branch_constant(B32, Cond::Le, T0, 70000, l);
        m.branch_constant(B64, Cond::Eq, T0, -1, l);
        m.branch_memory(B64, Cond::Ne, T1, at(T3, 16), l);
        m.branch_memory_constant(B8, Cond::Ne, at(T0, 4), 200, l);
        m.branch_memory_constant(B16, Cond::Ne, at(FRAME, 42), 0, l);
        m.branch_memory_constant(B64, Cond::BelowEq, at(T0, 32), 300, l);
        m.branch_bits(B64, false, T0, CELLS, l);
        m.branch_bits(B64, true, T0, TAG, l);
        m.branch_bits_constant(false, T4, 1 << 17, l);
        m.jump(l);
    };
    comparisons: |m| {
        m.compare(B32, Cond::Le, T2, T0, T1);
        m.compare_constant(B64, Cond::Eq, T5, T0, 7);
    };
    calls: |m| {
        m.argument(1, T0);
        m.argument(2, T1);
        m.argument_constant(3, 9);
        m.call_c(0x88);
        m.call_stub(0x100);
        m.stub_return();
        m.jump_landing(T2);
        m.jump_anywhere(T0);
    };
    doubles: |m| {
        m.bits_to_f64(F0, T5);
        m.f64_to_bits(T2, F0);
        m.int_to_f64(F1, T1);
        m.uint_to_f64(F1, T1);
        m.f64_to_int(T2, F0);
        m.f64_to_int64(T1, F0);
        m.f64(FAlu::Add, F0, F1);
        m.f64(FAlu::Sub, F0, F1);
        m.f64(FAlu::Mul, F0, F1);
        m.f64(FAlu::Div, F0, F1);
        m.sqrt(F1);
        m.load_f64(F0, element(T4, T3, 3, 0));
        m.store_f64(at(T4, 8), F1);
        m.load_f32(F0, element(T4, T3, 2, 0));
        m.store_f32(at(T4, 4), F0);
    };
    double_branches: |m| {
        let l = m.label();
        m.branch_f64_differs(F0, F2, l);
        m.branch_f64_equals(F0, F0, l);
        m.branch_nan(F0, l);
        m.branch_f64(Cond::Lt, F0, F1, l, l);
        m.branch_f64(Cond::Ge, F0, F1, l, l);
        m.compare_f64(T2, F0, F1);
        m.bind(l);
    };
    entering: |m| { m.entry(0, 8); m.leave() };
}

/// The conventions differ where arguments go, and in the room for them.
#[test]
fn windows_on_x64() {
    let code = code::<X64>(|m| {
        m.set_windows(true);
        m.entry(0, 8);
        m.argument(1, T0);
        m.argument(2, T1);
        m.argument(3, T2);
        m.call_c(0x88);
    });
    check("windows", "x64", &list_x64(&code));
}

#[test]
fn branches_that_are_too_far_are_refused() {
    let mut m = Arm64::default();
    let far = m.label();
    m.branch_constant(B64, Cond::Eq, T0, 0, far);
    m.buffer().bytes.resize(2 << 20, 0);
    m.bind(far);
    assert!(!m.link());
    let mut m = X64::default();
    let never = m.label();
    m.jump(never);
    assert!(!m.link(), "the label is nowhere");
}
