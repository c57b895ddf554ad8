// What a C programmer pays for the same line: printf from a static libc.
#include <stdio.h>

int main(void) {
  puts("hello");
  return 0;
}
