//! Every op that computes, on edge cases, as compiled code and by the reference semantics. Operands come in registers and as
//! constants, since the code generator looks at constants.

mod support;

use codegen::{Arch, OptLevel, Options, Symbol, Target};
use ir::eval::{Const, word};
use ir::interp::{Interp, Limits, Outcome};
use ir::ops::{Effect, ImmKind, Slot};
use ir::{FloatCond, Func, IntCond, Module, Op, Type};
use jit::{LoadError, Program, RuntimeTable};
use std::fmt::Write;
use support::{Loaded, Real, module};

/// How many values of each type, from the front of its list, are also tried as constants.
const CONSTANTS: usize = 8;

/// Edge cases of a type, those that code generators look for first.
fn values(ty: Type) -> Vec<Const> {
    let addresses = [0, 1 << 63, u64::MAX, 1, 0x7ff8_0000_0000_0000, 0xffff_ffff];
    match ty {
        Type::I32 => [
            0,
            -1,
            1,
            i32::MIN,
            i32::MAX,
            32,
            31,
            -2,
            2,
            7,
            8,
            33,
            63,
            64,
            127,
            128,
            255,
            256,
            0x7fff,
            0x8000,
            0xffff,
            46341,
            -46341,
            i32::MIN + 1,
            0x1234_5678,
        ]
        .map(Const::i32)
        .to_vec(),
        Type::I64 => [
            0,
            -1,
            1,
            i64::MIN,
            i64::MAX,
            64,
            63,
            1 << 31,
            2,
            -2,
            31,
            32,
            33,
            65,
            127,
            128,
            0xffff,
            0x8000,
            -(1 << 31),
            -(1 << 31) - 1,
            0xffff_ffff,
            1 << 32,
            3_037_000_500,
            (1 << 53) + 1,
            i64::MIN + 1,
        ]
        .map(Const::i64)
        .to_vec(),
        Type::F64 => floats(),
        Type::Bool => [false, true].map(Const::bool).to_vec(),
        Type::Ptr => addresses.map(Const::ptr).to_vec(),
        Type::Boxed => addresses.map(Const::boxed).to_vec(),
        Type::Pair => vec![Const::pair(0, u64::MAX), Const::pair(1 << 63, 5)],
    }
}

fn floats() -> Vec<Const> {
    let two_63 = 9_223_372_036_854_775_808.0;
    let numbers = [
        0.0,
        -0.0,
        f64::NAN,
        2.5,
        f64::INFINITY,
        -two_63,
        -0.5,
        4_294_967_295.5,
        1.0,
        -1.0,
        0.5,
        1.5,
        -1.5,
        0.499_999_999_999_999_94,
        f64::NEG_INFINITY,
        2_147_483_647.0,
        2_147_483_647.5,
        2_147_483_648.0,
        -2_147_483_648.0,
        -2_147_483_648.5,
        -2_147_483_649.0,
        4_294_967_296.0,
        4_294_967_297.0,
        -4_294_967_297.0,
        4_503_599_627_370_495.5,
        -4_503_599_627_370_497.0,
        9_007_199_254_740_994.0,
        two_63,
        two_63 - 1024.0,
        two_63 + 2048.0,
        -two_63 - 2048.0,
        2.0 * two_63,
        2.0 * two_63 - 2048.0,
        4096.0 * two_63 + two_63,
        1e300,
        -1e300,
        3.5e38,
        1e-40,
        f64::MIN_POSITIVE,
        5e-324,
    ];
    let nans = [0x7ff0_0000_0000_0001, 0xfff4_0000_dead_beef];
    numbers.into_iter().chain(nans.map(f64::from_bits)).map(Const::f64).collect()
}

/// The instruction that makes a constant; pairs have none.
fn constant(value: Const) -> Option<String> {
    let bits = value.bits();
    Some(match value.ty() {
        Type::I32 => format!("iconst.i32 {}", bits as i32),
        Type::I64 => format!("iconst.i64 {}", bits as i64),
        Type::F64 if value.as_f64().is_nan() => format!("fconst nan:{bits:#x}"),
        Type::F64 => format!("fconst {:?}", value.as_f64()),
        Type::Bool => format!("bconst {}", bits != 0),
        Type::Ptr => format!("pconst {bits:#x}"),
        Type::Boxed => format!("xconst {bits:#x}"),
        Type::Pair => return None,
    })
}

/// One op at one type with one condition.
struct Form {
    op: Op,
    /// As the text has it, with its suffixes.
    name: String,
    operands: Vec<Type>,
    result: Type,
}

impl Form {
    fn all_of(op: Op) -> Vec<Form> {
        let (Some(operands), Some([result])) = (op.operands(), op.results()) else { return Vec::new() };
        if operands.is_empty() || !matches!(op.effect(), Effect::Pure | Effect::Trap | Effect::Guard) {
            return Vec::new();
        }
        let conditions: Vec<String> = match op.imm() {
            ImmKind::IntCond => IntCond::ALL.iter().map(|cond| format!(".{cond}")).collect(),
            ImmKind::FloatCond => FloatCond::ALL.iter().map(|cond| format!(".{cond}")).collect(),
            _ => vec![String::new()],
        };
        let types: Vec<Option<Type>> = match op.types() {
            [] => vec![None],
            types => types.iter().copied().map(Some).collect(),
        };
        let mut forms = Vec::new();
        for ty in types {
            let resolve = |slot: &Slot| match slot {
                Slot::Controlling => ty.expect("only ops with types have such slots"),
                Slot::Fixed(ty) => *ty,
            };
            for condition in &conditions {
                let suffix = ty.map_or(String::new(), |ty| format!(".{ty}"));
                let name = format!("{}{condition}{suffix}", op.name());
                let operands = operands.iter().map(resolve).collect();
                forms.push(Form { op, name, operands, result: resolve(result) });
            }
        }
        forms
    }

    /// A function that executes the op on its parameters, of which one may be replaced by a constant.
    fn function(&self, number: usize, fixed: Option<(usize, &str)>) -> String {
        let count = self.operands.len();
        let list = self.operands.iter().map(|ty| ty.name()).collect::<Vec<_>>().join(", ");
        let params: Vec<String> = (0..count).map(|i| format!("v{i}: {}", self.operands[i])).collect();
        let guards = self.op.imm() == ImmKind::Guard;
        let names = |fixed: Option<usize>| {
            let name = |i: usize| if fixed == Some(i) { "v8".to_owned() } else { format!("v{i}") };
            (0..count).map(name).collect::<Vec<_>>().join(", ")
        };
        let mut text = format!("func @f{number}({list}) -> {} {{\n", self.result);
        if guards {
            // Everything that is alive: the guest goes on at the guard, which needs the constant again.
            let constant = if fixed.is_some() { ", v8" } else { "" };
            writeln!(text, "fs0 = state {number}+0 [{}{constant}]", names(None)).unwrap();
        }
        writeln!(text, "block0({}):", params.join(", ")).unwrap();
        if let Some((_, constant)) = fixed {
            writeln!(text, "  v8 = {constant}").unwrap();
        }
        let guard = if guards { ", fs0, reason 1" } else { "" };
        let args = names(fixed.map(|(index, _)| index));
        writeln!(text, "  v9 = {} {args}{guard}\n  return v9\n}}", self.name).unwrap();
        text
    }

    /// Functions with operands in registers, and with each of them constant; which operand is, for each function.
    fn module(&self) -> (String, Vec<Option<usize>>) {
        let mut text = self.function(0, None);
        let mut fixed = vec![None];
        for (index, ty) in self.operands.iter().enumerate() {
            for constant in values(*ty).into_iter().take(CONSTANTS).filter_map(constant) {
                text += &self.function(fixed.len(), Some((index, &constant)));
                fixed.push(Some(index));
            }
        }
        (text, fixed)
    }

    /// Every combination of edge cases; one value for the parameter that a constant stands in for.
    fn arguments(&self, fixed: Option<usize>) -> Vec<Vec<Const>> {
        self.operands.iter().enumerate().fold(vec![Vec::new()], |lists, (index, ty)| {
            let mut values = values(*ty);
            if self.op == Op::BoxNumber {
                // Of other NaNs, the words are unspecified.
                values.retain(|value| !value.as_f64().is_nan() || value.bits() & word::FRACTION == 0);
                values.push(Const::f64(-f64::NAN));
            }
            values.truncate(if fixed == Some(index) { 1 } else { usize::MAX });
            let longer = |list: Vec<Const>| {
                values.iter().map(|value| [&list[..], &[*value]].concat()).collect::<Vec<_>>()
            };
            lists.into_iter().flat_map(longer).collect()
        })
    }

    fn agree(&self, ours: &Outcome, reference: &Outcome) -> bool {
        let nan = |outcome: &Outcome| match outcome {
            Outcome::Return(values) => values[0].ty() == Type::F64 && values[0].as_f64().is_nan(),
            _ => false,
        };
        ours == reference || (self.op.makes_nans() && nan(ours) && nan(reference))
    }

    /// Executes everything; the number of calls.
    fn check(&self, target: &Target, options: &Options) -> usize {
        let (text, fixed) = self.module();
        let module = module(&text);
        let program = Program::load_for(target, &module, options, &RuntimeTable::new());
        let program = program.unwrap_or_else(|error| panic!("{error}\n{module}"));
        let mut loaded = Loaded { instance: program.instantiate(Real::new(&module)), program };
        let mut host = Real::new(&module);
        let mut calls = 0;
        for ((func, function), fixed) in module.functions.iter().zip(fixed) {
            let callable = loaded.function(&function.name);
            for args in &self.arguments(fixed) {
                calls += 1;
                let ours = loaded.instance.call(&callable, args).unwrap().to_reference();
                let ours = ours.unwrap_or_else(|| panic!("{} of {args:?} broke the instance", self.name));
                let reference = Interp::new(&module, &mut host).call(func, args, Limits::default());
                assert!(
                    self.agree(&ours, &reference),
                    "{} of {args:?} in @{}: {ours:?} instead of {reference:?}",
                    self.name,
                    function.name
                );
            }
        }
        calls
    }
}

fn check_all(target: &Target, opt: OptLevel) {
    let options = Options { opt, ..Options::default() };
    let forms: Vec<Form> = Op::ALL.iter().flat_map(|op| Form::all_of(*op)).collect();
    assert!(forms.len() > 120, "{} forms: the table's columns have changed", forms.len());
    let calls: usize = forms.iter().map(|form| form.check(target, &options)).sum();
    assert!(calls > 60_000, "{calls} calls are less than there are edge cases");
}

#[test]
fn optimized_code_computes_what_the_reference_does() {
    check_all(&host(), OptLevel::Speed);
}

#[test]
fn quickly_made_code_computes_what_the_reference_does() {
    check_all(&host(), OptLevel::None);
}

fn host() -> Target {
    Target::host().expect("tests run on machines that code is generated for")
}

/// On x64, rounding calls helpers then.
#[test]
fn code_for_the_least_machine_computes_what_the_reference_does() {
    let least = host().without_features();
    check_all(&least, OptLevel::Speed);
    if least.arch() == Arch::X64 {
        let text = "func @f(f64) -> f64 {\nblock0(v0: f64):\n  v1 = ffloor v0\n  return v1\n}";
        let compile =
            |target: &Target| codegen::compile(&module(text), Func(0), target, &Options::default()).unwrap();
        let helpers = |target: &Target| {
            let relocs = compile(target).relocs;
            relocs.iter().filter(|reloc| matches!(reloc.target, Symbol::Helper(_))).count()
        };
        assert_eq!(helpers(&least), 1);
        assert_eq!(helpers(&Target::new(Arch::X64, host().os())), 0, "x86-64-v2 has the instruction");
    }
}

#[test]
fn code_for_other_machines_is_refused() {
    let other = if host().arch() == Arch::X64 { Arch::Arm64 } else { Arch::X64 };
    let target = Target::new(other, host().os());
    let error = Program::load_for(&target, &Module::default(), &Options::default(), &RuntimeTable::new());
    let error = error.expect_err("it cannot run here");
    assert!(matches!(error, LoadError::Target { .. }), "{error}");
    assert!(error.to_string().contains(&target.to_string()), "{error}");
}
