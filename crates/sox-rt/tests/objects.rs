//! Strings, containers and instances, also with a collection at every allocation.

use heap::{Config, Gc, Tracer};
use sox_rt::{Array, ClosureInfo, Runtime, Str, Table, Value};
use std::collections::BTreeMap;

/// Runs a test as usual, and with a collection and a check of the heap at every allocation.
fn with_runtime(test: impl Fn(&Runtime)) {
    for stress in [false, true] {
        let config = Config { stress, verify: stress, cap_bytes: 64 << 20, ..Config::default() };
        let runtime = Runtime::new(config);
        runtime.heap().enter(&|_: &mut Tracer<'_>| {}, || test(&runtime));
    }
}

fn text(value: impl Into<Value>) -> String {
    let mut out = Vec::new();
    value.into().print_to(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn string(runtime: &Runtime, text: &str) -> Gc<Str> {
    runtime.string(text.as_bytes()).expect("there is room")
}

#[test]
fn short_strings_are_interned_and_long_ones_are_compared() {
    with_runtime(|runtime| {
        let (a, b) = (string(runtime, "name"), string(runtime, "name"));
        assert!(a == b && a.is_interned());
        let long = "x".repeat(41);
        let (a, b) = (string(runtime, &long), string(runtime, &long));
        assert!(a != b && !a.is_interned() && a.content_equals(&b) && a.hash() == b.hash());
        assert!(Value::from(a).equals(b.into()) && !Value::from(a).is_identical(b.into()));
        // What concatenation makes is interned like any other.
        let joined = runtime.concat(string(runtime, "na"), string(runtime, "me")).expect("there is room");
        assert!(joined == string(runtime, "name"));
    });
}

#[test]
fn ropes_are_what_they_were_made_of() {
    with_runtime(|runtime| {
        let mut rope = string(runtime, "");
        let mut expected = String::new();
        for round in 0..200 {
            let piece = format!("<{round}>");
            // To the left and to the right.
            let next = string(runtime, &piece);
            let [left, right] = if round % 3 == 0 { [next, rope] } else { [rope, next] };
            rope = runtime.concat(left, right).expect("there is room");
            expected = if round % 3 == 0 { piece + &expected } else { expected + &piece };
        }
        assert!(rope.bytes().is_none(), "it is a rope");
        assert_eq!(text(rope), expected);
        let other = string(runtime, &expected);
        assert!(rope.content_equals(&other) && rope.hash() == other.hash());
        let flat = runtime.flatten(rope).expect("there is room");
        assert_eq!((flat.bytes(), rope.bytes()), (Some(expected.as_bytes()), Some(expected.as_bytes())));
        assert!(runtime.flatten(rope).expect("it is done") == flat);
    });
}

#[test]
fn appending_is_linear_and_deep_ropes_need_no_stack() {
    let config = Config { cap_bytes: 256 << 20, ..Config::default() };
    let runtime = Runtime::new(config);
    runtime.heap().enter(&|_: &mut Tracer<'_>| {}, || {
        let (mut left, mut right) = (string(&runtime, "start"), string(&runtime, "end"));
        let piece = string(&runtime, "piece");
        for _ in 0..300_000 {
            left = runtime.concat(left, piece).expect("there is room");
            right = runtime.concat(piece, right).expect("there is room");
        }
        assert_eq!((left.len(), right.len()), (5 + 1_500_000, 3 + 1_500_000));
        runtime.heap().collect(heap::Collection::Full);
        for rope in [left, right] {
            let flat = runtime.flatten(rope).expect("there is room");
            assert_eq!(flat.bytes().map(<[u8]>::len), Some(rope.len()));
        }
        assert!(left.to_vec().starts_with(b"startpiecepiece") && right.to_vec().ends_with(b"pieceend"));
    });
}

#[test]
fn arrays_grow_and_shrink() {
    with_runtime(|runtime| {
        let array: Gc<Array> = runtime.array(0).expect("there is room");
        for number in 0..300 {
            let element = if number % 2 == 0 {
                Value::number(number.into())
            } else {
                string(runtime, &number.to_string()).into()
            };
            runtime.push(array, element).expect("there is room");
        }
        assert_eq!((array.len(), text(array.get(7).unwrap_or_default())), (300, "7".into()));
        assert!(!runtime.set_element(array, 300, Value::NIL) && runtime.set_element(array, 0, Value::TRUE));
        runtime.truncate(array, 3);
        assert_eq!(text(array), "[true,1,2]");
        assert!(array.get(3).is_none());
        runtime.push(array, array.into()).expect("there is room");
        assert_eq!(text(array), "[true,1,2,[...]]");
    });
}

/// Against a plain model: order of insertion, deletion, many keys, long keys.
#[test]
fn tables_keep_their_order() {
    with_runtime(|runtime| {
        let table: Gc<Table> = runtime.table(0).expect("there is room");
        let (mut model, mut order): (BTreeMap<String, i32>, Vec<String>) = Default::default();
        let mut random = 12345_u32;
        for round in 0..600 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key =
                format!("{}{}", "k".repeat(if random & 0x100 == 0 { 1 } else { 50 }), (random >> 16) % 90);
            let name = string(runtime, &key);
            if random & 0xe00 == 0 {
                assert_eq!(table.delete(&name), model.remove(&key).is_some());
                order.retain(|other| *other != key);
            } else {
                runtime.set_entry(table, name, Value::number(round.into())).expect("there is room");
                if model.insert(key.clone(), round).is_none() {
                    order.push(key);
                }
            }
            assert_eq!(table.len(), model.len());
        }
        let keys: Vec<String> = table.entries().map(|(key, _)| text(key)).collect();
        assert_eq!(keys, order);
        for (key, value) in &model {
            let found = table.get(&string(runtime, key)).and_then(Value::as_number);
            assert_eq!(found, Some(f64::from(*value)), "{key}");
        }
        assert!(table.get(&string(runtime, "nothing")).is_none());
        table.clear();
        assert_eq!((table.len(), text(table)), (0, "<table>{}".into()));
    });
}

#[test]
fn containers_print_as_they_always_did() {
    with_runtime(|runtime| {
        let table = runtime.table(0).expect("there is room");
        runtime.set_entry(table, string(runtime, "a"), Value::number(0.5)).expect("there is room");
        runtime.set_entry(table, string(runtime, "b c"), Value::FALSE).expect("there is room");
        assert_eq!(text(table), r#"<table>{{"a":"0.5"},{"b c":"false"}}"#);
        runtime.set_entry(table, string(runtime, "self"), table.into()).expect("there is room");
        assert!(text(table).ends_with(r#"{"self":"<table>{...}"}}"#));
        assert_eq!(text(runtime.range(1.0, 4.5).expect("there is room")), "1..4.5");
        assert_eq!([Value::NIL, Value::TRUE, Value::number(1e6)].map(text), ["nil", "true", "1e+06"]);
    });
}

#[test]
fn instances_share_shapes_and_classes_inherit() {
    with_runtime(|runtime| {
        let class = runtime.class(string(runtime, "Point")).expect("there is room");
        let module = runtime.module(0, 2).expect("there is room");
        let info = ClosureInfo { code: 7, required: 0, params: 0 };
        let name = string(runtime, "init");
        let method = runtime.closure(module, name, info, 1).expect("there is room");
        method.captures()[0].set(name.into());
        runtime.set_method(class, name, method.into());
        let derived = runtime.class(string(runtime, "Point3")).expect("there is room");
        runtime.inherit(derived, class);
        assert!(derived.is_or_inherits(class) && !class.is_or_inherits(derived));
        assert!(derived.init().is_identical(method.into()) && derived.method(name).is_some());
        let keep = runtime.array(40).expect("there is room");
        for number in 0..40 {
            let key = string(runtime, &format!("p{number}"));
            runtime.push(keep, key.into()).expect("there is room");
        }
        let make = |count: usize| {
            let instance = runtime.instance(derived).expect("there is room");
            for (number, key) in keep.elements().iter().take(count).enumerate() {
                let key = key.get().get::<Str>().expect("a string");
                runtime.set_property(instance, key, Value::number(number as f64)).expect("there is room");
            }
            instance
        };
        let first = make(40);
        let (second, third) = (make(40), make(40));
        assert!(
            second.shape() == third.shape() && second.shape() != first.shape(),
            "the first had less room"
        );
        for instance in [first, second] {
            for (number, key) in keep.elements().iter().enumerate() {
                let place =
                    instance.shape().find(key.get().get::<Str>().expect("a string")).expect("it is there");
                assert_eq!(instance.get(place).as_number(), Some(number as f64));
            }
        }
        assert!(first.shape().find(string(runtime, "nothing")).is_none());
        assert_eq!(text(first), "<instance: Point3> ");
    });
}

#[test]
fn the_cap_is_an_error_and_not_the_end() {
    let config = Config { cap_bytes: 8 << 20, ..Config::default() };
    let runtime = Runtime::new(config);
    runtime.heap().enter(&|_: &mut Tracer<'_>| {}, || {
        let array = runtime.array(0).expect("there is room");
        let mut pushed = 0_u32;
        while runtime.push(array, Value::number(pushed.into())).is_ok() {
            pushed += 1;
        }
        assert!(pushed > 10_000 && array.len() == pushed as usize);
        runtime.truncate(array, 0);
        assert!(runtime.table(16).is_ok());
    });
}

#[test]
fn words_are_values_if_objects_are_there() {
    with_runtime(|runtime| {
        let array = runtime.array(1).expect("there is room");
        for value in
            [Value::NIL, Value::TRUE, Value::ABSENT, 1.5.into(), array.into(), string(runtime, "text").into()]
        {
            let (tag, payload) = value.words();
            let same = runtime.value_from_words(tag, payload).expect("it is a value");
            assert!(same.is_identical(value));
        }
        let (tag, payload) = Value::from(array).words();
        assert!(runtime.value_from_words(tag, payload + 8).is_none(), "not the handle");
        assert!(runtime.value_from_words(tag + 1, payload).is_none(), "of another kind");
        assert!(
            runtime.value_from_words(tag, 0).is_none() && runtime.value_from_words(tag, u64::MAX).is_none()
        );
        assert!(
            runtime.value_from_words(21, payload).is_none()
                && runtime.value_from_words(u64::MAX, 0).is_none()
        );
        assert!(runtime.value_from_words(0, 7).is_some_and(|nil| nil.is_identical(Value::NIL)));
        // Old objects that are written to are looked at by the next collection: the heap's check finds what is not.
        runtime.heap().collect(heap::Collection::Full);
        let (_, word) = Value::from(array).words();
        runtime.push(array, string(runtime, "new").into()).expect("there is room");
        runtime.wrote_word(word);
        runtime.wrote_word(3);
        runtime.heap().collect(heap::Collection::Minor);
        assert_eq!(text(array.get(0).expect("it is there")), "new");
    });
}
