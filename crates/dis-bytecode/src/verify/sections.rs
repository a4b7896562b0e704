//! Everything but code: sizes, types, module data, links, handlers.

use super::{Place, Verifier};
use crate::{DataItem, DataValue, TypeDesc};
use std::collections::{BTreeMap, HashMap};

/// Most bytes of module data, of a type, of a frame and of an array in module data: the bounds that loaders have.
const LARGEST: u32 = 128 << 20;
/// Deepest nesting of arrays: `DADEPTH` of `include/isa.h`.
const DEEPEST: usize = 4;

/// Where items of the data section go: module data, or an element of an array and what follows it.
#[derive(Clone, Copy)]
struct Base {
    /// Which array; 0 is module data.
    array: u32,
    ty: u32,
    /// Bytes from the array's begin to its end.
    size: u64,
    /// Bytes from there to the base.
    start: u64,
}

#[derive(Default)]
struct Filled {
    /// Arrays by the array they are in and their place there.
    arrays: HashMap<(u32, u64), Base>,
    /// Bytes that items take, by the array they are in and where they begin: where they end.
    taken: BTreeMap<(u32, u64), u64>,
    count: u32,
}

impl Filled {
    /// An item takes these bytes, which none did before: what a word is first is what it is.
    fn take(&mut self, array: u32, at: u64, size: u64) -> Result<(), String> {
        if size == 0 {
            return Ok(());
        }
        let end = at + size;
        let before = self.taken.range(..(array, end)).next_back();
        if before.is_some_and(|((other, _), taken)| *other == array && *taken > at) {
            return Err(format!("something else is at {at} already"));
        }
        self.taken.insert((array, at), end);
        Ok(())
    }
}

impl Verifier<'_> {
    pub(super) fn sections(&mut self) {
        self.types();
        self.header();
        if self.faults.is_empty() {
            self.data();
        }
        self.exports();
        self.handlers();
    }

    fn header(&mut self) {
        let module = self.module;
        match module.types.first() {
            _ if module.data_size > LARGEST => self.fault(Place::Header, "module data is larger than 128 MB"),
            None if module.data_size > 0 => {
                self.fault(Place::Header, "module data has no type: there is no type 0")
            }
            Some(ty) if module.data_size > 0 && ty.size != module.data_size => {
                let reason =
                    format!("module data has {} bytes, but its type 0 has {}", module.data_size, ty.size);
                self.fault(Place::Header, reason);
            }
            _ => {}
        }
        let (pc, ty) = (module.entry_pc, module.entry_type);
        if (pc, ty) != (-1, -1) && !(self.is_pc(pc) && self.is_type(ty)) {
            self.fault(
                Place::Header,
                format!("the entry is instruction {pc} with type {ty}, which are not there"),
            );
        }
    }

    fn types(&mut self) {
        for (id, ty) in self.module.types.iter().enumerate() {
            let place = Place::Type(id as u32);
            if ty.size > LARGEST {
                self.fault(place, format!("it has {} bytes, more than 128 MB", ty.size));
            }
            let beyond = ty.pointers(self.word).find(|offset| offset + self.w > ty.size);
            if let Some(offset) = beyond {
                self.fault(place, format!("there is a pointer at {offset}, but only {} bytes", ty.size));
            }
        }
    }

    fn data(&mut self) {
        let mut base = Base { array: 0, ty: 0, size: self.module.data_size.into(), start: 0 };
        let mut stack = Vec::new();
        let mut filled = Filled::default();
        for (index, item) in self.module.data.iter().enumerate() {
            if let Err(reason) = self.item(item, &mut base, &mut stack, &mut filled) {
                self.fault(Place::Data(index as u32), reason);
                // Where later items are is not known any more.
                return;
            }
        }
        if !stack.is_empty() {
            let last = self.module.data.len() as u32;
            self.fault(Place::Data(last), format!("{} arrays are left open at the end", stack.len()));
        }
    }

    fn item(
        &mut self,
        item: &DataItem,
        base: &mut Base,
        stack: &mut Vec<Base>,
        filled: &mut Filled,
    ) -> Result<(), String> {
        let at = base.start + u64::from(item.offset);
        let w = u64::from(self.w);
        match &item.value {
            DataValue::Bytes(bytes) => self.plain(base, at, bytes.len() as u64, 1, filled),
            DataValue::Words(words) => self.plain(base, at, words.len() as u64 * w, self.w, filled),
            DataValue::Reals(bits) => self.plain(base, at, bits.len() as u64 * 8, self.w, filled),
            DataValue::Bigs(bigs) => self.plain(base, at, bigs.len() as u64 * 8, self.w, filled),
            DataValue::String(_) => {
                self.pointer(base, at)?;
                filled.take(base.array, at, w)
            }
            DataValue::Array { ty, len } => self.array(base, at, *ty, *len, filled),
            DataValue::Index(index) => {
                self.pointer(base, at)?;
                let array = filled.arrays.get(&(base.array, at));
                let array = *array.ok_or_else(|| format!("there is no array at {at}"))?;
                let element = u64::from(self.module.types[array.ty as usize].size);
                let start = u64::try_from(*index).ok().map(|index| index * element);
                let start = start.filter(|start| *start <= array.size);
                let start = start.ok_or_else(|| format!("element {index} is not in the array"))?;
                if stack.len() == DEEPEST {
                    return Err(format!("arrays are nested more than {DEEPEST} deep"));
                }
                stack.push(std::mem::replace(base, Base { start, ..array }));
                Ok(())
            }
            DataValue::Restore => {
                *base = stack.pop().ok_or("no array is open")?;
                Ok(())
            }
        }
    }

    fn array(&mut self, base: &Base, at: u64, ty: i32, len: i32, filled: &mut Filled) -> Result<(), String> {
        self.pointer(base, at)?;
        if !self.is_type(ty) {
            return Err(format!("the array's type is {ty}, which is not there"));
        }
        let element = u64::from(self.module.types[ty as usize].size);
        let size = u64::try_from(len).ok().map(|len| len * element).filter(|size| *size <= LARGEST.into());
        let size = size.ok_or_else(|| format!("an array of {len} times {element} bytes is too large"))?;
        filled.count += 1;
        let array = Base { array: filled.count, ty: ty as u32, size, start: 0 };
        filled.take(base.array, at, self.w.into())?;
        filled.arrays.insert((base.array, at), array);
        self.facts.array_bytes += size;
        Ok(())
    }

    /// The type at a base, and where in one such thing a place is. Elements lie next to one another.
    fn within(&self, base: &Base, at: u64, size: u64) -> Result<(Option<&TypeDesc>, u32), String> {
        if at + size > base.size {
            return Err(format!("it takes bytes {at} to {} of {}", at + size, base.size));
        }
        let ty = self.module.types.get(base.ty as usize);
        let period = ty.map_or(0, |ty| u64::from(ty.size)).max(1);
        Ok((ty, (at % period) as u32))
    }

    /// A string or an array goes to a pointer slot.
    fn pointer(&self, base: &Base, at: u64) -> Result<(), String> {
        match self.within(base, at, self.w.into())? {
            (Some(ty), at) if ty.is_pointer(at, self.word) => Ok(()),
            _ => Err(format!("there is no pointer slot at {at}")),
        }
    }

    /// Numbers go anywhere else.
    fn plain(&self, base: &Base, at: u64, size: u64, align: u32, filled: &mut Filled) -> Result<(), String> {
        let (ty, offset) = self.within(base, at, size)?;
        if !at.is_multiple_of(align.into()) {
            return Err(format!("{at} is not a multiple of {align}"));
        }
        filled.take(base.array, at, size)?;
        let Some(ty) = ty.filter(|ty| size > 0 && ty.map.iter().any(|byte| *byte != 0)) else {
            return Ok(());
        };
        // What reaches into a second element covers, from there on, all that one element has.
        let first = size.min(u64::from(ty.size - offset)) as u32;
        let second = (size - u64::from(first)).min(ty.size.into()) as u32;
        if ty.overlaps_pointer(offset, first, self.word)
            || ty.overlaps_pointer(0, second, self.word) && second > 0
        {
            return Err(format!("numbers at {at} overwrite a pointer slot"));
        }
        Ok(())
    }

    fn exports(&mut self) {
        for (index, export) in self.module.exports.iter().enumerate() {
            let (pc, ty) = (export.pc, export.frame);
            // `.mp`, the link to module data, has neither.
            if (pc, ty) != (-1, -1) && !(self.is_pc(pc) && self.is_type(ty)) {
                let reason =
                    format!("{} is instruction {pc} with type {ty}, which are not there", export.name);
                self.fault(Place::Export(index as u32), reason);
            }
        }
    }

    fn handlers(&mut self) {
        for (index, handler) in self.module.handlers.iter().flatten().enumerate() {
            let place = Place::Handler(index as u32);
            let (from, to) = (handler.from, handler.to);
            if !self.is_pc(from) || to < from || to as usize > self.module.code.len() {
                self.fault(place, format!("it covers instructions {from} to {to}, which are not there"));
            }
            if handler.ty != -1 && !self.is_type(handler.ty) {
                self.fault(place, format!("its type is {}, which is not there", handler.ty));
            }
            if usize::from(handler.typed) > handler.catches.len() {
                self.fault(
                    place,
                    format!("{} of {} exceptions have types", handler.typed, handler.catches.len()),
                );
            }
            let targets = handler.catches.iter().map(|catch| catch.pc);
            for pc in targets.chain((handler.otherwise != -1).then_some(handler.otherwise)) {
                if !self.is_pc(pc) {
                    self.fault(place, format!("it leads to {pc}, which is no instruction"));
                }
            }
        }
    }
}
