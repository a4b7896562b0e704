//! Jumps by tables.

use crate::emit::Emitter;
use dis_vm::tier::{KIND, Slot};
use ir::{IntCond, Op as Ir, Type};

/// Ranges that are compared with one after the other, at most.
const FEW: usize = 16;

impl Emitter<'_> {
    /// A table of ranges: the last that does not begin above the value is the one. False when the interpreter has to look.
    pub(crate) fn case(&mut self, slot: Slot) -> bool {
        let Some((ranges, rest)) = self.inst().ranges.clone().filter(|(ranges, _)| ranges.len() <= FEW)
        else {
            return false;
        };
        let Some(value) = self.read(0, slot) else { return false };
        let value = if slot == Slot::Word { self.b().unary(Ir::Sext, value) } else { value };
        self.close(&[]);
        let default = self.new_block(&[]);
        for (low, high, target) in ranges.into_iter().rev() {
            let (inside, below, take) = (self.new_block(&[]), self.new_block(&[]), self.new_block(&[]));
            let bound = self.int(low);
            let reached = self.b().icmp(IntCond::Sge, value, bound);
            self.b().brif(reached, (inside, &[]), (below, &[]));
            self.switch_to(inside);
            let bound = self.int(high);
            let fits = self.b().icmp(IntCond::Slt, value, bound);
            self.b().brif(fits, (take, &[]), (default, &[]));
            self.switch_to(take);
            self.apart(|this| this.jump_to(target));
            self.switch_to(below);
        }
        self.b().jump(default, &[]);
        self.switch_to(default);
        match rest {
            Some(target) => self.jump_to(target),
            // The interpreter says what is wrong.
            None => self.leave(self.pc),
        }
        true
    }

    /// The interpreter executes an instruction that may lead to any of its targets.
    pub(crate) fn step_to_targets(&mut self, targets: &[u32]) {
        let place = self.step_only();
        let (kind, to) = (self.int(i64::from(KIND)), self.b().unary(Ir::Wrap, place));
        let kind = self.b().binary(Ir::Ushr, place, kind);
        let limit = self.int(dis_vm::tier::JUMPED as i64);
        let (went, next) = (self.b().icmp(IntCond::Eq, kind, limit), self.int(0));
        let goes_on = self.b().icmp(IntCond::Eq, kind, next);
        let stays = self.b().binary(Ir::Bor, went, goes_on);
        self.come_back_unless(stays, place);
        for target in targets {
            let (here, on) = (self.new_block(&[]), self.new_block(&[]));
            let number = self.b().iconst(Type::I32, i64::from(*target));
            let is_it = self.b().icmp(IntCond::Eq, to, number);
            self.b().brif(is_it, (here, &[]), (on, &[]));
            self.switch_to(here);
            let length = self.flow.at.get(target).map_or(0, |number| self.flow.blocks[*number].length);
            self.apart(|this| {
                this.look(*target, length);
                this.goto_pc(*target);
            });
            self.switch_to(on);
        }
        self.return_place(place);
    }
}
