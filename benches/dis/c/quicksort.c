#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static void sort(int32_t *a, int low, int high) {
    if (low >= high)
        return;
    int32_t pivot = a[(low + high) >> 1];
    int i = low, j = high;
    while (i <= j) {
        while (a[i] < pivot)
            i++;
        while (a[j] > pivot)
            j--;
        if (i > j)
            break;
        int32_t x = a[i];
        a[i] = a[j];
        a[j] = x;
        i++;
        j--;
    }
    sort(a, low, j);
    sort(a, i, high);
}
int main(void) {
    int n = 1000000;
    uint32_t x = 1;
    int32_t *a = malloc(n * sizeof *a);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < n; i++) {
            x = x * 214013u + 2531011u;
            a[i] = (int32_t)x >> 3;
        }
        sort(a, 0, n - 1);
    }
    printf("%d\n", a[500000]);
}
