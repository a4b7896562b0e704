//! Strings against vectors of units.

mod support;

use js_rt::{PropertyKey, Rt, Str, StringBuilder, StringError, Value};
use std::cell::Cell;
use support::{Random, both, run, stress};

/// Strings in a list, and what they should be.
struct Pool {
    strings: js_rt::Gc<js_rt::List>,
    units: Vec<Vec<u16>>,
}

impl Pool {
    fn add(&mut self, rt: &Rt, string: Str, units: Vec<u16>) {
        self.strings.push(rt, string.into()).expect("there is memory");
        self.units.push(units);
    }

    fn get(&self, at: usize) -> Str {
        self.strings.get(at).and_then(Value::as_string).expect("it is a string")
    }
}

fn random_units(random: &mut Random) -> Vec<u16> {
    let wide = random.chance(3);
    (0..random.below(40))
        .map(|_| if wide { 0xd7f0 + random.below(0x900) as u16 } else { random.below(256) as u16 })
        .collect()
}

fn check(rt: &Rt, random: &mut Random, string: Str, units: &[u16]) {
    assert_eq!(string.len(), units.len());
    let at = random.below(units.len() + 1);
    assert_eq!(string.unit_at(at), units.get(at).copied().unwrap_or(0));
    match random.below(4) {
        0 => assert_eq!(string.to_wtf16(), units),
        1 => assert_eq!(string.flat(rt).expect("there is memory").units().collect::<Vec<_>>(), units),
        2 => assert_eq!(string.to_std(), String::from_utf16_lossy(units)),
        _ => {
            let same = rt.str_utf16(units).expect("there is memory");
            assert!(string.equals(&same) && string.hash() == same.hash());
            assert!(Value::from(string).is_strictly_equal(same.into()));
        }
    }
}

fn random_strings(rt: &Rt, seed: u64, steps: usize) {
    let mut random = Random(seed);
    let random = &mut random;
    let mut pool = Pool { strings: rt.new_list().expect("there is memory"), units: Vec::new() };
    for _ in 0..steps {
        let count = pool.units.len();
        let (a, b) = (random.below(count), random.below(count));
        let kind = if count < 4 { 0 } else { random.below(6) };
        match kind {
            0 => {
                let units = random_units(random);
                let string = rt.str_utf16(&units).expect("there is memory");
                pool.add(rt, string, units);
            }
            1 | 2 if pool.units[a].len() + pool.units[b].len() < 5000 => {
                let joined = rt.concat(pool.get(a), pool.get(b)).expect("there is memory");
                let units = [&pool.units[a][..], &pool.units[b]].concat();
                pool.add(rt, joined, units);
            }
            3 => {
                let (from, to) =
                    (random.below(pool.units[a].len() + 2), random.below(pool.units[a].len() + 2));
                let part = rt.substring(pool.get(a), from, to).expect("there is memory");
                let to = to.min(pool.units[a].len());
                let units = pool.units[a].get(from..to.max(from)).unwrap_or(&[]).to_vec();
                pool.add(rt, part, units);
            }
            4 => {
                let order = pool.get(a).compare(&pool.get(b));
                assert_eq!(order, pool.units[a].cmp(&pool.units[b]));
                assert_eq!(pool.get(a).equals(&pool.get(b)), pool.units[a] == pool.units[b]);
                let (ka, kb) = (rt.key_from_str(pool.get(a)), rt.key_from_str(pool.get(b)));
                let same = ka.expect("there is memory") == kb.expect("there is memory");
                assert_eq!(same, pool.units[a] == pool.units[b]);
            }
            _ => {
                let needle = rt.substring(pool.get(b), 0, random.below(4)).expect("there is memory");
                let from = random.below(20);
                let wanted = needle.to_wtf16();
                let text = &pool.units[a];
                let starts = |at: usize| text[at..].starts_with(&wanted);
                let first = (from..=text.len()).find(|at| starts(*at));
                let last = (0..=from.min(text.len())).rev().find(|at| starts(*at));
                assert_eq!(pool.get(a).index_of(rt, needle, from), Ok(first));
                assert_eq!(pool.get(a).last_index_of(rt, needle, from), Ok(last));
            }
        }
        if !pool.units.is_empty() {
            let at = random.below(pool.units.len());
            check(rt, random, pool.get(at), &pool.units[at]);
        }
    }
}

#[test]
fn strings_are_their_units_whatever_they_are_made_of() {
    run(|rt| (0..30).for_each(|seed| random_strings(rt, seed, 400)));
    stress(|rt| (100..102).for_each(|seed| random_strings(rt, seed, 120)));
}

#[test]
fn a_long_rope_is_flattened_without_a_deep_stack() {
    run(|rt| {
        let (mut left, mut right) = (rt.empty_str(), rt.empty_str());
        let piece = rt.str_from_utf8("0123456789abcdefghijklmn").expect("there is memory");
        for _ in 0..100_000 {
            left = rt.concat(left, piece).expect("there is memory");
            right = rt.concat(piece, right).expect("there is memory");
        }
        assert_eq!(left.unit_at(25), u16::from(b'1'));
        assert!(left.equals(&right) && left.is_rope());
        rt.flatten(left).expect("there is memory");
        assert!(!left.is_rope() && left.equals(&right) && left.hash() == right.hash());
    });
}

#[test]
fn strings_longer_than_the_longest_are_an_error() {
    run(|rt| {
        let mut string = rt.str_from_utf8("0123456789abcdefghijklmnopqrstuv").expect("there is memory");
        while string.len() < 1 << 28 {
            string = rt.concat(string, string).expect("there is memory");
        }
        assert_eq!(rt.concat(string, string).map(|s| s.len()), Err(StringError::TooLong));
        let rest = js_rt::MAX_STRING_LENGTH - string.len();
        let part = rt.substring(string, 0, 10).expect("there is memory");
        assert!(rest > part.len() && rt.concat(string, part).is_ok());
    });
}

#[test]
fn indices_are_keys_of_their_own() {
    both(|rt| {
        let key = |text: &str| rt.key_from_utf8(text).expect("there is memory");
        for (text, index) in [("0", 0), ("7", 7), ("10", 10), ("4294967294", u32::MAX - 1)] {
            assert_eq!(key(text), PropertyKey::index(index));
            assert_eq!(rt.key_to_str(key(text)).map(|s| s.to_std()).as_deref(), Ok(text));
        }
        for text in
            ["", "00", "01", "-0", "-1", "4294967295", "4294967296", "99999999999", "1.5", "0x1", " 1", "1e3"]
        {
            assert!(key(text).as_atom().is_some_and(|atom| atom.to_std() == text), "{text}");
        }
        assert_eq!(rt.key_from_u64(4_294_967_295), Ok(key("4294967295")));
        assert_eq!(rt.key_from_u64(1 << 53), Ok(key("9007199254740992")));
        assert_eq!(rt.key_from_value(Value::double(3.0)), Ok(Some(PropertyKey::index(3))));
        assert_eq!(rt.key_from_value(Value::double(-0.0)), Ok(Some(PropertyKey::index(0))));
        assert_eq!(rt.key_from_value(Value::double(-1.5)), Ok(Some(key("-1.5"))));
        assert_eq!(rt.key_from_value(Value::NULL), Ok(Some(key("null"))));
        assert_eq!(key("length"), rt.names.length);
    });
}

#[test]
fn atoms_that_nobody_has_are_collected() {
    run(|rt| {
        for number in 0..200_000 {
            rt.key_from_utf8(&format!("key {number}")).expect("there is memory");
        }
        assert!(rt.heap().stats().live < 4 << 20, "{:?}", rt.heap().stats());
        let kept = rt.key_from_utf8("kept").expect("there is memory");
        rt.protect(&[Cell::new(kept)], || {
            rt.heap().collect(heap::Collection::Full);
            assert_eq!(rt.key_from_utf8("kept"), Ok(kept));
        });
    });
}

#[test]
fn builders_widen_when_they_have_to() {
    both(|rt| {
        let mut builder = StringBuilder::new();
        builder.push_utf8("naïve ");
        builder.push_unit(0x41);
        assert!(matches!(builder.view(), js_rt::StrView::Latin1(_)));
        builder.push_code_point(0x1_f600);
        builder.push_unit(0xd800);
        builder.push_str(rt.str_from_utf8("end").expect("there is memory"));
        let string = builder.finish(rt).expect("there is memory");
        let mut units: Vec<u16> = "naïve A😀".encode_utf16().collect();
        units.push(0xd800);
        units.extend("end".encode_utf16());
        assert_eq!(string.to_wtf16(), units);
        assert_eq!(string.code_point_at(7), (0x1_f600, 2));
        assert_eq!((string.code_point_at(8), string.code_point_at(9)), ((0xde00, 1), (0xd800, 1)));
        assert_eq!(string.to_std(), "naïve A😀\u{fffd}end");
    });
}

#[test]
fn long_needles_are_found() {
    run(|rt| {
        let mut random = Random(5);
        let text: Vec<u16> = (0..5000).map(|_| random.below(3) as u16).collect();
        let string = rt.str_utf16(&text).expect("there is memory");
        for _ in 0..300 {
            let (from, len) = (random.below(4900), 8 + random.below(60));
            let needle = rt.substring(string, from, from + len).expect("there is memory");
            let start = random.below(5000);
            let wanted = needle.to_wtf16();
            let first = (start..=text.len()).find(|at| text[*at..].starts_with(&wanted));
            assert_eq!(string.index_of(rt, needle, start), Ok(first));
        }
    });
}

#[test]
fn symbols_are_registered_by_their_keys() {
    both(|rt| {
        let key = rt.str_from_utf8("a key").expect("there is memory");
        let symbol = rt.symbol_for(key).expect("there is memory");
        let again = rt.str_from_utf8("a key").expect("there is memory");
        assert_eq!(rt.symbol_for(again), Ok(symbol));
        assert!(symbol.registered_key().is_some_and(|text| text.equals(&key)));
        let other = rt.new_symbol(Some(key)).expect("there is memory");
        assert!(other != symbol && other.registered_key().is_none() && !other.is_private());
        assert!(rt.new_private_name(key).is_ok_and(|name| PropertyKey::from(name).is_private()));
        let iterator = rt.symbols.iterator.description().map(|text| text.to_std());
        assert_eq!(iterator.as_deref(), Some("Symbol.iterator"));
    });
}
