//! The virtual machine as embedders see it.

use crate::error::{Failure, Res, Stop, Thrown};
use crate::natives::{self, Method, Native};
use crate::session::Program;
use crate::state::State;
use crate::testing;
use crate::tier::Tier;
use heap::{Config, Gc};
use sox_bytecode::{Globals, Module, Source};
use sox_rt::{Array, Closure, ClosureInfo, ModuleObject, Runtime, Value};
use sox_syntax::{Diagnostic, Mode};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What a program may use, and where what it writes goes.
pub struct Options {
    /// The heap's limits.
    pub heap: Config,
    /// Where `print` and `write` write to. It is flushed when the program ends, reads or writes errors.
    pub stdout: Box<dyn Write + Send>,
    /// Where compile errors of modules and `errWrite` go.
    pub stderr: Box<dyn Write + Send>,
    /// What `readLine` reads.
    pub stdin: Box<dyn BufRead + Send>,
    /// `argv`: the program, the script, the script's own arguments.
    pub args: Vec<Vec<u8>>,
    /// Directories in which modules are looked for, after the importer's and the current one.
    pub search: Vec<PathBuf>,
    /// Calls and rounds of loops, at most, rounded up to some thousand.
    pub fuel: Option<u64>,
    /// When the program is to be ended.
    pub deadline: Option<Instant>,
    /// Ends the program when somebody sets it.
    pub cancel: Arc<AtomicBool>,
    /// `print` prints nothing.
    pub suppress_print: bool,
    /// Files, modules and the environment are out of reach, and nothing sleeps: functions for that throw.
    pub isolated: bool,
}

impl Default for Options {
    /// Standard streams, no limits but that of the heap.
    fn default() -> Options {
        Options {
            heap: Config::default(),
            stdout: Box::new(io::BufWriter::new(io::stdout())),
            stderr: Box::new(io::stderr()),
            stdin: Box::new(io::BufReader::new(io::stdin())),
            args: Vec::new(),
            search: Vec::new(),
            fuel: None,
            deadline: None,
            cancel: Arc::default(),
            suppress_print: false,
            isolated: false,
        }
    }
}

/// A text that is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileErrors {
    /// The file, as messages name it.
    pub file: String,
    /// What is wrong with it, in order; empty when it is merely too complex.
    pub diagnostics: Vec<Diagnostic>,
    /// Set when an expression needs more registers than there are: the line, and what to say.
    pub too_complex: Option<(u32, String)>,
}

impl CompileErrors {
    /// The compatible form: a line for each.
    pub fn lines(&self) -> Vec<Vec<u8>> {
        let too_complex = self.too_complex.iter();
        let others = too_complex.map(|(line, what)| format!("[line {line}] Error: {what}").into_bytes());
        self.diagnostics.iter().map(Diagnostic::line_form).chain(others).collect()
    }
}

/// Why a program did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is none.
    Compile(CompileErrors),
    /// An error that it did not catch.
    Runtime(Failure),
    /// It called `sysExit` with this code.
    Exit(i32),
    /// It was ended from outside.
    Stopped(Stop),
}

impl Error {
    /// The process's exit status for it.
    pub fn status(&self) -> i32 {
        match self {
            Error::Compile(_) => 65,
            Error::Runtime(_) | Error::Stopped(_) => 70,
            Error::Exit(code) => *code,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = match self {
            Error::Compile(errors) => errors.lines().join(&b'\n'),
            Error::Runtime(failure) => failure.message.clone(),
            Error::Exit(code) => format!("exit with {code}").into_bytes(),
            Error::Stopped(stop) => stop.to_string().into_bytes(),
        };
        f.write_str(&String::from_utf8_lossy(&bytes))
    }
}

impl std::error::Error for Error {}

/// A heap with the programs that run in it.
pub struct Vm {
    pub(crate) rt: Runtime,
    pub(crate) state: State,
    pub(crate) natives: Vec<Native>,
    pub(crate) methods: Vec<Method>,
    pub(crate) host: Host,
    /// What makes compiled code.
    pub(crate) tier: Option<Box<dyn Tier>>,
}

/// The world outside.
pub(crate) struct Host {
    /// Why something that was written did not reach standard output.
    lost: Cell<Option<io::Error>>,
    pub(crate) stdout: RefCell<Box<dyn Write + Send>>,
    pub(crate) stderr: RefCell<Box<dyn Write + Send>>,
    pub(crate) stdin: RefCell<Box<dyn BufRead + Send>>,
    pub(crate) args: Vec<Vec<u8>>,
    pub(crate) search: Vec<PathBuf>,
    pub(crate) suppress_print: bool,
    pub(crate) isolated: bool,
}

impl fmt::Debug for Vm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vm").field("rt", &self.rt).finish_non_exhaustive()
    }
}

impl Vm {
    /// A machine without programs.
    ///
    /// # Panics
    /// When the system has no memory left for the registers of one program.
    pub fn new(options: Options) -> Vm {
        let mut state = State::new();
        state.cancel = options.cancel;
        state.fuel.set(options.fuel);
        state.deadline.set(options.deadline);
        let access: fn(Native) -> Native = if options.isolated { natives::isolated } else { |native| native };
        Vm {
            rt: Runtime::new(options.heap),
            state,
            natives: natives::all().chain(testing::NATIVES).map(access).collect(),
            methods: natives::methods().collect(),
            host: Host {
                lost: Cell::default(),
                stdout: RefCell::new(options.stdout),
                stderr: RefCell::new(options.stderr),
                stdin: RefCell::new(options.stdin),
                args: options.args,
                search: options.search,
                suppress_print: options.suppress_print,
                isolated: options.isolated,
            },
            tier: None,
        }
    }

    /// The runtime, for its statistics.
    pub fn runtime(&self) -> &Runtime {
        &self.rt
    }

    /// Reads a script and compiles it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(file: &str, source: &[u8]) -> Result<Module, Error> {
        compile(file, source, Mode::Script).map_err(Error::Compile)
    }

    /// Executes a script, and its function `main` if it has one. What it wrote is flushed.
    ///
    /// # Errors
    /// Why it did not come to its end.
    pub fn run(&self, module: Module) -> Result<(), Error> {
        let program = self.start(module)?;
        let done = self.inside(|| self.call_main(&program));
        // What ended the program first is what is reported.
        let done = match done {
            Ok(()) | Err(Error::Runtime(_)) => done.and(self.finish()),
            ended => ended,
        };
        self.flush();
        match self.host.lost.take() {
            Some(error) if done.is_ok() => {
                let message = format!("Could not write to standard output: {error}.").into_bytes();
                Err(Error::Runtime(Failure { message, line: 0, trace: Vec::new() }))
            }
            _ => done,
        }
    }

    /// Runs `f` with the heap's roots known, and turns what it throws into an error.
    pub(crate) fn inside<T>(&self, f: impl FnOnce() -> Res<T>) -> Result<T, Error> {
        self.rt.heap().enter(&self.state, || {
            let prepared = self.prepare();
            prepared.and_then(|()| f()).map_err(|thrown| match thrown {
                Thrown::Value => Error::Runtime(self.failure()),
                Thrown::Exit(code) => Error::Exit(code),
                Thrown::Stop(stop) => Error::Stopped(stop),
            })
        })
    }

    /// Makes what every program needs, once.
    fn prepare(&self) -> Res<()> {
        if self.state.no_memory.get().is_none() {
            let message = self.text(self.rt.string(b"Out of memory."))?;
            self.state.no_memory.set(Some(self.mem(self.rt.error(message))?));
        }
        if self.state.natives.borrow().is_empty() {
            for (number, native) in self.natives.iter().enumerate() {
                let name = self.text(self.rt.string(native.name.as_bytes()))?;
                let object = self.mem(self.rt.native(name, number as u32))?;
                self.state.natives.borrow_mut().push(object.into());
            }
        }
        Ok(())
    }

    /// Makes a module's code known; its top level as a closure.
    pub(crate) fn load(&self, module: &Arc<Module>) -> Res<Gc<Closure>> {
        let first = self.load_code(module)?;
        let object = self.module_object(module)?;
        self.define_natives(object, module, 0)?;
        self.top_level(object, first)
    }

    /// Makes a module's code known; the number of its top level's.
    pub(crate) fn load_code(&self, module: &Arc<Module>) -> Res<u32> {
        let first = self.state.codes.len() as u32;
        let heat = self.first_heat();
        for number in 0..module.functions.len() {
            let code = crate::code::Code::new(&self.rt, module, number, first, heat);
            self.state.codes.push(Box::new(self.text(code)?));
        }
        Ok(first)
    }

    /// The object with the globals of a module, none of them defined.
    pub(crate) fn module_object(&self, module: &Module) -> Res<Gc<ModuleObject>> {
        let number = self.state.modules.borrow().len() as u32;
        let object = self.mem(self.rt.module(number, module.globals.len()))?;
        self.state.modules.borrow_mut().push(object);
        Ok(object)
    }

    /// A closure of a module's first function. The module's functions were the last to be made known.
    pub(crate) fn top_level(&self, object: Gc<ModuleObject>, first: u32) -> Res<Gc<Closure>> {
        for number in first as usize..self.state.codes.len() {
            self.code(number as u32).globals.set(Some(object));
        }
        let name = self.code(first).name;
        let info = ClosureInfo { code: first, required: 0, params: 0 };
        self.mem(self.rt.closure(object, name, info, 0))
    }

    /// Globals from a slot on that have the names of natives, `argc` or `argv` are these until the module says otherwise.
    pub(crate) fn define_natives(&self, object: Gc<ModuleObject>, module: &Module, from: usize) -> Res<()> {
        for (slot, name) in module.globals.iter().enumerate().skip(from) {
            let value = match &**name {
                "argc" => Value::number(self.host.args.len() as f64),
                "argv" => self.argv()?.into(),
                name => match self.natives.iter().position(|native| native.name == name) {
                    Some(number) => self.state.natives.borrow()[number],
                    None => continue,
                },
            };
            self.rt.set_global(object, slot, value);
        }
        Ok(())
    }

    /// The arguments as an array of strings.
    pub(crate) fn argv(&self) -> Res<Gc<Array>> {
        let array = self.mem(self.rt.array(self.host.args.len()))?;
        for arg in &self.host.args {
            let arg = self.text(self.rt.string(arg))?;
            self.mem(self.rt.push(array, arg.into()))?;
        }
        Ok(array)
    }

    /// Calls the global function `main`, with the arguments if it takes them.
    fn call_main(&self, program: &Program) -> Res<()> {
        let main = self.global(program, "main");
        let Some(function) = main.get::<Closure>() else { return Ok(()) };
        let args = [Value::number(self.host.args.len() as f64), self.argv()?.into()];
        let args = if function.info().required == 0 { &args[..0] } else { &args[..] };
        self.call(&self.state.main, main, args).map(drop)
    }

    /// Writes to standard output, unless that is suppressed.
    pub(crate) fn write_out(&self, bytes: &[u8]) -> Res<()> {
        if self.host.suppress_print {
            return Ok(());
        }
        match self.host.stdout.borrow_mut().write_all(bytes) {
            Ok(()) => Ok(()),
            Err(error) => self.fail(format!("Could not write to standard output: {error}.")),
        }
    }

    /// Writes to standard error, after what was written to standard output.
    pub(crate) fn write_err(&self, bytes: &[u8]) {
        self.flush();
        // There is nobody left to tell when this fails.
        let _ = self.host.stderr.borrow_mut().write_all(bytes);
    }

    /// Has everything written reach standard output. When that fails it is an error at the program's end.
    pub(crate) fn flush(&self) {
        if let Err(error) = self.host.stdout.borrow_mut().flush() {
            self.host.lost.set(Some(error));
        }
    }
}

/// Reads a text and compiles it.
pub(crate) fn compile(file: &str, source: &[u8], mode: Mode) -> Result<Module, CompileErrors> {
    let parsed = sox_syntax::parse_as(source, mode);
    let errors = |diagnostics, too_complex| CompileErrors { file: file.to_owned(), diagnostics, too_complex };
    if !parsed.diagnostics.is_empty() {
        return Err(errors(parsed.diagnostics, None));
    }
    let source = Source { text: source, file, imported: mode == Mode::Module };
    sox_bytecode::compile(&parsed.module, &source, &mut Globals::default()).map_err(|error| {
        let line = parsed.lines.line(error.span.start);
        errors(Vec::new(), Some((line, error.to_string())))
    })
}
