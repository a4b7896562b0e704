//! `print` and its like: verbs, flags, widths. sys-print(2); where that is silent, what the original prints.

use crate::convert::{Digits, Wanted, not_finite, real_text};
use crate::place::Use;
use crate::trap::Trap;
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, types, utf8};

/// Widest field and most digits: more is taken for a mistake.
const WIDEST: usize = 1 << 20;
const DIGITS: usize = 20;

/// Arguments in a frame, one after the other.
struct Args {
    frame: Addr,
    ty: TypeId,
    offset: u32,
}

impl Args {
    /// The place of the next one.
    fn next(&mut self, vm: &Vm, usage: Use, size: u32) -> Result<Addr, Trap> {
        let offset = self.offset.next_multiple_of(size);
        vm.check(self.ty, offset, usage)?;
        self.offset = offset + size;
        Ok(self.frame + offset)
    }

    fn word(&mut self, vm: &Vm) -> Result<i32, Trap> {
        let at = self.next(vm, Use::Read(vm.word), vm.word)?;
        Ok(vm.heap.memory.word(at))
    }
}

/// Flags and numbers of a verb.
#[derive(Default)]
struct Spec {
    left: bool,
    sign: bool,
    space: bool,
    sharp: bool,
    comma: bool,
    zero: bool,
    unsigned: bool,
    big: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Spec {
    fn number(&mut self, value: usize) {
        let value = value.min(WIDEST);
        if self.width.is_some() {
            self.precision = Some(value);
        } else {
            self.width = Some(value);
        }
    }

    /// Text in its field, of which so many characters count.
    fn pad(&self, text: &[u8], chars: usize, out: &mut Vec<u8>) {
        let blanks = self.width.unwrap_or(0).saturating_sub(chars);
        let fill = |out: &mut Vec<u8>| out.resize(out.len() + blanks, b' ');
        if !self.left {
            fill(out);
        }
        out.extend_from_slice(text);
        if self.left {
            fill(out);
        }
    }

    fn put(&self, text: &str, out: &mut Vec<u8>) {
        self.pad(text.as_bytes(), text.chars().count(), out);
    }

    fn chars(&self, chars: &[u32], out: &mut Vec<u8>) {
        let count = chars.len().min(self.precision.unwrap_or(usize::MAX));
        let mut text = Vec::new();
        chars[..count].iter().for_each(|c| utf8::encode(*c, &mut text));
        self.pad(&text, count, out);
    }

    /// An integer: digits from the last, then zeros, prefix and sign.
    fn integer(&self, verb: u8, value: i64, out: &mut Vec<u8>) {
        let negative = !self.unsigned && value < 0;
        let mut rest = match (self.unsigned, self.big) {
            (true, false) => u64::from(value as u32),
            (true, true) => value.cast_unsigned(),
            (false, _) => value.unsigned_abs(),
        };
        let base = match verb {
            b'd' => 10,
            b'o' => 8,
            _ => 16,
        };
        let mut text = Vec::new();
        while rest > 0 {
            if self.comma && text.len() % 4 == 3 {
                text.push(b',');
            }
            let digit = char::from_digit((rest % base) as u32, base as u32).unwrap_or('0');
            text.push(if verb == b'X' { digit.to_ascii_uppercase() } else { digit } as u8);
            rest /= base;
        }
        let zeros = self.precision.unwrap_or(0).max(1).max(text.len());
        text.resize(zeros, b'0');
        let prefix: &[u8] = match (self.sharp, base) {
            (true, 16) if verb == b'X' => b"X0",
            (true, 16) => b"x0",
            (true, 8) if text.last() != Some(&b'0') => b"0",
            _ => b"",
        };
        let sign = if negative { Some(b'-') } else { self.plus() };
        if self.zero && !self.left {
            let taken = prefix.len() + usize::from(sign.is_some());
            let filled = self.width.unwrap_or(0).saturating_sub(taken);
            text.resize(text.len().max(filled), b'0');
        }
        text.extend_from_slice(prefix);
        text.extend(sign);
        text.reverse();
        self.pad(&text, text.len(), out);
    }

    fn plus(&self) -> Option<u8> {
        if self.sign { Some(b'+') } else { self.space.then_some(b' ') }
    }

    fn real(&self, verb: u8, value: f64, out: &mut Vec<u8>) {
        let exponent = if verb.is_ascii_uppercase() { 'E' } else { 'e' };
        if let Some(text) = not_finite(value) {
            return self.put(text, out);
        }
        let general = verb.eq_ignore_ascii_case(&b'g');
        if general && self.width.is_none() && self.precision.is_none() {
            return self.put(&real_text(value, exponent), out);
        }
        let precision = self.precision.unwrap_or(6).min(DIGITS);
        let text = match verb {
            b'f' => self.positional(&Digits::of(value, Wanted::Fraction(precision)), precision as i32),
            b'e' | b'E' => {
                let digits = Digits::of(value, Wanted::Significant(precision + 1));
                self.scientific(&digits, precision as i32, exponent)
            }
            _ => self.general(value, precision as i32, exponent),
        };
        self.put(&text, out);
    }

    fn general(&self, value: f64, precision: i32, exponent: char) -> String {
        let wanted = if precision > 0 { Wanted::Significant(precision as usize) } else { Wanted::Shortest };
        let digits = Digits::of(value, wanted);
        let count = digits.digits.len() as i32;
        let precision = match precision {
            1.. => precision,
            _ if digits.point > count && digits.point <= count + 4 => digits.point,
            _ => count,
        };
        let keep = self.sharp;
        if digits.point >= -3 && digits.point <= precision {
            let fraction = precision - digits.point;
            let short = (count - digits.point).max(0);
            return self.positional(&digits, if keep { fraction } else { fraction.min(short) });
        }
        self.scientific(&digits, if keep { precision - 1 } else { (precision - 1).min(count - 1) }, exponent)
    }

    fn before(&self, digits: &Digits) -> String {
        if digits.negative {
            "-".into()
        } else {
            self.plus().map(char::from).map(String::from).unwrap_or_default()
        }
    }

    fn positional(&self, digits: &Digits, fraction: i32) -> String {
        let digit = |index: i32| {
            let found = usize::try_from(index).ok().and_then(|index| digits.digits.get(index));
            found.map_or('0', |digit| char::from(*digit))
        };
        let mut text = self.before(digits);
        match digits.point > 0 {
            true => text.extend((0..digits.point).map(digit)),
            false => text.push('0'),
        }
        if fraction > 0 || self.sharp {
            text.push('.');
        }
        text.extend((0..fraction).map(|index| digit(index + digits.point)));
        text
    }

    fn scientific(&self, digits: &Digits, fraction: i32, exponent: char) -> String {
        let mut text = self.before(digits);
        text.push(char::from(digits.digits[0]));
        if fraction > 0 || self.sharp {
            text.push('.');
        }
        let rest = digits.digits[1..].iter().copied().chain(std::iter::repeat(b'0'));
        text.extend(rest.take(fraction.max(0) as usize).map(char::from));
        let power = digits.point - 1;
        let direction = if power < 0 { '-' } else { '+' };
        format!("{text}{exponent}{direction}{:02}", power.abs())
    }
}

impl Vm {
    /// The text for a format and the arguments that begin at `offset` in a frame.
    pub(crate) fn format(
        &mut self,
        format: Addr,
        frame: Addr,
        ty: TypeId,
        offset: u32,
    ) -> Result<Vec<u8>, Trap> {
        let chars: Vec<u32> = self.heap.chars(format).collect();
        let mut args = Args { frame, ty, offset };
        let mut out = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let c = chars[at];
            at += 1;
            if c != u32::from(b'%') {
                utf8::encode(c, &mut out);
                continue;
            }
            at += self.directive(&chars[at..], &mut args, &mut out)?;
            // What is printed counts as memory of the program.
            if out.len() > self.options.memory {
                return Err(Trap::Memory);
            }
        }
        Ok(out)
    }

    /// What follows a `%`; how many characters that was.
    fn directive(&mut self, chars: &[u32], args: &mut Args, out: &mut Vec<u8>) -> Result<usize, Trap> {
        let mut spec = Spec::default();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            at += 1;
            let byte = u8::try_from(c).unwrap_or(0);
            match byte {
                b'-' => spec.left = true,
                b'+' => spec.sign = true,
                b' ' => spec.space = true,
                b'#' => spec.sharp = true,
                b',' => spec.comma = true,
                b'u' => spec.unsigned = true,
                b'b' => spec.big = true,
                b'h' | b'l' => {}
                b'.' => {
                    spec.width.get_or_insert(0);
                    spec.precision = Some(0);
                }
                b'0' if spec.width.is_none() => spec.zero = true,
                b'0'..=b'9' => {
                    let digits = chars[at..].iter().take_while(|c| (48..58).contains(*c)).count();
                    let number = chars[at - 1..at + digits].iter().fold(0usize, |value, c| {
                        value.saturating_mul(10).saturating_add((c - 48) as usize).min(WIDEST)
                    });
                    at += digits;
                    spec.number(number);
                }
                b'*' => {
                    let number = args.word(self)?;
                    spec.left |= number < 0;
                    spec.number(number.unsigned_abs() as usize);
                }
                _ => {
                    self.verb(byte, c, &spec, args, out)?;
                    break;
                }
            }
        }
        Ok(at)
    }

    fn verb(
        &mut self,
        verb: u8,
        c: u32,
        spec: &Spec,
        args: &mut Args,
        out: &mut Vec<u8>,
    ) -> Result<(), Trap> {
        match verb {
            b'%' => out.push(b'%'),
            b's' | b'q' => {
                let at = args.next(self, Use::Reference, self.word)?;
                let chars = self.string_argument(self.heap.memory.pointer(at))?;
                if verb == b's' { spec.chars(&chars, out) } else { quote(&chars, spec, out) }
            }
            b'c' => spec.chars(&[args.word(self)?.cast_unsigned()], out),
            b'd' | b'o' | b'x' | b'X' => {
                let value = match spec.big {
                    true => {
                        let at = args.next(self, Use::Read(8), 8)?;
                        self.heap.memory.big(at)
                    }
                    false => args.word(self)?.into(),
                };
                spec.integer(verb, value, out);
            }
            b'e' | b'f' | b'g' | b'E' | b'G' => {
                let at = args.next(self, Use::Read(8), 8)?;
                spec.real(verb, self.heap.memory.real(at), out);
            }
            b'r' => out.extend_from_slice(self.cur.error.as_bytes()),
            b'H' => {
                let at = args.next(self, Use::Reference, self.word)?;
                let object = self.heap.memory.pointer(at);
                let text = match object {
                    NIL => "-1.00000000".to_owned(),
                    _ => format!("{}.{:08x}", self.heap.references(object), self.heap.type_of(object)),
                };
                out.extend_from_slice(text.as_bytes());
            }
            _ => {
                out.push(b'%');
                utf8::encode(c, out);
                out.push(b'%');
            }
        }
        Ok(())
    }

    /// The characters of a string up to its first NUL.
    fn string_argument(&self, string: Addr) -> Result<Vec<u32>, Trap> {
        if string != NIL && self.heap.type_of(string) != types::STRING {
            return Err(Trap::Type);
        }
        Ok(self.heap.chars(string).take_while(|c| *c != 0).collect())
    }
}

/// In quotes where sh(1) needs them, or if `#` says so.
fn quote(chars: &[u32], spec: &Spec, out: &mut Vec<u8>) {
    let special = |c: &u32| *c <= 32 || *c == u32::from(b'\'');
    let plain = Spec { precision: None, left: spec.left, width: spec.width, ..Spec::default() };
    if !spec.sharp && !chars.is_empty() && !chars.iter().any(special) {
        return plain.chars(chars, out);
    }
    let mark = u32::from(b'\'');
    let mut quoted = vec![mark];
    for c in chars {
        quoted.extend(std::iter::repeat_n(*c, if *c == mark { 2 } else { 1 }));
    }
    quoted.push(mark);
    plain.chars(&quoted, out);
}
