//! What patterns find in machine code, and how matches end that take too long or too much.

mod common;

use common::{Both, Patient, pattern};
use js_regexp::{NONE, Pattern, Search, Stop, Text};
use js_regexp_jit::{Config, Native};
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tiering::Trace;

/// Checks what a pattern finds first, in texts of either width if it can be.
#[track_caller]
fn finds(both: &Both, source: &str, flags: &str, text: &str, expected: Option<&[u32]>) {
    let pattern = pattern(source, flags).unwrap_or_else(|| panic!("/{source}/{flags} is a pattern"));
    let expected = Ok(expected.map(<[u32]>::to_vec));
    let units: Vec<u16> = text.encode_utf16().collect();
    assert_eq!(both.check(&pattern, Text::Utf16(&units), 0, false), expected, "/{source}/{flags} in {text}");
    if units.iter().all(|unit| *unit < 256) {
        let bytes: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
        assert_eq!(
            both.check(&pattern, Text::Latin1(&bytes), 0, false),
            expected,
            "/{source}/{flags} in {text}"
        );
    }
}

#[test]
fn every_kind_of_term() {
    let both = Both::new();
    let find = |source: &str, flags: &str, text: &str, expected: Option<&[u32]>| {
        finds(&both, source, flags, text, expected);
    };
    find("needle in hay", "", "a needle in haystacks", Some(&[2, 15]));
    find("NEEDLE IN hAy", "i", "a needle in haystacks", Some(&[2, 15]));
    find("(\\w+)@(\\w+)\\.(\\w+)", "", "to user@mail.example, please", Some(&[3, 20, 3, 7, 8, 12, 13, 20]));
    find("[^]b|[^a-y\\n]", "", "a\nz", Some(&[2, 3]));
    find("<.+?>(?!<)", "", "<a><b>c", Some(&[0, 6]));
    find("a{2,3}?b", "", "aaaab", Some(&[1, 5]));
    find("(?:ab?){3,}?c", "", "xabaabc", Some(&[1, 7]));
    find("(?<=\\$)\\d+(?=,)", "", "12, $34; $567,", Some(&[10, 13]));
    find("(?<!x)y(?<=[ay])$", "m", "xy\nay\n", Some(&[4, 5]));
    find("^(?:(a)|b)*$", "", "ab", Some(&[0, 2, NONE, NONE]));
    find("(a*)*b\\1c", "", "aaabc", Some(&[3, 5, NONE, NONE]));
    find("(a+)-\\1", "", "aaa-aa", Some(&[1, 6, 1, 3]));
    find("(K+)-\\1", "i", "kK-Kkk", Some(&[0, 5, 0, 2]));
    find("(?:(?<n>a)|(?<n>b))\\k<n>", "", "abb", Some(&[1, 3, NONE, NONE, 1, 2]));
    find("\\b\\w+\\b(?=!)", "", "one two! three", Some(&[4, 7]));
    find("\\Ba", "", "a ba", Some(&[3, 4]));
    find("(?=(a+))a*b\\1", "", "baaabac", Some(&[3, 6, 3, 4]));
    find("(?<=(\\d+)(\\d+))$", "", "1053", Some(&[4, 4, 0, 1, 1, 4]));
    find("\\u{1f600}+.$", "u", "x\u{1f600}\u{1f600}\u{1f601}", Some(&[1, 7]));
    find(".$", "", "\u{1f600}", Some(&[1, 2]));
    find("[^x]*\\p{Lu}", "u", "\u{e9}\u{1f600}\u{c9}x", Some(&[0, 4]));
    find("[\\p{L}--[a-z]]", "v", "abc\u{3c3}", Some(&[3, 4]));
    find("\\u212a", "iu", "xk", Some(&[1, 2]));
    find("(?:zz|y){2000000000}", "", "yyy", None);
    find("a|ab|abc|abcd$", "s", "abcd", Some(&[0, 1]));
    find("x*", "", "", Some(&[0, 0]));
    assert!(both.native.runs() > 40 && both.trace.totals().declined.is_empty());
}

/// A search by machine code within so many looks at the host.
fn stops(source: &str, flags: &str, text: &[u8], polls: u32) -> Result<Option<Vec<u32>>, Stop> {
    let both = Both::new();
    let pattern = pattern(source, flags).unwrap_or_else(|| panic!("/{source}/ is a pattern"));
    let (found, native) = both.native(&pattern, Text::Latin1(text), 0, false, polls);
    assert!(native, "/{source}/ has code");
    found
}

#[test]
fn patterns_that_take_for_ever_are_stopped() {
    let text = [&[b'a'; 60][..], b"!"].concat();
    let began = Instant::now();
    for source in [
        "^(a+)+$",
        "^(?:a|a)*$",
        "^(?:a*?)*?b",
        "(?=(?:a|a)+b)",
        "(?<!b(?:a|a)+)!",
        "^(?:(?:)){4000000000}a$",
    ] {
        assert_eq!(stops(source, "", &text, 500), Err(Stop::Host), "/{source}/");
    }
    // Nearly all of it is what whoever called has to look at.
    assert_eq!(stops("^(?:(a+)\\1*)*$", "i", &text, 500), Err(Stop::Host));
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn what_there_is_to_go_back_to_is_bounded() {
    let text = vec![b'a'; 9 << 20];
    // As much as fits, and then too much: with and without machine code.
    let source = "^(?:a|[^]a)*$";
    assert_eq!(stops(source, "", &text[..1 << 18], u32::MAX), Ok(Some(vec![0, 1 << 18])));
    assert_eq!(stops(source, "", &text, u32::MAX), Err(Stop::TooDeep));
    let pattern = pattern(source, "").unwrap_or_else(|| panic!("a pattern"));
    let host = Patient(Cell::new(u32::MAX));
    let search = Search { host: &host, text: Text::Latin1(&text), at: 0, sticky: false };
    assert_eq!(pattern.execute(None, search), Err(Stop::TooDeep));
}

#[test]
fn hot_patterns_get_code_in_the_midst_of_a_search() {
    let native = Native::new(Config::usual(), Arc::new(Trace::new()));
    let pattern = pattern("^(?:a+)+$", "").unwrap_or_else(|| panic!("a pattern"));
    let text = [&[b'a'; 26][..], b"!"].concat();
    let host = Patient(Cell::new(u32::MAX));
    let search = Search { host: &host, text: Text::Latin1(&text), at: 0, sticky: false };
    assert_eq!(pattern.execute(Some(&native), search), Ok(None));
    assert_eq!(native.runs(), 1, "the first search is long enough");
    let short = Search { text: Text::Latin1(b"aa"), ..search };
    assert_eq!(pattern.execute(Some(&native), short), Ok(Some(vec![0, 2])));
    assert_eq!(native.runs(), 2);
}

#[test]
fn cold_patterns_stay_with_the_interpreter() {
    let native = Native::new(Config::usual(), Arc::new(Trace::new()));
    let pattern = pattern("a+b", "").unwrap_or_else(|| panic!("a pattern"));
    let host = Patient(Cell::new(u32::MAX));
    for _ in 0..50 {
        let search = Search { host: &host, text: Text::Latin1(b"xaab"), at: 0, sticky: false };
        assert_eq!(pattern.execute(Some(&native), search), Ok(Some(vec![1, 4])));
    }
    assert_eq!((native.runs(), native.code_bytes()), (0, 0));
}

#[test]
fn what_is_too_large_is_declined_and_matches_all_the_same() {
    let both = Both::new();
    let text: Vec<u16> = "a\u{1f44d}\u{1f3fd}b".encode_utf16().collect();
    let pattern = pattern("\\p{RGI_Emoji}", "v").unwrap_or_else(|| panic!("a pattern"));
    let (found, native) = both.native(&pattern, Text::Utf16(&text), 0, false, u32::MAX);
    assert_eq!((found, native), (Ok(Some(vec![1, 5])), false));
    assert_eq!(both.trace.totals().declined.get("too-large"), Some(&1));
}

#[test]
fn code_goes_with_its_pattern() {
    let both = Both::new();
    let run = |pattern: &Pattern| both.native(pattern, Text::Latin1(b"xyz"), 0, false, u32::MAX);
    let mut most = 0;
    for number in 0..40 {
        let pattern = pattern(&format!("y|{number}"), "").unwrap_or_else(|| panic!("a pattern"));
        assert_eq!(run(&pattern), (Ok(Some(vec![1, 2])), true));
        most = most.max(both.native.code_bytes());
        assert!(number > 2 || most > 0);
    }
    assert!(both.native.code_bytes() <= most && most < 8 << 10, "{most} bytes for two patterns at a time");
}
