//! C types as declarations write them: with pointees, names and qualifiers that the calling conventions do not need.

use super::base::Base;
use super::error::TyError;
use abi::{Abi, RecordKind, Scalar, Type};
use std::sync::Arc;

/// Deepest nesting of pointers, arrays, records and functions in one type.
pub const MAX_DEPTH: u32 = 60;
/// Most parts (pointers, members, parameters, nested ones included) of one type.
pub const MAX_NODES: u32 = 1 << 12;

/// A C type. Compound types are made by the constructor functions, which keep depth and size within limits.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// `void`: no result, or what an untyped pointer points to.
    Void,
    /// An arithmetic type; enums are their integer type.
    Base(Base),
    /// A base type with `__attribute__((vector_size(n)))`, and that `n`.
    Vector(Base, u32),
    /// A pointer.
    Pointer(Arc<Pointer>),
    /// An array.
    Array(Arc<Array>),
    /// A function; only its address is a value.
    Function(Arc<FunctionTy>),
    /// A complete struct or union.
    Record(Arc<RecordTy>),
    /// A struct, union or enum of which only the tag is known.
    Opaque(Tag),
}

/// A tag that was named but not defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// `struct`, `union` or `enum`.
    pub keyword: &'static str,
    /// The name after the keyword.
    pub name: Arc<str>,
}

/// How much of the limits a type uses up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Weight {
    depth: u32,
    nodes: u32,
}

/// What a pointer points to.
#[derive(Debug, PartialEq)]
pub struct Pointer {
    to: Ty,
    constant: bool,
    weight: Weight,
}

/// Element type and length of an array.
#[derive(Debug, PartialEq)]
pub struct Array {
    elem: Ty,
    len: Option<u32>,
    weight: Weight,
}

/// Parameters and result of a function.
#[derive(Debug, PartialEq)]
pub struct FunctionTy {
    result: Ty,
    params: Vec<Param>,
    variadic: bool,
    weight: Weight,
}

/// One named parameter of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The parameter's name, when it has one.
    pub name: Option<String>,
    /// Its type; arrays and functions have become pointers.
    pub ty: Ty,
}

/// One member of a struct or union.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldTy {
    /// The member's name; `None` for C11's anonymous structs and unions.
    pub name: Option<String>,
    /// Its type.
    pub ty: Ty,
    /// `_Alignas(n)` or `__attribute__((aligned(n)))` on the member.
    pub align: Option<u32>,
}

/// A complete struct or union.
#[derive(Debug, PartialEq)]
pub struct RecordTy {
    kind: RecordKind,
    tag: Option<String>,
    fields: Vec<FieldTy>,
    pack: Option<u32>,
    align: Option<u32>,
    weight: Weight,
}

impl Pointer {
    /// The type pointed to.
    pub fn to(&self) -> &Ty {
        &self.to
    }

    /// Whether what is pointed to is `const`.
    pub fn is_const(&self) -> bool {
        self.constant
    }
}

impl Array {
    /// The element type.
    pub fn elem(&self) -> &Ty {
        &self.elem
    }

    /// The number of elements, when the declaration gives one.
    pub fn length(&self) -> Option<u32> {
        self.len
    }
}

impl FunctionTy {
    /// The result type, [`Ty::Void`] for none.
    pub fn result(&self) -> &Ty {
        &self.result
    }

    /// The named parameters.
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// Whether the parameter list ends in `...`.
    pub fn is_variadic(&self) -> bool {
        self.variadic
    }
}

impl RecordTy {
    /// `struct` or `union`.
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// The tag.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The members in declaration order.
    pub fn fields(&self) -> &[FieldTy] {
        &self.fields
    }

    /// The largest alignment a member gets from its type (1: packed).
    pub fn pack(&self) -> Option<u32> {
        self.pack
    }

    /// The alignment asked for on the record itself.
    pub fn align(&self) -> Option<u32> {
        self.align
    }
}

impl Ty {
    /// A pointer to `to`, or to `const to`.
    ///
    /// # Errors
    /// [`TyError::TooDeep`], [`TyError::TooLarge`].
    pub fn pointer(to: Ty, constant: bool) -> Result<Ty, TyError> {
        let weight = weigh([&to])?;
        Ok(Ty::Pointer(Arc::new(Pointer { to, constant, weight })))
    }

    /// An array; without a length only as a parameter, where it becomes a pointer.
    ///
    /// # Errors
    /// An element type that is no complete object type; [`TyError::TooDeep`], [`TyError::TooLarge`].
    pub fn array(elem: Ty, len: Option<u32>) -> Result<Ty, TyError> {
        elem.check_object()?;
        let weight = weigh([&elem])?;
        Ok(Ty::Array(Arc::new(Array { elem, len, weight })))
    }

    /// A function; array and function parameters become pointers, as C does it.
    ///
    /// # Errors
    /// A result that is an array or function, a `void` parameter; [`TyError::TooDeep`], [`TyError::TooLarge`].
    pub fn function(
        result: Ty,
        params: impl IntoIterator<Item = Param>,
        variadic: bool,
    ) -> Result<Ty, TyError> {
        match result {
            Ty::Array(_) => return Err(TyError::ArrayResult),
            Ty::Function(_) => return Err(TyError::Function),
            _ => {}
        }
        let params = params.into_iter().map(Param::adjusted).collect::<Result<Vec<_>, _>>()?;
        let weight = weigh(std::iter::once(&result).chain(params.iter().map(|p| &p.ty)))?;
        Ok(Ty::Function(Arc::new(FunctionTy { result, params, variadic, weight })))
    }

    /// A struct or union.
    ///
    /// # Errors
    /// A member that is no complete object type; [`TyError::TooDeep`], [`TyError::TooLarge`].
    pub fn record(
        kind: RecordKind,
        tag: Option<String>,
        fields: Vec<FieldTy>,
        pack: Option<u32>,
        align: Option<u32>,
    ) -> Result<Ty, TyError> {
        fields.iter().try_for_each(|f| f.ty.check_object())?;
        let weight = weigh(fields.iter().map(|f| &f.ty))?;
        Ok(Ty::Record(Arc::new(RecordTy { kind, tag, fields, pack, align, weight })))
    }

    /// A struct with the given members and nothing special about it.
    ///
    /// # Errors
    /// As [`Ty::record`].
    pub fn structure<'a>(fields: impl IntoIterator<Item = (&'a str, Ty)>) -> Result<Ty, TyError> {
        let field = |(name, ty): (&str, Ty)| FieldTy { name: Some(name.to_owned()), ty, align: None };
        Ty::record(RecordKind::Struct, None, fields.into_iter().map(field).collect(), None, None)
    }

    /// The type as the calling conventions see it; `None` for `void`.
    ///
    /// # Errors
    /// Incomplete types, unsized arrays and functions have no size.
    pub fn lower(&self, abi: Abi) -> Result<Option<Type>, TyError> {
        Ok(Some(match self {
            Ty::Void => return Ok(None),
            Ty::Base(base) => base.scalar(abi).into(),
            Ty::Vector(lane, bytes) => {
                let lane = lane.scalar(abi);
                Type::Vector { lane, lanes: bytes / lane.size() }
            }
            Ty::Pointer(_) => Scalar::Ptr.into(),
            Ty::Array(array) => {
                let len = array.len.ok_or(TyError::UnsizedArray)?;
                Type::array(array.elem.lower_value(abi)?, len)
            }
            Ty::Record(record) => Type::Record(Arc::new(record.lower(abi)?)),
            Ty::Function(_) | Ty::Opaque(_) => return Err(self.check_object().unwrap_err()),
        }))
    }

    /// The type of a value.
    ///
    /// # Errors
    /// As [`Ty::lower`], and [`TyError::Void`].
    pub fn lower_value(&self, abi: Abi) -> Result<Type, TyError> {
        self.lower(abi)?.ok_or(TyError::Void)
    }

    /// A C type that stands for `ty`: scalars get their fixed-width names, pointers are `void *`.
    ///
    /// # Errors
    /// [`TyError::TooDeep`], [`TyError::TooLarge`].
    pub fn from_abi(ty: &Type) -> Result<Ty, TyError> {
        match ty {
            Type::Scalar(s) => base(*s),
            Type::Vector { lane, lanes } => match (base(*lane)?, lanes.checked_mul(lane.size())) {
                (Ty::Base(lane), Some(bytes)) => Ok(Ty::Vector(lane, bytes)),
                _ => Err(abi::TypeError::BadVector { lane: *lane, lanes: *lanes }.into()),
            },
            Type::Array { elem, len } => Ty::array(Ty::from_abi(elem)?, Some(*len)),
            Type::Record(r) => {
                let field = |f: &abi::Field| {
                    let name = (!f.name.is_empty()).then(|| f.name.clone());
                    Ok(FieldTy { name, ty: Ty::from_abi(&f.ty)?, align: f.align })
                };
                let fields = r.fields.iter().map(field).collect::<Result<_, TyError>>()?;
                Ty::record(r.kind, r.name.clone(), fields, r.pack, r.align)
            }
        }
    }

    /// Whether this is `char *` or `const char *`.
    pub fn is_string(&self) -> bool {
        matches!(self, Ty::Pointer(p) if p.to == Ty::Base(Base::Char))
    }

    /// The function type, when this is a function or a pointer to one.
    pub fn as_function(&self) -> Option<&Arc<FunctionTy>> {
        match self {
            Ty::Function(f) => Some(f),
            Ty::Pointer(p) => match &p.to {
                Ty::Function(f) => Some(f),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether values of the type have a size.
    pub(super) fn check_object(&self) -> Result<(), TyError> {
        match self {
            Ty::Void => Err(TyError::Void),
            Ty::Function(_) => Err(TyError::Function),
            Ty::Opaque(tag) => Err(TyError::Incomplete(format!("{} {}", tag.keyword, tag.name))),
            Ty::Array(array) if array.len.is_none() => Err(TyError::UnsizedArray),
            _ => Ok(()),
        }
    }

    fn weight(&self) -> Weight {
        match self {
            Ty::Pointer(p) => p.weight,
            Ty::Array(a) => a.weight,
            Ty::Function(f) => f.weight,
            Ty::Record(r) => r.weight,
            Ty::Void | Ty::Base(_) | Ty::Vector(..) | Ty::Opaque(_) => Weight { depth: 0, nodes: 1 },
        }
    }
}

fn base(scalar: Scalar) -> Result<Ty, TyError> {
    match Base::of_scalar(scalar) {
        Some(base) => Ok(Ty::Base(base)),
        None => Ty::pointer(Ty::Void, false),
    }
}

/// The weight of a type made of `parts`.
fn weigh<'a>(parts: impl IntoIterator<Item = &'a Ty>) -> Result<Weight, TyError> {
    let mut sum = Weight { depth: 0, nodes: 1 };
    for part in parts {
        let weight = part.weight();
        sum.depth = sum.depth.max(weight.depth);
        sum.nodes += weight.nodes;
        if sum.nodes > MAX_NODES {
            return Err(TyError::TooLarge);
        }
    }
    sum.depth += 1;
    if sum.depth > MAX_DEPTH { Err(TyError::TooDeep) } else { Ok(sum) }
}

impl Param {
    /// Arrays and functions as parameters are pointers.
    fn adjusted(self) -> Result<Param, TyError> {
        let ty = match self.ty {
            Ty::Void => return Err(TyError::Void),
            Ty::Array(array) => Ty::pointer(array.elem.clone(), false)?,
            Ty::Function(_) => Ty::pointer(self.ty, false)?,
            ty => ty,
        };
        Ok(Param { ty, ..self })
    }
}

impl RecordTy {
    fn lower(&self, abi: Abi) -> Result<abi::Record, TyError> {
        let field = |f: &FieldTy| {
            let name = f.name.clone().unwrap_or_default();
            Ok(abi::Field { name, ty: f.ty.lower_value(abi)?, align: f.align })
        };
        Ok(abi::Record {
            kind: self.kind,
            name: self.tag.clone(),
            fields: self.fields.iter().map(field).collect::<Result<_, TyError>>()?,
            pack: self.pack,
            align: self.align,
        })
    }
}
