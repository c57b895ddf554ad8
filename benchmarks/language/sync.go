package main

import "sync"

func mutexRow(goroutines int) func() {
	return func() {
		printNsPerOperation(20_000_000, func(n int) {
			var mutex sync.Mutex
			var counter int64
			var all sync.WaitGroup
			for i := 0; i < goroutines; i++ {
				all.Add(1)
				go func() {
					for k := n / goroutines; k > 0; k-- {
						mutex.Lock()
						counter++
						mutex.Unlock()
					}
					all.Done()
				}()
			}
			all.Wait()
		})
	}
}

var syncRows = []row{
	{"mutex_1", mutexRow(1)},
	{"mutex_8", mutexRow(8)},
}
