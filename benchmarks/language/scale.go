package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

func skynet(parent chan int64, number, leaves int64) {
	if leaves <= 1 {
		parent <- number
		return
	}
	children := make(chan int64)
	share := leaves / 10
	for i := int64(0); i < 10; i++ {
		go skynet(children, number+i*share, share)
	}
	sum := int64(0)
	for i := 0; i < 10; i++ {
		sum += <-children
	}
	parent <- sum
}

func skynetRow() {
	leaves := int64(1)
	for leaves*10 <= int64(scaled(1_000_000)) {
		leaves *= 10
	}
	start := time.Now()
	result := make(chan int64)
	go skynet(result, 0, leaves)
	sum := <-result
	report("ms", nsSince(start)/1e6)
	if sum != leaves*(leaves-1)/2 {
		fmt.Fprintf(os.Stderr, "skynet: the sum is wrong: %d\n", sum)
		os.Exit(1)
	}
}

func sieve() {
	start := time.Now()
	numbers := make(chan int)
	go func(numbers chan int) {
		for i := 2; ; i++ {
			numbers <- i
		}
	}(numbers)
	for i := scaled(2000); i > 0; i-- {
		prime := <-numbers
		filtered := make(chan int)
		go func(numbers, filtered chan int) {
			for {
				i := <-numbers
				if i%prime != 0 {
					filtered <- i
				}
			}
		}(numbers, filtered)
		numbers = filtered
	}
	report("ms", nsSince(start)/1e6)
}

func memory() int64 {
	status, err := os.Open("/proc/self/status")
	if err != nil {
		panic(err)
	}
	defer status.Close()
	total := int64(0)
	for lines := bufio.NewScanner(status); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "VmRSS:") || strings.HasPrefix(line, "VmPTE:") {
			var kib int64
			fmt.Sscan(line[6:], &kib)
			total += kib
		}
	}
	return total * 1024
}

func parked() {
	n := scaled(1_000_000)
	before := memory()
	never := make(chan struct{})
	var arrived int64
	start := time.Now()
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&arrived, 1)
			<-never
		}()
	}
	for atomic.LoadInt64(&arrived) < int64(n) {
		runtime.Gosched()
	}
	report("create_ns", nsSince(start)/float64(n))
	report("bytes", float64(memory()-before)/float64(n))
}

var scaleRows = []row{
	{"skynet", skynetRow},
	{"sieve", sieve},
	{"parked", parked},
	{"parked_64k", parked}, // stacks grow in Go: there is one kind
}
