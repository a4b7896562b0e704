//! Loading: from a file's bytes to a module with its data and a table of links. Dis specification, "load"; dis(6).

use crate::builtin::{self, Builtin, Draft, Function};
use crate::code::{Code, Export};
use crate::errors::Fail;
use crate::trap::Trap;
use crate::vm::Vm;
use dis_bytecode::{DataItem, DataValue, Facts, Import, Module, WordSize, read, verify, word_size};
use dis_rt::{Addr, NIL, OutOfMemory, TypeId, module, types};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// Most bytes of a module's file, as in Inferno.
const LARGEST: usize = 8 << 20;

/// Why a module cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(pub String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

/// What runs when a link is called.
#[derive(Clone)]
pub(crate) enum Body {
    Builtin(&'static Function),
    Code(Rc<Code>, u32),
}

/// What a link leads to.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) body: Body,
    pub(crate) frame: TypeId,
}

/// A module as someone loaded it.
pub(crate) struct Loaded {
    code: Option<Rc<Code>>,
    links: Vec<Entry>,
    exports: Vec<Entry>,
    /// The number of what links and exports lead to.
    shape: u32,
    /// What it is made of, when a program makes it.
    pub(crate) draft: Option<Box<Draft>>,
}

/// Numbers for what modules' links lead to, for the tier: two modules have the same only if each link and each export leads to
/// the same in both.
#[derive(Default)]
pub(crate) struct Shapes {
    known: HashMap<Shape, u32>,
    count: u32,
}

/// The number of the module's code, 0 for modules of the machine; of each link where it leads and its frame.
type Shape = (u32, Vec<(usize, TypeId)>);

impl Shapes {
    fn number(&mut self, code: u32, links: &[Entry]) -> u32 {
        let place = |entry: &Entry| match &entry.body {
            Body::Builtin(function) => (std::ptr::from_ref(*function).addr(), entry.frame),
            Body::Code(_, pc) => (*pc as usize, entry.frame),
        };
        let count = &mut self.count;
        *self.known.entry((code, links.iter().map(place).collect())).or_insert_with(|| {
            *count += 1;
            *count
        })
    }

    fn forget(&mut self, code: u32) {
        self.known.retain(|shape, _| shape.0 != code);
    }
}

impl Loaded {
    /// The function behind a number: of the table of links, or, counting from -1 downwards, of the exports.
    pub(crate) fn entry(&self, number: i32) -> Option<Entry> {
        match usize::try_from(number) {
            Ok(number) => self.links.get(number).cloned(),
            Err(_) => self.exports.get(usize::try_from(!number).ok()?).cloned(),
        }
    }

    pub(crate) fn shape(&self) -> u32 {
        self.shape
    }

    pub(crate) fn code(&self) -> Option<&Rc<Code>> {
        self.code.as_ref()
    }

    pub(crate) fn constants(&self) -> Option<Addr> {
        self.code.as_ref().map(|code| code.constants)
    }
}

/// A module for this word size, from the bytes of its file, with what the verifier says.
pub(crate) fn check(
    bytes: &[u8],
    word: WordSize,
) -> Result<(dis_bytecode::Module, dis_bytecode::Facts), LoadError> {
    if bytes.len() > LARGEST {
        return Err(LoadError("implausible length".into()));
    }
    let module = read(bytes).map_err(|error| LoadError(error.to_string()))?;
    verify(&module, word).map(|facts| (module.clone(), facts)).map_err(|faults| {
        let found = word_size::find(&module, None);
        match (found.sure, faults.first()) {
            (word_size::Sure::Proven, _) if found.word != word => LoadError(format!(
                "it was compiled for words of {} bytes, and this machine has {word}: {}",
                found.word,
                found.evidence.join("; ")
            )),
            (_, Some(fault)) => LoadError(fault.to_string()),
            (_, None) => LoadError("it does not pass the verifier".into()),
        }
    })
}

/// What links to its functions lead to.
fn entries(code: &Rc<Code>) -> Vec<Entry> {
    let entry = |export: &Export| Entry { body: Body::Code(Rc::clone(code), export.pc), frame: export.frame };
    code.exports.iter().map(entry).collect()
}

impl Vm {
    pub(crate) fn word_size(&self) -> WordSize {
        if self.word == 8 { WordSize::Eight } else { WordSize::Four }
    }

    /// Code from a file's bytes. Its types are told from others' by `path`.
    pub(crate) fn decode(&mut self, path: &str, bytes: &[u8]) -> Result<Rc<Code>, LoadError> {
        let (module, facts) = check(bytes, self.word_size())?;
        self.prepared(path, module, &facts)
            .map_err(|_| LoadError(Trap::Memory.text().unwrap_or_default().into()))
    }

    /// The same from a module that passed the verifier.
    pub(crate) fn prepared(
        &mut self,
        path: &str,
        module: Module,
        facts: &Facts,
    ) -> Result<Rc<Code>, OutOfMemory> {
        let watched = self.watch.is_some().then(|| module.clone());
        let mut code = Code::new(module, facts, self.word_size(), &Rc::from(path), &mut self.heap)?;
        self.enrol(&mut code);
        if let (Some(watch), Some(module)) = (&mut self.watch, watched) {
            watch.enlist(code.number, path, &module, facts);
        }
        Ok(Rc::new(code))
    }

    /// A module of its own: data, and links for these imports. The reference is counted.
    pub(crate) fn link(&mut self, code: &Rc<Code>, imports: &[Import], data: Addr) -> Result<Addr, Trap> {
        let links = imports.iter().map(|import| self.link_one(code, import)).collect::<Result<_, _>>();
        let links: Vec<Entry> = links.inspect_err(|_| self.heap.release(data))?;
        let shape = self.shapes.number(code.number, &links);
        let (code, exports) = (Some(Rc::clone(code)), entries(code));
        self.add(Loaded { code, links, exports, shape, draft: None }, data, 0)
    }

    fn link_one(&mut self, code: &Rc<Code>, import: &Import) -> Result<Entry, Trap> {
        let Some(export) = code.exports.iter().find(|export| export.name == import.name) else {
            return Err(self.missing(&code.name, &import.name));
        };
        if export.signature != import.signature {
            return Err(self.mismatch(&code.name, import, export.signature));
        }
        Ok(Entry { body: Body::Code(Rc::clone(code), export.pc), frame: export.frame })
    }

    fn missing(&mut self, module: &str, name: &str) -> Trap {
        self.message = format!("link failed fn {module}->{name}() not implemented");
        Trap::Text
    }

    fn mismatch(&mut self, module: &str, import: &Import, signature: u32) -> Trap {
        self.message =
            format!("link typecheck {module}->{}() {signature:x}/{:x}", import.name, import.signature);
        Trap::Text
    }

    /// Enters a module. Its data's count is taken over. What it takes outside of the heap counts as memory of the program.
    fn add(&mut self, loaded: Loaded, data: Addr, outside: u32) -> Result<Addr, Trap> {
        let size = module::SIZE.saturating_add(outside);
        let at = self.heap.allocate(types::MODULE, size).inspect_err(|_| self.heap.release(data))?;
        let number = self.unloaded.pop().unwrap_or_else(|| {
            self.loaded.push(None);
            self.loaded.len() as u32 - 1
        });
        self.heap.memory.set_pointer(at + module::DATA, data);
        self.heap.memory.set_u32(at + module::NUMBER, number);
        self.heap.memory.set_u32(at + module::LINKS, loaded.shape);
        self.loaded[number as usize] = Some(loaded);
        Ok(at)
    }

    /// A module is gone. Constants of its code go with the code.
    pub(crate) fn unload(&mut self, number: u32) {
        if let Some(loaded) = self.loaded.get_mut(number as usize).and_then(Option::take) {
            self.unloaded.push(number);
            if let Some(code) = loaded.code {
                drop((loaded.links, loaded.exports));
                self.drop_code(code);
            }
        }
    }

    /// Lets go of code, and of its constants with the last that has it.
    pub(crate) fn drop_code(&mut self, code: Rc<Code>) {
        if let Ok(code) = Rc::try_unwrap(code) {
            self.heap.release(code.constants);
            self.shapes.forget(code.number);
            if let Some(tier) = &self.tier {
                tier.forget(code.number);
            }
        }
    }

    /// Module data as it begins.
    pub(crate) fn new_data(&mut self, code: &Code) -> Result<Addr, Trap> {
        let Some(ty) = code.data_type else { return Ok(NIL) };
        let at = self.heap.record(ty)?;
        let mut bases = vec![at];
        for item in &code.data {
            if let Err(trap) = self.data_item(item, code, &mut bases) {
                self.heap.release(at);
                return Err(trap);
            }
        }
        Ok(at)
    }

    fn data_item(&mut self, item: &DataItem, code: &Code, bases: &mut Vec<Addr>) -> Result<(), Trap> {
        let at = bases.last().copied().unwrap_or(NIL).wrapping_add(item.offset);
        let step = |size: u32| (at..).step_by(size as usize);
        match &item.value {
            DataValue::Bytes(bytes) => self.heap.memory.bytes_mut(at, bytes.len()).copy_from_slice(bytes),
            DataValue::Words(words) => {
                step(self.word).zip(words).for_each(|(at, word)| self.heap.memory.set_word(at, *word));
            }
            DataValue::Reals(bits) => {
                step(8).zip(bits).for_each(|(at, bits)| self.heap.memory.set_big(at, bits.cast_signed()));
            }
            DataValue::Bigs(bigs) => {
                step(8).zip(bigs).for_each(|(at, big)| self.heap.memory.set_big(at, *big));
            }
            DataValue::String(bytes) => {
                let string = self.heap.new_text(bytes)?;
                self.heap.put(at, string);
            }
            DataValue::Array { ty, len } => {
                let ty = code.types.get(*ty as usize).copied().ok_or(Trap::Type)?;
                let array = self.heap.new_array(ty, u32::try_from(*len).map_err(|_| Trap::NegativeSize)?)?;
                self.heap.put(at, array);
            }
            DataValue::Index(index) => {
                let slice = self.heap.slice(self.heap.memory.pointer(at));
                bases.push(slice.data + index.cast_unsigned() * self.heap.types[slice.ty].size);
            }
            DataValue::Restore => {
                bases.pop();
            }
        }
        Ok(())
    }

    /// `load`: what is at this path, linked for imports of the running module. What is wrong is in `message`.
    pub(crate) fn load(&mut self, path: &str, imports: i32) -> Result<Addr, Trap> {
        let running = Rc::clone(&self.code);
        let imports = usize::try_from(imports).ok().and_then(|n| running.imports.as_ref()?.get(n));
        let imports = imports.ok_or(Trap::Type)?;
        if path == "$self" {
            let data = self.mp;
            self.heap.keep(data);
            return self.link(&running, imports, data);
        }
        if path.starts_with('$') {
            let Some(builtin) = builtin::find(path) else {
                self.message = format!("module not built-in: {path}");
                return Err(Trap::Text);
            };
            return self.link_builtin(builtin, imports);
        }
        let code = self.read_module(path)?;
        let data = self.new_data(&code)?;
        self.link(&code, imports, data)
    }

    fn link_builtin(&mut self, builtin: &'static Builtin, imports: &[Import]) -> Result<Addr, Trap> {
        let mut links = Vec::new();
        for import in imports {
            let Some(function) = builtin.functions.iter().find(|f| f.name == import.name) else {
                return Err(self.missing(builtin.name, &import.name));
            };
            if function.signature != import.signature {
                return Err(self.mismatch(builtin.name, import, function.signature));
            }
            links.push(self.builtin_entry(builtin, function));
        }
        let exports: Vec<Entry> = builtin.functions.iter().map(|f| self.builtin_entry(builtin, f)).collect();
        // Here no number of code says what the exports are.
        let shape = self.shapes.number(0, &[&links[..], &exports[..]].concat());
        self.add(Loaded { code: None, links, exports, shape, draft: None }, NIL, 0)
    }

    /// A module that a program is about to make. Its data's count is taken over.
    pub(crate) fn begin_module(&mut self, draft: Draft, data: Addr) -> Result<Addr, Trap> {
        let (links, exports, shape) = (Vec::new(), Vec::new(), self.shapes.number(0, &[]));
        let outside = u32::try_from(draft.bytes()).unwrap_or(u32::MAX);
        let loaded = Loaded { code: None, links, exports, shape, draft: Some(Box::new(draft)) };
        self.add(loaded, data, outside)
    }

    /// It is made: its functions are called by their numbers.
    pub(crate) fn finish_module(&mut self, module: Addr, code: Rc<Code>) {
        let number = self.heap.memory.u32(module + module::NUMBER) as usize;
        let links = entries(&code);
        let shape = self.shapes.number(code.number, &links);
        self.heap.memory.set_u32(module + module::LINKS, shape);
        if let Some(place) = self.loaded.get_mut(number) {
            *place = Some(Loaded { code: Some(code), links, exports: Vec::new(), shape, draft: None });
        }
    }

    fn builtin_entry(&mut self, builtin: &'static Builtin, function: &'static Function) -> Entry {
        let (size, pointers) = function.layout(self.word);
        let key = Rc::from(format!("{}->{}", builtin.name, function.name));
        let frame = self.heap.types.intern(&key, 0, size, &pointers);
        Entry { body: Body::Builtin(function), frame }
    }

    /// The code at a path of the tree, from the cache while the file is the same.
    fn read_module(&mut self, path: &str) -> Result<Rc<Code>, Trap> {
        let (bytes, key) = self.read_whole(path, LARGEST).map_err(|fail| match fail {
            Fail::Trap(trap) => trap,
            fail => {
                self.message = fail.to_string();
                Trap::Text
            }
        })?;
        if let Some(code) = self.cache.get(&key) {
            return Ok(Rc::clone(code));
        }
        let code = self.decode(path, &bytes).map_err(|why| {
            self.message = format!("{path}: {why}");
            Trap::Text
        })?;
        self.make_room();
        self.cache.insert(key, Rc::clone(&code));
        Ok(code)
    }

    /// Code that nobody runs leaves the cache when there is too much in it.
    fn make_room(&mut self) {
        const MANY: usize = 256;
        if self.cache.len() < MANY {
            return;
        }
        let unused: Vec<String> = self
            .cache
            .iter()
            .filter(|(_, code)| Rc::strong_count(code) == 1)
            .map(|(key, _)| key.clone())
            .collect();
        for key in unused {
            if let Some(code) = self.cache.remove(&key) {
                self.drop_code(code);
            }
        }
    }
}
