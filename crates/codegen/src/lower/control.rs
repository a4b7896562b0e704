//! Terminators.

use super::{Lower, Lowered};
use crate::Declined;
use crate::{Arch, signature};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder};
use cranelift_frontend::Switch;
use ir::{Imm, InstData, Target};

impl Lower<'_> {
    /// Block and arguments of a branch target.
    fn target(&self, target: &Target) -> (clif::Block, Vec<BlockArg>) {
        let args = self.flat(&target.args).into_iter().map(BlockArg::from).collect();
        (self.clif_block(target.block), args)
    }

    pub(super) fn jump(&mut self, inst: &InstData) -> Lowered {
        let (block, args) = self.target(&inst.targets()[0]);
        self.b.ins().jump(block, &args);
        Ok(())
    }

    pub(super) fn brif(&mut self, inst: &InstData) -> Lowered {
        let condition = self.arg(inst, 0);
        let (then, then_args) = self.target(&inst.targets()[0]);
        let (other, other_args) = self.target(&inst.targets()[1]);
        self.b.ins().brif(condition, then, &then_args, other, &other_args);
        Ok(())
    }

    /// Cases become comparisons, jump tables or both. ARM64 gets comparisons only: Cranelift 0.135 leaves the landing pad of
    /// some jump table targets out, and published code enforces them. Targets with arguments get a block that passes them.
    pub(super) fn switch(&mut self, inst: &InstData) -> Lowered {
        let Imm::Targets(targets) = &inst.imm else {
            return Err(Declined::Malformed("switch without targets"));
        };
        let value = self.arg(inst, 0);
        let list: Vec<(clif::Block, Vec<BlockArg>)> =
            targets.list.iter().map(|target| self.target(target)).collect();
        let mut passing = Vec::new();
        let blocks: Vec<clif::Block> = list
            .into_iter()
            .map(|(block, args)| {
                if args.is_empty() {
                    return block;
                }
                let between = self.b.create_block();
                passing.push((between, block, args));
                between
            })
            .collect();
        let (default, cases) = blocks.split_last().ok_or(Declined::Malformed("switch without default"))?;
        let mut sorted: Vec<(i32, clif::Block)> =
            targets.cases.iter().copied().zip(cases.iter().copied()).collect();
        sorted.sort_unstable_by_key(|(case, _)| *case);
        if self.target.arch() == Arch::Arm64 {
            self.search(value, &sorted, *default);
        } else {
            let mut switch = Switch::new();
            for (case, block) in sorted {
                switch.set_entry(u128::from(case as u32), block);
            }
            switch.emit(&mut self.b, value, *default);
        }
        for (between, block, args) in passing {
            self.b.switch_to_block(between);
            self.b.ins().jump(block, &args);
        }
        Ok(())
    }

    /// Finds one of sorted cases by halves.
    fn search(&mut self, value: clif::Value, cases: &[(i32, clif::Block)], default: clif::Block) {
        let ty = self.b.func.dfg.value_type(value);
        match cases {
            [] => {
                self.b.ins().jump(default, &[]);
            }
            [(case, block)] => {
                let case = self.int(ty, i64::from(*case));
                let equal = self.b.ins().icmp(IntCC::Equal, value, case);
                self.b.ins().brif(equal, *block, &[], default, &[]);
            }
            _ => {
                let (below, above) = cases.split_at(cases.len() / 2);
                let least = self.int(ty, i64::from(above[0].0));
                let less = self.b.ins().icmp(IntCC::SignedLessThan, value, least);
                let (left, right) = (self.b.create_block(), self.b.create_block());
                self.b.ins().brif(less, left, &[], right, &[]);
                self.b.switch_to_block(left);
                self.search(value, below, default);
                self.b.switch_to_block(right);
                self.search(value, above, default);
            }
        }
    }

    pub(super) fn return_op(&mut self, inst: &InstData) -> Lowered {
        let mut list = self.flat(&inst.args);
        if self.function.signature.throws {
            list.push(self.b.ins().iconst(signature::STATUS, 0));
        }
        self.b.ins().return_(&list);
        Ok(())
    }

    pub(super) fn throw(&mut self, _: &InstData) -> Lowered {
        let block = self.throw_block();
        self.b.ins().jump(block, &[]);
        Ok(())
    }

    pub(super) fn trap(&mut self, inst: &InstData) -> Lowered {
        let Imm::Trap(code) = inst.imm else { return Err(Declined::Malformed("trap without code")) };
        let block = self.trap_block(code);
        self.b.ins().jump(block, &[]);
        Ok(())
    }
}
