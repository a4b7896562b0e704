//! Standard input: read by a thread of its own where waiting for it must not keep other procs from running.

use crate::files::retry;
use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::time::Duration;

/// Most bytes that are asked for at a time.
const MOST: usize = 64 << 10;

/// Where a program reads from.
#[derive(Clone)]
pub struct Input(Rc<RefCell<Source>>);

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
    /// What came and was not taken yet.
    came: Option<io::Result<Vec<u8>>>,
}

impl Thread {
    fn start(mut from: Box<dyn Read + Send>) -> io::Result<Thread> {
        let (ask, asks) = channel::<usize>();
        let (answer, answers) = channel();
        std::thread::Builder::new().name("input".into()).spawn(move || {
            for size in asks {
                let mut buffer = vec![0; size];
                let read = retry(|| from.read(&mut buffer)).map(|count| {
                    buffer.truncate(count);
                    buffer
                });
                if answer.send(read).is_err() {
                    break;
                }
            }
        })?;
        Ok(Thread { ask, answers, asked: false, came: None })
    }

    /// Takes what came without waiting.
    fn poll(&mut self) {
        if self.came.is_none() && self.asked {
            match self.answers.try_recv() {
                Ok(answer) => self.came = Some(answer),
                Err(TryRecvError::Empty) => return,
                // The thread is gone: there will be no more.
                Err(TryRecvError::Disconnected) => self.came = Some(Ok(Vec::new())),
            }
            self.asked = false;
        }
    }

    fn wait(&mut self, time: Option<Duration>) {
        if self.came.is_some() || !self.asked {
            return;
        }
        let answer = match time {
            None => self.answers.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(time) => self.answers.recv_timeout(time),
        };
        match answer {
            Ok(answer) => self.came = Some(answer),
            Err(RecvTimeoutError::Timeout) => return,
            Err(RecvTimeoutError::Disconnected) => self.came = Some(Ok(Vec::new())),
        }
        self.asked = false;
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        self.poll();
        let Some(came) = self.came.take() else {
            if !self.asked {
                self.asked = self.ask.send(buffer.len().min(MOST)).is_ok();
            }
            return Ok(if self.asked { None } else { Some(0) });
        };
        let mut bytes = came?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        if count < bytes.len() {
            self.came = Some(Ok(bytes.split_off(count)));
        }
        Ok(Some(count))
    }
}

impl Input {
    /// From what is always there to be read, such as bytes in memory.
    pub fn new(from: impl Read + 'static) -> Input {
        Input(Rc::new(RefCell::new(Source::Direct(Box::new(from)))))
    }

    /// From what one may have to wait for. A thread reads it, from the first time that a program does.
    pub fn threaded(from: impl Read + Send + 'static) -> Input {
        Input(Rc::new(RefCell::new(Source::Idle(Some(Box::new(from))))))
    }

    /// Reads what is there; `None` when one has to wait for it.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        if buffer.is_empty() {
            return Ok(Some(0));
        }
        let mut source = self.0.borrow_mut();
        if let Source::Idle(from) = &mut *source {
            let Some(from) = from.take() else { return Ok(Some(0)) };
            *source = Source::Thread(Thread::start(from)?);
        }
        match &mut *source {
            Source::Direct(from) => retry(|| from.read(buffer)).map(Some),
            Source::Thread(thread) => thread.read(buffer),
            Source::Idle(_) => Ok(Some(0)),
        }
    }

    /// Whether a program that had to wait may go on.
    pub(crate) fn arrived(&self) -> bool {
        match &mut *self.0.borrow_mut() {
            Source::Thread(thread) => {
                thread.poll();
                !thread.asked
            }
            _ => true,
        }
    }

    /// Waits until a program may go on, no longer than this.
    pub(crate) fn wait(&self, time: Option<Duration>) {
        if let Source::Thread(thread) = &mut *self.0.borrow_mut() {
            thread.wait(time);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_reads_what_is_asked_for() {
        let input = Input::threaded(&b"some text"[..]);
        let mut buffer = [0; 4];
        let mut text = Vec::new();
        loop {
            match input.read(&mut buffer).expect("bytes") {
                Some(0) => break,
                Some(count) => text.extend_from_slice(&buffer[..count]),
                None => {
                    input.wait(None);
                    assert!(input.arrived());
                }
            }
        }
        assert_eq!(text, b"some text");
    }
}
