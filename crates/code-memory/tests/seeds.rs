//! The regressions every executable-memory layer has had once, each by its number in the project's list.
#![cfg(target_os = "linux")]

mod support;

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use code_memory::doubles::{self, Double, Event, Pages};
use code_memory::{Code, ExecSpace, Near, PublishError, Reloc, RelocFault, RelocKind, RelocTarget};
use support::fault::{try_call, try_write};
use support::{X64, call, call_with, caller, constant, maps, publish, random, serial, stage};

const BRANCH_REACH: usize = if X64 { 1 << 31 } else { 1 << 27 };

fn space() -> ExecSpace {
    ExecSpace::reserve(1 << 20, Near::Anywhere).expect("this host allows executable memory")
}

extern "C" fn add_one(value: usize) -> usize {
    value + 1
}

#[test]
fn seed_07_entries_outside_published_code_are_refused() {
    let _serial = serial();
    let space = space();
    let code = publish(&space, &constant(7));
    let entry = code.entry() as usize;
    assert!((entry..entry + code.len()).all(|address| space.is_published(address)));
    let staged = stage(&space, &constant(8));
    let local = 0;
    let outside = [
        entry - 1,
        entry + code.len(),
        staged.base(),
        add_one as *const () as usize,
        &raw const local as usize,
        0,
        usize::MAX,
    ];
    for address in outside {
        assert!(!space.is_published(address), "{address:#x} is no published code");
    }
    drop(code);
    assert!(!space.is_published(entry), "dropped code is not published any more");
}

/// A million calls of one function while another thread publishes and drops functions beside it.
fn calls_beside_publishing(pages: Pages) -> u64 {
    let (space, _) = Double::new().on(pages).reserve(1 << 20).unwrap();
    let code = publish(&space, &constant(7));
    let stop = Arc::new(AtomicBool::new(false));
    let published = Arc::new(AtomicU64::new(0));
    let publisher = thread::spawn({
        let (space, stop, published) = (space.clone(), stop.clone(), published.clone());
        move || {
            while !stop.load(Ordering::Relaxed) {
                let neighbour = publish(&space, &constant(9));
                assert_eq!(call(&neighbour), 9);
                published.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let mut calls = 0;
    // On a busy machine the publisher may start late.
    while calls < 1_000_000 || published.load(Ordering::Relaxed) < 100 {
        assert_eq!(call(&code), 7);
        calls += 1;
    }
    stop.store(true, Ordering::Relaxed);
    publisher.join().unwrap();
    published.load(Ordering::Relaxed)
}

#[test]
fn seed_09_running_code_is_undisturbed_by_publishing_on_its_page() {
    let _serial = serial();
    assert!(calls_beside_publishing(Pages::Best) >= 100);
    let space = space();
    let (one, other) = (publish(&space, &constant(1)), publish(&space, &constant(2)));
    assert_eq!(one.entry() as usize / 4096, other.entry() as usize / 4096, "small functions share a page");
}

#[test]
fn seed_09_running_code_is_undisturbed_by_publishing_into_fresh_pages() {
    let _serial = serial();
    assert!(calls_beside_publishing(Pages::Fresh) >= 100);
}

/// What a thread sees that calls code in the very moment another one is writing beside it.
fn call_in_the_middle_of_a_write(pages: Pages) -> Result<u64, support::fault::Fault> {
    let (space, controls) = Double::new().on(pages).reserve(1 << 20).unwrap();
    let code = publish(&space, &constant(7));
    let entry = code.entry() as usize;
    let (send, receive) = mpsc::channel();
    controls.on_next_write(move || {
        let other = thread::spawn(move || try_call(entry as *const u8, 0));
        send.send(other.join().unwrap()).unwrap();
    });
    publish(&space, &constant(9));
    receive.recv().unwrap()
}

#[test]
fn seed_09_flipping_protection_would_be_noticed() {
    let _serial = serial();
    assert_eq!(call_in_the_middle_of_a_write(Pages::Best), Ok(7));
    assert_eq!(call_in_the_middle_of_a_write(Pages::Fresh), Ok(7));
    assert!(
        call_in_the_middle_of_a_write(Pages::Flipped).is_err(),
        "the double makes the mistake this is about"
    );
}

#[test]
fn seed_10_stray_writes_outside_the_scope_fault() {
    let _serial = serial();
    let (space, controls) = Double::new().strict().reserve(1 << 16).unwrap();
    let code = publish(&space, &constant(5));
    let entry = code.entry() as usize;
    let alias = doubles::writable_alias(&space, entry).expect("Linux writes through an alias");
    assert!(try_write(entry).is_err(), "code is never writable where it runs");
    assert!(try_write(alias).is_err(), "nor through its alias, outside a scope");
    let (send, receive) = mpsc::channel();
    controls.on_next_write(move || send.send(try_write(alias)).unwrap());
    let other = publish(&space, &constant(6));
    assert_eq!(receive.recv().unwrap(), Ok(()), "inside a scope the alias is open");
    assert!(try_write(alias).is_err());
    assert_eq!((call(&code), call(&other)), (5, 6));
}

#[test]
fn seed_10_code_that_was_not_published_traps() {
    let _serial = serial();
    for pages in [Pages::Best, Pages::Fresh] {
        let (space, _) = Double::new().on(pages).reserve(1 << 16).unwrap();
        let staged = stage(&space, &constant(5));
        let base = staged.base();
        assert!(try_call(base as *const u8, 0).is_err(), "staged bytes are not executable");
        let code = staged.publish().unwrap();
        assert_eq!(try_call(base as *const u8, 0), Ok(5));
        drop(code);
        assert!(try_call(base as *const u8, 0).is_err(), "dropped code traps");
    }
}

#[test]
fn seed_11_panics_and_failures_leave_write_mode() {
    let _serial = serial();
    let (space, controls) = Double::new().strict().reserve(1 << 16).unwrap();
    let code = publish(&space, &constant(5));
    let alias = doubles::writable_alias(&space, code.entry() as usize).unwrap();
    let before = space.describe();
    let still_sound = |what: &str| {
        assert_eq!(doubles::write_depth(), 0, "{what}: the scope has ended");
        assert!(try_write(alias).is_err(), "{what}: the alias is closed");
        assert_eq!(call(&code), 5, "{what}: code runs");
        assert_eq!(space.describe(), before, "{what}: the block came back");
    };

    controls.on_next_write(|| panic::panic_any("inside the write scope"));
    let staged = stage(&space, &constant(6));
    assert!(panic::catch_unwind(AssertUnwindSafe(|| staged.publish())).is_err());
    still_sound("panic");

    controls.fail_allocs(1);
    assert!(space.alloc(64, 16).is_err());
    still_sound("allocation failure");

    controls.fail_writes(1);
    assert!(matches!(stage(&space, &constant(6)).publish(), Err(PublishError::Os(_))));
    still_sound("write failure");

    controls.fail_syncs(1);
    assert!(matches!(stage(&space, &constant(6)).publish(), Err(PublishError::Os(_))));
    still_sound("failure to make it executable");

    // Nested: the inner publication ends before the outer one, which stays writable.
    let (inner_space, (send, receive)) = (space.clone(), mpsc::channel());
    controls.on_next_write(move || {
        let inner = publish(&inner_space, &constant(8));
        send.send((doubles::write_depth(), try_write(alias), call(&inner))).unwrap();
    });
    drop(publish(&space, &constant(6)));
    assert_eq!(receive.recv().unwrap(), (1, Ok(()), 8));
    still_sound("nesting");
}

#[test]
fn seed_11_blocks_that_cannot_be_erased_are_never_reused() {
    let _serial = serial();
    let (space, controls) = Double::new().reserve(1 << 16).unwrap();
    let code = publish(&space, &constant(5));
    let entry = code.entry();
    controls.fail_erasures(1);
    drop(code);
    assert_eq!(space.describe().lost_bytes, 16);
    assert_ne!(publish(&space, &constant(6)).entry(), entry);
}

#[test]
fn seed_12_executing_while_writable_is_noticed_per_thread() {
    let _serial = serial();
    let (space, controls) = Double::new().check_modes().reserve(1 << 16).unwrap();
    let background = thread::spawn({
        let (space, controls) = (space.clone(), controls.clone());
        move || {
            let (inner, outside) = (space.clone(), space.clone());
            controls.on_next_write(move || {
                // Another thread may execute meanwhile; only the writing one must not.
                thread::spawn(move || drop(outside.pin())).join().unwrap();
                drop(inner.pin());
            });
            publish(&space, &constant(5));
            drop(space.pin());
            thread::current().id()
        }
    });
    drop(space.pin());
    let culprit = background.join().unwrap();
    let violations = controls.violations();
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert_eq!((violations[0].thread, violations[0].depth), (culprit, 1));
}

fn is_mapped(name: &str) -> bool {
    maps().iter().any(|line| line.name.contains(name))
}

#[test]
fn seed_13_blocks_are_aligned_and_reservations_are_unmapped() {
    let _serial = serial();
    let mut seed = 13;
    // Emulators take their time over every mapping.
    for round in 0..if X64 { 60 } else { 15 } {
        let len = random(&mut seed) as usize % (1 << 22) + 1;
        let pages = if round % 3 == 0 { Pages::Fresh } else { Pages::Best };
        let (space, _) = Double::new().on(pages).reserve(len).unwrap();
        let about = space.describe();
        assert!(about.len >= len && about.base % about.granule == 0);
        let mut codes: Vec<Code> = Vec::new();
        for _ in 0..40 {
            let align = 1 << (random(&mut seed) % 13);
            let size = random(&mut seed) as usize % 5000 + 1;
            let Ok(staged) = space.alloc(size, align) else { continue };
            assert_eq!(staged.base() % align, 0);
            assert!(staged.base() >= about.base && staged.base() + size <= about.base + about.len);
            codes.push(staged.publish().unwrap());
            if random(&mut seed).is_multiple_of(3) {
                let index = random(&mut seed) as usize % codes.len();
                codes.swap_remove(index);
            }
        }
        assert!(
            pages == Pages::Fresh || is_mapped("spandrel-code"),
            "the test can see a mapping that is there"
        );
        drop(codes);
        let end = space.describe();
        assert_eq!((end.free_blocks, end.free_bytes, end.lost_bytes), (1, end.len, 0));
        drop(space);
        assert!(!is_mapped("spandrel-code"), "both mappings of the file are gone");
        let code_pages = |line: &&support::MapLine| line.permissions.contains('x');
        let overlaps = |line: &support::MapLine| line.start < about.base + about.len && about.base < line.end;
        assert!(!maps().iter().filter(code_pages).any(overlaps), "nothing executable is left");
    }
}

#[test]
fn seed_13_bad_sizes_and_alignments_are_errors() {
    let _serial = serial();
    assert!(ExecSpace::reserve(0, Near::Anywhere).is_err());
    assert!(ExecSpace::reserve(usize::MAX, Near::Anywhere).is_err());
    assert!(ExecSpace::reserve(ExecSpace::MAX_LEN + 1, Near::Anywhere).is_err());
    let space = space();
    assert!(space.alloc(0, 16).is_err());
    assert!(space.alloc(usize::MAX, 16).is_err());
    assert!(space.alloc(2 << 20, 16).is_err());
    for align in [0, 3, 8192, usize::MAX] {
        assert!(space.alloc(16, align).is_err(), "alignment {align}");
    }
    assert!(Double::new().on(Pages::Forbidden).reserve(4096).is_err());
}

#[test]
fn seed_14_ten_thousand_regions_live_at_once() {
    let _serial = serial();
    let space = ExecSpace::reserve(4 << 20, Near::Anywhere).unwrap();
    let mut codes: Vec<Code> = (0..10_000).map(|value| publish(&space, &constant(value))).collect();
    assert_eq!(space.describe().live, 10_000);
    for (value, code) in codes.iter().enumerate() {
        assert!(space.is_published(code.entry() as usize));
        assert_eq!(call(code), value as u32);
    }
    let mut index = 0;
    codes.retain(|_| {
        index += 1;
        index % 2 == 0
    });
    assert_eq!(space.describe().live, 5_000);
    assert!(codes.iter().enumerate().all(|(index, code)| call(code) == 2 * index as u32 + 1));
    drop(codes);
    assert_eq!((space.describe().live, space.describe().free_blocks), (0, 1));
}

/// Publishes, runs and drops twice at one address; returns the second answer.
fn answer_after_reuse(double: Double) -> (u32, Vec<Event>, ExecSpace) {
    let (space, controls) = double.reserve(1 << 16).unwrap();
    let first = publish(&space, &constant(5));
    let entry = first.entry();
    assert_eq!(call(&first), 5);
    drop(first);
    let second = publish(&space, &constant(6));
    assert_eq!(second.entry(), entry, "the address is used again");
    (call(&second), controls.take_events(), space)
}

/// Ranges whose last change was not followed by cache maintenance.
fn stale(events: &[Event]) -> usize {
    let mut stale: Vec<&std::ops::Range<usize>> = Vec::new();
    for event in events {
        match event {
            Event::Wrote(range) | Event::Erased(range) => stale.push(range),
            Event::Synced(synced) => {
                stale.retain(|range| range.start < synced.start || range.end > synced.end)
            }
        }
    }
    stale.len()
}

#[test]
fn seed_15_caches_follow_every_fill_and_every_free() {
    let _serial = serial();
    let (answer, events, _) = answer_after_reuse(Double::new());
    assert_eq!(answer, 6);
    assert_eq!(events.len(), 6, "write and sync, erase and sync, write and sync: {events:?}");
    assert_eq!(stale(&events), 0);

    // The same without maintenance: the record shows it everywhere, the answer where the caches are not coherent.
    let (answer, events, space) = answer_after_reuse(Double::new().stale_caches());
    assert_eq!(stale(&events), 3);
    let emulated = space.describe().remarks.iter().any(|remark| remark.contains("emulator"));
    if emulated {
        assert_eq!(answer, 5, "an emulator keeps what it translated");
    }
}

#[test]
fn seed_16_our_map_answers_and_not_the_system() {
    let _serial = serial();
    let space = space();
    let code = publish(&space, &constant(5));
    let entry = code.entry() as usize;
    let executable = |address: usize| {
        maps().iter().any(|line| (line.start..line.end).contains(&address) && line.permissions.contains('x'))
    };
    let beside = entry + 64;
    assert!(executable(entry) && executable(beside), "the system takes the whole page for code");
    assert!(space.is_published(entry) && !space.is_published(beside));
    let elsewhere = add_one as *const () as usize;
    assert!(executable(elsewhere) && !space.is_published(elsewhere));
    drop(code);
    assert!(executable(entry) && !space.is_published(entry));
}

mod backtrace {
    use std::ffi::c_void;

    unsafe extern "C" {
        fn _Unwind_Backtrace(step: extern "C" fn(*mut c_void, *mut c_void) -> i32, data: *mut c_void) -> i32;
        fn _Unwind_GetIP(context: *mut c_void) -> usize;
    }

    extern "C" fn step(context: *mut c_void, data: *mut c_void) -> i32 {
        // SAFETY: `walk` passes a vector, and the unwinder its context.
        unsafe { (*data.cast::<Vec<usize>>()).push(_Unwind_GetIP(context)) };
        0
    }

    /// Return addresses of all callers.
    #[inline(never)]
    pub(super) fn walk() -> Vec<usize> {
        let mut addresses = Vec::new();
        // SAFETY: the unwinder calls `step` with what we pass, during the call.
        unsafe { _Unwind_Backtrace(step, (&raw mut addresses).cast()) };
        addresses
    }
}

/// Called from published code; notes who is on the stack.
extern "C" fn note_callers(list: usize) -> usize {
    // SAFETY: `callers_seen_through` passes the address of its vector.
    unsafe { *(list as *mut Vec<usize>) = backtrace::walk() };
    0
}

/// Walks the stack from a helper called by `count` nested published frames; returns what was seen, and their ranges.
fn callers_seen_through(space: &ExecSpace, with_frames: bool, count: usize) -> (Vec<usize>, Vec<Code>) {
    let mut codes: Vec<Code> = Vec::new();
    for _ in 0..count {
        let callee = codes.last().map_or(note_callers as *const () as usize, |code| code.entry() as usize);
        let caller = caller();
        let mut staged = caller.stage(space, RelocTarget::Address(callee));
        if with_frames {
            staged.set_frame(caller.frame);
        }
        codes.push(staged.publish().unwrap());
    }
    let mut seen: Vec<usize> = Vec::new();
    call_with(codes.last().unwrap(), &raw mut seen as usize);
    (seen, codes)
}

#[test]
fn seed_17_unwinders_walk_through_published_frames() {
    let _serial = serial();
    let space = space();
    let (seen, codes) = callers_seen_through(&space, true, 5);
    let first =
        seen.iter().position(|&address| space.is_published(address)).expect("a published frame was seen");
    for (index, code) in codes.iter().enumerate() {
        let start = code.entry() as usize;
        assert!((start..start + code.len()).contains(&seen[first + index]), "frame {index} is in its place");
    }
    let depth_outside = backtrace::walk().len() - 1;
    assert!(
        seen.len() >= first + codes.len() + depth_outside,
        "the walk goes on to the caller and to the end"
    );
    assert!(!space.is_published(seen[first + codes.len()]));

    let (seen, _codes) = callers_seen_through(&space, false, 5);
    let published = seen.iter().filter(|&&address| space.is_published(address)).count();
    assert!(published <= 1, "without a frame description the walk ends at the first published frame");

    drop(codes);
    let (seen, codes) = callers_seen_through(&space, true, 2);
    assert_eq!(
        seen.iter().filter(|&&address| space.is_published(address)).count(),
        codes.len(),
        "again after reuse"
    );
}

#[test]
fn seed_22_unrelocated_calls_are_refused() {
    let _serial = serial();
    let space = space();
    let caller = caller();
    let error = stage(&space, &caller.bytes).publish().unwrap_err();
    let at = if X64 { 8 } else { 12 };
    assert!(matches!(error, PublishError::UnrelocatedCall { offset } if offset == at), "{error}");

    let error = caller.stage(&space, RelocTarget::Unresolved("puts".to_string())).publish().unwrap_err();
    assert!(
        matches!(&error, PublishError::Reloc(fault) if fault.why == RelocFault::Unresolved("puts".into())),
        "{error}"
    );

    // A relocation elsewhere does not cover it.
    let mut staged = space.alloc(caller.bytes.len() + 8, 16).unwrap();
    staged.bytes_mut()[..caller.bytes.len()].copy_from_slice(&caller.bytes);
    let offset = caller.bytes.len() as u32;
    staged.relocate(Reloc { offset, kind: RelocKind::Abs64, target: RelocTarget::Local(0), addend: 0 });
    assert!(matches!(staged.publish(), Err(PublishError::UnrelocatedCall { .. })));

    let code = caller.stage(&space, RelocTarget::Address(add_one as *const () as usize)).publish().unwrap();
    assert_eq!(call_with(&code, 41), 42);

    // The same bytes as a constant behind the code are nobody's call.
    let mut bytes = constant(3);
    bytes.resize(16, support::TRAP);
    bytes.extend_from_slice(&caller.bytes[at..at + 4]);
    bytes.push(0);
    let mut staged = stage(&space, &bytes);
    staged.mark_data(16..bytes.len());
    assert_eq!(call(&staged.publish().unwrap()), 3);
}

#[test]
fn seed_26_branches_beyond_reach_go_through_veneers() {
    let _serial = serial();
    let helper = add_one as *const () as usize;
    let (space, _) = Double::new().far_from(helper).reserve(1 << 16).unwrap();
    let code = caller().stage(&space, RelocTarget::Address(helper)).publish().unwrap();
    assert!((code.entry() as usize).abs_diff(helper) > BRANCH_REACH);
    assert_eq!(call_with(&code, 41), 42);

    // Two far apart spaces calling one another.
    let (other, _) = Double::new().far_from(code.entry() as usize).reserve(1 << 16).unwrap();
    let twice = caller().stage(&other, RelocTarget::Address(code.entry() as usize)).publish().unwrap();
    assert!((twice.entry() as usize).abs_diff(code.entry() as usize) > BRANCH_REACH);
    assert_eq!(call_with(&twice, 1), 2);
    drop((code, twice));
    assert_eq!(
        (space.describe().free_blocks, other.describe().free_blocks),
        (1, 1),
        "veneers go with their code"
    );
}

#[test]
fn seed_26_references_without_veneers_are_refused_beyond_reach() {
    let _serial = serial();
    let helper = add_one as *const () as usize;
    let (space, _) = Double::new().far_from(helper).reserve(1 << 16).unwrap();
    // x64: lea rax, [rip + field]. ARM64: adrp x0, page, which reaches 4 GB.
    let (bytes, offset, kind) = if X64 {
        (vec![0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xc3], 3, RelocKind::X64Rel32)
    } else {
        (vec![0, 0, 0, 0x90, 0xc0, 0x03, 0x5f, 0xd6], 0, RelocKind::Arm64AdrPage21)
    };
    let mut staged = stage(&space, &bytes);
    let target = RelocTarget::Address(staged.base().wrapping_add(5 << 30));
    staged.relocate(Reloc { offset, kind, target, addend: 0 });
    let error = staged.publish().unwrap_err();
    assert!(
        matches!(&error, PublishError::Reloc(fault) if matches!(fault.why, RelocFault::OutOfRange { .. })),
        "{error}"
    );
}

#[test]
fn seed_26_one_veneer_serves_all_branches_to_a_target() {
    let _serial = serial();
    let (space, _) = Double::new().short_reach(1).reserve(1 << 16).unwrap();
    let helper = add_one as *const () as usize;
    let caller = caller();
    let call_len = if X64 { 5 } else { 4 };
    let at = caller.field as usize + 4 - call_len;
    let one_call = &caller.bytes[at..at + call_len];
    let bytes = [&caller.bytes[..at], one_call, one_call, one_call, &caller.bytes[at + call_len..]].concat();
    let mut staged = stage(&space, &bytes);
    for (index, target) in [helper, helper, add_one as *const () as usize].into_iter().enumerate() {
        let offset = caller.field + (index * call_len) as u32;
        staged.relocate(Reloc { offset, kind: caller.kind, target: RelocTarget::Address(target), addend: 0 });
    }
    let free = space.describe().free_bytes;
    let code = staged.publish().unwrap();
    assert_eq!(free - space.describe().free_bytes, 16, "one veneer of 16 bytes");
    drop(code);
    assert_eq!(space.describe().free_blocks, 1);
}
