// A library of a user's own on top of gort.
#ifndef DOWNSTREAM_LANGUAGE_SQUARES_H_
#define DOWNSTREAM_LANGUAGE_SQUARES_H_

namespace downstream {

// 1 + 4 + ... + n * n: squared by `workers` goroutines that take numbers from one channel and send squares to another.
// Gives up, with -1, when no square comes for ten seconds.
// Runs on: a goroutine or any thread.
long SumOfSquares(int n, int workers);

}  // namespace downstream

#endif  // DOWNSTREAM_LANGUAGE_SQUARES_H_
