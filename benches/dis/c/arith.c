#include <stdint.h>
#include <stdio.h>
int main(void) {
    uint32_t x = 1, sum = 0;
    for (int i = 0; i < 100000000; i++) {
        x = x * 214013u + 2531011u;
        x ^= (uint32_t)((int32_t)x >> 7);
        sum += x & 1023;
    }
    printf("%d\n", (int32_t)sum);
}
