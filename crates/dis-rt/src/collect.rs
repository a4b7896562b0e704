//! Cycles: objects that only refer to one another are found by marking everything that is reached from outside.

use crate::{Addr, Heap, NIL};
use std::collections::{HashMap, HashSet};

impl Heap {
    /// Frees every object that is not reached from `roots`. References that programs count are all in objects, in the places
    /// that `roots` names, and in `held`. The result is how many objects went.
    pub fn collect(&mut self, roots: impl IntoIterator<Item = Addr>) -> usize {
        let mut reached = HashSet::new();
        let mut pending: Vec<Addr> = roots.into_iter().collect();
        while let Some(at) = pending.pop() {
            if at != NIL && reached.insert(at) {
                self.children(at, |_, child| pending.push(child));
            }
        }
        let mut lost = Vec::new();
        self.pages.each(|block| lost.push(block + crate::heap::HEADER));
        lost.retain(|at| self.type_of(*at) != 0 && !reached.contains(at));
        // What is lost refers to what stays: those counts go first, and only then the objects.
        for at in &lost {
            self.children(*at, |heap, child| {
                if reached.contains(&child) {
                    heap.release(child);
                }
            });
        }
        for at in &lost {
            self.gone(*at);
            self.discard(*at);
        }
        lost.len()
    }

    /// Compares every count with the references there are: those in objects, and `roots`, each as often as it is held. What differs
    /// is a fault of the machine.
    pub fn audit(&mut self, roots: &[Addr]) -> Result<(), String> {
        let mut counts: HashMap<Addr, u32> = HashMap::new();
        roots.iter().for_each(|at| *counts.entry(*at).or_default() += 1);
        let mut all = Vec::new();
        self.pages.each(|block| all.push(block + crate::heap::HEADER));
        all.retain(|at| self.type_of(*at) != 0);
        for at in &all {
            self.children(*at, |_, child| *counts.entry(child).or_default() += 1);
        }
        counts.remove(&NIL);
        for at in all {
            let (found, said) = (counts.remove(&at).unwrap_or(0), self.references(at));
            if found != said {
                let ty = self.type_of(at);
                return Err(format!("the object of type {ty} at {at:#x} has {said} references, not {found}"));
            }
        }
        match counts.iter().next() {
            Some((at, _)) => Err(format!("there is a reference to {at:#x}, where no object is")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn cycles_go_and_what_they_refer_to_is_released() {
        let mut heap = Heap::new(false, 1 << 20);
        let node = heap.types.intern(&Rc::from("test"), 1, 8, &[0, 4]);
        let shared = heap.new_text(b"shared").unwrap();
        let (a, b) = (heap.record(node).unwrap(), heap.record(node).unwrap());
        heap.keep(shared);
        heap.put(a + 4, shared);
        heap.put(a, b);
        heap.put(b, a);
        assert_eq!((heap.references(shared), heap.collect([shared])), (2, 2));
        assert_eq!((heap.references(shared), heap.find(a), heap.find(b)), (1, None, None));
        assert_eq!((heap.collect([]), heap.find(shared)), (1, None));
    }
}
