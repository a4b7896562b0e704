//! Which passes a verb of `spandrel ir` runs.

use super::Failure;
use clap::Args;
use ir::Module;
use ir::passes::{self, Options, Pass};

/// Which passes to run.
#[derive(Args)]
pub(super) struct PassArgs {
    /// Passes to run, in this order, instead of the whole pipeline
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "disable")]
    passes: Option<Vec<String>>,
    /// Passes of the pipeline to leave out
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    disable: Vec<String>,
}

/// The list of passes at the end of the help text.
pub(super) fn help() -> String {
    let lines = passes::ALL.iter().map(|pass| format!("  {:<10} {}", pass.name, pass.summary));
    let pipeline: Vec<&str> = passes::PIPELINE.iter().map(|pass| pass.name).collect();
    let list: Vec<String> = lines.collect();
    format!("Passes:\n{}\n\nThe pipeline: {}", list.join("\n"), pipeline.join(", "))
}

impl PassArgs {
    /// Runs these passes on every function, or the pipeline without the disabled ones.
    pub(super) fn apply(&self, module: &mut Module) -> Result<(), Failure> {
        let (names, disabled) = (self.passes.as_deref(), &self.disable);
        let options = Options { verify: true, ..Options::default() };
        let Some(names) = names else {
            disabled.iter().try_for_each(|name| named(name).map(|_| ()))?;
            passes::optimize(module, &Options { disabled: disabled.iter().cloned().collect(), ..options });
            return Ok(());
        };
        for name in names.iter().filter(|name| !name.is_empty()) {
            let pass = named(name)?;
            for func in module.functions.keys() {
                passes::run_pass(module, func, pass, &options);
            }
        }
        Ok(())
    }
}

fn named(name: &str) -> Result<&'static Pass, Failure> {
    passes::by_name(name).ok_or_else(|| {
        let known: Vec<&str> = passes::ALL.iter().map(|pass| pass.name).collect();
        Failure::usage(format!("there is no pass `{name}`; there are: {}", known.join(", ")))
    })
}
