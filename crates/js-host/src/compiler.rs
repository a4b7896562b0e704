//! The compiler, as isolates want it.

use js_vm::Compiler;

/// The functions of js-compile.
pub const COMPILER: Compiler = Compiler {
    script: js_compile::script,
    module: js_compile::module,
    eval: js_compile::eval,
    function: js_compile::function,
};
