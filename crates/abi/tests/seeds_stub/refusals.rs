//! What is refused with a typed error, and what traps.

use super::harness::{native, space};
use abi::stub::{ClosureData, StubError, emit_call, emit_callback, emit_closure, emit_noreturn};
use abi::{Abi, Arch, Extend, Move, Place, Plan, ResultPlan, Scalar, Signature, Type};
use code_memory::RelocTarget;
use std::ffi::c_void;
use std::ptr::null_mut;

/// What ends the code after a call that must not return: `ud2`, `brk #1`.
fn trap() -> &'static [u8] {
    match Arch::HOST {
        Arch::X64 => &[0x0f, 0x0b],
        Arch::Arm64 => &[0x20, 0x00, 0x20, 0xd4],
    }
}

#[test]
fn seed_23_an_unknown_callee_is_a_typed_error_and_no_call_falls_through() {
    unsafe extern "C" fn handler(_: *mut c_void, _: *mut u8, _: *mut u8) {}
    let data = ClosureData { handler, user: null_mut() };
    let closure = emit_closure(Arch::HOST, std::ptr::null(), &data);
    assert!(closure.bytes.ends_with(trap()), "nothing follows the jump of a closure but a trap");
    let error = closure.publish(space(), "closure").expect_err("there is no adaptor");
    assert!(matches!(error, StubError::Publish(_)));
    assert!(error.to_string().contains("callback adaptor"), "the message names what is missing: {error}");

    for host in native() {
        let unknown = emit_noreturn(host, RelocTarget::Unresolved("sox_throw".to_owned())).expect("emitted");
        assert!(unknown.bytes.ends_with(trap()), "{host}: nothing follows the call but a trap");
        let error = unknown.publish(space(), "entry").expect_err("there is no callee");
        assert!(error.to_string().contains("sox_throw"), "the message names what is missing: {error}");
    }
}

/// This test program, ready to start. Under an emulator, children need it named: `SPANDREL_TEST_RUNNER`.
#[cfg(unix)]
fn this_program() -> std::process::Command {
    let this = std::env::current_exe().expect("this program's path");
    let runner = std::env::var("SPANDREL_TEST_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace();
    match words.next() {
        None => std::process::Command::new(this),
        Some(emulator) => {
            let mut command = std::process::Command::new(emulator);
            command.args(words).arg(this);
            command
        }
    }
}

/// Runs in a child process: the callee returns although it must not.
#[test]
#[cfg(unix)]
fn seed_23_a_call_that_cannot_return_traps_when_it_does() {
    use std::os::unix::process::ExitStatusExt;
    const ME: &str = "refusals::seed_23_a_call_that_cannot_return_traps_when_it_does";
    extern "C" fn returns() {}
    if std::env::var_os("SPANDREL_TRAP").is_none() {
        let output = this_program().args([ME, "--exact"]).env("SPANDREL_TRAP", "1").output();
        let status = output.expect("this program starts; under an emulator, by SPANDREL_TEST_RUNNER").status;
        let expected = if Arch::HOST == Arch::X64 { 4 } else { 5 };
        assert_eq!(status.signal(), Some(expected), "SIGILL or SIGTRAP was expected: {status}");
        return;
    }
    let callee = RelocTarget::Address(returns as *const () as usize);
    let entry =
        emit_noreturn(Abi::HOST, callee).expect("emitted").publish(space(), "entry").expect("published");
    // SAFETY: the entry is a function without arguments.
    unsafe { std::mem::transmute::<*const u8, extern "C" fn()>(entry.entry())() };
}

#[test]
fn plans_and_hosts_of_different_architectures_are_refused() {
    for plan_abi in Abi::ALL {
        let plan = Plan::new(plan_abi, &Signature::new([], None)).expect("a plan");
        for host in Abi::ALL {
            let fits = plan_abi.arch() == host.arch();
            for result in [emit_call(&plan, host), emit_callback(&plan, host)] {
                match result {
                    Ok(_) => assert!(fits, "{plan_abi} as {host}"),
                    Err(StubError::Arch { plan, host: h }) => assert!(!fits && plan == plan_abi && h == host),
                    Err(error) => panic!("{plan_abi} as {host}: {error}"),
                }
            }
        }
    }
}

/// A change that makes a plan wrong.
type Damage = fn(&mut Plan);

#[test]
fn damaged_plans_are_refused() {
    fn value(offset: u32, size: u8, extend: Extend, place: Place) -> Move {
        Move::Value { arg: 0, offset, size, extend, place }
    }
    const DAMAGE: &[Damage] = &[
        |p| p.frame_align = 24,
        |p| p.frame_align = 0,
        |p| p.frame_size += 8,
        |p| p.stack_size += 8,
        |p| p.stack_align = 48,
        |p| p.args.push(value(0, 8, Extend::None, Place::Int(9))),
        |p| p.args.push(value(0, 8, Extend::None, Place::Vec(8))),
        |p| p.args.push(value(0, 8, Extend::None, Place::ResultPointer)),
        |p| p.args.push(value(0, 0, Extend::None, Place::Int(0))),
        |p| p.args.push(value(0, 9, Extend::None, Place::Int(0))),
        |p| p.args.push(value(0, 17, Extend::None, Place::Vec(0))),
        |p| p.args.push(value(4, 3, Extend::None, Place::Int(0))),
        |p| p.args.push(value(0, 3, Extend::Sign, Place::Int(0))),
        |p| p.args.push(value(4, 4, Extend::Zero, Place::Int(0))),
        |p| p.args.push(value(p.frame_size, 8, Extend::None, Place::Int(0))),
        |p| p.args.push(value(u32::MAX - 7, 8, Extend::None, Place::Int(0))),
        |p| p.args.push(value(0, 8, Extend::None, Place::Stack(p.stack_size - 4))),
        |p| p.args.push(value(0, 1, Extend::Zero, Place::Stack(p.stack_size - 4))),
        |p| p.args.push(Move::Block { arg: 0, offset: 0, size: p.frame_size + 1, stack: 0 }),
        |p| p.args.push(Move::Block { arg: 0, offset: 0, size: 16, stack: p.stack_size - 8 }),
        |p| p.args.push(Move::Block { arg: 0, offset: 8, size: u32::MAX - 4, stack: 8 }),
        |p| p.args.push(Move::Address { arg: 0, offset: 0, size: 8, place: Place::Vec(0) }),
        |p| p.args.push(Move::Address { arg: 0, offset: 0, size: 8, place: Place::Stack(p.stack_size) }),
        |p| p.result = ResultPlan::Registers(vec![value(0, 8, Extend::None, Place::Stack(0))]),
        |p| p.result = ResultPlan::Registers(vec![value(16, 8, Extend::None, Place::Int(0))]),
        |p| p.result = ResultPlan::Registers(vec![value(0, 8, Extend::None, Place::Int(2))]),
        |p| p.result = ResultPlan::Registers(vec![Move::Block { arg: 0, offset: 0, size: 8, stack: 0 }]),
        |p| p.result = ResultPlan::Memory { pointer: Place::Vec(0), returned: false },
        |p| p.result = ResultPlan::Memory { pointer: Place::Int(8), returned: false },
        |p| p.result_slot = p.result_slot.map(|s| abi::Slot { align: 12, ..s }),
    ];
    for abi in Abi::ALL {
        let params = vec![Type::from(Scalar::I64); 12];
        let sound = Plan::new(abi, &Signature::new(params, Some(Scalar::I64.into()))).expect("a plan");
        emit_call(&sound, abi).expect("sound");
        for (i, damage) in DAMAGE.iter().enumerate() {
            let mut plan = sound.clone();
            damage(&mut plan);
            let refused = |r: Result<_, StubError>| matches!(r, Err(StubError::Malformed { .. }));
            assert!(refused(emit_call(&plan, abi)), "{abi}: call stub with damage {i}");
            assert!(refused(emit_callback(&plan, abi)), "{abi}: callback with damage {i}");
        }
    }
}

#[test]
fn every_entry_starts_with_a_landing_pad_and_describes_its_frame() {
    let signature = Signature::new([Type::from(Scalar::I64)], Some(Scalar::I64.into()));
    for abi in Abi::ALL {
        let pad: &[u8] = match abi.arch() {
            Arch::X64 => &[0xf3, 0x0f, 0x1e, 0xfa],
            Arch::Arm64 => &[0x5f, 0x24, 0x03, 0xd5],
        };
        let plan = Plan::new(abi, &signature).expect("a plan");
        let closure = emit_closure(abi.arch(), std::ptr::null(), std::ptr::null());
        let noreturn = emit_noreturn(abi, RelocTarget::Local(0)).expect("emitted");
        let call = emit_call(&plan, abi).expect("emitted");
        let callback = emit_callback(&plan, abi).expect("emitted");
        for code in [&closure, &noreturn, &call, &callback] {
            assert!(code.bytes.starts_with(pad), "{abi}: no landing pad");
        }
        for code in [&noreturn, &call, &callback] {
            assert!(matches!(code.frame.ops[0].1, code_memory::FrameOp::PushFrame));
            assert!(matches!(code.frame.ops[1].1, code_memory::FrameOp::SetFrame));
        }
    }
}
