//! From a function of a module to a [`Compiled`] function, or the reason why not.

use crate::allocator::{self, Shape};
use crate::emit;
use crate::lower::lower;
use crate::output::Compiled;
use crate::signature::{managed, words};
use crate::{Declined, Options, Target};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{self as clif, UserFuncName};
use cranelift_codegen::{CodegenError, Context};
use ir::cfg::{Cfg, Loops};
use ir::{Effect, Entity, Func, Function, Module};

/// Most words of arguments or results: far beyond what programs have, and within what x64's `ret` can pop.
const MAX_SIGNATURE_WORDS: usize = 2000;

/// Compiles a function of a verified module. The same arguments give the same bytes.
///
/// # Errors
/// Why the function stays in its present tier.
pub fn compile(
    module: &Module,
    func: Func,
    target: &Target,
    options: &Options,
) -> Result<Compiled, Declined> {
    let function = module.functions.get(func).ok_or(Declined::Malformed("there is no such function"))?;
    if function.order.is_empty() {
        return Err(Declined::Malformed("the function has no body"));
    }
    let cfg = Cfg::new(function);
    let loops = check_before(function, &cfg, options)?;
    let isa = target.isa(options)?;
    let name = UserFuncName::user(emit::NAME_FUNCTION, func.index() as u32);
    let mut context =
        Context::for_function(clif::Function::with_name_signature(name, managed(&function.signature)));
    let table = lower(module, function, target, options, &cfg, isa.frontend_config(), &mut context.func)?;
    let insts = context.func.dfg.num_insts();
    if insts > options.max_insts {
        return Err(Declined::TooLarge { insts, max: options.max_insts });
    }
    let exits = exits_of(function);
    let shape = Shape { insts, loops, exits, alive: allocator::most_alive(&context.func) };
    let settings = shape.settings();
    let isa = if settings.is_empty() { isa } else { target.isa_changed(options, &settings)? };
    let clif = options.listing.then(|| context.func.display().to_string());
    context.set_disasm(options.listing);
    if let Err(error) = context.compile(&*isa, &mut ControlPlane::default()) {
        return Err(Declined::Backend(match error.inner {
            CodegenError::Verifier(faults) => format!("{faults}"),
            other => format!("{other}"),
        }));
    }
    let compiled = emit::compiled(&context, target.arch(), table, insts, clif)?;
    match compiled.stats.frame_bytes {
        bytes if bytes > options.max_frame => Err(Declined::FrameTooLarge { bytes, max: options.max_frame }),
        _ => Ok(compiled),
    }
}

/// What can be told without lowering: cheap, so that a large function costs nothing. The number of loops otherwise.
fn check_before(function: &Function, cfg: &Cfg, options: &Options) -> Result<usize, Declined> {
    let insts: usize = cfg.rpo.iter().map(|block| function.blocks[*block].insts.len()).sum();
    if insts > options.max_insts {
        return Err(Declined::TooLarge { insts, max: options.max_insts });
    }
    let signature = &function.signature;
    let count = |list: &[ir::Type]| list.iter().map(|ty| words(*ty)).sum::<usize>();
    let widest = count(&signature.params).max(count(&signature.results));
    if widest > MAX_SIGNATURE_WORDS {
        return Err(Declined::TooLarge { insts: widest, max: MAX_SIGNATURE_WORDS });
    }
    let carried = |header: ir::Block| {
        function.blocks[header].params.iter().map(|param| words(function.ty(*param))).sum::<usize>()
    };
    let loops = Loops::new(function, cfg);
    let values = loops.list.iter().map(|each| carried(each.header)).max().unwrap_or(0);
    if values > options.max_loop_values {
        return Err(Declined::TooManyLoopValues { values, max: options.max_loop_values });
    }
    Ok(loops.list.len())
}

/// Calls and guards: what may leave the function or throw.
fn exits_of(function: &Function) -> usize {
    let insts = function.order.iter().flat_map(|block| &function.blocks[*block].insts);
    let leaves = |effect| matches!(effect, Effect::Guard | Effect::Alloc | Effect::Call | Effect::Poll);
    insts.filter(|inst| leaves(function.insts[**inst].op.effect())).count()
}
