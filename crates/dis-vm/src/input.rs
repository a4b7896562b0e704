//! Standard input: read by a thread of its own where waiting for it must not keep other procs from running.

use crate::bell::Bell;
use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

/// Most bytes that are asked for at a time.
const MOST: usize = 64 << 10;

/// Where a program reads from.
#[derive(Clone)]
pub struct Input(Rc<RefCell<Reader>>);

struct Reader {
    source: Source,
    /// What came and was not taken yet, from the place that is next.
    came: Vec<u8>,
    next: usize,
}

enum Source {
    /// Reading it does not wait.
    Direct(Box<dyn Read>),
    /// What the thread is to read, until somebody asks for something.
    Idle(Option<Box<dyn Read + Send>>),
    Thread(Thread),
}

/// A thread that reads as many bytes as it is asked for, and no more: they may be for somebody else.
struct Thread {
    ask: Sender<usize>,
    answers: Receiver<io::Result<Vec<u8>>>,
    asked: bool,
    /// What it said last, until somebody takes it.
    answer: Option<io::Result<Vec<u8>>>,
}

struct RingAtEnd(Arc<Bell>);

impl Drop for RingAtEnd {
    fn drop(&mut self) {
        self.0.ring();
    }
}

impl Thread {
    fn start(mut from: Box<dyn Read + Send>, bell: Arc<Bell>) -> io::Result<Thread> {
        let (ask, asks) = channel::<usize>();
        let (answer, answers) = channel();
        std::thread::Builder::new().name("input".into()).spawn(move || {
            // However it ends, who waits for it hears of it.
            let bell = RingAtEnd(bell);
            for size in asks {
                let read = read_some(&mut *from, size);
                if answer.send(read).is_err() {
                    break;
                }
                bell.0.ring();
            }
        })?;
        Ok(Thread { ask, answers, asked: false, answer: None })
    }

    /// Looks for an answer without waiting.
    fn poll(&mut self) {
        if self.answer.is_none() && self.asked {
            match self.answers.try_recv() {
                Ok(answer) => self.answer = Some(answer),
                Err(TryRecvError::Empty) => return,
                // The thread is gone: there will be no more.
                Err(TryRecvError::Disconnected) => self.answer = Some(Ok(Vec::new())),
            }
            self.asked = false;
        }
    }

    fn read(&mut self, count: usize) -> io::Result<Option<Vec<u8>>> {
        self.poll();
        if let Some(answer) = self.answer.take() {
            return answer.map(Some);
        }
        if !self.asked {
            self.asked = self.ask.send(count).is_ok();
        }
        Ok(if self.asked { None } else { Some(Vec::new()) })
    }
}

/// Reads once, however often that is interrupted.
pub(crate) fn retry(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn read_some(from: &mut dyn Read, count: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; count];
    let read = retry(|| from.read(&mut buffer))?;
    buffer.truncate(read);
    Ok(buffer)
}

impl Reader {
    /// Bytes that came already: no more than this, and if wanted no more than a line.
    fn take(&mut self, count: usize, line: bool) -> Vec<u8> {
        let rest = &self.came[self.next..];
        let rest = &rest[..rest.len().min(count)];
        let end = rest.iter().position(|byte| line && *byte == b'\n').map_or(rest.len(), |at| at + 1);
        self.next += end;
        rest[..end].to_vec()
    }

    fn read(&mut self, count: usize, line: bool, bell: &Arc<Bell>) -> io::Result<Option<Vec<u8>>> {
        if self.next < self.came.len() {
            return Ok(Some(self.take(count, line)));
        }
        let count = count.min(MOST);
        if let Source::Idle(from) = &mut self.source {
            let Some(from) = from.take() else { return Ok(Some(Vec::new())) };
            self.source = Source::Thread(Thread::start(from, Arc::clone(bell))?);
        }
        let came = match &mut self.source {
            Source::Direct(from) => Some(read_some(&mut **from, count)?),
            Source::Thread(thread) => thread.read(count)?,
            Source::Idle(_) => Some(Vec::new()),
        };
        let Some(came) = came else { return Ok(None) };
        (self.came, self.next) = (came, 0);
        Ok(Some(self.take(count, line)))
    }
}

impl Input {
    fn of(source: Source) -> Input {
        Input(Rc::new(RefCell::new(Reader { source, came: Vec::new(), next: 0 })))
    }

    /// From what is always there to be read, such as bytes in memory.
    pub fn new(from: impl Read + 'static) -> Input {
        Input::of(Source::Direct(Box::new(from)))
    }

    /// From what one may have to wait for. A thread reads it, from the first time that a program does.
    pub fn threaded(from: impl Read + Send + 'static) -> Input {
        Input::of(Source::Idle(Some(Box::new(from))))
    }

    /// Reads what is there, if wanted no more than a line; `None` when one has to wait for the bell.
    pub(crate) fn read(&self, count: usize, line: bool, bell: &Arc<Bell>) -> io::Result<Option<Vec<u8>>> {
        match count {
            0 => Ok(Some(Vec::new())),
            _ => self.0.borrow_mut().read(count, line, bell),
        }
    }

    /// Whether a program that had to wait may go on.
    pub(crate) fn arrived(&self) -> bool {
        match &mut self.0.borrow_mut().source {
            Source::Thread(thread) => {
                thread.poll();
                !thread.asked
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_reads_what_is_asked_for() {
        let (input, bell) = (Input::threaded(&b"some text"[..]), Arc::default());
        let mut text = Vec::new();
        loop {
            match input.read(4, false, &bell).expect("bytes") {
                Some(bytes) if bytes.is_empty() => break,
                Some(bytes) => text.extend(bytes),
                None => {
                    while !input.arrived() {
                        bell.wait(None);
                    }
                }
            }
        }
        assert_eq!(text, b"some text");
    }

    #[test]
    fn the_console_gives_one_line_at_most() {
        let (input, bell) = (Input::new(&b"one\ntwo\nthree"[..]), Arc::default());
        let read = |count, line| String::from_utf8(input.read(count, line, &bell).unwrap().unwrap()).unwrap();
        assert_eq!(
            [read(9, true), read(2, true), read(9, false)],
            ["one\n", "tw", "o\nt"].map(str::to_owned)
        );
    }
}
