//! Random sequences of operations against the model of a space.
#![cfg(target_os = "linux")]

#[path = "support/model.rs"]
mod model;

/// The next number of a small generator (splitmix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[test]
fn random_operations_keep_to_the_model() {
    let rounds = if cfg!(target_arch = "x86_64") { 150 } else { 20 };
    let mut state = 5;
    for _ in 0..rounds {
        let len = random(&mut state) % 600;
        let input: Vec<u8> = (0..len).map(|_| random(&mut state) as u8).collect();
        model::run(&input);
    }
}

#[test]
fn everything_is_unmapped_at_the_end() {
    model::run(&[0, 1, 2, 3, 0, 0, 7, 0, 0, 6, 0, 0]);
    // Other tests of this binary may hold spaces meanwhile, but not for long.
    let is_mapped = || std::fs::read_to_string("/proc/self/maps").unwrap().contains("spandrel-code");
    let gone = (0..20_000).any(|_| {
        std::thread::yield_now();
        !is_mapped()
    });
    assert!(gone, "the last space took its mappings with it");
}
