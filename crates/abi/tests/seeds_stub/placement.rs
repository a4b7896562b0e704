//! Where arguments are at the call, compared with tables written from the conventions' documents, not from plans.

use super::harness::{Buffer, Callback, Rng, hosts, native};
use super::images::{FP, assert_arguments, at, boundary, call_closure, observe_call, observe_callback};
use super::machine::{Image, STACK};
use super::random::signature;
use abi::stub::emit_call;
use abi::{Abi, Place, Plan, ResultPlan, Scalar, Signature, Type};
use std::cell::RefCell;
use std::rc::Rc;

fn plan(abi: Abi, signature: &Signature) -> Plan {
    Plan::new(abi, signature).expect("a plan")
}

fn buffers(plan: &Plan, seed: u64) -> (Buffer, Buffer) {
    let (mut frame, result) = (Buffer::frame(plan), Buffer::result(plan));
    Rng::new(seed).fill(frame.bytes_mut());
    (frame, result)
}

fn big() -> Type {
    Type::structure([Type::array(Scalar::I64.into(), 9)])
}

/// Where each of a row of 64-bit integers (`false`) and doubles (`true`) goes in a call that is not variadic.
fn places(abi: Abi, doubles: &[bool]) -> Vec<Place> {
    let (mut ints, mut vecs, mut stack) = (0, 0, if abi == Abi::Win64 { 32 } else { 0 });
    let mut place = |position: usize, double: bool| {
        if abi == Abi::Win64 && position < 4 {
            return if double { Place::Vec(position as u8) } else { Place::Int(position as u8) };
        }
        let (used, limit) = match (abi, double) {
            (Abi::Win64, _) => (&mut ints, 0),
            (Abi::SysvX64, false) => (&mut ints, 6),
            (_, false) => (&mut ints, 8),
            (_, true) => (&mut vecs, 8),
        };
        if *used < limit {
            *used += 1;
            return if double { Place::Vec(*used - 1) } else { Place::Int(*used - 1) };
        }
        stack += 8;
        Place::Stack(stack - 8)
    };
    doubles.iter().enumerate().map(|(i, d)| place(i, *d)).collect()
}

fn words(doubles: &[bool]) -> Signature {
    let ty = |d: &bool| Type::from(if *d { Scalar::F64 } else { Scalar::I64 });
    Signature::new(doubles.iter().map(ty), Some(Scalar::I64.into()))
}

#[test]
fn seed_02_the_whole_register_image_is_what_the_plan_says() {
    let mut rng = Rng::new(2);
    let mut checked = 0;
    for round in 0..400 {
        let signature = signature(&mut rng);
        for abi in native() {
            let plan = plan(abi, &signature);
            if plan.stack_size as usize > STACK {
                continue;
            }
            for host in hosts() {
                let (mut frame, mut result) = buffers(&plan, round);
                let seen = observe_call(&plan, host, &mut frame, &mut result, &Image::filled(7)).inside;
                assert_arguments(&plan, &mut frame, &mut result, &seen);
                checked += 1;
            }
        }
    }
    assert!(checked > 500, "only {checked} images were compared");
}

#[test]
fn seed_03_register_and_stack_arguments_are_kept_apart_in_both_directions() {
    for count in 0..=24usize {
        for pattern in 0..4u64 {
            let doubles: Vec<bool> =
                (0..count).map(|i| [false, true, i % 2 == 0, i % 3 == 0][pattern as usize]).collect();
            for abi in native() {
                let expected = places(abi, &doubles);
                let plan = plan(abi, &words(&doubles));
                let (mut frame, mut result) = buffers(&plan, count as u64 * 4 + pattern);
                let seen = observe_call(&plan, Abi::HOST, &mut frame, &mut result, &Image::filled(7)).inside;
                let sent: Vec<Vec<u8>> = expected.iter().map(|p| at(abi, &seen, *p)[..8].to_vec()).collect();
                let slots: Vec<Vec<u8>> =
                    frame.bytes().chunks_exact(8).take(count).map(<[u8]>::to_vec).collect();
                assert_eq!(slots, sent, "{abi}: {doubles:?}");

                let received = Rc::new(RefCell::new(Vec::new()));
                let log = received.clone();
                let callback = Callback::new(&plan, Abi::HOST, move |frame, _| {
                    log.borrow_mut().extend_from_slice(frame)
                });
                let mut image = Image::filled(5);
                for (place, value) in expected.iter().zip(&slots) {
                    let value = u64::from_le_bytes(value[..].try_into().expect("8 bytes"));
                    match *place {
                        Place::Int(i) => image.int[usize::from(abi.int_args()[usize::from(i)])] = value,
                        Place::Vec(v) => image.vec[usize::from(v)][0] = value,
                        Place::Stack(at) => {
                            image.stack[at as usize..][..8].copy_from_slice(&value.to_le_bytes())
                        }
                        Place::ResultPointer => unreachable!("no word goes there"),
                    }
                }
                call_closure(&plan, &callback, &image);
                assert_eq!(received.borrow()[..8 * count], frame.bytes()[..8 * count], "{abi}: {doubles:?}");
            }
        }
    }
}

#[test]
fn seed_04_unnamed_arguments_go_where_va_arg_looks_for_them() {
    let params = || [Scalar::Ptr, Scalar::I64, Scalar::F64, Scalar::I64, Scalar::F64].map(Type::from);
    let run = |abi: Abi, signature: Signature| {
        let plan = plan(abi, &signature);
        let (mut frame, mut result) = buffers(&plan, 4);
        let seen = observe_call(&plan, Abi::HOST, &mut frame, &mut result, &Image::filled(7)).inside;
        let slots: Vec<u64> = frame.bytes()[..40]
            .chunks_exact(8)
            .map(|c| u64::from_le_bytes(c.try_into().expect("8 bytes")))
            .collect();
        (seen, slots)
    };
    for abi in native() {
        let (fixed, slots) = run(abi, Signature::new(params(), None));
        let (variadic, same) = run(abi, Signature::variadic(params(), 1, None));
        assert_eq!(slots, same);
        let int = |image: &Image, i: usize| image.int[usize::from(abi.int_args()[i])];
        assert_eq!(int(&fixed, 0), slots[0], "{abi}");
        assert_eq!(int(&variadic, 0), slots[0], "{abi}: the named argument moved");
        match abi {
            Abi::SysvX64 | Abi::Aapcs64 => {
                for image in [&fixed, &variadic] {
                    assert_eq!([int(image, 1), int(image, 2)], [slots[1], slots[3]], "{abi}");
                    assert_eq!([image.vec[0][0], image.vec[1][0]], [slots[2], slots[4]], "{abi}");
                }
                assert!(
                    abi != Abi::SysvX64 || variadic.int[0] as u8 == 2,
                    "al must count the vector registers"
                );
            }
            Abi::Win64 => {
                for image in [&fixed, &variadic] {
                    assert_eq!(
                        [int(image, 1), int(image, 3), image.vec[2][0]],
                        [slots[1], slots[3], slots[2]]
                    );
                    assert_eq!(image.word(32), slots[4]);
                }
                assert_eq!(int(&variadic, 2), slots[2], "the double must be in r8 too");
                assert_ne!(int(&fixed, 2), slots[2]);
            }
            Abi::DarwinArm64 => {
                let stack: Vec<u64> = (0..4).map(|i| variadic.word(8 * i)).collect();
                assert_eq!(stack, slots[1..], "unnamed arguments belong on the stack");
                assert_eq!([fixed.int[1], fixed.int[2]], [slots[1], slots[3]]);
                assert_ne!(variadic.int[1], slots[1]);
                assert_ne!(variadic.vec[0][0], slots[2]);
            }
            Abi::WindowsArm64 => {
                assert_eq!(variadic.int[..5], slots, "a variadic call uses integer registers only");
                assert_eq!([fixed.int[1], fixed.int[2]], [slots[1], slots[3]]);
                assert_eq!([fixed.vec[0][0], fixed.vec[1][0]], [slots[2], slots[4]]);
            }
        }
    }
}

#[test]
fn seed_05_the_target_survives_when_every_argument_register_is_live() {
    let mut params: Vec<Type> = vec![big()];
    params.extend((0..10).flat_map(|_| [Scalar::I64, Scalar::F64]).map(Type::from));
    params.push(big());
    for abi in native() {
        for host in hosts() {
            for result in [None, Some(big()), Some(Scalar::F64.into())] {
                let plan = plan(abi, &Signature::new(params.clone(), result));
                let (mut frame, mut result) = buffers(&plan, 5);
                let seen = observe_call(&plan, host, &mut frame, &mut result, &Image::filled(7)).inside;
                assert_arguments(&plan, &mut frame, &mut result, &seen);
            }
        }
    }
}

#[test]
fn seed_06_stack_pointer_frame_pointer_and_return_address_survive() {
    let over_aligned = || {
        let member = abi::Field { align: Some(128), ..abi::Field::new(Scalar::I64.into()) };
        let fields = vec![member, abi::Field::new(Type::array(Scalar::I64.into(), 20))];
        let record =
            abi::Record { kind: abi::RecordKind::Struct, name: None, fields, pack: None, align: None };
        Type::Record(std::sync::Arc::new(record))
    };
    for abi in native() {
        for (count, host) in (0..=20).flat_map(|n| hosts().map(move |h| (n, h))) {
            let mut params = vec![Type::from(Scalar::I64); count];
            if count % 3 == 2 {
                params.push(over_aligned());
            }
            let plan = plan(abi, &Signature::new(params, Some(Scalar::I64.into())));
            assert!(abi != Abi::SysvX64 || count % 3 != 2 || plan.stack_align == 128);
            let (mut frame, mut result) = buffers(&plan, 6);
            // Alignment, return address and preserved registers are checked inside.
            let seen = observe_call(&plan, host, &mut frame, &mut result, &Image::filled(7));
            assert_eq!(seen.before.int[FP], seen.after.int[FP]);
            assert!(seen.inside.int[FP] > seen.inside.sp, "{abi}: no frame pointer of the stub's own");
            let image = boundary(&plan, &mut frame, &mut result);
            let seen = observe_callback(&plan, host, &image);
            assert_eq!(seen.inside.sp % 16, 0, "{abi} callback: stack misaligned for the handler");
            assert_eq!(seen.before.int[FP], seen.after.int[FP]);
        }
    }
}

#[test]
fn seed_19_callee_saved_registers_survive_targets_and_handlers_that_destroy_the_rest() {
    let mut rng = Rng::new(19);
    for round in 0..200 {
        let signature = signature(&mut rng);
        for (abi, host) in native().flat_map(|a| hosts().map(move |h| (a, h))) {
            let plan = plan(abi, &signature);
            if plan.stack_size as usize > STACK {
                continue;
            }
            let (mut frame, mut result) = buffers(&plan, round);
            observe_call(&plan, host, &mut frame, &mut result, &Image::filled(round));
            let image = boundary(&plan, &mut frame, &mut result);
            let seen = observe_callback(&plan, host, &image).inside;
            assert_eq!(seen.int[usize::from(host.int_args()[0])], 0x1234, "{abi} as {host}: user data");
        }
    }
}

/// A pair of words (`{long, long}`) or a 128-bit integer after `leading` integers: where it and a trailing integer go.
/// The pair's place is its first word's; by reference on Win64.
fn pair_places(abi: Abi, leading: u32, wide: bool) -> (Place, Place) {
    let (limit, even) = match abi {
        Abi::Win64 => {
            let place = |n| if n < 4 { Place::Int(n as u8) } else { Place::Stack(32 + 8 * (n - 4)) };
            return (place(leading), place(leading + 1));
        }
        Abi::SysvX64 => (6, false),
        Abi::DarwinArm64 => (8, false),
        Abi::Aapcs64 | Abi::WindowsArm64 => (8, wide),
    };
    let mut stack = leading.saturating_sub(limit) * 8;
    let mut used = leading.min(limit);
    let first = if even { used.next_multiple_of(2) } else { used };
    let pair = if first + 2 <= limit {
        used = first + 2;
        Place::Int(first as u8)
    } else {
        // Only System V lets a later argument take the register that is left.
        used = if abi == Abi::SysvX64 { used } else { limit };
        stack = if wide { stack.next_multiple_of(16) } else { stack };
        stack += 16;
        Place::Stack(stack - 16)
    };
    (pair, if used < limit { Place::Int(used as u8) } else { Place::Stack(stack) })
}

#[test]
fn seed_24_sixteen_byte_values_around_the_last_argument_register() {
    let pair = Type::structure([Scalar::I64, Scalar::I64].map(Type::from));
    for (abi, leading) in native().flat_map(|a| (0..=9).map(move |n| (a, n))) {
        for (ty, wide) in [(pair.clone(), false), (Scalar::I128.into(), true)] {
            let mut params = vec![Type::from(Scalar::I64); leading as usize];
            params.extend([ty, Scalar::I64.into()]);
            let plan = plan(abi, &Signature::new(params, None));
            let (mut frame, mut result) = buffers(&plan, 24 + u64::from(leading));
            let seen = observe_call(&plan, Abi::HOST, &mut frame, &mut result, &Image::filled(7)).inside;
            let slot = |i: u32, size: usize| {
                frame.bytes()[plan.slots[i as usize].offset as usize..][..size].to_vec()
            };
            let (first, trailing) = pair_places(abi, leading, wide);
            let value = match (abi, first) {
                (Abi::Win64, place) => {
                    let pointer = u64::from_le_bytes(at(abi, &seen, place)[..8].try_into().expect("8 bytes"));
                    // SAFETY: the stub passes the address of a slot in `frame`, checked against its bounds here.
                    unsafe {
                        let pointer = pointer as *const u8;
                        assert!(frame.bytes().as_ptr_range().contains(&pointer));
                        std::slice::from_raw_parts(pointer, 16).to_vec()
                    }
                }
                (_, Place::Int(i)) => [at(abi, &seen, first), at(abi, &seen, Place::Int(i + 1))]
                    .map(|w| w[..8].to_vec())
                    .concat(),
                (_, place) => at(abi, &seen, place),
            };
            assert_eq!(slot(leading, 16), value, "{abi}: {leading} integers, then the pair, wide: {wide}");
            assert_eq!(
                slot(leading + 1, 8),
                at(abi, &seen, trailing)[..8],
                "{abi}: the integer after the pair"
            );

            let image = boundary(&plan, &mut frame, &mut result);
            let expected = frame.bytes().to_vec();
            let slots = plan.slots.clone();
            let callback = Callback::new(&plan, Abi::HOST, move |frame, _| {
                for slot in &slots {
                    let range = slot.offset as usize..(slot.offset + slot.size) as usize;
                    assert_eq!(expected[range.clone()], frame[range]);
                }
            });
            call_closure(&plan, &callback, &image);
        }
    }
}

#[test]
fn narrow_values_are_extended_whatever_the_rest_of_their_slot_holds() {
    for (abi, host) in native().flat_map(|a| hosts().map(move |h| (a, h))) {
        for scalar in Scalar::ALL.into_iter().filter(|s| s.size() < 8 && !s.is_float()) {
            for first in [0u8, 1, 0x7f, 0x80, 0xff] {
                let plan = plan(abi, &Signature::new([Type::from(scalar)], Some(scalar.into())));
                let (mut frame, mut result) = buffers(&plan, first.into());
                let top = scalar.size() as usize - 1;
                frame.bytes_mut()[top] = first;
                let expected = super::random::extended(scalar, frame.bytes());
                let mut left = Image::filled(9);
                let low = (1u64 << (8 * scalar.size())) - 1;
                left.int[usize::from(abi.int_results()[0])] &= !low;
                left.int[usize::from(abi.int_results()[0])] |= expected & low;
                let seen = observe_call(&plan, host, &mut frame, &mut result, &left).inside;
                assert_eq!(seen.int[usize::from(abi.int_args()[0])], expected, "{abi} {scalar} argument");
                assert_eq!(result.bytes()[..8], expected.to_le_bytes(), "{abi} {scalar} result");

                let callback = Callback::new(&plan, host, move |frame, result| {
                    assert_eq!(frame[..8], expected.to_le_bytes(), "{abi} {scalar} callback argument");
                    // SAFETY: the adaptor's result buffer has 16 bytes at least; what is above the value must not count.
                    unsafe { result.cast::<u64>().write(expected & low | 0x5555_5555_5555_5555 & !low) };
                });
                let image = boundary(&plan, &mut frame, &mut result);
                let after = call_closure(&plan, &callback, &image);
                assert_eq!(
                    after.int[usize::from(abi.int_results()[0])],
                    expected,
                    "{abi} {scalar} callback result"
                );
            }
        }
    }
}

#[test]
fn callbacks_hand_the_result_pointer_back_where_the_convention_says_so() {
    for (abi, host) in native().flat_map(|a| hosts().map(move |h| (a, h))) {
        let plan = plan(abi, &Signature::new([Type::from(Scalar::I32)], Some(big())));
        let ResultPlan::Memory { returned, .. } = plan.result else { panic!("72 bytes come back in memory") };
        let (mut frame, mut result) = buffers(&plan, 1);
        let image = boundary(&plan, &mut frame, &mut result);
        let expected = result.ptr() as u64;
        let callback = Callback::new(&plan, host, move |_, result| {
            assert_eq!(result as u64, expected, "the handler writes to the caller's memory directly");
            // SAFETY: the result type has 72 bytes.
            unsafe { result.write_bytes(0x77, 72) };
        });
        let after = call_closure(&plan, &callback, &image);
        assert!(result.bytes().iter().all(|b| *b == 0x77));
        assert!(
            !returned || after.int[usize::from(abi.int_results()[0])] == expected,
            "{abi}: pointer not handed back"
        );
        assert!(returned || emit_call(&plan, host).is_ok());
    }
}
