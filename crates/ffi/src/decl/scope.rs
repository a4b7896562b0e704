//! The names a declaration can use: typedefs, tags and enumerators, with C's parameter-list scopes.

use super::ty::{Tag, Ty};
use abi::Abi;
use std::collections::HashMap;

/// What a tag stands for.
#[derive(Clone, Debug)]
pub(super) struct TagEntry {
    pub(super) keyword: &'static str,
    /// The record, or an enum's integer type; `None` while only the tag is known.
    pub(super) complete: Option<Ty>,
    /// Depth of the parameter list it was declared in, 0 at file scope.
    level: u32,
}

/// All names in sight.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) abi: Abi,
    typedefs: HashMap<String, Ty>,
    tags: HashMap<String, TagEntry>,
    constants: HashMap<String, i128>,
    level: u32,
    /// What names meant before the parameter lists that are open redefined them.
    undo: Vec<Undo>,
}

#[derive(Clone, Debug)]
enum Undo {
    Tag(String, Option<TagEntry>),
    Constant(String, Option<i128>),
}

/// The name already means something else in this scope.
pub(super) struct Clash;

impl Scope {
    pub(super) fn new(abi: Abi) -> Scope {
        let file = Ty::Opaque(Tag { keyword: "struct", name: "FILE".into() });
        Scope {
            abi,
            typedefs: HashMap::from([("FILE".to_owned(), file)]),
            tags: HashMap::new(),
            constants: HashMap::new(),
            level: 0,
            undo: Vec::new(),
        }
    }

    /// Opens a parameter list; [`Scope::leave`] with the returned mark forgets what it declares.
    pub(super) fn enter(&mut self) -> usize {
        self.level += 1;
        self.undo.len()
    }

    pub(super) fn leave(&mut self, mark: usize) {
        self.level -= 1;
        for undo in self.undo.drain(mark..).rev() {
            match undo {
                Undo::Tag(name, old) => restore(&mut self.tags, name, old),
                Undo::Constant(name, old) => restore(&mut self.constants, name, old),
            }
        }
    }

    pub(super) fn typedef(&self, name: &str) -> Option<Ty> {
        self.typedefs.get(name).map(|ty| self.resolved(ty.clone()))
    }

    /// A type whose tag was completed since it was named is that complete type.
    fn resolved(&self, ty: Ty) -> Ty {
        match &ty {
            Ty::Opaque(tag) => match self.tags.get(&*tag.name) {
                Some(entry) if entry.keyword == tag.keyword => entry.complete.clone().unwrap_or(ty),
                _ => ty,
            },
            _ => ty,
        }
    }

    pub(super) fn define_typedef(&mut self, name: &str, ty: Ty) -> Result<(), Clash> {
        match self.typedef(name) {
            Some(old) if old != self.resolved(ty.clone()) => Err(Clash),
            _ => {
                self.typedefs.insert(name.to_owned(), ty);
                Ok(())
            }
        }
    }

    /// The type of a tag that is mentioned without a body.
    pub(super) fn mention_tag(&mut self, keyword: &'static str, name: &str) -> Result<Ty, Clash> {
        match self.tags.get(name) {
            Some(entry) if entry.keyword != keyword => return Err(Clash),
            Some(TagEntry { complete: Some(ty), .. }) => return Ok(ty.clone()),
            Some(_) => {}
            None => self.set_tag(name, keyword, None),
        }
        Ok(Ty::Opaque(Tag { keyword, name: name.into() }))
    }

    /// Gives a tag its body; once more with the same meaning is fine, as in C23.
    pub(super) fn complete_tag(&mut self, keyword: &'static str, name: &str, ty: Ty) -> Result<(), Clash> {
        let same_scope = self.tags.get(name).filter(|e| e.level == self.level);
        if same_scope
            .is_some_and(|e| e.keyword != keyword || e.complete.as_ref().is_some_and(|old| *old != ty))
        {
            return Err(Clash);
        }
        self.set_tag(name, keyword, Some(ty));
        Ok(())
    }

    fn set_tag(&mut self, name: &str, keyword: &'static str, complete: Option<Ty>) {
        let old = self.tags.insert(name.to_owned(), TagEntry { keyword, complete, level: self.level });
        if self.level > 0 {
            self.undo.push(Undo::Tag(name.to_owned(), old));
        }
    }

    pub(super) fn constant(&self, name: &str) -> Option<i128> {
        self.constants.get(name).copied()
    }

    pub(super) fn define_constant(&mut self, name: &str, value: i128) -> Result<(), Clash> {
        let old = self.constants.insert(name.to_owned(), value);
        if self.level > 0 {
            self.undo.push(Undo::Constant(name.to_owned(), old));
            return Ok(());
        }
        if old.is_some_and(|old| old != value) { Err(Clash) } else { Ok(()) }
    }
}

fn restore<V>(map: &mut HashMap<String, V>, name: String, old: Option<V>) {
    match old {
        Some(old) => map.insert(name, old),
        None => map.remove(&name),
    };
}
