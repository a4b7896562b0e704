//! Changing a name space: bind and unmount. sys-bind(2).

use super::{Found, Member, Mount, Space};
use crate::device::Node;
use crate::errors::{BAD_ARGUMENT, MOUNT, NOT_IN_UNION, NOT_MOUNTED, Outcome};
use crate::vm::Vm;

const REPLACE: i32 = 0;
const BEFORE: i32 = 1;
const AFTER: i32 = 2;
const ORDER: i32 = 3;
pub(super) const CREATE: i32 = 4;
const ALL: i32 = 31;
/// Most parts of all unions of a name space.
const MOST: usize = 4096;

impl Space {
    /// The parts of a union that is bound somewhere else, but for the first.
    fn others(&self, found: &Found) -> Vec<Member> {
        let mount = self.mount(&found.node).filter(|_| found.mounts);
        mount.map(|mount| mount.members.iter().skip(1).cloned().collect()).unwrap_or_default()
    }

    fn creates_in_one(&self, found: &Found) -> bool {
        match self.mount(&found.node).filter(|_| found.mounts).map(|mount| mount.members.as_slice()) {
            None | Some([]) => true,
            Some([only]) => only.flag & CREATE != 0,
            Some(_) => false,
        }
    }

    fn place(&mut self, on: &Found, order: i32) -> &mut Mount {
        let known = self.mounts.iter().position(|mount| mount.on == on.node);
        let at = known.unwrap_or_else(|| {
            let itself = Member { node: on.node.clone(), path: on.path.clone(), flag: 0, number: 0 };
            let members = if order == REPLACE { Vec::new() } else { vec![itself] };
            self.mounts.push(Mount { on: on.node.clone(), path: on.path.clone(), members });
            self.mounts.len() - 1
        });
        &mut self.mounts[at]
    }
}

fn check_flag(flag: i32) -> Result<(), String> {
    if flag & !ALL != 0 || flag & ORDER == BEFORE | AFTER { Err(BAD_ARGUMENT.into()) } else { Ok(()) }
}

impl Vm {
    /// Has the file called `name` be seen at the one called `on`. The result is the number of this bind.
    pub(crate) fn bind(&mut self, name: &str, on: &str, flag: i32) -> Outcome<i32> {
        check_flag(flag)?;
        let (new, on) = (self.resolve(name)?, self.resolve(on)?);
        Ok(self.bind_found(&new, &on, flag)?)
    }

    /// Has what is found somewhere be seen somewhere else.
    pub(crate) fn bind_found(&mut self, new: &Found, on: &Found, flag: i32) -> Result<i32, String> {
        check_flag(flag)?;
        let node = self.seen(new);
        let order = flag & ORDER;
        if node.is_folder() != on.node.is_folder() || !on.node.is_folder() && order != REPLACE {
            return Err(MOUNT.into());
        }
        let space = self.cur.space();
        let mut space = space.borrow_mut();
        if flag & CREATE != 0 && !space.creates_in_one(new) {
            return Err(MOUNT.into());
        }
        if space.mounts.iter().map(|mount| mount.members.len()).sum::<usize>() >= MOST {
            return Err("the name space has too many mounts".into());
        }
        let mut members = vec![Member { node, path: new.path.clone(), flag, number: self.files.next_bind() }];
        for other in space.others(new) {
            let flag = if order == REPLACE { AFTER } else { order };
            members.push(Member { flag, number: self.files.next_bind(), ..other });
        }
        let number = members[0].number;
        let mount = space.place(on, order);
        match order {
            REPLACE => mount.members = members,
            AFTER => mount.members.extend(members),
            _ => drop(mount.members.splice(0..0, members)),
        }
        Ok(number)
    }

    /// Has a file of a device be seen at the one called `on`.
    pub(crate) fn bind_node(&mut self, node: Node, path: &str, on: &str, flag: i32) -> Outcome<i32> {
        let on = self.resolve(on)?;
        Ok(self.bind_found(&Found { node, path: path.to_owned(), mounts: false }, &on, flag)?)
    }

    /// Takes back what was bound to the file called `on`: what is called `name`, or all of it.
    pub(crate) fn unmount(&mut self, name: &str, on: &str) -> Outcome<()> {
        let on = self.resolve(on)?;
        let node: Option<Node> = match name {
            "" => None,
            name => {
                let found = self.resolve(name)?;
                self.translate(&found).into_iter().next()
            }
        };
        let space = self.cur.space();
        let mut space = space.borrow_mut();
        let at = space.mounts.iter().position(|mount| mount.on == on.node).ok_or(NOT_MOUNTED)?;
        if let Some(node) = node {
            let members = &mut space.mounts[at].members;
            let member = members.iter().position(|member| member.node == node).ok_or(NOT_IN_UNION)?;
            members.remove(member);
            if !members.is_empty() {
                return Ok(());
            }
        }
        space.mounts.remove(at);
        Ok(())
    }

    /// The name space that the first proc has: the host's tree below `/`, devices where they are looked for.
    pub(crate) fn first_space(&mut self) {
        const PLACES: [(&str, &str, i32); 8] = [
            ("#U", "/", AFTER | CREATE),
            ("#c", "/dev", BEFORE),
            ("#p", "/prog", REPLACE),
            ("#d", "/fd", REPLACE),
            ("#e", "/env", REPLACE | CREATE),
            ("#I", "/net", BEFORE),
            ("#U/dev", "/dev", AFTER),
            ("#U/net", "/net", AFTER),
        ];
        for (name, on, flag) in PLACES {
            // Without a tree, or without such a folder in it, there is nothing to see there.
            let _ = self.bind(name, on, flag);
        }
    }
}
