//! Call C functions and be called by them, with signatures described at run time.
