//! Calls and callbacks made with whole register images, and what every such call must leave alone.

use super::harness::{Buffer, CallStub, Callback};
use super::machine::{Image, STACK, call_with_image, captured};
use super::random::extended;
use abi::stub::Handler;
use abi::{Abi, Arch, Extend, Move, Place, Plan, ResultPlan};
use std::ffi::c_void;

/// Hardware number of the frame pointer.
pub(crate) const FP: usize = match Arch::HOST {
    Arch::X64 => 5,
    Arch::Arm64 => 29,
};

/// One call with images taken before, inside and after.
pub(crate) struct Observed {
    pub(crate) before: Image,
    pub(crate) inside: Image,
    pub(crate) after: Image,
}

/// Whether the registers that `abi` makes callees preserve are the same in both images.
pub(crate) fn assert_preserved(abi: Abi, before: &Image, after: &Image, what: &str) {
    for &reg in abi.int_callee_saved() {
        let reg = usize::from(reg);
        assert_eq!(before.int[reg], after.int[reg], "{what}: {abi} integer register {reg} was not preserved");
    }
    for &reg in abi.vec_callee_saved() {
        let (old, new) = (before.vec[usize::from(reg)], after.vec[usize::from(reg)]);
        assert_eq!(old[0], new[0], "{what}: {abi} vector register {reg} was not preserved");
        assert!(abi.arch() == Arch::Arm64 || old[1] == new[1], "{what}: high half of vector register {reg}");
    }
    if abi.arch() == Arch::Arm64 {
        assert_eq!(before.int[18], after.int[18], "{what}: x18 was touched");
    }
}

/// Calls a capture target through a call stub, with canaries in all other registers, and checks what must hold always:
/// the stack's alignment, preserved registers, a return address in the stub.
pub(crate) fn observe_call(
    plan: &Plan,
    host: Abi,
    frame: &mut Buffer,
    result: &mut Buffer,
    left: &Image,
) -> Observed {
    let stub = CallStub::new(plan, host);
    let mut before = Image::filled(1);
    let mut after = before.clone();
    let inside = captured(plan.abi, left, |target| {
        let args = [target as u64, frame.ptr() as u64, result.ptr() as u64];
        for (&reg, value) in host.int_args().iter().zip(args) {
            before.int[usize::from(reg)] = value;
        }
        after = before.clone();
        // SAFETY: the image holds the three arguments of the stub in `host`'s argument registers.
        unsafe { call_with_image(&mut after, stub.code.entry()) };
    });
    before.int[18] = if Arch::HOST == Arch::Arm64 { inside.int[18] } else { before.int[18] };
    let what = format!("{} called as {host}: {}", plan.abi, plan.signature);
    assert_preserved(host, &before, &after, &what);
    assert_eq!(inside.sp % u64::from(plan.stack_align.max(16)), 0, "{what}: stack misaligned at the call");
    let code = stub.code.entry() as u64..stub.code.entry() as u64 + stub.code.len() as u64;
    assert!(code.contains(&inside.return_address), "{what}: the return address is lost");
    Observed { before, inside, after }
}

/// Compares the image inside the target with what the plan promises about the arguments.
pub(crate) fn assert_arguments(plan: &Plan, frame: &mut Buffer, result: &mut Buffer, seen: &Image) {
    let base = frame.ptr() as u64;
    let bytes = frame.bytes().to_vec();
    let what = format!("{}: {}", plan.abi, plan.signature);
    for (step, m) in plan.args.iter().enumerate() {
        match *m {
            Move::Value { arg, offset, size, extend, place } => {
                let value = &bytes[offset as usize..][..usize::from(size)];
                let mut expected = value.to_vec();
                if extend != Extend::None {
                    let scalar = plan.signature.params[usize::from(arg)]
                        .as_scalar()
                        .expect("only scalars are extended");
                    expected = extended(scalar, value).to_le_bytes().to_vec();
                }
                let found = at(plan.abi, seen, place);
                assert_eq!(expected[..], found[..expected.len()], "{what}: step {step} {m:?}");
            }
            Move::Block { offset, size, stack, .. } => {
                let expected = &bytes[offset as usize..][..size as usize];
                assert_eq!(
                    expected,
                    &seen.stack[stack as usize..][..size as usize],
                    "{what}: step {step} {m:?}"
                );
            }
            Move::Address { offset, place, .. } => {
                let found = at(plan.abi, seen, place);
                assert_eq!(
                    (base + u64::from(offset)).to_le_bytes()[..],
                    found[..8],
                    "{what}: step {step} {m:?}"
                );
            }
        }
    }
    if let ResultPlan::Memory { pointer, .. } = plan.result {
        let expected = (result.ptr() as u64).to_le_bytes();
        assert_eq!(expected[..], at(plan.abi, seen, pointer)[..8], "{what}: result pointer");
    }
    if let Some(count) = plan.vector_count {
        assert_eq!(seen.int[0] as u8, count, "{what}: al");
    }
}

/// Up to 16 bytes of a place.
pub(crate) fn at(abi: Abi, image: &Image, place: Place) -> Vec<u8> {
    let vec = |v: usize| image.vec[v].iter().flat_map(|half| half.to_le_bytes()).collect();
    match place {
        Place::Int(i) => image.int[usize::from(abi.int_args()[usize::from(i)])].to_le_bytes().to_vec(),
        Place::Vec(v) => vec(usize::from(v)),
        Place::Stack(at) => image.stack[at as usize..(at as usize + 16).min(STACK)].to_vec(),
        Place::ResultPointer => image.int[8].to_le_bytes().to_vec(),
    }
}

/// An image for a call with the plan's convention: arguments from the frame, canaries everywhere else, above narrow values too.
pub(crate) fn boundary(plan: &Plan, frame: &mut Buffer, result: &mut Buffer) -> Image {
    let mut image = Image::filled(2);
    let base = frame.ptr() as u64;
    for m in &plan.args {
        match *m {
            Move::Value { offset, size, place, .. } => {
                put(plan.abi, &mut image, place, &frame.bytes()[offset as usize..][..usize::from(size)]);
            }
            Move::Block { offset, size, stack, .. } => {
                put(
                    plan.abi,
                    &mut image,
                    Place::Stack(stack),
                    &frame.bytes()[offset as usize..][..size as usize],
                );
            }
            Move::Address { offset, place, .. } => {
                put(plan.abi, &mut image, place, &(base + u64::from(offset)).to_le_bytes());
            }
        }
    }
    if let ResultPlan::Memory { pointer, .. } = plan.result {
        put(plan.abi, &mut image, pointer, &(result.ptr() as u64).to_le_bytes());
    }
    image
}

fn put(abi: Abi, image: &mut Image, place: Place, bytes: &[u8]) {
    let over = |word: &mut u64, bytes: &[u8]| {
        let mut all = word.to_le_bytes();
        all[..bytes.len()].copy_from_slice(bytes);
        *word = u64::from_le_bytes(all);
    };
    match place {
        Place::Int(i) => over(&mut image.int[usize::from(abi.int_args()[usize::from(i)])], bytes),
        Place::Vec(v) => {
            let (low, high) = bytes.split_at(bytes.len().min(8));
            over(&mut image.vec[usize::from(v)][0], low);
            over(&mut image.vec[usize::from(v)][1], high);
        }
        Place::Stack(at) => image.stack[at as usize..][..bytes.len()].copy_from_slice(bytes),
        Place::ResultPointer => over(&mut image.int[8], bytes),
    }
}

/// Calls a closure with an image; returns the image afterwards, after checking preserved registers.
pub(crate) fn call_closure(plan: &Plan, callback: &Callback, before: &Image) -> Image {
    let mut after = before.clone();
    // SAFETY: the image was made for the plan the closure has.
    unsafe { call_with_image(&mut after, callback.closure.entry()) };
    let mut before = before.clone();
    if Arch::HOST == Arch::Arm64 {
        // The image notes what the system had in x18 at the time of the call.
        before.int[18] = after.int[18];
    }
    assert_preserved(plan.abi, &before, &after, &format!("callback under {}: {}", plan.abi, plan.signature));
    after
}

/// Calls a closure whose handler is a capture target of `host`, which destroys everything a handler may destroy.
pub(crate) fn observe_callback(plan: &Plan, host: Abi, image: &Image) -> Observed {
    let mut after = image.clone();
    let mut adaptor = 0..0;
    let inside = captured(host, &Image::filled(3), |target| {
        // SAFETY: the target follows `host`'s convention and takes whatever it is called with.
        let handler = unsafe { std::mem::transmute::<*const u8, Handler>(target) };
        let callback = Callback::raw(plan, handler, host, 0x1234 as *mut c_void);
        adaptor =
            callback.adaptor.entry() as u64..callback.adaptor.entry() as u64 + callback.adaptor.len() as u64;
        after = call_closure(plan, &callback, image);
    });
    assert!(adaptor.contains(&inside.return_address), "the handler's return address is lost");
    Observed { before: image.clone(), inside, after }
}
