//! C declarations from arbitrary text: parsing ends in a value or an error with a place, what parses prints as C that means
//! the same, and a binding plan for it is made or refused.

#![no_main]

use abi::{Abi, Plan};
use ffi::{DeclError, Declarations, Prototype};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for abi in Abi::ALL {
        match Prototype::parse_for(text, abi) {
            Ok(prototype) => prints_as_itself(&prototype, abi),
            Err(error) => has_a_place(&error, text),
        }
        let mut header = Declarations::for_abi(abi);
        match header.parse(text) {
            Ok(()) => header.functions().iter().for_each(|f| prints_as_itself(f, abi)),
            Err(error) => has_a_place(&error, text),
        }
    }
});

/// Signatures print with everything a call depends on and without names, so equal text is an equal signature.
fn prints_as_itself(prototype: &Prototype, abi: Abi) {
    let text = prototype.to_string();
    let again = Prototype::parse_for(&text, abi).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(again.signature().to_string(), prototype.signature().to_string(), "{text}");
    assert_eq!(again.to_string(), text, "printing is stable");
    let made =
        Prototype::from_signature(prototype.signature(), abi).expect("its types are within the limits");
    assert_eq!(made.signature().to_string(), prototype.signature().to_string(), "{made}");
    let plan = Plan::new(abi, prototype.signature());
    assert_eq!(plan.is_ok(), Plan::new(abi, made.signature()).is_ok(), "names do not matter: {text}");
}

fn has_a_place(error: &DeclError, text: &str) {
    assert!(error.span.start <= error.span.end && error.span.end <= text.len());
    assert!(text.is_char_boundary(error.span.start) && text.is_char_boundary(error.span.end));
    assert!(error.line >= 1 && error.column >= 1);
    let excerpt = error.excerpt(text);
    assert!(excerpt.lines().last().is_some_and(|line| line.contains('^')), "{excerpt}");
}
