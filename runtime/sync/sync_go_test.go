// The loops of sync_benchmark.cc in Go.

package sync_test

import (
	"sync"
	"testing"
)

// Runs work on 8 goroutines, b.N times all together.
func onEightGoroutines(b *testing.B, work func()) {
	const goroutines = 8
	var group sync.WaitGroup
	group.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			for k := 0; k < b.N/goroutines; k++ {
				work()
			}
			group.Done()
		}()
	}
	group.Wait()
}

func BenchmarkMutexUncontended(b *testing.B) {
	var mutex sync.Mutex
	for i := 0; i < b.N; i++ {
		mutex.Lock()
		mutex.Unlock()
	}
}

func BenchmarkMutexEightGoroutines(b *testing.B) {
	var mutex sync.Mutex
	counter := 0
	onEightGoroutines(b, func() {
		mutex.Lock()
		counter++
		mutex.Unlock()
	})
}

func BenchmarkRWMutexRead(b *testing.B) {
	var mutex sync.RWMutex
	for i := 0; i < b.N; i++ {
		mutex.RLock()
		mutex.RUnlock()
	}
}

func BenchmarkRWMutexReadEightGoroutines(b *testing.B) {
	var mutex sync.RWMutex
	onEightGoroutines(b, func() {
		mutex.RLock()
		mutex.RUnlock()
	})
}

func BenchmarkWaitGroupSpawnAndJoin1000(b *testing.B) {
	for i := 0; i < b.N; i += 1000 {
		var group sync.WaitGroup
		for k := 0; k < 1000; k++ {
			group.Add(1)
			go group.Done()
		}
		group.Wait()
	}
}

func BenchmarkWaitGroupSpawnAndJoinOne(b *testing.B) {
	for i := 0; i < b.N; i++ {
		var group sync.WaitGroup
		group.Add(1)
		go group.Done()
		group.Wait()
	}
}

func BenchmarkPoolGetPut(b *testing.B) {
	pool := sync.Pool{New: func() any { return new(int) }}
	for i := 0; i < b.N; i++ {
		pool.Put(pool.Get())
	}
}

func BenchmarkPoolGetPutEightGoroutines(b *testing.B) {
	pool := sync.Pool{New: func() any { return new(int) }}
	onEightGoroutines(b, func() { pool.Put(pool.Get()) })
}
