//! The opcode table of JavaScript bytecode: the only place where an opcode is declared.
//!
//! An instruction is 64 bits: opcode in bits 0 to 7, operand A in bits 8 to 23, B in bits 24 to 39, C in bits 40 to 63. `R[x]` is
//! register x of the frame, `K[x]` a constant. A register operand in C takes its lower 16 bits; flags may stand above them. The
//! immediate of `load_int` is bits 24 to 55. Columns of the table: variant, name, what each operand is, effects. The encoder,
//! the verifier, the disassembler, the interpreter's dispatch and lowering expand from it through
//! [`for_each_op`](crate::for_each_op).
//!
//! A frame is entered with the callee in R[0], `this` in R[1] and the arguments from R[2] on: as many as the function has formal
//! parameters, `undefined` where none was given. All other registers hold `undefined`. The windows of calls overlap: the
//! caller puts callee, `this` and arguments in registers R[B], R[B + 1], R[B + 2].. and all registers from R[B] on are the callee's.
//! Environments (scopes with captured variables) are values in registers, too, and so are private names (`#x`).
//! The internal value *empty* is what an uninitialised binding (TDZ) holds.
//!
//! Operand kinds: `None` unused, `Def` register written, `Use` register read, `Mod` both, `Def2`/`Def3` that register and the next
//! one or two written, `Args` registers from there on hold a call, `Num` a number, `Int` a signed number, `Imm` the 32-bit immediate,
//! `Const` constant, `Cache` inline cache (which names a property), `Func` function of the unit, `Scope` description of an environment,
//! `Slot` hops to outer environments in bits 16 to 23 and a slot in bits 0 to 15, `UseFlags` a register with flags above it,
//! `Jump` signed distance from the next instruction.
//! Effects: `Pure` cannot fail, `Fails` may throw or allocate but runs no JavaScript, `Calls` may run JavaScript and throw, `Flow` goes
//! elsewhere than to the next instruction (and may run JavaScript where its comparison does).

/// Calls `$m!` with the whole table.
#[macro_export]
macro_rules! for_each_op {
    ($m:ident) => {
        $m! {
            // Moves and constants.
            Move "move" (Def, Use, None) Pure;
            LoadConst "load_const" (Def, None, Const) Pure;              // a number, string or bigint
            LoadInt "load_int" (Def, Imm, None) Pure;
            LoadUndefined "load_undefined" (Def, None, None) Pure;
            LoadNull "load_null" (Def, None, None) Pure;
            LoadTrue "load_true" (Def, None, None) Pure;
            LoadFalse "load_false" (Def, None, None) Pure;
            LoadEmpty "load_empty" (Def, None, None) Pure;
            // The function's own.
            CoerceThis "coerce_this" (Def, Use, None) Fails;             // OrdinaryCallBindThis of a sloppy function
            NewTarget "new_target" (Def, None, None) Pure;
            HomeObject "home_object" (Def, None, None) Pure;             // [[HomeObject]] of R[0]
            CheckInit "check_init" (Use, None, Const) Fails;             // ReferenceError when R[A] is empty: K[C] is not initialised
            CheckThis "check_this" (Use, None, None) Fails;              // the same for `this` before super()
            CheckNoThis "check_no_this" (Use, None, None) Fails;         // ReferenceError unless R[A] is empty: super() called twice
            ThrowConst "throw_const" (None, None, Const) Fails;          // TypeError: assignment to constant K[C]
            ThrowError "throw_error" (Num, None, Const) Fails;           // an error of kind A (see ErrorKind) with message K[C]
            Arguments "arguments" (Def, Num, None) Fails;                // an unmapped arguments object; B 1: with the function as `callee` (sloppy, nothing to map)
            MappedArguments "mapped_arguments" (Def, Use, None) Fails;   // a mapped one; parameter i is slot `mapped[i]` of environment R[B]'s description
            Rest "rest" (Def, None, Num) Fails;                          // array of the arguments from number C on
            // Environments.
            OuterEnv "outer_env" (Def, None, None) Pure;                 // the environment the callee was made in
            NewEnv "new_env" (Def, Use, Scope) Fails;                    // new environment below R[B]; slots undefined or empty as described
            CopyEnv "copy_env" (Mod, None, None) Fails;                  // a new one with the same slots (per-iteration bindings)
            WithEnv "with_env" (Def, Use, Use) Fails;                    // object environment of `with` below R[B] for object R[C]
            GetEnv "get_env" (Def, Use, Slot) Pure;
            GetEnvChecked "get_env_checked" (Def, Use, Slot) Fails;      // ReferenceError when empty
            SetEnv "set_env" (Use, Use, Slot) Pure;                      // slot C of environment R[B] = R[A]
            SetEnvChecked "set_env_checked" (Use, Use, Slot) Fails;      // ReferenceError when empty
            GetImport "get_import" (Def, None, Num) Fails;               // binding of import entry C
            // Names that only the running program can resolve (sloppy eval, with): from environment R[B] outwards to the global ones.
            GetName "get_name" (Def, Use, Const) Calls;
            GetNameTypeof "get_name_typeof" (Def, Use, Const) Calls;     // undefined when unresolvable
            SetName "set_name" (Use, Use, Const) Calls;                  // K[C] = R[A]
            InitName "init_name" (Use, Use, Const) Fails;                // initialises K[C] (`%this` after super() in eval); ReferenceError if it has a value
            GetNameMethod "get_name_method" (Def2, Use, Const) Calls;    // R[A] = value, R[A + 1] = `this` for a call (with's object)
            BindName "bind_name" (Def2, Use, Const) Calls;               // resolves: the reference in R[A], R[A + 1], for the two below
            GetBound "get_bound" (Def, Use, Const) Calls;                // value of the reference in R[B], R[B + 1]
            SetBound "set_bound" (Use, Use, Const) Calls;                // reference R[B], R[B + 1] = R[A]
            DeleteName "delete_name" (Def, Use, Const) Calls;
            DeclareVar "declare_var" (None, Use, Const) Fails;           // `var` of a sloppy direct eval, in the nearest variable environment
            DeclareFunction "declare_function" (Use, Use, Const) Calls;  // function of a sloppy direct eval
            // Global bindings: the declarative record, then the global object.
            GetGlobal "get_global" (Def, None, Cache) Calls;
            GetGlobalTypeof "get_global_typeof" (Def, None, Cache) Calls;
            SetGlobal "set_global" (Use, None, Cache) Calls;             // unresolvable: ReferenceError if strict, else creates
            CheckGlobal "check_global" (Def, None, Cache) Calls;         // whether it resolves, for `x = value` in strict code
            SetGlobalChecked "set_global_checked" (Use, Use, Cache) Calls; // as set_global; R[B] says whether it resolved before
            InitGlobal "init_global" (Use, None, Cache) Fails;           // initialises let, const, class
            // Arithmetic. Int forms take a small constant as right operand.
            Add "add" (Def, Use, Use) Calls;
            Sub "sub" (Def, Use, Use) Calls;
            Mul "mul" (Def, Use, Use) Calls;
            Div "div" (Def, Use, Use) Calls;
            Rem "rem" (Def, Use, Use) Calls;
            Exp "exp" (Def, Use, Use) Calls;
            BitAnd "bit_and" (Def, Use, Use) Calls;
            BitOr "bit_or" (Def, Use, Use) Calls;
            BitXor "bit_xor" (Def, Use, Use) Calls;
            Shl "shl" (Def, Use, Use) Calls;
            Shr "shr" (Def, Use, Use) Calls;
            Ushr "ushr" (Def, Use, Use) Calls;
            AddInt "add_int" (Def, Use, Int) Calls;
            SubInt "sub_int" (Def, Use, Int) Calls;
            MulInt "mul_int" (Def, Use, Int) Calls;
            RemInt "rem_int" (Def, Use, Int) Calls;
            BitAndInt "bit_and_int" (Def, Use, Int) Calls;
            BitOrInt "bit_or_int" (Def, Use, Int) Calls;
            ShlInt "shl_int" (Def, Use, Int) Calls;
            ShrInt "shr_int" (Def, Use, Int) Calls;
            UshrInt "ushr_int" (Def, Use, Int) Calls;
            Neg "neg" (Def, Use, None) Calls;
            BitNot "bit_not" (Def, Use, None) Calls;
            Inc "inc" (Def, Use, None) Calls;                            // of a numeric value or what ToNumeric makes of it
            Dec "dec" (Def, Use, None) Calls;
            ToNumber "to_number" (Def, Use, None) Calls;                 // unary +
            ToNumeric "to_numeric" (Def, Use, None) Calls;
            ToStr "to_string" (Def, Use, None) Calls;                    // in templates
            ToPropertyKey "to_property_key" (Def, Use, None) Calls;
            ToElementKey "to_element_key" (Def, Use, Use) Calls;         // key R[B] for R[C][R[B]] read and then written: an object becomes a property key, but a TypeError if R[C] is nullish
            ToObject "to_object" (Def, Use, None) Fails;
            Not "not" (Def, Use, None) Pure;
            TypeOf "typeof" (Def, Use, None) Pure;
            Eq "eq" (Def, Use, Use) Calls;
            Ne "ne" (Def, Use, Use) Calls;
            StrictEq "strict_eq" (Def, Use, Use) Pure;
            StrictNe "strict_ne" (Def, Use, Use) Pure;
            Lt "lt" (Def, Use, Use) Calls;
            Le "le" (Def, Use, Use) Calls;
            Gt "gt" (Def, Use, Use) Calls;
            Ge "ge" (Def, Use, Use) Calls;
            InstanceOf "instanceof" (Def, Use, Use) Calls;
            In "in" (Def, Use, Use) Calls;                               // key R[B] in object R[C]
            // Forward jumps.
            Jump "jump" (None, None, Jump) Flow;
            JumpIf "jump_if" (Use, None, Jump) Flow;                     // ToBoolean
            JumpIfNot "jump_if_not" (Use, None, Jump) Flow;
            JumpIfUndefined "jump_if_undefined" (Use, None, Jump) Flow;
            JumpIfNotUndefined "jump_if_not_undefined" (Use, None, Jump) Flow;
            JumpIfNullish "jump_if_nullish" (Use, None, Jump) Flow;
            JumpIfNotNullish "jump_if_not_nullish" (Use, None, Jump) Flow;
            JumpIfEmpty "jump_if_empty" (Use, None, Jump) Flow;
            JumpEqNull "jump_eq_null" (Use, None, Jump) Flow;            // `== null`: undefined, null and [[IsHTMLDDA]] objects
            JumpNeNull "jump_ne_null" (Use, None, Jump) Flow;
            JumpEq "jump_eq" (Use, Use, Jump) Flow;
            JumpNe "jump_ne" (Use, Use, Jump) Flow;
            JumpStrictEq "jump_strict_eq" (Use, Use, Jump) Flow;
            JumpStrictNe "jump_strict_ne" (Use, Use, Jump) Flow;
            JumpLt "jump_lt" (Use, Use, Jump) Flow;
            JumpLe "jump_le" (Use, Use, Jump) Flow;
            JumpGt "jump_gt" (Use, Use, Jump) Flow;
            JumpGe "jump_ge" (Use, Use, Jump) Flow;
            JumpNotLt "jump_not_lt" (Use, Use, Jump) Flow;
            JumpNotLe "jump_not_le" (Use, Use, Jump) Flow;
            JumpNotGt "jump_not_gt" (Use, Use, Jump) Flow;
            JumpNotGe "jump_not_ge" (Use, Use, Jump) Flow;
            JumpStrictEqInt "jump_strict_eq_int" (Use, Int, Jump) Flow;
            JumpStrictNeInt "jump_strict_ne_int" (Use, Int, Jump) Flow;
            JumpLtInt "jump_lt_int" (Use, Int, Jump) Flow;
            JumpLeInt "jump_le_int" (Use, Int, Jump) Flow;
            JumpGtInt "jump_gt_int" (Use, Int, Jump) Flow;
            JumpGeInt "jump_ge_int" (Use, Int, Jump) Flow;
            JumpNotLtInt "jump_not_lt_int" (Use, Int, Jump) Flow;
            JumpNotLeInt "jump_not_le_int" (Use, Int, Jump) Flow;
            JumpNotGtInt "jump_not_gt_int" (Use, Int, Jump) Flow;
            JumpNotGeInt "jump_not_ge_int" (Use, Int, Jump) Flow;
            // Backward jumps: they count towards tier-up and poll for interrupts. Only these go back.
            Loop "loop" (None, None, Jump) Flow;
            LoopIf "loop_if" (Use, None, Jump) Flow;
            LoopIfNot "loop_if_not" (Use, None, Jump) Flow;
            LoopLt "loop_lt" (Use, Use, Jump) Flow;
            LoopLe "loop_le" (Use, Use, Jump) Flow;
            LoopGt "loop_gt" (Use, Use, Jump) Flow;
            LoopGe "loop_ge" (Use, Use, Jump) Flow;
            LoopLtInt "loop_lt_int" (Use, Int, Jump) Flow;
            LoopLeInt "loop_le_int" (Use, Int, Jump) Flow;
            LoopGtInt "loop_gt_int" (Use, Int, Jump) Flow;
            LoopGeInt "loop_ge_int" (Use, Int, Jump) Flow;
            // Objects.
            NewObject "new_object" (Def, None, Num) Fails;               // room for C properties
            NewArray "new_array" (Def, None, Num) Fails;                 // empty, room for C elements
            ArrayPush "array_push" (Use, Use, None) Fails;               // of an array literal: R[A] gets R[B], a hole when that is empty
            ArraySpread "array_spread" (Use, Use, None) Calls;           // appends what iterable R[B] gives
            NewRegExp "new_regexp" (Def, None, Const) Fails;
            TemplateObject "template_object" (Def, None, Const) Fails;   // GetTemplateObject: the same one each time
            GetProperty "get_property" (Def, Use, Cache) Calls;
            GetLength "get_length" (Def, Use, Cache) Calls;              // property `length`
            GetMethod "get_method" (Def2, Use, Cache) Calls;             // R[A] = R[B].name, R[A + 1] = R[B]
            SetProperty "set_property" (Use, Use, Cache) Calls;          // R[A].name = R[B]
            DefineField "define_field" (Use, Use, Cache) Calls;          // CreateDataPropertyOrThrow(R[A], name, R[B])
            GetElement "get_element" (Def, Use, Use) Calls;              // R[A] = R[B][R[C]]
            GetElementMethod "get_element_method" (Def2, Use, Use) Calls; // and R[A + 1] = R[B]
            SetElement "set_element" (Use, Use, Use) Calls;              // R[A][R[B]] = R[C]
            DefineElement "define_element" (Use, Use, Use) Calls;        // CreateDataPropertyOrThrow(R[A], R[B], R[C]); R[B] is a property key
            DefineMethod "define_method" (Use, Use, UseFlags) Calls;     // method R[C] of R[A] under key R[B]; flags: see MethodFlags
            SetPrototype "set_prototype" (Use, Use, None) Fails;         // `__proto__: value` in a literal
            SetFunctionName "set_function_name" (Use, Use, Num) Fails;   // function R[A] gets key R[B] as name, prefix C: 0 none, 1 get, 2 set
            SetHome "set_home" (Use, Use, None) Fails;                   // MakeMethod: function R[A] belongs to object R[B]
            CopyDataProperties "copy_data_properties" (Use, Use, Num) Calls; // R[A] gets the properties of R[B] but the C keys in R[A + 1]..
            DeleteProperty "delete_property" (Def, Use, Const) Calls;
            DeleteElement "delete_element" (Def, Use, Use) Calls;
            GetSuper "get_super" (Mod, Use, Use) Calls;                  // R[A]: home object in, value out; key R[B], `this` R[C]
            SetSuper "set_super" (Args, Use, Use) Calls;                 // R[A] home object, R[A + 1] value, key R[B], `this` R[C]
            // Classes and private names.
            NewClass "new_class" (Args, Use, Func) Calls;                // R[A]: heritage or empty; becomes constructor, R[A + 1] its prototype; environment R[B]
            SetFields "set_fields" (Use, Use, None) Fails;               // R[B] initialises the fields of instances of R[A]
            InitFields "init_fields" (Use, Use, None) Calls;             // InitializeInstanceElements(R[A], R[B])
            NewPrivateName "new_private_name" (Def, None, Const) Fails;
            GetPrivate "get_private" (Def, Use, Use) Calls;              // object R[B], name R[C]
            SetPrivate "set_private" (Use, Use, Use) Calls;              // object R[A], name R[B], value R[C]
            HasPrivate "has_private" (Def, Use, Use) Fails;              // #name R[B] in object R[C]
            DefinePrivate "define_private" (Use, Use, UseFlags) Fails;   // object R[A], name R[B], value R[C]; flags: see MethodFlags, field without
            SuperConstructor "super_constructor" (Def, Use, None) Fails; // [[GetPrototypeOf]] of function R[B]
            ReturnDerived "return_derived" (Use, Use, None) Flow;        // from a derived constructor: R[A] if an object, else `this` R[B] (checked)
            // Functions and calls.
            Closure "closure" (Def, Use, Func) Fails;                    // in environment R[B]
            Call "call" (Def, Args, Num) Calls;                          // C arguments
            CallSpread "call_spread" (Def, Args, None) Calls;            // arguments in the array in R[B + 2]
            CallEval "call_eval" (Def, Args, Num) Calls;                 // a call, direct eval if the callee is %eval%; environment behind the arguments
            CallEvalSpread "call_eval_spread" (Def, Args, None) Calls;   // arguments in the array in R[B + 2], environment in R[B + 3]
            New "new" (Def, Args, Num) Calls;                            // constructor R[B], new.target R[B + 1], C arguments
            NewSpread "new_spread" (Def, Args, None) Calls;
            Return "return" (Use, None, None) Flow;                      // async functions resolve their promise
            ReturnUndefined "return_undefined" (None, None, None) Flow;
            // Iteration. An iterator takes three registers: object, next method, and one for the interpreter.
            GetIterator "get_iterator" (Def3, Use, Num) Calls;           // C 1 (yield*): object and method as they are, for calls
            GetAsyncIterator "get_async_iterator" (Def3, Use, None) Calls;
            IteratorNext "iterator_next" (Def, Use, Jump) Calls;         // next value of iterator R[B].., or jump when done (R[A] undefined)
            IteratorClose "iterator_close" (Use, None, Num) Calls;       // C 0: normal completion; 1: after a throw, whose error stays
            CheckObject "check_object" (Use, None, Const) Fails;         // TypeError with message K[C] unless R[A] is an object
            ForInStart "for_in_start" (Def, Use, None) Calls;            // EnumerateObjectProperties; nothing for null and undefined
            ForInNext "for_in_next" (Def, Use, Jump) Calls;              // next key, or jump
            // Exceptions. A handler begins with `catch`.
            Catch "catch" (Def, None, None) Pure;                        // the exception that led here
            Throw "throw" (Use, None, None) Flow;
            Rethrow "rethrow" (Use, None, None) Flow;                    // at the end of `finally`
            // Generators and async functions.
            InitialYield "initial_yield" (None, None, None) Flow;        // parameters are bound: the call returns the generator
            Yield "yield" (Mod, None, Jump) Flow;                        // gives R[A], gets what next(v) passes; jumps on return(v); throw(v) throws here
            YieldRaw "yield_raw" (Mod, Def, Num) Flow;                   // yield*: the result object R[A] as it is (C 1) or its value (C 0); how it resumes in R[B]: 0 next, 1 throw, 2 return
            Await "await" (Mod, None, None) Flow;
            // Modules.
            ImportMeta "import_meta" (Def, None, None) Fails;
            DynamicImport "dynamic_import" (Def, Use, Use) Calls;        // specifier R[B], options R[C]; flags above R[C]: phase
            // Explicit resource management. R[A] or R[B] holds a stack made by the first.
            NewDisposeStack "new_dispose_stack" (Def, None, None) Fails;
            AddDisposable "add_disposable" (Use, Use, Num) Calls;        // R[B] joins stack R[A]; C 0 sync, 1 async
            Dispose "dispose" (Mod, Use, None) Calls;                    // all of R[B]; R[A] empty or the pending error, which errors join (SuppressedError)
            DisposeNext "dispose_next" (Mod, Use, Jump) Calls;           // one of R[B]: R[A + 1] is to be awaited; jumps when none is left; errors join R[A]
            JoinError "join_error" (Mod, Use, None) Fails;               // error R[B] suppresses the pending one of R[A]
            Debugger "debugger" (None, None, None) Pure;
        }
    };
}
