//! `alt` and `nbalt`: choosing among several channels by a table in the frame. Dis specification, "alt".

use super::{Entry, Received};
use crate::code::{Inst, Mode};
use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, channel, types};

impl Vm {
    /// The table of `alt`: numbers of senders and receivers, then for each the channel and the place of its value.
    fn table(&mut self, inst: &Inst) -> Result<(Vec<Entry>, i32), Trap> {
        let at = match inst.src.mode {
            Mode::Fp => self.fp + inst.src.first,
            _ => self.at(&inst.src, Use::Read(2 * self.word))?,
        };
        let (sends, receives) = (self.heap.memory.word(at), self.heap.memory.word(at + self.word));
        let total =
            sends.checked_add(receives).filter(|_| sends >= 0 && receives >= 0).ok_or(Trap::Bounds)?;
        let size = u64::from(2 * self.word) * (total as u64 + 1);
        self.find_place(at, Use::Read(u32::try_from(size).map_err(|_| Trap::Bounds)?))?;
        let mut entries = Vec::new();
        for number in 0..total {
            let entry = at + 2 * self.word * (1 + number.cast_unsigned());
            let (channel, place) =
                (self.heap.memory.pointer(entry), self.heap.memory.pointer(entry + self.word));
            self.entries(channel, place, number < sends, number, &mut entries)?;
        }
        Ok((entries, total))
    }

    fn entries(
        &mut self,
        channel: Addr,
        place: Addr,
        send: bool,
        number: i32,
        entries: &mut Vec<Entry>,
    ) -> Step {
        if channel == NIL || self.heap.find(channel) != Some(channel) {
            return Err(Trap::Nil);
        }
        if self.heap.type_of(channel) == types::CHANNEL {
            let place = self.entry_place(channel, place, send)?;
            entries.push(Entry { channel, send, place, number, index: None });
            return Ok(());
        }
        let slice = self.heap.slice(channel);
        let is_array = self.heap.type_of(channel) == types::ARRAY;
        if !is_array || send || !self.heap.types.same(slice.ty, types::POINTER) {
            return Err(Trap::Type);
        }
        self.find_place(place, Use::Write(self.word))?;
        for index in 0..slice.len {
            let channel = self.heap.memory.pointer(slice.data + index * self.word);
            if channel == NIL {
                continue;
            }
            if self.heap.type_of(channel) != types::CHANNEL {
                return Err(Trap::Type);
            }
            let place = self.entry_place(channel, place.wrapping_add(self.word), send)?;
            entries.push(Entry { channel, send, place, number, index: Some(index.cast_signed()) });
        }
        Ok(())
    }

    fn entry_place(&mut self, channel: Addr, place: Addr, send: bool) -> Result<Addr, Trap> {
        let ty = self.field(channel, channel::TYPE);
        self.find_place(place, if send { Use::Get(ty) } else { Use::Put(ty) })
    }

    fn same_channel(entries: &[Entry]) -> bool {
        let sends = entries.iter().filter(|entry| entry.send);
        sends.into_iter().any(|s| entries.iter().any(|entry| !entry.send && entry.channel == s.channel))
    }

    pub(crate) fn alt(&mut self, inst: &Inst, blocks: bool) -> Step {
        let (entries, total) = self.table(inst)?;
        if let Some(received) = self.cur.received.take() {
            return self.resume_alt(inst, received, &entries);
        }
        if Vm::same_channel(&entries) {
            return Err(Trap::SameChannel);
        }
        let open = |entry: &Entry| match entry.send {
            true => self.can_send(entry.channel),
            false => self.can_receive(entry.channel),
        };
        let mut ready: Vec<&Entry> = entries.iter().filter(|entry| open(entry)).collect();
        if ready.is_empty() {
            if !blocks {
                return self.set_word(&inst.dst, total);
            }
            self.pc -= 1;
            return self.wait(entries).inspect_err(|trap| self.onward(*trap));
        }
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let chosen = ready.swap_remove((self.random >> 33) as usize % ready.len());
        self.set_word(&inst.dst, chosen.number)?;
        if chosen.send {
            return self.send_now(chosen.channel, chosen.place);
        }
        if let Some(index) = chosen.index {
            self.heap.memory.set_word(chosen.place - self.word, index);
        }
        self.receive_now(chosen.channel, chosen.place)
    }

    /// Goes on after waiting: the table says again where the value goes.
    fn resume_alt(&mut self, inst: &Inst, received: Received, entries: &[Entry]) -> Step {
        let Received { value, number, index } = received;
        let result = self.set_word(&inst.dst, number);
        let entry = entries.iter().find(|entry| entry.number == number && entry.index == index);
        let ty = self.heap.slice(value).ty;
        match (result, entry) {
            _ if value == NIL => result,
            (Ok(()), Some(entry)) if self.heap.types.same(self.field(entry.channel, channel::TYPE), ty) => {
                if let Some(index) = index {
                    self.heap.memory.set_word(entry.place - self.word, index);
                }
                self.unbox(value, entry.place);
                Ok(())
            }
            (result, _) => {
                self.heap.release(value);
                result.and(Err(Trap::Type))
            }
        }
    }
}
