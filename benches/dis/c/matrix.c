#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
int main(void) {
    int n = 400;
    double *a = malloc(n * n * sizeof *a), *b = malloc(n * n * sizeof *b), *c = malloc(n * n * sizeof *c);
    for (int i = 0; i < n * n; i++) {
        a[i] = i * 0.5;
        b[i] = i * 0.25;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
    printf("%d\n", (int32_t)(int64_t)(c[12345] + 0.5));
}
