// mcost.h - static probes for firmware that mcost measures. C11 or C++11; GCC or Clang; Arm or
// Thumb.
//
// A probe adds no instruction. It puts a label where it stands and describes that label in the ELF
// section `.note.mcost`, which is not loaded. The same binary runs unchanged on the board.
//
//   MCOST_LAYER_BEGIN("conv1", "op=conv2d in=1x32x32x1 out=1x30x30x6 weights=6x3x3x1 macs=48600");
//   conv1(input, output);
//   MCOST_LAYER_END("conv1");
//   MCOST_EVENT("frame", width, height);      // up to six integers or pointers
//   MCOST_COUNTER("queue_depth", depth);
//
// Where only the running program knows the name of a layer (mcost_tflm.h is such a place), `tag`
// points to it; "event" is its name where there is no text:
//
//   MCOST_LAYER_BEGIN_NAMED(tag, "event", "");
//   MCOST_LAYER_END_NAMED(tag, "event");
//
// THE NOTE, for loaders
//   Section `.note.mcost`, type SHT_NOTE, flags SHF_LINK_ORDER only (not SHF_ALLOC), alignment 4.
//   It is linked to the code it describes and joins its COMDAT group, so it lives and dies with
//   that code. In a linked file the section is a sequence of ELF notes; words are little endian;
//   each note starts and ends on a multiple of 4.
//
//     offset  size  what
//       0       4   namesz = 6
//       4       4   descsz = size of desc, a multiple of 4 (the zero padding at its end is counted)
//       8       4   type = kind: 1 layer_begin, 2 layer_end, 3 event, 4 counter
//      12       8   name: "mcost", NUL, and two zero bytes of padding
//      20           desc:
//      +0       1   version = 1. Refuse another.
//      +1       3   zero, reserved
//      +4       4   code address of the label, relocated. Ignore bit 0 (Thumb).
//      +8       4   serial: grows in the order of the assembler's output within one object; not
//                   unique in a linked file
//     +12           four NUL-terminated strings, one after the other: provider, name, args,
//     metadata.
//                   They have no control characters. Empty args or metadata is just the NUL.
//     ...     0-3   zero bytes up to a multiple of 4
//
//   Probes of one address fire in the order of their serials, then of their places in the section
//   (linkers may reorder notes). This is program order: the end of a layer comes before the begin
//   of the next, and the begin of a layer that the compiler emptied comes before its own end. The
//   same name may have several addresses (inlining, templates, loop unrolling).
//
//   args: descriptors separated by one space, as in SystemTap's <sys/sdt.h>: `size@operand`. `size`
//   is 1, 2, 4 or 8 bytes, with a minus sign when the value is signed. `operand` is what the
//   compiler printed and may contain spaces inside brackets. Its forms:
//     r0 .. r12, sp, lr (also fp, ip, sl, r13, r14)   the register; size 8: and the next one (high)
//     #123, #-5                       a constant, to be cut to size: 4@#-16 is 0xfffffff0
//     [r7], [r7, #8], [sp, #-4]       `size` bytes of memory at register plus offset, little endian
//     [r1, r2], [r1, r2, lsl #2]      memory at register plus register, shifted left by 0 to 3
//   Anything else, such as the address of a global (printed as its symbol), is an error that names
//   the note. An event has 0 to 6 descriptors, a counter has 1, layers have none or the following.
//
//   A layer may have one descriptor of size `4s`: the operand points to a NUL-terminated text, which
//   is the layer's name when the probe is passed. A loader reads 64 bytes of it at most. The name in
//   the note serves where nothing can be read.
//
//   metadata: `key=value` pairs separated by one space. Known keys of a layer: op, in, out, weights
//   (dimensions joined by x; in and out are NHWC, or NxC), macs (decimal, per visit), params
//   (decimal). Others are kept as text.
//
// LIMITS, for users
//   * Names and metadata are string literals (literals side by side are joined), without quotes or
//     backslashes; a per cent sign is written twice.
//   * A probe is a compiler barrier: memory accesses do not cross it. Register arithmetic may.
//   * An argument costs nothing when it is a constant, in a core register, or on the stack. A
//   global
//     or a float has to be fetched first, which costs the instructions that fetch it. The address
//     of a global is no argument: a loader cannot tell what its symbol means after strip.
//   * The pointer of a _NAMED layer is in a core register; where it is not there anyhow, the probe
//     costs the instruction that loads it.
//   * A probe fires when the program counter reaches its address, and with no instruction of its
//   own
//     it shares that address with whatever comes next. If that is also the target of a branch (a
//     loop that follows the probe at once, the end of an `if` whose last statement is the probe),
//     the probe fires for that branch too. Put probes around calls, or define MCOST_PROBE_NOP as 1
//     before including this file: every probe of the file then owns one NOP.
//   * GCC counts a probe as five instructions (20 bytes) where it estimates distances and sizes for
//     inlining. MCOST_DISABLE_PROBES=1 leaves statements that it counts the same.
//
// MCOST_DISABLE_PROBES   not defined: probes.
//                        1: no notes; barriers and the need for the arguments stay, so the code is
//                        the same.
//                        2: nothing at all is left of a probe, so the compiler may also move and
//                        merge work across the place where it stood, and code may differ.
// MCOST_PROVIDER         string literal, "firmware" unless defined before including this file.

#ifndef MCOST_H
#define MCOST_H

#ifndef MCOST_PROVIDER
#define MCOST_PROVIDER "firmware"
#endif

#if !defined(MCOST_DISABLE_PROBES)
#define MCOST_LEVEL_ 0
#elif (MCOST_DISABLE_PROBES + 0) == 2
#define MCOST_LEVEL_ 2
#else
#define MCOST_LEVEL_ 1
#endif

#if defined(MCOST_PROBE_NOP) && MCOST_PROBE_NOP && MCOST_LEVEL_ == 0
#define MCOST_NOP_ "nop\n\t"
#else
#define MCOST_NOP_ ""
#endif

#if MCOST_LEVEL_ == 0

// Five lines, because GCC's estimates count lines. For the assembler each note is a section of its
// own, since its linked-to symbol is the probe's own label. 0x736f636d, 0x74 is "mcost" and zeros.
#define MCOST_ASM_(kind, name, args, metadata)                               \
  ".Lmcost_%=: " MCOST_NOP_                                                  \
  ".pushsection .note.mcost,\"?o\",%%note,.Lmcost_%=\n"                      \
  ".Lmcost_note_%=: .4byte 6, .Lmcost_end_%= - .Lmcost_note_%= - 20, " #kind \
  ", 0x736f636d, 0x74, 1, .Lmcost_%=, %=\n\t"                                \
  ".asciz \"" MCOST_PROVIDER "\", \"" name "\", \"" args "\", \"" metadata   \
  "\"\n\t"                                                                   \
  ".balign 4\n"                                                              \
  ".Lmcost_end_%=: .popsection"

#else

// As many lines as a probe has, all comments: GCC estimates the same size and so makes the same
// code.
#define MCOST_ASM_(kind, name, args, metadata) "@\n@\n@\n@\n@"

#endif

#if MCOST_LEVEL_ == 2

// An argument is named but not evaluated, so that it does not become unused.
#define MCOST_PROBE_(kind, name, metadata) ((void)0)
#define MCOST_PROBE_NAMED_(kind, pointer, name, metadata) ((void)(sizeof(pointer)))
#define MCOST_PROBE_1_(kind, name, a) ((void)(sizeof(a)))
#define MCOST_PROBE_2_(kind, name, a, b) ((void)(sizeof(a) + sizeof(b)))
#define MCOST_PROBE_3_(kind, name, a, b, c) ((void)(sizeof(a) + sizeof(b) + sizeof(c)))
#define MCOST_PROBE_4_(kind, name, a, b, c, d) \
  ((void)(sizeof(a) + sizeof(b) + sizeof(c) + sizeof(d)))
#define MCOST_PROBE_5_(kind, name, a, b, c, d, e) \
  ((void)(sizeof(a) + sizeof(b) + sizeof(c) + sizeof(d) + sizeof(e)))
#define MCOST_PROBE_6_(kind, name, a, b, c, d, e, f) \
  ((void)(sizeof(a) + sizeof(b) + sizeof(c) + sizeof(d) + sizeof(e) + sizeof(f)))

#else

#ifdef __cplusplus
template <typename T>
struct McostSize_ {
  enum { value = sizeof(T) };
};
template <>
struct McostSize_<char> {
  enum { value = static_cast<char>(-1) < 0 ? -1 : 1 };
};
#define MCOST_SIGNED_(type)                           \
  template <>                                         \
  struct McostSize_<type> {                           \
    enum { value = -static_cast<int>(sizeof(type)) }; \
  }
MCOST_SIGNED_(signed char);
MCOST_SIGNED_(short);
MCOST_SIGNED_(int);
MCOST_SIGNED_(long);
MCOST_SIGNED_(long long);
template <typename T>
T mcost_by_value_(T);
#define MCOST_SIZE_(x) (McostSize_<decltype(mcost_by_value_(x))>::value)
#else
// clang-format off
#define MCOST_SIZE_(x)                                                                 \
  _Generic((x), char: (char)-1 < 0 ? -1 : 1, signed char: -1,                          \
           short: -(int)sizeof(short),                                                 \
           int: -(int)sizeof(int), long: -(int)sizeof(long),                           \
           long long: -(int)sizeof(long long), default: (int)sizeof(x))
// clang-format on
#endif

// Clang takes the memory alternative wherever it is allowed and would store the value first. GCC
// puts constants into the literal pool for "nor" and "rmn", not for "g".
#ifdef __clang__
#define MCOST_OPERAND_ "nr"
#else
#define MCOST_OPERAND_ "g"
#endif

#define MCOST_FORM_(n) "%c[mcost_size" #n "]@%[mcost_arg" #n "]"
#define MCOST_IN_(n, x) [mcost_size##n] "n"(MCOST_SIZE_(x)), [mcost_arg##n] MCOST_OPERAND_(x)

#define MCOST_FORMS_1_ MCOST_FORM_(1)
#define MCOST_FORMS_2_ MCOST_FORMS_1_ " " MCOST_FORM_(2)
#define MCOST_FORMS_3_ MCOST_FORMS_2_ " " MCOST_FORM_(3)
#define MCOST_FORMS_4_ MCOST_FORMS_3_ " " MCOST_FORM_(4)
#define MCOST_FORMS_5_ MCOST_FORMS_4_ " " MCOST_FORM_(5)
#define MCOST_FORMS_6_ MCOST_FORMS_5_ " " MCOST_FORM_(6)

#define MCOST_INS_1_(a) MCOST_IN_(1, a)
#define MCOST_INS_2_(a, b) MCOST_INS_1_(a), MCOST_IN_(2, b)
#define MCOST_INS_3_(a, b, c) MCOST_INS_2_(a, b), MCOST_IN_(3, c)
#define MCOST_INS_4_(a, b, c, d) MCOST_INS_3_(a, b, c), MCOST_IN_(4, d)
#define MCOST_INS_5_(a, b, c, d, e) MCOST_INS_4_(a, b, c, d), MCOST_IN_(5, e)
#define MCOST_INS_6_(a, b, c, d, e, f) MCOST_INS_5_(a, b, c, d, e), MCOST_IN_(6, f)

#define MCOST_PROBE_(kind, name, metadata) \
  __asm__ __volatile__(MCOST_ASM_(kind, name, "", metadata) : : : "memory")
#define MCOST_PROBE_NAMED_(kind, pointer, name, metadata)                      \
  __asm__ __volatile__(MCOST_ASM_(kind, name, "4s@%[mcost_pointer]", metadata) \
                       :                                                       \
                       : [mcost_pointer] "r"(pointer)                          \
                       : "memory")
#define MCOST_PROBE_1_(kind, name, a) \
  __asm__ __volatile__(MCOST_ASM_(kind, name, MCOST_FORMS_1_, "") : : MCOST_INS_1_(a) : "memory")
#define MCOST_PROBE_2_(kind, name, a, b)                                                           \
  __asm__ __volatile__(MCOST_ASM_(kind, name, MCOST_FORMS_2_, "") : : MCOST_INS_2_(a, b) : "memor" \
                                                                                           "y")
#define MCOST_PROBE_3_(kind, name, a, b, c)                       \
  __asm__ __volatile__(MCOST_ASM_(kind, name, MCOST_FORMS_3_, "") \
                       :                                          \
                       : MCOST_INS_3_(a, b, c)                    \
                       : "memory")
#define MCOST_PROBE_4_(kind, name, a, b, c, d)                    \
  __asm__ __volatile__(MCOST_ASM_(kind, name, MCOST_FORMS_4_, "") \
                       :                                          \
                       : MCOST_INS_4_(a, b, c, d)                 \
                       : "memory")
#define MCOST_PROBE_5_(kind, name, a, b, c, d, e)                 \
  __asm__ __volatile__(MCOST_ASM_(kind, name, MCOST_FORMS_5_, "") \
                       :                                          \
                       : MCOST_INS_5_(a, b, c, d, e)              \
                       : "memory")
#define MCOST_PROBE_6_(kind, name, a, b, c, d, e, f)              \
  __asm__ __volatile__(MCOST_ASM_(kind, name, MCOST_FORMS_6_, "") \
                       :                                          \
                       : MCOST_INS_6_(a, b, c, d, e, f)           \
                       : "memory")

#endif

#define MCOST_PICK_(name, a, b, c, d, e, f, chosen, ...) chosen
#define MCOST_EVENT_0_(name) MCOST_PROBE_(3, name, "")
#define MCOST_EVENT_1_(name, a) MCOST_PROBE_1_(3, name, a)
#define MCOST_EVENT_2_(name, a, b) MCOST_PROBE_2_(3, name, a, b)
#define MCOST_EVENT_3_(name, a, b, c) MCOST_PROBE_3_(3, name, a, b, c)
#define MCOST_EVENT_4_(name, a, b, c, d) MCOST_PROBE_4_(3, name, a, b, c, d)
#define MCOST_EVENT_5_(name, a, b, c, d, e) MCOST_PROBE_5_(3, name, a, b, c, d, e)
#define MCOST_EVENT_6_(name, a, b, c, d, e, f) MCOST_PROBE_6_(3, name, a, b, c, d, e, f)

/// Marks the start of the layer `name`; `metadata` is described above. Layers nest.
#define MCOST_LAYER_BEGIN(name, metadata) MCOST_PROBE_(1, name, metadata)

/// Marks the end of the innermost open layer `name`.
#define MCOST_LAYER_END(name) MCOST_PROBE_(2, name, "")

/// The same for a layer whose name is the text that `pointer` points to now; `name` is its name
/// where nothing can be read. A begin and an end are of one layer when their texts are equal.
#define MCOST_LAYER_BEGIN_NAMED(pointer, name, metadata) \
  MCOST_PROBE_NAMED_(1, pointer, name, metadata)
#define MCOST_LAYER_END_NAMED(pointer, name) MCOST_PROBE_NAMED_(2, pointer, name, "")

/// MCOST_EVENT(name, ...): something happened; up to six integers or pointers (not arrays) are
/// recorded.
#define MCOST_EVENT(...)                                                                   \
  MCOST_PICK_(__VA_ARGS__, MCOST_EVENT_6_, MCOST_EVENT_5_, MCOST_EVENT_4_, MCOST_EVENT_3_, \
              MCOST_EVENT_2_, MCOST_EVENT_1_, MCOST_EVENT_0_, 0)                           \
  (__VA_ARGS__)

/// The quantity `name` now has `value`, an integer.
#define MCOST_COUNTER(name, value) MCOST_PROBE_1_(4, name, value)

/// Text of a number macro, to build metadata: "macs=" MCOST_TEXT(CONV1_MACS). The macro must expand
/// to plain digits.
#define MCOST_TEXT(x) MCOST_TEXT_(x)
#define MCOST_TEXT_(x) #x

#endif  // MCOST_H
