//! A model of a space: what must hold after any sequence of operations. Bytes choose the operations, so that a random
//! generator and a fuzzer can both drive it.

use std::collections::BTreeMap;
use std::ops::Range;

use code_memory::doubles::{Controls, Double};
use code_memory::{Code, ExecSpace, Pin, Staged};

const TRAP: u8 = if cfg!(target_arch = "x86_64") { 0xcc } else { 0 };
const LEN: usize = 64 << 10;
const GRANULE: usize = 16;

/// Dropped code, and how many pins of its time are still held.
struct Ghost {
    bytes: Vec<u8>,
    /// Serial numbers of the pins it waits for.
    pins: Vec<u64>,
}

struct Model<'a> {
    space: &'a ExecSpace,
    controls: Controls,
    staged: Vec<(Staged, Vec<u8>)>,
    live: Vec<(Code, Vec<u8>)>,
    pins: Vec<(u64, Pin<'a>)>,
    next_pin: u64,
    /// Dropped code that must not have changed yet, by address.
    ghosts: BTreeMap<usize, Ghost>,
}

/// Runs the operations that `input` spells, checking everything after each, then takes everything down.
pub(crate) fn run(input: &[u8]) {
    let (space, controls) = Double::new().reserve(LEN).expect("this host allows executable memory");
    let mut model = Model {
        space: &space,
        controls,
        staged: Vec::new(),
        live: Vec::new(),
        pins: Vec::new(),
        next_pin: 0,
        ghosts: BTreeMap::new(),
    };
    let mut bytes = input.iter().copied();
    while let Some(operation) = bytes.next() {
        let mut operand = || usize::from(bytes.next().unwrap_or(0));
        model.step(operation, operand() | operand() << 8);
        model.check();
    }
    model.finish();
}

impl Model<'_> {
    fn step(&mut self, operation: u8, operand: usize) {
        match operation % 10 {
            0..=2 => self.alloc(operand),
            3 | 4 => self.publish(operand),
            5 => drop(take(&mut self.staged, operand)),
            6 => self.drop_code(operand),
            7 if self.pins.len() < 8 => {
                self.pins.push((self.next_pin, self.space.pin()));
                self.next_pin += 1;
            }
            7 | 8 => {
                if let Some((serial, pin)) = take(&mut self.pins, operand) {
                    // From here on its ghosts may be erased at any moment.
                    self.ghosts.values_mut().for_each(|ghost| ghost.pins.retain(|&other| other != serial));
                    self.ghosts.retain(|_, ghost| !ghost.pins.is_empty());
                    drop(pin);
                }
            }
            _ => match operand % 4 {
                0 => self.space.reclaim(),
                1 => self.controls.fail_allocs(1),
                2 => self.controls.fail_writes(1),
                _ => self.controls.fail_syncs(1),
            },
        }
    }

    fn alloc(&mut self, operand: usize) {
        let align = 1 << (operand % 13);
        let size = (operand >> 4) % 3000 + 1;
        let largest = || self.space.describe().free_bytes;
        match self.space.alloc(size, align) {
            Ok(mut staged) => {
                assert_eq!(staged.base() % align, 0, "alignment holds");
                // No byte here is the opcode of a call; position and size make contents differ.
                let fill = (operand % 61) as u8 + 1;
                staged.bytes_mut().fill(fill);
                assert_eq!(staged.bytes_mut().len(), size);
                self.staged.push((staged, vec![fill; size]));
            }
            Err(_) => self.controls.fail_allocs(0),
        }
        assert!(largest() <= LEN);
    }

    fn publish(&mut self, operand: usize) {
        let Some((staged, bytes)) = take(&mut self.staged, operand) else { return };
        let base = staged.base();
        match staged.publish() {
            Ok(code) => {
                assert_eq!((code.entry() as usize, code.len()), (base, bytes.len()));
                self.live.push((code, bytes));
            }
            Err(_) => {
                assert!(!self.space.is_published(base));
                assert_eq!(
                    read(base, bytes.len()),
                    vec![TRAP; bytes.len()],
                    "a failed publication leaves traps"
                );
            }
        }
    }

    fn drop_code(&mut self, operand: usize) {
        let Some((code, bytes)) = take(&mut self.live, operand) else { return };
        let base = code.entry() as usize;
        drop(code);
        assert!(!self.space.is_published(base));
        if self.pins.is_empty() {
            assert_eq!(
                read(base, bytes.len()),
                vec![TRAP; bytes.len()],
                "dropped code is traps at once without pins"
            );
        } else {
            let pins = self.pins.iter().map(|&(serial, _)| serial).collect();
            self.ghosts.insert(base, Ghost { bytes, pins });
        }
    }

    fn check(&self) {
        let staged = self.staged.iter().map(|(staged, bytes)| block(staged.base(), bytes.len()));
        let live = self.live.iter().map(|(code, bytes)| block(code.entry() as usize, bytes.len()));
        let ghosts = self.ghosts.iter().map(|(&base, ghost)| block(base, ghost.bytes.len()));
        let mut taken: Vec<Range<usize>> = staged.chain(live).chain(ghosts).collect();
        taken.sort_by_key(|range| range.start);
        assert!(taken.windows(2).all(|pair| pair[0].end <= pair[1].start), "no two blocks overlap");

        let about = self.space.describe();
        let sum: usize = taken.iter().map(ExactSizeIterator::len).sum();
        assert!(sum + about.free_bytes <= about.len);
        if about.quarantined == 0 {
            assert_eq!(sum + about.free_bytes, about.len, "every byte is free or taken");
        }
        assert_eq!(about.live, self.live.len());
        for (code, bytes) in &self.live {
            let base = code.entry() as usize;
            assert_eq!(&read(base, bytes.len()), bytes, "published bytes are what was staged");
            assert!(self.space.is_published(base) && self.space.is_published(base + bytes.len() - 1));
            assert!(
                !self.space.is_published(base + block(base, bytes.len()).len())
                    || taken.iter().any(|range| range.start == block(base, bytes.len()).end)
            );
        }
        for (&base, ghost) in &self.ghosts {
            assert_eq!(
                read(base, ghost.bytes.len()),
                ghost.bytes,
                "code stays while pins of its time are held"
            );
        }
    }

    fn finish(mut self) {
        self.pins.clear();
        self.staged.clear();
        self.live.clear();
        self.space.reclaim();
        let about = self.space.describe();
        assert_eq!((about.live, about.quarantined, about.lost_bytes), (0, 0, 0));
        assert_eq!(
            (about.free_blocks, about.free_bytes),
            (1, about.len),
            "everything merged into one free block"
        );
    }
}

fn take<T>(list: &mut Vec<T>, operand: usize) -> Option<T> {
    (!list.is_empty()).then(|| list.swap_remove(operand % list.len()))
}

fn block(base: usize, len: usize) -> Range<usize> {
    base..base + len.next_multiple_of(GRANULE)
}

/// Bytes of a space's executable mapping.
fn read(base: usize, len: usize) -> Vec<u8> {
    // SAFETY: the model reads only blocks that were handed out, which stay readable; nobody writes meanwhile.
    unsafe { std::slice::from_raw_parts(base as *const u8, len) }.to_vec()
}
