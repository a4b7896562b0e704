//! 7.1 Type Conversion.

use crate::error::{Res, Throw};
use crate::vm::Vm;
use js_rt::number;
use js_rt::{Big, Class, Flags, Obj, PropertyKey, Str, Value};
use std::cell::Cell;

/// The preferred type of ToPrimitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// None.
    Default,
    /// Number.
    Number,
    /// String.
    String,
}

/// 2^53 - 1
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

impl Vm {
    /// 7.1.1 ToPrimitive
    #[inline]
    pub fn to_primitive(&self, value: Value, hint: Hint) -> Res<Value> {
        match value.as_object() {
            Some(o) => self.object_to_primitive(o, hint),
            None => Ok(value),
        }
    }

    fn object_to_primitive(&self, o: Obj, hint: Hint) -> Res<Value> {
        self.check_stack()?;
        let exotic = self.get_method(o.into(), self.symbols().to_primitive)?;
        if exotic.is_undefined() {
            let hint = if hint == Hint::Default { Hint::Number } else { hint };
            return self.ordinary_to_primitive(o, hint);
        }
        let names = self.names();
        let name = match hint {
            Hint::Default => names.default,
            Hint::Number => names.number,
            Hint::String => names.string,
        };
        let result = self.call(exotic, o.into(), &[self.rt.name_str(name).into()])?;
        if result.is_object() { Err(self.no_primitive()) } else { Ok(result) }
    }

    /// 7.1.1.1 OrdinaryToPrimitive
    pub fn ordinary_to_primitive(&self, o: Obj, hint: Hint) -> Res<Value> {
        let names = self.names();
        let methods = match hint {
            Hint::String => [names.to_string, names.value_of],
            _ => [names.value_of, names.to_string],
        };
        for name in methods {
            let method = self.get(o, name)?;
            if self.is_callable(method) {
                let result = self.call(method, o.into(), &[])?;
                if !result.is_object() {
                    return Ok(result);
                }
            }
        }
        Err(self.no_primitive())
    }

    #[cold]
    fn no_primitive(&self) -> Throw {
        self.type_error("Cannot convert object to primitive value")
    }

    /// 7.1.3 ToNumeric: a Number or a BigInt
    #[inline]
    pub fn to_numeric(&self, value: Value) -> Res<Value> {
        if value.is_number() {
            return Ok(value);
        }
        let primitive = self.to_primitive(value, Hint::Number)?;
        if primitive.is_bigint() {
            return Ok(primitive);
        }
        self.to_number(primitive).map(Value::number)
    }

    /// 7.1.4 ToNumber
    #[inline]
    pub fn to_number(&self, value: Value) -> Res<f64> {
        match value.as_number() {
            Some(number) => Ok(number),
            None => self.to_number_slow(value),
        }
    }

    fn to_number_slow(&self, value: Value) -> Res<f64> {
        if value.is_undefined() {
            return Ok(f64::NAN);
        }
        if value.is_null() {
            return Ok(0.0);
        }
        if let Some(truth) = value.as_bool() {
            return Ok(f64::from(u8::from(truth)));
        }
        if let Some(string) = value.as_string() {
            return Ok(number::string_to_number(string.flat(&self.rt)?));
        }
        if value.is_symbol() {
            return Err(self.type_error("Cannot convert a Symbol value to a number"));
        }
        if value.is_bigint() {
            return Err(self.type_error("Cannot convert a BigInt value to a number"));
        }
        let primitive = self.to_primitive(value, Hint::Number)?;
        self.to_number(primitive)
    }

    /// 7.1.5 ToIntegerOrInfinity
    pub fn to_integer_or_infinity(&self, value: Value) -> Res<f64> {
        match value.as_int() {
            Some(int) => Ok(f64::from(int)),
            None => self.to_number(value).map(number::to_integer_or_infinity),
        }
    }

    /// 7.1.6 ToInt32
    #[inline]
    pub fn to_int32(&self, value: Value) -> Res<i32> {
        match value.as_int() {
            Some(int) => Ok(int),
            None => self.to_number(value).map(number::to_int32),
        }
    }

    /// 7.1.7 ToUint32
    pub fn to_uint32(&self, value: Value) -> Res<u32> {
        self.to_int32(value).map(|int| int as u32)
    }

    /// 7.1.8 ToInt16
    pub fn to_int16(&self, value: Value) -> Res<i16> {
        self.to_int32(value).map(|int| int as i16)
    }

    /// 7.1.9 ToUint16
    pub fn to_uint16(&self, value: Value) -> Res<u16> {
        self.to_int32(value).map(|int| int as u16)
    }

    /// 7.1.10 ToInt8
    pub fn to_int8(&self, value: Value) -> Res<i8> {
        self.to_int32(value).map(|int| int as i8)
    }

    /// 7.1.11 ToUint8
    pub fn to_uint8(&self, value: Value) -> Res<u8> {
        self.to_int32(value).map(|int| int as u8)
    }

    /// 7.1.12 ToUint8Clamp
    pub fn to_uint8_clamp(&self, value: Value) -> Res<u8> {
        self.to_number(value).map(number::to_uint8_clamp)
    }

    /// 7.1.13 ToBigInt
    pub fn to_big_int(&self, value: Value) -> Res<Big> {
        let primitive = self.to_primitive(value, Hint::Number)?;
        if let Some(big) = primitive.as_bigint() {
            return Ok(big);
        }
        if let Some(truth) = primitive.as_bool() {
            return Ok(self.rt.new_bigint(u8::from(truth))?);
        }
        let Some(string) = primitive.as_string() else {
            let text = self.describe_value(primitive);
            return Err(self.type_error(format_args!("Cannot convert {text} to a BigInt")));
        };
        // No digit is worth less than a bit.
        if string.len() as u64 > super::numeric::MAX_BITS
            && number::trim(string.flat(&self.rt)?).len() as u64 > super::numeric::MAX_BITS
        {
            return Err(Throw::BigIntSize);
        }
        match number::string_to_bigint(string.flat(&self.rt)?) {
            Some(big) if big.bits() > super::numeric::MAX_BITS => Err(Throw::BigIntSize),
            Some(big) => Ok(self.rt.new_bigint(big)?),
            None => Err(self.syntax_error(format_args!("Cannot convert {} to a BigInt", string.to_std()))),
        }
    }

    /// 7.1.15 ToBigInt64
    pub fn to_big_int64(&self, value: Value) -> Res<i64> {
        self.to_big_int(value).map(|big| number::bigint_low_bits(big.value()) as i64)
    }

    /// 7.1.16 ToBigUint64
    pub fn to_big_uint64(&self, value: Value) -> Res<u64> {
        self.to_big_int(value).map(|big| number::bigint_low_bits(big.value()))
    }

    /// 7.1.17 ToString
    #[inline]
    pub fn to_string(&self, value: Value) -> Res<Str> {
        match value.as_string() {
            Some(string) => Ok(string),
            None => self.to_string_slow(value),
        }
    }

    fn to_string_slow(&self, value: Value) -> Res<Str> {
        if let Some(int) = value.as_int() {
            return self.int_to_str(int);
        }
        if let Some(number) = value.as_number() {
            return Ok(self.rt.number_to_str(number)?);
        }
        let names = self.names();
        if value.is_undefined() {
            return Ok(self.rt.name_str(names.undefined));
        }
        if value.is_null() {
            return Ok(self.rt.name_str(names.null));
        }
        if let Some(truth) = value.as_bool() {
            return Ok(self.rt.name_str(if truth { names.true_ } else { names.false_ }));
        }
        if let Some(big) = value.as_bigint() {
            return Ok(self.rt.str_from_utf8(&big.value().to_string())?);
        }
        if value.is_symbol() {
            return Err(self.type_error("Cannot convert a Symbol value to a string"));
        }
        let primitive = self.to_primitive(value, Hint::String)?;
        self.to_string(primitive)
    }

    /// 6.1.6.1.20 Number::toString of an integer
    fn int_to_str(&self, int: i32) -> Res<Str> {
        let kept = usize::try_from(int).ok().and_then(|int| self.ops.int_strings.get(int));
        if let Some(string) = kept.and_then(Cell::get) {
            return Ok(string);
        }
        let string = self.rt.number_to_str(f64::from(int))?;
        if let Some(kept) = kept {
            kept.set(Some(string));
        }
        Ok(string)
    }

    /// 7.1.18 ToObject
    pub fn to_object(&self, value: Value) -> Res<Obj> {
        if let Some(o) = value.as_object() {
            return Ok(o);
        }
        let Some(proto) = self.primitive_prototype(value) else {
            return Err(self.type_error("Cannot convert undefined or null to object"));
        };
        if let Some(string) = value.as_string() {
            return self.string_create(string, proto);
        }
        let class = if value.is_number() {
            Class::Number
        } else if value.is_bool() {
            Class::Boolean
        } else if value.is_symbol() {
            Class::SymbolObject
        } else {
            Class::BigIntObject
        };
        let o = self.rt.new_object(Some(proto), class)?;
        o.set_payload(&self.rt, value);
        Ok(o)
    }

    /// 7.1.19 ToPropertyKey
    #[inline]
    pub fn to_property_key(&self, value: Value) -> Res<PropertyKey> {
        match value.as_int() {
            Some(int) if int >= 0 => Ok(PropertyKey::index(int as u32)),
            _ => self.to_property_key_slow(value),
        }
    }

    fn to_property_key_slow(&self, value: Value) -> Res<PropertyKey> {
        let primitive = self.to_primitive(value, Hint::String)?;
        if let Some(symbol) = primitive.as_symbol() {
            return Ok(symbol.into());
        }
        if let Some(int) = primitive.as_int()
            && int >= 0
        {
            return Ok(PropertyKey::index(int as u32));
        }
        let string = self.to_string(primitive)?;
        Ok(self.rt.key_from_str(string)?)
    }

    /// 7.1.20 ToLength
    pub fn to_length(&self, value: Value) -> Res<f64> {
        Ok(self.to_integer_or_infinity(value)?.clamp(0.0, MAX_SAFE_INTEGER))
    }

    /// 7.1.22 ToIndex
    pub fn to_index(&self, value: Value) -> Res<u64> {
        let integer = self.to_integer_or_infinity(value)?;
        if (0.0..=MAX_SAFE_INTEGER).contains(&integer) {
            return Ok(integer as u64);
        }
        Err(self.range_error("Invalid index"))
    }

    /// 7.1.21 CanonicalNumericIndexString
    pub fn canonical_numeric_index_string(&self, key: PropertyKey) -> Option<f64> {
        if let Some(index) = key.as_index() {
            return Some(f64::from(index));
        }
        let atom = key.as_atom()?;
        // Nothing else begins like the text of a number.
        if !matches!(u8::try_from(atom.unit_at(0)), Ok(b'0'..=b'9' | b'-' | b'I' | b'N')) {
            return None;
        }
        let text = atom.try_view()?;
        let number = number::string_to_number(text);
        if number == 0.0 && text.len() == 2 && text.at(0) == u16::from(b'-') {
            return Some(-0.0);
        }
        number::number_to_string(number).encode_utf16().eq(text.units()).then_some(number)
    }

    /// Whether an object has the internal slot that classes such as `[[NumberData]]` stand for; the value in it.
    pub fn primitive_data(&self, value: Value, class: Class) -> Option<Value> {
        let o = value.as_object()?;
        (o.class() == class && !o.has_flag(Flags::HTMLDDA)).then(|| o.payload())
    }
}
