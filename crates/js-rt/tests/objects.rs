//! Own properties against a simple model, and against the specification's table.

mod support;

use js_rt::{Attrs, Class, Flags, Gc, List, Obj, Own, PropertyDescriptor, PropertyKey, Rt, Value};
use std::cell::Cell;
use support::{Random, both, run, stress};

fn key(rt: &Rt, text: &str) -> PropertyKey {
    rt.key_from_utf8(text).expect("there is memory")
}

fn object(rt: &Rt, class: Class) -> Obj {
    rt.new_object(None, class).expect("there is memory")
}

fn texts(rt: &Rt, object: Obj) -> Vec<String> {
    let keys = rt.own_keys(object).expect("there is memory");
    let text = |value: Value| match (value.as_string(), value.as_symbol()) {
        (Some(string), _) => string.to_std(),
        (_, Some(symbol)) => format!("@{}", symbol.description().map_or(String::new(), |text| text.to_std())),
        _ => panic!("keys are strings and symbols"),
    };
    keys.iter().map(text).collect()
}

/// What an object should have: keys in order of their creation, with descriptors that are complete.
struct Model {
    properties: Vec<(PropertyKey, PropertyDescriptor)>,
    extensible: bool,
}

impl Model {
    fn get(&self, key: PropertyKey) -> Option<&PropertyDescriptor> {
        self.properties.iter().find(|(other, _)| *other == key).map(|(_, desc)| desc)
    }

    /// 10.1.6.3, step by step.
    fn define(&mut self, key: PropertyKey, desc: &PropertyDescriptor) -> bool {
        let Some(current) = self.get(key).copied() else {
            if self.extensible {
                self.properties.push((key, desc.complete()));
            }
            return self.extensible;
        };
        let same = |a: Option<Value>, b: Option<Value>| {
            a.is_none() || a.zip(b).is_some_and(|(a, b)| a.same_value(b))
        };
        if current.configurable == Some(false) {
            if desc.configurable == Some(true) {
                return false;
            }
            if desc.enumerable.is_some() && desc.enumerable != current.enumerable {
                return false;
            }
            if !desc.is_generic() && desc.is_accessor() != current.is_accessor() {
                return false;
            }
            if current.is_accessor() {
                if !same(desc.get, current.get) || !same(desc.set, current.set) {
                    return false;
                }
            } else if current.writable == Some(false)
                && (desc.writable == Some(true) || !same(desc.value, current.value))
            {
                return false;
            }
        }
        let mut new = PropertyDescriptor {
            configurable: desc.configurable.or(current.configurable),
            enumerable: desc.enumerable.or(current.enumerable),
            ..PropertyDescriptor::default()
        };
        if desc.is_accessor() || desc.is_generic() && current.is_accessor() {
            new.get = desc.get.or(current.get).or(Some(Value::UNDEFINED));
            new.set = desc.set.or(current.set).or(Some(Value::UNDEFINED));
        } else {
            new.value = desc.value.or(current.value).or(Some(Value::UNDEFINED));
            new.writable = desc.writable.or(current.writable).or(Some(false));
        }
        let place = self.properties.iter().position(|(other, _)| *other == key).expect("it is there");
        self.properties[place].1 = new;
        true
    }

    fn delete(&mut self, key: PropertyKey) -> bool {
        if self.get(key).is_some_and(|desc| desc.configurable == Some(false)) {
            return false;
        }
        self.properties.retain(|(other, _)| *other != key);
        true
    }

    fn keys(&self) -> Vec<PropertyKey> {
        let mut keys: Vec<PropertyKey> = self.properties.iter().map(|(key, _)| *key).collect();
        let rank = |key: &PropertyKey| match key.as_index() {
            Some(index) => (0, index),
            None => (1 + u32::from(key.is_symbol()), 0),
        };
        keys.sort_by_key(rank);
        keys
    }

    fn restrict(&mut self, frozen: bool) {
        self.extensible = false;
        for (_, desc) in &mut self.properties {
            desc.configurable = Some(false);
            if frozen && desc.writable.is_some() {
                desc.writable = Some(false);
            }
        }
    }
}

fn random_descriptor(random: &mut Random, values: &[Value]) -> PropertyDescriptor {
    let mut flag = || [None, Some(false), Some(true), Some(true)][random.below(4)];
    let mut desc =
        PropertyDescriptor { enumerable: flag(), configurable: flag(), ..PropertyDescriptor::default() };
    let writable = flag();
    match random.below(5) {
        0 => desc.get = Some(values[random.below(2)]),
        1 => (desc.get, desc.set) = (Some(values[random.below(2)]), Some(values[random.below(2)])),
        2 => {}
        _ => {
            desc.value = (!random.chance(4)).then(|| values[random.below(values.len())]);
            desc.writable = writable;
        }
    }
    desc
}

fn compare(rt: &Rt, object: Obj, model: &Model) {
    for (key, desc) in &model.properties {
        assert_eq!(rt.get_own(object, *key).map(|own| own.descriptor()), Some(*desc), "{key:?}");
    }
    let keys = rt.own_keys(object).expect("there is memory");
    let found =
        keys.iter().map(|value| rt.key_from_value(value).expect("there is memory").expect("it is a key"));
    assert_eq!(found.collect::<Vec<_>>(), model.keys());
    assert_eq!(object.is_extensible(), model.extensible);
    for frozen in [false, true] {
        let is = |desc: &PropertyDescriptor| {
            desc.configurable == Some(false) && (!frozen || desc.writable != Some(true))
        };
        let all = !model.extensible && model.properties.iter().all(|(_, desc)| is(desc));
        assert_eq!(rt.test_integrity(object, frozen), all);
    }
}

fn random_object(rt: &Rt, seed: u64, steps: usize, spread: usize) {
    let mut random = Random(seed);
    let random = &mut random;
    let target = object(rt, Class::Object);
    let text = rt.str_from_utf8("some text").expect("there is memory");
    let values =
        [Value::UNDEFINED, Value::from(target), Value::int(7), Value::NAN, Value::double(0.5), text.into()];
    // The list keeps the keys alive, the vector has them typed.
    let list = rt.new_list().expect("there is memory");
    let mut keys: Vec<PropertyKey> = vec![rt.new_symbol(Some(text)).expect("there is memory").into()];
    list.push(rt, rt.key_to_value(keys[0]).expect("there is memory")).expect("there is memory");
    for number in 0..spread {
        let key = match number % 4 {
            0 => PropertyKey::index((random.next() % (spread as u64 * 2)) as u32),
            1 if random.chance(4) => PropertyKey::index(random.next() as u32 / 2),
            2 if random.chance(3) => rt.new_symbol(None).expect("there is memory").into(),
            _ => key(rt, &format!("property {number}")),
        };
        list.push(rt, rt.key_to_value(key).expect("there is memory")).expect("there is memory");
        keys.push(key);
    }
    keys.sort_by_key(|key| key.bits());
    keys.dedup();
    let mut model = Model { properties: Vec::new(), extensible: true };
    for step in 0..steps {
        let key = keys[random.below(keys.len())];
        match random.below(12) {
            0..=4 => {
                let desc = random_descriptor(random, &values);
                let done = rt.define_own(target, key, &desc).expect("there is memory");
                assert_eq!(done, model.define(key, &desc), "{key:?} {desc:?}");
            }
            5..=8 if model.extensible && model.get(key).is_none() => {
                rt.add(target, key, Value::int(step as i32), Attrs::ALL).expect("there is memory");
                model.define(key, &PropertyDescriptor::data(Value::int(step as i32), Attrs::ALL));
            }
            9..=10 => assert_eq!(rt.delete(target, key), Ok(model.delete(key))),
            _ if random.chance(200) => {
                let frozen = random.chance(2);
                rt.set_integrity(target, frozen).expect("there is memory");
                model.restrict(frozen);
            }
            _ if random.chance(20) => {
                let proto = object(rt, Class::Object);
                rt.set_proto(target, Some(proto)).expect("there is memory");
                assert_eq!(target.proto(), Some(proto));
            }
            _ => assert_eq!(rt.has_own(target, key), model.get(key).is_some()),
        }
        if random.chance(10) {
            compare(rt, target, &model);
        }
    }
    compare(rt, target, &model);
    assert_eq!(list.len(), spread + 1);
}

#[test]
fn objects_have_the_properties_that_they_should() {
    run(|rt| {
        (0..40).for_each(|seed| random_object(rt, seed, 300, 12));
        (100..130).for_each(|seed| random_object(rt, seed, 1500, 400));
    });
    stress(|rt| {
        (200..203).for_each(|seed| random_object(rt, seed, 150, 12));
        random_object(rt, 300, 350, 300);
    });
}

/// An array against a vector of options.
fn random_array(rt: &Rt, seed: u64, steps: usize) {
    let mut random = Random(seed);
    let random = &mut random;
    let array = rt.new_array(None, &[]).expect("there is memory");
    let mut model: Vec<Option<Value>> = Vec::new();
    let far = random.chance(3);
    for step in 0..steps {
        let value = if random.chance(3) { Value::double(step as f64 + 0.5) } else { Value::int(step as i32) };
        let index = random.below(model.len() + if far { 3000 } else { 4 });
        match random.below(8) {
            0 | 1 => {
                rt.array_append(array, value).expect("there is memory");
                model.push(Some(value));
            }
            2 | 3 => {
                let desc = PropertyDescriptor::data(value, Attrs::ALL);
                assert_eq!(rt.define_own(array, PropertyKey::index(index as u32), &desc), Ok(true));
                model.resize(model.len().max(index + 1), None);
                model[index] = Some(value);
            }
            4 => {
                assert_eq!(rt.delete(array, PropertyKey::index(index as u32)), Ok(true));
                if let Some(slot) = model.get_mut(index) {
                    *slot = None;
                }
            }
            5 if random.chance(3) => {
                assert!(rt.array_set_length(array, index as u32));
                model.resize(index, None);
            }
            6 if random.chance(2) => {
                if let Some(value) = rt.array_shift(array) {
                    assert_eq!(model.remove(0), Some(value));
                }
                let values = [Cell::new(value), Cell::new(Value::int(1))];
                if random.chance(2)
                    && rt.array_unshift(array, &values[..random.below(3)]).expect("there is memory")
                {
                    let count = array.array_length() as usize - model.len();
                    model.splice(0..0, values[..count].iter().map(|cell| Some(cell.get())));
                }
            }
            6 => {
                if let Some(value) = rt.array_pop(array) {
                    assert_eq!(model.pop(), Some(Some(value)));
                }
            }
            _ => {
                if model.get(index).is_some_and(Option::is_some) && array.store_dense(rt, index as u32, value)
                {
                    model[index] = Some(value);
                }
            }
        }
        assert_eq!(array.array_length() as usize, model.len());
        let found = rt.get_own(array, PropertyKey::index(index as u32)).map(|own| own.descriptor().value);
        assert_eq!(found, model.get(index).copied().flatten().map(Some));
        let kind = array.elements_kind();
        if let Some(packed) = array.packed() {
            assert!(packed.iter().map(|cell| Some(cell.get())).eq(model.iter().copied()));
        }
        let all = |fits: fn(Value) -> bool| model.iter().flatten().all(|value| fits(*value));
        assert!(!kind.is_int() || all(Value::is_int));
        assert!(!kind.is_number() || all(Value::is_number));
    }
    let indices = (0..model.len()).filter(|at| model[*at].is_some()).map(|at| at.to_string());
    assert_eq!(texts(rt, array), indices.chain(["length".to_owned()]).collect::<Vec<_>>());
}

#[test]
fn arrays_have_the_elements_that_they_should() {
    run(|rt| (0..60).for_each(|seed| random_array(rt, seed, 400)));
    stress(|rt| (100..106).for_each(|seed| random_array(rt, seed, 150)));
}

#[test]
fn the_length_of_an_array_deletes_what_it_may() {
    both(|rt| {
        let array = rt.new_array(None, &[1, 2, 3, 4, 5].map(Value::int)).expect("there is memory");
        let fixed = PropertyDescriptor { configurable: Some(false), ..PropertyDescriptor::default() };
        assert_eq!(rt.define_own(array, PropertyKey::index(2), &fixed), Ok(true));
        let length =
            |length: i32| PropertyDescriptor { value: Some(length.into()), ..PropertyDescriptor::default() };
        let name = rt.names.length;
        assert_eq!(rt.define_own(array, name, &length(1)), Ok(false));
        assert_eq!(
            (array.array_length(), texts(rt, array)),
            (3, ["0", "1", "2", "length"].map(str::to_owned).to_vec())
        );
        assert_eq!(rt.delete(array, PropertyKey::index(2)), Ok(false));
        assert_eq!(rt.delete(array, name), Ok(false));
        let readonly = PropertyDescriptor { writable: Some(false), ..length(5) };
        assert_eq!(rt.define_own(array, name, &readonly), Ok(true));
        assert!(array.array_length() == 5 && !array.is_length_writable());
        let data = PropertyDescriptor::data(Value::TRUE, Attrs::ALL);
        assert_eq!(rt.define_own(array, PropertyKey::index(5), &data), Ok(false));
        assert_eq!(rt.define_own(array, PropertyKey::index(4), &data), Ok(true));
        assert_eq!(
            (rt.define_own(array, name, &length(5)), rt.define_own(array, name, &length(6))),
            (Ok(true), Ok(false))
        );
        for bad in [
            PropertyDescriptor { enumerable: Some(true), ..PropertyDescriptor::default() },
            PropertyDescriptor { configurable: Some(true), ..PropertyDescriptor::default() },
            PropertyDescriptor { get: Some(Value::UNDEFINED), ..PropertyDescriptor::default() },
        ] {
            assert_eq!(rt.define_own(array, name, &bad), Ok(false));
        }
        // A writable length that is made readonly where deletion stops.
        let array = rt.new_array(None, &[1, 2, 3].map(Value::int)).expect("there is memory");
        assert_eq!(rt.define_own(array, PropertyKey::index(1), &fixed), Ok(true));
        let readonly = PropertyDescriptor { writable: Some(false), ..length(0) };
        assert_eq!(rt.define_own(array, name, &readonly), Ok(false));
        assert!(array.array_length() == 2 && !array.is_length_writable());
    });
}

#[test]
fn large_lengths_are_numbers() {
    both(|rt| {
        let array = rt.new_array(None, &[]).expect("there is memory");
        assert!(rt.array_set_length(array, u32::MAX));
        assert_eq!(rt.get_own_data(array, rt.names.length).as_number(), Some(4_294_967_295.0));
        rt.put_element(array, 4_294_967_294, Value::TRUE).expect("there is memory");
        assert_eq!((array.array_length(), texts(rt, array).len()), (u32::MAX, 2));
        assert!(rt.array_set_length(array, 1) && texts(rt, array).len() == 1);
    });
}

#[test]
fn keys_come_as_indices_strings_symbols() {
    both(|rt| {
        let object = object(rt, Class::Object);
        let put = |key: PropertyKey| rt.put_own(object, key, Value::TRUE).expect("there is memory");
        let name = rt.str_from_utf8("#x").expect("there is memory");
        put(rt.symbols.iterator.into());
        put(key(rt, "b"));
        put(PropertyKey::index(100));
        put(rt.new_private_name(name).expect("there is memory").into());
        put(key(rt, "a"));
        put(PropertyKey::index(2));
        put(key(rt, "4294967295"));
        put(PropertyKey::index(4_000_000_000));
        put(rt.symbols.match_.into());
        let wanted = ["2", "100", "4000000000", "b", "a", "4294967295", "@Symbol.iterator", "@Symbol.match"];
        assert_eq!(texts(rt, object), wanted);
        assert_eq!(rt.delete(object, key(rt, "b")), Ok(true));
        put(key(rt, "b"));
        let wanted = ["2", "100", "4000000000", "a", "4294967295", "b", "@Symbol.iterator", "@Symbol.match"];
        assert_eq!(texts(rt, object), wanted);
    });
}

#[test]
fn objects_that_are_made_alike_share_shapes() {
    run(|rt| {
        let keys: Vec<PropertyKey> = (0..60).map(|n| key(rt, &format!("p{n}"))).collect();
        let make = |count: usize| {
            let object = object(rt, Class::Object);
            for key in &keys[..count] {
                rt.add(object, *key, Value::int(count as i32), Attrs::ALL).expect("there is memory");
            }
            object
        };
        let (a, b, c) = (make(60), make(60), make(30));
        assert!(a.shape() == b.shape() && a.shape() != c.shape());
        assert_eq!(
            c.shape().transition(keys[30], Attrs::ALL).and_then(|shape| shape.lookup(keys[30])),
            Some((30, Attrs::ALL))
        );
        assert!(c.shape().lookup(keys[30]).is_none() && a.shape().lookup(keys[59]) == Some((59, Attrs::ALL)));
        // Another way from the middle of the chain.
        let other = key(rt, "other");
        rt.add(c, other, Value::TRUE, Attrs::METHOD).expect("there is memory");
        assert_eq!((c.shape().lookup(other), a.shape().lookup(other)), (Some((30, Attrs::METHOD)), None));
        assert!(a.shape().lookup(keys[30]).is_some() && c.shape().lookup(keys[30]).is_none());
        assert_eq!(
            (c.slot(29), c.slot(30), a.slot(59), a.slot(60)),
            (30.into(), Value::TRUE, 60.into(), Value::EMPTY)
        );
        // Deleting the last property leads back.
        assert_eq!(rt.delete(c, other), Ok(true));
        assert!(!c.shape().is_dictionary() && c.shape() == make(30).shape());
        assert_eq!(rt.delete(c, keys[3]), Ok(true));
        assert!(
            c.shape().is_dictionary()
                && rt.get_own(c, keys[3]).is_none()
                && rt.get_own_data(c, keys[4]) == 30.into()
        );
        for (object, frozen) in [(a, true), (b, true), (make(60), false)] {
            rt.set_integrity(object, frozen).expect("there is memory");
        }
        assert!(a.shape() == b.shape() && rt.test_integrity(a, true));
    });
}

#[test]
fn shapes_that_nobody_has_are_collected() {
    run(|rt| {
        let proto = object(rt, Class::Object);
        for round in 0..3000 {
            let object = rt.new_object(Some(proto), Class::Object).expect("there is memory");
            for n in 0..10 {
                rt.add(object, key(rt, &format!("p{round} {n}")), Value::int(n), Attrs::ALL)
                    .expect("there is memory");
            }
            assert_eq!(object.slot(9), Value::int(9));
        }
        assert!(rt.heap().collect(heap::Collection::Full));
        assert!(rt.heap().stats().live < 2 << 20, "{:?}", rt.heap().stats());
    });
}

#[test]
fn many_properties_take_memory_in_proportion() {
    run(|rt| {
        let big = object(rt, Class::Object);
        for n in 0..20_000 {
            rt.add(big, key(rt, &format!("p{n}")), Value::int(n), Attrs::ALL).expect("there is memory");
        }
        assert!(big.shape().is_dictionary());
        for n in (0..20_000).step_by(7) {
            assert_eq!(rt.get_own_data(big, key(rt, &format!("p{n}"))), Value::int(n));
            assert_eq!(rt.delete(big, key(rt, &format!("p{n}"))), Ok(true));
        }
        for n in 0..20_000 {
            let found = rt.get_own(big, key(rt, &format!("p{n}")));
            assert_eq!(found.is_some(), n % 7 != 0);
        }
        for n in 0..20_000 {
            rt.put_own(big, key(rt, &format!("q{n}")), Value::int(n)).expect("there is memory");
        }
        assert_eq!(rt.get_own_data(big, key(rt, "q19999")), Value::int(19_999));
        assert_eq!(rt.get_own_data(big, key(rt, "p19998")), Value::int(19_998));
        rt.heap().collect(heap::Collection::Full);
        assert!(rt.heap().stats().live < 8 << 20, "{:?}", rt.heap().stats());
    });
}

#[test]
fn what_caches_rely_on_is_told() {
    both(|rt| {
        let proto = object(rt, Class::Object);
        let (a, b) = (key(rt, "a"), key(rt, "b"));
        let epoch = || rt.proto_epoch.get();
        let before = epoch();
        rt.put_own(proto, a, Value::TRUE).expect("there is memory");
        assert_eq!(epoch(), before, "nobody looked through it");
        proto.set_flag(Flags::PROTO_CACHED);
        let changes = |change: &dyn Fn()| {
            let before = epoch();
            change();
            epoch() > before
        };
        let fixed = PropertyDescriptor { writable: Some(false), ..PropertyDescriptor::default() };
        assert!(!changes(&|| rt.put_own(proto, a, Value::FALSE).expect("there is memory")));
        assert!(changes(&|| rt.put_own(proto, b, Value::FALSE).expect("there is memory")));
        assert!(changes(&|| assert_eq!(rt.define_own(proto, b, &fixed), Ok(true))));
        assert!(changes(&|| assert_eq!(rt.delete(proto, a), Ok(true))));
        assert!(proto.shape().is_dictionary());
        assert!(changes(&|| rt.put_own(proto, a, Value::FALSE).expect("there is memory")));
        assert!(changes(&|| assert_eq!(rt.define_own(proto, a, &fixed), Ok(true))));
        assert!(changes(&|| assert_eq!(rt.delete(proto, a), Ok(true))));
        assert!(changes(&|| rt.set_proto(proto, Some(object(rt, Class::Object))).expect("there is memory")));
        // The shape of a dictionary that caches rely on changes with what is there, not with what comes.
        rt.put_own(proto, a, Value::int(1)).expect("there is memory");
        let mut kept = 0;
        for n in 0..20 {
            let shape = proto.shape();
            let slot = shape.lookup(a);
            shape.watch();
            rt.put_own(proto, key(rt, &format!("c{n}")), Value::int(2)).expect("there is memory");
            if proto.shape() == shape {
                assert!(slot.is_some() && shape.lookup(a) == slot);
                kept += 1;
            }
        }
        assert!(kept > 15);
        let shape = proto.shape();
        shape.watch();
        assert_eq!(rt.delete(proto, key(rt, "c0")), Ok(true));
        assert!(proto.shape() != shape);
    });
}

#[test]
fn objects_that_are_not_extensible_have_shapes_of_their_own() {
    both(|rt| {
        let make = || {
            let object = object(rt, Class::Object);
            rt.put_own(object, key(rt, "a"), Value::TRUE).expect("there is memory");
            object
        };
        let (a, b, c) = (make(), make(), make());
        rt.prevent_extensions(a).expect("there is memory");
        rt.prevent_extensions(b).expect("there is memory");
        assert!(a.shape() == b.shape() && a.shape() != c.shape() && !a.is_extensible() && c.is_extensible());
        assert_eq!((rt.delete(a, key(rt, "a")), a.is_extensible()), (Ok(true), false));
    });
}

#[test]
fn isolates_move_between_threads() {
    fn is_send<T: Send>() {}
    is_send::<Rt>();
    is_send::<js_rt::Stack>();
    is_send::<js_rt::Root<Value>>();
    let rt = Rt::new(js_rt::Config::default()).expect("there is memory");
    let thread = std::thread::spawn(move || {
        rt.enter(&|_: &mut js_rt::Tracer<'_>| {}, || assert!(rt.new_list().is_ok()));
    });
    thread.join().expect("it does not fail");
}

#[test]
fn lazy_properties_are_empty_slots() {
    both(|rt| {
        let function = object(rt, Class::Function);
        let name = rt.names.prototype;
        rt.add(function, name, Value::EMPTY, Attrs::WRITABLE).expect("there is memory");
        let slot = rt.lazy_slot(function, name).expect("it is lazy");
        assert!(matches!(rt.get_own(function, name), Some(Own::Data(Value::EMPTY, Attrs::WRITABLE))));
        function.set_slot(rt, slot, Value::from(function));
        assert!(rt.lazy_slot(function, name).is_none() && rt.get_own_data(function, name) == function.into());
        assert_eq!(function.flags().contains(Flags::CALLABLE), function.is_callable());
    });
}

#[test]
fn lists_are_vectors() {
    both(|rt| {
        let mut random = Random(9);
        let list: Gc<List> = rt.new_list().expect("there is memory");
        let mut model = Vec::new();
        for step in 0..300 {
            let value = Value::from(rt.str_from_utf8(&step.to_string()).expect("there is memory"));
            let at = random.below(model.len() + 1);
            match random.below(6) {
                0..=2 => {
                    list.push(rt, value).expect("there is memory");
                    model.push(step);
                }
                3 => {
                    list.insert(rt, at, value).expect("there is memory");
                    model.insert(at, step);
                }
                4 => assert_eq!(
                    list.remove(rt, at).is_some(),
                    (at < model.len()).then(|| model.remove(at)).is_some()
                ),
                _ => {
                    let count = random.below(3).min(model.len());
                    list.remove_first(rt, count);
                    model.drain(..count);
                }
            }
            let found: Vec<usize> = list
                .iter()
                .map(|value| {
                    value.as_string().and_then(|text| text.to_std().parse().ok()).expect("it is a number")
                })
                .collect();
            assert_eq!(found, model);
        }
        list.truncate(1);
        assert!(list.len() <= 1 && list.get(1).is_none());
    });
}

#[test]
fn a_heap_at_its_limit_is_an_error_and_stays_usable() {
    let config = js_rt::Config { cap_bytes: 4 << 20, ..js_rt::Config::default() };
    let rt = Rt::new(config).expect("there is memory");
    rt.enter(&|_: &mut js_rt::Tracer<'_>| {}, || {
        for _ in 0..3 {
            let array = rt.new_array(None, &[]).expect("there is memory again");
            let mut index = 0;
            while rt.array_append(array, Value::int(index)).is_ok() {
                index += 1;
            }
            assert_eq!(array.array_length() as i32, index);
            assert_eq!(array.element(index as u32 - 1), Value::int(index - 1));
            assert!(rt.array_set_length(array, 0));
        }
        let mut text = rt.str_from_utf8("0123456789abcdefghijklmnopqrstuvwxyz").expect("there is memory");
        while text.len() < 64 << 20 {
            text = rt.concat(text, text).expect("a rope is small");
        }
        assert!(rt.flatten(text).is_err() && text.flat(&rt).is_err() && text.len() >= 64 << 20);
    });
}

/// Fills the heap until nothing more fits, or makes some room.
fn squeeze(rt: &Rt, random: &mut Random, ballast: Gc<List>) {
    if random.chance(3) {
        ballast.truncate(ballast.len().saturating_sub(1 + random.below(20)));
        return;
    }
    for size in [1000, 100, 10, 1] {
        while let Ok(internal) = rt.new_internal(size) {
            if ballast.push(rt, Value::from_cell(internal)).is_err() {
                break;
            }
        }
    }
}

fn object_at_the_limit(rt: &Rt, seed: u64) {
    let mut random = Random(seed);
    let random = &mut random;
    let target = object(rt, Class::Object);
    let list = rt.new_list().expect("there is memory");
    let ballast = rt.list_with_capacity(8_000).expect("there is memory");
    let values = [Value::UNDEFINED, Value::from(target), Value::int(7), Value::NAN];
    let mut keys = Vec::new();
    for number in 0..200 {
        let key = if number % 5 == 0 {
            PropertyKey::index(number * 7)
        } else {
            key(rt, &format!("property {number}"))
        };
        list.push(rt, rt.key_to_value(key).expect("there is memory")).expect("there is memory");
        keys.push(key);
    }
    let mut model = Model { properties: Vec::new(), extensible: true };
    let mut failed = 0;
    for step in 0..400 {
        if step % 50 == 0 {
            squeeze(rt, random, ballast);
        }
        let key = keys[random.below(keys.len())];
        // What fails changes nothing.
        let result = match random.below(8) {
            0..=3 => {
                let desc = random_descriptor(random, &values);
                rt.define_own(target, key, &desc).map(|done| assert_eq!(done, model.define(key, &desc)))
            }
            4..=5 if model.get(key).is_none() => {
                rt.add(target, key, Value::int(step), Attrs::ALL).map(|()| {
                    model.define(key, &PropertyDescriptor::data(Value::int(step), Attrs::ALL));
                })
            }
            _ => rt.delete(target, key).map(|done| assert_eq!(done, model.delete(key))),
        };
        failed += usize::from(result.is_err());
        let found = rt.get_own(target, key).map(|own| own.descriptor());
        assert_eq!(found, model.get(key).copied());
    }
    ballast.truncate(0);
    compare(rt, target, &model);
    assert!(failed > 0 && list.len() == 200);
}

#[test]
fn what_fails_for_want_of_memory_changes_nothing() {
    for seed in 0..1 {
        let config = js_rt::Config { cap_bytes: 1 << 20, ..js_rt::Config::default() };
        let rt = Rt::new(config).expect("there is memory");
        rt.enter(&|_: &mut js_rt::Tracer<'_>| {}, || object_at_the_limit(&rt, seed));
    }
}
