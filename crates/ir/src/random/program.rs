//! Modules: signatures first, then bodies from the last function to the first, so that callees' costs are known.

use crate::builder::Builder;
use crate::entity::{Entity, Func};
use crate::function::Function;
use crate::module::{Module, Signature};
use crate::random::body::{Body, Plan, Shape};
use crate::random::expr::Menu;
use crate::random::{Config, MAX_FUNCTIONS, Rng, keeps, layout, live, runtime};
use crate::types::Type;

/// A random program. Function 0 is called `main`; its first parameter is the address of the buffer.
pub fn module(seed: u64, config: &Config) -> Module {
    let mut rng = Rng::new(seed);
    let mut module = Module::default();
    layout::declare_classes(&mut module);
    runtime::declare(&mut module, config);
    let calls = config.calls || config.indirect_calls;
    let most = if calls { config.functions.clamp(1, MAX_FUNCTIONS) } else { 1 };
    let count = rng.range(1, most) as usize;
    let mut plans: Vec<Plan> = (0..count).map(|i| plan(&mut rng, config, Func::from_index(i))).collect();
    share_signatures(&mut rng, config, &mut plans);
    for plan in &plans {
        let name = if plan.func.index() == 0 { "main".to_owned() } else { format!("f{}", plan.func.index()) };
        module.functions.push(Function { name, signature: plan.signature(), ..Function::default() });
        module.signature(&plan.signature());
    }
    let menu = Menu::new(config);
    for i in (0..count).rev() {
        let func = Func::from_index(i);
        let mut function = Function {
            name: module.functions[func].name.clone(),
            signature: module.functions[func].signature.clone(),
            ..Function::default()
        };
        let builder = Builder::new(&mut function);
        plans[i].cost = Body::new(&mut rng, config, &module, &menu, &plans, func, builder).build();
        live::complete_states(&mut rng, &mut function);
        module.functions[func] = function;
    }
    keeps::declare(&mut rng, &mut module);
    module
}

/// Makes some functions equal in type, so that indirect calls have a choice of targets.
fn share_signatures(rng: &mut Rng, config: &Config, plans: &mut [Plan]) {
    for i in 2..plans.len() {
        if config.indirect_calls && rng.chance(40) {
            let model = plans[rng.range(1, i as u32 - 1) as usize].clone();
            plans[i] = Plan { func: plans[i].func, ..model };
        }
    }
}

fn plan(rng: &mut Rng, config: &Config, func: Func) -> Plan {
    let main = func.index() == 0;
    let recursive = !main && config.calls && rng.chance(45);
    // A loop can do for calls at the end that are followed by arithmetic only where nothing leaves.
    let guards = config.guards && !(recursive && rng.chance(50));
    let mut params = vec![Shape::Buffer];
    if recursive {
        params.push(Shape::Scalar(Type::I32));
    }
    for _ in 0..rng.below(5) {
        params.push(shape(rng, config, !main));
    }
    let results = (0..rng.below(4)).map(|_| shape(rng, config, true)).collect();
    let throws = config.exceptions && rng.chance(60);
    let steps = if main { config.steps } else { config.steps >> rng.range(3, 6) };
    Plan { func, params, results, throws, recursive, guards, budget: steps, cost: 0 }
}

/// A shape for a parameter or result.
pub(super) fn shape(rng: &mut Rng, config: &Config, objects: bool) -> Shape {
    if objects && rng.chance(15) {
        return Shape::Object(rng.below(2));
    }
    let ty = rng.pick(&[
        Type::I32,
        Type::I32,
        Type::I64,
        Type::I64,
        Type::F64,
        Type::Bool,
        Type::Boxed,
        Type::Pair,
    ]);
    Shape::Scalar(if ty == Type::Pair && !config.pairs { Type::I64 } else { ty })
}

impl Plan {
    /// The signature of the planned function.
    pub(super) fn signature(&self) -> Signature {
        let types = |shapes: &[Shape]| shapes.iter().map(|shape| shape.ty()).collect();
        Signature { params: types(&self.params), results: types(&self.results), throws: self.throws }
    }
}
