//! Instructions in the making: labels, constants, inline caches.

use crate::function::Constant;
use crate::inst::{Inst, Op};
use std::collections::HashMap;
use std::sync::Arc;

/// A place in the code that jumps lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u32);

/// The code of one function.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    code: Vec<Inst>,
    spans: Vec<(u32, u32)>,
    /// Where each label is; none yet for those ahead.
    labels: Vec<Option<u32>>,
    /// Jumps whose distance is to be filled in.
    jumps: Vec<(u32, Label)>,
    constants: Vec<Constant>,
    numbers: HashMap<u64, u32>,
    strings: HashMap<Arc<[u8]>, u32>,
    caches: Vec<u32>,
}

/// The parts of a function that an assembler makes.
pub(crate) struct Assembled {
    pub(crate) code: Vec<Inst>,
    pub(crate) spans: Vec<(u32, u32)>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) caches: Vec<u32>,
}

impl Assembler {
    /// The number of the next instruction.
    pub(crate) fn here(&self) -> u32 {
        self.code.len() as u32
    }

    pub(crate) fn emit(&mut self, inst: Inst, span: (u32, u32)) {
        self.code.push(inst);
        self.spans.push(span);
    }

    pub(crate) fn jump(&mut self, op: Op, [a, b, c]: [u8; 3], to: Label, span: (u32, u32)) {
        self.jumps.push((self.here(), to));
        self.emit(Inst::new(op, a, b, c, 0), span);
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// Puts the label here.
    pub(crate) fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = Some(self.here());
    }

    /// A label that is here.
    pub(crate) fn bound(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    /// Where a label is that has been bound.
    pub(crate) fn position(&self, label: Label) -> u32 {
        self.labels[label.0 as usize].expect("every label is bound before the code is finished")
    }

    /// A number as a constant. Zeros of both signs are two constants.
    pub(crate) fn number(&mut self, value: f64) -> u32 {
        let constants = &mut self.constants;
        *self.numbers.entry(value.to_bits()).or_insert_with(|| {
            constants.push(Constant::Number(value));
            constants.len() as u32 - 1
        })
    }

    /// A string as a constant.
    pub(crate) fn string(&mut self, bytes: &Arc<[u8]>) -> u32 {
        if let Some(index) = self.strings.get(bytes) {
            return *index;
        }
        let index = self.constants.len() as u32;
        self.constants.push(Constant::String(bytes.clone()));
        self.strings.insert(bytes.clone(), index);
        index
    }

    /// A name as a constant.
    pub(crate) fn name(&mut self, name: &str) -> u32 {
        match self.strings.get(name.as_bytes()) {
            Some(index) => *index,
            None => self.string(&Arc::from(name.as_bytes())),
        }
    }

    /// A new inline cache for a property.
    pub(crate) fn cache(&mut self, name: &str) -> i32 {
        let name = self.name(name);
        self.caches.push(name);
        self.caches.len() as i32 - 1
    }

    /// Fills in the distances.
    pub(crate) fn finish(mut self) -> Assembled {
        for (at, label) in std::mem::take(&mut self.jumps) {
            let distance = i64::from(self.position(label)) - i64::from(at) - 1;
            let inst = &mut self.code[at as usize];
            *inst =
                inst.with_imm(i32::try_from(distance).expect("a source of 4 GB makes less code than that"));
        }
        Assembled { code: self.code, spans: self.spans, constants: self.constants, caches: self.caches }
    }
}
