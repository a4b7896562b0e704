//! Where programs print to, for who runs them.
#![allow(dead_code, reason = "each test program uses its part")]

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::rc::Rc;

/// Keeps what is written, as long as there is room.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    bytes: Rc<RefCell<Vec<u8>>>,
    /// Bytes that may be kept, if not all.
    most: Rc<Cell<Option<usize>>>,
}

impl Kept {
    pub(crate) fn with_room(most: usize) -> Kept {
        let kept = Kept::default();
        kept.most.set(Some(most));
        kept
    }

    pub(crate) fn take(&self) -> Vec<u8> {
        self.bytes.take()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.take()).expect("UTF-8")
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.bytes.borrow_mut();
        if self.most.get().is_some_and(|most| kept.len() + bytes.len() > most) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
