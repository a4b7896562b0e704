//! Environments, natives, internal slots, foreign values, accessors.

mod support;

use js_rt::{Attrs, Class, Env, Foreign, Own, Rt, Tracer, Value};
use std::cell::Cell;
use std::sync::Arc;
use support::{both, run};

#[test]
fn environments_are_chains_of_slots() {
    both(|rt| {
        let text = |number: usize| rt.str_from_utf8(&format!("value {number}")).expect("there is memory");
        let mut env: Option<Env> = None;
        for number in 0..10 {
            let next = rt.new_env(env, Value::int(number as i32), number).expect("there is memory");
            assert!(next.slots().iter().all(|slot| slot.get().is_empty()));
            (0..number).for_each(|at| next.set(rt, at, text(at).into()));
            env = Some(next);
        }
        let innermost = env.expect("there are ten");
        for steps in 0..10 {
            let env = innermost.ancestor(steps).expect("there are ten");
            assert_eq!((env.info(), env.len()), (Value::int(9 - steps as i32), 9 - steps));
            for at in 0..env.len() {
                assert!(env.get(at).as_string().is_some_and(|value| value.equals(&text(at))));
            }
            assert!(env.get(env.len()).is_empty());
        }
        assert!(innermost.ancestor(10).is_none());
        let copy = rt.copy_env(innermost).expect("there is memory");
        copy.set(rt, 0, Value::TRUE);
        assert!(
            copy.parent() == innermost.parent()
                && innermost.get(0) != Value::TRUE
                && copy.get(1) == innermost.get(1)
        );
    });
}

#[test]
fn internal_slots_and_accessors_are_kept() {
    both(|rt| {
        let values: Vec<Cell<Value>> = (0..20).map(|_| Cell::default()).collect();
        rt.protect(&values, || {
            for (number, value) in values.iter().enumerate() {
                value.set(rt.new_bigint(number).expect("there is memory").into());
            }
            let internal = rt.new_internal(20).expect("there is memory");
            let object = rt
                .new_object_payload(None, Class::Promise, Value::from_cell(internal))
                .expect("there is memory");
            values.iter().enumerate().for_each(|(at, value)| object.set_internal(rt, at, value.get()));
            let pair = rt.new_accessor(values[3].get(), Value::UNDEFINED).expect("there is memory");
            rt.add_accessor(object, rt.names.size, pair, Attrs::METHOD).expect("there is memory");
            assert_eq!(object.internal_len(), 20);
            assert!((0..20).all(|at| object.internal(at).is_strictly_equal(values[at].get())));
            assert!(object.internal(20).is_empty() && object.foreign::<u8>().is_none());
            let Some(Own::Accessor(get, set, attrs)) = rt.get_own(object, rt.names.size) else {
                panic!("it is an accessor")
            };
            assert_eq!((get, set), (values[3].get(), Value::UNDEFINED));
            assert_eq!(attrs, Attrs::accessor(false, true));
        });
    });
}

#[test]
fn foreign_values_are_dropped_with_their_objects() {
    let count = Arc::new(());
    let rt = Rt::new(js_rt::Config::default()).expect("there is memory");
    rt.enter(&|_: &mut Tracer<'_>| {}, || {
        for _ in 0..1000 {
            let foreign = rt.new_foreign(Arc::clone(&count), 10_000).expect("there is memory");
            let object = rt
                .new_object_payload(None, Class::Foreign, Value::from_cell(foreign))
                .expect("there is memory");
            assert!(object.foreign::<Arc<()>>().is_some() && object.foreign::<String>().is_none());
            assert!(object.payload_as::<Foreign>().is_some());
        }
        assert!(Arc::strong_count(&count) < 1000, "bytes elsewhere make collections more frequent");
    });
    drop(rt);
    assert_eq!(Arc::strong_count(&count), 1);
}

#[test]
fn bigints_count_as_the_memory_they_take() {
    run(|rt| {
        for shift in 0..3000u32 {
            let big =
                rt.new_bigint(js_rt::num_bigint::BigInt::from(1) << (shift * 100)).expect("there is memory");
            assert_eq!(big.value().bits(), u64::from(shift) * 100 + 1);
        }
        assert!(rt.heap().stats().peak < 16 << 20, "{:?}", rt.heap().stats());
        rt.heap().collect(heap::Collection::Full);
        assert!(rt.heap().stats().external < 1 << 20);
    });
}
