// What the command line asks for.

#include "membench.h"

static const char* skip_spaces(const char* text) {
  while (*text == ' ') text++;
  return text;
}

static const char* skip_word(const char* text) {
  while (*text != '\0' && *text != ' ') text++;
  return text;
}

static int is_word(const char* text, const char* word) {
  while (*word != '\0' && *text == *word) text++, word++;
  return *word == '\0' && (*text == '\0' || *text == ' ');
}

/// Decimal, or hexadecimal behind 0x.
static const char* read_number(const char* text, uint32_t* number) {
  text = skip_spaces(text);
  const int hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  if (hexadecimal) text += 2;
  const uint32_t radix = hexadecimal ? 16 : 10;
  *number = 0;
  for (;; text++) {
    const char c = *text;
    uint32_t digit = radix;
    if (c >= '0' && c <= '9') digit = (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f') digit = (uint32_t)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = (uint32_t)(c - 'A') + 10;
    if (digit >= radix) return text;
    *number = *number * radix + digit;
  }
}

static enum controller_kind kind_of(const char* word) {
  if (is_word(word, "stream")) return STREAM_DMA;
  if (is_word(word, "channel")) return CHANNEL_DMA;
  if (is_word(word, "sdmmc")) return SDMMC_CARD;
  if (is_word(word, "spi")) return SPI_CARD;
  return NO_CONTROLLER;
}

int read_request(const char* line, struct request* request) {
  uint32_t first = 0;
  uint32_t second = 0;
  line = skip_spaces(line);
  if (*line == '\0') return 1;
  line = skip_spaces(read_number(line, &first));
  request->buffer = (uint32_t*)(uintptr_t)first;
  for (; *line != '\0'; line = skip_spaces(line)) {
    const char* const word = line;
    line = read_number(read_number(skip_word(line), &first), &second);
    if (is_word(word, "write")) {
      REGISTER((uintptr_t)first) = second;
      continue;
    }
    if (is_word(word, "copy")) {
      request->far_from = (const uint32_t*)(uintptr_t)first;
      request->far_to = (uint32_t*)(uintptr_t)second;
      continue;
    }
    const enum controller_kind kind = kind_of(word);
    if (kind == NO_CONTROLLER) return 0;
    struct controller* const one = kind <= CHANNEL_DMA ? &request->dma : &request->card;
    one->kind = kind;
    one->base = first;
    one->clock_register = second;
    line = read_number(line, &one->clock_bit);
  }
  return 1;
}
