//! Files that must not be accepted: every error is announced, and every announcement is an error.

use crate::case::Case;

/// Compares the errors of a file with what it announces.
pub(crate) fn check(case: &Case) -> Result<(), String> {
    let Err(found) = &case.module else { return Ok(()) };
    let mut report = String::new();
    for (i, mistake) in found.iter().enumerate() {
        match case.mistakes.get(i) {
            Some(said) if said.pos == mistake.pos && mistake.message.contains(&said.message) => {}
            Some(said) => report += &format!("found:    {mistake}\nexpected: {said}\n"),
            None => report += &format!("found, but not announced: {mistake}\n"),
        }
    }
    for said in case.mistakes.iter().skip(found.len()) {
        report += &format!("announced, but not found: {said}\n");
    }
    if report.is_empty() { Ok(()) } else { Err(report) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(header: &str) -> Result<(), String> {
        let body = "func @f() {\nblock0:\n  v0 = iadd.i32 v1, v2\n  return\n}\n";
        check(&Case::parse(&format!("; Two undefined values.\n{header}{body}")).expect("the header is right"))
    }

    #[test]
    fn announced_and_found_must_agree() {
        let first = "; check-error: 6:17 there is no value v1\n";
        let second = "; check-error: 6:21 there is no value v2\n";
        assert_eq!(report(&format!("{first}{second}")), Ok(()));
        assert!(report(&format!("; pad\n{first}")).is_err_and(|r| r.contains("not announced")));
        assert!(report(&format!("{second}{first}")).is_err_and(|r| r.contains("expected: 6:21")));
    }
}
