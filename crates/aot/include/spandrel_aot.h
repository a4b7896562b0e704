/* What code made by `aot::object` expects of the program it is linked into. Layout: codegen::ContextLayout. */
#ifndef SPANDREL_AOT_H
#define SPANDREL_AOT_H
#include <stdbool.h>
#include <stdint.h>

/* How a call of compiled code ended; runtime functions and hooks return the same. */
enum { SPANDREL_RETURNED = 0, SPANDREL_THREW = 1, SPANDREL_ABORTED = 2 };

/* Code finds its surroundings here. One per thread that runs; all of it is the program's to fill in. */
struct spandrel_context {
    uintptr_t stack_limit;   /* lowest address of the stack pointer behind a prologue; leave 64 KiB and what hooks need */
    uint32_t interrupt_flag; /* not 0: polls call `interrupt` */
    uint64_t force_guard;    /* code made with force_guards: guards until one fails */
    uintptr_t entry_sp;      /* 0 to begin with; kept by the code itself */
    /* A guard left. `sites` is the function's site table (format: aot::sites), `buffer` the frame buffer. Either finish the
       activation and write its results, one word each, or return another status. */
    uint32_t (*deopt)(struct spandrel_context *, const uint32_t *sites, uint32_t site, const uint64_t *buffer,
                      uint64_t *results);
    uint32_t (*interrupt)(struct spandrel_context *);                     /* 0: go on */
    void (*stack_overflow)(struct spandrel_context *);                    /* spandrel_stack_overflow */
    void (*trap)(struct spandrel_context *, uint32_t code);               /* spandrel_trap */
    void *(*alloc)(struct spandrel_context *, uint32_t size, uint32_t kind); /* zeroed memory, or null */
    void (*abort)(struct spandrel_context *);                             /* spandrel_abort */
    void *guest;
};

/* Do not return: the innermost spandrel_call_* of this context does, with SPANDREL_ABORTED. Only compiled code and the caller's
   own frame may lie between. */
void spandrel_abort(struct spandrel_context *);
void spandrel_stack_overflow(struct spandrel_context *);
void spandrel_trap(struct spandrel_context *, uint32_t code);

/* For the program to define: called before the two above abort. */
void spandrel_note_stack_overflow(struct spandrel_context *);
void spandrel_note_trap(struct spandrel_context *, uint32_t code);

/* Two result words of a runtime function: results, then the status if it may throw. */
struct spandrel_words {
    uint64_t first, second;
};

#endif
