//! Tokens.

use crate::ast::Span;

/// A token where it is. Its text is in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// A line ends between the token before it and this one.
    pub(crate) newline: bool,
    pub(crate) span: Span,
}

/// What a token is. Words that mean something only in some places (`try`, `is`) are names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Dot,
    DotDot,
    Minus,
    Plus,
    Semicolon,
    Slash,
    Star,
    Percent,
    Colon,
    Hash,
    Bang,
    BangEqual,
    Equal,
    EqualEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Name,
    String,
    Number,
    And,
    Assert,
    Break,
    Case,
    Class,
    Continue,
    Default,
    Defer,
    Else,
    False,
    Fn,
    For,
    Foreach,
    If,
    Import,
    In,
    Nil,
    Or,
    Print,
    Return,
    Super,
    Switch,
    This,
    True,
    Var,
    While,
    End,
}

impl TokenKind {
    /// The keyword that this word is, or a name.
    pub(crate) fn word(text: &[u8]) -> TokenKind {
        use TokenKind::*;
        match text {
            b"and" => And,
            b"assert" => Assert,
            b"break" => Break,
            b"case" => Case,
            b"class" => Class,
            b"continue" => Continue,
            b"default" => Default,
            b"defer" => Defer,
            b"else" => Else,
            b"false" => False,
            b"fn" => Fn,
            b"for" => For,
            b"foreach" => Foreach,
            b"if" => If,
            b"import" => Import,
            b"in" => In,
            b"nil" => Nil,
            b"or" => Or,
            b"print" => Print,
            b"return" => Return,
            b"super" => Super,
            b"switch" => Switch,
            b"this" => This,
            b"true" => True,
            b"var" => Var,
            b"while" => While,
            _ => Name,
        }
    }

    /// An expression may begin with it and nothing else can: no operator, no bracket of a block.
    pub(crate) fn starts_operand(self) -> bool {
        use TokenKind::*;
        matches!(self, Name | Number | String | True | False | Nil | This | Super | Fn | LeftParen)
    }

    /// An expression may begin with it.
    pub(crate) fn starts_expression(self) -> bool {
        self.starts_operand() || matches!(self, TokenKind::LeftBrace | TokenKind::Minus | TokenKind::Bang)
    }

    /// After an error the next statement is taken to begin here.
    pub(crate) fn resumes(self) -> bool {
        use TokenKind::*;
        matches!(self, Class | Fn | Var | For | Foreach | If | Switch | While | Print | Assert | Return)
    }
}
