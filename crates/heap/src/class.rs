//! Size classes: which cell sizes blocks are divided into.
//!
//! Steps of a granule up to 128 bytes, four steps per power of two up to 1 KiB, beyond that the sizes that divide a block
//! evenly. At most a fifth of a cell is lost to rounding from 64 bytes on, and at most one cell of a block to its end.

use crate::chunk::{BLOCK, GRANULE};

/// Cell sizes in bytes, ascending.
pub(crate) const SIZES: [u16; CLASSES] = [
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1168,
    1360, 1632, 2048, 2336, 2720, 3264, 4096, 5456, 8192,
];

/// Number of size classes.
pub const CLASSES: usize = 30;

/// The largest object that shares a block with others, header included.
pub const MAX_SMALL: usize = 8192;

const LOOKUP: [u8; MAX_SMALL / GRANULE + 1] = {
    let mut table = [0; MAX_SMALL / GRANULE + 1];
    let mut class = 0;
    let mut granules = 0;
    while granules < table.len() {
        if granules * GRANULE > SIZES[class] as usize {
            class += 1;
        }
        table[granules] = class as u8;
        granules += 1;
    }
    table
};

/// The class of an object of `bytes` bytes, at most [`MAX_SMALL`].
#[inline]
pub(crate) const fn of(bytes: usize) -> usize {
    LOOKUP[bytes.div_ceil(GRANULE)] as usize
}

/// Bytes of a cell.
#[inline]
pub(crate) const fn size(class: usize) -> usize {
    SIZES[class] as usize
}

/// Where the last cell of a block ends.
#[inline]
pub(crate) const fn end(class: usize) -> usize {
    BLOCK / size(class) * size(class)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, GRANULE, MAX_SMALL, SIZES, end, of, size};

    #[test]
    fn every_size_gets_the_smallest_class_that_holds_it() {
        for bytes in 1..=MAX_SMALL {
            let class = of(bytes);
            assert!(size(class) >= bytes, "{bytes}");
            assert!(class == 0 || size(class - 1) < bytes, "{bytes}");
        }
    }

    #[test]
    fn sizes_ascend_in_granules_and_waste_little() {
        assert!(SIZES.windows(2).all(|w| w[0] < w[1]));
        for (class, &bytes) in SIZES.iter().enumerate() {
            assert_eq!(usize::from(bytes) % GRANULE, 0);
            assert!(BLOCK - end(class) < BLOCK / 16, "{bytes}");
        }
        assert_eq!(size(SIZES.len() - 1), MAX_SMALL);
    }
}
