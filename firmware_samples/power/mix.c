// A mix of our own in the proportions that general code has: pointers and compares, 16-bit
// arithmetic, branches that depend on data, shifts. About 5 KB of code and 2 KB of data.

#include "mix.h"

#include <stddef.h>

enum { NODES = 64, SIZE = 12, TEXT_BYTES = 256 };

// CRC-16/ARC, bit by bit.
static uint16_t crc_byte(uint16_t crc, uint8_t byte) {
  for (int i = 0; i < 8; i++) {
    uint16_t odd = (uint16_t)((crc ^ byte) & 1);
    crc = (uint16_t)(crc >> 1);
    byte = (uint8_t)(byte >> 1);
    if (odd) crc ^= 0xa001;
  }
  return crc;
}

static uint16_t crc_word(uint16_t crc, uint32_t word) {
  for (int i = 0; i < 4; i++, word >>= 8) crc = crc_byte(crc, (uint8_t)word);
  return crc;
}

static uint32_t next(uint32_t* state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

struct node {
  struct node* next;
  int16_t key;
  uint16_t place;
};

static struct node nodes[NODES];

// The nodes lie scattered: 37 and 64 have no common divisor.
static struct node* make_list(uint32_t seed) {
  struct node* head = NULL;
  for (int i = 0; i < NODES; i++) {
    struct node* node = &nodes[i * 37 % NODES];
    node->key = (int16_t)(next(&seed) >> 16);
    node->place = (uint16_t)i;
    node->next = head;
    head = node;
  }
  return head;
}

static struct node* reverse(struct node* head) {
  struct node* done = NULL;
  while (head != NULL) {
    struct node* rest = head->next;
    head->next = done;
    done = head;
    head = rest;
  }
  return done;
}

static int by_key(const struct node* a, const struct node* b) { return a->key - b->key; }
static int by_place(const struct node* a, const struct node* b) { return a->place - b->place; }

static struct node* merge(struct node* a, struct node* b,
                          int (*compare)(const struct node*, const struct node*)) {
  struct node first = {NULL, 0, 0};
  struct node* last = &first;
  while (a != NULL && b != NULL) {
    struct node** smaller = compare(a, b) <= 0 ? &a : &b;
    last->next = *smaller;
    last = *smaller;
    *smaller = last->next;
  }
  last->next = a != NULL ? a : b;
  return first.next;
}

// Merge sort, bottom up: runs[i] is empty or has 2^i nodes.
static struct node* sort(struct node* head,
                         int (*compare)(const struct node*, const struct node*)) {
  struct node* runs[8] = {NULL};
  while (head != NULL) {
    struct node* run = head;
    head = head->next;
    run->next = NULL;
    int i = 0;
    for (; runs[i] != NULL; i++) {
      run = merge(runs[i], run, compare);
      runs[i] = NULL;
    }
    runs[i] = run;
  }
  struct node* all = NULL;
  for (int i = 0; i < 8; i++) all = merge(runs[i], all, compare);
  return all;
}

static const struct node* find(const struct node* head, int16_t key) {
  while (head != NULL && head->key < key) head = head->next;
  return head;
}

static uint16_t mix_list(uint16_t crc, uint32_t seed) {
  struct node* head = sort(reverse(make_list(seed)), by_key);
  for (int16_t key = -30000; key < 30000; key = (int16_t)(key + 7500)) {
    const struct node* found = find(head, key);
    if (found != NULL) crc = crc_byte(crc, (uint8_t)found->place);
  }
  head = sort(head, by_place);
  return crc_word(crc, (uint32_t)(uint16_t)head->key << 16 | (uint16_t)head->next->key);
}

static int16_t left[SIZE][SIZE], right[SIZE][SIZE];
static int32_t product[SIZE][SIZE];

static void multiply(void) {
  for (int i = 0; i < SIZE; i++) {
    for (int j = 0; j < SIZE; j++) {
      int32_t sum = 0;
      for (int k = 0; k < SIZE; k++) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
  }
}

// A field of bits of each product, multiplied with another.
static int32_t multiply_fields(void) {
  int32_t total = 0;
  for (int i = 0; i < SIZE; i++) {
    for (int j = 0; j < SIZE; j++) {
      total += (product[i][j] >> 2 & 15) * (product[i][j] >> 5 & 127);
      if (total > 1000000) total -= product[i][j] & 0xfffff;
    }
  }
  return total;
}

static uint16_t mix_matrix(uint16_t crc, uint32_t seed) {
  for (int i = 0; i < SIZE; i++) {
    for (int j = 0; j < SIZE; j++) {
      uint32_t word = next(&seed);
      left[i][j] = (int16_t)(word >> 16);
      right[i][j] = (int16_t)((int16_t)word / 16 + (i == j));
    }
  }
  multiply();
  crc = crc_word(crc, (uint32_t)multiply_fields());
  for (int i = 0; i < SIZE; i++) crc = crc_word(crc, (uint32_t)product[i][SIZE - 1 - i]);
  return crc;
}

enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, SCIENTIFIC, INVALID };
enum { STATES = INVALID + 1 };

static int is_digit(char c) { return c >= '0' && c <= '9'; }

// One number of a text up to its comma or the end: what its form is.
static enum state scan(const char** text, const char* end, uint16_t* visits) {
  enum state state = START;
  for (; *text < end && **text != ','; (*text)++) {
    char c = **text;
    visits[state]++;
    switch (state) {
      case START:
        state = is_digit(c) ? INTEGER : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : INVALID;
        break;
      case SIGN: state = is_digit(c) ? INTEGER : c == '.' ? POINT : INVALID; break;
      case INTEGER:
        if (!is_digit(c)) state = c == '.' ? FRACTION : c == 'e' || c == 'E' ? EXPONENT : INVALID;
        break;
      case POINT: state = is_digit(c) ? FRACTION : INVALID; break;
      case FRACTION:
        if (!is_digit(c)) state = c == 'e' || c == 'E' ? EXPONENT : INVALID;
        break;
      case EXPONENT:
        state = is_digit(c) ? SCIENTIFIC : c == '+' || c == '-' ? EXPONENT_SIGN : INVALID;
        break;
      case EXPONENT_SIGN:
      case SCIENTIFIC: state = is_digit(c) ? SCIENTIFIC : INVALID; break;
      default: break;
    }
  }
  if (*text < end) (*text)++;
  return state;
}

static uint16_t mix_text(uint16_t crc, uint32_t seed) {
  static const char pieces[8][8] = {"5012",   "-874,",   "+122",   "35.5400",
                                    ".1234,", "-110.7,", "5.5e+3", "T0.3e-1"};
  char text[TEXT_BYTES];
  uint16_t visits[STATES] = {0};
  uint16_t ends[STATES] = {0};
  int length = 0;
  while (length < TEXT_BYTES) {
    const char* piece = pieces[next(&seed) >> 29];
    for (int i = 0; i < 8 && piece[i] != '\0' && length < TEXT_BYTES; i++) {
      text[length++] = piece[i];
    }
    if (length < TEXT_BYTES && (seed & 1)) text[length++] = ',';
  }
  for (const char* at = text; at < text + length;) ends[scan(&at, text + length, visits)]++;
  for (int i = 0; i < STATES; i++) {
    crc = crc_word(crc, (uint32_t)visits[i] << 16 | ends[i]);
  }
  return crc;
}

uint16_t integer_mix(int rounds) {
  uint16_t crc = 0xffff;
  for (int round = 1; round <= rounds; round++) {
    uint32_t seed = (uint32_t)round * 0x9e3779b9u;
    crc = mix_list(crc, seed);
    crc = mix_matrix(crc, seed ^ crc);
    crc = mix_text(crc, seed ^ crc);
  }
  return crc;
}
