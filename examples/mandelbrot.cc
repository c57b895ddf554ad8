// The Mandelbrot set, one goroutine for each line of the image.
//
//   ./bazelw run //examples:mandelbrot -- 78 32

#include <complex>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "gort/gort.h"

namespace {

// How soon z*z + c escapes from the circle of radius 2, as a character: the darker the later.
char Shade(std::complex<double> c) {
  constexpr std::string_view kShades = " .:-=+*%@#";
  constexpr int kSteps = 90;
  std::complex<double> z;
  for (int step = 0; step < kSteps; ++step) {
    if (std::norm(z) > 4) return kShades[step * kShades.size() / kSteps];
    z = z * z + c;
  }
  return kShades.back();
}

std::string Line(double y, int width) {
  std::string line;
  for (int column = 0; column < width; ++column) line += Shade({-2.2 + 3.2 * column / width, y});
  return line;
}

}  // namespace

int main(int argc, char** argv) {
  const int width = argc > 1 ? std::atoi(argv[1]) : 78;
  const int height = argc > 2 ? std::atoi(argv[2]) : 32;

  // No lock: each goroutine writes a line of its own, and Wait returns after all of them have.
  std::vector<std::string> image(height);
  gort::WaitGroup lines;
  for (int row = 0; row < height; ++row) {
    lines.Go([&line = image[row], y = -1.2 + 2.4 * row / height, width] { line = Line(y, width); });
  }
  lines.Wait();
  for (const std::string& line : image) std::puts(line.c_str());
}
