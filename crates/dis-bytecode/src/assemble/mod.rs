//! Assembler: modules from text. Tests of everything that runs Dis are written in it.
//!
//! A line is a statement, a label or empty; `#` begins a comment.
//!
//! ```text
//! wordsize 4                           # 4 or 8: what `pointers` counts in; 8 when it is not said
//! module "Hello"                       # its name
//! flags 0x2                            # runtime flags
//! stack 320                            # stack extent
//! signature "00ff"                     # in hex: makes it a signed module
//! source "hello.b"
//! entry start, main                    # first instruction and its frame's type
//! type mp 8 pointers 0, 4              # size in bytes, offsets of pointers; or `map "c0"`
//! type main 40
//! data 8                               # module data: its size, then what it holds, `offset: values`
//!     string 0: "hello\n"              # also: byte, word, big, real; words may be labels
//!     array 4: main, 10                # type and length
//!     index 4: 0                       # items that follow are in this element ..
//!     restore                          # .. until here
//! export "init", start, main, 0x1234   # name, instruction, frame, signature
//! imports                              # begins the import section, which may be empty
//! import                               # begins the table of a module
//!     use "print", 0xac849033
//! handlers
//! handler 16, start, end, -, 0         # offset in the frame, first, behind the last, type or -, how many have types
//!     catch "fail:*", start
//!     otherwise start
//! start:                               # a label
//!     movw $1, 32(fp)                  # operands: $n, n(fp), n(mp), m(n(fp)), m(n(mp)), labels, types, - for none
//!     addw $1, 32(fp), 32(fp)          # source, middle, destination; two are source and destination
//!     ret
//! end:
//! ```

mod lex;
mod parse;

use crate::{Module, WordSize};
use diagnostics::Finding;

/// A module from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    /// The module.
    pub module: Module,
    /// The machine that the text is for.
    pub word: WordSize,
}

/// The module that a text describes, or everything that is wrong with the text. Whether the module is a sensible one is for
/// [`verify`](crate::verify()) to say, so that tests can write others.
pub fn assemble(text: &str) -> Result<Assembled, Vec<Finding>> {
    parse::parse(text)
}
