//! Files, standard input and output.

use super::builder::Builder;
use super::system::{os_string, still_allowed};
use super::{Args, Method, Native, method, native};
use crate::error::Res;
use heap::{Collection, Gc};
use sox_rt::{File, Str, Tag, Value};
use std::fs;
use std::io::{self, BufRead, ErrorKind, Write};
use std::path::PathBuf;

pub(super) const NATIVES: &[Native] = &[
    native("readFile", |args| {
        args.exactly(1)?;
        let path = args.string(0)?;
        let opened = open_for(args, path, fs::OpenOptions::new().read(true));
        let file = opened.or_else(|error| args.io("cannot read", path, &error))?;
        let bytes = read(args, &mut io::BufReader::new(file), Until::End);
        bytes?.or_else(|error| args.io("cannot read", path, &error))
    }),
    native("writeFile", |args| {
        write_file(args, fs::OpenOptions::new().write(true).create(true).truncate(true))
    }),
    native("appendFile", |args| write_file(args, fs::OpenOptions::new().append(true).create(true))),
    native("fileExists", |args| {
        args.exactly(1)?;
        Ok(path_of(args.string(0)?).exists().into())
    }),
    native("removeFile", |args| {
        args.exactly(1)?;
        let path = args.string(0)?;
        match fs::remove_file(path_of(path)) {
            Ok(()) => Ok(Value::NIL),
            Err(error) => args.io("cannot remove", path, &error),
        }
    }),
    native("listFiles", list_files),
    native("open", open),
    native("readLine", |args| standard_input(args, Until::LineFeed)),
    native("readAll", |args| standard_input(args, Until::End)),
    native("write", |args| {
        args.exactly(1)?;
        let mut done = Ok(());
        args.object::<Str>(0, "parameter must be a string")?.each_piece(&mut |piece| {
            if done.is_ok() {
                done = args.vm.write_out(piece);
            }
        });
        done.map(|()| Value::NIL)
    }),
    native("errWrite", |args| {
        args.exactly(1)?;
        args.vm.write_err(args.string(0)?.bytes().unwrap_or_default());
        Ok(Value::NIL)
    }),
];

pub(super) const METHODS: &[Method] = &[
    method(Tag::File, "readLine", |args| {
        args.between(1, 1)?;
        read_file(args, Until::LineFeed)
    }),
    method(Tag::File, "read", |args| {
        args.between(1, 2)?;
        if args.len() == 1 {
            return read_file(args, Until::End);
        }
        match args.number(1)? {
            count if count >= 0.0 => read_file(args, Until::Count(count as usize)),
            _ => args.fail("count cannot be negative"),
        }
    }),
    method(Tag::File, "write", |args| {
        args.between(2, 2)?;
        let (file, text) = (args.object::<File>(0, "parameter must be a file")?, args.string(1)?);
        let mut file_or_none = file.file.borrow_mut();
        // Not buffered: others see what was written, also when the program does not close the file.
        match file_or_none.as_mut().map(|file| file.get_mut().write_all(text.bytes().unwrap_or_default())) {
            Some(Ok(())) => Ok(Value::NIL),
            Some(Err(error)) => args.io("cannot write", file.path, &error),
            None => closed(args, file.path),
        }
    }),
    method(Tag::File, "close", |args| {
        args.between(1, 1)?;
        args.object::<File>(0, "parameter must be a file")?.file.take();
        Ok(Value::NIL)
    }),
];

impl Args<'_> {
    /// Throws `NAME(): WHAT 'PATH': REASON`.
    #[cold]
    fn io<T>(&self, what: &str, path: Gc<Str>, error: &io::Error) -> Res<T> {
        self.fail([what.as_bytes(), b" '", &path.to_vec(), b"': ", reason(error).as_bytes()].concat())
    }
}

/// What went wrong, without the system's number for it.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cold]
fn closed<T>(args: &Args<'_>, path: Gc<Str>) -> Res<T> {
    args.fail([b"file '", &*path.to_vec(), b"' is closed"].concat())
}

/// The path that a string is, whose bytes are in a row.
fn path_of(path: Gc<Str>) -> PathBuf {
    os_string(path.bytes().unwrap_or_default()).into()
}

/// Opens a file. When too many are open, those are closed first that nobody can use any more.
fn open_for(args: &Args<'_>, path: Gc<Str>, how: &fs::OpenOptions) -> io::Result<fs::File> {
    const TOO_MANY: [Option<i32>; 2] = [Some(23), Some(24)];
    match how.open(path_of(path)) {
        Err(error) if TOO_MANY.contains(&error.raw_os_error()) => {
            args.vm.rt.heap().collect(Collection::Full);
            how.open(path_of(path))
        }
        opened => opened,
    }
}

/// Opens a file for reading, writing or appending.
fn open(args: &Args<'_>) -> Res {
    args.between(1, 2)?;
    let path = args.string(0)?;
    let mode = if args.len() == 2 { Some(args.string(1)?) } else { None };
    let mut how = fs::OpenOptions::new();
    match mode.as_ref().map_or(Some(&b"r"[..]), |mode| mode.bytes()) {
        Some(b"r") => how.read(true),
        Some(b"w") => how.write(true).create(true).truncate(true),
        Some(b"a") => how.append(true).create(true),
        _ => return args.fail("mode must be 'r', 'w' or 'a'"),
    };
    match open_for(args, path, &how) {
        Ok(file) => Ok(args.vm.mem(args.vm.rt.file(path, file))?.into()),
        Err(error) => args.io("cannot open", path, &error),
    }
}

fn write_file(args: &Args<'_>, how: &fs::OpenOptions) -> Res {
    args.exactly(2)?;
    let [path, text] = args.strings("both parameters must be strings")?;
    let written =
        open_for(args, path, how).and_then(|mut file| file.write_all(text.bytes().unwrap_or_default()));
    match written {
        Ok(()) => Ok(Value::NIL),
        Err(error) => args.io("cannot write", path, &error),
    }
}

/// An array of the names in a directory, in the order of their bytes.
fn list_files(args: &Args<'_>) -> Res {
    args.exactly(1)?;
    let path = args.string(0)?;
    let names = fs::read_dir(path_of(path))
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>());
    let mut names = match names {
        Ok(names) => names,
        Err(error) => return args.io("cannot list", path, &error),
    };
    names.sort();
    let list = args.vm.mem(args.vm.rt.array(names.len()))?;
    for name in names {
        args.push(list, args.new_string(name.as_encoded_bytes())?)?;
    }
    Ok(list.into())
}

/// How far to read.
#[derive(Clone, Copy)]
enum Until {
    /// To the end of the line. The line feed is read, but no part of the result.
    LineFeed,
    /// So many bytes, as far as there are.
    Count(usize),
    End,
}

impl Until {
    /// How many of some bytes are part of the result; how many are read; whether that is all.
    fn of(self, bytes: &[u8]) -> (usize, usize, bool) {
        match self {
            Until::LineFeed => match memchr::memchr(b'\n', bytes) {
                Some(at) => (at, at + 1, true),
                None => (bytes.len(), bytes.len(), false),
            },
            Until::Count(count) if count <= bytes.len() => (count, count, true),
            Until::Count(_) | Until::End => (bytes.len(), bytes.len(), false),
        }
    }
}

/// Reads; nil at the end of what there is, but an empty string when all of that is asked for.
fn read(args: &Args<'_>, from: &mut dyn BufRead, mut until: Until) -> Res<io::Result<Value>> {
    let mut text = Builder::new(args.vm);
    loop {
        still_allowed(args.vm)?;
        let bytes = match from.fill_buf() {
            Ok([]) if text.is_empty() && !matches!(until, Until::End | Until::Count(0)) => {
                return Ok(Ok(Value::NIL));
            }
            Ok([]) => break,
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Err(error)),
        };
        let (part, used, all) = until.of(bytes);
        if all && text.is_empty() {
            let line = args.new_string(&bytes[..part])?;
            from.consume(used);
            return Ok(Ok(line));
        }
        text.bytes(&bytes[..part])?;
        from.consume(used);
        if all {
            break;
        }
        if let Until::Count(left) = &mut until {
            *left -= used;
        }
    }
    text.finish().map(Ok)
}

fn read_file(args: &Args<'_>, until: Until) -> Res {
    let file = args.object::<File>(0, "parameter must be a file")?;
    let mut reader = file.file.borrow_mut();
    let Some(reader) = reader.as_mut() else { return closed(args, file.path) };
    read(args, reader, until)?.or_else(|error| args.io("cannot read", file.path, &error))
}

fn standard_input(args: &Args<'_>, until: Until) -> Res {
    args.exactly(0)?;
    // Whoever is asked is to see the question.
    args.vm.flush();
    let mut input = args.vm.host.stdin.borrow_mut();
    read(args, &mut **input, until)?
        .or_else(|error| args.fail(format!("cannot read standard input: {}", reason(&error))))
}
