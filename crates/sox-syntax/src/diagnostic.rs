//! What can be wrong with a text.

use crate::ast::Span;
use std::fmt;

macro_rules! kinds {
    ($($name:ident $message:literal $(, $note:literal)?;)*) => {
        /// What is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = $message] $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$name),*];

            /// The message, which scripts and people know by heart: it never changes.
            pub fn message(self) -> &'static str {
                match self {
                    $(Kind::$name => $message,)*
                }
            }

            /// What helps where the message alone does not.
            pub fn note(self) -> Option<&'static str> {
                match self {
                    $($(Kind::$name => Some($note),)?)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    UnexpectedCharacter "Unexpected character.", "names are made of the letters a to z and A to Z, digits and '_'";
    UnterminatedString "Unterminated string.";
    UnterminatedComment "Unterminated comment.", "comments in '/*' and '*/' nest";
    UnknownEscape "Unknown escape sequence.", "known are \\n \\t \\r \\0 \\\" \\\\ \\xHH and \\u{...}; a backslash is written \\\\";
    HexadecimalEscape "Expect two hexadecimal digits after '\\x'.";
    UnicodeEscape "Expect a code point in braces after '\\u'.", "like \\u{1F600}: one to six hexadecimal digits, at most 10FFFF, no surrogates";
    HexadecimalNumber "Expect hexadecimal digits after '0x'.";
    SourceTooLong "Source text is too long.", "texts have less than 4 GiB";
    TooMuchNesting "Too much nesting.", "long chains and deep blocks can be split with variables and functions";

    Expression "Expect expression.";
    ParenAfterArguments "Expect ')' after arguments.";
    ParenAfterExpression "Expect ')' after expression.";
    ParenAfterParameters "Expect ')' after parameters.";
    ParenAfterAssert "Expect ')' after assert.";
    ParenAfterImports "Expect ')' after import list.";
    ParenAfterFor "Expect ')' after for clauses.";
    ParenAfterCatch "Expect ')' after error variable.";
    ParenBeforeParameters "Expect '(' after function name.";
    ParenAfterDefer "Expect '(' after function declaration.", "a defer is written like a function without a name: defer () { ... }";
    ParenAfterAssertWord "Expect '(' after 'assert'.";
    BraceBeforeClass "Expect '{' before class body.";
    BraceBeforeFunction "Expect '{' before function body.";
    BraceBeforeSwitch "Expect '{' before switch body.";
    BraceBeforeForeach "Expect '{' before foreach body.";
    BraceBeforeCatch "Expect '{' before catch body.";
    BraceAfterBlock "Expect '}' after block.";
    BraceAfterClass "Expect '}' after class body.";
    BraceAfterInterface "Expect '}' after interface body.";
    BraceAfterSwitch "Expect '}' after switch body.";
    BraceAfterTable "Expect '}' after table literal.";
    BraceAfterArray "Expect '}' after array values";
    BracketAfterAttribute "Expect ']' after attribute.";
    BracketAfterIndex "Expect ']' after indexing expression.";
    BracketAfterRange "Expect ']' after range.";
    BracketAfterArray "Expect ']' after '['.", "an array is declared without its size: var a[]";
    BracketAfterValues "Expect ']' after array values.";
    BracketAfterHash "Expect '[' after '#'.";
    ColonAfterKey "Expect ':' after table key.";
    CommaAfterIndexVariable "Expect ',' after index variable.", "for a single variable: for v in container";
    DotAfterSuper "Expect '.' after 'super'.";
    SemicolonAfterCondition "Expect ';' after loop condition.";
    VariableName "Expect variable name.";
    FunctionName "Expect function name.";
    ClassName "Expect class name.";
    MethodName "Expect method name.", "methods are written without 'fn'";
    SuperclassName "Expect superclass name.";
    SuperclassMethodName "Expect superclass method name.";
    InterfaceName "Expect interface name.";
    ParameterName "Expect parameter name.";
    PropertyName "Expect property name after '.'.";
    PropertyKey "Expect property key (identifier or string) in table literal.";
    IndexVariableName "Expect index variable name.";
    ValueVariableName "Expect value variable name.";
    ErrorVariableName "Expect error variable name.";
    VarAfterForeach "Expect 'var' after 'foreach'.";
    InAfterForeach "Expect 'in' after foreach variables.";
    CatchAfterTry "Expect 'catch' after try block.";
    AttributeName "Expect attribute name after '#['.";
    FnAfterAttribute "Expect 'fn' after attribute.";
    ModulePath "Expect module path string.";

    AssignmentTarget "Invalid assignment target.", "variables, properties and elements can be assigned to";
    AlreadyDeclared "Already a variable with this name in this scope.";
    OwnInitializer "Can't read local variable in its own initializer.";
    TopLevelReturn "Can't return from top-level code.";
    InitializerReturn "Can't return a value from an initializer.", "what an initializer makes is always the instance";
    ThisOutside "Can't use 'this' outside of a class.";
    SuperOutside "Can't use 'super' outside of a class.";
    NoSuperclass "Can't use 'super' in a class with no superclass.";
    InheritsItself "A class can't inherit from itself.";
    BreakOutside "Can't use break outside of a loop or switch statement.";
    ContinueOutside "Can't use continue outside of a loop statement.";
    UnknownAttribute "Unknown attribute.", "the only attribute is #[test]";
    NestedTest "Test functions must be declared at top level.";
    SecondMain "Cannot have more than one main()";
    DefaultBefore "Can't have a parameter without a default after one with a default.";
    DeferParameters "Can't have parameters in a defer.", "it can use the variables around it";
    TooManyArguments "Can't have more than 255 arguments.", "an array or a table takes any number of values";
    TooManyParameters "Can't have more than 255 parameters.", "an array or a table takes any number of values";
}

/// What the compatible form says about the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a token: its text.
    Token(Box<[u8]>),
    /// At the end of the text.
    End,
    /// At something that is no token.
    Lexer,
}

/// Another place that has to do with an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: &'static str,
}

/// An error in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub kind: Kind,
    /// Where; empty at the end of the text.
    pub span: Span,
    /// The line that the compatible form names.
    pub line: u32,
    /// What the compatible form says about the place.
    pub place: Place,
    /// Other places that have to do with it.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// The compatible form without its line feed, with the token's bytes as they are in the text.
    pub fn line_form(&self) -> Vec<u8> {
        let mut out = format!("[line {}] Error", self.line).into_bytes();
        match &self.place {
            Place::Token(text) => out.extend([b" at '".as_slice(), text, b"'"].concat()),
            Place::End => out.extend(b" at end"),
            Place::Lexer => {}
        }
        out.extend(b": ");
        out.extend(self.kind.message().as_bytes());
        out
    }

    /// More text could make it right: the end of the text came too early.
    pub fn is_incomplete(&self) -> bool {
        self.place == Place::End || matches!(self.kind, Kind::UnterminatedString | Kind::UnterminatedComment)
    }
}

/// The compatible form.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.line_form()))
    }
}

impl std::error::Error for Diagnostic {}
