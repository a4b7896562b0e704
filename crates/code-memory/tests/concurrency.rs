//! Quarantine under load: code is replaced while other threads run it.
#![cfg(target_os = "linux")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use code_memory::doubles::{Double, Pages};
use code_memory::{Code, ExecSpace, Near};
use support::fault::try_read;
use support::{TRAP, X64, call_at, constant, publish, serial};

/// A caller that lost its processor while pinned holds up everything dropped since; then there is no room for a moment.
fn publish_when_there_is_room(space: &ExecSpace, value: u32) -> Code {
    let bytes = constant(value);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match space.alloc(bytes.len(), 16) {
            Ok(mut staged) => {
                staged.bytes_mut().copy_from_slice(&bytes);
                return staged.publish().unwrap();
            }
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        thread::yield_now();
    }
}

/// Threads call whatever a slot points at while another thread keeps replacing it.
fn replace_under_callers(pages: Pages, replacements: u32) {
    let (space, _) = Double::new().on(pages).reserve(1 << 20).unwrap();
    let slot = Arc::new(AtomicPtr::new(std::ptr::null_mut()));
    let mut current = publish(&space, &constant(0));
    current.store_entry(&slot);
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..3)
        .map(|_| {
            let (space, slot, stop) = (space.clone(), slot.clone(), stop.clone());
            thread::spawn(move || {
                let mut calls = 0_u64;
                let mut last = 0;
                while !stop.load(Ordering::Relaxed) {
                    let _pin = space.pin();
                    let value = call_at(slot.load(Ordering::Acquire));
                    assert!(value >= last, "an older function ran after a newer one: {value} after {last}");
                    last = value;
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    for value in 1..=replacements {
        let next = publish_when_there_is_room(&space, value);
        next.store_entry(&slot);
        drop(std::mem::replace(&mut current, next));
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        assert!(caller.join().expect("no caller ran erased code") > 0);
    }
    space.reclaim();
    assert_eq!(space.describe().quarantined, 0, "nothing stays behind when all pins are gone");
    drop(current);
    assert_eq!(space.describe().free_blocks, 1);
}

#[test]
fn replaced_code_runs_to_its_end_in_shared_pages() {
    let _serial = serial();
    replace_under_callers(Pages::Best, if X64 { 10_000 } else { 1_500 });
}

#[test]
fn replaced_code_runs_to_its_end_in_fresh_pages() {
    let _serial = serial();
    replace_under_callers(Pages::Fresh, if X64 { 4_000 } else { 1_000 });
}

#[test]
fn pins_of_the_time_protect_and_later_ones_do_not_delay() {
    let space = ExecSpace::reserve(1 << 16, Near::Anywhere).unwrap();
    let code = publish(&space, &constant(5));
    let entry = code.entry();
    let first = space.pin();
    drop(code);
    assert_eq!(call_at(entry), 5, "dropped, but a pin of its time is held");
    assert_eq!(space.describe().quarantined, 1);
    let later = space.pin();
    drop(first);
    assert_eq!(space.describe().quarantined, 0, "the later pin is no reason to keep it");
    assert_eq!(try_read(entry as usize), Ok(TRAP));
    drop(later);
}

#[test]
fn a_stream_of_overlapping_pins_cannot_starve_quarantine() {
    let space = ExecSpace::reserve(1 << 16, Near::Anywhere).unwrap();
    let mut held = space.pin();
    for value in 0..1_000 {
        drop(publish(&space, &constant(value)));
        // At every moment at least one pin is held.
        let next = space.pin();
        held = next;
        assert!(space.describe().quarantined <= 4, "old code is given back as old pins end");
    }
    drop(held);
    assert_eq!((space.describe().quarantined, space.describe().free_blocks), (0, 1));
}

#[test]
fn what_code_keeps_lives_until_the_last_pin_of_its_time_is_gone() {
    let _serial = serial();
    let space = ExecSpace::reserve(1 << 16, Near::Anywhere).unwrap();
    let table = Arc::new([1_u32, 2, 3]);
    let bytes = constant(1);
    let mut staged = space.alloc(bytes.len(), 16).unwrap();
    staged.bytes_mut().copy_from_slice(&bytes);
    staged.keep(Box::new(Arc::clone(&table)));
    let code = staged.publish().unwrap();
    let pin = space.pin();
    drop(code);
    space.reclaim();
    assert_eq!(Arc::strong_count(&table), 2, "somebody may be inside");
    drop(pin);
    space.reclaim();
    assert_eq!(Arc::strong_count(&table), 1);
    let mut staged = space.alloc(16, 16).unwrap();
    staged.keep(Box::new(Arc::clone(&table)));
    drop(staged);
    assert_eq!(Arc::strong_count(&table), 1, "never published");
}
