//! Channels: sending, receiving, waiting. Dis specification, "send", "recv"; `alt.rs` chooses among several.
//!
//! A proc that has to wait offers [`Case`]s: a value that was copied when it began to wait, or the wish to receive. Whoever comes
//! later takes the value or leaves one, and the waiting instruction is executed again to put it where it belongs. So no place of one
//! proc is ever touched on behalf of another.

mod alt;

use crate::code::{Inst, Mode, Operand};
use crate::place::Use;
use crate::proc::Proc;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, channel, types};
use std::collections::VecDeque;

/// Procs that wait at a channel, by their slots, in the order they came.
#[derive(Default)]
pub(crate) struct Waiting {
    send: VecDeque<u32>,
    receive: VecDeque<u32>,
}

impl Waiting {
    fn queue(&mut self, send: bool) -> &mut VecDeque<u32> {
        if send { &mut self.send } else { &mut self.receive }
    }
}

/// What a waiting proc offers to a channel.
pub(crate) struct Case {
    waiting: u32,
    send: bool,
    /// What it sends, counted; nil otherwise.
    pub(crate) value: Addr,
    /// Which entry of its table this is.
    number: i32,
    /// Which channel of an array.
    index: Option<i32>,
}

impl Case {
    pub(crate) fn sends(&self) -> bool {
        self.send
    }
}

/// What became of waiting.
pub(crate) struct Received {
    /// What was received, counted; nil when something was sent.
    pub(crate) value: Addr,
    number: i32,
    index: Option<i32>,
}

/// An entry of a table of channels.
struct Entry {
    channel: Addr,
    send: bool,
    place: Addr,
    number: i32,
    index: Option<i32>,
}

impl Vm {
    pub(crate) fn new_channel(&mut self, inst: &Inst, ty: TypeId) -> Step {
        let room = if inst.mid.mode == Mode::None { 0 } else { self.word(&inst.mid)? };
        let room = u32::try_from(room).map_err(|_| Trap::NegativeSize)?;
        let at = self.allocate_channel(ty, room)?;
        self.set_reference(&inst.dst, at)
    }

    /// A channel for what is of this type, with one reference.
    pub(crate) fn allocate_channel(&mut self, ty: TypeId, room: u32) -> Result<Addr, Trap> {
        let bytes = self.heap.types[ty].size;
        let size = u64::from(room) * u64::from(bytes) + u64::from(channel::DATA);
        let at = self.heap.allocate(types::CHANNEL, u32::try_from(size).map_err(|_| Trap::Memory)?)?;
        let fields =
            [(channel::WAITING, NIL), (channel::TYPE, ty), (channel::BYTES, bytes), (channel::ROOM, room)];
        fields.into_iter().for_each(|(field, value)| self.heap.memory.set_u32(at + field, value));
        if !self.heap.types[ty].pointers.is_empty() {
            (0..room).for_each(|n| self.heap.clear(at + channel::DATA + n * bytes, ty));
        }
        Ok(at)
    }

    fn field(&self, at: Addr, field: u32) -> u32 {
        self.heap.memory.u32(at + field)
    }

    /// A channel that an operand names.
    fn channel(&mut self, operand: &Operand) -> Result<Addr, Trap> {
        match self.typed(operand, types::CHANNEL)? {
            NIL => Err(Trap::Nil),
            at => Ok(at),
        }
    }

    /// The place of a message: the operand decides, the channel says what it has to be.
    fn message(&mut self, operand: &Operand, usage: Use) -> Result<Addr, Trap> {
        match operand.mode {
            Mode::Fp => {
                let record = self.cur.records.get(self.cur.active as usize).ok_or(Trap::Type)?;
                self.check(record.ty, operand.first, usage)?;
                self.at(operand, usage)
            }
            Mode::Mp => {
                self.check(self.code.data_type.ok_or(Trap::Type)?, operand.first, usage)?;
                self.at(operand, usage)
            }
            Mode::Fixed => self.find_place(operand.first, usage),
            _ => {
                // What was right for another channel says nothing here.
                operand.known.set(0);
                let at = self.at(operand, usage);
                operand.known.set(0);
                at
            }
        }
    }

    /// A copy of a value, for somebody else.
    fn boxed(&mut self, place: Addr, ty: TypeId) -> Result<Addr, Trap> {
        let at = self.heap.new_array(ty, 1)?;
        let data = self.heap.slice(at).data;
        self.heap.copy_record(place, data, ty);
        Ok(at)
    }

    /// Moves what is in such a copy to its place.
    fn unbox(&mut self, value: Addr, place: Addr) {
        let slice = self.heap.slice(value);
        self.heap.copy_record(slice.data, place, slice.ty);
        self.heap.release(value);
    }

    fn someone(&self, channel: Addr, send: bool) -> bool {
        let waiting = self.field(channel, channel::WAITING);
        let waiting = self.waiting.get(waiting as usize);
        waiting.is_some_and(|w| if send { !w.send.is_empty() } else { !w.receive.is_empty() })
    }

    pub(crate) fn can_send(&self, channel: Addr) -> bool {
        self.someone(channel, false)
            || self.field(channel, channel::COUNT) < self.field(channel, channel::ROOM)
    }

    pub(crate) fn can_receive(&self, channel: Addr) -> bool {
        self.someone(channel, true) || self.field(channel, channel::COUNT) > 0
    }

    /// The one that waited longest on the other side goes on: with a value for a receiver, from a sender with the result.
    fn serve(&mut self, channel: Addr, send: bool, value: Addr) -> Addr {
        let number = self.field(channel, channel::WAITING);
        let queue = self.waiting[number as usize].queue(send);
        let Some(slot) = queue.pop_front() else { return value };
        let Some(mut proc) = self.procs[slot as usize].take() else { return value };
        let mut taken = value;
        let cases = std::mem::take(&mut proc.cases);
        let mut chosen = None;
        for case in cases {
            if chosen.is_none() && case.waiting == number && case.send == send {
                if send {
                    taken = case.value;
                }
                chosen = Some(Received {
                    value: if send { NIL } else { value },
                    number: case.number,
                    index: case.index,
                });
                continue;
            }
            self.waiting[case.waiting as usize].queue(case.send).retain(|other| *other != slot);
            self.heap.release(case.value);
        }
        proc.received = chosen;
        self.procs[slot as usize] = Some(proc);
        self.ready.push_back(slot);
        taken
    }

    /// Puts a value into the buffer, which has room.
    fn store(&mut self, channel: Addr, place: Addr) {
        let (room, bytes) = (self.field(channel, channel::ROOM), self.field(channel, channel::BYTES));
        let (front, count) = (self.field(channel, channel::FRONT), self.field(channel, channel::COUNT));
        let slot = (front + count) % room;
        let ty = self.field(channel, channel::TYPE);
        self.heap.copy_record(place, channel + channel::DATA + slot * bytes, ty);
        self.heap.memory.set_u32(channel + channel::COUNT, count + 1);
    }

    /// Takes the first value out of the buffer, which has one.
    fn fetch(&mut self, channel: Addr, place: Addr) {
        let (room, bytes) = (self.field(channel, channel::ROOM), self.field(channel, channel::BYTES));
        let (front, count) = (self.field(channel, channel::FRONT), self.field(channel, channel::COUNT));
        let ty = self.field(channel, channel::TYPE);
        let slot = channel + channel::DATA + front * bytes;
        self.heap.memory.set_u32(channel + channel::FRONT, (front + 1) % room);
        self.heap.memory.set_u32(channel + channel::COUNT, count - 1);
        self.heap.keep(channel);
        self.heap.copy_record(slot, place, ty);
        self.heap.release_all(slot, ty);
        self.heap.clear(slot, ty);
        self.heap.release(channel);
    }

    /// Sends what is at a place, to somebody who waits or into the buffer.
    pub(crate) fn send_now(&mut self, channel: Addr, place: Addr) -> Step {
        if !self.someone(channel, false) {
            self.store(channel, place);
            return Ok(());
        }
        self.charge(self.field(channel, channel::BYTES));
        let value = self.boxed(place, self.field(channel, channel::TYPE))?;
        self.serve(channel, false, value);
        Ok(())
    }

    /// Receives to a place, from the buffer or from somebody who waits.
    pub(crate) fn receive_now(&mut self, channel: Addr, place: Addr) -> Step {
        if self.field(channel, channel::COUNT) == 0 {
            let value = self.serve(channel, true, NIL);
            self.unbox(value, place);
            return Ok(());
        }
        self.heap.keep(channel);
        self.fetch(channel, place);
        if self.someone(channel, true) {
            let value = self.serve(channel, true, NIL);
            self.store(channel, self.heap.slice(value).data);
            self.heap.release(value);
        }
        self.heap.release(channel);
        Ok(())
    }

    /// Waits for one of these.
    fn wait(&mut self, entries: Vec<Entry>) -> Step {
        self.bury();
        let mut cases = Vec::with_capacity(entries.len());
        for entry in &entries {
            let value = match entry.send {
                true => self.boxed(entry.place, self.field(entry.channel, channel::TYPE)),
                false => Ok(NIL),
            };
            let Ok(value) = value else {
                cases.into_iter().for_each(|case: Case| self.heap.release(case.value));
                return Err(Trap::Memory);
            };
            let waiting = self.queues(entry.channel);
            cases.push(Case { waiting, send: entry.send, value, number: entry.number, index: entry.index });
        }
        let slot = self.cur.slot;
        for case in &cases {
            let queue = self.waiting[case.waiting as usize].queue(case.send);
            if !queue.contains(&slot) {
                queue.push_back(slot);
            }
        }
        self.cur.cases = cases;
        Err(Trap::Switch)
    }

    pub(crate) fn queues(&mut self, channel: Addr) -> u32 {
        match self.field(channel, channel::WAITING) {
            NIL => {
                let number = self.idle.pop().unwrap_or_else(|| {
                    self.waiting.push(Waiting::default());
                    self.waiting.len() as u32 - 1
                });
                self.heap.memory.set_u32(channel + channel::WAITING, number);
                number
            }
            number => number,
        }
    }

    /// A channel is gone: who waits there raises an exception.
    pub(crate) fn hang_up(&mut self, number: u32) {
        let Waiting { send, receive } = std::mem::take(&mut self.waiting[number as usize]);
        self.idle.push(number);
        for slot in send.into_iter().chain(receive) {
            let Some(mut proc) = self.procs[slot as usize].take() else { continue };
            let alone = proc.cases.len() == 1;
            self.withdraw(&mut proc);
            if !proc.hang_up() {
                proc.kill = Some(if alone { "channel hangup" } else { "alt channel hungup" }.to_owned());
            }
            self.procs[slot as usize] = Some(proc);
            self.ready.push_back(slot);
        }
    }

    /// Takes back what a waiting proc offered.
    pub(crate) fn withdraw(&mut self, proc: &mut Proc) {
        for case in std::mem::take(&mut proc.cases) {
            self.waiting[case.waiting as usize].queue(case.send).retain(|other| *other != proc.slot);
            self.heap.release(case.value);
        }
    }

    /// Waits until somebody takes what is at a place. The instruction is executed again then.
    pub(crate) fn wait_to_send(&mut self, channel: Addr, place: Addr) -> Step {
        self.pc -= 1;
        self.wait(vec![Entry { channel, send: true, place, number: 0, index: None }])
            .inspect_err(|trap| self.onward(*trap))
    }

    /// Waits until somebody sends something. The instruction is executed again then.
    pub(crate) fn wait_to_receive(&mut self, channel: Addr) -> Step {
        self.pc -= 1;
        self.wait(vec![Entry { channel, send: false, place: NIL, number: 0, index: None }])
            .inspect_err(|trap| self.onward(*trap))
    }

    /// Sends what is in a box, whose count is taken over, at once or when somebody asks for it.
    pub(crate) fn post(&mut self, channel: Addr, boxed: Addr) {
        if self.someone(channel, false) {
            self.serve(channel, false, boxed);
            return;
        }
        let waiting = self.queues(channel);
        let mut proc = self.new_poster();
        proc.cases.push(Case { waiting, send: true, value: boxed, number: 0, index: None });
        self.waiting[waiting as usize].queue(true).push_back(proc.slot);
        let slot = proc.slot as usize;
        self.procs[slot] = Some(proc);
    }

    pub(crate) fn send(&mut self, inst: &Inst) -> Step {
        if self.cur.received.take().is_some() {
            return Ok(());
        }
        let channel = self.channel(&inst.dst)?;
        let place = self.message(&inst.src, Use::Get(self.field(channel, channel::TYPE)))?;
        if self.can_send(channel) {
            return self.send_now(channel, place);
        }
        self.wait_to_send(channel, place)
    }

    /// An instruction that fails is behind the program counter, one that waits is at it.
    fn onward(&mut self, trap: Trap) {
        if trap != Trap::Switch {
            self.pc += 1;
        }
    }

    pub(crate) fn recv(&mut self, inst: &Inst) -> Step {
        if let Some(received) = self.cur.received.take() {
            let ty = self.heap.slice(received.value).ty;
            let place = self.message(&inst.dst, Use::Put(ty));
            return match place {
                Ok(place) => {
                    self.unbox(received.value, place);
                    Ok(())
                }
                Err(trap) => {
                    self.heap.release(received.value);
                    Err(trap)
                }
            };
        }
        let channel = self.channel(&inst.src)?;
        let place = self.message(&inst.dst, Use::Put(self.field(channel, channel::TYPE)))?;
        if self.can_receive(channel) {
            return self.receive_now(channel, place);
        }
        self.wait_to_receive(channel)
    }
}
