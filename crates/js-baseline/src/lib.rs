//! The baseline tier: machine code for JavaScript functions from templates, on the frames and registers of the interpreter.
