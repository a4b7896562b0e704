//! IR to CLIF: one method per op, expanded from the op table.

mod calls;
mod control;
mod exits;
mod float;
mod handler;
mod int;
mod memory;
mod word;

use crate::context::ContextLayout;
use crate::signature::{self, word_type, words};
use crate::{Declined, Options, Target};
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder, MemFlagsData, SourceLoc, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use exits::Exits;
use ir::cfg::Cfg;
use ir::{Block, Entity, Function, Inst, InstData, Module, Table, TrapCode, Type, Value};
use std::collections::BTreeMap;

pub(crate) use exits::ExitTable;

/// What an op's method hands back.
type Lowered = Result<(), Declined>;

/// CLIF's words of an IR value; the second one only for pairs.
type Words = [clif::Value; 2];

/// Lowers one function into `out`.
///
/// # Errors
/// Why not.
pub(crate) fn lower(
    module: &Module,
    function: &Function,
    target: &Target,
    options: &Options,
    cfg: &Cfg,
    frontend: TargetFrontendConfig,
    out: &mut clif::Function,
) -> Result<ExitTable, Declined> {
    let mut context = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(out, &mut context);
    let blocks = make_blocks(function, cfg, &mut builder);
    let mut lower = Lower {
        module,
        function,
        target,
        options,
        values: Table::filled(function.values.len(), [clif::Value::reserved(); 2]),
        made: Table::filled(function.values.len(), 0),
        number: 0,
        blocks,
        inst: Inst(0),
        is_cold: false,
        exits: Exits::default(),
        shared: Shared::default(),
        b: builder,
    };
    lower.entry();
    for block in &cfg.rpo {
        lower.block(*block)?;
    }
    lower.finish_shared()?;
    let exits = lower.finish_exits()?;
    lower.b.seal_all_blocks();
    lower.b.finalize(frontend);
    Ok(exits)
}

/// Values that stand for nothing yet.
trait Reserved {
    fn reserved() -> Self;
}

impl Reserved for clif::Value {
    fn reserved() -> Self {
        clif::Value::from_u32(u32::MAX - 1)
    }
}

/// One CLIF block per reachable IR block, parameters word by word.
fn make_blocks(
    function: &Function,
    cfg: &Cfg,
    builder: &mut FunctionBuilder<'_>,
) -> Table<Block, Option<clif::Block>> {
    let mut blocks = Table::filled(function.blocks.len(), None);
    for block in &cfg.rpo {
        let made = builder.create_block();
        if function.blocks[*block].cold {
            builder.set_cold_block(made);
        }
        blocks[*block] = Some(made);
    }
    blocks
}

/// Places that share a cold block, at most. Were it thousands, what dominates the block would be far from all of them, and
/// finding it would take time in the square of their number (half of register allocation for 6,400 calls that may throw).
const SHARERS: u32 = 64;

/// A cold block that places near one another share, and those of the places before them.
#[derive(Default)]
struct Share {
    blocks: Vec<clif::Block>,
    /// Places that share the last one.
    sharers: u32,
}

impl Share {
    /// The block for one more place.
    fn block(&mut self, builder: &mut FunctionBuilder<'_>) -> clif::Block {
        match self.blocks.last() {
            Some(block) if self.sharers < SHARERS => {
                self.sharers += 1;
                *block
            }
            _ => {
                let block = builder.create_block();
                builder.set_cold_block(block);
                self.blocks.push(block);
                self.sharers = 1;
                block
            }
        }
    }
}

/// Cold blocks that a function shares, made when first asked for.
#[derive(Default)]
struct Shared {
    /// Leaves with an exception.
    throw: Share,
    /// Ends the innermost entry into managed code.
    abort: Share,
    /// Trap, by code.
    traps: BTreeMap<TrapCode, Share>,
}

struct Lower<'a> {
    module: &'a Module,
    function: &'a Function,
    target: &'a Target,
    options: &'a Options,
    values: Table<Value, Words>,
    /// In which block values were made by an instruction, counted from 1.
    made: Table<Value, u32>,
    /// The number of the block being lowered.
    number: u32,
    blocks: Table<Block, Option<clif::Block>>,
    /// The instruction being lowered.
    inst: Inst,
    /// Whether its block is executed rarely.
    is_cold: bool,
    exits: Exits,
    shared: Shared,
    b: FunctionBuilder<'a>,
}

/// Guest memory: there, by the guest's word, but at any alignment.
const GUEST: MemFlagsData = MemFlagsData::new().with_notrap();
/// Our own data.
pub(crate) const OWN: MemFlagsData = MemFlagsData::trusted();

impl Lower<'_> {
    /// The function's entry: the stack check, and on to the first block.
    fn entry(&mut self) {
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.b.switch_to_block(entry);
        if self.options.stack_checks && self.calls_anything() {
            self.stack_check();
        }
        let args: Vec<BlockArg> = self.b.block_params(entry).iter().map(|v| (*v).into()).collect();
        let first = self.clif_block(self.function.entry());
        self.b.ins().jump(first, &args);
    }

    /// Whether the function can be part of a recursion. Helpers of exits look after their own stack.
    fn calls_anything(&self) -> bool {
        let insts = self.function.order.iter().flat_map(|block| &self.function.blocks[*block].insts);
        insts.into_iter().any(|inst| self.function.insts[*inst].op.effect() == ir::Effect::Call)
    }

    fn stack_check(&mut self) {
        let context = self.context();
        let limit = self.b.ins().load(types::I64, OWN, context, ContextLayout::STACK_LIMIT);
        let sp = self.b.ins().get_stack_pointer(types::I64);
        let over = self.b.ins().icmp(clif::condcodes::IntCC::UnsignedLessThan, sp, limit);
        let (cold, rest) = (self.cold_block(), self.b.create_block());
        self.b.ins().brif(over, cold, &[], rest, &[]);
        self.b.switch_to_block(cold);
        self.call_helper(ContextLayout::STACK_OVERFLOW, &[], &[], None);
        self.unreachable();
        self.b.switch_to_block(rest);
    }

    fn block(&mut self, block: Block) -> Lowered {
        let function = self.function;
        let made = self.clif_block(block);
        self.is_cold = function.blocks[block].cold;
        self.number += 1;
        self.b.switch_to_block(made);
        for param in &function.blocks[block].params {
            let ty = function.ty(*param);
            let first = self.b.append_block_param(made, word_type(ty));
            let second = match ty {
                Type::Pair => self.b.append_block_param(made, types::I64),
                _ => first,
            };
            self.values[*param] = [first, second];
        }
        for inst in &function.blocks[block].insts {
            self.inst = *inst;
            self.b.set_srcloc(SourceLoc::new(inst.index() as u32));
            ir::eval::dispatch(self, &function.insts[*inst])?;
            for result in &function.insts[*inst].results {
                self.made[*result] = self.number;
            }
        }
        Ok(())
    }

    fn clif_block(&self, block: Block) -> clif::Block {
        self.blocks[block].expect("every reachable block has one, and branches go to reachable blocks only")
    }

    fn cold_block(&mut self) -> clif::Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        block
    }

    /// The address of the VM context.
    fn context(&mut self) -> clif::Value {
        self.b.ins().get_pinned_reg(types::I64)
    }

    /// The word of a value that is no pair.
    fn get(&self, value: Value) -> clif::Value {
        self.values[value][0]
    }

    /// Word of an operand.
    fn arg(&self, inst: &InstData, index: usize) -> clif::Value {
        self.get(inst.args[index])
    }

    /// Defines the single result, no pair.
    fn set(&mut self, inst: &InstData, word: clif::Value) -> Lowered {
        self.values[inst.results[0]] = [word, word];
        Ok(())
    }

    /// The words of a list of values.
    fn flat(&self, values: &[Value]) -> Vec<clif::Value> {
        let mut out = Vec::with_capacity(values.len());
        for value in values {
            out.extend_from_slice(&self.values[*value][..words(self.function.ty(*value))]);
        }
        out
    }

    /// Calls a function of the VM context, which is its first argument.
    fn call_helper(
        &mut self,
        offset: i32,
        params: &[clif::Type],
        args: &[clif::Value],
        result: Option<clif::Type>,
    ) -> Option<clif::Value> {
        let context = self.context();
        let callee = self.b.ins().load(types::I64, OWN, context, offset);
        let sig = self.b.import_signature(signature::helper(self.target, params, result));
        let mut all = vec![context];
        all.extend_from_slice(args);
        let call = self.b.ins().call_indirect(sig, callee, &all);
        self.b.inst_results(call).first().copied()
    }

    /// Behind a call that does not come back: no instruction is ever reached here.
    fn unreachable(&mut self) {
        self.b.ins().trap(clif::TrapCode::unwrap_user(1));
    }

    /// Zeros for the results of a function.
    fn zeros(&mut self, list: &[Type]) -> Vec<clif::Value> {
        let types: Vec<clif::Type> = signature::word_types(list).collect();
        types.into_iter().map(|ty| self.zero(ty)).collect()
    }

    fn zero(&mut self, ty: clif::Type) -> clif::Value {
        if ty == types::F64 { self.b.ins().f64const(0.0) } else { self.b.ins().iconst(ty, 0) }
    }

    /// The block that leaves with an exception; when the function may not, the one that aborts.
    fn throw_block(&mut self) -> clif::Block {
        if !self.function.signature.throws {
            return self.abort_block();
        }
        self.shared.throw.block(&mut self.b)
    }

    fn abort_block(&mut self) -> clif::Block {
        self.shared.abort.block(&mut self.b)
    }

    fn trap_block(&mut self, code: TrapCode) -> clif::Block {
        self.shared.traps.entry(code).or_default().block(&mut self.b)
    }

    /// Fills the shared blocks that exist.
    fn finish_shared(&mut self) -> Lowered {
        self.b.set_srcloc(SourceLoc::default());
        // What exits need first: they may ask for the others.
        self.exit_calls()?;
        let traps = std::mem::take(&mut self.shared.traps).into_iter();
        for (code, block) in traps.flat_map(|(code, share)| share.blocks.into_iter().map(move |b| (code, b)))
        {
            self.b.switch_to_block(block);
            let code = self.b.ins().iconst(types::I32, i64::from(code.0));
            self.call_helper(ContextLayout::TRAP, &[types::I32], &[code], None);
            self.unreachable();
        }
        for block in std::mem::take(&mut self.shared.throw.blocks) {
            self.b.switch_to_block(block);
            let signature = &self.function.signature;
            let mut results = self.zeros(&signature.results);
            results.push(self.b.ins().iconst(signature::STATUS, 1));
            self.b.ins().return_(&results);
        }
        for block in std::mem::take(&mut self.shared.abort.blocks) {
            self.b.switch_to_block(block);
            self.call_helper(ContextLayout::ABORT, &[], &[], None);
            self.unreachable();
        }
        Ok(())
    }
}
