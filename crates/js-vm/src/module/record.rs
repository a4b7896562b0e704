//! 16.2.1.6 Source Text Module Records, and 16.2.1.8 Synthetic Module Records.

use super::ModuleType;
use heap::{Gc, Tracer};
use js_bytecode::{Export, ModuleInfo, Phase, Text};
use js_rt::{Code, Env, Internal, Obj, Realm, Root, Value};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// A module of an isolate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModuleId(pub(crate) usize);

/// `[[Status]]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Unlinked,
    Linking,
    Linked,
    Evaluating,
    EvaluatingAsync,
    Evaluated,
}

/// `[[AsyncEvaluationOrder]]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Unset,
    At(u64),
    Done,
}

/// A module record. Other modules are known by number.
pub(crate) struct Module {
    /// As the host names it.
    pub(crate) name: String,
    pub(crate) kind: ModuleType,
    pub(crate) realm: Root<Gc<Realm>>,
    pub(crate) info: ModuleInfo,
    /// Places in `info.exports` by exported name; without star exports.
    pub(crate) exports: HashMap<Text, usize>,
    /// What is executed; none for those that are not source text.
    pub(crate) code: Root<Option<Gc<Code>>>,
    /// `[[Environment]]`
    pub(crate) env: Root<Env>,
    /// For each import its binding, two values: environment and slot, or a namespace object. Since it is linked.
    pub(crate) bindings: Root<Option<Gc<Internal>>>,
    /// `[[Namespace]]` and the deferred one
    pub(crate) namespaces: [Root<Option<Obj>>; 2],
    /// `[[ModuleSource]]`, or empty
    pub(crate) source: Root<Value>,
    /// `[[ImportMeta]]`
    pub(crate) meta: Root<Option<Obj>>,
    /// `[[LoadedModules]]`, in the order of `info.requests`
    pub(crate) requested: RefCell<Vec<usize>>,
    /// Everything that it requests is loaded, and what that requests.
    pub(crate) is_loaded: Cell<bool>,
    pub(crate) status: Cell<Status>,
    /// `[[EvaluationError]]`, or empty
    pub(crate) error: Root<Value>,
    /// `[[DFSIndex]]` and `[[DFSAncestorIndex]]`
    pub(crate) index: Cell<usize>,
    pub(crate) ancestor: Cell<usize>,
    pub(crate) cycle_root: Cell<Option<usize>>,
    pub(crate) order: Cell<Order>,
    /// The promise of `[[TopLevelCapability]]`
    pub(crate) promise: Root<Option<Obj>>,
    /// `[[AsyncParentModules]]`
    pub(crate) parents: RefCell<Vec<usize>>,
    /// `[[PendingAsyncDependencies]]`
    pub(crate) pending: Cell<usize>,
}

impl Module {
    /// A record before anything was done with it.
    pub(crate) fn new(
        name: String,
        kind: ModuleType,
        realm: Gc<Realm>,
        info: ModuleInfo,
        code: Option<Gc<Code>>,
        env: Env,
    ) -> Module {
        let exports = info.exports.iter().enumerate().filter_map(|(place, export)| match export {
            Export::Local { name, .. } | Export::Indirect { name, .. } => Some((name.clone(), place)),
            Export::Star { .. } => None,
        });
        Module {
            exports: exports.collect(),
            name,
            kind,
            realm: Root::new(realm),
            info,
            code: Root::new(code),
            env: Root::new(env),
            bindings: Root::new(None),
            namespaces: [Root::new(None), Root::new(None)],
            source: Root::new(Value::EMPTY),
            meta: Root::new(None),
            requested: RefCell::default(),
            is_loaded: Cell::new(false),
            status: Cell::new(Status::Unlinked),
            error: Root::new(Value::EMPTY),
            index: Cell::new(0),
            ancestor: Cell::new(0),
            cycle_root: Cell::new(None),
            order: Cell::new(Order::Unset),
            promise: Root::new(None),
            parents: RefCell::default(),
            pending: Cell::new(0),
        }
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        self.realm.trace(tracer);
        self.code.trace(tracer);
        self.env.trace(tracer);
        self.bindings.trace(tracer);
        self.namespaces.iter().for_each(|namespace| namespace.trace(tracer));
        self.source.trace(tracer);
        self.meta.trace(tracer);
        self.error.trace(tracer);
        self.promise.trace(tracer);
    }

    /// The binding of an import; both empty before it is linked.
    #[inline]
    pub(crate) fn binding(&self, import: usize) -> (Value, Value) {
        match self.bindings.get() {
            Some(bindings) => (bindings.get(2 * import), bindings.get(2 * import + 1)),
            None => (Value::EMPTY, Value::EMPTY),
        }
    }

    /// The module that request `number` leads to.
    pub(crate) fn required(&self, number: usize) -> Option<usize> {
        self.requested.borrow().get(number).copied()
    }

    /// The phase of request `number`.
    pub(crate) fn phase(&self, number: usize) -> Phase {
        self.info.requests.get(number).map_or(Phase::Evaluation, |request| request.phase)
    }

    /// The modules below this one that are linked and evaluated, by number of the request.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.info.requests.len())
            .filter(|&number| self.phase(number) != Phase::Source)
            .filter_map(|number| Some((number, self.required(number)?)))
    }

    /// `[[HasTLA]]`
    pub(crate) fn awaits(&self) -> bool {
        self.info.has_await
    }

    /// The error that evaluating it threw.
    pub(crate) fn failed(&self) -> Option<Value> {
        Some(self.error.get()).filter(|error| !error.is_empty())
    }
}

/// A name for messages.
pub(crate) fn text(text: &Text) -> String {
    crate::names::text_of(text)
}

/// The code units of a name.
pub(crate) fn units(text: &Text) -> Vec<u16> {
    match text {
        Text::Latin1(units) => units.iter().map(|&unit| u16::from(unit)).collect(),
        Text::Utf16(units) => units.to_vec(),
    }
}

/// Whether a name is this one.
pub(crate) fn is(name: &Text, wanted: &str) -> bool {
    matches!(name, Text::Latin1(units) if **units == *wanted.as_bytes())
}
