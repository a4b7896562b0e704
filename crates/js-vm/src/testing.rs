//! What unit tests run on: an isolate with a realm whose intrinsic objects are all empty.

use crate::call::Args;
use crate::error::Res;
use crate::realm::Intrinsic;
use crate::vm::{Compiler, Limits, Vm};
use js_bytecode::{EvalContext, SyntaxError, Unit};
use js_rt::{Class, Value};

fn refused() -> SyntaxError {
    SyntaxError { message: "no compiler".into(), offset: 0, reference: false }
}

fn nothing(_: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(Value::UNDEFINED)
}

fn install(vm: &Vm) -> Res<()> {
    vm.make_function_prototype(nothing)?;
    for which in Intrinsic::ALL.iter().copied() {
        if vm.has_intrinsic(which) {
            continue;
        }
        let object = if which == Intrinsic::ArrayPrototype {
            let proto = vm.intrinsic(Intrinsic::ObjectPrototype);
            vm.object_create(Some(proto), Class::Array)?
        } else if which.name().ends_with("rototype%") {
            vm.new_object()?
        } else {
            vm.native_constructor(nothing, 0, "intrinsic")?
        };
        vm.set_intrinsic(which, object);
    }
    Ok(())
}

/// Runs a test in a realm, with every allocation collecting garbage if `stress`.
pub(crate) fn in_realm_with(stress: bool, test: impl FnOnce(&Vm) -> Res<()>) {
    let compiler = Compiler {
        script: |_: &str| -> Result<Unit, SyntaxError> { Err(refused()) },
        module: |_: &str| Err(refused()),
        eval: |_: &str, _: EvalContext| Err(refused()),
        function: |_: &str, _: &str, _| Err(refused()),
    };
    let limits = Limits { heap: heap::Config { stress, ..heap::Config::default() }, ..Limits::default() };
    let vm = Vm::new(limits, compiler).expect("memory");
    vm.enter(|| {
        vm.new_realm(install).expect("a realm");
        if let Err(thrown) = test(&vm) {
            let error = vm.catch(thrown).expect("an error that can be caught");
            panic!("{}", vm.describe_value(error));
        }
    });
}

/// Runs a test in a realm.
pub(crate) fn in_realm(test: impl FnOnce(&Vm) -> Res<()>) {
    in_realm_with(false, test);
}

/// The text of the error that an operation throws.
pub(crate) fn error_of<T>(vm: &Vm, result: Res<T>) -> String {
    match result {
        Ok(_) => "no error".into(),
        Err(thrown) => vm.catch(thrown).map_or("stopped".into(), |error| vm.describe_value(error)),
    }
}
