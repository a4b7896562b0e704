//! Array buffers, shared blocks, and views of them.

mod support;

use js_rt::{AtomicOp, Class, ElementType, Gc, Obj, Rt, SharedBlock, TypedView, Value};
use std::sync::Arc;
use std::time::Duration;
use support::{Random, both};

fn buffer(rt: &Rt, len: usize, max: Option<usize>) -> Obj {
    let data = rt.new_array_buffer(len, max).expect("there is memory");
    rt.new_object_payload(None, Class::ArrayBuffer, Value::from_cell(data)).expect("there is memory")
}

fn view(rt: &Rt, buffer: Obj, offset: usize, length: Option<usize>, element: ElementType) -> Gc<TypedView> {
    rt.new_typed_view(buffer, offset, length, element).expect("there is memory")
}

#[test]
fn elements_are_bytes() {
    both(|rt| {
        let mut random = Random(1);
        for element in ElementType::ALL {
            let buffer = buffer(rt, 64, None);
            let view = view(rt, buffer, 8, Some(5), element);
            assert_eq!(ElementType::of_class(element.class()), Some(element));
            assert_eq!(
                (view.length(), view.byte_length(), view.byte_offset()),
                (Some(5), 5 * element.size(), 8)
            );
            let mask = u64::MAX >> (64 - 8 * element.size());
            for index in 0..5 {
                let bits = random.next() & mask;
                assert!(view.set_bits(index, bits));
                assert_eq!(view.get_bits(index), Some(bits));
                let bytes: Vec<u8> = bits.to_le_bytes()[..element.size()].to_vec();
                let at = 8 + index * element.size();
                assert_eq!(view.data().to_vec()[at..at + element.size()], bytes);
                let value = view.get(rt, index).expect("there is memory").expect("it is there");
                let back = match value.as_bigint() {
                    Some(big) => element.encode_bigint(big.value()),
                    None => element.encode(value.as_number().expect("it is a number")),
                };
                assert!(back == bits || element.is_float() && value.same_value(Value::NAN), "{element:?}");
                assert_eq!(element.swap_bytes(element.swap_bytes(bits)), bits);
            }
            assert!(
                !view.set_bits(5, 0) && view.get_bits(5).is_none() && view.get_bits(usize::MAX).is_none()
            );
        }
    });
}

#[test]
fn views_go_with_the_length_of_their_buffer() {
    both(|rt| {
        let buffer = buffer(rt, 16, Some(100));
        let (tracking, fixed) =
            (view(rt, buffer, 4, None, ElementType::Int32), view(rt, buffer, 8, Some(2), ElementType::Int32));
        let data = tracking.data();
        assert_eq!((tracking.length(), fixed.length(), data.max()), (Some(3), Some(2), Some(100)));
        assert!(fixed.set_bits(1, 77));
        assert_eq!(data.resize(rt, 14), Ok(true));
        assert_eq!((tracking.length(), fixed.length(), fixed.byte_offset()), (Some(2), None, 0));
        assert_eq!(data.resize(rt, 3), Ok(true));
        assert!(tracking.is_out_of_bounds() && fixed.is_out_of_bounds());
        assert_eq!(data.resize(rt, 100), Ok(true));
        assert_eq!(
            (tracking.length(), fixed.get_bits(1)),
            (Some(24), Some(0)),
            "bytes that come back are zero"
        );
        assert_eq!((data.resize(rt, 101), data.len()), (Ok(false), 100));
        let cells = data.cells();
        cells[99].set(7);
        data.detach();
        assert!(data.is_detached() && data.is_empty() && fixed.length().is_none() && cells[99].get() == 7);
        assert_eq!(data.resize(rt, 1), Ok(false));
    });
}

#[test]
fn bytes_move_between_buffers() {
    both(|rt| {
        let mut random = Random(2);
        let block = SharedBlock::new(100, None).expect("there is memory");
        let buffers = [
            rt.new_array_buffer(100, None).expect("there is memory"),
            rt.new_array_buffer(80, None).expect("there is memory"),
            rt.new_shared_buffer(block).expect("there is memory"),
        ];
        for _ in 0..300 {
            let (to, from) = (buffers[random.below(3)], buffers[random.below(3)]);
            let byte = random.next() as u8;
            from.fill(random.below(100), random.below(20), byte);
            let (mut wanted, source) = (to.to_vec(), from.to_vec());
            let (at, start, count) = (random.below(100), random.below(100), random.below(120));
            let fits = count.min(wanted.len().saturating_sub(at)).min(source.len().saturating_sub(start));
            if fits > 0 {
                wanted[at..at + fits].copy_from_slice(&source[start..start + fits]);
            }
            to.copy_from(at, &from, start, count);
            assert_eq!(to.to_vec(), wanted);
        }
        let (whole, target) = (buffers[0].to_vec(), rt.new_array_buffer(0, None).expect("there is memory"));
        target.take(rt, &buffers[0]);
        assert!(target.to_vec() == whole && buffers[0].is_detached());
        assert!(buffers[2].is_shared() && !buffers[2].is_detached());
    });
}

#[test]
fn blocks_are_shared_between_threads() {
    let block = SharedBlock::new(16, Some(1 << 20)).expect("there is memory");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let block = Arc::clone(&block);
            std::thread::spawn(move || {
                let rt = Rt::new(js_rt::Config::default()).expect("there is memory");
                let buffer = rt.new_shared_buffer(block).expect("there is memory");
                let block = buffer.shared().expect("it is shared");
                for size in [1, 2, 4] {
                    (0..1000).for_each(|_| assert!(block.atomic(8 + size, size, AtomicOp::Add, 1).is_some()));
                }
                assert!(block.atomic(0, 8, AtomicOp::Add, u64::MAX).is_some());
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("it does not fail"));
    let load = |at, size| block.atomic(at, size, AtomicOp::Load, 0);
    assert_eq!((load(9, 1), load(10, 2), load(12, 4)), (Some(4000 & 255), Some(4000), Some(4000)));
    assert_eq!(
        (load(0, 8), load(1, 4), load(16, 4), load(0, 3)),
        (Some(4u64.wrapping_neg()), None, None, None)
    );
    assert_eq!(
        (block.compare_exchange(12, 4, 4000, 5), block.compare_exchange(12, 4, 4000, 6)),
        (Some(4000), Some(5))
    );
    assert!(block.grow(1 << 20) && !block.grow(1 << 19) && !block.grow((1 << 20) + 1));
    assert_eq!(block.atomic((1 << 20) - 8, 8, AtomicOp::Exchange, 3), Some(0));
}

#[test]
fn who_waits_is_woken_in_order() {
    let block = SharedBlock::new(64, None).expect("there is memory");
    assert!(block.begin_wait(8, 4, 1).is_none(), "the number is another");
    let first = block.begin_wait(8, 4, 0).expect("the number is this");
    let second = block.begin_wait(8, 4, 0).expect("the number is this");
    let elsewhere = block.begin_wait(16, 8, 0).expect("the number is this");
    assert!(!first.wait(Some(Duration::from_millis(1))));
    assert_eq!(block.notify(8, 1), 1);
    assert!(first.is_notified() && !second.is_notified() && first.wait(None));
    drop(first);
    drop(second);
    assert_eq!((block.notify(8, 10), block.notify(0, 10)), (0, 0));
    let other = Arc::clone(&block);
    let thread = std::thread::spawn(move || while other.notify(16, usize::MAX) == 0 {});
    assert!(elsewhere.wait(Some(Duration::from_secs(60))));
    thread.join().expect("it does not fail");
}
