// Order of static constructors and destructors, guarded local statics, virtual calls, templates,
// RTTI.
#include <stdio.h>
#include <stdlib.h>

#include <new>
#include <typeinfo>

namespace {

struct Tracer {
  explicit Tracer(const char* name) : name_(name) { printf("construct %s\n", name_); }
  ~Tracer() { printf("destroy %s\n", name_); }
  const char* name_;
};

Tracer first("first");
Tracer second("second");
__attribute__((init_priority(200))) Tracer early("early");
__attribute__((constructor)) void function_constructor() { printf("constructor function\n"); }
__attribute__((destructor)) void function_destructor() { printf("destructor function\n"); }
void at_exit() { printf("atexit\n"); }

Tracer& lazy(int which) {
  static Tracer one("lazy one");
  static int count = which * 10;
  printf("count %d\n", ++count);
  return one;
}

struct Shape {
  virtual ~Shape() { printf("~Shape\n"); }
  virtual int area() const = 0;
  virtual const char* name() const { return "shape"; }
};
struct Square : Shape {
  explicit Square(int side) : side_(side) {}
  ~Square() override { printf("~Square %d\n", side_); }
  int area() const override { return side_ * side_; }
  const char* name() const override { return "square"; }
  int side_;
};
struct Named {
  virtual ~Named() = default;
  virtual int id() const { return 1; }
};
struct Tagged : virtual Named {
  int id() const override { return 2; }
};
struct Rectangle final : Square, Tagged {
  Rectangle(int side, int other) : Square(side), other_(other) {}
  ~Rectangle() override { printf("~Rectangle\n"); }
  int area() const override { return side_ * other_; }
  int id() const override { return 3; }
  int other_;
};

template <typename T, unsigned N>
struct Ring {
  T values[N] = {};
  unsigned at = 0;
  void push(T value) { values[at++ % N] = value; }
  template <typename F>
  auto fold(F f) const {
    T total = {};
    for (const T& value : values) total = f(total, value);
    return total;
  }
};
template <unsigned N>
constexpr unsigned fibonacci() {
  if constexpr (N < 2) {
    return N;
  } else {
    return fibonacci<N - 1>() + fibonacci<N - 2>();
  }
}

struct Base {
  virtual void call() { printf("Base::call\n"); }
  Base() { call(); }
  virtual ~Base() { call(); }
};
struct Derived : Base {
  void call() override { printf("Derived::call\n"); }
};

}  // namespace

int main() {
  printf("main\n");
  atexit(at_exit);
  lazy(1);
  lazy(2);
  {
    Rectangle rectangle(3, 5);
    Shape* shape = &rectangle;
    Named* named = &rectangle;
    printf("%s %d %d\n", shape->name(), shape->area(), named->id());
    printf("dynamic_cast %d %d %d\n", dynamic_cast<Rectangle*>(named) == &rectangle,
           dynamic_cast<Named*>(shape) == named, typeid(*shape) == typeid(Rectangle));
    Shape* square = new Square(4);
    printf("%d %d\n", square->area(), dynamic_cast<Tagged*>(square) == nullptr);
    delete square;
  }
  Ring<long long, 5> ring;
  for (long long i = 1; i < 12; ++i) ring.push(i * 1000000007LL);
  const long long total = ring.fold([](long long a, long long b) { return a + b * 3; });
  printf("ring %lx%08lx fibonacci %u\n", static_cast<unsigned long>(total >> 32),
         static_cast<unsigned long>(total), fibonacci<20>());
  {
    Derived derived;
    derived.call();
  }
  int (Square::*method)() const = &Square::area;
  const Square square(6);
  printf("member pointer %d\n", (square.*method)());
  return 9;
}
