//! Bytes being assembled, and branches within them.

/// A place in the code, known or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u32);

/// The position of a label that was not bound.
const UNBOUND: u32 = u32::MAX;

/// Machine code being assembled. Its memory is used again for the next function.
#[derive(Default)]
pub(crate) struct Buffer {
    pub(crate) bytes: Vec<u8>,
    labels: Vec<u32>,
    /// Branches: where the distance is to be written, and to which label.
    branches: Vec<(u32, Label)>,
}

impl Buffer {
    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.labels.clear();
        self.branches.clear();
    }

    /// Four bytes.
    #[inline]
    pub(crate) fn word(&mut self, word: u32) {
        self.bytes.extend_from_slice(&word.to_le_bytes());
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    /// So many labels in a row; the first.
    pub(crate) fn label_row(&mut self, count: usize) -> u32 {
        let first = self.labels.len();
        self.labels.resize(first + count, UNBOUND);
        first as u32
    }

    /// Label `index` of a row.
    pub(crate) fn of_row(first: u32, index: usize) -> Label {
        Label(first + index as u32)
    }

    pub(crate) fn bind(&mut self, label: Label) {
        if let Some(place) = self.labels.get_mut(label.0 as usize) {
            *place = self.bytes.len() as u32;
        }
    }

    /// Notes that a branch at this offset leads to a label.
    #[inline]
    pub(crate) fn branch(&mut self, at: usize, to: Label) {
        self.branches.push((at as u32, to));
    }

    /// Writes all distances with `patch`, which gets the offset of the branch and the distance from there.
    pub(crate) fn link(&mut self, patch: fn(&mut [u8], usize, i64) -> bool) -> bool {
        let (labels, bytes) = (&self.labels, &mut self.bytes);
        self.branches.iter().all(|&(at, to)| match labels.get(to.0 as usize) {
            Some(&place) if place != UNBOUND => patch(bytes, at as usize, i64::from(place) - i64::from(at)),
            _ => false,
        })
    }
}
