// What Go's runtime costs: the twin of language.cc, which says how it is used. Files and rows have the same names.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

type row struct {
	name string
	run  func()
}

var divisor = 1

func scaled(n int) int {
	if n < divisor {
		return 1
	}
	return n / divisor
}

func report(name string, value float64) { fmt.Printf("%s %.1f\n", name, value) }

func nsSince(start time.Time) float64 { return float64(time.Since(start).Nanoseconds()) }

// Prints the nanoseconds that each of scaled(n) operations takes, where work(k) does k of them; a tenth runs before, unmeasured.
func printNsPerOperation(n int, work func(n int)) {
	n = scaled(n)
	work(n/10 + 1)
	start := time.Now()
	work(n)
	report("ns", nsSince(start)/float64(n))
}

func main() {
	if len(os.Args) > 2 {
		divisor, _ = strconv.Atoi(os.Args[2])
	}
	for _, rows := range [][]row{schedulingRows, channelRows, syncRows, timerRows, scaleRows} {
		for _, row := range rows {
			if len(os.Args) < 2 {
				fmt.Println(row.name)
			} else if row.name == os.Args[1] {
				row.run()
				return
			}
		}
	}
	if len(os.Args) >= 2 {
		fmt.Fprintf(os.Stderr, "language: there is no row %s; without arguments this program prints those there are\n", os.Args[1])
		os.Exit(2)
	}
}
