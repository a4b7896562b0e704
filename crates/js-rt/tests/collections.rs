//! Ordered tables against a vector, with iterations under way; weak tables, references and registries.

mod support;

use js_rt::{Class, Cursor, Flags, Gc, Obj, OrderedTable, Root, Rt, Tracer, Value};
use std::cell::Cell;
use support::{Random, both, run, stress};

fn object(rt: &Rt) -> Obj {
    rt.new_object(None, Class::Object).expect("there is memory")
}

/// An iteration over the table, and what it is to visit: the entries that were there, or came, behind the last visited.
struct Iteration {
    cursor: Cursor,
    /// The number of the last entry visited.
    last: Option<usize>,
}

/// Entries with numbers that say in which order they came.
type Model = Vec<(Value, Value, usize)>;

fn advance(table: Gc<OrderedTable>, model: &Model, iteration: &mut Iteration) {
    let wanted = model.iter().find(|(_, _, number)| iteration.last.is_none_or(|last| *number > last));
    let found = table.next(iteration.cursor);
    match (wanted, found) {
        (None, None) => {}
        (Some((key, value, number)), Some((k, v, cursor))) => {
            assert!(k.same_value_zero(*key) && v.same_value(*value), "{k:?} for {key:?}");
            iteration.last = Some(*number);
            iteration.cursor = Cursor::from_value(cursor.to_value());
        }
        _ => panic!("{wanted:?} and {found:?}"),
    }
}

fn random_table(rt: &Rt, seed: u64, steps: usize, spread: usize) {
    let mut random = Random(seed);
    let random = &mut random;
    let table = rt.new_ordered_table(random.below(3)).expect("there is memory");
    let keys = rt.new_list().expect("there is memory");
    for number in 0..spread {
        let text = rt.str_from_utf8(&format!("a key that is long {number}")).expect("there is memory");
        let key = match number % 6 {
            0 => Value::int(number as i32),
            1 => Value::double(number as f64 + 0.25),
            2 => text.into(),
            3 => object(rt).into(),
            4 => rt.new_bigint(number as i64 - 8).expect("there is memory").into(),
            _ => [Value::UNDEFINED, Value::NULL, Value::TRUE, Value::FALSE, Value::NAN, Value::int(0)]
                [number / 6 % 6],
        };
        keys.push(rt, key).expect("there is memory");
    }
    let mut model = Model::new();
    let mut iterations: Vec<Iteration> = Vec::new();
    for step in 0..steps {
        let key = keys.get(random.below(spread)).expect("it is there");
        let place = model.iter().position(|(other, ..)| other.same_value_zero(key));
        match random.below(20) {
            0..=8 => {
                let value = Value::int(step as i32);
                // The same number in another form, or a string that is made anew.
                let same = match (key.as_int(), key.as_string()) {
                    (Some(0), _) => Value::double(-0.0),
                    (Some(int), _) => Value::double(int.into()),
                    (_, Some(string)) => rt.str_from_utf8(&string.to_std()).expect("there is memory").into(),
                    _ => key,
                };
                table.set(rt, same, value).expect("there is memory");
                match place {
                    Some(place) => model[place].1 = value,
                    None => model.push((key, value, step)),
                }
            }
            9..=14 => {
                assert_eq!(table.delete(rt, key), place.is_some());
                model.retain(|(other, ..)| !other.same_value_zero(key));
            }
            15 if random.chance(20) => {
                table.clear(rt);
                model.clear();
            }
            16 if iterations.len() < 8 => iterations.push(Iteration { cursor: Cursor::START, last: None }),
            17 if !iterations.is_empty() => {
                iterations.swap_remove(random.below(iterations.len()));
            }
            _ => {
                assert_eq!((table.has(key), table.len()), (place.is_some(), model.len()));
                assert_eq!(table.get(key), place.map(|place| model[place].1));
            }
        }
        iterations.iter_mut().for_each(|iteration| advance(table, &model, iteration));
    }
    let mut all = Iteration { cursor: Cursor::START, last: None };
    (0..=model.len()).for_each(|_| advance(table, &model, &mut all));
    assert!(table.next(all.cursor).is_none());
}

#[test]
fn tables_are_ordered_and_iterations_survive_every_change() {
    run(|rt| {
        (0..60).for_each(|seed| random_table(rt, seed, 400, 30));
        (100..110).for_each(|seed| random_table(rt, seed, 5000, 900));
    });
    stress(|rt| (200..206).for_each(|seed| random_table(rt, seed, 300, 30)));
}

#[test]
fn a_queue_stays_small_and_quick() {
    run(|rt| {
        let table = rt.new_ordered_table(0).expect("there is memory");
        for number in 0..100_000 {
            table.set(rt, Value::int(number), Value::TRUE).expect("there is memory");
            if number >= 100 {
                let (key, ..) = table.next(Cursor::START).expect("there are entries");
                assert_eq!(key, Value::int(number - 100));
                assert!(table.delete(rt, key));
            }
        }
        assert_eq!(table.len(), 100);
        rt.heap().collect(heap::Collection::Full);
        assert!(rt.heap().stats().live < 1 << 20);
    });
}

#[test]
fn large_tables_find_their_keys() {
    run(|rt| {
        let table = rt.new_ordered_table(0).expect("there is memory");
        for number in 0..200_000 {
            table
                .set(rt, Value::double(f64::from(number) * 0.5), Value::int(number))
                .expect("there is memory");
        }
        for number in 0..200_000 {
            assert_eq!(table.get(Value::number(f64::from(number) * 0.5)), Some(Value::int(number)));
        }
    });
}

/// Runs a test with a root, in a runtime that collects when it is asked to.
fn rooted(test: impl FnOnce(&Rt, &Root<Value>)) {
    let rt = Rt::new(js_rt::Config { poison: true, verify: true, ..js_rt::Config::default() })
        .expect("there is memory");
    let root = Root::new(Value::UNDEFINED);
    rt.enter(&|tracer: &mut Tracer<'_>| root.trace(tracer), || test(&rt, &root));
}

/// Something else on the stack where handles were.
#[inline(never)]
fn overwrite_stack() {
    let words = [0usize; 2048];
    std::hint::black_box(&words);
}

/// Makes `count` keys in a weak map, each with a value that leads to the next key; the map leads to none of them.
#[inline(never)]
fn chain(rt: &Rt, root: &Root<Value>, count: usize) {
    let map = rt.new_weak_map().expect("there is memory");
    let holder = rt.new_internal(2).expect("there is memory");
    root.set(Value::from_cell(holder));
    holder.set(rt, 0, Value::from_cell(map));
    let first = object(rt);
    holder.set(rt, 1, first.into());
    let mut key = first;
    for number in 0..count {
        let next = object(rt);
        let value = rt.internal_from(&[next.into(), Value::int(number as i32)]).expect("there is memory");
        map.set(rt, key.into(), Value::from_cell(value)).expect("there is memory");
        key = next;
    }
}

fn parts(root: &Root<Value>) -> (Gc<js_rt::Internal>, Gc<js_rt::WeakMapTable>) {
    let holder = root.get().cell::<js_rt::Internal>().expect("it is there");
    (holder, holder.get(0).cell().expect("it is there"))
}

#[test]
fn weak_maps_keep_values_as_long_as_keys() {
    rooted(|rt, root| {
        chain(rt, root, 500);
        overwrite_stack();
        for kind in [heap::Collection::Minor, heap::Collection::Full, heap::Collection::Full] {
            rt.heap().collect(kind);
            follow(root, 500);
        }
        forget(rt, root);
        overwrite_stack();
        rt.heap().collect(heap::Collection::Full);
        // Words on the stack may keep a few keys alive, and so what they lead to.
        let (_, map) = parts(root);
        assert!(map.len() < 500 && rt.heap().stats().external < 200_000, "{}", map.len());
        assert!(!map.delete(Value::TRUE));
    });
}

#[inline(never)]
fn follow(root: &Root<Value>, count: i32) {
    let (holder, map) = parts(root);
    assert_eq!(map.len(), count as usize);
    let mut key = holder.get(1);
    for number in 0..count {
        let value = map.get(key).and_then(|value| value.cell::<js_rt::Internal>()).expect("it is there");
        assert_eq!(value.get(1), Value::int(number));
        key = value.get(0);
    }
    assert!(!map.has(key) && map.get(Value::int(1)).is_none());
}

#[inline(never)]
fn forget(rt: &Rt, root: &Root<Value>) {
    parts(root).0.set(rt, 1, Value::UNDEFINED);
}

#[test]
fn entries_of_weak_maps_come_and_go() {
    both(|rt| {
        let map = rt.new_weak_map().expect("there is memory");
        let keys = rt.new_list().expect("there is memory");
        for number in 0..200 {
            keys.push(rt, object(rt).into()).expect("there is memory");
            let key = keys.get(number).expect("it is there");
            let value = rt.str_from_utf8(&format!("the value {number}")).expect("there is memory");
            map.set(rt, key, value.into()).expect("there is memory");
        }
        for number in 0..200 {
            let key = keys.get(number).expect("it is there");
            let text = map.get(key).and_then(Value::as_string).map(|text| text.to_std());
            assert_eq!(text, Some(format!("the value {number}")));
            assert!(number % 2 == 0 || map.delete(key) && !map.has(key));
        }
        assert_eq!(map.len(), 100);
    });
}

#[inline(never)]
fn register(rt: &Rt, root: &Root<Value>) {
    let registry = rt.new_registry().expect("there is memory");
    let list = rt.new_list().expect("there is memory");
    let holder =
        rt.internal_from(&[Value::from_cell(registry), Value::from_cell(list)]).expect("there is memory");
    root.set(Value::from_cell(holder));
    for number in 0..100 {
        let (target, token) = (object(rt), object(rt));
        target.set_flag(Flags::user(0));
        let held = rt.str_from_utf8(&format!("held by {number}")).expect("there is memory");
        registry.register(rt, target.into(), held.into(), token.into()).expect("there is memory");
        let weak = rt.new_weak_cell(target.into()).expect("there is memory");
        list.push(rt, Value::from_cell(weak)).expect("there is memory");
        if number == 7 {
            assert!(registry.unregister(token.into()) && !registry.unregister(token.into()));
        }
        if number % 10 == 0 {
            list.push(rt, target.into()).expect("there is memory");
        }
    }
}

#[test]
fn registries_tell_what_died() {
    rooted(|rt, root| {
        register(rt, root);
        overwrite_stack();
        assert!(!rt.reclaimed());
        rt.heap().collect(heap::Collection::Full);
        rt.heap().collect(heap::Collection::Full);
        let holder = root.get().cell::<js_rt::Internal>().expect("it is there");
        let registry = holder.get(0).cell::<js_rt::Registry>().expect("it is there");
        let list = holder.get(1).cell::<js_rt::List>().expect("it is there");
        assert!(rt.reclaimed() && !rt.reclaimed() && registry.has_ready());
        let mut dead = 0;
        while let Some(held) = registry.take_ready() {
            let text = held.as_string().expect("it is a string").to_std();
            let number: usize =
                text.strip_prefix("held by ").and_then(|n| n.parse().ok()).expect("it is a number");
            assert!(!number.is_multiple_of(10) && number != 7);
            dead += 1;
        }
        assert!((80..=89).contains(&dead), "{dead}");
        let cells = || list.iter().filter_map(|value| value.cell::<js_rt::WeakCell>());
        let gone = cells().filter(|cell| cell.target().is_empty()).count();
        let alive = cells().filter_map(|cell| cell.target().as_object());
        assert_eq!(alive.filter(|object| object.has_flag(Flags::user(0))).count(), 100 - gone);
        assert!(gone >= dead);
    });
}

#[test]
fn weak_references_to_what_is_kept_stay() {
    both(|rt| {
        let target = object(rt);
        let cell = rt.new_weak_cell(target.into()).expect("there is memory");
        let kept = [Cell::new(Value::from(target)), Cell::new(Value::from_cell(cell))];
        rt.protect(&kept, || {
            rt.heap().collect(heap::Collection::Full);
            assert_eq!(cell.target(), target.into());
        });
    });
}
