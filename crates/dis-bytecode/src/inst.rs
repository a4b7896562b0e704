//! Instructions: opcodes with what the table says about them, and addressing modes as types.

use crate::for_each_op;

/// How an instruction uses an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Not at all.
    No,
    /// Its value is read.
    Read,
    /// It is written.
    Write,
    /// It is read, then written.
    Update,
    /// Its address is what counts.
    Address,
    /// It is read; without a middle operand the destination is read in its place.
    Default,
    /// It is read when it is there.
    Maybe,
}

/// What an operand holds. Strings, arrays, lists, channels and modules lie in pointer slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    None,
    /// 8 bits, unsigned.
    Byte,
    /// 32 bits in a slot of the machine's word size.
    Word,
    /// 64-bit integer.
    Big,
    /// 64-bit IEEE number.
    Real,
    /// 16-bit integer, for languages other than Limbo.
    Short,
    /// 32-bit IEEE number, likewise.
    ShortReal,
    /// Any counted pointer.
    Pointer,
    /// A string.
    String,
    /// An array.
    Array,
    /// An array of bytes.
    Bytes,
    /// A list.
    List,
    /// A channel.
    Channel,
    /// A loaded module.
    Module,
    /// A frame that is being filled: an address in a word that nobody counts.
    Frame,
    /// An address within an object, an array or a frame, which nobody counts.
    Address,
    /// Bytes, as many as the middle operand says.
    Memory,
    /// Memory of the type that the middle operand names.
    Record,
    /// What a channel transports.
    Message,
    /// Anything that has an address.
    Any,
    /// An instruction's number.
    Pc,
    /// A type descriptor's number.
    Type,
    /// A number of bytes.
    Size,
    /// A type number of another module.
    Index,
    /// A number in a link table; negative ones count the other module's exports.
    Link,
    /// A number in the import section.
    Import,
    /// A table of channels.
    Alt,
    /// A table of instruction numbers.
    Goto,
    /// A table of words with instruction numbers.
    Case,
    /// The same with strings.
    CaseC,
    /// The same with big numbers.
    CaseL,
}

impl Kind {
    /// Whether it lies in a slot that pointer maps mark.
    pub const fn is_pointer(self) -> bool {
        matches!(
            self,
            Kind::Pointer
                | Kind::String
                | Kind::Array
                | Kind::Bytes
                | Kind::List
                | Kind::Channel
                | Kind::Module
        )
    }

    /// Whether it is a number that an instruction carries with it.
    pub const fn is_static(self) -> bool {
        matches!(self, Kind::Pc | Kind::Type | Kind::Size | Kind::Index | Kind::Link | Kind::Import)
    }

    /// Bytes it takes, where the kind alone says so.
    pub const fn size(self, word: u32) -> Option<u32> {
        match self {
            Kind::Byte => Some(1),
            Kind::Short => Some(2),
            Kind::ShortReal => Some(4),
            Kind::Big | Kind::Real => Some(8),
            Kind::Word | Kind::Frame | Kind::Address => Some(word),
            _ if self.is_pointer() => Some(word),
            _ => None,
        }
    }
}

/// What an instruction may do besides writing its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Pure,
    /// Raise an exception.
    Fails,
    /// Allocate, and raise an exception.
    Allocates,
    /// Let other procs run.
    Blocks,
    /// Run other code.
    Calls,
}

/// Where an instruction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// To the next.
    Next,
    /// To its destination or to the next.
    Branch,
    /// To its destination.
    Jump,
    /// To its destination, and back to the next.
    Call,
    /// To an entry of a table.
    Table,
    /// Out of the function.
    Stop,
}

/// An operand in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// How it is used.
    pub access: Access,
    /// What it holds.
    pub kind: Kind,
}

macro_rules! define_op {
    ($($variant:ident $text:literal
       ($sa:ident $sk:ident, $ma:ident $mk:ident, $da:ident $dk:ident) $effect:ident $flow:ident;)*) => {
        /// An opcode; its number is the one in files.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op {
            $(
                #[doc = concat!("`", $text, "`")]
                $variant,
            )*
        }

        impl Op {
            /// Every opcode, in the order of their numbers.
            pub const ALL: &'static [Op] = &[$(Op::$variant,)*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$variant => $text,)* }
            }

            /// What source, middle and destination are.
            pub const fn roles(self) -> [Role; 3] {
                match self { $(Op::$variant => [
                    Role { access: Access::$sa, kind: Kind::$sk },
                    Role { access: Access::$ma, kind: Kind::$mk },
                    Role { access: Access::$da, kind: Kind::$dk },
                ],)* }
            }

            /// What it may do.
            pub const fn effect(self) -> Effect {
                match self { $(Op::$variant => Effect::$effect,)* }
            }

            /// Where it goes.
            pub const fn flow(self) -> Flow {
                match self { $(Op::$variant => Flow::$flow,)* }
            }
        }
    };
}
for_each_op!(define_op);

impl Op {
    /// The opcode with this number.
    pub fn from_number(number: u8) -> Option<Op> {
        Op::ALL.get(usize::from(number)).copied()
    }

    /// The opcode with this name.
    pub fn from_name(name: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.name() == name)
    }
}

/// A source or destination operand. Dis specification, "Effective Addresses"; dis(6), "Code Section".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Operand {
    /// There is none.
    #[default]
    None,
    /// `$n`
    Imm(i32),
    /// `n(mp)`: in module data.
    Mp(i32),
    /// `n(fp)`: in the frame.
    Fp(i32),
    /// `second(first(mp))`: at an offset from what a slot of module data points to.
    MpInd {
        /// The slot.
        first: i32,
        /// The offset.
        second: i32,
    },
    /// `second(first(fp))`: at an offset from what a slot of the frame points to.
    FpInd {
        /// The slot.
        first: i32,
        /// The offset.
        second: i32,
    },
}

/// A middle operand: it has no double indirection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Middle {
    /// There is none.
    #[default]
    None,
    /// `$n`
    Imm(i32),
    /// `n(fp)`
    Fp(i32),
    /// `n(mp)`
    Mp(i32),
}

impl From<Middle> for Operand {
    fn from(middle: Middle) -> Operand {
        match middle {
            Middle::None => Operand::None,
            Middle::Imm(n) => Operand::Imm(n),
            Middle::Fp(n) => Operand::Fp(n),
            Middle::Mp(n) => Operand::Mp(n),
        }
    }
}

impl TryFrom<Operand> for Middle {
    type Error = Operand;

    fn try_from(operand: Operand) -> Result<Middle, Operand> {
        match operand {
            Operand::None => Ok(Middle::None),
            Operand::Imm(n) => Ok(Middle::Imm(n)),
            Operand::Fp(n) => Ok(Middle::Fp(n)),
            Operand::Mp(n) => Ok(Middle::Mp(n)),
            Operand::MpInd { .. } | Operand::FpInd { .. } => Err(operand),
        }
    }
}

/// An instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// Source.
    pub src: Operand,
    /// Middle.
    pub mid: Middle,
    /// Destination.
    pub dst: Operand,
}

impl Inst {
    /// Source, middle and destination.
    pub fn operands(&self) -> [Operand; 3] {
        [self.src, self.mid.into(), self.dst]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_175_with_the_numbers_of_isa_h() {
        assert_eq!(Op::ALL.len(), 175);
        for (number, op) in Op::ALL.iter().enumerate() {
            assert_eq!((*op as usize, Op::from_number(number as u8)), (number, Some(*op)));
            assert_eq!(Op::from_name(op.name()), Some(*op));
        }
        assert_eq!(Op::from_number(175), None);
        let known = [(0, Op::Nop), (4, Op::Call), (41, Op::Movp), (118, Op::Movl), (141, Op::Headl)];
        for (number, op) in known.into_iter().chain([(158, Op::Raise), (174, Op::SelfModule)]) {
            assert_eq!(Op::from_number(number), Some(op));
        }
    }

    #[test]
    fn only_what_goes_somewhere_has_a_target() {
        for op in Op::ALL {
            let target = op.roles()[2].kind == Kind::Pc;
            let goes = matches!(op.flow(), Flow::Branch | Flow::Jump | Flow::Call) || *op == Op::Spawn;
            assert_eq!(target, goes, "{op:?}");
        }
    }
}
