//! What profilers and debuggers are told.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::process;

use code_memory::{ExecSpace, Near, PerfMode, set_gdb, set_perf, tools_status};
use support::{caller, constant, serial, stage};

fn space() -> ExecSpace {
    ExecSpace::reserve(1 << 16, Near::Anywhere).unwrap()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn long(bytes: &[u8], at: usize) -> usize {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

#[test]
fn perf_map_gets_a_line_per_function() {
    let _serial = serial();
    set_perf(PerfMode::Map).unwrap();
    let space = space();
    let mut staged = stage(&space, &constant(3));
    staged.set_name("first\nfunction");
    let code = staged.publish().unwrap();
    set_perf(PerfMode::Off).unwrap();
    let mut unseen = stage(&space, &constant(3));
    unseen.set_name("unseen");
    let _unseen = unseen.publish().unwrap();

    let path = format!("/tmp/perf-{}.map", process::id());
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(path).unwrap();
    let line = format!("{:x} {:x} first function", code.entry() as usize, code.len());
    assert_eq!(text.lines().collect::<Vec<_>>(), [line]);
}

#[test]
fn jitdump_holds_header_code_and_end() {
    let _serial = serial();
    set_perf(PerfMode::JitDump).unwrap();
    assert_eq!(tools_status().perf, PerfMode::JitDump);
    let space = space();
    let mut staged = stage(&space, &constant(9));
    staged.set_name("nine");
    let code = staged.publish().unwrap();
    set_perf(PerfMode::Off).unwrap();

    let path = std::env::temp_dir().join(format!("jit-{}.dump", process::id()));
    let dump = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    assert_eq!((word(&dump, 0), word(&dump, 4), word(&dump, 8)), (0x4a69_5444, 1, 40));
    assert_eq!(word(&dump, 20), process::id());
    let record = &dump[40..];
    assert_eq!(word(record, 0), 0, "a JIT_CODE_LOAD record");
    assert_eq!(long(record, 24), code.entry() as usize);
    assert_eq!(long(record, 40), code.len());
    assert_eq!(&record[56..61], b"nine\0");
    assert_eq!(&record[61..61 + code.len()], constant(9));
    let end = &record[word(record, 4) as usize..];
    assert_eq!((word(end, 0), word(end, 4), end.len()), (3, 16, 16), "a JIT_CODE_CLOSE record");
}

/// `struct jit_descriptor` and `struct jit_code_entry` of the GDB manual.
#[repr(C)]
struct Descriptor {
    version: u32,
    action: u32,
    relevant: *const Entry,
    first: *const Entry,
}

#[repr(C)]
struct Entry {
    next: *const Entry,
    previous: *const Entry,
    file: *const u8,
    file_len: u64,
}

unsafe extern "C" {
    static __jit_debug_descriptor: Descriptor;
}

/// The object files the debugger would see now.
fn debugger_files() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    // SAFETY: the tests of this binary that publish hold one lock, so the list does not change meanwhile.
    unsafe {
        assert_eq!(__jit_debug_descriptor.version, 1);
        let mut entry = __jit_debug_descriptor.first;
        while let Some(this) = entry.as_ref() {
            files.push(std::slice::from_raw_parts(this.file, this.file_len as usize).to_vec());
            entry = this.next;
        }
    }
    files
}

#[test]
fn debuggers_see_one_object_per_live_function() {
    let _serial = serial();
    let space = space();
    set_gdb(true);
    let helper = debugger_files as *const () as usize;
    let caller = caller();
    let codes: Vec<_> = ["one", "two", "three"]
        .map(|name| {
            let mut staged = caller.stage(&space, code_memory::RelocTarget::Address(helper));
            staged.set_name(name);
            staged.set_frame(caller.frame.clone());
            staged.publish().unwrap()
        })
        .into();
    set_gdb(false);
    let files = debugger_files();
    assert_eq!(files.len(), 3);
    let file = files.last().unwrap();
    assert_eq!(&file[..4], b"\x7fELF");
    let section = |index: usize| &file[long(file, 40) + 64 * index..][..64];
    let content = |index: usize| &file[long(section(index), 24)..][..long(section(index), 32)];
    assert_eq!(long(section(1), 16), codes[0].entry() as usize, ".text is where the code is");
    assert_eq!(long(section(1), 32), codes[0].len());
    assert!(content(2).len() > 24, ".eh_frame has entries");
    assert_eq!(long(section(2), 8), 0, "and is not loaded: it would seem to overlap the code next to this");
    let symbol = &content(3)[24..];
    assert_eq!((long(symbol, 8), long(symbol, 16)), (codes[0].entry() as usize, codes[0].len()));
    assert_eq!(content(4), b"\0one\0");

    let mut codes = codes;
    drop(codes.remove(1));
    assert_eq!(debugger_files().len(), 2, "dropped code is taken back");
    drop(codes);
    assert!(debugger_files().is_empty());
}
