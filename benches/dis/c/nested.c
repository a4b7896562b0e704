#include <stdint.h>
#include <stdio.h>
int main(void) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 600; i++)
        for (uint32_t j = 0; j < 600; j++)
            for (uint32_t k = 0; k < 600; k++) {
                sum += j ^ k;
                sum ^= i;
            }
    printf("%d\n", (int32_t)sum);
}
