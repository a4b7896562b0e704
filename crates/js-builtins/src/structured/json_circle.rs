//! The error for what contains itself, in V8's words: how one gets around the circle.

use js_rt::{List, Obj, Own, PropertyKey, Value};
use js_vm::{Throw, Vm};

/// Steps that are shown from the beginning of a long circle; of the others the last.
const SHOWN: usize = 2;

/// The error for `value`, which is found in itself: `stack` has the objects around.
#[cold]
pub(crate) fn circular(vm: &Vm, stack: &List, value: Value) -> Throw {
    let circle: Vec<Obj> =
        stack.iter().skip_while(|outer| *outer != value).filter_map(Value::as_object).collect();
    let mut text = String::from("Converting circular structure to JSON");
    if let Some(first) = circle.first() {
        text += &format!("\n    --> starting at {}", constructor(vm, *first));
    }
    for (number, pair) in circle.windows(2).enumerate() {
        let &[outer, inner] = pair else { continue };
        if number < SHOWN || number + 2 == circle.len() {
            text += &format!("\n    |     {} -> {}", step(vm, outer, inner), constructor(vm, inner));
        } else if number == SHOWN {
            text += "\n    |     ...";
        }
    }
    if let (Some(last), Some(first)) = (circle.last(), circle.first()) {
        text += &format!("\n    --- {} closes the circle", step(vm, *last, *first));
    }
    vm.type_error(text)
}

fn constructor(vm: &Vm, o: Obj) -> String {
    let text = vm.describe_value(o.into());
    let name = text.strip_prefix("#<").and_then(|text| text.strip_suffix('>'));
    format!("object with constructor '{}'", name.unwrap_or(if o.is_array() { "Array" } else { "Object" }))
}

/// The property of one object that the other one is. Nothing of them is called for this.
fn step(vm: &Vm, outer: Obj, inner: Obj) -> String {
    let is = |key: PropertyKey| match vm.rt.get_own(outer, key) {
        Some(Own::Data(value, _)) => value == inner.into(),
        _ => false,
    };
    let keys = vm.rt.own_keys(outer).ok();
    let keys = keys.iter().flat_map(|keys| keys.iter()).filter_map(|key| vm.to_property_key(key).ok());
    match keys.into_iter().find(|key| is(*key)) {
        Some(key) if key.is_index() => format!("index {}", vm.key_text(key)),
        Some(key) => format!("property '{}'", vm.key_text(key)),
        None => "something".to_owned(),
    }
}
