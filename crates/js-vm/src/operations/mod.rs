//! 7 Abstract Operations.

use heap::{OutOfMemory, Tracer};
use js_rt::{Rt, Shp, Str, Value};
use std::cell::Cell;

mod array_iterator;
mod conversion;
mod describe;
#[cfg(test)]
mod iterator_tests;
mod iterators;
mod native_step;
mod numeric;
mod objects;
mod testing;
#[cfg(test)]
mod tests;

pub use array_iterator::ArrayIteratorKind;
pub use conversion::Hint;
pub use iterators::{IteratorKind, IteratorRecord};
pub use native_step::EntryKind;
pub use numeric::Operator;
pub use objects::{IntegrityLevel, PropertyKind};

/// Integers below this have their strings kept.
const INT_STRINGS: usize = 1024;

/// What an isolate keeps for its abstract operations.
pub(crate) struct Ops {
    /// The value of the exception on its way.
    pub(crate) exception: Cell<Value>,
    /// What is thrown when there is no memory for an error object.
    pub(crate) spare_error: Cell<Value>,
    /// Strings of small integers, made when they were first asked for.
    pub(crate) int_strings: Box<[Cell<Option<Str>>]>,
    /// Shapes that were used last, of the current realm most likely: of plain objects,
    pub(crate) object_shape: Cell<Option<Shp>>,
    /// of built-in functions, with `length` and `name`,
    pub(crate) native_shape: Cell<Option<Shp>>,
    /// of arrays,
    pub(crate) array_shape: Cell<Option<Shp>>,
    /// of arguments objects: strict, sloppy, mapped,
    pub(crate) arguments_shapes: [Cell<Option<Shp>>; 3],
    /// and of the results of iterators.
    pub(crate) result_shape: Cell<Option<Shp>>,
}

impl Ops {
    pub(crate) fn new(rt: &Rt) -> Result<Ops, OutOfMemory> {
        let spare = rt.str_from_utf8("RangeError: Out of memory")?;
        Ok(Ops {
            exception: Cell::new(Value::UNDEFINED),
            spare_error: Cell::new(spare.into()),
            int_strings: (0..INT_STRINGS).map(|_| Cell::new(None)).collect(),
            object_shape: Cell::new(None),
            array_shape: Cell::new(None),
            native_shape: Cell::new(None),
            arguments_shapes: Default::default(),
            result_shape: Cell::new(None),
        })
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        self.exception.get().trace(tracer);
        self.spare_error.get().trace(tracer);
        self.int_strings.iter().for_each(|string| tracer.edge_opt(string.get()));
        for shape in [&self.object_shape, &self.native_shape, &self.array_shape, &self.result_shape] {
            tracer.edge_opt(shape.get());
        }
        self.arguments_shapes.iter().for_each(|shape| tracer.edge_opt(shape.get()));
    }
}
