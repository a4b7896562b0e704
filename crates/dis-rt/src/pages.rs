//! Where objects go: pages that are divided into blocks of a size class, and runs of pages for larger ones.

use crate::{Addr, Memory, NIL};
use std::collections::{BTreeMap, BTreeSet};

const SHIFT: u32 = 14;
const PAGE: u32 = 1 << SHIFT;
/// Block sizes. What does not fit the last one takes pages of its own.
const CLASSES: [u32; 18] =
    [32, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1360, 2048, 4096];
/// Most pages: addresses have 32 bits, and the last is none.
const MOST: u32 = (u32::MAX >> SHIFT) - 1;
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Free,
    /// Blocks of a class.
    Blocks,
    /// Part of a run, or one that is never given out.
    Run,
}

#[derive(Clone, Copy)]
struct Page {
    kind: Kind,
    class: u8,
    /// Blocks in use.
    used: u16,
    /// Bytes from here on were never given out.
    fresh: u32,
    /// The first block that was given back; its first word leads to the next one.
    back: Addr,
    /// Neighbours in the list of pages of the class that have room.
    next: u32,
    previous: u32,
    /// The first page of the run.
    start: u32,
    /// Pages of the run, in its first page.
    length: u32,
}

const UNUSED: Page = Page {
    kind: Kind::Free,
    class: 0,
    used: 0,
    fresh: 0,
    back: NIL,
    next: NONE,
    previous: NONE,
    start: 0,
    length: 0,
};

/// The pages of a space.
pub(crate) struct Pages {
    pages: Vec<Page>,
    /// Free runs by their first page, with their length, and the other way round.
    runs: BTreeMap<u32, u32>,
    by_length: BTreeSet<(u32, u32)>,
    roomy: [u32; CLASSES.len()],
    limit: u32,
    in_use: u32,
}

fn class_of(size: u32) -> Option<usize> {
    let class = CLASSES.partition_point(|class| *class < size);
    (class < CLASSES.len()).then_some(class)
}

impl Pages {
    /// No more than `limit` bytes will be used.
    pub(crate) fn new(limit: usize) -> Pages {
        let limit = u32::try_from(limit >> SHIFT).unwrap_or(MOST).clamp(4, MOST);
        Pages {
            pages: Vec::new(),
            runs: BTreeMap::new(),
            by_length: BTreeSet::new(),
            roomy: [NONE; CLASSES.len()],
            limit,
            in_use: 0,
        }
    }

    /// Bytes of pages that are in use.
    pub(crate) fn bytes(&self) -> usize {
        (self.in_use as usize) << SHIFT
    }

    /// A block of at least this size, whatever is in it; and what it really has.
    pub(crate) fn take(&mut self, size: u32, memory: &mut Memory) -> Option<(Addr, u32)> {
        let Some(class) = class_of(size) else {
            let count = size.div_ceil(PAGE);
            let start = self.run(count, memory)?;
            for index in start..start + count {
                self.pages[index as usize] = Page { kind: Kind::Run, start, length: count, ..UNUSED };
            }
            return Some((start << SHIFT, count << SHIFT));
        };
        if self.roomy[class] == NONE {
            let index = self.run(1, memory)?;
            self.pages[index as usize] =
                Page { kind: Kind::Blocks, class: class as u8, start: index, ..UNUSED };
            self.link(index);
        }
        let index = self.roomy[class];
        let page = &mut self.pages[index as usize];
        page.used += 1;
        let block = match page.back {
            NIL => {
                page.fresh += CLASSES[class];
                (index << SHIFT) + page.fresh - CLASSES[class]
            }
            block => {
                page.back = memory.u32(block);
                block
            }
        };
        if page.back == NIL && page.fresh + CLASSES[class] > PAGE {
            self.unlink(index);
        }
        Some((block, CLASSES[class]))
    }

    /// Takes a block back.
    pub(crate) fn give(&mut self, block: Addr, memory: &mut Memory) {
        let index = block >> SHIFT;
        let page = &mut self.pages[index as usize];
        if page.kind == Kind::Run {
            let length = page.length;
            return self.free_run(index, length);
        }
        let size = CLASSES[usize::from(page.class)];
        let was_full = page.back == NIL && page.fresh + size > PAGE;
        memory.set_u32(block, page.back);
        page.back = block;
        page.used -= 1;
        let empty = page.used == 0;
        if was_full {
            self.link(index);
        }
        // One page of the class stays, so that the same object coming and going does not cost a page each time.
        if empty && (self.pages[index as usize].next != NONE || self.roomy_before(index)) {
            self.unlink(index);
            self.free_run(index, 1);
        }
    }

    fn roomy_before(&self, index: u32) -> bool {
        self.pages[index as usize].previous != NONE
    }

    /// The begin of the block around an address, if it was ever given out.
    #[inline]
    pub(crate) fn find(&self, at: Addr) -> Option<Addr> {
        let index = at >> SHIFT;
        let page = self.pages.get(index as usize)?;
        match page.kind {
            Kind::Free => None,
            Kind::Run if page.length == 0 => None,
            Kind::Run => Some(page.start << SHIFT),
            Kind::Blocks => {
                let offset = at & (PAGE - 1);
                let size = CLASSES[usize::from(page.class)];
                (offset < page.fresh).then(|| (index << SHIFT) + offset / size * size)
            }
        }
    }

    /// Every block that was given out at some time, in use or not.
    pub(crate) fn each(&self, mut visit: impl FnMut(Addr)) {
        for (index, page) in self.pages.iter().enumerate() {
            let base = (index as u32) << SHIFT;
            match page.kind {
                Kind::Run if page.start == index as u32 && page.length > 0 => visit(base),
                Kind::Blocks => {
                    let size = CLASSES[usize::from(page.class)];
                    (0..page.fresh / size).for_each(|number| visit(base + number * size));
                }
                _ => {}
            }
        }
    }

    fn link(&mut self, index: u32) {
        let head = &mut self.roomy[usize::from(self.pages[index as usize].class)];
        let next = std::mem::replace(head, index);
        self.pages[index as usize].next = next;
        self.pages[index as usize].previous = NONE;
        if let Some(next) = self.pages.get_mut(next as usize) {
            next.previous = index;
        }
    }

    fn unlink(&mut self, index: u32) {
        let Page { next, previous, class, .. } = self.pages[index as usize];
        match self.pages.get_mut(previous as usize) {
            Some(page) => page.next = next,
            None => self.roomy[usize::from(class)] = next,
        }
        if let Some(page) = self.pages.get_mut(next as usize) {
            page.previous = previous;
        }
        (self.pages[index as usize].next, self.pages[index as usize].previous) = (NONE, NONE);
    }

    /// Pages next to one another: the shortest run that suffices.
    fn run(&mut self, count: u32, memory: &mut Memory) -> Option<u32> {
        if self.by_length.range((count, 0)..).next().is_none() {
            self.extend(count, memory)?;
        }
        let (length, start) = *self.by_length.range((count, 0)..).next()?;
        self.by_length.remove(&(length, start));
        self.runs.remove(&start);
        if length > count {
            self.insert(start + count, length - count);
        }
        self.in_use += count;
        Some(start)
    }

    fn insert(&mut self, start: u32, length: u32) {
        self.runs.insert(start, length);
        self.by_length.insert((length, start));
    }

    fn free_run(&mut self, start: u32, length: u32) {
        self.pages[start as usize..(start + length) as usize].fill(UNUSED);
        self.in_use -= length;
        let (mut start, mut length) = (start, length);
        if let Some((&before, &more)) = self.runs.range(..start).next_back()
            && before + more == start
        {
            self.runs.remove(&before);
            self.by_length.remove(&(more, before));
            (start, length) = (before, length + more);
        }
        if let Some(more) = self.runs.remove(&(start + length)) {
            self.by_length.remove(&(more, start + length));
            length += more;
        }
        self.insert(start, length);
    }

    /// More memory: by a quarter of what there is, as far as the limit allows.
    fn extend(&mut self, count: u32, memory: &mut Memory) -> Option<()> {
        let have = self.pages.len() as u32;
        if have == 0 {
            // No object is at address 0.
            memory.grow(PAGE as usize).then_some(())?;
            self.pages.push(Page { kind: Kind::Run, ..UNUSED });
            return self.extend(count, memory);
        }
        let room = self.limit.saturating_sub(have);
        let more = count.max(have / 4).max(16).min(room);
        if more < count || !memory.grow(((have + more) as usize) << SHIFT) {
            return None;
        }
        self.pages.resize((have + more) as usize, UNUSED);
        self.in_use += more;
        self.free_run(have, more);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_do_not_overlap_and_come_back() {
        let mut memory = Memory::new(false);
        let mut pages = Pages::new(1 << 20);
        let mut taken: Vec<(u32, u32)> = Vec::new();
        let mut seed = 1u32;
        for round in 0..4000 {
            seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
            if seed >> 31 == 0 || taken.is_empty() {
                let size = 17 + (seed >> 8) % if round % 50 == 0 { 60_000 } else { 300 };
                let Some((at, real)) = pages.take(size, &mut memory) else { continue };
                assert!(real >= size && taken.iter().all(|(a, s)| at + real <= *a || a + s <= at));
                assert_eq!(pages.find(at + real - 1), Some(at));
                taken.push((at, real));
            } else {
                let (at, _) = taken.swap_remove((seed >> 8) as usize % taken.len());
                pages.give(at, &mut memory);
            }
        }
        let mut seen = 0;
        pages.each(|_| seen += 1);
        assert!(seen >= taken.len());
        taken.iter().for_each(|(at, _)| pages.give(*at, &mut memory));
        assert!(pages.bytes() <= CLASSES.len() * PAGE as usize);
        assert!(pages.take(2 << 20, &mut memory).is_none());
    }
}
