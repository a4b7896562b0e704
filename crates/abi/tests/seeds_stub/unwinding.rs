//! Stack walks from inside a helper, through closure, adaptor and call stub, to the test that called.

use super::harness::{Buffer, CallStub, Callback};
use super::unwinder;
use abi::stub::Handler;
use abi::{Abi, Plan, Scalar, Signature, Type};
use std::arch::naked_asm;
use std::ffi::c_void;
use std::ops::Range;

/// Return addresses, innermost first.
#[derive(Default)]
struct Walk {
    by_unwinder: Vec<usize>,
    by_frame_pointer: Vec<usize>,
}

/// The handler: passes the frame pointer it was called with, which is its caller's, instead of the frame.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "sysv64" fn look_around(_user: *mut c_void, _frame: *mut u8, _result: *mut u8) {
    naked_asm!("mov rsi, rbp", "jmp {walk}", walk = sym walk)
}

/// See the x64 function of the same name.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn look_around(_user: *mut c_void, _frame: *mut u8, _result: *mut u8) {
    naked_asm!("mov x1, x29", "b {walk}", walk = sym walk)
}

/// # Safety
/// `user` must be a `Walk`, and `frame_pointer` the frame pointer of the adaptor that called.
unsafe extern "C" fn walk(user: *mut c_void, frame_pointer: *const usize) {
    // SAFETY: by this function's contract; the stubs keep the chain, so that two frames up are readable.
    unsafe {
        let walk = &mut *user.cast::<Walk>();
        let stub = *frame_pointer as *const usize;
        walk.by_frame_pointer = vec![*frame_pointer.add(1), *stub.add(1)];
        walk.by_unwinder = unwinder::backtrace();
    }
}

fn range(code: &code_memory::Code) -> Range<usize> {
    code.entry().addr()..code.entry().addr() + code.len()
}

#[test]
fn seed_17_a_helper_sees_every_frame_above_it() {
    let big = Type::structure([Type::array(Scalar::I64.into(), 2000)]);
    for params in [vec![], vec![Scalar::I64.into(); 20], vec![big]] {
        let plan = Plan::new(Abi::HOST, &Signature::new(params, Some(Scalar::I64.into()))).expect("a plan");
        let mut found = Walk::default();
        // SAFETY: on this machine's convention `Handler` and `look_around` are the same kind of function.
        let handler = unsafe { std::mem::transmute::<*const (), Handler>(look_around as *const ()) };
        let callback = Callback::raw(&plan, handler, Abi::HOST, (&raw mut found).cast());
        let stub = CallStub::new(&plan, Abi::HOST);
        let (mut frame, mut result) = (Buffer::frame(&plan), Buffer::result(&plan));
        stub.call(callback.closure.entry(), &mut frame, &mut result);

        let [in_stub, in_rust] = found.by_frame_pointer[..] else { panic!("two frames were walked") };
        assert!(
            range(&stub.code).contains(&in_stub),
            "the adaptor's frame pointer does not lead to the stub"
        );
        assert!(!range(&stub.code).contains(&in_rust) && !range(&callback.adaptor).contains(&in_rust));

        let walked = &found.by_unwinder;
        let adaptor = walked.iter().position(|ip| range(&callback.adaptor).contains(ip));
        let adaptor = adaptor.expect("the unwinder does not see the adaptor");
        assert!(range(&stub.code).contains(&walked[adaptor + 1]), "the adaptor's caller is the call stub");
        assert_eq!(walked[adaptor + 1], in_stub, "both walks agree about the stub");
        assert_eq!(walked[adaptor + 2], in_rust, "both walks agree about the stub's caller");
        assert!(walked.len() > adaptor + 6, "the walk goes on to the bottom of the thread: {walked:x?}");
    }
}
