//! `$Loader`: modules taken apart, and put together by programs. `module/loader.m`.
//!
//! A module that a program makes is code like any other: it runs once all its links are there and the verifier has passed it. Until
//! then calls of it fail, and `compile` says why.

use super::{Builtin, function};
use crate::errors::{Fail, Outcome};
use crate::load::Loaded;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_bytecode::{Export, Inst, Kind, Module, Operand, RawInst, TypeDesc, verify};
use dis_rt::{Addr, NIL, TypeId, module, types};
use std::rc::Rc;

pub(super) static LOADER: Builtin = Builtin {
    name: "$Loader",
    functions: &[
        function("compile", 0x9af5_6bb1, "pw", compile),
        function("dnew", 0x62a7_cf80, "wp", dnew),
        function("ext", 0xcd93_6c80, "pwww", ext),
        function("ifetch", 0xfb64_be19, "p", ifetch),
        function("link", 0xe247_3595, "p", link),
        function("newmod", 0x6de2_6f71, "pwwpp", newmod),
        function("tdesc", 0xb933_ef75, "p", tdesc),
        function("tnew", 0xc1d5_8785, "pwp", tnew),
    ],
};

/// Instructions, types and links of a module, each at most: more than fits a file.
const MOST: usize = 1 << 20;
/// Types of an instance stay: no program may make more than so many.
const MOST_TYPES: usize = 1 << 20;

/// A module that a program is making.
pub(crate) struct Draft {
    name: String,
    code: Vec<Inst>,
    types: Vec<TypeDesc>,
    /// First instruction and type of the frame.
    links: Vec<Option<(i32, i32)>>,
}

impl Draft {
    /// Bytes of it, about.
    pub(crate) fn bytes(&self) -> usize {
        self.code.len() * size_of::<Inst>() + self.links.len() * size_of::<Option<(i32, i32)>>()
    }

    /// It, when it has all its links.
    fn module(&self) -> Result<Module, String> {
        let exports = self.links.iter().zip(0..).map(|(link, index)| {
            let (pc, frame) = link.ok_or_else(|| format!("link {index} is missing"))?;
            Ok(Export { name: index.to_string(), signature: 0, pc, frame })
        });
        Ok(Module {
            name: self.name.clone(),
            code: self.code.clone(),
            types: self.types.clone(),
            data_size: self.types.first().map_or(0, |ty| ty.size),
            exports: exports.collect::<Result<_, String>>()?,
            entry_pc: -1,
            entry_type: -1,
            ..Module::default()
        })
    }
}

/// What a link of a module is: name, signature, first instruction, type of the frame.
type LinkRow = (String, i32, i32, i32);

impl Vm {
    /// The module that the first argument is.
    fn module_argument(&self, fp: Addr) -> Outcome<&Loaded> {
        let reference = self.reference_argument(fp, 0, types::MODULE).map_err(Fail::Trap)?;
        if reference == NIL {
            return Err(Fail::Error("nil module".into()));
        }
        let number = self.heap.memory.u32(reference + module::NUMBER) as usize;
        self.loaded.get(number).and_then(Option::as_ref).ok_or(Fail::Trap(Trap::Type))
    }

    /// The draft of the first argument.
    fn draft_argument(&mut self, fp: Addr) -> Outcome<&mut Draft> {
        self.module_argument(fp)?;
        let reference = self.heap.memory.pointer(self.argument(fp, 0));
        let number = self.heap.memory.u32(reference + module::NUMBER) as usize;
        let draft = self.loaded[number].as_mut().and_then(|loaded| loaded.draft.as_deref_mut());
        draft.ok_or_else(|| Fail::Error("the module is complete".into()))
    }

    /// A type of `$Loader`'s own records.
    fn loader_type(&mut self, number: u32, words: u32, pointers: &[u32]) -> TypeId {
        let word = self.word;
        self.heap.types.intern(&Rc::from("$Loader->"), number, words * word, pointers)
    }

    /// An array with so many records of this type, each filled in turn. Nil, with the reason in `%r`, for what fails.
    fn give_rows<T>(
        &mut self,
        fp: Addr,
        rows: Result<Vec<T>, String>,
        ty: TypeId,
        fill: impl Fn(&mut Vm, Addr, &T) -> Step,
    ) -> Step {
        let rows = match rows {
            Ok(rows) => rows,
            Err(why) => {
                self.cur.error = why;
                return self.give_reference(fp, 0, NIL);
            }
        };
        let array = self.heap.new_array(ty, rows.len() as u32)?;
        let (data, size) = (self.heap.slice(array).data, self.heap.types[ty].size);
        for (row, index) in rows.iter().zip(0..) {
            if let Err(trap) = fill(self, data + index * size, row) {
                self.heap.release(array);
                return Err(trap);
            }
        }
        self.give_reference(fp, 0, array)
    }

    /// A descriptor from a size and an array of bytes, which may be nil.
    fn descriptor_argument(&self, fp: Addr, number: u32) -> Outcome<TypeDesc> {
        let size =
            u32::try_from(self.word_argument(fp, number)).map_err(|_| Fail::Trap(Trap::NegativeSize))?;
        let map = self.bytes_argument(fp, number + 1).map_err(Fail::Trap)?;
        let ty = TypeDesc { size, map: self.heap.array_bytes(map).to_vec() };
        let beyond = ty.pointers(self.word_size()).last().is_some_and(|at| at + self.word > size);
        if beyond { Err(Fail::Error("the map is larger than the type".into())) } else { Ok(ty) }
    }
}

fn ifetch(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let outcome = vm.module_argument(fp).and_then(|loaded| {
        let insts = match (&loaded.draft, loaded.code()) {
            (Some(draft), _) => &draft.code,
            (None, Some(code)) => &code.listing,
            (None, None) => return Err(Fail::Error("builtin module".into())),
        };
        let raw = insts.iter().map(RawInst::of).collect::<Option<Vec<RawInst>>>();
        raw.ok_or_else(|| Fail::Error("an operand does not fit".into()))
    });
    let rows = vm.settle(outcome)?;
    let (ty, word) = (vm.loader_type(0, 4, &[]), vm.word);
    vm.give_rows(fp, rows, ty, |vm, at, inst| {
        vm.heap.memory.bytes_mut(at, 2).copy_from_slice(&[inst.op, inst.addr]);
        for (value, index) in [inst.src, inst.mid, inst.dst].into_iter().zip(1..) {
            vm.heap.memory.set_word(at + index * word, value);
        }
        Ok(())
    })
}

fn tdesc(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let outcome = vm.module_argument(fp).and_then(|loaded| match (&loaded.draft, loaded.code()) {
        (Some(draft), _) => Ok(draft.types.clone()),
        (None, Some(code)) => Ok(code.descriptors.clone()),
        (None, None) => Err(Fail::Error("builtin module".into())),
    });
    let rows = vm.settle(outcome)?;
    let word = vm.word;
    let ty = vm.loader_type(1, 2, &[word]);
    vm.give_rows(fp, rows, ty, |vm, at, ty| {
        vm.heap.memory.set_word(at, ty.size.cast_signed());
        let map = vm.heap.new_bytes(&ty.map)?;
        vm.heap.put(at + word, map);
        Ok(())
    })
}

fn link(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let outcome = vm.module_argument(fp).and_then(rows_of);
    let rows = vm.settle(outcome)?;
    let word = vm.word;
    let ty = vm.loader_type(2, 4, &[0]);
    vm.give_rows(fp, rows, ty, |vm, at, (name, signature, pc, frame)| {
        let name = vm.heap.new_text(name.as_bytes())?;
        vm.heap.put(at, name);
        for (value, index) in [*signature, *pc, *frame].into_iter().zip(1..) {
            vm.heap.memory.set_word(at + index * word, value);
        }
        Ok(())
    })
}

fn rows_of(loaded: &Loaded) -> Outcome<Vec<LinkRow>> {
    if let Some(draft) = &loaded.draft {
        let row = |link: &Option<(i32, i32)>| link.map(|(pc, frame)| (String::new(), 0, pc, frame));
        return Ok(draft.links.iter().filter_map(row).collect());
    }
    let code = loaded.code().ok_or_else(|| Fail::Error("builtin module".into()))?;
    let number = |ty: TypeId| code.types.iter().position(|known| *known == ty).map_or(-1, |at| at as i32);
    let row = |export: &crate::code::Export| {
        (export.name.clone(), export.signature.cast_signed(), export.pc.cast_signed(), number(export.frame))
    };
    Ok(code.exports.iter().map(row).collect())
}

/// A module of these instructions, whose data is an object that `dnew` made.
fn newmod(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let outcome = draft_of(vm, fp);
    match vm.settle(outcome)? {
        Ok((draft, data)) => {
            vm.heap.keep(data);
            let made = vm.begin_module(draft, data)?;
            vm.give_reference(fp, 0, made)
        }
        Err(why) => {
            vm.cur.error = why;
            vm.give_reference(fp, 0, NIL)
        }
    }
}

fn draft_of(vm: &Vm, fp: Addr) -> Outcome<(Draft, Addr)> {
    let name = vm.text_argument(fp, 0).map_err(Fail::Trap)?;
    let links = usize::try_from(vm.word_argument(fp, 2)).ok().filter(|links| *links <= MOST);
    let links = links.ok_or_else(|| Fail::Error("bad number of links".into()))?;
    let array = vm.reference_argument(fp, 3, types::ARRAY).map_err(Fail::Trap)?;
    let data = vm.heap.memory.pointer(vm.argument(fp, 4));
    if array == NIL || data == NIL {
        return Err(Fail::Error("nil parameters".into()));
    }
    // What the machine itself lays out is no data of a module.
    if vm.heap.type_of(data) <= types::HIDDEN {
        return Err(Fail::Trap(Trap::Type));
    }
    let ty = &vm.heap.types[vm.heap.type_of(data)];
    let mut map = vec![0; (ty.size / vm.word).div_ceil(8) as usize];
    for at in &ty.pointers {
        map[(at / vm.word / 8) as usize] |= 0x80 >> (at / vm.word % 8);
    }
    let types = vec![TypeDesc { size: ty.size, map }];
    Ok((Draft { name, code: instructions(vm, array)?, types, links: vec![None; links] }, data))
}

fn instructions(vm: &Vm, array: Addr) -> Outcome<Vec<Inst>> {
    let (slice, word) = (vm.heap.slice(array), vm.word);
    let ty = &vm.heap.types[slice.ty];
    if ty.size != 4 * word || !ty.pointers.is_empty() {
        return Err(Fail::Trap(Trap::Type));
    }
    if slice.len as usize > MOST {
        return Err(Fail::Error("too many instructions".into()));
    }
    let raw = |index: u32| {
        let (at, memory) = (slice.data + index * ty.size, &vm.heap.memory);
        let number = |index| memory.word(at + index * word);
        let modes = memory.bytes(at, 2);
        RawInst { op: modes[0], addr: modes[1], src: number(1), mid: number(2), dst: number(3) }
    };
    let inst = |index: u32| {
        let inst = raw(index).inst().filter(|inst| leads_inside(inst, slice.len));
        inst.ok_or_else(|| Fail::Error(format!("bad instruction {index}")))
    };
    (0..slice.len).map(inst).collect()
}

/// Whether what an instruction jumps to or calls is there.
fn leads_inside(inst: &Inst, len: u32) -> bool {
    let is_inside = |pc: i32| u32::try_from(pc).is_ok_and(|pc| pc < len);
    inst.operands().into_iter().zip(inst.op.roles()).all(|(operand, role)| match operand {
        Operand::Imm(pc) if role.kind == Kind::Pc => is_inside(pc),
        _ => true,
    })
}

/// Another type for a module. The result is its number.
fn tnew(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let ty = vm.descriptor_argument(fp, 1);
    let outcome = ty.and_then(|ty| {
        let draft = vm.draft_argument(fp)?;
        if draft.types.len() >= MOST {
            return Err(Fail::Error("too many types".into()));
        }
        draft.types.push(ty);
        Ok(draft.types.len() as i32 - 1)
    });
    let result = vm.settle(outcome)?;
    vm.give_or_error(fp, result)
}

/// A link of a module: where its function begins, and the type of the frame.
fn ext(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let [index, pc, ty] = [1, 2, 3].map(|number| vm.word_argument(fp, number));
    let outcome = vm.draft_argument(fp).and_then(|draft| {
        let within = |n: i32, len: usize| usize::try_from(n).ok().filter(|n| *n < len);
        let (code, types) = (draft.code.len(), draft.types.len());
        let link = within(index, draft.links.len()).and_then(|index| draft.links.get_mut(index));
        let link = link.ok_or_else(|| Fail::Error("bad index of a link".into()))?;
        within(pc, code).ok_or_else(|| Fail::Error("bad pc of a link".into()))?;
        within(ty, types).ok_or_else(|| Fail::Error("bad type of a link".into()))?;
        *link = Some((pc, ty));
        Ok(draft.links.iter().all(Option::is_some))
    });
    let result = vm.settle(outcome)?;
    if result == Ok(true) {
        // What is wrong with it may be mended by another type: only calls and `compile` fail.
        let _ = finished(vm, fp)?;
    }
    vm.give_or_error(fp, result.map(|_| 0))
}

/// An object to be a module's data, of zeros.
fn dnew(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let outcome = vm.descriptor_argument(fp, 0);
    let result = vm.settle(outcome)?.and_then(|ty| {
        if vm.heap.types.count() < MOST_TYPES { Ok(ty) } else { Err("too many types".to_owned()) }
    });
    match result {
        Ok(ty) => {
            let pointers: Vec<u32> = ty.pointers(vm.word_size()).collect();
            let ty = vm.heap.types.intern(&Rc::from("$Loader"), 0, ty.size, &pointers);
            let data = vm.heap.record(ty)?;
            vm.give_reference(fp, 0, data)
        }
        Err(why) => {
            vm.cur.error = why;
            vm.give_reference(fp, 0, NIL)
        }
    }
}

/// Makes a module ready to run; -1 with the reason in `%r` if it is not in order. When it becomes machine code is for the tier to say.
fn compile(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let outcome = vm.module_argument(fp).map(|loaded| loaded.draft.is_some());
    let result = match vm.settle(outcome)? {
        Ok(true) => finished(vm, fp)?,
        Ok(false) => Ok(()),
        Err(why) => Err(why),
    };
    vm.give_or_error(fp, result.map(|()| 0))
}

/// Whether the module that the first argument is could be completed.
fn finished(vm: &mut Vm, fp: Addr) -> Result<Result<(), String>, Trap> {
    let outcome = vm.draft_argument(fp).and_then(|draft| draft.module().map_err(Fail::Error));
    let made = vm.settle(outcome)?.and_then(|module| {
        vm.charge(u32::try_from(module.code.len() * size_of::<Inst>()).unwrap_or(u32::MAX));
        match verify(&module, vm.word_size()) {
            Ok(facts) => Ok((module, facts)),
            Err(faults) => Err(faults.first().map_or_else(String::new, ToString::to_string)),
        }
    });
    let made = made.and_then(|(module, facts)| {
        let known = vm.heap.types.count() + module.types.len();
        if known < MOST_TYPES { Ok((module, facts)) } else { Err("too many types".to_owned()) }
    });
    let (module, facts) = match made {
        Ok(made) => made,
        Err(why) => return Ok(Err(why)),
    };
    let code = vm.prepared("$Loader", module, &facts)?;
    let reference = vm.heap.memory.pointer(vm.argument(fp, 0));
    vm.finish_module(reference, code);
    Ok(Ok(()))
}
