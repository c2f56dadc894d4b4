#include "analysis/layers.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/numbers.h"

namespace mcost::analysis {

LayerTracker::LayerTracker(LayerLimits limits) : limits_(limits) {
  Account outside;
  outside.label.name = kOutside;
  outside.label.kind = "outside";
  accounts_.push_back(std::move(outside));
}

std::size_t LayerTracker::top() const {
  return stack_.empty() ? kOutsideAccount : stack_.back().account;
}

void LayerTracker::charge(const Cost& cost) { accounts_[top()].cost += cost; }

std::optional<std::size_t> LayerTracker::account_for(std::size_t parent, const LayerLabel& label) {
  const auto key = std::make_pair(parent, label.name);
  const auto found = by_path_.find(key);
  if (found != by_path_.end()) return found->second;
  if (accounts_.size() >= limits_.paths) return std::nullopt;
  Account account;
  account.label = label;
  account.parent = parent;
  accounts_.push_back(std::move(account));
  by_path_.emplace(key, accounts_.size() - 1);
  return accounts_.size() - 1;
}

LayerTracker::Handle LayerTracker::push(std::size_t account, Cycles now, unsigned interrupt) {
  std::size_t visit = kNoVisit;
  if (visits_.list.size() < most_visits_) {
    visit = visits_.list.size();
    visits_.list.push_back({account, now, now, interrupt});
  } else {
    ++visits_.dropped;
  }
  stack_.push_back({next_handle_, account, now, interrupt, visit});
  return next_handle_++;
}

LayerTracker::Handle LayerTracker::begin(const LayerLabel& label, Cycles now) {
  // A layer opened outside every other has no parent: "(outside)" is beside it, not around it.
  const std::size_t parent = stack_.empty() ? kNoAccount : stack_.back().account;
  const auto account =
      stack_.size() < limits_.depth ? account_for(parent, label) : std::optional<std::size_t>{};
  if (!account) {
    note(Irregular::refused, label.name);
    ++refused_[label.name];
    return 0;
  }
  return push(*account, now, 0);
}

void LayerTracker::pop(Cycles now) {
  const Frame frame = stack_.back();
  stack_.pop_back();
  Account& account = accounts_[frame.account];
  const Cycles spent = now - frame.since;
  account.min_cycles = account.visits == 0 ? spent : std::min(account.min_cycles, spent);
  account.max_cycles = std::max(account.max_cycles, spent);
  ++account.visits;
  if (frame.visit != kNoVisit) visits_.list[frame.visit].end = now;
}

/// Closes all but the outermost `depth` layers, noting each.
void LayerTracker::pop_to(std::size_t depth, Cycles now, Irregular why) {
  while (stack_.size() > depth) {
    note(why, path_of(stack_.back().account));
    pop(now);
  }
}

void LayerTracker::end(std::string_view name, Cycles now) {
  const auto refused = refused_.find(name);
  if (refused != refused_.end() && refused->second > 0) {
    --refused->second;
    return;
  }
  for (std::size_t depth = stack_.size(); depth > 0; --depth) {
    const Frame& frame = stack_[depth - 1];
    if (frame.interrupt != 0) break;  // a handler cannot end what it interrupted
    if (accounts_[frame.account].label.name != name) continue;
    pop_to(depth, now, Irregular::left_inside);
    pop(now);
    return;
  }
  note(Irregular::unmatched_end, std::string(name));
}

std::optional<std::size_t> LayerTracker::find(Handle layer) const {
  for (std::size_t depth = stack_.size(); depth > 0; --depth) {
    if (stack_[depth - 1].handle == layer) return depth - 1;
  }
  return std::nullopt;
}

bool LayerTracker::is_open(Handle layer) const { return layer != 0 && find(layer).has_value(); }

bool LayerTracker::is_inside(const std::vector<std::string>& names) const {
  std::size_t missing = names.size();
  for (std::size_t depth = stack_.size(); depth > 0 && missing > 0; --depth) {
    const Frame& frame = stack_[depth - 1];
    if (frame.interrupt != 0) break;
    if (accounts_[frame.account].label.name == names[missing - 1]) --missing;
  }
  return missing == 0;
}

void LayerTracker::close(Handle layer, Cycles now) {
  const auto depth = find(layer);
  if (!depth) return;
  pop_to(*depth + 1, now, Irregular::left_inside);
  pop(now);
}

void LayerTracker::abandon(Handle layer, Cycles now) {
  const auto depth = find(layer);
  if (depth) pop_to(*depth, now, Irregular::abandoned);
}

std::optional<std::size_t> LayerTracker::find_interrupt(unsigned number) const {
  for (std::size_t depth = stack_.size(); depth > 0; --depth) {
    if (stack_[depth - 1].interrupt == number) return depth - 1;
  }
  return std::nullopt;
}

void LayerTracker::enter_interrupt(unsigned number, Cycles now) {
  if (const auto left = find_interrupt(number)) pop_to(*left, now, Irregular::abandoned);
  // A nested handler stays in the account of the one it interrupts.
  std::size_t account = top();
  if (accounts_[account].label.kind != "interrupts") {
    const auto found = account_for(account, {.name = kInterrupts, .kind = "interrupts"});
    if (!found) note(Irregular::refused, kInterrupts);
    account = found.value_or(account);
  }
  push(account, now, number);
}

void LayerTracker::leave_interrupt(unsigned number, Cycles now) {
  const auto depth = find_interrupt(number);
  if (!depth) return;
  pop_to(*depth + 1, now, Irregular::left_inside);
  pop(now);
}

std::string LayerTracker::path_of(std::size_t account) const {
  std::string path = accounts_[account].label.name;
  while (accounts_[account].parent != kNoAccount) {
    account = accounts_[account].parent;
    path.insert(0, accounts_[account].label.name + "/");
  }
  return path;
}

/// Appends one account and those inside it; their inclusive costs are complete on return.
void LayerTracker::list(std::size_t account, std::optional<std::size_t> parent,
                        const std::vector<std::vector<std::size_t>>& children,
                        std::vector<LayerResult>& layers) {
  const Account& from = accounts_[account];
  const std::size_t index = layers.size();
  indices_[account] = index;
  LayerResult layer;
  layer.name = from.label.name;
  layer.kind = from.label.kind;
  layer.parent = parent;
  if (parent) layer.path = layers[*parent].path;
  layer.path.push_back(from.label.name);
  layer.visits = from.visits;
  layer.min_cycles = from.min_cycles;
  layer.max_cycles = from.max_cycles;
  layer.exclusive = from.cost;
  layer.inclusive = from.cost;
  layer.declared_macs = from.label.declared_macs;
  layer.metadata = from.label.metadata;
  layers.push_back(std::move(layer));
  for (const std::size_t child : children[account]) {
    const std::size_t at = layers.size();
    list(child, index, children, layers);
    layers[index].inclusive += layers[at].inclusive;
  }
}

std::vector<LayerResult> LayerTracker::finish(Cycles now) {
  pop_to(0, now, Irregular::open_at_end);
  std::vector<std::vector<std::size_t>> children(accounts_.size());
  std::vector<std::size_t> outermost;
  for (std::size_t i = 1; i < accounts_.size(); ++i) {
    if (accounts_[i].parent == kNoAccount) {
      outermost.push_back(i);
    } else {
      children[accounts_[i].parent].push_back(i);
    }
  }
  outermost.push_back(kOutsideAccount);
  std::vector<LayerResult> layers;
  indices_.resize(accounts_.size());
  for (const std::size_t account : outermost) list(account, std::nullopt, children, layers);
  for (LayerResult& layer : layers) {
    if (layer.kind != "outside") continue;
    layer.visits = 1;
    layer.min_cycles = layer.max_cycles = layer.inclusive.counters.cycles;
  }
  return layers;
}

LayerVisits LayerTracker::visits() const {
  LayerVisits visits = visits_;
  for (LayerVisit& visit : visits.list) visit.layer = indices_[visit.layer];
  return visits;
}

std::vector<std::string> LayerTracker::notes() const {
  std::vector<std::string> notes;
  for (const auto& [key, count] : irregular_) {
    const std::string often = times(count);
    const std::string& name = key.second;
    switch (key.first) {
      case Irregular::unmatched_end:
        notes.push_back(fmt::format("layer {}: an end without a begin, {}", name, often));
        break;
      case Irregular::left_inside:
        notes.push_back(fmt::format(
            "layer {}: still open when the layer around it ended, closed there, {}", name, often));
        break;
      case Irregular::abandoned:
        notes.push_back(
            fmt::format("layer {}: left without its end (longjmp, tail call or early return), {}",
                        name, often));
        break;
      case Irregular::open_at_end:
        notes.push_back(fmt::format("layer {}: open when the run ended, closed there", name));
        break;
      case Irregular::refused:
        notes.push_back(
            fmt::format("layer {}: not opened because {} layers deep or {} paths are the most, {}",
                        name, limits_.depth, limits_.paths, often));
        break;
    }
  }
  return notes;
}

}  // namespace mcost::analysis
