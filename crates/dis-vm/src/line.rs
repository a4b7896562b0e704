//! What the host has for a stream of bytes: reading and writing it may take as long as it likes, so threads do that.

use crate::input::retry;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};

/// A file that is none on a disk, or a connection.
pub(crate) enum Line {
    File(File),
    Tcp(TcpStream),
    Udp(UdpSocket),
}

impl Line {
    /// What there is, once there is something; nothing at the end.
    pub(crate) fn read(&self, count: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; count];
        let read = match self {
            Line::File(file) => retry(|| (&*file).read(&mut buffer)),
            Line::Tcp(stream) => retry(|| (&*stream).read(&mut buffer)),
            Line::Udp(socket) => retry(|| socket.recv(&mut buffer)),
        }?;
        buffer.truncate(read);
        Ok(buffer)
    }

    /// Writes all of it.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Line::File(file) => (&*file).write_all(bytes),
            Line::Tcp(stream) => (&*stream).write_all(bytes),
            Line::Udp(socket) => socket.send(bytes).map(drop),
        }
    }

    /// Has threads that read a connection read no more. What is still to be written is written before it is closed.
    pub(crate) fn stop_reading(&self) {
        if let Line::Tcp(stream) = self {
            drop(stream.shutdown(Shutdown::Read));
        }
    }

    /// Ends a connection, also for threads that wait for it.
    pub(crate) fn hang_up(&self) {
        match self {
            // Nobody hears of what goes wrong with what is over.
            Line::Tcp(stream) => drop(stream.shutdown(Shutdown::Both)),
            Line::File(_) | Line::Udp(_) => {}
        }
    }
}
