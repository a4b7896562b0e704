//! Seeds 07 and 08: refused jump targets, and binaries that do not belong together.

use crate::compiled::tail_caller;
use crate::machine::*;
use abi::handshake::{BuildId, Mismatch, Stamp, build_id};
use abi::thunk::{EntryPointer, ManagedConv, SharedEntry, TargetError, Targets, ThunkBlock, ThunkError};
use abi::{Abi, Arch};

fn outside(address: *const u8) -> impl Fn(&TargetError) -> bool {
    move |error| matches!(error, TargetError::Outside { address: found, .. } if *found == address.addr())
}

/// Neither a shared entry, nor a thunk, nor an entry pointer is made for an address that is not published code or declared.
#[test]
fn seed_07_target_outside_published_code_is_refused() {
    let space = space();
    let conv = ManagedConv::Platform(Abi::HOST);
    let interpreter = record as *const u8;
    let mut nothing_declared = Targets::new();
    nothing_declared.allow_space(&space);
    let refused = SharedEntry::publish(&space, &nothing_declared, conv, COUNT, interpreter).map(drop);
    let Err(ThunkError::Target(error)) = refused else { panic!("an undeclared host function is refused") };
    assert!(outside(interpreter)(&error), "{error}");

    let shared = shared(&space, conv, interpreter);
    let block = ThunkBlock::publish(&space, &shared, &[1]).expect("one thunk fits");
    let entry = block.entry(0).expect("there is one");
    let data = Box::new(0u64);
    let stack = 0u64;
    let just_behind = shared.entry().wrapping_sub(1 << 16);
    let bad = [std::ptr::null(), (&raw const *data).cast(), (&raw const stack).cast(), just_behind];
    let pointer = EntryPointer::new(&nothing_declared, entry).expect("a thunk is published code");
    for address in bad {
        let error = pointer.set(&nothing_declared, address).expect_err("the address is no code");
        assert!(outside(address)(&error), "{error}");
        assert_eq!(pointer.get(), entry, "a refused target changes nothing");
        let refused = ThunkBlock::publish_to(&space, &nothing_declared, address, &[1]);
        assert!(matches!(refused, Err(ThunkError::Target(error)) if outside(address)(&error)));
    }
    pointer.set(&nothing_declared, shared.entry()).expect("the shared entry is published code");
    assert_eq!(pointer.get(), shared.entry());
}

/// The middle of a function is published, yet no entry; code that was dropped is an entry no more; another space is not ours.
#[test]
fn seed_07_target_must_be_a_live_entry_of_an_allowed_space() {
    let (space, other) = (space(), space());
    let conv = ManagedConv::Platform(Abi::HOST);
    let shared = shared(&space, conv, record as *const u8);
    let mut targets = Targets::new();
    targets.allow_space(&space);
    let block = ThunkBlock::publish(&space, &shared, &[1, 2]).expect("two thunks fit");
    let (first, second) = (block.entry(0).expect("one"), block.entry(1).expect("two"));
    assert_eq!(block.entry(2), None);
    let inside = first.wrapping_add(4);
    let error = EntryPointer::new(&targets, inside).expect_err("there is no landing pad");
    assert_eq!(error, TargetError::NoLandingPad { address: inside.addr() });
    let pointer = EntryPointer::new(&targets, second).expect("a thunk is an entry");

    let foreign = crate::machine::shared(&other, conv, record as *const u8);
    assert!(outside(foreign.entry())(&pointer.set(&targets, foreign.entry()).expect_err("not our space")));
    targets.allow_space(&other);
    pointer.set(&targets, foreign.entry()).expect("now it is");

    drop(block);
    assert!(outside(first)(&pointer.set(&targets, first).expect_err("the block was dropped")));
}

/// Every thunk and every entry starts with the landing pad of its architecture, on whatever machine it is emitted.
#[test]
fn seed_07_every_entry_has_a_landing_pad() {
    use abi::thunk::{emit_invoke, emit_shared_entry};
    use code_memory::RelocTarget;
    for host in Abi::ALL {
        for conv in ManagedConv::all(host.arch()) {
            let pad = match host.arch() {
                Arch::X64 => [0xf3, 0x0f, 0x1e, 0xfa],
                Arch::Arm64 => [0x5f, 0x24, 0x03, 0xd5],
            };
            let nowhere = RelocTarget::Unresolved("interpreter".to_owned());
            let entry = emit_shared_entry(conv, host, COUNT, nowhere).expect("the architectures agree");
            let invoke = emit_invoke(conv, host).expect("the architectures agree");
            assert_eq!((&entry.bytes[..4], &invoke.bytes[..4]), (&pad[..], &pad[..]), "{conv} from {host}");
            let foreign = if host.arch() == Arch::X64 { Abi::Aapcs64 } else { Abi::Win64 };
            assert!(matches!(emit_invoke(conv, foreign), Err(ThunkError::Arch { .. })));
        }
    }
    let space = space();
    let shared = shared(&space, ManagedConv::Tail(Arch::HOST), record as *const u8);
    let identities: Vec<u64> = (0..1000).collect();
    let block = ThunkBlock::publish(&space, &shared, &identities).expect("they fit");
    assert_eq!(block.len(), 1000);
    let mut targets = Targets::new();
    targets.allow_space(&space);
    for index in 0..block.len() {
        EntryPointer::new(&targets, block.entry(index).expect("in range")).expect("a thunk is an entry");
    }
    for size in [0, ThunkBlock::MAX + 1] {
        let refused = ThunkBlock::publish(&space, &shared, &vec![0; size]);
        assert!(matches!(refused, Err(ThunkError::BlockSize(n)) if n == size));
    }
}

/// A call in tail position is a jump, through a register that `bti c` would not let pass.
#[test]
fn seed_07_thunk_can_be_jumped_to() {
    let space = space();
    let conv = ManagedConv::Tail(Arch::HOST);
    let shared = shared(&space, conv, record as *const u8);
    let block = ThunkBlock::publish(&space, &shared, &[1]).expect("one thunk fits");
    let caller = tail_caller(&space);
    let mut call = managed_call(conv, caller.entry(), &values(3));
    let entry = block.entry(0).expect("there is one").addr() as u64;
    call.image.registers.int[if Arch::HOST == Arch::X64 { 11 } else { 17 }] = entry;
    assert_eq!(call.run(conv), ANSWER);
    assert_eq!(seen().iter().map(|seen| seen.array.clone()).collect::<Vec<_>>(), [values(3)]);
}

const FACTS: &[&str] = &["value=16 bytes", "runtime calls=112"];

/// The component this test binary carries. Found in the file, as a compiler would find it in a runtime archive.
#[used]
static CARRIED: Stamp = Stamp::new("seed-08", 3, build_id(FACTS));

/// Reads the stamp of the component `name` out of a binary file.
fn find(binary: &[u8], name: &str) -> Option<Stamp> {
    let at = (0..binary.len()).filter(|&at| binary[at..].starts_with(b"spandrel"));
    at.filter_map(|at| Stamp::read(&binary[at..]).ok()).find(|stamp| stamp.name() == name)
}

/// A binary of another build, of another interface, of another kind, or cut short, is named as what it is.
#[test]
fn seed_08_stale_component_is_refused() {
    let file = std::env::current_exe().and_then(std::fs::read).expect("the test can read its own binary");
    let found = find(&file, "seed-08").expect("the stamp is in the binary");
    assert_eq!(Stamp::new("seed-08", 3, build_id(FACTS)).check(&found), Ok(()));
    assert_eq!(CARRIED.check(&found), Ok(()));

    let newer = build_id(&["value=16 bytes", "runtime calls=113"]);
    let stale = Stamp::new("seed-08", 3, newer).check(&found).expect_err("one fact has changed");
    let Mismatch::Build { wanted, found: stamped, .. } = &stale else { panic!("{stale}") };
    assert_eq!((*wanted, *stamped), (newer, build_id(FACTS)));
    assert!(stale.to_string().contains("stale") && stale.to_string().contains(&newer.to_string()));

    let interface = Stamp::new("seed-08", 4, build_id(FACTS)).check(&found);
    assert_eq!(interface, Err(Mismatch::Interface { component: "seed-08".to_owned(), wanted: 4, found: 3 }));
    let component = Stamp::new("seed-09", 3, build_id(FACTS)).check(&found);
    assert!(matches!(component, Err(Mismatch::Component { found, .. }) if found == "seed-08"));
}

/// Any damage to a stamp is noticed: every single byte matters, and no prefix passes.
#[test]
fn seed_08_damaged_stamp_is_refused() {
    let bytes = CARRIED.to_bytes();
    assert_eq!(Stamp::read(&bytes), Ok(CARRIED));
    for len in 0..bytes.len() {
        assert_eq!(Stamp::read(&bytes[..len]), Err(Mismatch::Truncated { len }));
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes;
        damaged[at] ^= 0x40;
        let verdict = Stamp::read(&damaged).and_then(|found| CARRIED.check(&found));
        let as_expected = match at {
            0..8 => verdict == Err(Mismatch::NotAStamp { layout: None }),
            8..12 => matches!(verdict, Err(Mismatch::NotAStamp { layout: Some(layout) }) if layout != 1),
            12..16 => matches!(verdict, Err(Mismatch::Interface { .. })),
            16..32 => matches!(verdict, Err(Mismatch::Component { .. })),
            _ => matches!(verdict, Err(Mismatch::Build { .. })),
        };
        assert!(as_expected, "byte {at}: {verdict:?}");
    }
    // Facts are told apart where they end.
    assert_ne!(build_id(&["ab", "c"]), build_id(&["a", "bc"]));
    assert_ne!(build_id(&[]), build_id(&[""]));
    assert_ne!(build_id(FACTS), BuildId([0; 16]));
}
