//! Memory that machine code reads: sets of units as tables. It is there as long as the code.

/// What a function reads.
#[derive(Default)]
pub(crate) struct Tables {
    bytes: Vec<Box<[u8]>>,
    bounds: Vec<Box<[u32]>>,
}

impl Tables {
    /// The address of a table.
    pub(crate) fn bytes(&mut self, table: [u8; 256]) -> usize {
        let known = self.bytes.iter().position(|known| **known == table[..]);
        let at = known.unwrap_or_else(|| {
            self.bytes.push(Box::new(table));
            self.bytes.len() - 1
        });
        self.bytes[at].as_ptr().expose_provenance()
    }

    /// The address of some bounds, and how many halvings find one: filled up to one less than a power of two.
    pub(crate) fn bounds(&mut self, mut bounds: Vec<u32>) -> (usize, u32) {
        let halvings = (bounds.len() + 1).next_power_of_two().trailing_zeros();
        bounds.resize((1 << halvings) - 1, u32::MAX);
        let known = self.bounds.iter().position(|known| **known == *bounds);
        let at = known.unwrap_or_else(|| {
            self.bounds.push(bounds.into());
            self.bounds.len() - 1
        });
        (self.bounds[at].as_ptr().expose_provenance(), halvings)
    }
}
