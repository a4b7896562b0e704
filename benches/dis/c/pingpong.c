#include <stdio.h>
#include <ucontext.h>
static ucontext_t asks, answers;
static int word;
static void answer(void) {
    for (;;) {
        word++;
        swapcontext(&answers, &asks);
    }
}
int main(void) {
    static char stack[65536];
    getcontext(&answers);
    answers.uc_stack.ss_sp = stack;
    answers.uc_stack.ss_size = sizeof stack;
    makecontext(&answers, answer, 0);
    while (word < 500000)
        swapcontext(&asks, &answers);
    printf("%d\n", word);
}
