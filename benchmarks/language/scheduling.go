package main

import (
	"runtime"
	"sync"
)

func yield(goroutines int) func() {
	return func() {
		printNsPerOperation(3_000_000, func(n int) {
			var all sync.WaitGroup
			for i := 0; i < goroutines; i++ {
				all.Add(1)
				go func() {
					for k := n / goroutines; k > 0; k-- {
						runtime.Gosched()
					}
					all.Done()
				}()
			}
			all.Wait()
		})
	}
}

func spawn1000() {
	printNsPerOperation(1_000_000, func(n int) {
		for ; n > 0; n -= 1000 {
			var batch sync.WaitGroup
			batch.Add(1000)
			for i := 0; i < 1000; i++ {
				go func() { batch.Done() }()
			}
			batch.Wait()
		}
	})
}

func spawn1() {
	printNsPerOperation(1_000_000, func(n int) {
		var one sync.WaitGroup
		for ; n > 0; n-- {
			one.Add(1)
			go func() { one.Done() }()
			one.Wait()
		}
	})
}

var schedulingRows = []row{
	{"yield_2", yield(2)},
	{"yield_1000", yield(1000)},
	{"spawn_1000", spawn1000},
	{"spawn_1", spawn1},
}
