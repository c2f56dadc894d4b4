// What the samples need of a C library and of the outside world: semihosting and printing.
#ifndef FIRMWARE_RUNTIME_H
#define FIRMWARE_RUNTIME_H

#include <stdint.h>

/// Writes a text to the semihosting console.
void print(const char* text);

void print_decimal(int32_t number);

/// Eight hexadecimal digits after "0x".
void print_hex(uint32_t number);

/// Copies the semihosting command line, NUL-terminated; returns 0, or -1 if there is none or it is
/// longer.
int command_line(char* buffer, int size);

/// Ends the program with SYS_EXIT_EXTENDED.
_Noreturn void exit_program(int status);

#endif  // FIRMWARE_RUNTIME_H
