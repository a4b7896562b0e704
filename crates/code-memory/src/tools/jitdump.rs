//! The jitdump format (Linux tools/perf/Documentation/jitdump-specification.txt).

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::{env, process, ptr};

const MAGIC: u32 = 0x4a69_5444;
const VERSION: u32 = 1;
const HEADER_LEN: u32 = 40;
const CODE_LOAD: u32 = 0;
const CODE_CLOSE: u32 = 3;
const MACHINE: u32 = if cfg!(target_arch = "x86_64") { 62 } else { 183 };

/// An open dump.
pub(super) struct JitDump {
    file: File,
    /// A page of the file mapped executable: the mark by which `perf record` notes that the file exists.
    marker: usize,
    next_index: u64,
}

impl JitDump {
    pub(super) fn create() -> io::Result<JitDump> {
        let directory = env::var_os("JITDUMPDIR").map_or_else(env::temp_dir, Into::into);
        let path = directory.join(format!("jit-{}.dump", process::id()));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true).custom_flags(libc::O_NOFOLLOW).mode(0o600);
        let mut file = options.open(path)?;
        let mut header = Vec::new();
        for word in [MAGIC, VERSION, HEADER_LEN, MACHINE, 0, process::id()] {
            header.extend_from_slice(&word.to_le_bytes());
        }
        header.extend_from_slice(&timestamp().to_le_bytes());
        header.extend_from_slice(&0_u64.to_le_bytes()); // Flags: timestamps are CLOCK_MONOTONIC.
        file.write_all(&header)?;
        let prot = libc::PROT_READ | libc::PROT_EXEC;
        // SAFETY: maps a file to free addresses; nothing ever looks at them.
        let marker =
            unsafe { libc::mmap(ptr::null_mut(), 4096, prot, libc::MAP_PRIVATE, file.as_raw_fd(), 0) };
        if marker == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(JitDump { file, marker: marker as usize, next_index: 0 })
    }

    /// Records a piece of code.
    pub(super) fn load(&mut self, name: &str, code: &[u8], base: usize) -> io::Result<()> {
        let len = 16 + 40 + name.len() + 1 + code.len();
        let mut record = Vec::with_capacity(len);
        record.extend_from_slice(&CODE_LOAD.to_le_bytes());
        record.extend_from_slice(&(len as u32).to_le_bytes());
        record.extend_from_slice(&timestamp().to_le_bytes());
        record.extend_from_slice(&process::id().to_le_bytes());
        record.extend_from_slice(&thread_id().to_le_bytes());
        for word in [base as u64, base as u64, code.len() as u64, self.next_index] {
            record.extend_from_slice(&word.to_le_bytes());
        }
        record.extend_from_slice(name.as_bytes());
        record.push(0);
        record.extend_from_slice(code);
        self.next_index += 1;
        self.file.write_all(&record)
    }
}

impl Drop for JitDump {
    fn drop(&mut self) {
        let mut record = Vec::new();
        record.extend_from_slice(&CODE_CLOSE.to_le_bytes());
        record.extend_from_slice(&16_u32.to_le_bytes());
        record.extend_from_slice(&timestamp().to_le_bytes());
        // A dump without its last record is still readable.
        let _ = self.file.write_all(&record);
        // SAFETY: the page was mapped by `create`.
        unsafe { libc::munmap(self.marker as *mut libc::c_void, 4096) };
    }
}

/// Nanoseconds of the clock that `perf record -k 1` uses.
fn timestamp() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the structure during the call.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

fn thread_id() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::gettid() as u32 }
}
