//! Source text: scripts, eval, functions made from text.

use crate::call::{Args, Called, Site};
use crate::error::{Res, Throw};
use crate::names::text_of;
use crate::realm::Intrinsic;
use crate::surrogates::{StandIns, source_text};
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::{
    Declared, DeclaredKind, DynamicKind, EvalContext, FunctionKind, ScopeKind, SyntaxError, Text, Unit,
};
use js_rt::{Code, CodeUnit, Env, Obj, PropertyKey, Realm, Source, Value};
use std::sync::Arc;

impl Vm {
    /// 16.1.6 ScriptEvaluation of source text; `name` is what messages call it.
    ///
    /// # Errors
    /// SyntaxError, and what it throws.
    pub fn run_script(&self, name: &str, text: &str) -> Res<Value> {
        let source = Arc::new(Source::new(name, text));
        let unit = (self.state.compiler.script)(text).map_err(|error| self.refused(&error, &source))?;
        self.run_unit(unit, source)
    }

    /// The same for source text that was compiled before.
    ///
    /// # Errors
    /// What it throws.
    pub fn run_unit(&self, unit: Unit, source: Arc<Source>) -> Res<Value> {
        let declared = unit.declared.clone();
        // Import calls in it, and in what it passes to eval, are resolved against this.
        let host = self.rt.str_from_utf8(&source.name)?;
        let unit = self.load_unit(unit, source, self.realm(), host.into())?;
        let code = self.code_of(unit, 0)?;
        self.declare_globals(&declared)?;
        let script = self.closure_of(code, None)?;
        self.call(script.into(), self.global_this(), &[])
    }

    /// The error for a source that the compiler refuses.
    #[cold]
    pub fn refused(&self, error: &SyntaxError, source: &Source) -> Throw {
        let thrown = if error.reference {
            self.reference_error(&error.message)
        } else {
            self.syntax_error(&error.message)
        };
        let place = self.note_refused(source, error.offset);
        match self.show_place(thrown, &place) {
            Ok(()) => thrown,
            Err(other) => other,
        }
    }

    /// Whether the stack of an error that was thrown begins with a place in a source text.
    pub(crate) fn has_place(&self, thrown: Throw) -> bool {
        if thrown != Throw::Value {
            return true;
        }
        let error = self.take_exception();
        let _ = self.throw(error);
        let record = error.as_object().and_then(|error| error.payload_as::<js_rt::List>());
        record.is_none_or(|record| record.get(2).is_some_and(Value::is_string))
    }

    /// Has the stack of an error that was thrown begin with a place in a source text.
    pub(crate) fn show_place(&self, thrown: Throw, place: &str) -> Res<()> {
        if thrown != Throw::Value {
            return Ok(());
        }
        let error = self.take_exception();
        if let Some(record) = error.as_object().and_then(|error| error.payload_as::<js_rt::List>()) {
            let place = self.rt.str_from_utf8(place)?;
            record.insert(&self.rt, 2, Value::UNDEFINED)?;
            record.insert(&self.rt, 2, place.into())?;
        }
        let _ = self.throw(error);
        Ok(())
    }

    /// `call_eval`: a direct eval if the callee is %eval%, else a call.
    pub(crate) fn call_eval(&self, code: Gc<Code>, site: Site, env: Value) -> Res<Called> {
        self.poll()?;
        let values = self.state.stack.values();
        let callee = values.get(site.base).map_or(Value::UNDEFINED, std::cell::Cell::get);
        if callee.as_object() != Some(self.intrinsic(Intrinsic::Eval)) {
            return self.begin_call(site);
        }
        let text = match values.get(site.base + 2) {
            Some(cell) if site.argc > 0 => cell.get(),
            _ => Value::UNDEFINED,
        };
        let Some(text) = text.as_string() else { return Ok(Called::Done(text)) };
        let context = self.eval_context(code, env);
        let (text, lone) = source_text(text);
        self.perform_eval(&text, lone, context, self.as_env(env)).map(Called::Done)
    }

    /// 19.2.1 eval ( x ), called otherwise.
    ///
    /// # Errors
    /// SyntaxError, and what it throws.
    pub fn indirect_eval(&self, x: Value) -> Res<Value> {
        match x.as_string() {
            Some(text) => {
                let (text, lone) = source_text(text);
                self.perform_eval(&text, lone, EvalContext::default(), None)
            }
            None => Ok(x),
        }
    }

    /// PerformShadowRealmEval ( sourceText, callerRealm, evalRealm ): the running realm's SyntaxError, or what the code did.
    ///
    /// # Errors
    /// SyntaxError.
    pub fn eval_in_realm(&self, text: &str, realm: Gc<Realm>) -> Res<Res<Value>> {
        let source = Source::new("eval", text);
        (self.state.compiler.eval)(text, EvalContext::default())
            .map_err(|error| self.refused(&error, &source))?;
        Ok(self.in_realm(realm, || self.perform_eval(text, None, EvalContext::default(), None)))
    }

    /// Which forms a direct eval may contain, by what surrounds it.
    fn eval_context(&self, code: Gc<Code>, env: Value) -> EvalContext {
        let mut context =
            EvalContext { strict: code.function.flags.strict, direct: true, ..EvalContext::default() };
        let mut kind = code.function.kind;
        let mut at = self.as_env(env);
        while let Some(env) = at {
            if let Some((owner, scope)) = Vm::scope_of(&env) {
                if matches!(kind, FunctionKind::Arrow | FunctionKind::Eval) {
                    kind = owner.function.kind;
                }
                for (slot, var) in
                    owner.function.scopes.get(scope).iter().flat_map(|info| info.vars.iter().enumerate())
                {
                    match text_of(&var.name).as_str() {
                        "%new.target" => context.new_target = true,
                        "%home" => context.super_property |= env.get(slot).is_object(),
                        "%function" => context.super_call |= self.is_derived(env.get(slot)),
                        _ => {}
                    }
                }
            }
            at = env.parent();
        }
        context.in_field = kind == FunctionKind::Initializer;
        context
    }

    fn is_derived(&self, function: Value) -> bool {
        let closure = function.as_object().and_then(|function| self.closure(function));
        closure.is_some_and(|closure| closure.code().function.kind == FunctionKind::DerivedConstructor)
    }

    /// 19.2.1.1 PerformEval
    fn perform_eval(
        &self,
        text: &str,
        lone: Option<StandIns>,
        context: EvalContext,
        env: Option<Env>,
    ) -> Res<Value> {
        self.check_stack()?;
        let source = Arc::new(Source::new("eval", text));
        let mut unit =
            (self.state.compiler.eval)(text, context).map_err(|error| self.refused(&error, &source))?;
        if let Some(lone) = lone {
            lone.restore(&mut unit);
        }
        self.check_private_names(&unit, env)?;
        let declared = unit.declared.clone();
        let strict = unit.functions.first().is_some_and(|function| function.flags.strict);
        let unit = self.load_unit(unit, source, self.realm(), self.running_host())?;
        let code = self.code_of(unit, 0)?;
        if !strict {
            self.check_eval_declarations(&declared, env)?;
        }
        let eval = self.closure_of(code, env)?;
        self.call(eval.into(), self.global_this(), &[])
    }

    /// The module or script that the running code belongs to.
    pub(crate) fn running_host(&self) -> Value {
        let code = self.state.stack.frame().and_then(|frame| frame.code.get());
        code.map_or(Value::UNDEFINED, |code| code.unit.host.get())
    }

    /// AllPrivateIdentifiersValid: those that are not declared in the text are in classes around it.
    fn check_private_names(&self, unit: &Unit, env: Option<Env>) -> Res<()> {
        for name in &unit.private_names {
            let mut at = env;
            let found = loop {
                let Some(env) = at else { break false };
                if declares(&env, name, false) {
                    break true;
                }
                at = env.parent();
            };
            if !found {
                let name = text_of(name);
                let message = format_args!("Private field '{name}' must be declared in an enclosing class");
                return Err(self.syntax_error(message));
            }
        }
        Ok(())
    }

    /// 19.2.1.3 EvalDeclarationInstantiation, the checks before anything is declared, for sloppy code.
    fn check_eval_declarations(&self, declared: &[Declared], env: Option<Env>) -> Res<()> {
        let start = env.map_or(Value::UNDEFINED, Value::from_cell);
        let variables = self.variable_env(start);
        for one in declared {
            if matches!(one.kind, DeclaredKind::Let | DeclaredKind::Const | DeclaredKind::BlockFunction) {
                continue;
            }
            let mut at = env;
            while let Some(env) = at.filter(|env| Some(*env) != variables) {
                let catch = Vm::scope_of(&env).is_some_and(|(code, scope)| {
                    code.function.scopes.get(scope).is_some_and(|info| info.kind == ScopeKind::Catch)
                });
                if declares(&env, &one.name, catch) {
                    let key = self.text_key(&one.name)?;
                    return Err(self.redeclared(key));
                }
                at = env.parent();
            }
            match variables {
                Some(env) if declares(&env, &one.name, true) => {
                    let key = self.text_key(&one.name)?;
                    return Err(self.redeclared(key));
                }
                None => self.check_global_declaration(one)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn check_global_declaration(&self, one: &Declared) -> Res<()> {
        let key: PropertyKey = self.text_key(&one.name)?;
        if self.realm().lexicals.borrow().contains_key(&key) {
            return Err(self.redeclared(key));
        }
        let allowed = match one.kind {
            DeclaredKind::Function => self.can_declare_global_function(key)?,
            _ => self.has_own_property(self.global(), key)? || self.is_extensible(self.global())?,
        };
        if allowed {
            return Ok(());
        }
        let name = self.key_text(key);
        Err(self.type_error(format_args!("Cannot declare global '{name}'")))
    }

    /// 20.2.1.1.1 CreateDynamicFunction, from the arguments of the constructor.
    ///
    /// # Errors
    /// SyntaxError, and what converting the arguments throws.
    pub fn create_dynamic_function(&self, args: &Args<'_>, kind: DynamicKind) -> Res<Value> {
        let (parameters, body) = self.dynamic_texts(args)?;
        let source = Arc::new(Source::new("anonymous", kind.source(&parameters, &body)));
        let made = (self.state.compiler.function)(&parameters, &body, kind);
        let unit = made.map_err(|error| self.refused(&error, &source))?;
        let realm = self.realm();
        let unit: Gc<CodeUnit> = self.load_unit(unit, source, realm, self.running_host())?;
        let code = self.code_of(unit, 0)?;
        let script = self.closure_of(code, None)?;
        let function = self.call(script.into(), Value::UNDEFINED, &[])?;
        let new_target: Obj = args.new_target.unwrap_or(args.callee);
        let fallback = match kind {
            DynamicKind::Normal => Intrinsic::FunctionPrototype,
            DynamicKind::Generator => Intrinsic::GeneratorFunctionPrototype,
            DynamicKind::Async => Intrinsic::AsyncFunctionPrototype,
            DynamicKind::AsyncGenerator => Intrinsic::AsyncGeneratorFunctionPrototype,
        };
        let proto = self.get_prototype_from_constructor(new_target, fallback)?;
        if let Some(function) = function.as_object()
            && function.proto() != Some(proto)
        {
            self.rt.set_proto(function, Some(proto))?;
        }
        Ok(function)
    }

    fn dynamic_texts(&self, args: &Args<'_>) -> Res<(String, String)> {
        let mut parameters = String::new();
        let count = args.len().saturating_sub(1);
        for index in 0..count {
            if index > 0 {
                parameters.push(',');
            }
            parameters.push_str(&self.to_string(args.get(index))?.to_std());
        }
        let body = match args.given(count) {
            Some(body) => self.to_string(body)?.to_std(),
            None => String::new(),
        };
        Ok((parameters, body))
    }
}

/// Whether an environment has a variable of this name; `lexical`: declared by `let`, `const`, `class` or a function in a block.
fn declares(env: &Env, name: &Text, lexical: bool) -> bool {
    let Some((code, scope)) = Vm::scope_of(env) else { return false };
    let Some(info) = code.function.scopes.get(scope) else { return false };
    info.vars.iter().any(|var| var.name == *name && (var.lexical || !lexical))
}
