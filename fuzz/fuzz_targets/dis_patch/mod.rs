//! Modules with changes that an input describes: six bytes each say what, where, and by what.

use dis_bytecode::{DataValue, Middle, Module, Op, Operand, write};

/// Most changes of one module.
const MOST: usize = 24;

/// A change.
struct Patch {
    what: u8,
    /// Where, and something more.
    at: usize,
    small: u8,
    n: i32,
}

impl Patch {
    fn of(bytes: &[u8]) -> Patch {
        let at = usize::from(u16::from_le_bytes([bytes[1], bytes[2]]));
        let n = i32::from_le_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]) << 2 >> 2;
        Patch { what: bytes[0] % 32, at, small: bytes[3], n }
    }
}

/// The changed module's file.
pub fn patched(module: &Module, patches: &[u8]) -> Vec<u8> {
    let mut module = module.clone();
    let (mut bytes, mut to_bytes) = (Vec::new(), Vec::new());
    for patch in patches.chunks_exact(6).take(MOST).map(Patch::of) {
        match patch.what {
            0..=15 => code(&mut module, &patch),
            16..=19 => types(&mut module, &patch),
            20..=22 => data(&mut module, &patch),
            23..=25 => links(&mut module, &patch),
            26 | 27 => handlers(&mut module, &patch),
            28 => header(&mut module, &patch),
            _ => to_bytes.push(patch),
        }
    }
    bytes.extend(write(&module));
    for patch in to_bytes {
        let at = patch.at % bytes.len();
        match patch.what {
            29 => bytes[at] = patch.small,
            30 => bytes[at] ^= 1 << (patch.small % 8),
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

/// An element of a list, if there are any.
fn pick<T>(list: &mut [T], at: usize) -> Option<&mut T> {
    let len = list.len();
    list.get_mut(at.checked_rem(len)?)
}

fn code(module: &mut Module, patch: &Patch) {
    let count = module.code.len();
    let other = patch.n.unsigned_abs() as usize;
    let Some(donor) = pick(&mut module.code, other).copied() else { return };
    let Some(inst) = pick(&mut module.code, patch.at) else { return };
    // Words and their halves, where something else begins.
    let place = patch.n >> 16 & 0x1fc;
    match patch.what {
        0 => inst.op = Op::ALL[usize::from(patch.small) % Op::ALL.len()],
        1 => inst.op = donor.op,
        2 => inst.src = donor.src,
        3 => inst.mid = donor.mid,
        4 => inst.dst = donor.dst,
        5 => std::mem::swap(&mut inst.src, &mut inst.dst),
        6 => inst.src = Operand::Fp(place),
        7 => inst.dst = Operand::Fp(place),
        8 => inst.src = Operand::FpInd { first: place, second: i32::from(patch.small & 0xfc) },
        9 => inst.dst = Operand::FpInd { first: place, second: i32::from(patch.small & 0xfc) },
        10 => inst.dst = Operand::Imm(patch.n % (count as i32 + 2)),
        11 => inst.src = Operand::Imm(patch.n >> 16),
        12 => inst.mid = if patch.small % 2 == 0 { Middle::Imm(patch.n >> 16) } else { Middle::Fp(place) },
        13 => inst.dst = Operand::Mp(place),
        14 => *inst = donor,
        _ => module.code.swap(patch.at % count, other % count),
    }
}

fn types(module: &mut Module, patch: &Patch) {
    let other = pick(&mut module.types, patch.n.unsigned_abs() as usize).map(|ty| ty.clone());
    let (Some(other), Some(ty)) = (other, pick(&mut module.types, patch.at)) else { return };
    match patch.what {
        16 => *ty = other,
        17 => ty.size = u32::from(patch.small) * 4,
        18 => match pick(&mut ty.map, usize::from(patch.small)) {
            Some(byte) => *byte ^= 1 << (patch.n.unsigned_abs() % 8),
            None => ty.map.push(patch.small),
        },
        _ => ty.map = other.map,
    }
}

fn data(module: &mut Module, patch: &Patch) {
    let other = pick(&mut module.data, patch.n.unsigned_abs() as usize).map(|item| item.clone());
    let (Some(other), Some(item)) = (other, pick(&mut module.data, patch.at)) else { return };
    match (patch.what, &mut item.value) {
        (20, DataValue::Restore) => {}
        (20, _) => item.offset = u32::from(patch.small) * 4,
        (21, DataValue::Words(words)) => {
            if let Some(word) = pick(words, usize::from(patch.small)) {
                *word = patch.n;
            }
        }
        (21, DataValue::String(text)) => text.push(patch.small),
        (21, DataValue::Array { len, .. }) => *len = patch.n >> 16,
        (21, DataValue::Index(index)) => *index = patch.n >> 20,
        _ => item.value = other.value,
    }
}

fn links(module: &mut Module, patch: &Patch) {
    match patch.what {
        23 => {
            if let Some(export) = pick(&mut module.exports, patch.at) {
                if patch.small % 2 == 0 { export.pc = patch.n >> 16 } else { export.frame = patch.n >> 20 }
            }
        }
        24 => {
            let tables = module.imports.iter_mut().flatten();
            let mut all: Vec<_> = tables.flatten().collect();
            let other = pick(&mut all, patch.n.unsigned_abs() as usize).map(|import| import.clone());
            if let (Some(other), Some(import)) = (other, pick(&mut all, patch.at)) {
                **import = other;
            }
        }
        _ => {
            if let Some(imports) = &mut module.imports {
                let len = imports.len().max(1);
                imports.rotate_left(patch.at % len);
            }
        }
    }
}

fn handlers(module: &mut Module, patch: &Patch) {
    let Some(handler) = module.handlers.as_mut().and_then(|all| pick(all, patch.at)) else { return };
    let n = patch.n >> 16;
    match patch.small % 6 {
        0 => handler.from = n,
        1 => handler.to = n,
        2 => handler.offset = n & !3,
        3 => handler.otherwise = n,
        4 => handler.ty = n,
        _ => {
            if let Some(catch) = pick(&mut handler.catches, patch.at) {
                catch.pc = n;
            }
        }
    }
}

fn header(module: &mut Module, patch: &Patch) {
    match patch.small % 4 {
        0 => module.entry_pc = patch.n >> 16,
        1 => module.entry_type = patch.n >> 20,
        2 => module.data_size = u32::from(patch.small) * 4,
        _ => module.flags = patch.n >> 20,
    }
}
