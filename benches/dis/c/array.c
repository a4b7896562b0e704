#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
int main(void) {
    uint32_t n = 4096, sum = 0;
    uint32_t *array = calloc(n, sizeof *array);
    for (uint32_t round = 0; round < 30000; round++) {
        sum = round;
        for (uint32_t i = 0; i < n; i++) {
            sum += array[i];
            sum ^= i;
            array[i] = sum;
        }
    }
    printf("%d\n", (int32_t)sum);
}
