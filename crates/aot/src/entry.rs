//! C entries: functions of the platform's convention that put their arguments where a bridge takes them from.
//!
//! Bridges know no signature, and these know no registers: each word of the signature goes to its place in a
//! [`Registers`], the bridge of `abi` does what every entry into compiled code needs, and results come back the same way.
//! What their own arguments look like under each convention is Cranelift's business.

use abi::Arch as AbiArch;
use abi::thunk::tail::{BridgeShape, Place, Registers, TailLayout, Word};
use codegen::{Arch, FrameStep, RelocKind, Target};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{
    self as clif, AbiParam, ExternalName, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind,
    UserFuncName, types,
};
use cranelift_codegen::isa::{self, CallConv, OwnedTargetIsa};
use cranelift_codegen::{Context, FinalizedMachReloc, FinalizedRelocTarget};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use ir::{Signature, Type};
use std::mem::offset_of;

/// What an entry refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// The function it calls.
    Function,
    /// The bridge it calls it through.
    Bridge,
}

/// An entry's code.
pub(crate) struct Entry {
    pub(crate) code: Vec<u8>,
    pub(crate) align: u32,
    pub(crate) frame: Vec<(u32, FrameStep)>,
    pub(crate) relocs: Vec<(u32, RelocKind, To, i64)>,
    /// The bridge it needs.
    pub(crate) shape: BridgeShape,
}

/// Compiles the entries of one target.
pub(crate) struct Entries {
    isa: OwnedTargetIsa,
    arch: AbiArch,
}

impl Entries {
    pub(crate) fn new(target: &Target, verify: bool) -> Result<Entries, String> {
        let arch = match target.arch() {
            Arch::X64 => AbiArch::X64,
            Arch::Arm64 => AbiArch::Arm64,
        };
        Ok(Entries { isa: target.c_isa(verify).map_err(|why| why.to_string())?, arch })
    }

    /// The entry of a function with this signature.
    pub(crate) fn compile(&self, signature: &Signature) -> Result<Entry, String> {
        let (params, mut results) = (words(&signature.params), words(&signature.results));
        results.extend(signature.throws.then_some((Word::Int, types::I8)));
        let classes = |list: &[(Word, clif::Type)]| list.iter().map(|(word, _)| *word).collect::<Vec<Word>>();
        let layout = TailLayout::new(self.arch, &classes(&params), &classes(&results))
            .ok_or("its signature is too long")?;
        let types = |list: &[(Word, clif::Type)]| list.iter().map(|(_, ty)| *ty).collect::<Vec<clif::Type>>();
        let plan =
            Plan { layout, params: types(&params), results: types(&results), throws: signature.throws };
        let mut context = Context::for_function(clif::Function::with_name_signature(
            UserFuncName::user(0, 0),
            plan.c_signature(self.isa.default_call_conv()),
        ));
        plan.body(&*self.isa, &mut context.func);
        context.compile(&*self.isa, &mut ControlPlane::default()).map_err(|error| error.inner.to_string())?;
        let code = context.compiled_code().ok_or("nothing was compiled")?;
        let relocs: Result<Vec<_>, String> =
            code.buffer.relocs().iter().map(|each| reloc(each, &context.func)).collect();
        Ok(Entry {
            code: code.buffer.data().to_vec(),
            align: code.buffer.alignment,
            frame: codegen::frame_steps(&code.buffer.unwind_info).map_err(|why| why.to_string())?,
            relocs: relocs?,
            shape: plan.layout.shape(),
        })
    }
}

/// The machine words of values, and their types.
fn words(list: &[Type]) -> Vec<(Word, clif::Type)> {
    let each = |ty: &Type| match ty {
        Type::F64 => vec![(Word::Float, types::F64)],
        Type::I32 => vec![(Word::Int, types::I32)],
        Type::Bool => vec![(Word::Int, types::I8)],
        Type::I64 | Type::Ptr | Type::Boxed => vec![(Word::Int, types::I64)],
        Type::Pair => vec![(Word::Int, types::I64); 2],
    };
    list.iter().flat_map(each).collect()
}

/// Memory of the caller.
const CALLER: MemFlagsData = MemFlagsData::new().with_notrap();

/// How the words of one signature travel.
struct Plan {
    layout: TailLayout,
    params: Vec<clif::Type>,
    /// With the status of a function that throws, last.
    results: Vec<clif::Type>,
    throws: bool,
}

/// The memory of an entry.
struct Slots {
    registers: clif::StackSlot,
    stack: clif::StackSlot,
    area: clif::StackSlot,
}

impl Plan {
    fn c_signature(&self, convention: CallConv) -> clif::Signature {
        let mut signature = clif::Signature::new(convention);
        signature.params.extend([AbiParam::new(types::I64); 2]);
        signature.params.extend(self.params.iter().copied().map(AbiParam::new));
        signature.returns.push(AbiParam::new(types::I32));
        signature
    }

    fn body(&self, isa: &dyn isa::TargetIsa, out: &mut clif::Function) {
        let mut frontend = FunctionBuilderContext::new();
        let mut b = FunctionBuilder::new(out, &mut frontend);
        let start = b.create_block();
        b.append_block_params_for_function_params(start);
        b.switch_to_block(start);
        let args = b.block_params(start).to_vec();
        let mut slot = |bytes: usize| {
            b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes as u32, 4))
        };
        let slots = Slots {
            registers: slot(size_of::<Registers>()),
            stack: slot(self.layout.stack_bytes.max(8) as usize),
            area: slot(self.layout.area_bytes.max(8) as usize),
        };
        self.put_arguments(&mut b, &slots, &args[2..]);
        let status = call_bridge(&mut b, isa, &slots, args[0]);
        let (aborted, returned) = (b.create_block(), b.create_block());
        b.ins().brif(status, aborted, &[], returned, &[]);
        b.switch_to_block(aborted);
        let two = b.ins().iconst(types::I32, 2);
        b.ins().return_(&[two]);
        b.switch_to_block(returned);
        let status = self.take_results(&mut b, &slots, args[1]);
        b.ins().return_(&[status]);
        b.seal_all_blocks();
        b.finalize(isa.frontend_config());
    }

    fn put_arguments(&self, b: &mut FunctionBuilder<'_>, slots: &Slots, args: &[clif::Value]) {
        for ((place, ty), arg) in self.layout.params.iter().zip(&self.params).zip(args) {
            let word =
                if matches!(*ty, types::I8 | types::I32) { b.ins().uextend(types::I64, *arg) } else { *arg };
            let (slot, offset) = place_in(slots, slots.stack, *place);
            b.ins().stack_store(types::I64, word, slot, offset);
        }
        if let Some(index) = self.layout.area {
            let area = b.ins().stack_addr(types::I64, slots.area, 0);
            b.ins().stack_store(types::I64, area, slots.registers, 8 * i32::from(index));
        }
        let stack = b.ins().stack_addr(types::I64, slots.stack, 0);
        b.ins().stack_store(types::I64, stack, slots.registers, offset_of!(Registers, stack) as i32);
        let count = b.ins().iconst(types::I64, i64::from(self.layout.stack_bytes / 8));
        b.ins().stack_store(types::I64, count, slots.registers, offset_of!(Registers, stack_size) as i32);
    }

    /// Copies results to the caller's memory unless the function threw; hands back the status.
    fn take_results(&self, b: &mut FunctionBuilder<'_>, slots: &Slots, memory: clif::Value) -> clif::Value {
        let mut words = Vec::new();
        for (place, ty) in self.layout.results.iter().zip(&self.results) {
            let (slot, offset) = place_in(slots, slots.area, *place);
            // What lies above a narrow value in its register is not defined.
            let word = b.ins().stack_load(types::I64, *ty, slot, offset);
            words.push(match *ty {
                types::I8 | types::I32 => b.ins().uextend(types::I64, word),
                _ => word,
            });
        }
        let status = if self.throws { words.pop() } else { None };
        let status = match status {
            Some(status) => b.ins().ireduce(types::I32, status),
            None => b.ins().iconst(types::I32, 0),
        };
        let (copy, done) = (b.create_block(), b.create_block());
        b.ins().brif(status, done, &[], copy, &[]);
        b.switch_to_block(copy);
        for (index, word) in words.into_iter().enumerate() {
            b.ins().store(CALLER, word, memory, 8 * index as i32);
        }
        b.ins().jump(done, &[]);
        b.switch_to_block(done);
        status
    }
}

/// The slot and offset of a word; `memory` is where words without register are.
fn place_in(slots: &Slots, memory: clif::StackSlot, place: Place) -> (clif::StackSlot, i32) {
    match place {
        Place::Int(index) => (slots.registers, 8 * i32::from(index)),
        Place::Float(index) => (slots.registers, offset_of!(Registers, float) as i32 + 8 * i32::from(index)),
        Place::Memory(offset) => (memory, offset as i32),
    }
}

fn call_bridge(
    b: &mut FunctionBuilder<'_>,
    isa: &dyn isa::TargetIsa,
    slots: &Slots,
    context: clif::Value,
) -> clif::Value {
    let name = |b: &mut FunctionBuilder<'_>, index| {
        ExternalName::user(b.func.declare_imported_user_function(clif::UserExternalName::new(0, index)))
    };
    let function = name(b, To::Function as u32);
    let data =
        clif::GlobalValueData::Symbol { name: function, offset: 0.into(), colocated: false, tls: false };
    let global = b.create_global_value(data);
    let function = b.ins().symbol_value(types::I64, global);
    let mut signature = clif::Signature::new(isa.default_call_conv());
    signature.params.extend([AbiParam::new(types::I64); 3]);
    signature.returns.push(AbiParam::new(types::I32));
    let signature = b.import_signature(signature);
    let bridge = name(b, To::Bridge as u32);
    let bridge =
        b.import_function(clif::ExtFuncData { name: bridge, signature, colocated: true, patchable: false });
    let registers = b.ins().stack_addr(types::I64, slots.registers, 0);
    let call = b.ins().call(bridge, &[context, function, registers]);
    b.inst_results(call)[0]
}

fn reloc(reloc: &FinalizedMachReloc, function: &clif::Function) -> Result<(u32, RelocKind, To, i64), String> {
    let kind = codegen::reloc_kind(reloc.kind).map_err(|why| why.to_string())?;
    let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = &reloc.target else {
        return Err(format!("a relocation against {:?}", reloc.target));
    };
    let is_bridge = function.params.user_named_funcs()[*name].index == To::Bridge as u32;
    Ok((reloc.offset, kind, if is_bridge { To::Bridge } else { To::Function }, reloc.addend))
}
