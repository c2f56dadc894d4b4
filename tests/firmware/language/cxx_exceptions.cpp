// Exceptions through .ARM.exidx: unwinding with destructors, nested, rethrown, by base, through C,
// from constructors.
#include <stdio.h>
#include <stdlib.h>

#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Guard {
  explicit Guard(int id) : id_(id) {}
  ~Guard() { printf("unwind %d\n", id_); }
  int id_;
};
struct Error : std::runtime_error {
  Error(const char* what, int code) : std::runtime_error(what), code_(code) {}
  int code_;
};

__attribute__((noinline)) double thrower(int depth, double a, double b) {
  Guard guard(depth);
  if (depth == 0) throw Error("bottom", 42);
  const double mine = a * b;
  return thrower(depth - 1, b, mine) + mine;
}

void basics() {
  try {
    thrower(3, 1.25, 2.5);
  } catch (const Error& error) {
    printf("caught %s %d\n", error.what(), error.code_);
  }
  try {
    throw 17;
  } catch (long) {
    printf("long?\n");
  } catch (int value) {
    printf("int %d\n", value);
  }
  try {
    throw "text";
  } catch (...) {
    printf("anything\n");
  }
  try {
    throw Error("as base", 1);
  } catch (const std::exception& error) {
    printf("base %s\n", error.what());
  }
}

void rethrow() {
  Guard guard(100);
  try {
    try {
      throw std::out_of_range("inner");
    } catch (const std::exception& error) {
      printf("first %s\n", error.what());
      throw;
    }
  } catch (const std::out_of_range& error) {
    printf("second %s\n", error.what());
  }
  try {
    try {
      throw std::logic_error("one");
    } catch (...) {
      std::throw_with_nested(Error("outer", 2));
    }
  } catch (const Error& error) {
    printf("outer %s\n", error.what());
    try {
      std::rethrow_if_nested(error);
    } catch (const std::logic_error& nested) {
      printf("nested %s\n", nested.what());
    }
  }
  std::exception_ptr kept;
  try {
    thrower(1, 1, 1);
  } catch (...) {
    kept = std::current_exception();
  }
  try {
    std::rethrow_exception(kept);
  } catch (const Error& error) {
    printf("kept %d\n", error.code_);
  }
}

struct Member {
  explicit Member(int id) : id_(id) {
    if (id == 3) throw Error("member", id);
    printf("member %d\n", id);
  }
  ~Member() { printf("~member %d\n", id_); }
  int id_;
};
struct Owner {
  Owner() : a_(1), b_(2), c_(3) {}
  Member a_, b_, c_;
};

void constructors() {
  try {
    Owner owner;
  } catch (const Error& error) {
    printf("constructor threw %s\n", error.what());
  }
  try {
    auto owner = std::make_unique<Owner>();
  } catch (...) {
    printf("in new\n");
  }
  try {
    std::vector<int> numbers(3);
    numbers.at(7) = 1;
  } catch (const std::out_of_range&) {
    printf("at\n");
  }
  try {
    std::string text("short");
    printf("%s\n", text.substr(9).c_str());
  } catch (const std::out_of_range&) {
    printf("substr\n");
  }
  try {
    std::function<int()> empty;
    printf("%d\n", empty());
  } catch (const std::bad_function_call&) {
    printf("bad function\n");
  }
  try {
    char* huge = new char[0x50000000];
    printf("%p\n", static_cast<void*>(huge));
  } catch (const std::bad_alloc&) {
    printf("bad alloc\n");
  }
}

int many() {
  int caught = 0;
  for (int i = 0; i < 50; ++i) {
    try {
      if (i % 3 == 0) throw i;
      if (i % 3 == 1) throw static_cast<double>(i);
    } catch (int value) {
      caught += value;
    } catch (double value) {
      caught += static_cast<int>(value * 2);
    }
  }
  return caught;
}

void no_throw() noexcept {
  try {
    throw 1;
  } catch (...) {
    printf("inside noexcept\n");
  }
}

}  // namespace

int main() {
  basics();
  rethrow();
  constructors();
  printf("many %d\n", many());
  no_throw();
  printf("uncaught %d\n", std::uncaught_exceptions());
  std::set_terminate([] {
    printf("terminate\n");
    fflush(stdout);
    _Exit(21);
  });
  throw Error("nobody catches", 5);
}
