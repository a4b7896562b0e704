//! Listings by other people's disassemblers.
