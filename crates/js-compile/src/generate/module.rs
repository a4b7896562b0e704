//! Modules: requests, imports, exports; import expressions.

use super::Gen;
use crate::emit::Reg;
use crate::text::{literal, text};
use js_bytecode::{Export, Import, Op, Phase, Request, Text};
use oxc_ast::ast::*;

/// What a module requests and exports, as it is collected.
#[derive(Default)]
struct Header {
    requests: Vec<Request>,
    imports: Vec<Import>,
    exports: Vec<Export>,
}

impl Header {
    fn request(&mut self, source: &StringLiteral<'_>, with: Option<&WithClause<'_>>, phase: Phase) -> u32 {
        let specifier = literal(source.value.as_str(), source.lone_surrogates);
        let mut attributes: Vec<(Text, Text)> = with
            .iter()
            .flat_map(|w| &w.with_entries)
            .map(|a| {
                let value = literal(a.value.value.as_str(), a.value.lone_surrogates);
                match &a.key {
                    ImportAttributeKey::Identifier(id) => (text(id.name.as_str()), value),
                    ImportAttributeKey::StringLiteral(s) => {
                        (literal(s.value.as_str(), s.lone_surrogates), value)
                    }
                }
            })
            .collect();
        attributes.sort();
        let attributes = attributes.into_boxed_slice();
        let same = |r: &Request| r.specifier == specifier && r.attributes == attributes && r.phase == phase;
        if let Some(index) = self.requests.iter().position(same) {
            return index as u32;
        }
        let offset = source.span.start;
        self.requests.push(Request { specifier, attributes, phase, offset });
        self.requests.len() as u32 - 1
    }
}

fn export_name(name: &ModuleExportName<'_>) -> Text {
    match name {
        ModuleExportName::StringLiteral(s) => literal(s.value.as_str(), s.lone_surrogates),
        name => text(name.name().as_str()),
    }
}

impl<'b, 'a> Gen<'b, 'a> {
    /// Fills in what the VM needs before the module runs.
    pub(super) fn module_header(&mut self, program: &'b Program<'a>) {
        let mut header = Header::default();
        for statement in &program.body {
            self.module_imports(statement, &mut header);
        }
        for statement in &program.body {
            self.module_exports(statement, &mut header);
        }
        self.module.scope = Some(self.scope_info(0));
        self.module.requests = header.requests.into();
        self.module.imports = header.imports.into();
        self.module.exports = header.exports.into();
    }

    /// Requests in the order of the source, and imports.
    fn module_imports(&mut self, statement: &Statement<'a>, header: &mut Header) {
        match statement {
            Statement::ImportDeclaration(d) => {
                let phase = match d.phase {
                    None => Phase::Evaluation,
                    Some(ImportPhase::Source) => Phase::Source,
                    Some(ImportPhase::Defer) => Phase::Defer,
                };
                let request = header.request(&d.source, d.with_clause.as_deref(), phase);
                for specifier in d.specifiers.iter().flatten() {
                    let name = match specifier {
                        ImportDeclarationSpecifier::ImportSpecifier(s) => Some(export_name(&s.imported)),
                        ImportDeclarationSpecifier::ImportDefaultSpecifier(_) if phase == Phase::Source => {
                            None
                        }
                        ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => Some(text("default")),
                        ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => None,
                    };
                    let local = text(specifier.local().name.as_str());
                    header.imports.push(Import { request, name, local });
                }
            }
            Statement::ExportAllDeclaration(d) => {
                header.request(&d.source, d.with_clause.as_deref(), Phase::Evaluation);
            }
            Statement::ExportFromDeclaration(d) => {
                header.request(&d.source, d.with_clause.as_deref(), Phase::Evaluation);
            }
            _ => {}
        }
    }

    fn module_exports(&mut self, statement: &Statement<'a>, header: &mut Header) {
        match statement {
            Statement::ExportAllDeclaration(d) => {
                let request = header.request(&d.source, d.with_clause.as_deref(), Phase::Evaluation);
                header.exports.push(match &d.exported {
                    Some(name) => Export::Indirect { name: export_name(name), request, import: None },
                    None => Export::Star { request },
                });
            }
            Statement::ExportFromDeclaration(d) => {
                let request = header.request(&d.source, d.with_clause.as_deref(), Phase::Evaluation);
                for s in &d.specifiers {
                    let (name, import) = (export_name(&s.exported), Some(export_name(&s.local)));
                    header.exports.push(Export::Indirect { name, request, import });
                }
            }
            Statement::ExportNamedDeclaration(d) => {
                for s in &d.specifiers {
                    let local = s.local.name();
                    self.export_local(local.as_str(), export_name(&s.exported), header);
                }
            }
            Statement::ExportDeclaration(d) => match &d.declaration {
                Declaration::VariableDeclaration(v) => {
                    let mut names = Vec::new();
                    v.declarations.iter().for_each(|d| crate::scope::bound_names(&d.id, &mut names));
                    for (name, _) in names {
                        self.export_local(name, text(name), header);
                    }
                }
                declaration => {
                    if let Some(id) = declaration.id() {
                        self.export_local(id.name.as_str(), text(id.name.as_str()), header);
                    }
                }
            },
            Statement::ExportDefaultDeclaration(d) => {
                let id = match &d.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(f) => f.id.as_ref(),
                    ExportDefaultDeclarationKind::ClassDeclaration(c) => c.id.as_ref(),
                    _ => None,
                };
                self.export_local(id.map_or("*default*", |id| id.name.as_str()), text("default"), header);
            }
            _ => {}
        }
    }

    /// An export of a variable, or of something imported.
    fn export_local(&mut self, local: &str, name: Text, header: &mut Header) {
        let scope = self.an.scope(0);
        let Some(var) = scope.names.get(local).and_then(|&i| scope.vars.get(i as usize)) else { return };
        let export = match var.kind {
            crate::scope::VarKind::Import(index) => match header.imports.get(index as usize) {
                // A namespace object that is imported is a binding of this module as far as others see it, but a constant.
                Some(import) => {
                    Export::Indirect { name, request: import.request, import: import.name.clone() }
                }
                None => return,
            },
            _ => Export::Local { name, slot: var.slot },
        };
        header.exports.push(export);
    }

    /// A function of the top level: it exists before the module runs.
    pub(super) fn module_function(&mut self, name: &str, index: u32) {
        let scope = self.an.scope(0);
        if let Some(var) = scope.names.get(name).and_then(|&i| scope.vars.get(i as usize)) {
            let mut functions = std::mem::take(&mut self.module.functions).into_vec();
            functions.push((var.slot, index));
            self.module.functions = functions.into();
        }
    }

    pub(super) fn import_expression(&mut self, i: &'b ImportExpression<'a>, dst: Reg) {
        let specifier = self.expr_new(&i.source);
        let options = self.alloc();
        match &i.options {
            Some(e) => self.expr_to(e, options),
            None => self.op(Op::LoadUndefined, options, 0, 0),
        }
        let phase: u32 = match i.phase {
            None => 0,
            Some(ImportPhase::Source) => 1,
            Some(ImportPhase::Defer) => 2,
        };
        self.at(i.span.start);
        self.op(Op::DynamicImport, dst, specifier, u32::from(options) | phase << 16);
    }
}
