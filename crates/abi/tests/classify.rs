//! What the ABI documents say, case by case. The oracle for everything else is `abi-check`, against compilers.

use abi::{Abi, Field, Plan, PlanError, Record, RecordKind, Scalar, Signature, Type, TypeError};
use std::sync::Arc;

const I32: Type = Type::Scalar(Scalar::I32);
const I64: Type = Type::Scalar(Scalar::I64);
const I128: Type = Type::Scalar(Scalar::I128);
const F32: Type = Type::Scalar(Scalar::F32);
const F64: Type = Type::Scalar(Scalar::F64);
const V16: Type = Type::Vector { lane: Scalar::F32, lanes: 4 };

/// The steps of a plan, without the heading.
fn steps(abi: Abi, signature: &Signature) -> Vec<String> {
    let plan = Plan::new(abi, signature).unwrap();
    let text = plan.to_string();
    text.lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

fn args(abi: Abi, params: impl IntoIterator<Item = Type>) -> Vec<String> {
    let mut steps = steps(abi, &Signature::new(params, None));
    steps.pop();
    steps
}

fn result(abi: Abi, ty: Type) -> Vec<String> {
    let mut steps = steps(abi, &Signature::new([], Some(ty)));
    steps.pop();
    steps
}

fn aligned(align: u32, fields: Vec<Field>) -> Type {
    let kind = RecordKind::Struct;
    Type::Record(Arc::new(Record { kind, name: None, fields, pack: None, align: Some(align) }))
}

#[test]
fn sysv_structs_travel_by_eightbytes() {
    let mixed = Type::structure([F64, I32]);
    assert_eq!(args(Abi::SysvX64, [mixed]), ["xmm0 = #0[0..8]", "rdi = #0[8..16]"]);
    let floats = Type::structure([F32, F32, F32]);
    assert_eq!(args(Abi::SysvX64, [floats]), ["xmm0 = #0[0..8]", "xmm1 = #0[8..12]"]);
    let large = Type::structure([I64, I64, I64]);
    assert_eq!(args(Abi::SysvX64, [large]), ["[sp+0] = #0[0..24]"]);
}

#[test]
fn sysv_gives_a_smaller_later_argument_the_register_a_large_one_could_not_use() {
    let mut params = vec![I64; 5];
    params.extend([I128, I64]);
    let steps = args(Abi::SysvX64, params);
    assert_eq!(steps[5..], ["[sp+0] = #5[0..16]", "r9 = #6[0..8]"]);
}

#[test]
fn arm64_closes_a_register_file_once_it_overflowed() {
    let hfa = Type::structure([F64, F64]);
    let mut params = vec![F64; 7];
    params.extend([hfa, F64]);
    let steps = args(Abi::Aapcs64, params);
    assert_eq!(steps[7..], ["[sp+0] = #7[0..16]", "[sp+16] = #8[0..8]"]);
}

#[test]
fn sixteen_byte_integers_take_an_even_pair_except_at_apple() {
    assert_eq!(args(Abi::Aapcs64, [I64, I128])[1..], ["x2 = #1[0..8]", "x3 = #1[8..16]"]);
    assert_eq!(args(Abi::WindowsArm64, [I64, I128])[1..], ["x2 = #1[0..8]", "x3 = #1[8..16]"]);
    assert_eq!(args(Abi::DarwinArm64, [I64, I128])[1..], ["x1 = #1[0..8]", "x2 = #1[8..16]"]);
    assert_eq!(args(Abi::Win64, [I64, I128])[1..], ["rdx = &#1"]);
}

#[test]
fn an_aligned_attribute_counts_by_where_it_stands() {
    let record = || aligned(16, vec![Field::new(I64), Field::new(I64)]);
    let second = |abi| args(abi, [I64, record()])[1].clone();
    assert_eq!(second(Abi::Aapcs64), "x1 = #1[0..8]");
    assert_eq!(second(Abi::DarwinArm64), "x1 = #1[0..8]");
    assert_eq!(second(Abi::WindowsArm64), "x2 = #1[0..8]");
    let field = Field { name: String::new(), ty: I64, align: Some(16) };
    let member = aligned(1, vec![field, Field::new(I64)]);
    assert_eq!(args(Abi::Aapcs64, [I64, member])[1], "x2 = #1[0..8]");
}

#[test]
fn apple_packs_stack_arguments() {
    let mut params = vec![I64; 8];
    params.extend([Scalar::I8.into(), Scalar::I16.into(), I32, Type::structure([Scalar::I8.into()]), F64]);
    let steps = args(Abi::DarwinArm64, params.clone());
    assert_eq!(
        steps[8..],
        [
            "[sp+0] = #8[0..1]",
            "[sp+2] = #9[0..2]",
            "[sp+4] = #10[0..4]",
            "[sp+8] = #11[0..1]",
            "v0 = #12[0..8]"
        ]
    );
    let steps = args(Abi::Aapcs64, params);
    assert_eq!(
        steps[8..11],
        [
            "[sp+0] = #8[0..1] sign-extended",
            "[sp+8] = #9[0..2] sign-extended",
            "[sp+16] = #10[0..4] sign-extended"
        ]
    );
}

#[test]
fn unnamed_arguments_differ_on_every_system() {
    let call = Signature::variadic([I32, F64, I32], 1, Some(I32));
    let unnamed = |abi| steps(abi, &call)[1..].to_vec();
    assert_eq!(unnamed(Abi::SysvX64)[..3], ["xmm0 = #1[0..8]", "rsi = #2[0..4] sign-extended", "al = 1"]);
    assert_eq!(
        unnamed(Abi::Win64)[..3],
        ["xmm1 = #1[0..8]", "rdx = #1[0..8]", "r8 = #2[0..4] sign-extended"]
    );
    assert_eq!(unnamed(Abi::Aapcs64)[..2], ["v0 = #1[0..8]", "x1 = #2[0..4] sign-extended"]);
    assert_eq!(unnamed(Abi::DarwinArm64)[..2], ["[sp+0] = #1[0..8]", "[sp+8] = #2[0..4] sign-extended"]);
    assert_eq!(unnamed(Abi::WindowsArm64)[..2], ["x1 = #1[0..8]", "x2 = #2[0..4] sign-extended"]);
}

#[test]
fn a_variadic_record_may_straddle_x7_and_the_stack_on_windows_arm64() {
    let mut params = vec![I64; 7];
    params.push(Type::structure([F64, F64]));
    let call = Signature::variadic(params, 1, None);
    assert_eq!(steps(Abi::WindowsArm64, &call)[7..9], ["x7 = #7[0..8]", "[sp+0] = #7[8..16]"]);
}

#[test]
fn results_in_memory_go_through_the_register_each_document_names() {
    let large = || Type::structure([I64, I64, I64]);
    assert_eq!(result(Abi::SysvX64, large()), ["rdi = &result, handed back"]);
    assert_eq!(result(Abi::Win64, large()), ["rcx = &result, handed back"]);
    assert_eq!(result(Abi::Aapcs64, large()), ["x8 = &result"]);
    let hva = Type::structure([V16, V16, V16, V16]);
    assert_eq!(result(Abi::Aapcs64, hva).len(), 4);
    assert_eq!(
        result(Abi::SysvX64, Type::structure([F64, I64])),
        ["xmm0 = result[0..8]", "rax = result[8..16]"]
    );
    assert_eq!(result(Abi::Win64, I128), ["xmm0 = result[0..16]"]);
}

#[test]
fn impossible_signatures_say_which_parameter_and_why() {
    let bad = |signature: &Signature| Plan::new(Abi::SysvX64, signature).unwrap_err();
    let array = Type::array(I32, 4);
    assert_eq!(
        bad(&Signature::new([I32, array.clone()], None)),
        PlanError::Param { index: 1, error: TypeError::BareArray }
    );
    assert_eq!(bad(&Signature::new([], Some(array))), PlanError::Result(TypeError::BareArray));
    let float = bad(&Signature::variadic([I32, F32], 1, None));
    assert_eq!(float.to_string(), "parameter 1: f32 cannot be passed to '...', C promotes it to f64");
    assert_eq!(bad(&Signature::variadic([I32], 2, None)), PlanError::FixedOutOfRange { fixed: 2, params: 1 });
    assert_eq!(bad(&Signature::new(vec![I32; 1025], None)), PlanError::TooManyParams(1025));
    let huge = Type::structure([Type::array(Scalar::I8.into(), 1 << 20)]);
    assert_eq!(bad(&Signature::new(vec![huge; 5], None)), PlanError::FrameTooLarge);
}
