#include <stdio.h>
#include <stdlib.h>
int main(void) {
    int n = 4000000, count = 0;
    unsigned char *flags = malloc(n);
    for (int round = 0; round < 10; round++) {
        count = 0;
        for (int i = 0; i < n; i++)
            ((volatile unsigned char *)flags)[i] = 1;
        for (int i = 2; i < n; i++)
            if (flags[i]) {
                count++;
                for (int j = i + i; j < n; j += i)
                    flags[j] = 0;
            }
    }
    printf("%d\n", count);
}
