//! Any system with `mmap`: pages that start writable, become executable, and are thrown away, never flipped back.
//!
//! Every block takes whole pages of its own, so code next to it keeps running. The price is a page per function.

use std::ops::Range;

use super::Backend;
use super::unix::{Mapping, page_size, prot_exec};
use crate::cache;
use crate::error::OsError;
use crate::space::Near;

pub(crate) const NAME: &str = "fresh pages, writable then executable";

const ANONYMOUS: libc::c_int = libc::MAP_PRIVATE | libc::MAP_ANON;

struct Fresh {
    pages: Mapping,
    /// One guard page into `pages`.
    base: usize,
    len: usize,
}

pub(crate) fn reserve(len: usize, near: Near) -> Result<Box<dyn Backend>, OsError> {
    let page = page_size();
    let pages = Mapping::reserve(len + 2 * page, near)?;
    let fresh = Fresh { base: pages.start() + page, pages, len };
    // Hosts that forbid executable memory say so here, while there is still a choice.
    fresh.open(0..1)?;
    fresh.seal(0..1)?;
    fresh.close(0..1)?;
    Ok(Box::new(fresh))
}

impl Fresh {
    fn whole_pages(&self, range: Range<usize>) -> (usize, usize) {
        let start = range.start & !(page_size() - 1);
        (self.base + start, range.end.next_multiple_of(page_size()) - start)
    }

    fn open(&self, range: Range<usize>) -> Result<(), OsError> {
        let (at, len) = self.whole_pages(range);
        self.pages.replace(at, len, libc::PROT_READ | libc::PROT_WRITE, ANONYMOUS, -1, 0)
    }

    fn close(&self, range: Range<usize>) -> Result<(), OsError> {
        let (at, len) = self.whole_pages(range);
        self.pages.replace(at, len, libc::PROT_NONE, ANONYMOUS | libc::MAP_NORESERVE, -1, 0)
    }
}

impl Backend for Fresh {
    fn name(&self) -> &'static str {
        NAME
    }

    fn base(&self) -> usize {
        self.base
    }

    fn len(&self) -> usize {
        self.len
    }

    fn granule(&self) -> usize {
        page_size()
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError> {
        let range = offset..offset + bytes.len();
        self.open(range.clone())?;
        let (at, len) = self.whole_pages(range);
        // SAFETY: the pages were just made writable, and the caller owns the block, which is whole pages.
        unsafe {
            self.pages.fill(at, len);
            self.pages.copy(self.base + offset, bytes);
        }
        Ok(())
    }

    fn seal(&self, range: Range<usize>) -> Result<(), OsError> {
        let (at, len) = self.whole_pages(range);
        self.pages.protect(at, len, prot_exec())?;
        // SAFETY: the pages were just made readable and executable.
        unsafe { cache::sync_range(at, len) };
        Ok(())
    }

    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError> {
        self.close(range)
    }

    fn seal_traps(&self, _range: Range<usize>) -> Result<(), OsError> {
        // Without access, instruction fetch faults; the next pages at this address are new ones.
        Ok(())
    }
}
