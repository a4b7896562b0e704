//! Whole programs, and what the compiler makes of functions.
