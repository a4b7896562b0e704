/* c */ extern __attribute__((noreturn, format(printf, 1, 2))) void die(const char *, ...); // end
int g(char *const *argv, const int (*m)[4]);