//! The syntax tree of a Sox module.
//!
//! Every node has a [`Span`] from its first to behind its last byte. The line that a runtime error reports for a node is that
//! of its last byte, as the reference does. Names are resolved: uses of local variables carry the [`Var`] they mean.

use std::ops::ControlFlow;
use std::sync::Arc;

/// No path from a module to a leaf of its tree passes more nodes. Deeper texts are refused, so whoever walks a tree may recurse;
/// long chains (`a + b + c`, `else if`, `a.b().c()`) are deep on one side and can be walked in a loop instead.
pub const MAX_DEPTH: u32 = 1_000;

/// A range of bytes in one source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

impl Span {
    /// From the beginning of this one to the end of the other.
    pub fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }
}

/// A name. Equal names of one module share their bytes.
pub type Name = Arc<str>;

/// A name where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: Name,
    /// Where.
    pub span: Span,
}

/// A local variable, an index into [`Module::vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Var(pub u32);

/// What is known about a local variable when the whole module is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VarInfo {
    /// Its name; empty for variables the program cannot name.
    pub name: Name,
    /// Its declaration.
    pub span: Span,
    /// A function inside of its own uses it.
    pub captured: bool,
    /// It is assigned to after its declaration.
    pub assigned: bool,
}

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A local variable of this function or of one around it.
    Local(Var),
    /// A global of the module, or a native when the module has none of that name.
    Global,
}

/// A whole module.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Every local variable of every function in it.
    pub vars: Vec<VarInfo>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: StmtKind,
}

/// Statements and declarations.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `import "a"`, `import x "a"`, `import ("a" x "b")`.
    Import(Vec<Import>),
    /// `fn name(..) {..}`, perhaps behind `#[test]`.
    Fn {
        /// What the name is bound to.
        target: Target,
        /// The function.
        function: Box<Function>,
        /// Has the attribute `#[test]`.
        test: bool,
    },
    /// `class B < A implements I, J {..}`.
    Class(Box<Class>),
    /// `interface I { name(a, b) .. }`.
    Interface {
        /// What the name is bound to.
        target: Target,
        /// The methods that a class must have: names and numbers of parameters.
        methods: Vec<(Ident, u32)>,
    },
    /// `defer () {..}`: the function is called when the one around it is left.
    Defer(Box<Function>),
    /// `var a = 1, b`: no value is nil.
    Var(Vec<VarDecl>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `assert(cond, message)`.
    Assert {
        /// What must hold.
        condition: Expr,
        /// What to say otherwise.
        message: Option<Expr>,
    },
    /// `print e`.
    Print(Expr),
    /// `if c s else s`.
    If {
        /// The condition.
        condition: Expr,
        /// If truthy.
        then: Box<Stmt>,
        /// If falsy.
        otherwise: Option<Box<Stmt>>,
    },
    /// `switch e { case v {..} default {..} }`.
    Switch {
        /// What is compared.
        value: Expr,
        /// Clauses in the order of the text.
        clauses: Vec<Clause>,
    },
    /// `return`, `return e`.
    Return(Option<Expr>),
    /// `throw e`.
    Throw(Expr),
    /// `while c s`.
    While {
        /// The condition.
        condition: Expr,
        /// The body.
        body: Box<Stmt>,
    },
    /// `for init; c; step s`.
    For {
        /// A `var` or an expression.
        init: Option<Box<Stmt>>,
        /// None is true.
        condition: Option<Expr>,
        /// After each round.
        step: Option<Expr>,
        /// The body.
        body: Box<Stmt>,
    },
    /// `for v in c {..}`, `for k, v in c {..}`, `foreach var k, v in c {..}`. The variables are fresh in every round.
    ForIn {
        /// One or two variables.
        vars: Vec<Target>,
        /// Array, table, string, range or coroutine.
        container: Expr,
        /// The body.
        body: Box<Stmt>,
    },
    /// `{..}`.
    Block(Vec<Stmt>),
    /// `try {..} catch e {..}`.
    Try {
        /// What may throw.
        body: Vec<Stmt>,
        /// The variable that holds the error.
        error: Option<Target>,
        /// What runs then.
        handler: Vec<Stmt>,
    },
    /// An expression for its effects.
    Expr(Expr),
}

/// A declared name: a variable of the function, or a global at the top level of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The name.
    pub ident: Ident,
    /// What it is bound to.
    pub binding: Binding,
}

/// One module of an `import`.
#[derive(Clone, Debug)]
pub struct Import {
    /// The alias, or the last component of the path without `.sox`.
    pub target: Target,
    /// The path as written.
    pub path: Name,
    /// Where the path is.
    pub span: Span,
}

/// One variable of a `var`.
///
/// Functions in the value may use the variable (`var f = fn(n) { return f(n - 1) }`), the value itself may not: a variable with
/// [`VarInfo::captured`] has to exist, as nil, before its value is computed.
#[derive(Clone, Debug)]
pub struct VarDecl {
    /// The variable.
    pub target: Target,
    /// `var x[]`.
    pub array: bool,
    /// Its first value.
    pub value: Option<Expr>,
}

/// A clause of a `switch`.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Where.
    pub span: Span,
    /// The value; `None` for `default`.
    pub value: Option<Expr>,
    /// The statement; `None` runs the one of the next clause that has one.
    pub body: Option<Stmt>,
}

/// What kind of code a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// `fn`, named or not.
    Function,
    /// A method.
    Method,
    /// The method `init`.
    Initializer,
    /// The body of a `defer`; `this` is that of the function around it.
    Defer,
}

/// A function with its body.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name; `None` for function expressions.
    pub name: Option<Ident>,
    /// What kind.
    pub kind: FunctionKind,
    /// Its parameters. Those with a default come last.
    pub params: Vec<Param>,
    /// Its body.
    pub body: Vec<Stmt>,
    /// From `fn` (or the name of a method) to the closing brace.
    pub span: Span,
    /// `this` of a method, which functions inside may capture; only methods and initializers have it.
    pub this: Option<Var>,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// The variable.
    pub var: Var,
    /// Its name.
    pub ident: Ident,
    /// The value when the argument is missing; evaluated at each call, from left to right.
    pub default: Option<Expr>,
}

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// What the name is bound to.
    pub target: Target,
    /// `< A`.
    pub superclass: Option<(Ident, Binding)>,
    /// `super` for its methods, when there is a superclass: a variable that the methods capture.
    pub super_var: Option<Var>,
    /// `implements I, J`.
    pub interfaces: Vec<(Ident, Binding)>,
    /// Its methods.
    pub methods: Vec<Function>,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ExprKind,
}

/// Expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `nil`.
    Nil,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string, escapes resolved. Bytes, because `\xHH` may be any.
    String(Arc<[u8]>),
    /// A variable.
    Name(Name, Binding),
    /// `this`: a variable of the method, perhaps captured.
    This(Var),
    /// `super.name`.
    Super {
        /// `this` of the method.
        this: Var,
        /// The superclass.
        class: Var,
        /// The method.
        name: Ident,
    },
    /// `-e`, `!e`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b` and the like.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a and b`.
    And(Box<Expr>, Box<Expr>),
    /// `a or b`.
    Or(Box<Expr>, Box<Expr>),
    /// `e is C`: class or interface.
    Is(Box<Expr>, Box<Expr>),
    /// `a..b`: from `a` up to, not including, `b`.
    Range(Box<Expr>, Box<Expr>),
    /// `f(..)`. The callee may be a property or `super.name`: then it is a method call.
    Call(Box<Expr>, Vec<Expr>),
    /// `e.name`.
    Property(Box<Expr>, Ident),
    /// `e[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `e[a:b]`.
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `x = e`.
    Assign(Box<Place>, Box<Expr>),
    /// `{a, b}`, `[a, b]`, and `{}` where an array is declared.
    Array(Vec<Expr>),
    /// `{k: v}`, and `{}`. Keys in the order of the text.
    Table(Vec<(TableKey, Expr)>),
    /// `fn(a) {..}`.
    Function(Box<Function>),
}

impl Expr {
    /// Hands over the expressions that this one is made of, in the order of the text; those in functions are not among them.
    /// Ends when told to, and says so.
    pub fn each_child<'a>(&'a self, each: &mut dyn FnMut(&'a Expr) -> ControlFlow<()>) -> ControlFlow<()> {
        match &self.kind {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Name(..)
            | ExprKind::This(_)
            | ExprKind::Super { .. }
            | ExprKind::Function(_) => ControlFlow::Continue(()),
            ExprKind::Unary(_, a) | ExprKind::Property(a, _) => each(a),
            ExprKind::Binary(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Is(a, b)
            | ExprKind::Range(a, b)
            | ExprKind::Index(a, b) => [a, b].into_iter().try_for_each(|child| each(child)),
            ExprKind::Call(callee, args) => {
                each(callee)?;
                args.iter().try_for_each(each)
            }
            ExprKind::Slice(a, b, c) => {
                [Some(a), b.as_ref(), c.as_ref()].into_iter().flatten().try_for_each(|child| each(child))
            }
            ExprKind::Assign(place, value) => {
                match &**place {
                    Place::Name(..) => {}
                    Place::Property(object, _) => each(object)?,
                    Place::Index(object, index) => [object, index].into_iter().try_for_each(&mut *each)?,
                }
                each(value)
            }
            ExprKind::Array(elements) => elements.iter().try_for_each(each),
            ExprKind::Table(entries) => entries.iter().map(|(_, value)| value).try_for_each(each),
        }
    }
}

/// The key in a table literal: a name or a string.
#[derive(Clone, Debug)]
pub struct TableKey {
    /// The key.
    pub key: Arc<[u8]>,
    /// Where.
    pub span: Span,
}

/// What can be assigned to.
#[derive(Clone, Debug)]
pub enum Place {
    /// A variable.
    Name(Ident, Binding),
    /// `e.name`.
    Property(Expr, Ident),
    /// `e[i]`.
    Index(Expr, Expr),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`.
    Neg,
    /// `!`.
    Not,
}

/// Operators with two operands, both always evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`.
    Div,
    /// `%`.
    Rem,
    /// `==`.
    Eq,
    /// `!=`.
    Ne,
    /// `<`.
    Lt,
    /// `<=`.
    Le,
    /// `>`.
    Gt,
    /// `>=`.
    Ge,
}

impl BinaryOp {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
        }
    }
}
