/* Calls what program.ir defines, and prints what is wrong. Behind aot::header's text. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

static int failed;
#define CHECK(condition) \
    do { if (!(condition)) { failed++; printf("line %d: %s\n", __LINE__, #condition); } } while (0)

static struct spandrel_context context;
static int noted = -1, overflows;

uint64_t spandrel_rt_add(struct spandrel_context *c, uint64_t a, uint64_t b) { CHECK(c == &context); return a + b + 1; }
double spandrel_rt_half(struct spandrel_context *c, double x) { CHECK(c == &context); return x / 2; }
uint64_t spandrel_rt_fail_if(struct spandrel_context *c, bool fail) {
    if (fail) { uint64_t r[1]; CHECK(spandrel_call_fib(c, r, 5) == 0 && r[0] == 5); }
    return fail ? SPANDREL_THREW : SPANDREL_RETURNED;
}
struct spandrel_words spandrel_rt_swap(struct spandrel_context *c, uint64_t first, uint64_t second) {
    (void)c;
    return (struct spandrel_words){second, first};
}
double spandrel_helper_floor(double x) { double t = (double)(long)x; return t > x ? t - 1 : t; }
void spandrel_note_trap(struct spandrel_context *c, uint32_t code) { CHECK(c == &context); noted = (int)code; }
void spandrel_note_stack_overflow(struct spandrel_context *c) { CHECK(c == &context); overflows++; }

/* The functions a walk came through, by where their unwind tables say they begin. */
static const void *seen[64];
static int seen_count;
static _Unwind_Reason_Code step(struct _Unwind_Context *u, void *data) {
    (void)data;
    void *start = _Unwind_FindEnclosingFunction((void *)(_Unwind_GetIP(u) - 1));
    if (seen_count < 64) seen[seen_count++] = start;
    return _URC_NO_REASON;
}
uint64_t spandrel_rt_walkZ20theZ2estack(struct spandrel_context *c) {
    (void)c;
    seen_count = 0;
    _Unwind_Backtrace(step, 0);
    return 100;
}
static int position(const void *function) {
    for (int i = 0; i < seen_count; i++) if (seen[i] == function) return i;
    return -1;
}

static uint32_t deopt(struct spandrel_context *c, const uint32_t *sites, uint32_t site, const uint64_t *buffer,
                      uint64_t *results) {
    CHECK(c == &context && site == 0);
    CHECK(sites[0] == 0x54535053 && sites[1] == 1);
    /* Two words of buffer, does not throw, one i64 result, a name of seven bytes, one site. */
    CHECK(sites[3] == 2 && sites[4] == 0 && sites[5] == 1 && sites[6] == 1 && sites[7] == 7);
    CHECK(memcmp(&sites[8], "guarded", 8) == 0 && sites[10] == 1);
    const uint32_t *at = sites + sites[11];
    CHECK(at[2] == 3 && at[3] == 1 && at[4] == 11 && at[5] == 22 && at[6] == 3);
    CHECK(at[7] == (1 | 1 << 8) && at[9] == (2 | 1 << 8) && at[10] == 5 && at[12] == (1 | 1 << 8));
    results[0] = buffer[at[8]] ^ buffer[at[13]];
    return SPANDREL_RETURNED;
}

int main(void) {
    char here;
    context.stack_limit = (uintptr_t)&here - (1 << 20);
    context.deopt = deopt;
    context.trap = spandrel_trap;
    context.stack_overflow = spandrel_stack_overflow;
    context.abort = spandrel_abort;
    uint64_t r[16];
    memset(r, 0xee, sizeof r);
    CHECK(spandrel_call_fib(&context, r, 20) == 0 && r[0] == 6765 && r[1] == 0xeeeeeeeeeeeeeeee);

    double half;
    CHECK(spandrel_call_calls(&context, r, 20, 5.0) == 0 && r[0] == 41);
    memcpy(&half, &r[1], 8);
    CHECK(half == 2.5);

    CHECK(spandrel_call_many(&context, r, (uint32_t)-3, 1, 2.5, 3, 4, 5, 6, 7.0, 80, 81, true, 10, 1, 2, 3, 4, 5, 6, 9.0) == 0);
    double difference = 6.5;
    CHECK(r[0] == (uint64_t)-3 && memcmp(&r[1], &difference, 8) == 0 && r[2] == 81 && r[3] == 80 && r[4] == 1);
    CHECK(r[5] == 1 && r[6] == 3 && r[7] == 4 && r[8] == 5 && r[9] == 6 && r[10] == 10 && r[11] == (uint64_t)-3);

    r[0] = 99;
    CHECK(spandrel_call_oddZ20nameZ2eZZ(&context, r, false) == 0 && r[0] == 7);
    CHECK(spandrel_call_oddZ20nameZ2eZZ(&context, r, true) == 1 && r[0] == 7);
    CHECK(spandrel_call_catches(&context, r, true) == 0 && r[0] == 0 && r[1] == 1);
    CHECK(spandrel_call_catches(&context, r, false) == 0 && r[0] == 7 && r[1] == 0);

    CHECK(spandrel_call_outer(&context, r, 42, 6) == 0 && r[0] == 8);
    r[0] = 99;
    CHECK(spandrel_call_outer(&context, r, 42, 0) == 2 && r[0] == 99 && noted == 0 && context.entry_sp == 0);
    CHECK(spandrel_call_deep(&context, r, 0) == 2 && overflows == 1 && context.entry_sp == 0);
    CHECK(spandrel_call_fib(&context, r, 10) == 0 && r[0] == 55);

    CHECK(spandrel_call_guarded(&context, r, 40, 2) == 0 && r[0] == 42);
    CHECK(spandrel_call_guarded(&context, r, INT64_MAX, 1) == 0 && r[0] == (INT64_MAX ^ 1));

    CHECK(spandrel_call_pick(&context, r, 3) == 0 && r[0] == 43);
    CHECK(spandrel_call_pick(&context, r, 9) == 0 && r[0] == (uint64_t)-1);
    CHECK(spandrel_call_indirect(&context, r, (uintptr_t)spandrel_fn_fib, 15) == 0 && r[0] == 610);
    double low;
    CHECK(spandrel_call_round(&context, r, -1.5) == 0);
    memcpy(&low, r, 8);
    CHECK(low == -2);

    CHECK(spandrel_call_middle(&context, r, 1) == 0 && r[0] == 102);
    int inner = position(spandrel_fn_inner), middle = position(spandrel_fn_middle);
    int entry = position((const void *)spandrel_call_middle), here_at = position((const void *)main);
    CHECK(inner > 0 && middle == inner + 1 && entry == middle + 2 && here_at == entry + 1);
    if (failed) printf("walk of %d: inner %d, middle %d, entry %d, main %d\n", seen_count, inner, middle, entry, here_at);
#ifdef POINTERS
    extern const void *spandrel_cell_fib;
    CHECK(spandrel_cell_fib == (const void *)spandrel_fn_fib);
    spandrel_cell_fib = spandrel_fn_replacement;
    CHECK(spandrel_call_fib(&context, r, 10) == 0 && r[0] == 17 + 16);
#endif
    if (!failed) printf("all well\n");
    return failed != 0;
}
