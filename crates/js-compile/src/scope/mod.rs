//! Scopes of a source: which names they declare, which of these closures capture, what has to be looked up at run time.

mod build;
mod class;
mod closures;
mod declare;
mod finish;
mod uses;
mod visit;

pub(crate) use build::{analyse, bound_names};
pub(crate) use class::{accessor_name, accessor_parts, key_name, method_name, private_method};
pub(crate) use closures::{is_direct_eval, makes_closures};
pub(crate) use finish::is_internal;

use js_bytecode::{DeclaredKind, FunctionKind};
use rustc_hash::{FxHashMap, FxHashSet};

pub(crate) type ScopeId = u32;
pub(crate) type FuncId = u32;

/// What a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    /// The top of a script: its declarations are global.
    Script,
    Module,
    /// The top of eval code.
    Eval,
    /// Around the parameters: the name of a function expression, variables that evals in parameters declare.
    Outer,
    /// Parameters that have a scope of their own.
    Params,
    /// Variables of a function.
    Function,
    Block,
    Loop,
    Catch,
    Switch,
    Class,
    With,
    StaticBlock,
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VarKind {
    Var,
    Param,
    Function,
    Let,
    Const,
    Class,
    /// The simple parameter of a catch clause.
    Catch,
    Arguments,
    /// The name of a function expression in itself.
    FunctionName,
    /// Of the compiler's: private names, keys of fields.
    Internal,
    /// `%this` and its like.
    Pseudo,
    /// The import with this number.
    Import(u32),
}

/// A variable.
#[derive(Clone, Debug)]
pub(crate) struct Var<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: VarKind,
    /// Uses from here on, in the same function, find it initialised.
    pub(crate) init: u32,
    /// Some use may find it uninitialised.
    pub(crate) tdz: bool,
    pub(crate) captured: bool,
    /// Where it is, in the environment of its scope.
    pub(crate) slot: u16,
    /// Where it is otherwise.
    pub(crate) reg: Option<u16>,
}

impl Var<'_> {
    pub(crate) fn is_lexical(&self) -> bool {
        matches!(self.kind, VarKind::Let | VarKind::Const | VarKind::Class)
            || self.tdz
            || (self.kind == VarKind::Pseudo && self.init > 0)
    }
}

/// A scope.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) kind: ScopeKind,
    pub(crate) parent: Option<ScopeId>,
    pub(crate) func: FuncId,
    pub(crate) start: u32,
    pub(crate) vars: Vec<Var<'a>>,
    pub(crate) names: FxHashMap<&'a str, u32>,
    /// A direct eval in it may use all of its variables.
    pub(crate) eval: bool,
    /// A sloppy direct eval may add variables to it.
    pub(crate) grows: bool,
    /// It is an environment.
    pub(crate) env: bool,
    /// Slots of the parameters for a mapped arguments object.
    pub(crate) mapped: Vec<u16>,
}

impl Scope<'_> {
    /// Whether names that are not in it have to be looked up at run time.
    pub(crate) fn is_dynamic(&self) -> bool {
        self.grows || self.kind == ScopeKind::With
    }

    pub(crate) fn is_var_scope(&self) -> bool {
        use ScopeKind::{Eval, Function, Module, Script, StaticBlock};
        matches!(self.kind, Script | Module | Eval | Function | StaticBlock)
    }
}

/// How a function's `arguments` is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ArgumentsKind {
    #[default]
    None,
    Unmapped,
    /// Unmapped, for a sloppy function.
    WithCallee,
    Mapped,
}

/// A function.
#[derive(Debug)]
pub(crate) struct Func {
    pub(crate) kind: FunctionKind,
    pub(crate) parent: Option<FuncId>,
    pub(crate) strict: bool,
    pub(crate) generator: bool,
    pub(crate) is_async: bool,
    /// Its outermost scope.
    pub(crate) root: ScopeId,
    /// The scope of its parameters.
    pub(crate) params: ScopeId,
    /// The scope of its variables.
    pub(crate) body: ScopeId,
    /// Where the closure is made, as far as initialisation is concerned.
    pub(crate) created: u32,
    pub(crate) simple_params: bool,
    /// A direct eval is somewhere in it.
    pub(crate) has_eval: bool,
    pub(crate) uses_this: bool,
    pub(crate) uses_super: bool,
    pub(crate) arguments: ArgumentsKind,
    pub(crate) params_count: u32,
    /// Uses of `arguments`, and those that only read an element or the length.
    arguments_uses: (u32, i64),
    /// For a class constructor: whether the class has instance fields or private methods.
    pub(crate) has_fields: bool,
    span: (u32, u32),
}

/// The functions that initialise the elements of a class.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ClassInfo {
    pub(crate) scope: ScopeId,
    pub(crate) instance: Option<FuncId>,
    pub(crate) statics: Option<FuncId>,
    /// The constructor if the source has none.
    pub(crate) constructor: Option<FuncId>,
}

/// A use of a name.
#[derive(Clone, Copy, Debug)]
struct Reference<'a> {
    name: &'a str,
    scope: ScopeId,
    position: u32,
}

/// What kind of source it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Script,
    /// A script that is one function expression, whose name is not bound (CreateDynamicFunction).
    Function,
    Module,
    Eval {
        direct: bool,
    },
}

/// What is known of the scopes of a source.
#[derive(Debug)]
pub(crate) struct Analysis<'a> {
    pub(crate) goal: Goal,
    pub(crate) scopes: Vec<Scope<'a>>,
    pub(crate) funcs: Vec<Func>,
    /// The scopes of nodes, by address.
    pub(crate) scope_of: FxHashMap<usize, ScopeId>,
    /// The functions of nodes, by address.
    pub(crate) func_of: FxHashMap<usize, FuncId>,
    pub(crate) class_of: FxHashMap<usize, ClassInfo>,
    /// The getters and setters of `accessor` fields, by address.
    pub(crate) accessor_of: FxHashMap<usize, (FuncId, FuncId)>,
    /// Functions in blocks whose value goes to a variable as well (B.3.2), by address.
    pub(crate) hoisted: FxHashSet<usize>,
    /// Where variables are assigned, in order.
    pub(crate) assigned: Vec<(u32, &'a str)>,
    /// What the source declares outside itself.
    pub(crate) declared: Vec<(&'a str, DeclaredKind)>,
    /// Private names that the source does not declare.
    pub(crate) free_private: Vec<&'a str>,
    /// Errors that the parser does not look for in eval code.
    pub(crate) errors: Vec<(&'static str, u32)>,
    /// Whether the top level awaits.
    pub(crate) has_await: bool,
    declared_names: FxHashMap<&'a str, usize>,
    references: Vec<Reference<'a>>,
    /// Functions in blocks that may become variables: scope, name, address.
    block_functions: Vec<(ScopeId, &'a str, usize)>,
    /// Local names that a module exports.
    exported: Vec<&'a str>,
}

impl<'a> Analysis<'a> {
    pub(crate) fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id as usize]
    }

    pub(crate) fn func(&self, id: FuncId) -> &Func {
        &self.funcs[id as usize]
    }

    /// Whether the source itself declares the name globally.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.declared_names.contains_key(name)
    }

    /// Whether the variable is assigned in a part of the source.
    pub(crate) fn assigned_in(&self, name: &str, start: u32, end: u32) -> bool {
        let from = self.assigned.partition_point(|&(at, _)| at < start);
        self.assigned[from..].iter().take_while(|&&(at, _)| at < end).any(|&(_, n)| n == name)
    }

    /// The function whose `this` a function sees.
    pub(crate) fn this_func(&self, mut id: FuncId) -> FuncId {
        while self.func(id).kind == FunctionKind::Arrow {
            match self.func(id).parent {
                Some(parent) => id = parent,
                None => break,
            }
        }
        id
    }
}

/// The key of a node in the tables.
pub(crate) fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}
