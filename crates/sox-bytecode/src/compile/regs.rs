//! Registers, and the far array for what finds none.

use super::{Bytes, Compiler};
use crate::inst::{Inst, Op};

/// Locals that come when as many registers are in use live far away, so that expressions have room.
const LOCALS: u32 = 128;
/// Registers for values. The one behind them holds the far array.
const NEAR: u32 = 255;
/// The register with the far array.
pub(super) const FAR: u8 = 255;
/// An expression that finds less room than this puts operands far away.
const SLACK: u32 = 48;

/// Where a value lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// In a register.
    Near(u8),
    /// In the far array.
    Far(u32),
}

/// What of a function's registers is in use.
#[derive(Debug)]
pub(super) struct Registers {
    /// Registers in use; what is above is free.
    near: u32,
    near_most: u32,
    far: u32,
    far_most: u32,
    /// An expression needed more than there are.
    exhausted: bool,
}

/// A state of the registers to come back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    near: u32,
    far: u32,
}

impl Registers {
    /// With registers for callee and parameters.
    pub(super) fn new(near: u32) -> Registers {
        Registers { near, near_most: near, far: 0, far_most: 0, exhausted: false }
    }

    /// Where arguments arrive and where the parameters are to live: all but the last of many where they arrive. The one that
    /// arrives where the far array is to be is the array's first element.
    pub(super) fn place_parameters(&mut self, count: u32) -> Vec<(u8, Home)> {
        self.near = self.near.min(LOCALS);
        let first = (count >= u32::from(FAR)).then(|| self.take_far(1));
        let place = |arrives: u32| {
            let at = arrives as u8;
            let home = match first {
                _ if arrives < LOCALS => Home::Near(at),
                Some(first) if at == FAR => Home::Far(first),
                _ => Home::Far(self.take_far(1)),
            };
            (at, home)
        };
        (1..=count).map(place).collect()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { near: self.near, far: self.far }
    }

    pub(super) fn release(&mut self, mark: Mark) {
        self.near = mark.near;
        self.far = mark.far;
    }

    /// Gives up registers, but nothing of the far array.
    pub(super) fn release_near(&mut self, mark: Mark) {
        self.near = mark.near;
    }

    /// The next register.
    pub(super) fn next(&self) -> u32 {
        self.near
    }

    /// How many registers a frame needs.
    pub(super) fn count(&self) -> u32 {
        if self.far_most > 0 { NEAR + 1 } else { self.near_most }
    }

    /// Whether registers ran out.
    pub(super) fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// How long the far array is to be.
    pub(super) fn far_count(&self) -> u32 {
        self.far_most
    }

    pub(super) fn take(&mut self, count: u32) -> u8 {
        if self.near + count > NEAR {
            // What is compiled from here on is thrown away.
            self.exhausted = true;
            return (NEAR - count) as u8;
        }
        let first = self.near;
        self.near += count;
        self.near_most = self.near_most.max(self.near);
        first as u8
    }

    pub(super) fn take_far(&mut self, count: u32) -> u32 {
        let first = self.far;
        self.far += count;
        self.far_most = self.far_most.max(self.far);
        first
    }

    /// A place for a local.
    pub(super) fn take_local(&mut self) -> Home {
        if self.near < LOCALS { Home::Near(self.take(1)) } else { Home::Far(self.take_far(1)) }
    }

    /// Whether `count` values in a row can be computed in registers.
    pub(super) fn has_room(&self, count: u32) -> bool {
        self.near + count + SLACK <= NEAR
    }
}

impl Compiler<'_> {
    /// A temporary register.
    pub(super) fn temp(&mut self) -> u8 {
        self.state().regs.take(1)
    }

    pub(super) fn mark(&mut self) -> Mark {
        self.state().regs.mark()
    }

    pub(super) fn release(&mut self, mark: Mark) {
        self.state().regs.release(mark);
    }

    pub(super) fn emit(&mut self, op: Op, a: u8, b: u8, c: u8, imm: i32, span: Bytes) {
        self.state().asm.emit(Inst::new(op, a, b, c, imm), span);
    }

    pub(super) fn move_to(&mut self, to: u8, from: u8, span: Bytes) {
        if to != from {
            self.emit(Op::Move, to, from, 0, 0, span);
        }
    }

    /// What lives somewhere, in a register: its own, or a temporary one.
    pub(super) fn fetch(&mut self, home: Home, span: Bytes) -> u8 {
        match home {
            Home::Near(register) => register,
            Home::Far(index) => {
                let temp = self.temp();
                self.emit(Op::LoadFar, temp, FAR, 0, index as i32, span);
                temp
            }
        }
    }

    /// The register of a home, or a temporary one to compute its value in.
    pub(super) fn near(&mut self, home: Home) -> u8 {
        match home {
            Home::Near(register) => register,
            Home::Far(_) => self.temp(),
        }
    }

    /// Puts a value where it lives.
    pub(super) fn put(&mut self, home: Home, from: u8, span: Bytes) {
        match home {
            Home::Near(register) => self.move_to(register, from, span),
            Home::Far(index) => self.emit(Op::StoreFar, from, FAR, 0, index as i32, span),
        }
    }
}
