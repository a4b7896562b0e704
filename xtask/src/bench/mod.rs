//! `cargo xtask bench`: our guests and other implementations in one go, on the same programs.

mod chart;
mod dis;
mod js;
mod measure;
mod sox;
mod suite;
mod table;

use crate::run::Failure;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(clap::Subcommand)]
enum Suite {
    /// Sox beside lua5.4 and luajit, which are taken from the path: the programs of benches/sox
    Sox(sox::Args),
    /// JavaScript beside node, jsc and boa, which are taken from the path: the programs of benches/js
    Js(js::Args),
    /// Dis beside C, by gcc with and without optimization: the programs of benches/dis
    Dis(dis::Args),
}

/// Builds, measures and prints.
///
/// # Errors
/// When the build fails, a program does, or two implementations print different things.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    match &args.suite {
        Suite::Sox(args) => sox::run(args),
        Suite::Js(args) => js::run(args),
        Suite::Dis(args) => dis::run(args),
    }
}
