//! Sox from arbitrary bytes: no text makes lexer, parser or renderer panic, places are inside the text, and what is right prints
//! as text that reads as the same tree; seeds become random programs that are right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sox_syntax::random::{self, Config};
use sox_syntax::{Mode, Parsed, check, dump, parse_as, print, render};

fuzz_target!(|bytes: &[u8]| {
    match bytes.split_first() {
        // A byte that no text begins with.
        Some((0xff, rest)) => {
            let Some(number) = rest.first_chunk::<8>() else { return };
            let seed = u64::from_le_bytes(*number);
            let source = random::program(seed, &Config::varied(seed));
            let parsed = sound(source.as_bytes(), Mode::Script);
            assert!(parsed.diagnostics.is_empty(), "seed {seed}: {}", parsed.diagnostics[0]);
        }
        _ => {
            sound(bytes, Mode::Module);
        }
    }
});

/// What holds for every text.
fn sound(source: &[u8], mode: Mode) -> Parsed {
    let parsed = parse_as(source, mode);
    let starts: Vec<u32> = parsed.diagnostics.iter().map(|wrong| wrong.span.start).collect();
    assert!(starts.is_sorted(), "{:?}", parsed.diagnostics);
    for wrong in &parsed.diagnostics {
        let spans = std::iter::once(wrong.span).chain(wrong.labels.iter().map(|label| label.span));
        for span in spans {
            assert!(span.start <= span.end && span.end as usize <= source.len(), "{wrong:?}");
        }
        assert!(wrong.line >= 1 && !wrong.to_string().is_empty());
    }
    // Excerpts are shown one by one: a few of very many are as good as all.
    let some = &parsed.diagnostics[..parsed.diagnostics.len().min(20)];
    assert!(render(some, source, "a.sox", false).matches("error: ").count() >= some.len());
    if parsed.diagnostics.is_empty() {
        check::check(&parsed.module, source.len()).expect("the tree is sound");
        let text = print(&parsed.module);
        let again = parse_as(text.as_bytes(), mode);
        assert!(again.diagnostics.is_empty(), "{text}\n{}", again.diagnostics[0]);
        assert_eq!(dump(&again.module), dump(&parsed.module), "{text}");
    }
    parsed
}
