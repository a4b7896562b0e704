//! What is noted about an instruction while it is executed, for who compiles it anew.

/// What the baseline tier has noted about an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Note {
    /// What was seen: [`Note::DOUBLE`] and the like.
    pub bits: u8,
    /// Element accesses that were not to rows of values: the class of typed arrays, [`Note::MANY`] for several; 0: none.
    pub class: u8,
    /// How often optimized code left here.
    pub exits: u16,
    /// Calls of built-in functions: 1 more than the number of the one called, [`u32::MAX`] for several; 0: none.
    pub native: u32,
}

impl Note {
    /// Of an operation on numbers: an operand or the result was a double.
    pub const DOUBLE: u8 = 1;
    /// Something else than what is done in place and on numbers.
    pub const OTHER: u8 = 2;
    /// Of a property access: the slot was in the row outside of the object.
    pub const OUTSIDE: u8 = 4;
    /// At the head of a loop: registers that come in are of more kinds than those that come around.
    pub const WIDE: u8 = 8;
    /// At the head of a loop: a check was made in front of it that the program would not have come to. Checks stay where they are.
    pub const STAYS: u8 = 16;
    /// Of a property access: the base was no object. Of a read of an element, also: the key was no number.
    pub const PRIMITIVE: u8 = 32;
    /// A [`Note::class`] that says that there were several.
    pub const MANY: u8 = u8::MAX;

    /// With more seen.
    #[must_use]
    pub fn with(self, bits: u8) -> Note {
        Note { bits: self.bits | bits, ..self }
    }

    /// With a class seen.
    #[must_use]
    pub fn with_class(self, class: u8) -> Note {
        let class = if self.class == 0 || self.class == class { class } else { Note::MANY };
        Note { class, ..self }
    }

    /// With a call of built-in function `id`.
    #[must_use]
    pub fn with_native(self, id: u32) -> Note {
        let native = id.saturating_add(1);
        let native = if self.native == 0 || self.native == native { native } else { u32::MAX };
        Note { native, ..self }
    }

    /// With optimized code left here.
    #[must_use]
    pub fn with_exit(self) -> Note {
        Note { exits: self.exits.saturating_add(1), ..self }
    }
}
