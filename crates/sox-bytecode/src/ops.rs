//! The opcode table of Sox bytecode: the only place where an opcode is declared.
//!
//! An instruction is 64 bits: opcode, three 8-bit operands A, B, C and a signed 32-bit immediate I. Columns of the table:
//! variant, name, what each operand is, effects. The encoder, the verifier, the disassembler, the interpreter's dispatch and
//! lowering expand from it through [`for_each_op`](crate::for_each_op).
//!
//! `R[x]` is register x of the frame, `K[x]` a constant. Register 0 holds the function called, or `this` in a method, when
//! the frame is entered; arguments follow from 1. A function with more values at a time than registers keeps an array in its
//! last one, 255, which `load_far` and `store_far` access.
//!
//! Operand kinds: `None` unused, `Def` register written, `Use` register read, `Mod` both, `Num` a number, `Const` constant
//! index, `Args` registers from A on hold callee or receiver and arguments.
//! Immediates: `None`, `Int` a number, `Const`, `Global` slot, `Up` captured variable, `Func` function of the module, `Cache` inline
//! cache, `Jump` distance from the next instruction, `Far` index in the far array, `Shape` interface the function declares.
//! Effects: `Pure` cannot fail, `Fails` may throw, `Calls` may run Sox code and throw, `Flow` goes elsewhere.

/// Calls `$m!` with the whole table.
#[macro_export]
macro_rules! for_each_op {
    ($m:ident) => {
        $m! {
            // Moves and constants.
            Move "move" (Def, Use, None) None Pure;                 // R[A] = R[B]
            LoadFar "load_far" (Def, Use, None) Far Pure;           // R[A] = element I of the far array R[B]
            StoreFar "store_far" (Use, Use, None) Far Pure;         // element I of the far array R[B] = R[A]
            LoadConst "load_const" (Def, None, None) Const Pure;    // R[A] = K[I]
            LoadInt "load_int" (Def, None, None) Int Pure;          // R[A] = number I
            LoadNil "load_nil" (Def, None, None) None Pure;
            LoadTrue "load_true" (Def, None, None) None Pure;
            LoadFalse "load_false" (Def, None, None) None Pure;
            // Variables. A box holds a variable that is captured and assigned to.
            GetGlobal "get_global" (Def, None, None) Global Fails;
            SetGlobal "set_global" (Use, None, None) Global Fails;  // fails when it is not defined
            DefineGlobal "define_global" (Use, None, None) Global Pure;
            NewBox "new_box" (Def, Use, None) None Fails;           // R[A] = box of R[B]
            GetBox "get_box" (Def, Use, None) None Pure;            // R[A] = contents of R[B]
            SetBox "set_box" (Use, Use, None) None Pure;            // contents of R[A] = R[B]
            GetUp "get_up" (Def, None, None) Up Pure;               // R[A] = captured value I
            GetUpBox "get_up_box" (Def, None, None) Up Pure;        // R[A] = contents of captured box I
            SetUpBox "set_up_box" (Use, None, None) Up Pure;        // contents of captured box I = R[A]
            Closure "closure" (Def, None, None) Func Fails;
            // Arithmetic. The K forms take a number constant as right operand, `*_from` as left one.
            Add "add" (Def, Use, Use) None Fails;
            Sub "sub" (Def, Use, Use) None Fails;
            Mul "mul" (Def, Use, Use) None Fails;
            Div "div" (Def, Use, Use) None Fails;
            Rem "rem" (Def, Use, Use) None Fails;
            AddK "add_k" (Def, Use, None) Const Fails;
            SubK "sub_k" (Def, Use, None) Const Fails;
            MulK "mul_k" (Def, Use, None) Const Fails;
            DivK "div_k" (Def, Use, None) Const Fails;
            RemK "rem_k" (Def, Use, None) Const Fails;
            SubFrom "sub_from" (Def, Use, None) Const Fails;     // R[A] = K[I] - R[B]
            DivFrom "div_from" (Def, Use, None) Const Fails;
            Neg "neg" (Def, Use, None) None Fails;
            Not "not" (Def, Use, None) None Pure;
            // Comparisons to a value. `>` and `>=` swap operands.
            Eq "eq" (Def, Use, Use) None Pure;
            Ne "ne" (Def, Use, Use) None Pure;
            Lt "lt" (Def, Use, Use) None Fails;
            Le "le" (Def, Use, Use) None Fails;
            Is "is" (Def, Use, Use) None Fails;
            // Forward jumps.
            Jump "jump" (None, None, None) Jump Flow;
            JumpIf "jump_if" (Use, None, None) Jump Flow;
            JumpIfNot "jump_if_not" (Use, None, None) Jump Flow;
            JumpIfPresent "jump_if_present" (Use, None, None) Jump Flow; // the argument was given
            JumpEq "jump_eq" (Use, Use, None) Jump Flow;
            JumpNe "jump_ne" (Use, Use, None) Jump Flow;
            JumpLt "jump_lt" (Use, Use, None) Jump Flow;         // fails on others than numbers, as all that order
            JumpNotLt "jump_not_lt" (Use, Use, None) Jump Flow;
            JumpLe "jump_le" (Use, Use, None) Jump Flow;
            JumpNotLe "jump_not_le" (Use, Use, None) Jump Flow;
            JumpEqK "jump_eq_k" (Use, Const, None) Jump Flow;    // R[A] == K[B]
            JumpNeK "jump_ne_k" (Use, Const, None) Jump Flow;
            JumpLtK "jump_lt_k" (Use, Const, None) Jump Flow;
            JumpNotLtK "jump_not_lt_k" (Use, Const, None) Jump Flow;
            JumpLeK "jump_le_k" (Use, Const, None) Jump Flow;
            JumpNotLeK "jump_not_le_k" (Use, Const, None) Jump Flow;
            JumpGtK "jump_gt_k" (Use, Const, None) Jump Flow;
            JumpNotGtK "jump_not_gt_k" (Use, Const, None) Jump Flow;
            JumpGeK "jump_ge_k" (Use, Const, None) Jump Flow;
            JumpNotGeK "jump_not_ge_k" (Use, Const, None) Jump Flow;
            // Backward jumps: they count towards tier-up and poll for interrupts. Only these go back.
            Loop "loop" (None, None, None) Jump Flow;
            LoopIf "loop_if" (Use, None, None) Jump Flow;
            LoopIfNot "loop_if_not" (Use, None, None) Jump Flow;
            LoopLt "loop_lt" (Use, Use, None) Jump Flow;
            LoopLe "loop_le" (Use, Use, None) Jump Flow;
            LoopLtK "loop_lt_k" (Use, Const, None) Jump Flow;
            LoopLeK "loop_le_k" (Use, Const, None) Jump Flow;
            LoopGtK "loop_gt_k" (Use, Const, None) Jump Flow;
            LoopGeK "loop_ge_k" (Use, Const, None) Jump Flow;
            // The end of a `for` that counts: R[A] += K[C], then again while R[A] < R[B] (or <=).
            LoopAddLt "loop_add_lt" (Mod, Use, Const) Jump Flow;
            LoopAddLe "loop_add_le" (Mod, Use, Const) Jump Flow;
            // Objects.
            GetProperty "get_property" (Def, Use, None) Cache Fails;  // R[A] = R[B].name
            SetProperty "set_property" (Use, Use, None) Cache Fails;  // R[A].name = R[B]
            GetIndex "get_index" (Def, Use, Use) None Fails;          // R[A] = R[B][R[C]]
            SetIndex "set_index" (Use, Use, Use) None Fails;          // R[A][R[B]] = R[C]
            Slice "slice" (Def, Use, Use) None Fails;                 // R[A] = R[B][R[C] : R[C + 1]], nil is open
            NewArray "new_array" (Def, Use, Num) Int Fails;        // R[A] = the C values from R[B] on, room for I
            Append "append" (Use, Use, Num) None Fails;               // appends the C values from R[B] on to R[A]
            NewTable "new_table" (Def, None, None) Int Fails;            // room for I entries
            SetField "set_field" (Use, Use, None) Const Fails;        // R[A][K[I]] = R[B], in literals
            NewRange "new_range" (Def, Use, Use) None Fails;
            Class "class" (Def, None, None) Const Fails;
            Inherit "inherit" (Use, Use, None) None Fails;               // class R[A] from class R[B]
            Method "method" (Use, Use, None) Const Fails;             // class R[A] gets closure R[B] as K[I]
            Interface "interface" (Def, None, None) Shape Fails;
            Implements "implements" (Use, Use, None) None Fails;         // class R[A] must have what R[B] asks for
            // Iteration: R[A], R[A + 1] hold the iterator and its position.
            IterStart "iter_start" (Def, Use, None) None Fails;          // over R[B]
            IterNext "iter_next" (Mod, Def, Num) Jump Flow;        // next C values to R[B].., or jump when there is none
            // Calls: the callee or receiver is in R[A], B arguments follow, the result comes to R[A].
            Call "call" (Args, Num, None) None Calls;
            CallSpread "call_spread" (Args, None, None) None Calls;  // as `call`, the arguments are in an array in R[A + 1]
            InvokeSpread "invoke_spread" (Args, None, None) Cache Calls; // as `invoke`, with the arguments likewise
            Invoke "invoke" (Args, Num, None) Cache Calls;            // R[A].name(..)
            SuperInvoke "super_invoke" (Args, Num, Use) Cache Calls; // method of class R[C] on R[A]
            GetSuper "get_super" (Def, Use, Use) Cache Fails;      // R[A] = method of class R[C] bound to R[B]
            Return "return" (Use, None, None) None Flow;
            ReturnNil "return_nil" (None, None, None) None Flow;
            // Defer: R[A] holds the list of deferred closures, or nil.
            Defer "defer" (Mod, Use, None) None Fails;                   // puts closure R[B] first
            RunDefers "run_defers" (Mod, Def, None) None Calls;          // calls the first, R[B] on are free, until R[A] is nil
            // The rest.
            Throw "throw" (Use, None, None) None Flow;
            Rethrow "rethrow" (Use, None, None) None Flow;                  // keeps the trace
            Print "print" (Use, None, None) None Fails;
            Assert "assert" (Use, Use, Num) None Fails;               // C = 1: R[B] is the message
            Import "import" (Def, None, None) Const Calls;
        }
    };
}
