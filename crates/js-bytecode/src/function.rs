//! What the compiler makes of a source: functions with their tables.

use crate::inst::Inst;

/// Text as JavaScript has it: UTF-16 code units, in one byte each where they fit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Text {
    /// Code units below 256.
    Latin1(Box<[u8]>),
    /// Any code units, lone surrogates too.
    Utf16(Box<[u16]>),
}

/// A constant of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A number that `load_int` cannot say.
    Number(f64),
    /// A string: literals, names, messages.
    String(Text),
    /// A BigInt: its decimal digits.
    BigInt(Box<str>),
    /// A regular expression literal.
    RegExp {
        /// The pattern.
        pattern: Text,
        /// The flags.
        flags: Text,
    },
    /// A template object: cooked strings (`None`: undefined) and raw ones.
    Template {
        /// Template values.
        cooked: Box<[Option<Text>]>,
        /// Raw values.
        raw: Box<[Text]>,
    },
}

/// What kind of function it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// The statements of a script.
    Script,
    /// The statements of a module; runs as an async function if it awaits.
    Module,
    /// The source given to eval.
    Eval,
    /// `function`: has `[[Construct]]` unless generator or async.
    Normal,
    /// An arrow function: no `this` of its own.
    Arrow,
    /// A method, getter or setter: no `[[Construct]]`.
    Method,
    /// The constructor of a class without `extends`.
    BaseConstructor,
    /// The constructor of a class with `extends`.
    DerivedConstructor,
    /// Initialises the fields of instances, or is a static block; called with the object as `this`.
    Initializer,
}

/// Properties of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Strict mode code.
    pub strict: bool,
    /// `function*`.
    pub generator: bool,
    /// `async`.
    pub is_async: bool,
    /// All arguments are needed, not only those that have a parameter (`arguments`, rest).
    pub all_arguments: bool,
    /// A getter or setter, whose length and name are the accessor's.
    pub accessor: bool,
    /// Some code in it contains a direct eval: nothing about its variables may be assumed.
    pub has_eval: bool,
}

/// A variable in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeVar {
    /// Its name; names that no program can write begin with `%`: `%this`, `%new.target`, `%home`, `%function`.
    pub name: Text,
    /// Whether the slot is empty (uninitialised) at first.
    pub lexical: bool,
    /// Whether assignments fail: `const`, class names in class bodies, imports.
    pub constant: bool,
    /// Assignments to this constant are ignored in sloppy code (the name of a function expression).
    pub silent: bool,
}

/// What an environment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A block, loop, class, or parameters: `var` of a sloppy direct eval cannot hoist over any of its names.
    Block,
    /// A catch clause: its simple parameter is no obstacle for that (B.3.4).
    Catch,
    /// The variables of a function: where a sloppy direct eval declares its own.
    Function,
    /// The top level of a module.
    Module,
}

/// The description of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeInfo {
    /// What it is for.
    pub kind: ScopeKind,
    /// Its slots, in order.
    pub vars: Box<[ScopeVar]>,
    /// For `mapped_arguments`: the slot of each formal parameter, `u16::MAX` for one that a later parameter of the same name hides.
    pub mapped: Box<[u16]>,
}

/// Instructions whose exceptions go to a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first instruction.
    pub start: u32,
    /// The one behind the last.
    pub end: u32,
    /// The handler, which begins with `catch`. Of several entries for an instruction the first counts: inner ones come first.
    pub target: u32,
}

/// Where an instruction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The first instruction that comes from there; the entries are in this order.
    pub inst: u32,
    /// Offset in the source, in bytes.
    pub offset: u32,
}

/// What an instruction calls or constructs, as the source has it: messages name it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callee {
    /// The instruction; the entries are in this order.
    pub inst: u32,
    /// The expression in the source, in bytes.
    pub source: (u32, u32),
}

/// A function, compiled.
#[derive(Clone, Debug)]
pub struct FunctionCode {
    /// What kind of function it is.
    pub kind: FunctionKind,
    /// Its properties.
    pub flags: Flags,
    /// The initial value of its `name`.
    pub name: Text,
    /// The initial value of its `length`.
    pub length: u32,
    /// Registers from 2 on that hold arguments when it is entered.
    pub params: u16,
    /// Registers it uses, those two and the windows of its calls included.
    pub registers: u32,
    /// Its instructions. The last one does not fall through.
    pub insts: Box<[Inst]>,
    /// Its constants.
    pub constants: Box<[Constant]>,
    /// Its inline caches: each names a property by the index of a constant, a string.
    pub caches: Box<[u32]>,
    /// Environments that it makes.
    pub scopes: Box<[ScopeInfo]>,
    /// Its handlers.
    pub handlers: Box<[Handler]>,
    /// Where instructions come from.
    pub positions: Box<[Position]>,
    /// What its calls call.
    pub callees: Box<[Callee]>,
    /// Its text in the source, in bytes: what `toString` gives. Of a class constructor, the class.
    pub source: (u32, u32),
}

/// A name that a script declares in the global scope, or an eval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name.
    pub name: Text,
    /// What it declares.
    pub kind: DeclaredKind,
}

/// What a global declaration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredKind {
    /// `var`.
    Var,
    /// A function: CanDeclareGlobalFunction is asked before anything runs. The code itself defines it, by `declare_function`.
    Function,
    /// A function in a block, which becomes a variable where that is possible (B.3.2.2).
    BlockFunction,
    /// `let` or `class`.
    Let,
    /// `const`.
    Const,
}

/// An import of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Index of the module request.
    pub request: u32,
    /// The name imported; `None` for the namespace object, or the module's source where the request is for that.
    pub name: Option<Text>,
    /// The local name.
    pub local: Text,
}

/// Phase of an import: how far what is requested gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It is evaluated.
    #[default]
    Evaluation = 0,
    /// `import source`: it is loaded.
    Source = 1,
    /// `import defer`: it is evaluated when something of it is used.
    Defer = 2,
}

/// What a module requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The specifier.
    pub specifier: Text,
    /// Import attributes, sorted by key.
    pub attributes: Box<[(Text, Text)]>,
    /// Its phase. Requests that differ in it only are two.
    pub phase: Phase,
    /// Offset in the source, in bytes.
    pub offset: u32,
}

/// An export of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Export {
    /// A variable of the module: the slot in its environment.
    Local {
        /// The exported name.
        name: Text,
        /// The slot.
        slot: u16,
    },
    /// A binding of another module.
    Indirect {
        /// The exported name.
        name: Text,
        /// Index of the request.
        request: u32,
        /// The name there; `None` for the namespace object, or the module's source where the request is for that.
        import: Option<Text>,
    },
    /// `export * from`.
    Star {
        /// Index of the request.
        request: u32,
    },
}

/// What is particular to a module.
#[derive(Clone, Debug, Default)]
pub struct ModuleInfo {
    /// What it requests, in order of first appearance.
    pub requests: Box<[Request]>,
    /// Its imports; `get_import` names them by index.
    pub imports: Box<[Import]>,
    /// Its exports.
    pub exports: Box<[Export]>,
    /// Its environment, which the VM makes before anything runs (`outer_env` of the module's function is it).
    pub scope: Option<ScopeInfo>,
    /// Functions of the top level: slot and function, made before anything runs.
    pub functions: Box<[(u16, u32)]>,
    /// Whether it awaits at its top level.
    pub has_await: bool,
}

/// A source, compiled.
#[derive(Clone, Debug)]
pub struct Unit {
    /// All functions; the first is the script, module or eval code itself.
    pub functions: Vec<FunctionCode>,
    /// What a script declares in the global scope, or a sloppy eval in its variable scope: functions in order first.
    pub declared: Vec<Declared>,
    /// What is particular to a module.
    pub module: Option<ModuleInfo>,
    /// Private names of surrounding classes that direct eval code uses (`#x`): a SyntaxError unless all can be found.
    pub private_names: Box<[Text]>,
}

/// Flags of `define_method` and `define_private`, above the register in C.
#[derive(Clone, Copy, Debug)]
pub struct MethodFlags;

impl MethodFlags {
    /// A getter.
    pub const GETTER: u8 = 1;
    /// A setter.
    pub const SETTER: u8 = 2;
    /// The property is enumerable (object literals).
    pub const ENUMERABLE: u8 = 4;
    /// A method, in `define_private` (without it a field).
    pub const METHOD: u8 = 8;
}

/// Kinds of errors that `throw_error` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum ErrorKind {
    /// TypeError.
    Type,
    /// ReferenceError.
    Reference,
    /// SyntaxError.
    Syntax,
    /// RangeError.
    Range,
}

/// Why a source is refused: an early error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where, as an offset in the source in bytes.
    pub offset: u32,
    /// Whether it is a ReferenceError rather than a SyntaxError.
    pub reference: bool,
}

/// What CreateDynamicFunction makes (20.2.1.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DynamicKind {
    /// `Function`
    Normal,
    /// `GeneratorFunction`
    Generator,
    /// `AsyncFunction`
    Async,
    /// `AsyncGeneratorFunction`
    AsyncGenerator,
}

impl DynamicKind {
    /// The source text of such a function, which its `toString` gives and positions refer to.
    pub fn source(self, parameters: &str, body: &str) -> String {
        let prefix = match self {
            DynamicKind::Normal => "function",
            DynamicKind::Generator => "function*",
            DynamicKind::Async => "async function",
            DynamicKind::AsyncGenerator => "async function*",
        };
        format!("{prefix} anonymous({parameters}\n) {{\n{body}\n}}")
    }
}

/// What a direct eval is surrounded by: which forms are allowed in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvalContext {
    /// The calling code is strict.
    pub strict: bool,
    /// `new.target` is allowed: in a function that is no arrow of the top level.
    pub new_target: bool,
    /// `super.x` is allowed.
    pub super_property: bool,
    /// `super()` is allowed.
    pub super_call: bool,
    /// `arguments` is an error: in a field initialiser.
    pub in_field: bool,
    /// A direct eval; without it all else is ignored.
    pub direct: bool,
}
