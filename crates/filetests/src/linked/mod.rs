//! Objects linked into programs by the system's C compiler as a tier: x64 as it is, ARM64 under qemu.
//!
//! These programs have no interpreter to go on in after a guard, so no guard is forced here, and of one that leaves only
//! that it left is compared.

use crate::case::{Case, Run};
use crate::compare::{Ending, Observed};
use crate::directive::Argument;
use crate::tier::{Prepared, Program, Tier, Variant};
use codegen::{Arch, Os, Target};
use ir::eval::Const;
use ir::{Module, Type};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

const DRIVER: &str = include_str!("driver.c");

/// Objects for one machine.
#[derive(Clone, Copy, Debug)]
pub struct Linked {
    arch: Arch,
    compiler: &'static str,
    runner: Option<&'static str>,
}

impl Linked {
    /// One per machine that this one can compile C for and run.
    pub fn available() -> Vec<Linked> {
        let found = |program: &str| Command::new(program).arg("--version").output().is_ok();
        let mut list = Vec::new();
        if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            if found("cc") {
                list.push(Linked { arch: Arch::X64, compiler: "cc", runner: None });
            }
            if found("aarch64-linux-gnu-gcc") && found("qemu-aarch64") {
                let (compiler, runner) = ("aarch64-linux-gnu-gcc", Some("qemu-aarch64"));
                list.push(Linked { arch: Arch::Arm64, compiler, runner });
            }
        }
        list
    }
}

impl Tier for Linked {
    fn name(&self) -> &'static str {
        match self.arch {
            Arch::X64 => "aot-x64",
            Arch::Arm64 => "aot-arm64",
        }
    }

    fn variants(&self) -> Vec<Variant> {
        vec![Variant::Optimized]
    }

    fn prepare<'p>(&self, program: &'p Program<'p>) -> Result<Box<dyn Prepared + 'p>, String> {
        let folder = Folder::new()?;
        let options = aot::Options::default();
        let object = aot::object(&program.module, &Target::new(self.arch, Os::Linux), &options);
        let object = object.map_err(|error| match &error {
            aot::Error::Declined(list) => match list.first() {
                Some((_, why)) => format!("declined: {}: {error}", why.code()),
                None => error.to_string(),
            },
            _ => error.to_string(),
        })?;
        let source = source(program.case, &program.module, &aot::header(&program.module, &options));
        let (object, source) =
            (folder.write("guest.o", &object)?, folder.write("main.c", source.as_bytes())?);
        let mut link = Command::new(self.compiler);
        // No contraction of a product and a sum: the reference rounds both.
        link.args(["-std=gnu11", "-O1", "-ffp-contract=off", "-static", "-w"]).args([&source, &object]);
        let output = link.arg("-o").arg(folder.path.join("program")).output().map_err(|e| e.to_string())?;
        if !output.status.success() {
            return Err(format!("cannot be linked: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(Box::new(Linking { program, folder, runner: self.runner, printed: Vec::new() }))
    }
}

/// A folder that goes when it is no longer needed.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Result<Folder, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("spandrel-filetests-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Folder { path })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
        let path = self.path.join(name);
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

struct Linking<'p> {
    program: &'p Program<'p>,
    folder: Folder,
    runner: Option<&'static str>,
    /// What each run printed, once the program was started.
    printed: Vec<String>,
}

impl Linking<'_> {
    /// What the program prints for each run: it makes all of them, each in a process of its own.
    fn start(&self) -> Result<Vec<String>, String> {
        let path = self.folder.path.join("program");
        let mut command = match self.runner {
            Some(runner) => {
                let mut command = Command::new(runner);
                command.arg(path);
                command
            }
            None => Command::new(path),
        };
        let output = command.output().map_err(|e| e.to_string())?;
        let (mut runs, mut text) = (Vec::new(), String::new());
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            match line.strip_prefix("over ") {
                Some("0") => runs.push(std::mem::take(&mut text)),
                Some(status) => runs.push(format!("ended status {status}")),
                None => text += &format!("{line}\n"),
            }
        }
        match runs.len() == self.program.case.runs.len() {
            true => Ok(runs),
            false => Err(format!("{}: only {} runs", output.status, runs.len())),
        }
    }
}

impl Prepared for Linking<'_> {
    fn run(&mut self, run: &Run, _: Option<u64>) -> Result<Observed, String> {
        if self.printed.is_empty() {
            self.printed = self.start()?;
        }
        let number = self.program.case.runs.iter().position(|other| other.line == run.line).unwrap_or(0);
        observed(&self.printed[number], &self.program.original.functions[run.func].signature.results)
    }
}

/// What a program printed, read.
fn observed(text: &str, types: &[Type]) -> Result<Observed, String> {
    let (mut notes, mut words, mut data, mut ended) = (Vec::new(), Vec::new(), Vec::new(), None);
    for line in text.lines() {
        let wrong = || format!("the program printed `{line}`");
        let (what, rest) = line.split_once(' ').ok_or_else(wrong)?;
        match what {
            "note" => notes.push(rest.parse().map_err(|_| wrong())?),
            "word" => words.push(u64::from_str_radix(rest, 16).map_err(|_| wrong())?),
            "data" => data.push(piece(rest).ok_or_else(wrong)?),
            _ => ended = Some(rest.to_owned()),
        }
    }
    let ending = match ended.as_deref() {
        Some("return") => Ending::Return(values(&words, types)),
        Some("throw") => Ending::Throw,
        Some("overflow") => Ending::StackOverflow,
        Some("stop") => Ending::Stopped,
        Some("left") => Ending::Left,
        Some(other) => match other.strip_prefix("trap ").and_then(|code| code.parse().ok()) {
            Some(code) => Ending::Trap(code),
            None => Ending::Other(other.to_owned()),
        },
        None => Ending::Other("nothing".to_owned()),
    };
    Ok(Observed { ending, notes, data, guards: 0 })
}

/// Reads `address bytes`.
fn piece(text: &str) -> Option<(u64, Vec<u8>)> {
    let (address, bytes) = text.split_once(' ')?;
    let bytes =
        bytes.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).ok()).collect::<Option<_>>()?;
    Some((u64::from_str_radix(address, 16).ok()?, bytes))
}

fn values(words: &[u64], types: &[Type]) -> Vec<Const> {
    let mut words = words.iter().copied();
    let mut word = || words.next().unwrap_or_default();
    types
        .iter()
        .map(|ty| match ty {
            Type::Pair => Const::pair(word(), word()),
            ty => Const::new(*ty, word()),
        })
        .collect()
}

/// The C program of a file: data, driver, and every run by its number.
fn source(case: &Case, module: &Module, header: &str) -> String {
    let (after, throws) = case.interrupt.map_or((u64::MAX, false), |i| (i.after, i.throws));
    let mut out = format!(
        "#define RUNS {}\n#define HEAP {}ull\n#define POLLS {after}ull\n#define POLL_THROWS {}\n{header}\n",
        case.runs.len(),
        case.heap.unwrap_or(64 << 20),
        u8::from(throws)
    );
    for (number, (_, bytes)) in case.data.iter().enumerate() {
        let list: Vec<String> = bytes.iter().map(|byte| byte.to_string()).collect();
        let _ =
            writeln!(out, "static _Alignas(16) unsigned char data{number}[] = {{{}, 0}};", list.join(","));
    }
    out += DRIVER;
    out += "static uint32_t run(int number) {\n    switch (number) {\n";
    for (number, run) in case.runs.iter().enumerate() {
        let name = aot::mangle(&module.functions[run.func].name);
        let args: String = run.args.iter().map(|arg| format!(", {}", argument(arg, module))).collect();
        let _ = writeln!(out, "    case {number}: return spandrel_call_{name}(&context, results{args});");
    }
    out += "    }\n    return 99;\n}\nstatic void show_data(void) {\n";
    for (number, (_, bytes)) in case.data.iter().enumerate() {
        let _ = writeln!(
            out,
            "    printf(\"data %\" PRIxPTR, (uintptr_t)data{number});\n    \
             for (int i = 0; i < {}; i++) printf(\" %02x\", data{number}[i]);\n    puts(\"\");",
            bytes.len()
        );
    }
    out + "}\n"
}

fn argument(arg: &Argument, module: &Module) -> String {
    match arg {
        Argument::Const(constant) => match (constant.ty(), constant.words()) {
            (Type::F64, [bits, _]) => format!("from_bits({bits:#x}ull)"),
            (Type::Pair, [first, second]) => format!("{first:#x}ull, {second:#x}ull"),
            (_, [bits, _]) => format!("{bits:#x}ull"),
        },
        Argument::Data(number, offset) => format!("(uintptr_t)data{number} + {offset}ull"),
        Argument::Entry(func) => {
            format!("(uintptr_t)spandrel_fn_{}", aot::mangle(&module.functions[*func].name))
        }
    }
}
