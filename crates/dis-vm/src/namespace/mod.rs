//! Name spaces: from a name to a file, through what is mounted where. Each group of procs has one. sys-intro(2).

mod bind;
mod calls;

use crate::device::Node;
use crate::errors::{BAD_CHARACTER, EXISTS, Fail, NOT_FOLDER, NOT_FOUND, Outcome};
use crate::vm::Vm;

/// Part of a union folder.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) node: Node,
    /// Its name when it was bound.
    pub(crate) path: String,
    /// How it was bound.
    pub(crate) flag: i32,
    /// Which bind of the instance that was.
    pub(crate) number: i32,
}

/// What is to be seen in the place of a file.
#[derive(Clone)]
pub(crate) struct Mount {
    on: Node,
    path: String,
    members: Vec<Member>,
}

/// A name space.
#[derive(Clone)]
pub(crate) struct Space {
    pub(crate) number: u32,
    root: Node,
    /// Where names that begin with neither `/` nor `#` begin, and its name.
    pub(crate) dot: (Node, String),
    mounts: Vec<Mount>,
    /// Most devices cannot be reached by their own names any more.
    pub(crate) restricted: bool,
}

impl Default for Space {
    fn default() -> Space {
        Space {
            number: 1,
            root: Node::Root(0),
            dot: (Node::Root(0), "/".to_owned()),
            mounts: Vec::new(),
            restricted: false,
        }
    }
}

impl Space {
    fn mount(&self, node: &Node) -> Option<&Mount> {
        self.mounts.iter().find(|mount| mount.on == *node)
    }

    /// Every bind, in the order they were made, with what it was made on.
    pub(crate) fn members(&self) -> Vec<(String, Member)> {
        let all = self
            .mounts
            .iter()
            .flat_map(|mount| mount.members.iter().map(|m| (mount.path.clone(), m.clone())));
        let mut all: Vec<(String, Member)> = all.filter(|(_, member)| member.number != 0).collect();
        all.sort_by_key(|(_, member)| member.number);
        all
    }

    /// One whose root is this one's current folder, and where nothing is mounted.
    pub(crate) fn renewed(&self, number: u32) -> Space {
        let root = self.dot.0.clone();
        Space { number, root, dot: self.dot.clone(), mounts: Vec::new(), restricted: self.restricted }
    }
}

/// What a name leads to, before it is looked at what is mounted there.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) node: Node,
    pub(crate) path: String,
    /// Whether mounts count: not for names of devices.
    pub(crate) mounts: bool,
}

impl Found {
    /// The last part of its name.
    pub(crate) fn name(&self) -> &str {
        last(&self.path)
    }
}

/// The last part of a name.
pub(crate) fn last(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((_, "")) | None => path,
        Some((_, last)) => last,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.ends_with('/') && path != "#/" { format!("{path}{name}") } else { format!("{path}/{name}") }
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        _ if path == "#/" => path,
        Some(("", _)) => "/",
        Some((parent, _)) => parent,
        None => path,
    }
}

/// `'name'`, as errors have it.
fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

/// A name's parts, with where each ends.
fn parts(name: &str, from: usize) -> Vec<(&str, usize)> {
    let mut parts = Vec::new();
    let mut at = from;
    for part in name[from..].split('/') {
        at += part.len();
        if !part.is_empty() {
            parts.push((part, at));
        }
        at += 1;
    }
    parts
}

/// Where the name of a device ends: `#c`, `#sname`, `#/`.
fn device_end(name: &str) -> usize {
    let second = name.char_indices().nth(2).map_or(name.len(), |(at, _)| at);
    name[second..].find('/').map_or(name.len(), |at| second + at)
}

impl Vm {
    /// Where a name begins, and how much of it that was.
    fn begin(&mut self, name: &str) -> Result<(Found, usize), String> {
        let space = self.cur.space();
        if name.starts_with('/') {
            let node = space.borrow().root.clone();
            return Ok((Found { node, path: "/".to_owned(), mounts: true }, 1));
        }
        if let Some(rest) = name.strip_prefix('#') {
            let end = device_end(name);
            let restricted = space.borrow().restricted;
            let letter = rest.chars().next().ok_or(crate::errors::NO_DEVICE)?;
            let node = self.attach(letter, &name[1 + letter.len_utf8()..end], restricted)?;
            return Ok((Found { node, path: name[..end].to_owned(), mounts: false }, end));
        }
        let (node, path) = space.borrow().dot.clone();
        Ok((Found { node, path, mounts: true }, 0))
    }

    fn check_path(name: &str) -> Result<(), String> {
        match name {
            "" => Err("empty file name".into()),
            name if name.chars().any(|c| c.is_ascii_control()) => Err(BAD_CHARACTER.into()),
            _ => Ok(()),
        }
    }

    /// What a name leads to.
    pub(crate) fn resolve(&mut self, name: &str) -> Outcome<Found> {
        Vm::check_path(name)?;
        let (begin, from) = self.begin(name)?;
        let parts = parts(name, from);
        let found = self.follow(name, begin, &parts)?;
        let folder_meant = name.ends_with('/') || name.ends_with("/.");
        if folder_meant && !found.node.is_folder() {
            return Err(format!("{} {NOT_FOLDER}", quoted(name)).into());
        }
        Ok(found)
    }

    /// The folder that a name is to be made in, and the name's last part.
    pub(crate) fn resolve_parent<'a>(&mut self, name: &'a str) -> Outcome<(Found, &'a str)> {
        Vm::check_path(name)?;
        let (begin, from) = self.begin(name)?;
        let mut parts = parts(name, from);
        let (last, _) = parts.pop().ok_or(EXISTS)?;
        Ok((self.follow(name, begin, &parts)?, last))
    }

    fn follow(&mut self, name: &str, begin: Found, parts: &[(&str, usize)]) -> Outcome<Found> {
        let mut trail = vec![begin];
        for (part, end) in parts {
            let result = self.follow_one(&mut trail, part);
            result.map_err(|fail| match fail {
                Fail::Error(why) => Fail::Error(format!("{} {why}", quoted(&name[..*end]))),
                other => other,
            })?;
        }
        Ok(trail.pop().ok_or(NOT_FOUND)?)
    }

    /// Goes on along a part of a name.
    pub(crate) fn follow_one(&mut self, trail: &mut Vec<Found>, part: &str) -> Outcome<()> {
        let Some(here) = trail.last().cloned() else { return Err(NOT_FOUND.into()) };
        match part {
            "." if here.node.is_folder() => Ok(()),
            ".." if !here.node.is_folder() => Err(NOT_FOLDER.into()),
            ".." => {
                if trail.len() > 1 {
                    trail.pop();
                } else {
                    let above = self.resolve(parent(&here.path))?;
                    trail[0] = above;
                }
                Ok(())
            }
            _ => {
                let node = self.step(&here, part)?;
                trail.push(Found { node, path: join(&here.path, part), mounts: here.mounts });
                Ok(())
            }
        }
    }

    /// What is called so in a folder, or in what is mounted there.
    fn step(&mut self, folder: &Found, name: &str) -> Outcome<Node> {
        let mut result = Err(NOT_FOUND.into());
        for node in self.translate(folder) {
            result = self.walk(&node, name);
            if !matches!(result, Err(Fail::Error(_))) {
                break;
            }
        }
        result
    }

    /// The file that is to be seen where a name leads to.
    pub(crate) fn seen(&self, found: &Found) -> Node {
        self.translate(found).into_iter().next().unwrap_or_else(|| found.node.clone())
    }

    /// The files that are to be seen where a name leads to, more than one where folders are united.
    pub(crate) fn translate(&self, found: &Found) -> Vec<Node> {
        let space = self.cur.space();
        let space = space.borrow();
        match space.mount(&found.node).filter(|_| found.mounts) {
            Some(mount) => mount.members.iter().map(|member| member.node.clone()).collect(),
            None => vec![found.node.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart_and_together() {
        assert_eq!(parts("/a//bc/", 1), [("a", 2), ("bc", 6)]);
        assert_eq!(["#c/cons", "#/", "#srv/x", "#//dev", "#"].map(device_end), [2, 2, 4, 2, 1]);
        assert_eq!(["/", "/a", "/a/b", "#c", "#c/x", "#/"].map(parent), ["/", "/", "/a", "#c", "#c", "#/"]);
        assert_eq!(["/", "/a/b", "#c", "x"].map(last), ["/", "b", "#c", "x"]);
        assert_eq!(
            (join("/", "a"), join("/a", "b"), join("#c", "d")),
            ("/a".into(), "/a/b".into(), "#c/d".into())
        );
    }
}
