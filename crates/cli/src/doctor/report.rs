//! The report of `spandrel doctor` as text and as JSON.

use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Facts under one heading.
pub(crate) struct Section {
    /// The heading, a key in JSON.
    pub(crate) name: &'static str,
    /// Name and value, in the order they are printed. A name may repeat.
    pub(crate) facts: Vec<(&'static str, String)>,
}

/// One test of the self-test.
pub(crate) struct Check {
    /// What was tried.
    pub(crate) name: &'static str,
    /// What was seen, or why it failed.
    pub(crate) outcome: Result<String, String>,
}

/// Everything that is printed.
pub(crate) struct Report {
    /// What is the case.
    pub(crate) sections: Vec<Section>,
    /// What was tried.
    pub(crate) checks: Vec<Check>,
}

impl Report {
    /// Whether every test succeeded.
    pub(crate) fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.outcome.is_ok())
    }

    /// For people: one fact per line under headings.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let width = self.sections.iter().flat_map(|s| &s.facts).map(|(name, _)| name.len());
        let width = width.chain(self.checks.iter().map(|c| c.name.len())).max().unwrap_or(0);
        let mut line = |name: &str, value: &str| {
            // Writing to a string does not fail.
            let _ = match value {
                "" => writeln!(text, "{name}"),
                _ => writeln!(text, "  {name:width$}  {value}"),
            };
        };
        for section in &self.sections {
            line(section.name, "");
            section.facts.iter().for_each(|(name, value)| line(name, value));
        }
        line("self-test", "");
        for check in &self.checks {
            match &check.outcome {
                Ok(detail) => line(check.name, &format!("ok: {detail}")),
                Err(reason) => line(check.name, &format!("failed: {reason}")),
            }
        }
        text
    }

    /// For programs: one object, sections by name, values as strings, repeated names as arrays of strings.
    pub(crate) fn json(&self) -> String {
        let mut object = Map::new();
        for section in &self.sections {
            let mut facts = Map::new();
            for (name, value) in &section.facts {
                match facts.get_mut(*name) {
                    None => drop(facts.insert((*name).to_owned(), json!(value))),
                    Some(Value::Array(values)) => values.push(json!(value)),
                    Some(first) => *first = json!([first.take(), value]),
                }
            }
            object.insert(section.name.to_owned(), Value::Object(facts));
        }
        let checks = self.checks.iter().map(|check| {
            let (Ok(detail) | Err(detail)) = &check.outcome;
            json!({ "name": check.name, "ok": check.outcome.is_ok(), "detail": detail })
        });
        object.insert("self-test".to_owned(), checks.collect());
        format!("{:#}\n", Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::{Check, Report, Section};

    fn report() -> Report {
        let facts =
            vec![("page size", "4096".to_owned()), ("note", "a".to_owned()), ("note", "b".to_owned())];
        let checks = vec![
            Check { name: "stub", outcome: Ok("called".to_owned()) },
            Check { name: "callback", outcome: Err("no memory".to_owned()) },
        ];
        Report { sections: vec![Section { name: "memory", facts }], checks }
    }

    #[test]
    fn text_lists_facts_and_outcomes() {
        let expected = "memory\n  page size  4096\n  note       a\n  note       b\n\
            self-test\n  stub       ok: called\n  callback   failed: no memory\n";
        assert_eq!(report().text(), expected);
    }

    #[test]
    fn json_has_the_same_content() {
        let value: serde_json::Value = serde_json::from_str(&report().json()).expect("JSON");
        assert_eq!(value["memory"]["page size"], "4096");
        assert_eq!(value["memory"]["note"], serde_json::json!(["a", "b"]));
        assert_eq!(value["self-test"][0]["ok"], true);
        assert_eq!(value["self-test"][1]["detail"], "no memory");
    }

    #[test]
    fn one_failure_fails_the_report() {
        let mut report = report();
        assert!(!report.passed());
        report.checks.truncate(1);
        assert!(report.passed());
    }
}
