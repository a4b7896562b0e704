//! Site tables from arbitrary bytes: reading ends in a table or in an error with a place, and never takes more of either time
//! or memory than the bytes are long.

#![no_main]

use aot::sites;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The first words are right: what follows is more interesting than their absence.
    let mut table: Vec<u8> = [sites::MAGIC, sites::VERSION, 3 + bytes.len() as u32 / 4]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    table.extend_from_slice(bytes);
    check(&table);
    check(bytes);
});

fn check(bytes: &[u8]) {
    let words = bytes.len() / 4;
    match sites::read(bytes) {
        Ok(table) => {
            let frames = || table.sites.iter().flat_map(|site| &site.frames);
            let fields = table.sites.iter().flat_map(|site| &site.objects).map(|object| object.fields.len());
            let items = table.sites.len()
                + table.results.len()
                + frames().map(|frame| 1 + frame.slots.len()).sum::<usize>()
                + fields.sum::<usize>();
            assert!(items <= words, "{items} items in {words} words");
            assert!(table.function.len() <= bytes.len());
        }
        Err(error) => {
            assert!(error.word <= words, "{error}");
            assert!(!error.to_string().is_empty());
        }
    }
}
