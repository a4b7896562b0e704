//! A function's C prototype: parsed, built, or made from Rust types.

use super::error::{DeclError, DeclErrorKind, TyError};
use super::parse::{self, Item, Mode};
use super::print;
use super::scope::Scope;
use super::ty::{FunctionTy, Param, Ty};
use abi::{Abi, Signature, Type};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

/// The name and type of a C function under one convention.
#[derive(Clone, Debug, PartialEq)]
pub struct Prototype {
    name: Option<String>,
    ty: Arc<FunctionTy>,
    abi: Abi,
    signature: Signature,
}

impl Prototype {
    /// Reads one function declaration such as `"double cos(double)"`, for the host's convention.
    ///
    /// The name and the `;` may be left out, a pointer to a function counts as the function, and typedefs, structs and
    /// enums may be declared in front.
    ///
    /// # Errors
    /// Text that is no C declaration, C that this library does not do, or types that cannot be passed.
    pub fn parse(text: &str) -> Result<Prototype, DeclError> {
        Prototype::parse_for(text, Abi::HOST)
    }

    /// Reads one function declaration for a target of one's choice: `long`, `wchar_t`, plain `char` and enums differ.
    ///
    /// # Errors
    /// As [`Prototype::parse`].
    pub fn parse_for(text: &str, abi: Abi) -> Result<Prototype, DeclError> {
        Prototype::parse_in(text, Scope::new(abi))
    }

    pub(super) fn parse_in(text: &str, mut scope: Scope) -> Result<Prototype, DeclError> {
        let mut items = parse::declarations(text, &mut scope, Mode::Single)?;
        match (items.pop(), items.pop()) {
            (Some(Item::Function { name, ty, span }), None) => {
                Prototype::located(name, ty, scope.abi, text, span)
            }
            (Some(Item::Variable { span, .. }), None) => {
                Err(DeclError::new(DeclErrorKind::NotOneFunction, text, span))
            }
            (Some(Item::Function { span, .. } | Item::Variable { span, .. }), Some(_)) => {
                Err(DeclError::new(DeclErrorKind::NotOneFunction, text, span))
            }
            (None, _) => Err(DeclError::new(DeclErrorKind::NotOneFunction, text, 0..text.len())),
        }
    }

    /// As [`Prototype::new`], blaming `span` of `text`.
    pub(super) fn located(
        name: Option<String>,
        ty: Arc<FunctionTy>,
        abi: Abi,
        text: &str,
        span: Range<usize>,
    ) -> Result<Prototype, DeclError> {
        Prototype::new(name, ty, abi).map_err(|e| DeclError::new(DeclErrorKind::Type(e), text, span))
    }

    /// A prototype from a function type.
    ///
    /// # Errors
    /// Incomplete parameter or result types, and types that cannot be passed by value.
    pub fn new(name: Option<String>, ty: Arc<FunctionTy>, abi: Abi) -> Result<Prototype, TyError> {
        let params = ty.params().iter().map(|p| p.ty.lower_value(abi)).collect::<Result<Vec<Type>, _>>()?;
        let fixed = ty.is_variadic().then_some(params.len() as u32);
        let signature = Signature { params, result: ty.result().lower(abi)?, fixed };
        Ok(Prototype { name, ty, abi, signature })
    }

    /// Starts a prototype piece by piece.
    pub fn builder(result: Ty) -> PrototypeBuilder {
        PrototypeBuilder { name: None, result, params: Vec::new(), variadic: false }
    }

    /// The prototype with this signature, with C's fixed-width type names and `void *` for every pointer.
    ///
    /// # Errors
    /// Types that are nested too deeply or too large.
    pub fn from_signature(signature: &Signature, abi: Abi) -> Result<Prototype, TyError> {
        let result = signature.result.as_ref().map_or(Ok(Ty::Void), Ty::from_abi)?;
        let named = signature.fixed.map_or(signature.params.len(), |n| n as usize);
        let param = |ty| Ok(Param { name: None, ty: Ty::from_abi(ty)? });
        let params = signature.params.iter().take(named).map(param).collect::<Result<Vec<_>, TyError>>()?;
        build(None, result, params, signature.is_variadic(), abi)
    }

    /// The function's name, when it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The types as declared.
    pub fn ty(&self) -> &Arc<FunctionTy> {
        &self.ty
    }

    /// The convention the types were resolved for.
    pub fn abi(&self) -> Abi {
        self.abi
    }

    /// The named parameters and the result as the conventions see them.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Whether the parameter list ends in `...`.
    pub fn is_variadic(&self) -> bool {
        self.signature.is_variadic()
    }

    /// The signature of one call of a variadic function, with `unnamed` (already promoted) behind the named parameters.
    pub fn variadic_signature(&self, unnamed: impl IntoIterator<Item = Type>) -> Signature {
        let mut signature = self.signature.clone();
        signature.params.extend(unnamed);
        signature
    }
}

/// Prints the prototype as a C declaration without the `;`; parsing it again gives the same signature.
impl fmt::Display for Prototype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::function(&self.ty, self.name().unwrap_or("")))
    }
}

/// Prints the type as C.
impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::declaration(self, ""))
    }
}

impl FromStr for Prototype {
    type Err = DeclError;

    fn from_str(text: &str) -> Result<Prototype, DeclError> {
        Prototype::parse(text)
    }
}

/// Builds a [`Prototype`]; start with [`Prototype::builder`].
#[derive(Clone, Debug)]
pub struct PrototypeBuilder {
    name: Option<String>,
    result: Ty,
    params: Vec<Param>,
    variadic: bool,
}

impl PrototypeBuilder {
    /// Names the function.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds an unnamed parameter.
    pub fn param(mut self, ty: Ty) -> Self {
        self.params.push(Param { name: None, ty });
        self
    }

    /// Adds a named parameter.
    pub fn named_param(mut self, name: impl Into<String>, ty: Ty) -> Self {
        self.params.push(Param { name: Some(name.into()), ty });
        self
    }

    /// Ends the parameter list in `...`.
    pub fn variadic(mut self) -> Self {
        self.variadic = true;
        self
    }

    /// The prototype under the host's convention.
    ///
    /// # Errors
    /// Incomplete types and types that cannot be passed by value.
    pub fn build(self) -> Result<Prototype, TyError> {
        self.build_for(Abi::HOST)
    }

    /// The prototype under `abi`.
    ///
    /// # Errors
    /// As [`PrototypeBuilder::build`].
    pub fn build_for(self, abi: Abi) -> Result<Prototype, TyError> {
        build(self.name, self.result, self.params, self.variadic, abi)
    }
}

fn build(
    name: Option<String>,
    result: Ty,
    params: Vec<Param>,
    variadic: bool,
    abi: Abi,
) -> Result<Prototype, TyError> {
    match Ty::function(result, params, variadic)? {
        Ty::Function(ty) => Prototype::new(name, ty, abi),
        _ => Err(TyError::Function),
    }
}
