//! B.2.2 Additional Properties of the String.prototype Object: methods that make HTML.

use super::builder::Builder;
use super::string::this_string;
use js_rt::Value;
use js_vm::{Args, Build, Res, Vm};

/// B.2.2.2.1 CreateHTML
fn create_html(vm: &Vm, args: &Args<'_>, method: &str, tag: &str, attribute: Option<&str>) -> Res<Value> {
    let string = this_string(vm, args, method)?;
    let mut html = Builder::new();
    html.push_ascii("<")?;
    html.push_ascii(tag)?;
    if let Some(attribute) = attribute {
        let value = vm.to_string(args.get(0))?;
        html.push_ascii(" ")?;
        html.push_ascii(attribute)?;
        html.push_ascii("=\"")?;
        for unit in value.flat(&vm.rt)?.units() {
            if unit == u16::from(b'"') { html.push_ascii("&quot;")? } else { html.push_unit(unit)? }
        }
        html.push_ascii("\"")?;
    }
    html.push_ascii(">")?;
    html.push(vm, string)?;
    html.push_ascii("</")?;
    html.push_ascii(tag)?;
    html.push_ascii(">")?;
    html.finish(vm).map(Value::from)
}

/// B.2.2.2 String.prototype.anchor ( name ) to B.2.2.14 String.prototype.sup ( )
pub(super) fn methods(build: Build<'_>) -> Build<'_> {
    build
        .method("anchor", 1, |vm, args| create_html(vm, args, "anchor", "a", Some("name")))
        .method("big", 0, |vm, args| create_html(vm, args, "big", "big", None))
        .method("blink", 0, |vm, args| create_html(vm, args, "blink", "blink", None))
        .method("bold", 0, |vm, args| create_html(vm, args, "bold", "b", None))
        .method("fixed", 0, |vm, args| create_html(vm, args, "fixed", "tt", None))
        .method("fontcolor", 1, |vm, args| create_html(vm, args, "fontcolor", "font", Some("color")))
        .method("fontsize", 1, |vm, args| create_html(vm, args, "fontsize", "font", Some("size")))
        .method("italics", 0, |vm, args| create_html(vm, args, "italics", "i", None))
        .method("link", 1, |vm, args| create_html(vm, args, "link", "a", Some("href")))
        .method("small", 0, |vm, args| create_html(vm, args, "small", "small", None))
        .method("strike", 0, |vm, args| create_html(vm, args, "strike", "strike", None))
        .method("sub", 0, |vm, args| create_html(vm, args, "sub", "sub", None))
        .method("sup", 0, |vm, args| create_html(vm, args, "sup", "sup", None))
}
