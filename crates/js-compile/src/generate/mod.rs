//! Generates bytecode from the tree and what is known of its scopes.

mod accessor;
mod assign;
mod call;
mod class;
mod condition;
mod control;
mod expression;
mod function;
mod iteration;
mod literal;
mod loops;
mod member;
mod module;
mod name;
mod pattern;
mod statement;
mod suspend;
mod switch;
mod try_statement;
mod unary;
mod using;

use crate::emit::{Emitter, Label, Reg};
use crate::parse::Offsets;
use crate::scope::{Analysis, FuncId, ScopeId, ScopeKind, VarKind};
use crate::text::text;
use control::{Control, PendingReturn};
use js_bytecode::{
    Declared, DeclaredKind, FunctionCode, FunctionKind, ModuleInfo, Op, ScopeInfo, ScopeVar, SyntaxError,
    Text, Unit,
};
use oxc_ast::ast::{ArrowFunctionExpression, Class, Function, Program};
use rustc_hash::FxHashMap;

/// What a function is made from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'b, 'a> {
    Program(&'b Program<'a>),
    Function(&'b Function<'a>),
    Arrow(&'b ArrowFunctionExpression<'a>),
    /// The constructor of a class that has none.
    Constructor,
    /// The getter or setter of the `accessor` field with this index in its class.
    Accessor {
        index: usize,
        setter: bool,
    },
    /// The fields of instances, or the static elements.
    Elements {
        class: &'b Class<'a>,
        statics: bool,
    },
}

/// A function to be compiled.
struct Work<'b, 'a> {
    index: u32,
    func: FuncId,
    source: Source<'b, 'a>,
    name: Text,
    span: (u32, u32),
    accessor: bool,
}

/// The function being compiled.
#[derive(Default)]
pub(crate) struct State {
    e: Emitter,
    func: FuncId,
    scope: ScopeId,
    /// The register of the innermost environment that the function has made.
    env: Option<Reg>,
    /// The register for the environment of the closure.
    outer: Reg,
    uses_outer: bool,
    env_regs: FxHashMap<ScopeId, Reg>,
    /// The first free register.
    top: u32,
    max: u32,
    /// Registers from here on are temporary.
    floor: u32,
    control: Vec<Control>,
    /// Where the optional chain around goes when it is cut short.
    chain: Option<Label>,
    /// Where the value of the current statement goes, in a script or eval, if it may be the last.
    completion: Option<Reg>,
    /// The completion value of a script or eval.
    result: Option<Reg>,
    pending: Vec<PendingReturn>,
    /// The stack of resources of the scope.
    stack: Option<Reg>,
    /// Labels of the statement that follows.
    labels: Vec<String>,
}

/// The state of a compilation.
pub(crate) struct Gen<'b, 'a> {
    an: Analysis<'a>,
    offsets: Offsets,
    source: &'b str,
    functions: Vec<Option<FunctionCode>>,
    work: Vec<Work<'b, 'a>>,
    f: State,
    error: Option<SyntaxError>,
    module: ModuleInfo,
}

/// Compiles a program.
pub(crate) fn generate<'a>(
    program: &Program<'a>,
    analysis: Analysis<'a>,
    offsets: Offsets,
) -> Result<Unit, SyntaxError> {
    let mut this = Gen {
        an: analysis,
        offsets,
        source: program.source_text,
        functions: Vec::new(),
        work: Vec::new(),
        f: State::default(),
        error: None,
        module: ModuleInfo::default(),
    };
    let span = (program.span.start, program.span.end);
    this.enqueue(0, Source::Program(program), text(""), span, false);
    while let Some(work) = this.work.pop() {
        this.compile(work);
        if let Some(error) = this.error.take() {
            return Err(error);
        }
    }
    let is_module = this.an.func(0).kind == FunctionKind::Module;
    this.module.has_await = this.an.has_await;
    Ok(Unit {
        declared: this.declared(),
        private_names: this.an.free_private.iter().map(|n| text(n)).collect(),
        functions: this.functions.into_iter().flatten().collect(),
        module: is_module.then_some(this.module),
    })
}

impl<'b, 'a> Gen<'b, 'a> {
    fn enqueue(
        &mut self,
        func: FuncId,
        source: Source<'b, 'a>,
        name: Text,
        span: (u32, u32),
        accessor: bool,
    ) -> u32 {
        let index = self.functions.len() as u32;
        self.functions.push(None);
        self.work.push(Work { index, func, source, name, span, accessor });
        index
    }

    fn declared(&self) -> Vec<Declared> {
        let is_function = |kind: DeclaredKind| kind == DeclaredKind::Function;
        let all = &self.an.declared;
        let functions = all.iter().filter(|d| is_function(d.1));
        let others = all.iter().filter(|d| !is_function(d.1));
        functions.chain(others).map(|&(name, kind)| Declared { name: text(name), kind }).collect()
    }

    pub(crate) fn too_large(&mut self) {
        if self.error.is_none() {
            let message = String::from("The source is too large");
            self.error =
                Some(SyntaxError { message, offset: self.offset(self.f.e.position), reference: false });
        }
    }

    pub(crate) fn fail(&mut self, message: &str, position: u32) {
        if self.error.is_none() {
            let offset = self.offset(position);
            self.error = Some(SyntaxError { message: message.into(), offset, reference: false });
        }
    }

    fn offset(&self, position: u32) -> u32 {
        self.offsets.map(position)
    }

    // Registers.

    fn alloc(&mut self) -> Reg {
        self.alloc_many(1)
    }

    fn alloc_many(&mut self, count: u32) -> Reg {
        let first = self.f.top;
        self.f.top += count;
        self.f.max = self.f.max.max(self.f.top);
        if self.f.top > 65_535 {
            self.too_large();
            self.f.top = 1_000;
            return 0;
        }
        first as Reg
    }

    fn is_temp(&self, reg: Reg) -> bool {
        u32::from(reg) >= self.f.floor
    }

    /// Runs code that may write its result early, which a variable must not see.
    fn through_temp(&mut self, dst: Reg, run: impl FnOnce(&mut Self, Reg)) {
        if self.is_temp(dst) {
            return run(self, dst);
        }
        let mark = self.f.top;
        let temp = self.alloc();
        run(self, temp);
        self.f.e.mov(dst, temp);
        self.f.top = mark;
    }

    fn op(&mut self, op: Op, a: Reg, b: u16, c: u32) {
        self.f.e.op(op, a, b, c);
    }

    fn at(&mut self, position: u32) {
        self.f.e.position = position;
    }

    fn cache(&mut self, name: Text) -> u32 {
        self.f.e.cache(name)
    }

    // Scopes.

    /// The register of the environment that closures made here get.
    fn env(&mut self) -> Reg {
        match self.f.env {
            Some(reg) => reg,
            None => self.outer_env(),
        }
    }

    fn outer_env(&mut self) -> Reg {
        self.f.uses_outer = true;
        self.f.outer
    }

    fn scope_info(&self, id: ScopeId) -> ScopeInfo {
        let scope = self.an.scope(id);
        let vars = scope.vars.iter().filter(|v| v.captured && !matches!(v.kind, VarKind::Import(_)));
        let vars = vars.map(|v| ScopeVar {
            name: text(v.name),
            lexical: v.is_lexical(),
            constant: matches!(v.kind, VarKind::Const | VarKind::FunctionName),
            silent: v.kind == VarKind::FunctionName,
        });
        let kind = match scope.kind {
            ScopeKind::Module => js_bytecode::ScopeKind::Module,
            ScopeKind::Catch if scope.vars.iter().all(|v| v.kind == VarKind::Catch) => {
                js_bytecode::ScopeKind::Catch
            }
            ScopeKind::Function => js_bytecode::ScopeKind::Function,
            ScopeKind::Outer if scope.grows => js_bytecode::ScopeKind::Function,
            ScopeKind::Eval if self.an.func(0).strict => js_bytecode::ScopeKind::Function,
            _ => js_bytecode::ScopeKind::Block,
        };
        ScopeInfo { kind, vars: vars.collect(), mapped: scope.mapped.clone().into() }
    }

    /// Makes a scope the current one: its environment and registers.
    fn enter(&mut self, id: ScopeId) -> Entered {
        self.enter_with(id, true)
    }

    /// The same; `make` says whether the environment is needed at once.
    fn enter_with(&mut self, id: ScopeId, make: bool) -> Entered {
        let saved = Entered { scope: self.f.scope, env: self.f.env, top: self.f.top, floor: self.f.floor };
        self.f.scope = id;
        if self.an.scope(id).env && self.an.scope(id).kind != ScopeKind::With {
            let module = self.an.scope(id).kind == ScopeKind::Module;
            let reg = if module { self.outer_env() } else { self.alloc() };
            self.f.env_regs.insert(id, reg);
            if !module && make {
                self.new_env(id, saved.env);
            }
            self.f.env = Some(reg);
        }
        for index in 0..self.an.scope(id).vars.len() {
            let var = &self.an.scope(id).vars[index];
            if var.captured {
                if var.slot == u16::MAX && !matches!(var.kind, VarKind::Import(_)) {
                    self.too_large();
                }
                continue;
            }
            if var.reg.is_some() || matches!(var.kind, VarKind::Pseudo | VarKind::Import(_)) {
                continue;
            }
            let (tdz, fresh) = (var.tdz, self.an.scope(id).kind == ScopeKind::StaticBlock);
            let reg = self.alloc();
            self.an.scopes[id as usize].vars[index].reg = Some(reg);
            if tdz {
                self.op(Op::LoadEmpty, reg, 0, 0);
            } else if fresh {
                self.op(Op::LoadUndefined, reg, 0, 0);
            }
        }
        self.f.floor = self.f.top;
        saved
    }

    /// Makes the variables of a loop anew for an iteration.
    fn renew(&mut self, id: ScopeId, outer: Option<Reg>) {
        if self.an.scope(id).env {
            self.new_env(id, outer);
        }
        let vars = self.an.scope(id).vars.iter().filter(|v| v.tdz && !v.captured);
        for reg in vars.filter_map(|v| v.reg).collect::<Vec<_>>() {
            self.op(Op::LoadEmpty, reg, 0, 0);
        }
    }

    /// Makes the environment of a scope (again).
    fn new_env(&mut self, id: ScopeId, outer: Option<Reg>) {
        let outer = match outer {
            Some(reg) => reg,
            None => self.outer_env(),
        };
        let Some(&reg) = self.f.env_regs.get(&id) else { return };
        let info = self.scope_info(id);
        self.f.e.scopes.push(info);
        let index = self.f.e.scopes.len() as u32 - 1;
        self.op(Op::NewEnv, reg, outer, index);
    }

    fn leave(&mut self, saved: Entered) {
        self.f.scope = saved.scope;
        self.f.env = saved.env;
        self.f.top = saved.top;
        self.f.floor = saved.floor;
    }

    /// Keeps the registers that are in use now from being treated as temporary.
    fn pin(&mut self) -> u32 {
        std::mem::replace(&mut self.f.floor, self.f.top)
    }
}

/// What was current before a scope.
#[derive(Clone, Copy)]
pub(crate) struct Entered {
    scope: ScopeId,
    env: Option<Reg>,
    top: u32,
    floor: u32,
}
