//! The runner: links compiled programs, runs them, and tells what they did. This is what is built for other machines.

use crate::case::config;
use crate::native::{self, Setup, digest};
use crate::wire::{self, GREETING, Request, Seen};
use ir::interp::ResumePoints;
use ir::random;
use jit::CodeSpace;
use std::io::{self, BufReader, BufWriter};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

/// Longest time a program may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Exit status when one takes longer.
const HUNG: i32 = 3;

/// Answers requests from standard input until it ends.
///
/// # Errors
/// When a message cannot be read or written.
pub fn run() -> io::Result<()> {
    let mut from = BufReader::new(io::stdin().lock());
    let mut to = BufWriter::new(io::stdout().lock());
    let watchdog = watchdog();
    let space = native::space().map_err(io::Error::other)?;
    wire::send(&mut to, &GREETING)?;
    while let Some(request) = wire::receive::<Request>(&mut from)? {
        // Both fail only when the watchdog is gone, and then so are we.
        let _ = watchdog.send(());
        let answer = answer(&space, &request);
        let _ = watchdog.send(());
        wire::send(&mut to, &answer)?;
    }
    Ok(())
}

/// Ends this process when a program takes too long: nobody else can, once whoever started it is gone. Takes a message at
/// the start and at the end of each program.
fn watchdog() -> Sender<()> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        while receive.recv().is_ok() {
            if receive.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                std::process::exit(HUNG);
            }
        }
    });
    send
}

fn answer(space: &CodeSpace, request: &Request) -> Vec<Seen> {
    let failed = |why: String| request.guards.iter().map(|_| Seen::Failed(why.clone())).collect();
    let config = config(request.seed);
    let module = match &request.text {
        None => random::module(request.seed, &config),
        Some(text) => match ir::text::parse(text) {
            Ok(module) => module,
            Err(errors) => return failed(format!("the original does not parse: {errors:?}")),
        },
    };
    let points = ResumePoints::new(&module);
    let setup = Setup { seed: request.seed, config, original: Arc::new((module, points)) };
    let program = match setup.link(space, &request.compiled) {
        Ok(program) => program,
        Err(why) => return failed(why),
    };
    let run = |guard: &Option<u64>| match setup.run(&program, *guard) {
        Ok((seen, _)) if request.in_full => Seen::Full(format!("{seen:?}")),
        Ok((seen, exits)) => Seen::Digest { digest: digest(&seen), exits },
        Err(why) => Seen::Failed(why),
    };
    request.guards.iter().map(run).collect()
}
