//! Why an instruction did not simply do its work: exceptions, by Inferno's texts, and what concerns the loop around it.

/// What an instruction did instead of going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trap {
    /// Through nil, or through an address of something that is gone.
    Nil,
    Bounds,
    ZeroDivide,
    NegativeSize,
    Memory,
    NotLoaded,
    SpawnBuiltin,
    SameChannel,
    /// Something is not of the type that the program says it is.
    Type,
    Invalid,
    MathArgument,
    BadMframe,
    /// The text is in `Vm::message`.
    Text,
    /// The value is in `Vm::exception`.
    Value,
    /// Another module's code runs now.
    Reload,
    /// The place that was come to is hot: there may be compiled code for it.
    Hot,
    /// The function that compiled code called has returned.
    Returned,
    /// The proc does not go on, or not at once.
    Switch,
    /// The proc waits for an event, and its instruction is to be executed again then.
    Park(u32),
    /// The proc is done.
    End,
    /// The instance has used up what it may.
    Fuel,
}

impl Trap {
    /// The exception's text, if it is one that has a text of its own.
    pub(crate) fn text(self) -> Option<&'static str> {
        Some(match self {
            Trap::Nil => "dereference of nil",
            Trap::Bounds => "array bounds error",
            Trap::ZeroDivide => "zero divide",
            Trap::NegativeSize => "negative array size",
            Trap::Memory => "out of memory: heap",
            Trap::NotLoaded => "module not loaded",
            Trap::SpawnBuiltin => "spawn a builtin module",
            Trap::SameChannel => "alt send/recv on same chan",
            Trap::Type => "type check",
            Trap::Invalid => "invalid argument",
            Trap::MathArgument => "invalid math argument",
            Trap::BadMframe => "invalid mframe",
            Trap::Text
            | Trap::Value
            | Trap::Reload
            | Trap::Hot
            | Trap::Returned
            | Trap::Switch
            | Trap::Park(_)
            | Trap::End
            | Trap::Fuel => {
                return None;
            }
        })
    }
}

impl From<dis_rt::OutOfMemory> for Trap {
    fn from(_: dis_rt::OutOfMemory) -> Trap {
        Trap::Memory
    }
}

/// What an instruction comes to.
pub(crate) type Step = Result<(), Trap>;
