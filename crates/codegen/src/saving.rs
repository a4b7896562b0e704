//! Calls of C functions that leave all registers as they were.
//!
//! A call clobbers half of the registers, wherever it is: with one in a cold block, values that live across that block are in memory
//! or get there in front of it, and in loops that is on the way of what each round computes for the next (4 cycles of an addition become 9).
//! So calls in cold blocks go through one function that saves and restores everything.

use crate::emit::{self, compiled};
use crate::lower::OWN;
use crate::output::Compiled;
use crate::signature::helper;
use crate::{ContextLayout, Declined, Options, Target};
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, UserFuncName, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

/// Words that such a call passes behind the context.
pub(crate) const WORDS: usize = 4;

/// The signature of the function: which function to call, and its arguments.
pub(crate) fn signature() -> clif::Signature {
    let mut out = clif::Signature::new(CallConv::PreserveAll);
    out.params = vec![AbiParam::new(types::I64); 2 + WORDS];
    out
}

/// The function that [`Symbol::SavingCall`](crate::Symbol::SavingCall) names, for code of this target:
/// `fn(function, context, a, b, c, d)` calls `function(context, a, b, c, d)`, a function of the C convention that takes as many or fewer
/// words, and leaves all registers as they were. What that returned is in [`ContextLayout::RESULT`] then. It refers to nothing.
///
/// # Errors
/// When Cranelift fails: a bug.
pub fn saving_call(target: &Target) -> Result<Compiled, Declined> {
    let isa = target.isa(&Options::default())?;
    let name = UserFuncName::user(emit::NAME_FUNCTION, u32::MAX);
    let mut context = Context::for_function(clif::Function::with_name_signature(name, signature()));
    let mut frontend = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut context.func, &mut frontend);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let params = b.block_params(entry).to_vec();
    let called = b.import_signature(helper(target, &[types::I64; WORDS], Some(types::I64)));
    let call = b.ins().call_indirect(called, params[0], &params[1..]);
    let result = b.inst_results(call)[0];
    b.ins().store(OWN, result, params[1], ContextLayout::RESULT);
    b.ins().return_(&[]);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
    context
        .compile(&*isa, &mut ControlPlane::default())
        .map_err(|error| Declined::Backend(format!("{:?}", error.inner)))?;
    compiled(&context, target.arch(), emit::ExitTable::default(), 0, None)
}
