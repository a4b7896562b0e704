//! Calls: managed functions, entry pointers, runtime functions. Interrupt polls.

use super::{Lower, Lowered, OWN};
use crate::Declined;
use crate::context::ContextLayout;
use crate::emit::{NAME_ENTRY_POINTER, NAME_FUNCTION, NAME_RUNTIME, NAME_SAVING_CALL};
use crate::saving;
use crate::signature::{self, RuntimeResults, runtime_signature, word_types, words};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, StackSlotData, StackSlotKind, types};
use ir::{Entity, Func, Imm, InstData, RuntimeData, Type};

impl Lower<'_> {
    /// The address of something that is known by name only.
    pub(super) fn address_of(&mut self, namespace: u32, index: u32) -> clif::Value {
        let name = clif::UserExternalName::new(namespace, index);
        let name = clif::ExternalName::user(self.b.func.declare_imported_user_function(name));
        let data = clif::GlobalValueData::Symbol { name, offset: 0.into(), colocated: false, tls: false };
        let global = self.b.create_global_value(data);
        self.b.ins().symbol_value(types::I64, global)
    }

    pub(super) fn call(&mut self, inst: &InstData) -> Lowered {
        let Imm::Func { func, .. } = inst.imm else { return Err(Declined::Malformed("call without callee")) };
        let callee = self.module.functions.get(func).ok_or(Declined::Malformed("call of no function"))?;
        let args = self.flat(&inst.args);
        let sig = self.b.import_signature(signature::managed(self.callee_signature(func, &callee.signature)));
        let call = if self.options.calls.is_direct(func) {
            let name = clif::UserExternalName::new(NAME_FUNCTION, func.index() as u32);
            let name = clif::ExternalName::user(self.b.func.declare_imported_user_function(name));
            let data = clif::ExtFuncData { name, signature: sig, colocated: true, patchable: false };
            let callee = self.b.import_function(data);
            self.b.ins().call(callee, &args)
        } else {
            let cell = self.address_of(NAME_ENTRY_POINTER, func.index() as u32);
            let entry = self.b.ins().load(types::I64, OWN, cell, 0);
            self.b.ins().call_indirect(sig, entry, &args)
        };
        let throws = self.callee_signature(func, &callee.signature).throws;
        self.managed_results(inst, call, throws)
    }

    /// The function being compiled may stand outside of its module for the time.
    fn callee_signature<'s>(&'s self, func: Func, signature: &'s ir::Signature) -> &'s ir::Signature {
        if self.module.functions[func].order.is_empty() && self.module.functions[func].name.is_empty() {
            &self.function.signature
        } else {
            signature
        }
    }

    pub(super) fn call_indirect(&mut self, inst: &InstData) -> Lowered {
        let Imm::Sig { sig, .. } = inst.imm else {
            return Err(Declined::Malformed("call without signature"));
        };
        let module = self.module;
        let callee = module.signatures.get(sig).ok_or(Declined::Malformed("call with no signature"))?;
        let args = self.flat(&inst.args[1..]);
        let entry = self.arg(inst, 0);
        let imported = self.b.import_signature(signature::managed(callee));
        let call = self.b.ins().call_indirect(imported, entry, &args);
        self.managed_results(inst, call, callee.throws)
    }

    /// A managed callee hands back its words and, when it may throw, its status; results are zero when it threw.
    fn managed_results(&mut self, inst: &InstData, call: clif::Inst, throws: bool) -> Lowered {
        let mut list = self.b.inst_results(call).to_vec();
        let status = if throws { list.pop() } else { None };
        let status = match status {
            None if inst.catches() => Some(self.b.ins().iconst(signature::STATUS, 0)),
            status => status,
        };
        match status {
            Some(status) if inst.catches() => list.push(status),
            Some(status) => {
                let (out, rest) = (self.throw_block(), self.b.create_block());
                self.b.ins().brif(status, out, &[], rest, &[]);
                self.b.switch_to_block(rest);
            }
            None => {}
        }
        self.define(inst, &list)
    }

    /// Gives the results of an instruction their words.
    fn define(&mut self, inst: &InstData, list: &[clif::Value]) -> Lowered {
        let mut rest = list;
        for result in &inst.results {
            let count = words(self.function.ty(*result));
            let (own, others) =
                rest.split_at_checked(count).ok_or(Declined::Malformed("a call with too many results"))?;
            self.values[*result] = [own[0], own[count - 1]];
            rest = others;
        }
        Ok(())
    }

    pub(super) fn call_runtime(&mut self, inst: &InstData) -> Lowered {
        let Imm::Runtime { runtime, .. } = inst.imm else {
            return Err(Declined::Malformed("call of no runtime"));
        };
        let module = self.module;
        let data = module.runtimes.get(runtime).ok_or(Declined::Malformed("call of no runtime entry"))?;
        let shape = runtime_signature(self.target, data)
            .map_err(|words| Declined::RuntimeResults { name: data.name.clone(), words })?;
        if let Some(ty) = self.saved_result(data, shape) {
            let (args, results) = (self.flat(&inst.args), &data.signature.results);
            let callee = self.address_of(NAME_RUNTIME, runtime.index() as u32);
            let word = self.saving(callee, &args);
            let list: Vec<clif::Value> = results.iter().map(|_| self.narrow(word, ty)).collect();
            return self.runtime_results(inst, list, None);
        }
        let sig = self.b.import_signature(signature::runtime(self.target, data, shape));
        let mut args = Vec::new();
        let memory = match shape {
            RuntimeResults::TwoInMemory => Some((self.result_memory(2), 2)),
            RuntimeResults::Many(count) => Some((self.result_memory(count), count)),
            _ => None,
        };
        if let (RuntimeResults::TwoInMemory, Some((at, _))) = (shape, memory) {
            args.push(at);
        }
        args.push(self.context());
        args.extend(self.flat(&inst.args));
        if let (RuntimeResults::Many(_), Some((at, _))) = (shape, memory) {
            args.push(at);
        }
        let callee = self.address_of(NAME_RUNTIME, runtime.index() as u32);
        let call = self.b.ins().call_indirect(sig, callee, &args);
        let mut raw = Vec::new();
        if let Some((at, count)) = memory {
            raw.extend((0..count).map(|i| self.b.ins().load(types::I64, OWN, at, 8 * i as i32)));
        }
        raw.extend_from_slice(self.b.inst_results(call));
        let types: Vec<clif::Type> = word_types(&data.signature.results).collect();
        let list = types.into_iter().zip(&raw).map(|(ty, word)| self.narrow(*word, ty)).collect();
        let status = if data.signature.throws { raw.last().copied() } else { None };
        self.runtime_results(inst, list, status)
    }

    /// The type of the result of a runtime function that is called in a way that saves all registers, if it is.
    fn saved_result(&self, data: &RuntimeData, shape: RuntimeResults) -> Option<clif::Type> {
        let params: Vec<clif::Type> = word_types(&data.signature.params).collect();
        let suits = !data.signature.throws && params.len() <= saving::WORDS && !params.contains(&types::F64);
        let suits = suits && self.options.cold_calls_save && self.is_cold;
        match shape {
            RuntimeResults::None if suits => Some(types::I64),
            RuntimeResults::One(Some(ty)) if suits && ty != Type::F64 => Some(signature::word_type(ty)),
            _ => None,
        }
    }

    /// Calls a C function and leaves all registers as they are. The word that it returns.
    fn saving(&mut self, callee: clif::Value, args: &[clif::Value]) -> clif::Value {
        let context = self.context();
        let mut all = vec![callee, context];
        for arg in args {
            let whole = self.b.func.dfg.value_type(*arg) == types::I64;
            all.push(if whole { *arg } else { self.b.ins().uextend(types::I64, *arg) });
        }
        while all.len() < 2 + saving::WORDS {
            all.push(self.b.ins().iconst(types::I64, 0));
        }
        let entry = self.address_of(NAME_SAVING_CALL, 0);
        let sig = self.b.import_signature(saving::signature());
        self.b.ins().call_indirect(sig, entry, &all);
        self.b.ins().load(types::I64, OWN, context, ContextLayout::RESULT)
    }

    /// What a poll that has to ask is told.
    fn interrupt(&mut self) -> Option<clif::Value> {
        if !self.options.cold_calls_save {
            return self.call_helper(ContextLayout::INTERRUPT, &[], &[], Some(types::I32));
        }
        let context = self.context();
        let helper = self.b.ins().load(types::I64, OWN, context, ContextLayout::INTERRUPT);
        let word = self.saving(helper, &[]);
        Some(self.b.ins().ireduce(types::I32, word))
    }

    /// Room for this many words.
    fn result_memory(&mut self, words: usize) -> clif::Value {
        let size = 8 * words as u32;
        let slot = self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 4));
        self.b.ins().stack_addr(types::I64, slot, 0)
    }

    /// A result out of a word of 64 bits, or as it is.
    fn narrow(&mut self, word: clif::Value, ty: clif::Type) -> clif::Value {
        let given = self.b.func.dfg.value_type(word);
        if given == ty {
            word
        } else if ty == types::F64 {
            self.float_of(word)
        } else {
            self.b.ins().ireduce(ty, word)
        }
    }

    /// Goes on after a runtime call: 0 returned, 1 threw, 2 aborts.
    fn runtime_results(
        &mut self,
        inst: &InstData,
        mut list: Vec<clif::Value>,
        status: Option<clif::Value>,
    ) -> Lowered {
        let Some(status) = status else {
            if inst.catches() {
                list.push(self.b.ins().iconst(signature::STATUS, 0));
            }
            return self.define(inst, &list);
        };
        let (cold, rest) = (self.cold_block(), self.b.create_block());
        let mut usual: Vec<clif::BlockArg> = Vec::new();
        let mut merged = list.clone();
        if inst.catches() {
            let none = self.b.ins().iconst(signature::STATUS, 0);
            merged.push(none);
            usual = merged.iter().map(|v| (*v).into()).collect();
            for word in &mut merged {
                let ty = self.b.func.dfg.value_type(*word);
                *word = self.b.append_block_param(rest, ty);
            }
        }
        self.b.ins().brif(status, cold, &[], rest, &usual);
        self.b.switch_to_block(cold);
        let threw = self.b.ins().icmp_imm_u(IntCC::Equal, status, 1);
        let abort = self.abort_block();
        if inst.catches() {
            let mut thrown: Vec<clif::BlockArg> = Vec::new();
            for word in &list {
                let ty = self.b.func.dfg.value_type(*word);
                thrown.push(self.zero(ty).into());
            }
            thrown.push(self.b.ins().iconst(signature::STATUS, 1).into());
            self.b.ins().brif(threw, rest, &thrown, abort, &[]);
        } else {
            let out = self.throw_block();
            self.b.ins().brif(threw, out, &[], abort, &[]);
        }
        self.b.switch_to_block(rest);
        self.define(inst, &merged)
    }

    pub(super) fn poll(&mut self, _: &InstData) -> Lowered {
        let context = self.context();
        let flag = self.b.ins().load(types::I32, OWN, context, ContextLayout::INTERRUPT_FLAG);
        let (cold, rest) = (self.cold_block(), self.b.create_block());
        self.b.ins().brif(flag, cold, &[], rest, &[]);
        self.b.switch_to_block(cold);
        let status = self.interrupt();
        let status = status.ok_or(Declined::Malformed("poll without status"))?;
        let stopped = self.cold_block();
        self.b.ins().brif(status, stopped, &[], rest, &[]);
        self.b.switch_to_block(stopped);
        let threw = self.b.ins().icmp_imm_u(IntCC::Equal, status, 1);
        let (out, abort) = (self.throw_block(), self.abort_block());
        self.b.ins().brif(threw, out, &[], abort, &[]);
        self.b.switch_to_block(rest);
        Ok(())
    }
}
