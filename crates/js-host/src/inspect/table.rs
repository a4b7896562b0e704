//! `console.table`.

use super::layout::width;
use super::{Style, inspect_as};
use js_rt::{Class, Cursor, Obj, OrderedTable, Value};
use js_vm::{PropertyKind, Res, Vm};
use std::collections::HashMap;

/// Rows and columns of text.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn text(&self) -> String {
        let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let widths: Vec<_> = (0..self.head.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| width(&cell(row, column)));
                cells.chain([self.head.get(column).map_or(0, |head| width(head))]).max().unwrap_or(0) + 2
            })
            .collect();
        let rule = |left: &str, middle: &str, right: &str| {
            let lines: Vec<_> = widths.iter().map(|width| "─".repeat(*width)).collect();
            format!("{left}{}{right}", lines.join(middle))
        };
        let line = |row: &Vec<String>| {
            let cells = widths.iter().enumerate().map(|(column, room)| justified(&cell(row, column), *room));
            format!("│{}│", cells.collect::<Vec<_>>().join("│"))
        };
        let mut lines = vec![rule("┌", "┬", "┐"), line(&self.head), rule("├", "┼", "┤")];
        lines.extend(self.rows.iter().map(line));
        lines.push(rule("└", "┴", "┘"));
        lines.join("\n")
    }
}

fn justified(text: &str, room: usize) -> String {
    format!(" {text}{}", " ".repeat(room.saturating_sub(width(text) + 1)))
}

/// The table of the rows in `data`; none when it has no rows. `columns`: the properties to be shown.
pub(crate) fn table(vm: &Vm, data: Value, columns: Value) -> Res<Option<String>> {
    let Some(data) = data.as_object() else { return Ok(None) };
    let table = match data.class() {
        Class::Map | Class::Set => {
            let entries = data.payload_as::<OrderedTable>().map(Value::from_cell);
            of_entries(vm, entries.unwrap_or_default(), Cursor::START, item_of(data))?
        }
        Class::MapIterator | Class::SetIterator => {
            of_entries(vm, data.internal(0), Cursor::from_value(data.internal(1)), item_of(data))?
        }
        _ => of_rows(vm, data, columns)?,
    };
    Ok(Some(table.text()))
}

/// What of an entry is shown: its key, its value, or both.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Key,
    Value,
    Both,
}

fn item_of(data: Obj) -> Item {
    match data.class() {
        Class::Map => Item::Both,
        Class::Set => Item::Key,
        class => match data.internal(2).as_int() {
            Some(0) => Item::Key,
            Some(1) if class == Class::SetIterator => Item::Key,
            Some(1) => Item::Value,
            _ => Item::Both,
        },
    }
}

/// The entries of a map or set.
fn of_entries(vm: &Vm, entries: Value, from: Cursor, item: Item) -> Res<Table> {
    let mut table = Table { head: vec!["(iteration index)".to_owned()], rows: Vec::new() };
    let names: &[&str] = if item == Item::Both { &["Key", "Values"] } else { &["Values"] };
    table.head.extend(names.iter().map(|name| (*name).to_owned()));
    let Some(entries) = entries.cell::<OrderedTable>() else { return Ok(table) };
    let mut cursor = from;
    while let Some((key, value, next)) = entries.next(cursor) {
        cursor = next;
        let mut row = vec![table.rows.len().to_string()];
        if item != Item::Value {
            row.push(shown(vm, key)?);
        }
        if item != Item::Key {
            row.push(shown(vm, value)?);
        }
        table.rows.push(row);
    }
    Ok(table)
}

/// The properties of an object whose values are rows.
fn of_rows(vm: &Vm, data: Obj, columns: Value) -> Res<Table> {
    let wanted = match columns.as_object() {
        Some(_) => Some(vm.create_list_from_array_like(columns)?),
        None => None,
    };
    let (mut names, mut rows, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for key in vm.enumerable_own_properties(data, PropertyKind::Key)?.iter() {
        let key = vm.to_property_key(key)?;
        let value = vm.get(data, key)?;
        let mut cells = HashMap::new();
        if let Some(object) = value.as_object() {
            let keys = match wanted {
                Some(wanted) => wanted,
                None => vm.enumerable_own_properties(object, PropertyKind::Key)?,
            };
            for key in keys.iter() {
                let key = vm.to_property_key(key)?;
                let name = vm.key_text(key);
                if !names.contains(&name) {
                    names.push(name.clone());
                }
                if vm.has_own_property(object, key)? {
                    cells.insert(name, shown(vm, vm.get(object, key)?)?);
                }
            }
        } else {
            values.push((rows.len(), shown(vm, value)?));
        }
        rows.push((vm.key_text(key), cells));
    }
    // As properties of an object: indices come first.
    names.sort_by_key(|name| index(name).map_or(u64::MAX, u64::from));
    let mut table = Table { head: vec!["(index)".to_owned()], rows: Vec::new() };
    for (index, mut cells) in rows {
        let cells = names.iter().map(|name| cells.remove(name).unwrap_or_default());
        table.rows.push([index].into_iter().chain(cells).collect());
    }
    table.head.extend(names);
    if !values.is_empty() {
        let column = table.head.len();
        table.head.push("Values".to_owned());
        for (number, value) in values {
            if let Some(row) = table.rows.get_mut(number) {
                row.resize(column, String::new());
                row.push(value);
            }
        }
    }
    Ok(table)
}

/// The index that a name is.
fn index(name: &str) -> Option<u32> {
    name.parse().ok().filter(|index: &u32| *index < u32::MAX && index.to_string() == name)
}

/// A value in a cell: of what is in it little, of larger objects nothing.
fn shown(vm: &Vm, value: Value) -> Res<String> {
    let large = match value.as_object().filter(|o| !o.is_callable() && o.class() != Class::Array) {
        Some(object) => vm.enumerable_own_properties(object, PropertyKind::Key)?.len() > 2,
        None => false,
    };
    inspect_as(vm, value, Style::cell(if large { -1 } else { 0 }))
}
