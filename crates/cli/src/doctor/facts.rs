//! What `spandrel doctor` finds out, through the same interfaces everything else uses.

use super::report::Section;
use abi::{Abi, Arch};
use code_memory::{CacheLines, Capabilities, Description, PerfMode, PipelineSync, tools_status};

/// Name and value.
type Fact = (&'static str, String);

/// Every fact, by section.
pub(crate) fn collect() -> Vec<Section> {
    let host = Capabilities::probe();
    vec![program(), memory(&host), tiers(&host), caches(&host), protections(&host), tools()]
}

fn program() -> Section {
    let facts = vec![
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("target", env!("SPANDREL_TARGET").to_owned()),
        ("C convention", Abi::HOST.to_string()),
    ];
    Section { name: "spandrel", facts }
}

fn memory(host: &Capabilities) -> Section {
    let mut facts = match &host.backend {
        Ok(description) => backend(description),
        Err(error) => vec![
            ("backend", "none, calls and callbacks interpret their plans instead".to_owned()),
            ("because", error.to_string()),
        ],
    };
    facts.push(("page size", format!("{} bytes", host.page_size)));
    facts.push(("branch reach", format!("{} MB, veneers beyond", host.branch_reach >> 20)));
    Section { name: "executable memory", facts }
}

/// What executes the guests.
fn tiers(host: &Capabilities) -> Section {
    let with = |tier: &str| match &host.backend {
        Ok(_) => format!("interpreter, {tier}"),
        Err(_) => "interpreter only, without executable memory".to_owned(),
    };
    let javascript = if js_host::JIT {
        with("machine code from templates for functions that are hot")
    } else {
        "interpreter only, in this build".to_owned()
    };
    let sox = with("optimized machine code for functions that are hot");
    Section { name: "tiers", facts: vec![("JavaScript", javascript), ("Sox", sox)] }
}

fn backend(description: &Description) -> Vec<Fact> {
    let mut facts = vec![("backend", description.backend.to_owned())];
    facts.extend(description.fallbacks.iter().map(|tried| ("instead of", tried.clone())));
    facts.extend(description.remarks.iter().map(|remark| ("remark", remark.clone())));
    facts.push(("granule", format!("{} bytes", description.granule)));
    facts
}

fn caches(host: &Capabilities) -> Section {
    let lines = match &host.cache_lines {
        None => "kept in step by the processor or the system".to_owned(),
        Some(CacheLines { data, instruction, data_coherent, instruction_coherent }) => {
            let coherent = |coherent: &bool| if *coherent { " (coherent)" } else { "" };
            let (d, i) = (coherent(data_coherent), coherent(instruction_coherent));
            format!("data {data} bytes{d}, instructions {instruction} bytes{i}")
        }
    };
    let threads = match host.pipeline_sync {
        PipelineSync::Membarrier => "membarrier SYNC_CORE",
        PipelineSync::AtPin => "each by itself when it enters code",
        PipelineSync::System => "the system's cache maintenance call",
    };
    let mut facts = vec![("lines", lines), ("other threads", threads.to_owned())];
    facts.extend(host.membarrier_refused.iter().map(|why| ("instead of", format!("membarrier: {why}"))));
    Section { name: "caches", facts }
}

fn protections(host: &Capabilities) -> Section {
    let facts = match Arch::HOST {
        Arch::X64 => [("CET shadow stack", host.shadow_stack), ("CET IBT", host.ibt)],
        Arch::Arm64 => [("BTI", host.bti), ("PAC", host.pac)],
    };
    Section {
        name: "control-flow protection",
        facts: facts.map(|(name, state)| (name, state.to_string())).into(),
    }
}

fn tools() -> Section {
    let status = tools_status();
    let perf = match (status.perf, status.perf_failure) {
        (_, Some(failure)) => format!("off, failed: {failure}"),
        (PerfMode::Off, None) => "off, SPANDREL_PERF=map or jitdump switches it on".to_owned(),
        (PerfMode::Map, None) => "map".to_owned(),
        (PerfMode::JitDump, None) => "jitdump".to_owned(),
    };
    let gdb = if status.gdb { "on" } else { "off, SPANDREL_GDB=1 switches it on" };
    Section { name: "tools", facts: vec![("perf", perf), ("GDB JIT interface", gdb.to_owned())] }
}
