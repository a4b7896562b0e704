//! A call stub that calls the closure of the same plan: what goes in comes out on the other side, and back.

use super::harness::{Buffer, CallStub, Callback, Rng, hosts, native};
use super::random::{agree, arriving, signature};
use abi::{Abi, Field, Plan, Record, RecordKind, Scalar, Signature, Type};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Sends random bytes through one signature and compares every argument and the result.
fn round_trip(plan: &Plan, caller: Abi, handler: Abi, seed: u64) {
    let mut rng = Rng::new(seed);
    let (mut frame, mut result) = (Buffer::frame(plan), Buffer::result(plan));
    rng.fill(frame.bytes_mut());
    let sent = frame.bytes().to_vec();
    let mut reply = vec![0; result.bytes().len()];
    rng.fill(&mut reply);

    let received = Rc::new(RefCell::new(Vec::new()));
    let (log, answer) = (received.clone(), reply.clone());
    let size = plan.result_slot.map_or(0, |s| s.size as usize);
    let callback = Callback::new(plan, handler, move |frame, result| {
        log.borrow_mut().push(frame.to_vec());
        // A handler owns its frame.
        frame.fill(0xee);
        // SAFETY: the result's memory has the size of its type.
        unsafe { result.copy_from_nonoverlapping(answer.as_ptr(), size) };
    });
    CallStub::new(plan, caller).call(callback.closure.entry(), &mut frame, &mut result);

    let what = format!("{} from {caller} to {handler}: {}", plan.abi, plan.signature);
    let received = received.borrow();
    assert_eq!(received.len(), 1, "{what}: called {} times", received.len());
    for (i, (slot, ty)) in plan.slots.iter().zip(&plan.signature.params).enumerate() {
        let expected = arriving(ty, plan.abi, &sent[slot.offset as usize..]);
        assert!(agree(&expected, &received[0][slot.offset as usize..]), "{what}: argument {i} ({ty})");
    }
    if let Some(ty) = &plan.signature.result {
        let mut expected = arriving(ty, plan.abi, &reply);
        if matches!(plan.result, abi::ResultPlan::Memory { .. }) {
            expected.truncate(size);
        }
        assert!(agree(&expected, result.bytes()), "{what}: result");
    }
}

fn everywhere(signature: &Signature, seed: u64) {
    for abi in native() {
        let plan = Plan::new(abi, signature).expect("a plan");
        for (caller, handler) in hosts().flat_map(|c| hosts().map(move |h| (c, h))) {
            round_trip(&plan, caller, handler, seed);
        }
    }
}

#[test]
fn seed_21_no_two_slots_overlap_and_nothing_beside_a_frame_is_written() {
    let mut rng = Rng::new(21);
    for seed in 0..600 {
        let signature = signature(&mut rng);
        for abi in native() {
            let plan = Plan::new(abi, &signature).expect("a plan");
            let mut end = 0;
            for slot in &plan.slots {
                assert!(slot.offset >= end && slot.offset % slot.align.max(8) == 0, "{abi}: {signature}");
                end = slot.offset + slot.size.next_multiple_of(8);
            }
            assert!(end <= plan.frame_size);
        }
        // Canaries stand on both sides of every frame and result buffer.
        everywhere(&signature, seed);
    }
}

#[test]
fn big_frames_cross_many_pages() {
    let array = |n| Type::structure([Type::array(Scalar::U8.into(), n)]);
    for n in [127, 128, 129, 255, 4095, 4096, 4097, 70_001, 300_000] {
        everywhere(
            &Signature::new([Scalar::I32.into(), array(n), Scalar::F64.into(), array(n)], Some(array(n))),
            n.into(),
        );
    }
}

#[test]
fn every_block_size_is_copied_exactly() {
    for n in 1..=200 {
        let ty = Type::structure([Type::array(Scalar::U8.into(), n)]);
        everywhere(&Signature::new([ty.clone(), Scalar::I8.into(), ty.clone()], Some(ty)), n.into());
    }
}

#[test]
fn over_aligned_records_are_aligned_on_both_sides() {
    for shift in 4..=12 {
        let fields = vec![Field::new(Scalar::I32.into()), Field::new(Type::array(Scalar::U16.into(), 13))];
        let record =
            Record { kind: RecordKind::Struct, name: None, fields, pack: None, align: Some(1 << shift) };
        let ty = Type::Record(Arc::new(record));
        let params = [Scalar::I16.into(), ty.clone(), Scalar::F32.into(), ty.clone()];
        everywhere(&Signature::new(params, Some(ty)), 1 << shift);
    }
}

#[test]
fn values_without_size_take_no_place() {
    let empty = || Type::structure([]);
    everywhere(&Signature::new([], None), 0);
    everywhere(&Signature::new([empty()], Some(empty())), 1);
    everywhere(&Signature::new([empty(), Scalar::I64.into(), empty(), Scalar::F64.into()], Some(empty())), 2);
}

/// Adds the two halves through further calls, `depth` levels of stub, closure and handler below one another.
fn nested(plan: &Rc<Plan>, host: Abi, depth: u64) -> Callback {
    let inner = (depth > 0).then(|| (nested(plan, host, depth - 1), CallStub::new(plan, host)));
    let own = plan.clone();
    Callback::new(plan, host, move |frame, result| {
        let word = |i: usize| u64::from_le_bytes(frame[8 * i..8 * i + 8].try_into().expect("8 bytes"));
        let mut sum = (0..12)
            .fold([depth, 1], |[a, b], i| [a.wrapping_add(word(i)), b ^ word(i).rotate_left(i as u32)]);
        if let Some((callback, stub)) = &inner {
            let (mut again, mut out) = (Buffer::frame(&own), Buffer::result(&own));
            again.bytes_mut().copy_from_slice(frame);
            // Twice: the second call must find the stack as the first did.
            for _ in 0..2 {
                again.bytes_mut()[0] ^= 1;
                stub.call(callback.closure.entry(), &mut again, &mut out);
                let half =
                    |i: usize| u64::from_le_bytes(out.bytes()[8 * i..8 * i + 8].try_into().expect("8 bytes"));
                sum = [
                    sum[0].wrapping_mul(3).wrapping_add(half(0)),
                    sum[1].wrapping_mul(5).wrapping_add(half(1)),
                ];
            }
        }
        // SAFETY: the result is a pair of words.
        unsafe { result.cast::<[u64; 2]>().write(sum) };
    })
}

/// What [`nested`] computes, without any call.
fn nested_answer(words: &[u64; 12], depth: u64) -> [u64; 2] {
    let mix = |[a, b]: [u64; 2], i: usize| [a.wrapping_add(words[i]), b ^ words[i].rotate_left(i as u32)];
    let mut sum = (0..12).fold([depth, 1], mix);
    if depth > 0 {
        let mut words = *words;
        for _ in 0..2 {
            words[0] ^= 1;
            let inner = nested_answer(&words, depth - 1);
            sum = [
                sum[0].wrapping_mul(3).wrapping_add(inner[0]),
                sum[1].wrapping_mul(5).wrapping_add(inner[1]),
            ];
        }
    }
    sum
}

#[test]
fn seed_25_nested_calls_with_many_arguments_restore_the_stack_and_keep_the_pair_result() {
    let pair = Type::structure([Scalar::U64, Scalar::U64].map(Type::from));
    let signature = Signature::new((0..12).map(|_| Scalar::U64.into()), Some(pair));
    for (abi, host) in native().flat_map(|a| hosts().map(move |h| (a, h))) {
        let plan = Rc::new(Plan::new(abi, &signature).expect("a plan"));
        let (mut frame, mut result) = (Buffer::frame(&plan), Buffer::result(&plan));
        Rng::new(25).fill(frame.bytes_mut());
        let words = std::array::from_fn(|i| {
            u64::from_le_bytes(frame.bytes()[8 * i..][..8].try_into().expect("8 bytes"))
        });
        let callback = nested(&plan, host, 6);
        CallStub::new(&plan, host).call(callback.closure.entry(), &mut frame, &mut result);
        let expected: Vec<u8> = nested_answer(&words, 6).iter().flat_map(|w| w.to_le_bytes()).collect();
        assert_eq!(result.bytes()[..16], expected, "{abi} as {host}");
    }
}
