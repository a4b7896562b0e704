//! Sox cache files from arbitrary bytes: none makes the reader panic, and a module that is read passes the verifier and can
//! be listed. Bytes that do not begin like a cache file are the contents of one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sox_bytecode::{Globals, Source, cache, compile, disassemble, verify};

const TEXT: &[u8] = b"class A { init(x) { this.x = x } } fn f(a, b = 1) { defer () { print a } return [a, b] } for v in f(1) { print A(v).x }";

fuzz_target!(|bytes: &[u8]| {
    let forged = match bytes.strip_prefix(b"SoxCache") {
        Some(_) => bytes.to_vec(),
        None => patched(bytes),
    };
    if let Ok(module) = cache::read(&forged, TEXT) {
        assert_eq!(verify(&module), Ok(()));
        assert!(!disassemble(&module).is_empty());
    }
});

/// The file of a module in which some bytes are others, with hashes that are right.
fn patched(bytes: &[u8]) -> Vec<u8> {
    let parsed = sox_syntax::parse(TEXT);
    let source = Source { text: TEXT, file: "a.sox", imported: false };
    let module = compile(&parsed.module, &source, &mut Globals::default()).expect("it is simple");
    let mut body = cache::write(&module, TEXT).split_off(cache::HEADER);
    for patch in bytes.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([patch[0], patch[1]])) % body.len();
        body[at] = patch[2];
    }
    cache::wrap(&body, TEXT)
}
