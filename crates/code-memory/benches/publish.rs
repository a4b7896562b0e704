//! What publishing costs, beside what the usual ways to get executable memory cost in the same run.
//!
//! `cargo bench -p code-memory` prints a table; every ratio is against the first line of its group.

use std::hint::black_box;
use std::time::{Duration, Instant};

use code_memory::doubles::{Double, Pages};
use code_memory::{Code, ExecSpace, FrameInfo, FrameOp, Near};

const LEN: usize = 256;

fn main() {
    // Under `cargo test --benches` there is nothing to measure.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    single_functions();
    live_regions();
    packing();
    cycles();
    pins();
}

/// Code of the length measured: `nop`s and a return.
fn function() -> Vec<u8> {
    if cfg!(target_arch = "x86_64") {
        let mut bytes = vec![0x90; LEN];
        bytes[LEN - 1] = 0xc3;
        bytes
    } else {
        let mut bytes = 0xd503_201f_u32.to_le_bytes().repeat(LEN / 4);
        bytes[LEN - 4..].copy_from_slice(&0xd65f_03c0_u32.to_le_bytes());
        bytes
    }
}

fn frame() -> FrameInfo {
    FrameInfo { ops: vec![(4, FrameOp::PushFrame), (8, FrameOp::SetFrame)] }
}

fn publish(space: &ExecSpace, bytes: &[u8], frame: Option<FrameInfo>) -> Code {
    let mut staged = space.alloc(bytes.len(), 16).expect("room");
    staged.bytes_mut().copy_from_slice(bytes);
    if let Some(frame) = frame {
        staged.set_frame(frame);
    }
    staged.publish().expect("correct code")
}

/// Best time per call of several rounds: other programs can only make it longer.
fn best(calls: u32, mut call: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..7 {
        let start = Instant::now();
        (0..calls).for_each(|_| call());
        best = best.min(start.elapsed());
    }
    best.as_nanos() as f64 / f64::from(calls)
}

fn heading(text: &str) {
    println!("\n{text}");
}

fn row(name: &str, nanoseconds: f64, base: f64) {
    println!("  {name:<58} {nanoseconds:>10.0} ns {:>8.2} x", nanoseconds / base);
}

fn single_functions() {
    heading("publish and drop one function of 256 bytes");
    let bytes = function();
    let space = ExecSpace::reserve(1 << 20, Near::Anywhere).expect("executable memory");
    let (fresh, _) = Double::new().on(Pages::Fresh).reserve(1 << 20).expect("executable memory");
    let ours = best(20_000, || drop(publish(&space, &bytes, None)));
    row(&format!("code-memory, {}", space.describe().backend), ours, ours);
    row(
        "code-memory, with unwind information",
        best(20_000, || drop(publish(&space, &bytes, Some(frame())))),
        ours,
    );
    row(
        &format!("code-memory, {}", fresh.describe().backend),
        best(5_000, || drop(publish(&fresh, &bytes, None))),
        ours,
    );
    #[cfg(unix)]
    row("mmap, copy, mprotect, munmap: a page per function", best(5_000, || page_per_function(&bytes)), ours);
    row("dynasmrt 5.1 MutableBuffer -> ExecutableBuffer", best(5_000, || dynasm(&bytes)), ours);
}

#[cfg(unix)]
fn page_per_function(bytes: &[u8]) {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON);
    // SAFETY: a page of our own, written before it becomes executable and unmapped after.
    unsafe {
        let page = libc::mmap(std::ptr::null_mut(), bytes.len(), protection, flags, -1, 0);
        assert_ne!(page, libc::MAP_FAILED);
        page.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        assert_eq!(libc::mprotect(page, bytes.len(), libc::PROT_READ | libc::PROT_EXEC), 0);
        black_box(page);
        libc::munmap(page, bytes.len());
    }
}

fn dynasm(bytes: &[u8]) {
    let mut buffer = dynasmrt::mmap::MutableBuffer::new(bytes.len()).expect("memory");
    buffer.set_len(bytes.len());
    buffer.copy_from_slice(bytes);
    black_box(buffer.make_exec().expect("executable memory"));
}

fn live_regions() {
    const COUNT: usize = 10_000;
    heading("10,000 functions live at once");
    let bytes = function();
    for (name, described) in [("", false), (" with unwind information", true)] {
        let space = ExecSpace::reserve(16 << 20, Near::Anywhere).expect("executable memory");
        let start = Instant::now();
        let codes: Vec<Code> = (0..COUNT).map(|_| publish(&space, &bytes, described.then(frame))).collect();
        let published = start.elapsed().as_nanos() as f64 / COUNT as f64;
        row(&format!("publish one{name}"), published, published);
        let addresses: Vec<usize> = codes.iter().map(|code| code.entry() as usize + 100).collect();
        let start = Instant::now();
        assert!(addresses.iter().all(|&address| space.is_published(address)));
        row("is_published", start.elapsed().as_nanos() as f64 / COUNT as f64, published);
        let start = Instant::now();
        drop(codes);
        row(&format!("drop one{name}"), start.elapsed().as_nanos() as f64 / COUNT as f64, published);
        assert_eq!(space.describe().free_blocks, 1);
    }
}

fn packing() {
    heading("many small functions: functions per page of 4096 bytes");
    for size in [16, 48, 256] {
        let space = ExecSpace::reserve(4 << 20, Near::Anywhere).expect("executable memory");
        let codes: Vec<Code> = (0..4_000).map(|_| publish(&space, &function()[LEN - size..], None)).collect();
        let mut pages: Vec<usize> = codes.iter().map(|code| code.entry() as usize / 4096).collect();
        pages.dedup();
        println!(
            "  {size:>4} bytes each {:>10.1} per page, a page per function: 1.0",
            4_000.0 / pages.len() as f64
        );
    }
}

fn cycles() {
    heading("a million publish and drop cycles");
    let bytes = function();
    let space = ExecSpace::reserve(1 << 20, Near::Anywhere).expect("executable memory");
    let cycle = |count: usize| (0..count).for_each(|_| drop(publish(&space, &bytes, Some(frame()))));
    cycle(1_000);
    let (before, start) = (resident(), Instant::now());
    cycle(1_000_000);
    let (after, took) = (resident(), start.elapsed());
    println!(
        "  {:.2} s; resident {before} KB before, {after} KB after: {:.3} x",
        took.as_secs_f64(),
        after as f64 / before as f64
    );
    assert_eq!(space.describe().free_blocks, 1);
}

/// Resident memory of this process in KB, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

fn pins() {
    heading("entering and leaving managed code");
    let space = ExecSpace::reserve(1 << 20, Near::Anywhere).expect("executable memory");
    let pin = best(1_000_000, || drop(black_box(space.pin())));
    println!("  {:<58} {pin:>10.1} ns", "pin and unpin");
}
