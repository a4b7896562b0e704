//! `spandrel ffi`: call any C function from the shell.

use abi::Abi;
use ffi::Route;
use ffi::shell::{Request, ShellError};
use std::io::Write;
use std::process::ExitCode;

/// Call a C function
///
/// The function is described by its C declaration; arguments are literals of its parameter types. Numbers: 12, -0x1f, 2.5,
/// 'a'. Text for char pointers, with C's escapes: hello, 'x=%d\n'. Structs, arrays, vectors: {1, 2.5, "text"}. Null: NULL.
/// Arguments behind '...' are numbers when they look like numbers (int or long long, double), otherwise text.
/// The result is printed on a line of its own; char pointers as the text they point to.
/// A wrong declaration makes the program do anything, up to a crash: C has no way to check it.
///
/// Exit status: 0 after the call, 2 for a declaration or arguments that are wrong, 1 for everything else.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  spandrel ffi 'double cos(double)' -l libm.so.6 1.0
  spandrel ffi 'int printf(const char *, ...)' 'x=%d %s\\n' 5 hello
  spandrel ffi 'struct { int quot, rem; } div(int, int)' 17 5
  spandrel ffi 'double hypot(double, double)' --print-plan --abi win64")]
pub(crate) struct FfiArgs {
    /// The function's C declaration; typedefs and structs may come before it
    declaration: String,
    /// One literal per argument
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    /// Library to look in, by path or name; may be repeated. What the program itself is linked with comes last
    #[arg(short, long = "library", value_name = "LIBRARY")]
    library: Vec<String>,
    /// Call without making machine code
    #[arg(long)]
    slow: bool,
    /// Show which argument goes where instead of calling; arguments may be left out
    #[arg(long)]
    print_plan: bool,
    /// With --print-plan: the calling convention (sysv-x64, win64, aapcs64, darwin-arm64, windows-arm64)
    #[arg(long, value_name = "NAME", requires = "print_plan", default_value_t = Abi::HOST)]
    abi: Abi,
}

/// Makes the call or shows the plan.
pub(crate) fn run(args: FfiArgs) -> ExitCode {
    let request = Request {
        declaration: args.declaration,
        libraries: args.library,
        args: args.args,
        route: if args.slow { Route::Slow } else { Route::Auto },
    };
    let outcome = match args.print_plan {
        true => request.plan(args.abi).map(|plan| Some(plan.to_string())),
        false => request.call(),
    };
    match outcome {
        Ok(text) => {
            // A closed pipe is no reason to fail: whoever closed it has read enough.
            let _ = text.map_or(Ok(()), |text| writeln!(std::io::stdout(), "{text}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", describe(&error, &request.declaration));
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

/// The error, with the place in the declaration when it has one.
fn describe(error: &ShellError, declaration: &str) -> String {
    match error {
        ShellError::Declaration(place) => format!("{error}\n{}", place.excerpt(declaration)),
        _ => error.to_string(),
    }
}
