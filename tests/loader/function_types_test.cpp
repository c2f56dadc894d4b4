#include "loader/function_types.h"

#include <gmock/gmock.h>

#include "tests/loader/target_compiler.h"

namespace mcost::loader {
namespace {

using Kind = ValueType::Kind;
using testing::HasSubstr;

constexpr const char* kSource = R"(
#include <stdint.h>
typedef const int8_t value;
struct pair { int first, second; };
enum colour { red, green };
_Bool is_set(unsigned flags, enum colour c) { return flags >> c & 1; }
int64_t scale(value* input, float factor, double offset, uint64_t n) { return (int64_t)(*input * factor + offset + n); }
const char* name(void) { return "x"; }
void nothing(void (*f)(int), struct pair p) { f(p.first); }
struct pair make(volatile int first) { return (struct pair){first, 0}; }
int many(const char* format, ...) { return *format; }
void _start(void) {}
)";

class FunctionTypes : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!test::has_target_compiler()) return;
    for (const char* const version : {"-gdwarf-2", "-gdwarf-4", "-gdwarf-5"}) {
      const auto elf = test::compile({{"types.c", kSource}},
                                     std::string("-O1 -ffreestanding -nostdlib -mfloat-abi=hard "
                                                 "-mfpu=fpv4-sp-d16 types.c -lgcc ") +
                                         version);
      ASSERT_TRUE(elf.has_value());
      images().push_back(read_image("fw.elf", *elf, {}));
    }
  }
  static std::vector<Image>& images() {
    static std::vector<Image> list;
    return list;
  }
  static FunctionType type_of(const Image& image, const char* name) {
    const SymbolTable symbols = SymbolTable::read(image);
    const Symbol* const symbol = symbols.find_symbol(name);
    EXPECT_NE(symbol, nullptr) << name;
    auto type = read_function_type(image, symbols, symbol->address);
    EXPECT_TRUE(type.has_value()) << name;
    return type.value_or(FunctionType{});
  }
};

TEST_F(FunctionTypes, AreReadFromAnyDwarf) {
  MCOST_NEED_TARGET_COMPILER();
  for (const Image& image : images()) {
    const FunctionType scale = type_of(image, "scale");
    ASSERT_EQ(scale.parameters.size(), 4u);
    EXPECT_EQ(scale.parameters[0].name, "input");
    EXPECT_EQ(scale.parameters[0].type.kind, Kind::pointer);
    EXPECT_EQ(scale.parameters[0].type.name, "value*");
    EXPECT_FALSE(scale.parameters[0].type.is_text);
    EXPECT_EQ(scale.parameters[1].type.kind, Kind::floating);
    EXPECT_EQ(scale.parameters[1].type.size_bytes, 4u);
    EXPECT_EQ(scale.parameters[2].type.size_bytes, 8u);
    EXPECT_EQ(scale.parameters[3].type.kind, Kind::integer);
    EXPECT_FALSE(scale.parameters[3].type.is_signed);
    EXPECT_EQ(scale.result.size_bytes, 8u);
    EXPECT_TRUE(scale.result.is_signed);
  }
}

TEST_F(FunctionTypes, LookThroughNames) {
  MCOST_NEED_TARGET_COMPILER();
  for (const Image& image : images()) {
    const FunctionType is_set = type_of(image, "is_set");
    EXPECT_EQ(is_set.result.kind, Kind::integer);
    EXPECT_EQ(is_set.result.size_bytes, 1u);
    EXPECT_EQ(is_set.parameters.at(1).type.kind, Kind::integer);
    EXPECT_EQ(is_set.parameters.at(1).type.name, "enum colour");
    const FunctionType name = type_of(image, "name");
    EXPECT_TRUE(name.result.is_text);
    EXPECT_TRUE(name.parameters.empty());
    const FunctionType nothing = type_of(image, "nothing");
    EXPECT_EQ(nothing.result.kind, Kind::none);
    EXPECT_EQ(nothing.parameters.at(0).type.kind, Kind::pointer);
    EXPECT_EQ(nothing.parameters.at(1).type.kind, Kind::aggregate);
    const FunctionType make = type_of(image, "make");
    EXPECT_EQ(make.result.kind, Kind::aggregate);
    EXPECT_EQ(make.result.size_bytes, 8u);
    EXPECT_EQ(make.parameters.at(0).type.kind, Kind::integer);
    EXPECT_TRUE(type_of(image, "many").variadic);
    EXPECT_FALSE(make.variadic);
  }
}

TEST_F(FunctionTypes, AreUnknownElsewhere) {
  MCOST_NEED_TARGET_COMPILER();
  const Image& image = images().front();
  const SymbolTable symbols = SymbolTable::read(image);
  const Symbol* const symbol = symbols.find_symbol("scale");
  ASSERT_NE(symbol, nullptr);
  EXPECT_FALSE(read_function_type(image, symbols, symbol->address + 2).has_value());
  EXPECT_FALSE(read_function_type(image, symbols, 0x08000000).has_value());
}

}  // namespace
}  // namespace mcost::loader
