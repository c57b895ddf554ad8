// Power series as channels: a goroutine sends the coefficients of 1, x, x^2, ... one after the other, each when somebody wants
// it. A function of series is a goroutine between channels, and a differential equation is a loop of them.
// After an idea of Douglas McIlroy's, "Squinting at Power Series" (1990).
//
//   ./bazelw run //examples:power_series

#include <cstdint>
#include <cstdio>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "gort/gort.h"

struct Rational {
  Rational(std::int64_t n = 0, std::int64_t d = 1) : num(n / std::gcd(n, d)), den(d / std::gcd(n, d)) {}
  friend Rational operator+(Rational a, Rational b) { return {a.num * b.den + b.num * a.den, a.den * b.den}; }
  friend Rational operator*(Rational a, Rational b) { return {a.num * b.num, a.den * b.den}; }
  std::string Text() const { return std::to_string(num) + (den == 1 ? "" : "/" + std::to_string(den)); }
  std::int64_t num, den;
};
using Series = gort::RecvChan<Rational>;

// Starts a goroutine that sends `first`, if there is one, and then step(n, x) for each coefficient x of f, the n-th.
template <class Step>
Series Map(Series f, Step step, std::optional<Rational> first = std::nullopt) {
  const gort::Chan<Rational> out = gort::MakeChan<Rational>();
  gort::Go([=]() mutable {
    if (first) out.Send(*first);
    for (int n = 0;; ++n) out.Send(step(n, *f.Recv()));
  });
  return out;
}

Series Negative(Series f) { return Map(f, [](int, Rational x) { return -1 * x; }); }
Series AddTo(Rational c, Series f) { return Map(f, [c](int n, Rational x) { return n == 0 ? c + x : x; }); }
Series Integral(Series f, Rational at_0) { return Map(f, [](int n, Rational x) { return Rational(1, n + 1) * x; }, at_0); }
Series Square(Series f) {
  return Map(f, [seen = std::vector<Rational>()](int, Rational x) mutable {
    seen.push_back(x);
    return std::inner_product(seen.begin(), seen.end(), seen.rbegin(), Rational());
  });
}

// The solution of y' = right(y) with y(0) = at_0. What right needs of y, the loop brings back: for each coefficient only those
// before it. The reader may be ahead of the loop or behind; `known` has what one of the two has yet to take.
template <class Right>
Series Solve(Right right, Rational at_0) {
  const gort::Chan<Rational> y = gort::MakeChan<Rational>(), again = gort::MakeChan<Rational>();
  gort::Go([y, again, f = Integral(right(Series(again)), at_0)] {
    const gort::Chan<Rational> nobody;  // a nil channel: its case is never ready
    std::vector<Rational> known;
    std::size_t read = 0, looped = 0;
    const auto offer = [&](const gort::Chan<Rational>& to, std::size_t n) {
      return n < known.size() ? gort::Send(to, known[n]) : gort::Send(nobody, Rational());
    };
    for (std::optional<Rational> next;;) {
      const bool ask = read == known.size() || looped == known.size();
      switch (gort::Select(gort::Recv(ask ? f : nobody, next), offer(y, read), offer(again, looped))) {
        case 0: known.push_back(*next); break;
        case 1: ++read; break;
        case 2: ++looped; break;
      }
    }
  });
  return y;
}

int main() {
  const Series series[] = {Solve([](Series y) { return y; }, 1), Solve([](Series y) { return Square(y); }, 1),
                           Solve([](Series y) { return AddTo(1, Square(y)); }, 0),
                           Solve([](Series y) { return Integral(Negative(y), 1); }, 0)};
  std::printf("     %12s %12s %12s %12s\n", "exp x", "1/(1-x)", "tan x", "sin x");
  for (int n = 0; n < 10; ++n) {
    std::printf("x^%d:", n);
    for (const Series& f : series) std::printf(" %12s", f.Recv()->Text().c_str());
    std::puts("");
  }
}
