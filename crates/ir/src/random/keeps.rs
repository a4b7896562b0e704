//! What calls of generated programs say that they leave as it was.

use crate::entity::{AliasClass, Entity, Func, Table};
use crate::function::{Function, Imm};
use crate::module::{ClassSet, Module};
use crate::ops::Effect;
use crate::random::Rng;

/// Classes by number.
type Classes = u64;

/// Says it of some calls, truly.
pub(super) fn declare(rng: &mut Rng, module: &mut Module) {
    let written = written(module);
    let count = module.classes.len();
    for func in module.functions.keys().collect::<Vec<Func>>() {
        for data in module.functions[func].insts.values_mut() {
            let Imm::Func { func: callee, keeps, .. } = &mut data.imm else { continue };
            let class = rng.below(count as u32) as usize;
            *keeps = (written[*callee] & 1 << class == 0).then(|| AliasClass::from_index(class));
        }
    }
}

/// What calls of each function may write.
fn written(module: &Module) -> Table<Func, Classes> {
    let mut written = Table::filled(module.functions.len(), 0);
    loop {
        let mut changed = false;
        for (func, function) in module.functions.iter() {
            let now = by_body(module, function, &written);
            changed |= now != written[func];
            written[func] = now;
        }
        if !changed {
            return written;
        }
    }
}

fn by_body(module: &Module, function: &Function, written: &Table<Func, Classes>) -> Classes {
    let one = |class: &AliasClass| 1 << class.index();
    let of = |data: &crate::function::InstData| match (data.op.effect(), &data.imm) {
        (Effect::Write, Imm::Mem { class, .. }) => one(class),
        (_, Imm::Func { func, .. }) => written[*func],
        (_, Imm::Runtime { runtime, .. }) => match &module.runtimes[*runtime].writes {
            ClassSet::Empty => 0,
            ClassSet::Some(classes) => classes.iter().map(one).sum(),
            ClassSet::All => Classes::MAX,
        },
        (Effect::Write | Effect::Call | Effect::Poll | Effect::Alloc, _) => Classes::MAX,
        _ => 0,
    };
    function.insts.values().map(of).fold(0, |all, some| all | some)
}
