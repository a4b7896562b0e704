//! The stubs of both machines, and code memory.

use crate::masm::Masm;
use crate::masm::arm64::Arm64;
use crate::masm::x64::X64;
use crate::stubs::assemble;

/// Whatever machine this runs on, the stubs of each assemble: all labels are bound, all distances fit.
#[test]
fn stubs_assemble_for_both_machines() {
    let mut x64 = X64::default();
    let mut arm64 = Arm64::default();
    assert!(assemble(&mut x64).is_some());
    assert!(assemble(&mut arm64).is_some());
    let mut windows = X64::default();
    windows.set_windows(true);
    assert!(assemble(&mut windows).is_some());
    assert_ne!(windows.buffer().bytes, x64.buffer().bytes, "the conventions differ");
}

#[test]
fn isolates_share_the_stubs() {
    let one = crate::Baseline::new(crate::Config::default()).unwrap();
    let other = crate::Baseline::new(crate::Config { budget: 0 }).unwrap();
    assert_eq!(one.context.stubs.leave.get(), other.context.stubs.leave.get());
    assert_ne!(one.context.stubs.leave.get(), 0);
}
