#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
static ucontext_t spawns, spawned;
static int word;
static void send(void) { word &= 7; }
int main(void) {
    int sum = 0;
    for (int i = 0; i < 300000; i++) {
        word = i;
        getcontext(&spawned);
        spawned.uc_stack.ss_sp = malloc(16384);
        spawned.uc_stack.ss_size = 16384;
        spawned.uc_link = &spawns;
        makecontext(&spawned, send, 0);
        swapcontext(&spawns, &spawned);
        free(spawned.uc_stack.ss_sp);
        sum += word;
    }
    printf("%d\n", sum);
}
