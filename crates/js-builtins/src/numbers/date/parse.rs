//! 21.4.1.32 Date Time String Format, and the dates beyond it that V8 accepts: how Date.parse reads them.
//!
//! A text is read as the standard's format as long as it looks like that. What is left over is read part by part: numbers
//! followed by colons are times, names are months, signed numbers behind a time are offsets, other numbers are day, month and
//! year. Words before the first number are passed over, and whatever is in parentheses.

use super::keyword::Keyword;
use super::scan::{Scanner, Token};
use super::time::{make_date, make_day, make_time, time_clip};
use super::zone;
use js_rt::StrView;

/// The time value that a text is, or NaN.
pub(super) fn parse_date(text: StrView<'_>) -> f64 {
    let parser = Parser {
        scanner: Scanner::new(text),
        day: Day::default(),
        time: Time::default(),
        zone: Zone::default(),
    };
    parser.parse().unwrap_or(f64::NAN)
}

#[derive(Default)]
struct Day {
    parts: [i64; 3],
    count: usize,
    named_month: Option<i64>,
    /// In the standard's order, the year being complete.
    iso: bool,
}

impl Day {
    fn add(&mut self, number: i64) -> Option<()> {
        *self.parts.get_mut(self.count)? = number;
        self.count += 1;
        Some(())
    }

    /// Year, month and day.
    fn finish(mut self) -> Option<(i64, i64, i64)> {
        if self.count == 0 {
            return None;
        }
        while self.count < 3 {
            self.add(1)?;
        }
        let is_day = |number: i64| (1..=31).contains(&number);
        let [a, b, c] = self.parts;
        let (mut year, month, day) = match self.named_month {
            None if self.iso || !is_day(a) => (a, b, c),
            None => (c, a, b),
            Some(month) if !is_day(a) => (a, month, b),
            Some(month) => (b, month, a),
        };
        if !self.iso {
            year += match year {
                0..=49 => 2000,
                50..=99 => 1900,
                _ => 0,
            };
        }
        (is_day(day) && (1..=12).contains(&month)).then_some((year, month, day))
    }
}

#[derive(Default)]
struct Time {
    parts: [i64; 4],
    count: usize,
    half_day: Option<i64>,
}

impl Time {
    fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, number: i64) -> Option<()> {
        *self.parts.get_mut(self.count)? = number;
        self.count += 1;
        Some(())
    }

    fn add_final(&mut self, number: i64) -> Option<()> {
        self.add(number)?;
        self.count = 4;
        Some(())
    }

    /// Whether a number can be the next part.
    fn expects(&self, number: i64) -> bool {
        match self.count {
            1 | 2 => (0..60).contains(&number),
            3 => (0..1000).contains(&number),
            _ => false,
        }
    }

    fn finish(self) -> Option<[i64; 4]> {
        let [mut hour, minute, second, ms] = self.parts;
        if let Some(hours) = self.half_day {
            if !(0..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + hours;
        }
        let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
        let midnight = hour == 24 && [minute, second, ms] == [0; 3];
        (valid && (0..1000).contains(&ms) || midnight).then_some([hour, minute, second, ms])
    }
}

#[derive(Default)]
struct Zone {
    sign: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
}

impl Zone {
    fn set(&mut self, hours: i64) {
        *self = Zone { sign: Some(if hours < 0 { -1 } else { 1 }), hour: Some(hours.abs()), minute: Some(0) };
    }

    fn is_utc(&self) -> bool {
        self.hour == Some(0) && self.minute == Some(0)
    }

    fn expects(&self, number: i64) -> bool {
        self.hour.is_some() && self.minute.is_none() && (0..60).contains(&number)
    }

    /// Minutes that local time is ahead of UTC; `None`: the host's zone.
    fn finish(self) -> Option<i64> {
        Some(self.sign? * (self.hour.unwrap_or(0) * 60 + self.minute.unwrap_or(0)))
    }
}

/// The thousandths that digits behind a point are.
fn milliseconds(number: i64, length: usize) -> i64 {
    match length {
        1 => number * 100,
        2 => number * 10,
        _ => number / 10_i64.pow(length.min(9) as u32 - 3),
    }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    day: Day,
    time: Time,
    zone: Zone,
}

impl Parser<'_> {
    fn parse(mut self) -> Option<f64> {
        let left = self.standard()?;
        if left != Token::End {
            self.legacy(left)?;
        }
        let (year, month, day) = self.day.finish()?;
        let [hour, minute, second, ms] = self.time.finish()?.map(|part| part as f64);
        let date = make_date(
            make_day(year as f64, month as f64 - 1.0, day as f64),
            make_time(hour, minute, second, ms),
        );
        Some(time_clip(match self.zone.finish() {
            Some(minutes) => date - minutes as f64 * 60_000.0,
            None => zone::utc(date),
        }))
    }

    /// Reads what has the standard's format; the first token that has not.
    fn standard(&mut self) -> Option<Token> {
        if let Some(left) = self.standard_date()? {
            return Some(left);
        }
        match self.scanner.peek() {
            Token::Word(Keyword::TimeSeparator, _) => {
                self.scanner.next();
                self.standard_time()?;
            }
            Token::End => {}
            _ => return Some(self.scanner.next()),
        }
        if self.zone.hour.is_none() && self.time.is_empty() {
            self.zone.set(0);
        }
        self.day.iso = true;
        Some(Token::End)
    }

    /// A number of two digits that `is_valid` accepts.
    fn two_digits(&mut self, is_valid: impl Fn(i64) -> bool) -> Option<i64> {
        let number = self.scanner.peek().digits(2).filter(|number| is_valid(*number))?;
        self.scanner.next();
        Some(number)
    }

    /// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, the year perhaps with sign and six digits. A token: that where it ceases to be one.
    fn standard_date(&mut self) -> Option<Option<Token>> {
        if let Some(sign) = self.scanner.peek().sign() {
            let token = self.scanner.next();
            let Some(year) = self.scanner.peek().digits(6) else { return Some(Some(token)) };
            self.scanner.next();
            if sign < 0 && year == 0 {
                return Some(Some(token));
            }
            self.day.add(sign * year)?;
        } else if let Some(year) = self.scanner.peek().digits(4) {
            self.scanner.next();
            self.day.add(year)?;
        } else {
            return Some(Some(self.scanner.next()));
        }
        for most in [12, 31] {
            if !self.scanner.skip(b'-') {
                break;
            }
            let Some(number) = self.two_digits(|number| (1..=most).contains(&number)) else {
                return Some(Some(self.scanner.next()));
            };
            self.day.add(number)?;
        }
        Some(None)
    }

    /// `HH:mm`, `HH:mm:ss`, `HH:mm:ss.sss` and the offset: behind a `T` nothing else is a date.
    fn standard_time(&mut self) -> Option<()> {
        let hour = self.two_digits(|hour| hour <= 24)?;
        self.time.add(hour)?;
        // 24 is midnight, and nothing after it.
        let most = if hour == 24 { 0 } else { 59 };
        if !self.scanner.skip(b':') {
            return None;
        }
        let minute = self.two_digits(|minute| minute <= most)?;
        self.time.add(minute)?;
        if self.scanner.skip(b':') {
            let second = self.two_digits(|second| second <= most)?;
            self.time.add(second)?;
            if self.scanner.skip(b'.') {
                match self.scanner.next() {
                    Token::Number(number, length) if hour < 24 || number == 0 => {
                        self.time.add(milliseconds(number, length))?;
                    }
                    _ => return None,
                }
            }
        }
        self.standard_offset()?;
        (self.scanner.peek() == Token::End).then_some(())
    }

    /// `Z`, `+HH:mm`, and `+HHmm` beyond the standard; or nothing.
    fn standard_offset(&mut self) -> Option<()> {
        if self.scanner.peek().is_z() {
            self.scanner.next();
            self.zone.set(0);
            return Some(());
        }
        let Some(sign) = self.scanner.peek().sign() else { return Some(()) };
        self.zone.sign = Some(sign);
        self.scanner.next();
        if let Some(both) = self.scanner.peek().digits(4) {
            self.scanner.next();
            (self.zone.hour, self.zone.minute) = (Some(both / 100), Some(both % 100));
            return (both / 100 < 24 && both % 100 < 60).then_some(());
        }
        self.zone.hour = Some(self.two_digits(|hour| hour < 24)?);
        if !self.scanner.skip(b':') {
            return None;
        }
        self.zone.minute = Some(self.two_digits(|minute| minute < 60)?);
        Some(())
    }

    /// Reads the rest, the token given first.
    fn legacy(&mut self, mut token: Token) -> Option<()> {
        let mut has_number = self.day.count > 0;
        while token != Token::End {
            match token {
                Token::Number(number, _) => {
                    has_number = true;
                    self.number(number)?;
                }
                Token::Word(word, _) => self.word(word, has_number)?,
                Token::Symbol(b'+' | b'-') if self.zone.is_utc() || !self.time.is_empty() => {
                    self.zone.sign = token.sign();
                    has_number = true;
                    self.offset()?;
                }
                Token::Symbol(b'+' | b'-' | b')') if has_number => return None,
                _ => {}
            }
            token = self.scanner.next();
        }
        Some(())
    }

    fn number(&mut self, number: i64) -> Option<()> {
        if self.scanner.skip(b':') {
            if self.scanner.skip(b':') {
                if !self.time.is_empty() {
                    return None;
                }
                self.time.add(number)?;
                return self.time.add(0);
            }
            self.time.add(number)?;
            self.scanner.skip(b'.');
            return Some(());
        }
        if self.scanner.skip(b'.') && self.time.expects(number) {
            self.time.add(number)?;
            let Token::Number(fraction, length) = self.scanner.next() else { return None };
            return self.time.add_final(milliseconds(fraction, length));
        }
        if self.zone.expects(number) {
            self.zone.minute = Some(number);
        } else if self.time.expects(number) {
            self.time.add_final(number)?;
            let next = self.scanner.peek();
            let ends = matches!(next, Token::End | Token::WhiteSpace) || next.is_z() || next.sign().is_some();
            return ends.then_some(());
        } else {
            self.day.add(number)?;
            self.scanner.skip(b'-');
        }
        Some(())
    }

    fn word(&mut self, word: Keyword, has_number: bool) -> Option<()> {
        match word {
            Keyword::HalfDay(hours) if !self.time.is_empty() => self.time.half_day = Some(hours),
            Keyword::Month(month) => {
                self.day.named_month = Some(month);
                self.scanner.skip(b'-');
            }
            Keyword::Zone(hours) if has_number => self.zone.set(hours),
            // Other words are passed over, but not behind a number, nor stuck to one.
            _ if has_number || matches!(self.scanner.peek(), Token::Number(..)) => return None,
            _ => {}
        }
        Some(())
    }

    /// What follows a sign: hours, hours and minutes, or nothing.
    fn offset(&mut self) -> Option<()> {
        let (number, length) = match self.scanner.peek() {
            Token::Number(number, length) => {
                self.scanner.next();
                (number, length)
            }
            _ => (0, 0),
        };
        (self.zone.hour, self.zone.minute) = match length {
            _ if self.scanner.peek() == Token::Symbol(b':') => (Some(number), None),
            1 | 2 => (Some(number), Some(0)),
            3 | 4 => (Some(number / 100), Some(number % 100)),
            _ => return None,
        };
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<f64> {
        Some(parse_date(StrView::Latin1(text.as_bytes()))).filter(|time| !time.is_nan())
    }

    #[test]
    fn formats() {
        assert_eq!(utc("1970-01-01"), Some(0.0));
        assert_eq!(utc("1970-01-01T00:00:00.001Z"), Some(1.0));
        assert_eq!(utc("+275760-09-13T00:00:00.000Z"), Some(8.64e15));
        assert_eq!(utc("-000000-01-01T00:00:00Z"), None);
        assert_eq!(utc("Thu, 01 Jan 1970 00:00:00 GMT+0200"), Some(-7_200_000.0));
        assert_eq!(utc("Thu Jan 01 1970 01:00:00 GMT+0100 (Central European Standard Time)"), Some(0.0));
        assert_eq!(utc("1/2/70 12:00 AM UTC"), Some(86_400_000.0));
        assert_eq!(utc("1970-01-01T24:00:00Z"), Some(86_400_000.0));
        assert_eq!(utc("1970-01-01T24:00:01Z"), None);
        assert_eq!(utc("Jan 5 garbage"), None);
        assert_eq!(utc("2000-01-01T10"), None);
        assert_eq!(utc("2000-01-01T00:00:00+01:00"), utc("1999-12-31T23:00Z"));
    }
}
