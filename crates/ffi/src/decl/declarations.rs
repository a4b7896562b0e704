//! A set of C declarations, as a header has them.

use super::error::{DeclError, DeclErrorKind};
use super::parse::{self, Item, Mode};
use super::prototype::Prototype;
use super::scope::Scope;
use super::ty::Ty;
use abi::Abi;

/// Typedefs, tags, enumerators, functions and variables read from header-like text.
///
/// ```
/// let mut header = ffi::Declarations::new();
/// header.parse("typedef struct { double re, im; } cplx; cplx csqrt_(cplx z); int puts(const char *);").unwrap();
/// assert_eq!(header.function("puts").unwrap().to_string(), "int puts(const char *)");
/// // Later text may use what earlier text declared.
/// assert!(header.prototype("double norm(cplx)").is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Declarations {
    scope: Scope,
    functions: Vec<Prototype>,
    variables: Vec<(String, Ty)>,
}

impl Default for Declarations {
    fn default() -> Declarations {
        Declarations::new()
    }
}

impl Declarations {
    /// An empty set for the host's convention.
    pub fn new() -> Declarations {
        Declarations::for_abi(Abi::HOST)
    }

    /// An empty set for a target of one's choice.
    pub fn for_abi(abi: Abi) -> Declarations {
        Declarations { scope: Scope::new(abi), functions: Vec::new(), variables: Vec::new() }
    }

    /// Adds the declarations of `text`, which is C without preprocessor lines. On an error nothing is added.
    ///
    /// # Errors
    /// Text that is no C declaration, C that this library does not do, types that cannot be passed, or names that
    /// already mean something else.
    pub fn parse(&mut self, text: &str) -> Result<(), DeclError> {
        let mut new = self.clone();
        for item in parse::declarations(text, &mut new.scope, Mode::Header)? {
            new.add(item, text)?;
        }
        *self = new;
        Ok(())
    }

    fn add(&mut self, item: Item, text: &str) -> Result<(), DeclError> {
        let clash =
            |name: &str, span| Err(DeclError::new(DeclErrorKind::Redeclared(name.to_owned()), text, span));
        match item {
            Item::Function { name, ty, span } => {
                let new = Prototype::located(name, ty, self.scope.abi, text, span.clone())?;
                let name = new.name().unwrap_or("");
                match self.function(name) {
                    Some(old) if old.signature() != new.signature() => return clash(name, span),
                    Some(_) => {}
                    None if self.variable(name).is_some() => return clash(name, span),
                    None => self.functions.push(new),
                }
            }
            Item::Variable { name, ty, span } => match self.variable(&name) {
                Some(old) if *old != ty => return clash(&name, span),
                Some(_) => {}
                None if self.function(&name).is_some() => return clash(&name, span),
                None => self.variables.push((name, ty)),
            },
        }
        Ok(())
    }

    /// Reads one more function declaration that may use these declarations, without adding it.
    ///
    /// # Errors
    /// As [`Prototype::parse`].
    pub fn prototype(&self, text: &str) -> Result<Prototype, DeclError> {
        Prototype::parse_in(text, self.scope.clone())
    }

    /// The function with this name.
    pub fn function(&self, name: &str) -> Option<&Prototype> {
        self.functions.iter().find(|p| p.name() == Some(name))
    }

    /// All functions in the order of their first declaration.
    pub fn functions(&self) -> &[Prototype] {
        &self.functions
    }

    /// The type of the object with this name.
    pub fn variable(&self, name: &str) -> Option<&Ty> {
        self.variables.iter().find(|(n, _)| n == name).map(|(_, ty)| ty)
    }

    /// The type that a typedef names.
    pub fn typedef(&self, name: &str) -> Option<Ty> {
        self.scope.typedef(name)
    }

    /// The value of an enumerator.
    pub fn constant(&self, name: &str) -> Option<i128> {
        self.scope.constant(name)
    }
}
