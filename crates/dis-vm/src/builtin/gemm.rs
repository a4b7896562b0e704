//! `$Math->gemm`: products of matrices, rounded in the order of the reference BLAS. math-linalg(2).

use super::offsets;
use crate::jobs::Answer;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, Slice, TypeId, types};

/// Its arguments, by their letters.
pub(super) const ARGS: &str = "wwwwwrpwpwrpw";
/// Multiplications from which on a thread does them, while other procs go on.
const MANY: u64 = 1 << 22;

/// A matrix by columns, or that matrix transposed.
struct Matrix {
    numbers: Vec<f64>,
    lead: usize,
    transposed: bool,
}

impl Matrix {
    fn at(&self, row: usize, column: usize) -> f64 {
        let (row, column) = if self.transposed { (column, row) } else { (row, column) };
        self.numbers.get(row + column * self.lead).copied().unwrap_or(0.0)
    }
}

/// What is to be computed: `alpha * a * b + beta * c`.
struct Product {
    rows: usize,
    columns: usize,
    inner: usize,
    alpha: f64,
    a: Option<Matrix>,
    b: Matrix,
    beta: f64,
    c: Matrix,
}

impl Product {
    /// Nothing times what may be anything is nothing.
    fn scaled(&self, old: f64) -> f64 {
        match self.beta {
            0.0 => 0.0,
            1.0 => old,
            beta => beta * old,
        }
    }

    fn element(&self, row: usize, column: usize) -> f64 {
        let old = self.c.at(row, column);
        if self.alpha == 0.0 {
            return self.scaled(old);
        }
        let Some(a) = &self.a else { return self.alpha * self.b.at(row, column) + self.beta * old };
        if a.transposed {
            let sum = (0..self.inner).fold(0.0, |sum, l| sum + a.at(row, l) * self.b.at(l, column));
            let new = self.alpha * sum;
            return if self.beta == 0.0 { new } else { new + self.beta * old };
        }
        let terms = (0..self.inner).map(|l| (self.b.at(l, column), l)).filter(|(b, _)| *b != 0.0);
        terms.fold(self.scaled(old), |sum, (b, l)| sum + self.alpha * b * a.at(row, l))
    }

    /// The elements of the result, column by column.
    fn compute(&self) -> Vec<f64> {
        let places = (0..self.columns).flat_map(|column| (0..self.rows).map(move |row| (row, column)));
        places.map(|(row, column)| self.element(row, column)).collect()
    }
}

/// Whether a matrix is as it is, or transposed.
fn transposed(letter: i32) -> Result<bool, Trap> {
    match u8::try_from(letter) {
        Ok(b'N') => Ok(false),
        Ok(b'T' | b'C') => Ok(true),
        _ => Err(Trap::MathArgument),
    }
}

impl Vm {
    fn array_of_reals(&self, place: Addr) -> Result<Option<Slice>, Trap> {
        let array = self.heap.memory.pointer(place);
        if array == NIL {
            return Ok(None);
        }
        let slice = self.heap.slice(array);
        let right = self.heap.type_of(array) == types::ARRAY && {
            let ty = &self.heap.types[slice.ty];
            ty.size == 8 && ty.pointers.is_empty()
        };
        if right { Ok(Some(slice)) } else { Err(Trap::Type) }
    }

    /// A matrix with so many rows and columns as it lies in an array, which has to have room for it.
    fn matrix(
        &self,
        slice: Slice,
        lead: i32,
        (rows, columns): (usize, usize),
        transposed: bool,
    ) -> Result<Matrix, Trap> {
        let (rows, columns) = if transposed { (columns, rows) } else { (rows, columns) };
        let lead = usize::try_from(lead).ok().filter(|lead| *lead >= rows).ok_or(Trap::Bounds)?;
        let end = if rows == 0 || columns == 0 { 0 } else { lead.saturating_mul(columns - 1) + rows };
        if end > slice.len as usize {
            return Err(Trap::Bounds);
        }
        let numbers = (0..slice.len).map(|index| self.heap.memory.real(slice.data + 8 * index)).collect();
        Ok(Matrix { numbers, lead, transposed })
    }

    fn product(&self, fp: Addr, at: &[Addr]) -> Result<(Product, Slice), Trap> {
        let word = |index: usize| self.heap.memory.word(fp + at[index]);
        let size = |index| usize::try_from(word(index)).map_err(|_| Trap::MathArgument);
        let (ta, tb) = (transposed(word(0))?, transposed(word(1))?);
        let (rows, columns, inner) = (size(2)?, size(3)?, size(4)?);
        let a = match self.array_of_reals(fp + at[6])? {
            Some(slice) => Some(self.matrix(slice, word(7), (rows, inner), ta)?),
            None => None,
        };
        // Without the first, the second has the result's shape.
        let shape = if a.is_some() { (inner, columns) } else { (rows, columns) };
        let b = self.array_of_reals(fp + at[8])?.ok_or(Trap::Nil)?;
        let b = self.matrix(b, word(9), shape, tb)?;
        let slice = self.array_of_reals(fp + at[11])?.ok_or(Trap::Nil)?;
        let c = self.matrix(slice, word(12), (rows, columns), false)?;
        let real = |index: usize| self.heap.memory.real(fp + at[index]);
        let (alpha, beta) = (real(5), real(10));
        Ok((Product { rows, columns, inner, alpha, a, b, beta, c }, slice))
    }
}

pub(super) fn gemm(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let at: Vec<Addr> = offsets(ARGS, vm.word).0.into_iter().map(|(_, at)| at).collect();
    let (product, slice) = vm.product(fp, &at)?;
    let (rows, columns, lead) = (product.rows, product.columns, product.c.lead);
    let work = [rows, columns, product.inner].into_iter().fold(1u64, |work, n| work.saturating_mul(n as u64));
    let numbers = match work > MANY || vm.cur.exchange.is_some() {
        false => product.compute(),
        true => {
            let bytes = move || product.compute().iter().flat_map(|number| number.to_le_bytes()).collect();
            let outcome = vm.call_host(move || Ok(Answer::Bytes(bytes())));
            let Ok(Answer::Bytes(bytes)) = vm.settle(outcome)? else { return Err(Trap::MathArgument) };
            let chunks = bytes.chunks_exact(8).filter_map(|chunk| chunk.first_chunk());
            chunks.map(|chunk| f64::from_le_bytes(*chunk)).collect()
        }
    };
    let places = (0..columns).flat_map(|column| (0..rows).map(move |row| row + column * lead));
    for (place, number) in places.zip(numbers) {
        vm.heap.memory.set_real(slice.data + 8 * place as u32, number);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(numbers: &[f64], lead: usize, transposed: bool) -> Matrix {
        Matrix { numbers: numbers.to_vec(), lead, transposed }
    }

    #[test]
    fn products_are_the_same_however_the_matrices_lie() {
        let (a, a_transposed) = ([1.0, 4.0, 2.0, 5.0, 3.0, 6.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let (b, b_transposed) = ([1.0, 0.0, 2.0, 3.0, 1.0, 0.0], [1.0, 3.0, 0.0, 1.0, 2.0, 0.0]);
        for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
            let product = Product {
                rows: 2,
                columns: 2,
                inner: 3,
                alpha: 2.0,
                a: Some(if ta { matrix(&a_transposed, 3, true) } else { matrix(&a, 2, false) }),
                b: if tb { matrix(&b_transposed, 2, true) } else { matrix(&b, 3, false) },
                beta: -1.0,
                c: matrix(&[1.0, 1.0, 1.0, 1.0], 2, false),
            };
            assert_eq!(product.compute(), [13.0, 31.0, 9.0, 33.0], "{ta} {tb}");
        }
    }
}
