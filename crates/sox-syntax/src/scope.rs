//! Names: what is declared where, and what a use means.

use crate::ast::{Binding, FunctionKind, Ident, Name, Span, Target, Var, VarInfo};
use std::collections::HashMap;

/// A declaration that uses may mean.
struct Declared {
    var: Var,
    /// How many scopes were open.
    scope: usize,
    /// How many functions were open.
    function: usize,
    /// Its initializer is behind it.
    ready: bool,
}

/// A function that is being read; the first is the module itself.
pub(crate) struct Function {
    /// `None` for the module.
    pub(crate) kind: Option<FunctionKind>,
    /// `this` of a method.
    this: Option<Var>,
    /// Loops around this place, in this function.
    pub(crate) loops: u32,
    /// Switches around this place, in this function.
    pub(crate) switches: u32,
}

/// What a use of a name means.
pub(crate) enum Use {
    Is(Binding),
    /// The variable is being declared: its value is what is being read.
    TooEarly(Var),
}

/// Every name that can be seen from where the parser is.
pub(crate) struct Scopes {
    symbols: HashMap<Box<[u8]>, usize>,
    names: Vec<Name>,
    /// By symbol, innermost last.
    visible: Vec<Vec<Declared>>,
    /// Symbols in the order of their declarations.
    declared: Vec<usize>,
    /// How many were declared when each open scope began.
    scopes: Vec<usize>,
    functions: Vec<Function>,
    /// For each open class, `super` if it has a superclass.
    classes: Vec<Option<Var>>,
    pub(crate) vars: Vec<VarInfo>,
    /// Declarations at the top level.
    pub(crate) globals: Vec<Ident>,
}

impl Scopes {
    pub(crate) fn new() -> Scopes {
        Scopes {
            symbols: HashMap::new(),
            names: Vec::new(),
            visible: Vec::new(),
            declared: Vec::new(),
            scopes: Vec::new(),
            functions: vec![Function { kind: None, this: None, loops: 0, switches: 0 }],
            classes: Vec::new(),
            vars: Vec::new(),
            globals: Vec::new(),
        }
    }

    fn symbol(&mut self, text: &[u8]) -> usize {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        let symbol = self.names.len();
        self.names.push(String::from_utf8_lossy(text).into());
        self.visible.push(Vec::new());
        self.symbols.insert(text.into(), symbol);
        symbol
    }

    pub(crate) fn name(&mut self, text: &[u8]) -> Name {
        let symbol = self.symbol(text);
        self.names[symbol].clone()
    }

    pub(crate) fn is_global(&self) -> bool {
        self.scopes.is_empty()
    }

    pub(crate) fn begin(&mut self) {
        self.scopes.push(self.declared.len());
    }

    pub(crate) fn end(&mut self) {
        let first = self.scopes.pop().unwrap_or(0);
        for symbol in self.declared.drain(first..) {
            self.visible[symbol].pop();
        }
    }

    pub(crate) fn function(&mut self) -> &mut Function {
        self.functions.last_mut().expect("the module is never left")
    }

    /// Enters a function and its outermost scope; hands back `this`, if it has one of its own.
    pub(crate) fn begin_function(&mut self, kind: FunctionKind, name: Span) -> Option<Var> {
        let method = matches!(kind, FunctionKind::Method | FunctionKind::Initializer);
        let this = method.then(|| self.variable(b"this", name));
        self.functions.push(Function { kind: Some(kind), this, loops: 0, switches: 0 });
        self.begin();
        this
    }

    pub(crate) fn end_function(&mut self) {
        self.end();
        self.functions.pop();
    }

    /// Enters a class; hands back `super`.
    pub(crate) fn begin_class(&mut self, superclass: Option<Span>) -> Option<Var> {
        let var = superclass.map(|span| self.variable(b"super", span));
        self.classes.push(var);
        var
    }

    pub(crate) fn end_class(&mut self) {
        self.classes.pop();
    }

    fn variable(&mut self, name: &[u8], span: Span) -> Var {
        let name = self.name(name);
        self.vars.push(VarInfo { name, span, captured: false, assigned: false });
        Var(self.vars.len() as u32 - 1)
    }

    /// Declares a name that uses do not mean yet; the other declaration if the scope has one already.
    pub(crate) fn declare(&mut self, ident: Ident) -> (Target, Option<Span>) {
        if self.is_global() {
            self.globals.push(ident.clone());
            return (Target { ident, binding: Binding::Global }, None);
        }
        let symbol = self.symbol(ident.name.as_bytes());
        let other = self.visible[symbol].last().filter(|d| d.scope == self.scopes.len());
        let other = other.map(|declared| self.vars[declared.var.0 as usize].span);
        let var = self.variable(ident.name.as_bytes(), ident.span);
        self.visible[symbol].push(Declared {
            var,
            scope: self.scopes.len(),
            function: self.functions.len(),
            ready: false,
        });
        self.declared.push(symbol);
        (Target { ident, binding: Binding::Local(var) }, other)
    }

    /// From here on uses mean it.
    pub(crate) fn ready(&mut self, target: &Target) {
        let Binding::Local(var) = target.binding else { return };
        let symbol = self.symbol(target.ident.name.as_bytes());
        if let Some(declared) = self.visible[symbol].iter_mut().rev().find(|d| d.var == var) {
            declared.ready = true;
        }
    }

    /// What a name means here.
    pub(crate) fn find(&mut self, name: &[u8]) -> Use {
        let symbol = self.symbol(name);
        let Some(declared) = self.visible[symbol].last() else { return Use::Is(Binding::Global) };
        let inner = declared.function != self.functions.len();
        if !declared.ready && !inner {
            return Use::TooEarly(declared.var);
        }
        self.vars[declared.var.0 as usize].captured |= inner;
        Use::Is(Binding::Local(declared.var))
    }

    pub(crate) fn assign(&mut self, binding: Binding) {
        if let Binding::Local(var) = binding {
            self.vars[var.0 as usize].assigned = true;
        }
    }

    /// `this` as it is here, if this is in a method.
    pub(crate) fn this(&mut self) -> Option<Var> {
        let depth = self.functions.iter().rposition(|function| function.this.is_some())?;
        let var = self.functions[depth].this?;
        self.vars[var.0 as usize].captured |= depth + 1 != self.functions.len();
        Some(var)
    }

    /// `super` as it is here: `None` outside of classes, `Some(None)` in a class without a superclass.
    pub(crate) fn superclass(&mut self) -> Option<Option<Var>> {
        let class = *self.classes.last()?;
        if let Some(var) = class {
            self.vars[var.0 as usize].captured = true;
        }
        Some(class)
    }
}
