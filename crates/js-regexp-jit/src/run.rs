//! A match in machine code: its record and stack, and what is done when it returns.

use crate::frame;
use ir::Type;
use ir::eval::Const;
use ir::interp::Deopt;
use jit::engine::FunctionId;
use jit::{MovableEntry, Resume, SharedGuest, WordCallable};
use js_regexp::{Found, NONE, Program, Search, Stop, Text};
use std::cell::Cell;

/// Cells that the stack may have: about what the interpreter's may.
const DEEPEST: usize = 1 << 23;
/// Cells that it has at first, and after a match again if there were many more.
const SHALLOW: usize = 1 << 10;
const KEPT: usize = 1 << 16;
/// Steps that the interpreter makes between two looks at its host.
const STEPS: u32 = 256;
/// Bytes of a cell.
const CELL: u64 = 8;

/// Machine code runs for nobody: it calls nothing.
#[derive(Debug)]
pub(crate) struct Patterns;

impl SharedGuest for Patterns {
    type Data = ();

    fn deopt(_: &(), _: &Deopt) -> Resume {
        gone()
    }

    fn interpret(_: &(), _: FunctionId, _: &[u64]) -> Option<Resume> {
        Some(gone())
    }
}

/// There is no code any more.
fn gone() -> Resume {
    Resume::Return(vec![Const::new(Type::I64, frame::GONE), Const::new(Type::I64, 0)])
}

/// Memory of one match after another.
pub(crate) struct Workspace {
    record: Vec<Cell<u64>>,
    stack: Vec<Cell<u64>>,
}

fn zeroes(count: usize) -> Vec<Cell<u64>> {
    vec![Cell::new(0); count]
}

fn address(cells: &[Cell<u64>]) -> u64 {
    cells.as_ptr().expose_provenance() as u64
}

impl Default for Workspace {
    fn default() -> Workspace {
        Workspace { record: Vec::new(), stack: zeroes(SHALLOW) }
    }
}

impl Workspace {
    /// The record of a new search.
    fn begin(&mut self, registers: usize, captures: usize, mode: u64, start: usize) {
        let words = frame::REGISTERS + registers.div_ceil(2);
        if self.record.len() < words {
            self.record = zeroes(words);
        }
        let none = u64::from(NONE) << 32 | u64::from(NONE);
        let captures = &self.record[frame::REGISTERS..frame::REGISTERS + captures];
        captures.iter().for_each(|word| word.set(none));
        self.set(frame::MODE, mode);
        self.set(frame::START, start as u64);
        self.set(frame::LEFT, u64::from(frame::TURN));
        self.place_stack(0);
    }

    fn set(&self, index: usize, value: u64) {
        self.record[index].set(value);
    }

    fn get(&self, index: usize) -> u64 {
        self.record[index].get()
    }

    /// Says where the stack is, of which so many bytes are in use.
    fn place_stack(&self, used: u64) {
        let base = address(&self.stack);
        self.set(frame::BASE, base);
        self.set(frame::TOP, base + used);
        self.set(frame::LIMIT, base + (self.stack.len() - frame::RESERVE) as u64 * CELL);
    }

    /// Makes room for more.
    fn grow(&mut self) -> Result<(), Stop> {
        let count = self.stack.len();
        if count >= DEEPEST + frame::RESERVE {
            return Err(Stop::TooDeep);
        }
        let used = self.get(frame::TOP) - self.get(frame::BASE);
        let wanted = (count * 2).min(DEEPEST + frame::RESERVE);
        self.stack.try_reserve_exact(wanted - count).map_err(|_| Stop::TooDeep)?;
        self.stack.resize(wanted, Cell::new(0));
        self.place_stack(used);
        Ok(())
    }

    /// Pushes a cell.
    fn push(&self, cell: u64) {
        let top = self.get(frame::TOP);
        let index = (top - self.get(frame::BASE)) / CELL;
        self.stack[index as usize].set(cell);
        self.set(frame::TOP, top + CELL);
    }

    /// The captures of so many groups, two places for each.
    fn captures(&self, groups: usize) -> Vec<u32> {
        let words = &self.record[frame::REGISTERS..frame::REGISTERS + groups];
        let mut places = Vec::with_capacity(groups * 2);
        for word in words {
            places.extend_from_slice(&[word.get() as u32, (word.get() >> 32) as u32]);
        }
        places
    }

    /// Looks for a match. None when the code is gone meanwhile.
    pub(crate) fn search(
        &mut self,
        entry: &MovableEntry<Patterns>,
        code: &WordCallable<4>,
        program: &Program,
        search: Search<'_>,
    ) -> Option<Found> {
        let (text, length) = match search.text {
            Text::Latin1(units) => (units.as_ptr().expose_provenance(), units.len()),
            Text::Utf16(units) => (units.as_ptr().expose_provenance(), units.len()),
        };
        if search.at > length {
            return Some(Ok(None));
        }
        let mode = if search.sticky { frame::STICKY } else { frame::SEARCH };
        let at = program.search_start(search.text, search.at);
        self.begin(program.registers, program.groups, mode, search.at);
        loop {
            let record = address(&self.record);
            let words = [text as u64, length as u64, at as u64, record];
            let [status, word] = match entry.entry().call(&(), code, words) {
                Ok(result) => result,
                Err(abort) => panic!("compiled pattern failed: {abort}"),
            };
            match status {
                frame::FAILED => return Some(Ok(None)),
                frame::MATCHED => return Some(Ok(Some(self.captures(program.groups)))),
                frame::POLL => {
                    // As many looks as the interpreter takes, so that fuel lasts as long.
                    if !(0..frame::TURN / STEPS).all(|_| search.host.poll()) {
                        return Some(Err(Stop::Host));
                    }
                    self.set(frame::LEFT, u64::from(frame::TURN));
                }
                frame::GROW => {
                    if let Err(stop) = self.grow() {
                        return Some(Err(stop));
                    }
                }
                frame::ASK => {
                    let captures = self.captures(program.groups);
                    let (pc, at) = (self.get(frame::ASKED) as usize, word as u32 as usize);
                    if let Some(next) = program.back_reference(pc, captures, search.text, at) {
                        self.push(word >> 32 << 32 | next as u64);
                    }
                }
                _ => return None,
            }
            self.set(frame::MODE, frame::RESUME);
        }
    }

    /// Gives memory back that only few matches need.
    pub(crate) fn trim(&mut self) {
        if self.stack.len() > KEPT {
            self.stack = zeroes(SHALLOW);
        }
    }
}
