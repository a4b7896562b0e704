//! Functions: their state while they are compiled, parameters, locals, captures.

use super::jumps::{Breakable, Try};
use super::regs::{FAR, Home, Registers};
use super::{Bytes, Compiler, TooComplex, bytes};
use crate::assembler::{Assembler, Label};
use crate::function::{Capture, Function, Handler, InterfaceInfo, Kind, Variable};
use crate::inst::{Inst, Op};
use sox_syntax::ast::{self, FunctionKind, Name, Stmt, StmtKind, Target, Var};
use std::collections::HashMap;

/// Where a variable of the function lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) home: Home,
    /// There is a box with the value.
    pub(super) boxed: bool,
}

/// A function that is being compiled.
pub(super) struct State {
    pub(super) asm: Assembler,
    pub(super) regs: Registers,
    pub(super) kind: Kind,
    locals: HashMap<Var, Slot>,
    captures: Vec<Capture>,
    captured: HashMap<Var, u32>,
    variables: Vec<Variable>,
    /// Variables in scope, by their index in `variables`.
    scope: Vec<usize>,
    pub(super) interfaces: Vec<InterfaceInfo>,
    pub(super) handlers: Vec<Handler>,
    /// Loops and switches around, innermost last.
    pub(super) breakables: Vec<Breakable>,
    /// `try` bodies around, innermost last.
    pub(super) tries: Vec<Try>,
    /// The register with the list of deferred closures.
    pub(super) defers: Option<u8>,
}

impl State {
    fn new(kind: Kind, params: u32) -> State {
        State {
            asm: Assembler::default(),
            regs: Registers::new(1 + params),
            kind,
            locals: HashMap::new(),
            captures: Vec::new(),
            captured: HashMap::new(),
            variables: Vec::new(),
            scope: Vec::new(),
            interfaces: Vec::new(),
            handlers: Vec::new(),
            breakables: Vec::new(),
            tries: Vec::new(),
            defers: None,
        }
    }

    fn finish(mut self, name: &str, required: u32, params: u32) -> Function {
        let registers = self.regs.count();
        let mut assembled = self.asm.finish();
        let far = self.regs.far_count();
        if far > 0 {
            // An argument that arrives in the array's own register becomes its first element.
            let first = u8::from(params >= u32::from(FAR));
            assembled.code.insert(0, Inst::new(Op::NewArray, FAR, FAR, first, far as i32));
            assembled.spans.insert(0, assembled.spans[0]);
            self.handlers.iter_mut().for_each(|handler| handler.shift());
            self.variables.iter_mut().for_each(|variable| variable.shift());
        }
        Function {
            name: name.into(),
            kind: self.kind,
            required,
            params,
            registers,
            code: assembled.code.into(),
            spans: assembled.spans.into(),
            constants: assembled.constants.into(),
            captures: self.captures.into(),
            handlers: self.handlers.into(),
            caches: assembled.caches.into(),
            interfaces: self.interfaces.into(),
            variables: self.variables.into(),
        }
    }
}

/// Locals and registers to be given up when a block ends.
#[must_use]
pub(super) struct Scope {
    mark: super::regs::Mark,
    depth: usize,
}

impl Compiler<'_> {
    pub(super) fn state(&mut self) -> &mut State {
        self.states.last_mut().expect("something is being compiled")
    }

    pub(super) fn top_level(&mut self, imported: bool) {
        let kind = if imported { Kind::Module } else { Kind::Script };
        self.states.push(State::new(kind, 0));
        let tree = self.tree;
        let end = tree.body.last().map_or((0, 0), |last| (last.span.end, last.span.end));
        self.body(&tree.body, end);
        self.finish(0, "", 0, 0, tree.body.last().map_or_else(Default::default, |last| last.span));
    }

    /// Compiles a function; its number in the module.
    pub(super) fn function(&mut self, function: &ast::Function, own: Option<Var>) -> i32 {
        let number = self.functions.len();
        self.functions.push(None);
        let kind = match function.kind {
            FunctionKind::Function => Kind::Function,
            FunctionKind::Method => Kind::Method,
            FunctionKind::Initializer => Kind::Initializer,
            FunctionKind::Defer => Kind::Defer,
        };
        let params = function.params.len() as u32;
        self.states.push(State::new(kind, params));
        // What is called is in register 0: the closure itself, or `this`.
        for var in function.this.iter().chain(&own) {
            self.declare_at(*var, Home::Near(0));
        }
        self.parameters(function);
        let end = (function.span.end.saturating_sub(1), function.span.end);
        self.body(&function.body, end);
        let required = function.params.iter().take_while(|param| param.default.is_none()).count() as u32;
        let name = function.name.as_ref().map_or("", |ident| &ident.name);
        self.finish(number, name, required, params, function.span);
        number as i32
    }

    fn finish(&mut self, number: usize, name: &str, required: u32, params: u32, span: ast::Span) {
        let Some(state) = self.states.pop() else { return };
        if state.regs.exhausted() && self.too_complex.is_none() {
            self.too_complex = Some(TooComplex { span });
        }
        self.functions[number] = Some(state.finish(name, required, params));
    }

    /// Defaults of missing arguments, which see the parameters before them, and boxes.
    fn parameters(&mut self, function: &ast::Function) {
        let places = self.state().regs.place_parameters(function.params.len() as u32);
        let end = (function.span.start, function.span.start);
        for (from, to) in &places {
            if let Home::Far(_) = to
                && *from != FAR
            {
                self.put(*to, *from, end);
            }
        }
        for (param, (_, home)) in function.params.iter().zip(places) {
            let mark = self.mark();
            let boxed = self.boxed(param.var);
            if param.default.is_some() || boxed {
                let near = self.fetch(home, bytes(param.ident.span));
                self.default_value(param, near);
                if boxed {
                    self.emit(Op::NewBox, near, near, 0, 0, bytes(param.ident.span));
                }
                self.put(home, near, bytes(param.ident.span));
            }
            self.release(mark);
            self.declare_at(param.var, home);
        }
    }

    fn default_value(&mut self, param: &ast::Param, register: u8) {
        let Some(default) = &param.default else { return };
        let present = self.state().asm.label();
        self.state().asm.jump(Op::JumpIfPresent, [register, 0, 0], present, bytes(default.span));
        self.expr_to(default, register);
        self.state().asm.bind(present);
    }

    /// The statements of a function and what follows them.
    fn body(&mut self, body: &[Stmt], end: Bytes) {
        if !body.iter().any(has_defer) {
            self.stmts(body);
            self.return_nothing(end);
            return;
        }
        let list = self.temp();
        self.emit(Op::LoadNil, list, 0, 0, 0, end);
        self.state().defers = Some(list);
        let error = self.temp();
        self.open_try(error);
        self.stmts(body);
        self.return_nothing(end);
        let handler = self.close_try();
        self.state().asm.bind(handler);
        let free = self.temp();
        self.emit(Op::RunDefers, list, free, 0, 0, end);
        self.emit(Op::Rethrow, error, 0, 0, 0, end);
        self.finish_try(handler, error);
    }

    /// Returns what a function without `return` hands back.
    pub(super) fn return_nothing(&mut self, span: Bytes) {
        self.leave(span, |compiler| {
            if compiler.state().kind == Kind::Initializer {
                compiler.emit(Op::Return, 0, 0, 0, 0, span);
            } else {
                compiler.emit(Op::ReturnNil, 0, 0, 0, 0, span);
            }
        });
    }

    /// Emits a return, behind the deferred closures. Errors of these are not for the `try` statements around.
    pub(super) fn leave(&mut self, span: Bytes, emit: impl FnOnce(&mut Self)) {
        let Some(list) = self.state().defers else {
            return emit(self);
        };
        self.open_gap();
        let mark = self.mark();
        let free = self.temp();
        self.emit(Op::RunDefers, list, free, 0, 0, span);
        self.release(mark);
        emit(self);
        self.close_gap();
    }

    pub(super) fn open_scope(&mut self) -> Scope {
        let depth = self.state().scope.len();
        Scope { mark: self.mark(), depth }
    }

    pub(super) fn close_scope(&mut self, scope: Scope) {
        let state = self.state();
        let end = state.asm.here();
        for index in state.scope.split_off(scope.depth) {
            state.variables[index].end = end;
        }
        self.release(scope.mark);
    }

    /// Whether a variable lives in a box.
    pub(super) fn boxed(&self, var: Var) -> bool {
        let info = &self.tree.vars[var.0 as usize];
        info.captured && (info.assigned || self.early.contains(&var))
    }

    /// A variable whose home is taken already. The register of what is called never holds a box.
    pub(super) fn declare_at(&mut self, var: Var, home: Home) {
        let boxed = home != Home::Near(0) && self.boxed(var);
        let name: Name = self.tree.vars[var.0 as usize].name.clone();
        let state = self.state();
        state.locals.insert(var, Slot { home, boxed });
        if !name.is_empty() {
            let (register, far) = match home {
                Home::Near(register) => (u32::from(register), false),
                Home::Far(index) => (index, true),
            };
            let start = state.asm.here();
            state.scope.push(state.variables.len());
            state.variables.push(Variable { name, register, far, boxed, start, end: u32::MAX });
        }
    }

    /// A new variable, with no value yet.
    pub(super) fn declare(&mut self, var: Var) -> Slot {
        let home = self.state().regs.take_local();
        self.declare_at(var, home);
        Slot { home, boxed: self.boxed(var) }
    }

    /// Where a variable of the current function lives; `None` when it belongs to a function around it.
    pub(super) fn local(&mut self, var: Var) -> Option<Slot> {
        self.state().locals.get(&var).copied()
    }

    /// The number under which the current function has captured a variable.
    pub(super) fn up(&mut self, var: Var) -> i32 {
        self.capture(self.states.len() - 1, var) as i32
    }

    fn capture(&mut self, level: usize, var: Var) -> u32 {
        if let Some(index) = self.states[level].captured.get(&var) {
            return *index;
        }
        let outer = level.checked_sub(1).expect("a resolved name belongs to a function around its use");
        let capture = match self.states[outer].locals.get(&var) {
            Some(Slot { home: Home::Near(register), .. }) => Capture::Register(*register),
            Some(Slot { home: Home::Far(index), .. }) => Capture::Far(*index),
            None => Capture::Up(self.capture(outer, var)),
        };
        let state = &mut self.states[level];
        state.captures.push(capture);
        let index = state.captures.len() as u32 - 1;
        state.captured.insert(var, index);
        index
    }

    /// A variable that exists, as nil, while its first value is computed: functions in there capture the box.
    pub(super) fn bind_early(&mut self, var: Var, span: Bytes, value: impl FnOnce(&mut Self, u8)) {
        self.early.insert(var);
        let slot = self.declare(var);
        let mark = self.mark();
        let temp = self.temp();
        self.emit(Op::LoadNil, temp, 0, 0, 0, span);
        self.emit(Op::NewBox, temp, temp, 0, 0, span);
        self.put(slot.home, temp, span);
        value(self, temp);
        self.write_local(slot, temp, span);
        self.release(mark);
    }

    /// `fn name(..) {..}`.
    pub(super) fn function_decl(
        &mut self,
        target: &Target,
        function: &ast::Function,
        test: bool,
        span: Bytes,
    ) {
        if test {
            self.tests.push(target.ident.name.clone());
        }
        let ast::Binding::Local(var) = target.binding else {
            return self.bind_with(target, span, |compiler, to| compiler.closure(function, None, to, span));
        };
        if self.boxed(var) {
            // The closure captures the box it will be in.
            return self.bind_early(var, span, |compiler, to| compiler.closure(function, None, to, span));
        }
        // Inside of itself it is what is called.
        self.bind_with(target, span, |compiler, to| compiler.closure(function, Some(var), to, span));
    }

    pub(super) fn closure(&mut self, function: &ast::Function, own: Option<Var>, to: u8, span: Bytes) {
        let number = self.function(function, own);
        self.emit(Op::Closure, to, 0, 0, number, span);
    }

    /// Declares a target and gives it the value that `value` puts into a register.
    pub(super) fn bind_with(&mut self, target: &Target, span: Bytes, value: impl FnOnce(&mut Self, u8)) {
        match target.binding {
            ast::Binding::Global => {
                let mark = self.mark();
                let temp = self.temp();
                value(self, temp);
                let slot = self.globals.slot(&target.ident.name);
                self.emit(Op::DefineGlobal, temp, 0, 0, slot, span);
                self.release(mark);
            }
            ast::Binding::Local(var) => {
                let slot = self.declare(var);
                let mark = self.mark();
                let to = self.near(slot.home);
                value(self, to);
                if slot.boxed {
                    self.emit(Op::NewBox, to, to, 0, 0, span);
                }
                self.put(slot.home, to, span);
                self.release(mark);
            }
        }
    }

    /// A label at this place.
    pub(super) fn here(&mut self) -> Label {
        self.state().asm.bound()
    }
}

/// Whether a statement of a function defers something, not counting functions inside.
fn has_defer(stmt: &Stmt) -> bool {
    let mut pending = vec![stmt];
    while let Some(stmt) = pending.pop() {
        match &stmt.kind {
            StmtKind::Defer(_) => return true,
            StmtKind::If { then, otherwise, .. } => {
                pending.push(then);
                pending.extend(otherwise.as_deref());
            }
            StmtKind::While { body, .. } | StmtKind::For { body, .. } | StmtKind::ForIn { body, .. } => {
                pending.push(body)
            }
            StmtKind::Block(body) => pending.extend(body),
            StmtKind::Try { body, handler, .. } => pending.extend(body.iter().chain(handler)),
            StmtKind::Switch { clauses, .. } => {
                pending.extend(clauses.iter().filter_map(|clause| clause.body.as_ref()))
            }
            _ => {}
        }
    }
    false
}
