/* What linked filetests stand on. Behind aot's header and the file's data; before a `run` function made from the file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct spandrel_context context;
static uint64_t heap_left = HEAP, polls;
static int trapped = -1, overflowed, left, stopped;

void spandrel_note_trap(struct spandrel_context *c, uint32_t code) { (void)c; trapped = (int)code; }
void spandrel_note_stack_overflow(struct spandrel_context *c) { (void)c; overflowed = 1; }

static void *alloc(struct spandrel_context *c, uint32_t size, uint32_t kind) {
    (void)c, (void)kind;
    if (size > heap_left) return NULL;
    heap_left -= size;
    return calloc(1, size ? size : 1);
}
static uint32_t interrupt(struct spandrel_context *c) {
    (void)c;
    if (polls++ != POLLS) return SPANDREL_RETURNED;
    stopped = !POLL_THROWS;
    return POLL_THROWS ? SPANDREL_THREW : SPANDREL_ABORTED;
}
/* There is no interpreter to go on in: that a guard left is all that is seen. */
static uint32_t deopt(struct spandrel_context *c, const uint32_t *sites, uint32_t site, const uint64_t *buffer,
                      uint64_t *results) {
    (void)c, (void)sites, (void)site, (void)buffer, (void)results;
    left = 1;
    return SPANDREL_ABORTED;
}

typedef struct spandrel_context C;
typedef struct spandrel_words Words;
static uint64_t bits(double x) { uint64_t b; memcpy(&b, &x, 8); return b; }
double from_bits(uint64_t b) { double x; memcpy(&x, &b, 8); return x; }

void spandrel_rt_note(C *c, int64_t a) { (void)c; printf("note %" PRId64 "\n", a); }
int64_t spandrel_rt_peek(C *c, uint64_t a) { (void)c; int64_t x; memcpy(&x, (void *)(uintptr_t)a, 8); return x; }
void spandrel_rt_poke(C *c, uint64_t a, int64_t x) { (void)c; memcpy((void *)(uintptr_t)a, &x, 8); }
int32_t spandrel_rt_neg(C *c, uint32_t a) { (void)c; return (int32_t)(0u - a); }
bool spandrel_rt_not(C *c, bool a) { (void)c; return !a; }
double spandrel_rt_half(C *c, double a) { (void)c; return a / 2.0; }
uint64_t spandrel_rt_tag(C *c, uint64_t a) { (void)c; return a ^ 1; }
Words spandrel_rt_next(C *c, uint64_t a) { (void)c; return (Words){a, a + 1}; }
Words spandrel_rt_swap(C *c, uint64_t a, uint64_t b) { (void)c; return (Words){b, a}; }
Words spandrel_rt_split(C *c, double x) { (void)c; int64_t i = (int64_t)x; return (Words){(uint64_t)i, bits(x - (double)i)}; }
double spandrel_rt_mixed(C *c, int32_t a, double b, int64_t d, bool e, double f, uint64_t g) {
    (void)c;
    double x = (double)a + (double)d + (double)g, y = b * f;
    return (e ? 1.0 : -1.0) * (x + y);
}
int64_t spandrel_rt_weigh(C *c, uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4, uint64_t x5, uint64_t x6,
                          uint64_t x7, uint64_t x8, uint64_t x9) {
    (void)c;
    return (int64_t)(x0 + 2 * x1 + 3 * x2 + 4 * x3 + 5 * x4 + 6 * x5 + 7 * x6 + 8 * x7 + 9 * x8 + 10 * x9);
}
Words spandrel_rt_check(C *c, int64_t a) { (void)c; return a < 0 ? (Words){0, SPANDREL_THREW} : (Words){(uint64_t)a + 1, 0}; }
uint64_t spandrel_rt_check_pair(C *c, uint64_t a, uint64_t b, uint64_t *results) {
    (void)c;
    results[0] = a + 1;
    results[1] = b;
    return a == 0 ? SPANDREL_THREW : SPANDREL_RETURNED;
}
uint64_t spandrel_rt_fail_if(C *c, bool a) { (void)c; return a ? SPANDREL_THREW : SPANDREL_RETURNED; }
double spandrel_helper_ceil(double x) { return __builtin_ceil(x); }
double spandrel_helper_floor(double x) { return __builtin_floor(x); }
double spandrel_helper_trunc(double x) { return __builtin_trunc(x); }
double spandrel_helper_nearest(double x) { return __builtin_rint(x); }

static uint64_t results[64];
static uint32_t run(int number);
static void show_data(void);

static void one(int number) {
    char here;
    context.stack_limit = (uintptr_t)&here - (1 << 20);
    context.deopt = deopt, context.interrupt = interrupt, context.alloc = alloc;
    context.trap = spandrel_trap, context.stack_overflow = spandrel_stack_overflow, context.abort = spandrel_abort;
    context.interrupt_flag = 1;
    uint32_t status = run(number);
    if (left) puts("ended left");
    else if (trapped >= 0) printf("ended trap %d\n", trapped);
    else if (overflowed) puts("ended overflow");
    else if (stopped) puts("ended stop");
    else if (status == SPANDREL_THREW) puts("ended throw");
    else if (status == SPANDREL_ABORTED) puts("ended abort");
    else {
        puts("ended return");
        for (int i = 0; i < 64; i++) printf("word %" PRIx64 "\n", results[i]);
    }
    show_data();
}

/* Every run in a process of its own, so that each has fresh data and heap. */
int main(void) {
    for (int number = 0; number < RUNS; number++) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            one(number);
            fflush(stdout);
            _exit(0);
        }
        int status = -1;
        if (child < 0 || waitpid(child, &status, 0) != child) return 1;
        printf("over %d\n", status);
    }
    return 0;
}
