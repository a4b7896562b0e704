//! Any signature, hostile ones included, has a sound binding plan or a typed error, under all five conventions.
#![no_main]

use abi::plan_check;
use abi::stub::{emit_call, emit_callback};
use abi::{Abi, Arch, Field, Plan, Record, RecordKind, Scalar, Signature, Type};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes { data, types: 0 };
    let signature = bytes.signature();
    for abi in Abi::ALL {
        let Ok(plan) = Plan::new(abi, &signature) else { continue };
        if let Err(fault) = plan_check::check(&plan) {
            panic!("{fault}\n{plan}");
        }
        for host in hosts(abi.arch()) {
            // An error is an answer; code is one when it fits what it says about itself.
            if let Ok(code) = emit_call(&plan, host) {
                assert!(!code.bytes.is_empty());
            }
            if let Ok(code) = emit_callback(&plan, host) {
                assert!(!code.bytes.is_empty());
            }
        }
    }
});

fn hosts(arch: Arch) -> impl Iterator<Item = Abi> {
    Abi::ALL.into_iter().filter(move |abi| abi.arch() == arch)
}

/// Turns the fuzzer's bytes into a signature. When they run out, everything is zero: scalars and ends of lists.
struct Bytes<'a> {
    data: &'a [u8],
    types: u32,
}

/// Types per signature: past the limits of the library, not so many that building them is what is measured.
const MAX_TYPES: u32 = 5_000;
/// Past the deepest nesting that the library takes.
const MAX_DEPTH: u32 = 80;

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.data.split_first() else { return 0 };
        self.data = rest;
        first
    }

    /// Mostly small, now and then anything.
    fn number(&mut self) -> u32 {
        match self.byte() {
            255 => u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            254 => 1 << (self.byte() % 32),
            small => u32::from(small),
        }
    }

    /// An alignment or packing value: usually a power of two, sometimes not.
    fn alignment(&mut self) -> Option<u32> {
        match self.byte() {
            0..=191 => None,
            n @ 192..=239 => Some(1 << (n % 8)),
            _ => Some(self.number()),
        }
    }

    fn signature(&mut self) -> Signature {
        let variadic = self.byte();
        let result = (self.byte() % 4 != 0).then(|| self.ty(0));
        let mut params = Vec::new();
        while !self.data.is_empty() && params.len() < 1_100 {
            params.push(self.ty(0));
        }
        let fixed = match variadic {
            0..=127 => None,
            n if (n as usize - 128) <= params.len() => Some(u32::from(n) - 128),
            _ => Some(self.number()),
        };
        Signature { params, result, fixed }
    }

    fn ty(&mut self, depth: u32) -> Type {
        self.types += 1;
        let choice = self.byte();
        let deep = depth >= MAX_DEPTH || self.types >= MAX_TYPES;
        match choice % 8 {
            4 => Type::Vector { lane: self.scalar(), lanes: self.lanes() },
            5 if !deep => Type::Array { elem: Arc::new(self.ty(depth + 1)), len: self.number() },
            6 | 7 if !deep => self.record(depth),
            _ => self.scalar().into(),
        }
    }

    fn scalar(&mut self) -> Scalar {
        Scalar::ALL[usize::from(self.byte()) % Scalar::ALL.len()]
    }

    fn lanes(&mut self) -> u32 {
        match self.byte() {
            n @ 0..=199 => 1 << (n % 5),
            _ => self.number(),
        }
    }

    fn record(&mut self, depth: u32) -> Type {
        let kind = if self.byte() % 4 == 0 { RecordKind::Union } else { RecordKind::Struct };
        let (pack, align) = (self.alignment(), self.alignment());
        let count = self.byte() % 8;
        let fields = (0..count).map(|_| Field {
            name: String::new(),
            align: self.alignment(),
            ty: self.ty(depth + 1),
        });
        let fields = fields.collect();
        Type::Record(Arc::new(Record { kind, name: None, fields, pack, align }))
    }
}
