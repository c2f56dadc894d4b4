// Containers, strings, algorithms, smart pointers, streams of the C++ library.
#include <stdio.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace {

void sequences() {
  std::minstd_rand engine(7);
  std::vector<int> numbers(500);
  std::generate(numbers.begin(), numbers.end(), [&] { return static_cast<int>(engine() % 10000); });
  std::vector<int> sorted = numbers;
  std::sort(sorted.begin(), sorted.end());
  std::stable_sort(numbers.begin(), numbers.end(), [](int a, int b) { return a % 100 < b % 100; });
  printf("%d %d %d %d\n", sorted[0], sorted[250], numbers[0], numbers[499]);
  std::nth_element(numbers.begin(), numbers.begin() + 100, numbers.end());
  printf("nth %d sum %d\n", numbers[100] == sorted[100],
         std::accumulate(sorted.begin(), sorted.end(), 0));
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  printf("unique %u bound %d\n", static_cast<unsigned>(sorted.size()),
         *std::lower_bound(sorted.begin(), sorted.end(), 5000));
  std::deque<int> queue;
  for (int i = 0; i < 200; ++i) {
    queue.push_back(i);
    if (i % 3 == 0) queue.pop_front();
  }
  std::list<int> list(queue.begin(), queue.end());
  list.remove_if([](int i) { return i % 2 == 0; });
  list.reverse();
  printf("deque %u list %u front %d\n", static_cast<unsigned>(queue.size()),
         static_cast<unsigned>(list.size()), list.front());
  std::make_heap(queue.begin(), queue.end());
  std::pop_heap(queue.begin(), queue.end());
  printf("heap %d\n", queue.back());
}

void associative() {
  std::map<std::string, int> counts;
  std::istringstream words("the quick brown fox jumps over the lazy dog the fox");
  for (std::string word; words >> word;) ++counts[word];
  for (const auto& [word, count] : counts) printf("%s=%d ", word.c_str(), count);
  printf("\n");
  std::unordered_map<int, double> table;
  for (int i = 0; i < 300; ++i) table[i * 37 % 1001] = i * 0.5;
  double sum = 0;
  for (int i = 0; i < 1001; ++i) {
    const auto found = table.find(i);
    if (found != table.end()) sum += found->second;
  }
  printf("table %u %.1f\n", static_cast<unsigned>(table.size()), sum);
  std::multiset<int> set{5, 3, 5, 1};
  printf("set %u\n", static_cast<unsigned>(set.count(5)));
}

void text() {
  std::string line;
  for (int i = 0; i < 40; ++i) line += static_cast<char>('a' + i % 26);
  line.insert(10, "-inserted-");
  line.replace(0, 3, "ABC");
  printf("%s %u %d\n", line.c_str(), static_cast<unsigned>(line.find("serted")),
         line.compare("ABD") < 0);
  std::ostringstream out;
  out << 12 << ' ' << 3.25 << ' ' << std::hex << 255 << ' ' << std::boolalpha << true << ' '
      << std::string("end");
  printf("%s\n", out.str().c_str());
  printf("%s %d %.2f\n", std::to_string(-77).c_str(), std::stoi("123"), std::stod("4.75"));
}

struct Node {
  int value;
  std::shared_ptr<Node> next;
  std::weak_ptr<Node> back;
};

void pointers() {
  auto head = std::make_shared<Node>();
  head->value = 1;
  head->next = std::make_shared<Node>();
  head->next->value = 2;
  head->next->back = head;
  printf("use %ld back %d\n", head.use_count(), head->next->back.lock()->value);
  std::variant<int, std::string> either = std::string("variant");
  std::optional<int> maybe;
  printf("%s %d %d\n", std::get<std::string>(either).c_str(), maybe.value_or(8),
         static_cast<int>(either.index()));
  std::function<int(int)> compose = [](int x) { return x + 1; };
  for (int i = 0; i < 5; ++i) compose = [compose, i](int x) { return compose(x) * (i + 1); };
  printf("function %d\n", compose(3));
}

}  // namespace

int main() {
  sequences();
  associative();
  text();
  pointers();
  return 0;
}
