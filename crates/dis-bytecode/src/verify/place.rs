//! Operands: which place each is, and whether that place may be used so.

use super::flow::Walk;
use super::state::{State, Value};
use super::{Check, Verifier};
use crate::{Access, Kind, Operand, Role, TypeDesc};

/// Where an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Nowhere.
    None,
    /// In the instruction.
    Imm(i32),
    /// In the own frame.
    Own(u32),
    /// In module data.
    Mp(u32),
    /// In a frame of this type that is being filled.
    Filling(u32, u32),
    /// In a frame for another module's function.
    Callee,
    /// Within what a pointer slot leads to.
    Object,
    /// At an address.
    Address,
    /// In the data of a module, if the object that the address came from is one.
    ModuleData,
}

/// Largest offset in a double indirection: 16 bits without sign. dis(6), "Code Section".
const FARTHEST: i32 = 0xffff;

impl Verifier<'_> {
    pub(super) fn resolve(
        &self,
        operand: Operand,
        state: &State,
        frame: &TypeDesc,
    ) -> Result<Target, String> {
        let offset = |n: i32| u32::try_from(n).map_err(|_| format!("the offset {n} is negative"));
        match operand {
            Operand::None => Ok(Target::None),
            Operand::Imm(n) => Ok(Target::Imm(n)),
            Operand::Fp(n) => Ok(Target::Own(offset(n)?)),
            Operand::Mp(n) => Ok(Target::Mp(offset(n)?)),
            Operand::MpInd { first, second } => {
                let (first, _) = (offset(first)?, self.second(second)?);
                match self.module.types.first() {
                    Some(ty) if ty.is_pointer(first, self.word) => Ok(Target::Object),
                    _ => Err(format!("{first}(mp) is no pointer slot and may hold any number")),
                }
            }
            Operand::FpInd { first, second } => {
                let (first, second) = (offset(first)?, self.second(second)?);
                if frame.is_pointer(first, self.word) {
                    return Ok(Target::Object);
                }
                match state.get(first) {
                    Some(Value::Frame(ty, _)) => Ok(Target::Filling(ty, second)),
                    Some(Value::Foreign(..)) if second < 4 * self.w => {
                        Err(format!("{second} is in the link of the frame for a call"))
                    }
                    Some(Value::Foreign(..)) => Ok(Target::Callee),
                    Some(Value::Fp(place)) => Ok(Target::Own(place.saturating_add(second))),
                    Some(Value::Mp(place)) => Ok(Target::Mp(place.saturating_add(second))),
                    Some(Value::Address) => Ok(Target::Address),
                    Some(Value::First) => Ok(Target::ModuleData),
                    None => Err(format!("{first}(fp) may hold any number here, and is used as an address")),
                }
            }
        }
    }

    fn second(&self, second: i32) -> Result<u32, String> {
        match second {
            0..=FARTHEST => Ok(second as u32),
            _ => Err(format!("the offset {second} from a pointer is not 0 to {FARTHEST}")),
        }
    }

    /// Whether an operand may be used so. `size` is what the middle operand says of memory; a type for records.
    pub(super) fn access(
        &mut self,
        walk: &mut Walk<'_>,
        role: Role,
        target: Target,
        extra: Option<i32>,
    ) -> Result<Check, String> {
        let writes = matches!(role.access, Access::Write | Access::Update);
        // Looking through maps is work, too.
        match (role.kind, extra) {
            (Kind::Record, Some(id)) => {
                self.work(self.module.types[id as usize].map.len() + walk.frame.map.len())
            }
            (Kind::Memory, Some(size)) => self.work(usize::try_from(size).unwrap_or(0).min(1 << 20) / 64),
            _ => {}
        }
        match target {
            Target::None => match role.access {
                Access::Default | Access::Maybe => Ok(Check::Proven),
                _ => Err("an operand is missing".into()),
            },
            Target::Imm(n) => match role.kind {
                Kind::Any => Ok(Check::Proven),
                _ if writes || role.access == Access::Address => Err(format!("${n} is no place")),
                Kind::Word | Kind::Byte | Kind::Short | Kind::Message | Kind::Link | Kind::Import => {
                    Ok(Check::Proven)
                }
                _ => Err(format!("${n} cannot stand for {:?}", role.kind)),
            },
            Target::Object => Ok(Check::Object),
            Target::Address => Ok(Check::Address),
            Target::ModuleData => Ok(Check::ModuleData),
            Target::Callee => Ok(Check::Callee),
            Target::Own(at) => {
                if at < 4 * self.w {
                    return Err(format!("{at}(fp) is in the frame's link to its caller"));
                }
                self.region(walk.frame, at, role, extra)?;
                Ok(Check::Proven)
            }
            Target::Filling(ty, at) => self.filling(ty, at, role, extra),
            Target::Mp(at) => {
                let none = TypeDesc::default();
                let module = self.module;
                let ty = module.types.first().filter(|_| module.data_size > 0).unwrap_or(&none);
                let size = self.region(ty, at, role, extra)?;
                if writes {
                    self.written.entry((at, at + size)).or_insert(walk.pc);
                }
                Ok(Check::Proven)
            }
        }
    }

    fn filling(&self, ty: u32, at: u32, role: Role, extra: Option<i32>) -> Result<Check, String> {
        if at < 4 * self.w {
            return Err(format!("{at} is in the link of the frame for a call"));
        }
        let size = self.region(&self.module.types[ty as usize], at, role, extra)?;
        let result = 4 * self.w..5 * self.w;
        let overlaps = at < result.end && at + size > result.start;
        if overlaps && role.kind != Kind::Address && role.access != Access::Read {
            return Err("the place for a call's result is not set to an address".into());
        }
        Ok(Check::Proven)
    }

    /// Checks a place in something with a pointer map. The result is the number of bytes used.
    fn region(&self, ty: &TypeDesc, at: u32, role: Role, extra: Option<i32>) -> Result<u32, String> {
        let size = match (role.kind, extra) {
            (Kind::Memory, Some(size)) => {
                u32::try_from(size).map_err(|_| format!("the size {size} is negative"))?
            }
            (Kind::Record, Some(id)) => return self.record(ty, at, id, role),
            (Kind::Alt, _) => 2 * self.w,
            // What only has to be a place may be an empty one at the end.
            (Kind::Any | Kind::Message, _) => 0,
            (Kind::Link | Kind::Import, _) => self.w,
            (kind, _) => kind.size(self.w).unwrap_or(0),
        };
        if at.checked_add(size).is_none_or(|end| end > ty.size) {
            return Err(format!(
                "bytes {at} to {} are not within {} bytes",
                u64::from(at) + u64::from(size),
                ty.size
            ));
        }
        let align = match role.kind {
            Kind::Short => 2,
            Kind::ShortReal => 4,
            Kind::Byte | Kind::Memory | Kind::Any | Kind::Message => 1,
            _ => self.w,
        };
        if !at.is_multiple_of(align) {
            return Err(format!("{at} is not a multiple of {align}"));
        }
        if role.kind.is_pointer() {
            return match ty.is_pointer(at, self.word) {
                true => Ok(size),
                false => Err(format!("{at} is no pointer slot, and a pointer is needed")),
            };
        }
        let writes = matches!(role.access, Access::Write | Access::Update);
        match writes && size > 0 && ty.overlaps_pointer(at, size, self.word) {
            true => Err(format!("the pointer slot at {at} would be overwritten without release")),
            false => Ok(size),
        }
    }

    /// A record's pointers lie on pointer slots and, when it is written, its numbers on others.
    fn record(&self, ty: &TypeDesc, at: u32, id: i32, role: Role) -> Result<u32, String> {
        let record = &self.module.types[id as usize];
        if at.checked_add(record.size).is_none_or(|end| end > ty.size) {
            return Err(format!("a record of {} bytes at {at} is not within {} bytes", record.size, ty.size));
        }
        if !at.is_multiple_of(self.w) && record.map.iter().any(|byte| *byte != 0) {
            return Err(format!("{at} is not a multiple of {}", self.w));
        }
        let writes = matches!(role.access, Access::Write | Access::Update);
        // Behind both maps nothing is a pointer.
        let bits = 8 * record.map.len().max(ty.map.len()) as u32;
        for index in 0..record.size.div_ceil(self.w).min(bits) {
            let (inside, outside) = (record.bit(index), ty.bit(index + at / self.w));
            if inside && !outside || writes && outside && !inside {
                let place = at + index * self.w;
                return Err(format!("the record's map and the place's differ at {place}"));
            }
        }
        Ok(record.size)
    }
}
