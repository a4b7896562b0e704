#include <stdio.h>
static int step(int a, int b) { return a ^ (int)((unsigned)b << 1); }
int (*volatile through)(int, int) = step;
int main(void) {
    int sum = 0;
    for (int i = 0; i < 3000000; i++)
        sum = through(i, sum);
    printf("%d\n", sum);
}
