#include <stdio.h>
#include <string.h>
enum { N = 9 };
int main(void) {
    int order[N], flipped[N], count[N], r = N, most = 0, all = 0;
    for (int i = 0; i < N; i++)
        order[i] = i;
    for (;;) {
        for (; r != 1; r--)
            count[r - 1] = r;
        memcpy(flipped, order, sizeof order);
        int flips = 0;
        for (int last; (last = flipped[0]) != 0; flips++)
            for (int i = 0; i < last; i++, last--) {
                int word = flipped[i];
                flipped[i] = flipped[last];
                flipped[last] = word;
            }
        all += flips;
        if (flips > most)
            most = flips;
        for (;; r++) {
            if (r == N) {
                printf("%d\n%d\n", most, all);
                return 0;
            }
            int word = order[0];
            for (int i = 0; i < r; i++)
                order[i] = order[i + 1];
            order[r] = word;
            if (--count[r] > 0)
                break;
        }
    }
}
