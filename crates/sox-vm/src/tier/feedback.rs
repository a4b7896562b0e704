//! What a compiler is told about a function.

use crate::code::{CLASS, Cache, Code, NATIVE};
use crate::vm::Vm;
use sox_bytecode::feedback::{Callee, Feedback, Seen, Target};
use sox_rt::Closure;
use std::cell::Cell;
use std::sync::Arc;

impl Vm {
    /// What is known of a function. Objects whose handles it names stay alive as long as the function's code.
    pub fn feedback(&self, code: u32) -> Feedback {
        let own = self.code(code);
        let flags = own.flags.iter().map(Cell::get).collect();
        let targets = own.targets.iter().map(|target| self.target(own, target.get())).collect();
        let more = own.more_targets.borrow();
        let more_targets = more.iter().map(|(pc, target)| (*pc, self.target(own, *target))).collect();
        let caches = own.caches.iter().zip(&own.earlier);
        let caches = caches.map(|(cache, earlier)| {
            let earlier = earlier.borrow();
            let all = std::iter::once(cache.get()).chain(earlier.iter().copied());
            all.map(|cache| self.seen(own, cache)).filter(|seen| *seen != Seen::Nothing).collect()
        });
        let caches = caches.collect();
        Feedback {
            module: Arc::clone(&own.module),
            number: own.number,
            first: own.first,
            globals: own.globals.get().map_or(0, |module| module.to_bits() as usize),
            constants: own.constants.iter().map(|constant| constant.words()).collect(),
            flags,
            targets,
            more_targets,
            caches,
            steady: self.steady(own),
        }
    }

    fn callee(&self, number: u32) -> Callee {
        let code = self.code(number);
        Callee { code: number, params: code.params, compiles: code.compiles.get() }
    }

    fn target(&self, own: &Code, target: u32) -> Target {
        match target.checked_sub(NATIVE) {
            Some(number) => Target::Native(self.natives[number as usize].name, number),
            None if target == 0 => Target::Unknown,
            None if target >= CLASS => {
                own.classes.borrow().get((target - CLASS) as usize).map_or(Target::Unknown, |class| {
                    let init = class.init().get::<Closure>();
                    let init = init.map(|init| (word(own, init.erase()), self.callee(init.info().code)));
                    Target::Class { class: word(own, class.erase()), init }
                })
            }
            None => Target::Function(self.callee(target - 1)),
        }
    }

    fn seen(&self, own: &Code, cache: Cache) -> Seen {
        let word = |object| word(own, object);
        match cache {
            Cache::Property(shape, number) => {
                Seen::Property { shape: word(shape.erase()), number, inline: shape.inline() }
            }
            Cache::Added(from, to) => Seen::Added {
                from: word(from.erase()),
                to: word(to.erase()),
                number: to.count() - 1,
                inline: to.inline(),
            },
            Cache::Method(shape, closure) => Seen::Method {
                shape: word(shape.erase()),
                closure: word(closure.erase()),
                callee: self.callee(closure.info().code),
            },
            Cache::Super(class, closure) => Seen::Super {
                class: word(class.erase()),
                closure: word(closure.erase()),
                callee: self.callee(closure.info().code),
            },
            Cache::Entry(place) => Seen::Entry(place),
            Cache::Builtin(tag, number) => {
                Seen::Builtin(tag as u64, self.methods[number as usize].native.name)
            }
            Cache::Empty => Seen::Nothing,
        }
    }
}

/// The address of an object, which stays there as long as the function's code.
pub(super) fn word(own: &Code, object: heap::Any) -> usize {
    let mut pins = own.pins.borrow_mut();
    if !pins.contains(&object) {
        pins.push(object);
    }
    object.to_bits() as usize
}
