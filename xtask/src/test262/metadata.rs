//! The metadata at the head of a test: the part of YAML that the suite uses.

/// What a test says about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// How to run it.
    pub(crate) flags: Vec<String>,
    /// Files of the harness that it needs.
    pub(crate) includes: Vec<String>,
    /// Features that it needs.
    pub(crate) features: Vec<String>,
    /// That it fails, when (`parse`, `resolution`, `runtime`), and the name of the error.
    pub(crate) negative: Option<(String, String)>,
}

impl Metadata {
    /// Reads the metadata of a test's text.
    pub(crate) fn parse(text: &str) -> Metadata {
        let mut metadata = Metadata::default();
        let Some(block) = block(text) else { return metadata };
        // Lines end with either character, or both, as the test is about one of them.
        let mut lines = block.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).peekable();
        while let Some(line) = lines.next() {
            let Some((key, value)) = line.split_once(':').filter(|_| indent(line) == 0) else { continue };
            let mut below = Vec::new();
            while let Some(line) = lines.next_if(|line| indent(line) > 0 || line.starts_with('-')) {
                below.push(line.trim());
            }
            match key.trim() {
                "flags" => metadata.flags = list(value, &below),
                "includes" => metadata.includes = list(value, &below),
                "features" => metadata.features = list(value, &below),
                "negative" => {
                    metadata.negative = Some((entry(&below, "phase"), entry(&below, "type")));
                }
                _ => {}
            }
        }
        metadata
    }

    /// Whether it has a flag.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|other| other == flag)
    }
}

fn block(text: &str) -> Option<&str> {
    let (_, behind) = text.split_once("/*---")?;
    Some(behind.split_once("---*/")?.0)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// `[a, b]` behind the key, which may go on in the lines below, or lines of `- a`.
fn list(value: &str, below: &[&str]) -> Vec<String> {
    let value = without_comment(value).trim();
    let Some(inline) = value.strip_prefix('[') else {
        return below.iter().filter_map(|line| line.strip_prefix('-')).map(item).collect();
    };
    let all = std::iter::once(inline).chain(below.iter().copied()).collect::<Vec<_>>().join(" ");
    let all = all.split_once(']').map_or(all.as_str(), |(list, _)| list);
    all.split(',').map(item).filter(|item| !item.is_empty()).collect()
}

fn item(text: &str) -> String {
    without_comment(text).trim().trim_matches(['"', '\'']).to_owned()
}

fn without_comment(text: &str) -> &str {
    text.split_once(" #").map_or(text, |(before, _)| before)
}

fn entry(lines: &[&str], key: &str) -> String {
    let found = lines.iter().filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim() == key);
    found.map_or_else(String::new, |(_, value)| item(value))
}

#[cfg(test)]
mod tests {
    use super::Metadata;

    #[test]
    fn both_forms_of_lists_and_negative() {
        let text = "// c\n/*---\ndescription: |\n  flags: [no]\nflags: [a, b]\nincludes:\n  - x.js\n  - y.js\n\
            features: [one,\n  two]\nnegative:\n  phase: parse\n  type: SyntaxError\n---*/\nflags: [c]";
        let metadata = Metadata::parse(text);
        assert_eq!(metadata.flags, ["a", "b"]);
        assert_eq!(metadata.includes, ["x.js", "y.js"]);
        assert_eq!(metadata.features, ["one", "two"]);
        assert_eq!(metadata.negative, Some(("parse".to_owned(), "SyntaxError".to_owned())));
    }

    #[test]
    fn lines_that_end_with_a_carriage_return() {
        assert!(Metadata::parse("/*---\rflags: [raw]\r---*/").has("raw"));
    }
}
