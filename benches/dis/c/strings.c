#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static char *text;
static size_t length, room;
static void append(const char *from, size_t more) {
    if (length + more > room)
        text = realloc(text, room = 2 * room + more);
    memcpy(text + length, from, more);
    length += more;
}
int main(void) {
    int sum = 0;
    for (int k = 0; k < 400; k++) {
        length = 0;
        for (int i = 0; i < 1000; i++) {
            char letter = (i & 63) + 32;
            append(&letter, 1);
            append("concatenated", 12);
        }
        for (size_t i = 0; i < length; i++)
            sum += text[i];
    }
    printf("%d\n", sum);
}
