//! For which machine a module was compiled: classic Inferno's 4-byte words or the 8-byte words of 64-bit Inferno.
//!
//! Files do not say it, and their encoding is the same. Layouts differ, though: a frame begins with 8 words that belong to calls, so
//! none of a 64-bit module takes less than 64 bytes; words lie at multiples of their size; a bit of a pointer map stands for a word.
//! Where that decides nothing, the verifier does: pointers have to lie where the maps have them, for the right size only.

use crate::{Access, Kind, Module, Op, Operand, WordSize, verify};
use std::fmt;

/// What was found out about a module's word size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The size to go on with.
    pub word: WordSize,
    /// How sure that is.
    pub sure: Sure,
    /// Why, a sentence each.
    pub evidence: Vec<String>,
}

/// How sure a word size is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// The other is impossible.
    Proven,
    /// Nothing tells: both are possible, and both mean the same where anything of the module tells.
    Assumed,
    /// Neither is possible: the module will not pass the verifier.
    Neither,
    /// Someone said so.
    Told,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sure = match self.sure {
            Sure::Proven => "proven",
            Sure::Assumed => "assumed",
            Sure::Neither => "neither is possible",
            Sure::Told => "as told",
        };
        write!(f, "{} ({sure}): {}", self.word, self.evidence.join("; "))
    }
}

/// The word size of a module, or the one that `told` says, with what speaks against that.
pub fn find(module: &Module, told: Option<WordSize>) -> Finding {
    let against_eight = against_eight(module);
    if let Some(word) = told {
        let mut evidence = vec!["given by the user".to_owned()];
        evidence.extend(against_eight.filter(|_| word == WordSize::Eight).map(|why| format!("but {why}")));
        return Finding { word, sure: Sure::Told, evidence };
    }
    if let Some(why) = against_eight {
        return Finding { word: WordSize::Four, sure: Sure::Proven, evidence: vec![why] };
    }
    let first = |word| verify(module, word).err().and_then(|faults| faults.into_iter().next());
    match (first(WordSize::Four), first(WordSize::Eight)) {
        (Some(fault), None) => proven(WordSize::Eight, fault),
        (None, Some(fault)) => proven(WordSize::Four, fault),
        (None, None) => {
            let evidence = vec!["it passes the verifier for both sizes".to_owned()];
            Finding { word: WordSize::Eight, sure: Sure::Assumed, evidence }
        }
        (Some(four), Some(eight)) => {
            let evidence = vec![format!("with 4 bytes, {four}"), format!("with 8 bytes, {eight}")];
            Finding { word: WordSize::Eight, sure: Sure::Neither, evidence }
        }
    }
}

fn proven(word: WordSize, fault: crate::Fault) -> Finding {
    let evidence = vec![format!("with words of {} bytes, {fault}", word.other())];
    Finding { word, sure: Sure::Proven, evidence }
}

/// What a glance shows that is impossible with 8-byte words.
fn against_eight(module: &Module) -> Option<String> {
    let size = |id: i32| usize::try_from(id).ok().and_then(|id| module.types.get(id)).map(|ty| ty.size);
    let framed = module.code.iter().enumerate().filter_map(|(pc, inst)| match (inst.op, inst.src) {
        (Op::Frame, Operand::Imm(id)) => Some((format!("instruction {pc}"), id)),
        _ => None,
    });
    let exported = module.exports.iter().map(|export| (export.name.clone(), export.frame));
    for (who, id) in exported.chain(framed).chain([("the entry".to_owned(), module.entry_type)]) {
        if let Some(size @ 0..64) = size(id) {
            return Some(format!("the frame of {who}, type {id}, has {size} bytes, less than 64"));
        }
    }
    for (id, ty) in module.types.iter().enumerate() {
        if let Some(at) = ty.pointers(WordSize::Eight).find(|at| at.saturating_add(8) > ty.size) {
            return Some(format!(
                "the map of type {id} would have a pointer at {at}, but there are {} bytes",
                ty.size
            ));
        }
    }
    for (pc, inst) in module.code.iter().enumerate() {
        for (operand, role) in inst.operands().into_iter().zip(inst.op.roles()) {
            let words = role.access != Access::No && (role.kind.is_pointer() || role.kind == Kind::Word);
            if let (true, Operand::Fp(at) | Operand::Mp(at)) = (words, operand)
                && at % 8 == 4
            {
                return Some(format!("instruction {pc} has a word at {at}, which is no multiple of 8"));
            }
        }
    }
    None
}
