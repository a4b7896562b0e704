//! Regular expressions as machine code: which programs get it, and that limits of the isolate hold in it.
#![cfg(feature = "jit")]

use js_host::{Host, Kind, Limits, Optimizing, Options};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tiering::{Totals, Trace};

/// A host, and what happens to functions and patterns on it.
fn host(threshold: u32, jit: bool) -> (Host, Arc<Trace>) {
    let trace = Arc::new(Trace::new());
    let options = Options {
        limits: Limits { threshold, ..Limits::default() },
        jit,
        optimizing: Optimizing { trace: Arc::clone(&trace), ..Optimizing::off() },
        out: Box::new(std::io::sink()),
        err: Box::new(std::io::sink()),
    };
    (Host::new(options).unwrap_or_else(|error| panic!("{error}")), trace)
}

fn run(threshold: u32, jit: bool, text: &str) -> Totals {
    let (host, trace) = host(threshold, jit);
    assert_eq!(host.run("/test/main.js", text, Kind::Script), 0, "{text}");
    trace.totals()
}

fn installed(totals: &Totals) -> u64 {
    totals.events.get("installed").copied().unwrap_or(0)
}

#[test]
fn patterns_are_compiled_at_once_where_everything_is() {
    // Two widths of texts are two functions; what is not executed is none.
    let text = "const re = /(a+)b/, other = /x/;
        if (re.exec('caab')[1] !== 'aa' || re.exec('\\u3000ab').index !== 1) throw 1;";
    assert_eq!(installed(&run(1, true, text)), 2);
    assert_eq!(installed(&run(100, true, text)), 0, "it is cold");
    assert_eq!(installed(&run(1, false, text)), 0, "switched off");
}

#[test]
fn hot_patterns_are_compiled_and_what_is_not_is_counted() {
    let text = "const text = 'lorem ipsum '.repeat(20000);
        for (let i = 0; i < 20; i++) if (text.match(/\\w+m /g).length !== 40000) throw i;
        if ('\\u{1f44d}'.match(/^\\p{RGI_Emoji}$/v) === null) throw 1;";
    let hot = run(100, true, text);
    assert!(hot.events.get("queued").is_some_and(|queued| *queued == 1), "{:?}", hot.events);
    let all = run(1, true, text);
    assert_eq!((all.declined.get("too-large"), installed(&all)), (Some(&1), 1));
    let named = all.by_function.keys().any(|(name, _)| name == "/^\\p{RGI_Emoji}$/v utf-16");
    assert!(named, "{:?}", all.by_function);
}

#[test]
fn deadlines_and_fuel_hold_in_machine_code() {
    let text = "/^(a+)+$/.test('a'.repeat(60) + '!')";
    let (first, trace) = host(1, true);
    first.vm().set_deadline(Some(Instant::now() + Duration::from_millis(300)));
    let began = Instant::now();
    assert_ne!(first.run("/test/main.js", text, Kind::Script), 0);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(installed(&trace.totals()), 1);
    let (second, _) = host(1, true);
    second.vm().set_fuel(Some(100_000));
    assert_ne!(second.run("/test/main.js", text, Kind::Script), 0);
    let (third, _) = host(1, true);
    let cancel = third.vm().canceller();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_ne!(third.run("/test/main.js", text, Kind::Script), 0);
    assert!(other.join().is_ok());
}

#[test]
fn the_last_of_several_matches_is_what_the_constructor_knows() {
    let text = "'a1b2'.match(/[a-z](\\d)/g);
        if (RegExp.$1 !== '2' || RegExp.lastMatch !== 'b2' || RegExp.leftContext !== 'a1') throw 1;
        'c3d4'.replace(/[a-z](\\d)/g, () => { if (RegExp.$1 !== '4') throw 2; });
        if (RegExp['$&'] !== 'd4') throw 3;
        'none'.match(/x/g);
        if (RegExp.$1 !== '4') throw 4;";
    run(1, true, text);
    run(1, false, text);
}
