//! Values for parameters and results: random bytes, and which of them carry meaning.

use crate::rng::Rng;
use abi::layout::{Layout, TypeError, member_offsets};
use abi::{Abi, Scalar, Signature, Type};

/// One value: as many bytes as the type has, and a mask that is 0 where padding lies.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mask: Vec<bool>,
}

/// Values of every parameter and of the result.
pub(crate) struct Values {
    pub(crate) params: Vec<Value>,
    pub(crate) result: Option<Value>,
}

impl Values {
    /// Values for `signature`, laid out as `abi` says.
    pub(crate) fn new(signature: &Signature, abi: Abi, rng: &mut Rng) -> Result<Values, TypeError> {
        let params = signature.params.iter().map(|ty| Value::new(ty, abi, rng)).collect::<Result<_, _>>()?;
        let result = signature.result.as_ref().map(|ty| Value::new(ty, abi, rng)).transpose()?;
        Ok(Values { params, result })
    }
}

impl Value {
    fn new(ty: &Type, abi: Abi, rng: &mut Rng) -> Result<Value, TypeError> {
        let size = Layout::of(ty, abi)?.size as usize;
        let mut value =
            Value { bytes: (0..size).map(|_| rng.next() as u8).collect(), mask: vec![false; size] };
        value.fill(ty, abi, 0)?;
        Ok(value)
    }

    /// Marks the meaningful bytes of `ty` at `base` and makes booleans 0 or 1.
    fn fill(&mut self, ty: &Type, abi: Abi, base: usize) -> Result<(), TypeError> {
        match ty {
            Type::Scalar(_) | Type::Vector { .. } => {
                let size = Layout::of(ty, abi)?.size as usize;
                self.mask[base..base + size].fill(true);
                if ty.as_scalar() == Some(Scalar::Bool) {
                    self.bytes[base] &= 1;
                }
            }
            Type::Array { elem, len } => {
                let size = Layout::of(elem, abi)?.size as usize;
                for i in 0..*len as usize {
                    self.fill(elem, abi, base + i * size)?;
                }
            }
            Type::Record(record) => {
                for (field, offset) in record.fields.iter().zip(member_offsets(record, abi)?) {
                    self.fill(&field.ty, abi, base + offset as usize)?;
                }
            }
        }
        Ok(())
    }

    /// What C code must see: the value itself, narrow integers widened to 8 bytes.
    pub(crate) fn widened(&self, ty: &Type) -> Value {
        let mut value = self.clone();
        if let Some(signed) = widens(ty) {
            let negative = signed && value.bytes.last().is_some_and(|b| b & 0x80 != 0);
            value.bytes.resize(8, if negative { 0xFF } else { 0 });
            value.mask.resize(8, true);
        }
        value
    }

    /// The first byte that carries meaning and differs, as (offset, expected, found).
    pub(crate) fn first_difference(&self, found: &[u8]) -> Option<(usize, u8, Option<u8>)> {
        let meaningful = (0..self.bytes.len()).filter(|&i| self.mask[i]);
        meaningful
            .map(|i| (i, self.bytes[i], found.get(i).copied()))
            .find(|&(_, want, got)| got != Some(want))
    }
}

/// Whether C code shows a value of this type widened to 64 bits, and if so whether with its sign.
/// That way the harness sees whether the bits above a narrow value are what the compiler relied on.
pub(crate) fn widens(ty: &Type) -> Option<bool> {
    let s = ty.as_scalar()?;
    (!s.is_float() && s.size() < 8).then(|| s.is_signed())
}

/// Offsets at which C code finds or puts the parameters in a flat buffer, and the size of that buffer.
pub(crate) fn buffer_offsets(signature: &Signature, abi: Abi) -> Result<(Vec<usize>, usize), TypeError> {
    let mut end = 0;
    let mut offsets = Vec::with_capacity(signature.params.len());
    for ty in &signature.params {
        offsets.push(end);
        end += (Layout::of(ty, abi)?.size as usize).max(8).next_multiple_of(64);
    }
    Ok((offsets, end))
}
