//! From a module to an object file.

use crate::entry::{Entries, To};
use crate::support::{self, Bridges};
use crate::writer::{Fixup, Piece, Visible, Writer};
use crate::{Error, Exports, Options, format, names, sites};
use codegen::{Arch, Calls, Compiled, Symbol, Target};
use ir::{Entity, Func, Function, Module, Op};
use object::SymbolKind;
use object::write::SymbolId;

/// Compiles every function of a module into an object file: ELF for Linux, Mach-O for macOS, COFF for Windows. The same
/// arguments give the same bytes. Passes are up to the caller.
///
/// # Errors
/// Why there is none. A function that is declined fails the whole: nothing could run it.
pub fn object(module: &Module, target: &Target, options: &Options) -> Result<Vec<u8>, Error> {
    ir::verify::verify(module).map_err(Error::Malformed)?;
    if let Exports::Only(list) = &options.exports
        && let Some(missing) = list.iter().find(|func| module.functions.get(**func).is_none())
    {
        return Err(Error::NoSuchFunction(*missing));
    }
    let target = format::linkable(target);
    let compiled = compile(module, &target, options)?;
    let mut writer = Writer::new(&target);
    support::define(&mut writer, options.support)?;
    let mut build = Build::new(module, options, writer);
    for (func, compiled) in module.functions.keys().zip(&compiled) {
        build.function(func, compiled);
    }
    build.cells();
    build.entries()?;
    build.writer.finish(target.arch() == Arch::Arm64 || !module.functions.values().any(has_jump_table))
}

/// Whether indirect jumps may lead to places without landing pads: the x64 code generator puts none behind jump tables.
fn has_jump_table(function: &Function) -> bool {
    let insts = function.order.iter().flat_map(|block| &function.blocks[*block].insts);
    insts.into_iter().any(|inst| function.insts[*inst].op == Op::Switch)
}

fn compile(module: &Module, target: &Target, options: &Options) -> Result<Vec<Compiled>, Error> {
    let codegen = codegen::Options { listing: false, cold_calls_save: false, ..options.codegen.clone() };
    let (mut compiled, mut declined) = (Vec::new(), Vec::new());
    for (func, function) in module.functions.iter() {
        match codegen::compile(module, func, target, &codegen) {
            Ok(done) => compiled.push(done),
            Err(why) => declined.push((function.name.clone(), why)),
        }
    }
    if declined.is_empty() { Ok(compiled) } else { Err(Error::Declined(declined)) }
}

struct Build<'a> {
    module: &'a Module,
    options: &'a Options,
    writer: Writer,
    /// By function.
    functions: Vec<SymbolId>,
    cells: Vec<Option<SymbolId>>,
}

impl<'a> Build<'a> {
    fn new(module: &'a Module, options: &'a Options, mut writer: Writer) -> Build<'a> {
        let functions = module.functions.iter().map(|(func, function)| {
            let name = names::function(&function.name);
            writer.declare(&name, SymbolKind::Text, visible(options, func))
        });
        let functions = functions.collect();
        let mut build =
            Build { module, options, writer, functions, cells: vec![None; module.functions.len()] };
        if options.codegen.calls != Calls::Direct {
            module.functions.keys().for_each(|func| {
                build.cell(func);
            });
        }
        build
    }

    fn name(&self, func: Func) -> &'a str {
        &self.module.functions[func].name
    }

    /// The cell with a function's entry pointer.
    fn cell(&mut self, func: Func) -> SymbolId {
        if let Some(known) = self.cells[func.index()] {
            return known;
        }
        let name = names::cell(self.name(func));
        let cell = self.writer.declare(&name, SymbolKind::Data, visible(self.options, func));
        self.cells[func.index()] = Some(cell);
        cell
    }

    fn function(&mut self, func: Func, compiled: &Compiled) {
        let piece = Piece { code: &compiled.code, align: compiled.align, frame: compiled.frame.clone() };
        let start = self.writer.code(self.functions[func.index()], piece);
        let sites = (!compiled.sites.is_empty()).then(|| {
            let name = names::sites(self.name(func));
            let symbol = self.writer.declare(&name, SymbolKind::Data, Visible::Here);
            let table = sites::encode(&self.module.functions[func], compiled);
            self.writer.constant(symbol, &table);
            symbol
        });
        for reloc in &compiled.relocs {
            let symbol = match (reloc.target, sites) {
                (Symbol::Function(callee), _) => self.functions[callee.index()],
                (Symbol::EntryPointer(callee), _) => self.cell(callee),
                (Symbol::Runtime(runtime), _) => {
                    self.writer.import(&names::runtime(&self.module.runtimes[runtime].name))
                }
                (Symbol::Helper(helper), _) => self.writer.import(names::helper(helper)),
                // Code for programs has no such calls.
                (Symbol::SavingCall, _) => self.writer.import(names::SAVING_CALL),
                (Symbol::CodeCookie, Some(sites)) => sites,
                // Nobody asks for a cookie without leaving somewhere; should it happen, the code itself will do.
                (Symbol::CodeCookie, None) => self.functions[func.index()],
            };
            let offset = start + u64::from(reloc.offset);
            self.writer.fix_code(Fixup { offset, kind: reloc.kind, symbol, addend: reloc.addend });
        }
    }

    fn cells(&mut self) {
        for (index, cell) in self.cells.clone().into_iter().enumerate() {
            if let Some(cell) = cell {
                self.writer.cell(cell, self.functions[index]);
            }
        }
    }

    /// C entries of what is exported.
    fn entries(&mut self) -> Result<(), Error> {
        let module = self.module;
        let mut bridges = Bridges::default();
        let entries =
            Entries::new(&self.writer.target, self.options.codegen.verify).map_err(Error::Support)?;
        for (func, function) in module.functions.iter() {
            if !self.options.exports.contains(func) {
                continue;
            }
            let entry = entries
                .compile(&function.signature)
                .map_err(|why| Error::Entry { function: function.name.clone(), why })?;
            let bridge = bridges.get(&mut self.writer, entry.shape)?;
            let name = names::entry(&function.name);
            let symbol = self.writer.declare(&name, SymbolKind::Text, Visible::Everywhere);
            let piece = Piece { code: &entry.code, align: entry.align, frame: entry.frame };
            let start = self.writer.code(symbol, piece);
            for (offset, kind, to, addend) in entry.relocs {
                let symbol = match to {
                    To::Function => self.functions[func.index()],
                    To::Bridge => bridge,
                };
                self.writer.fix_code(Fixup { offset: start + u64::from(offset), kind, symbol, addend });
            }
        }
        Ok(())
    }
}

fn visible(options: &Options, func: Func) -> Visible {
    if options.exports.contains(func) { Visible::Image } else { Visible::Here }
}
