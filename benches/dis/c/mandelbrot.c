#include <stdio.h>
int main(void) {
    int inside = 0;
    for (int y = 0; y < 600; y++) {
        double ci = y * 2.0 / 600.0 - 1.0;
        for (int x = 0; x < 600; x++) {
            double cr = x * 2.0 / 600.0 - 1.5, zr = 0, zi = 0;
            int i;
            for (i = 0; i < 200; i++) {
                double r = zr * zr, s = zi * zi;
                if (s + r > 4.0)
                    break;
                zi = zi * zr * 2.0 + ci;
                zr = r - s + cr;
            }
            inside += i == 200;
        }
    }
    printf("%d\n", inside);
}
