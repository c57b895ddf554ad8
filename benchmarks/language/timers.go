package main

import (
	"math/rand"
	"sort"
	"sync"
	"syscall"
	"time"
)

// Between one and two hours.
func farAway() func() time.Duration {
	state := uint64(1)
	return func() time.Duration {
		state = state*6364136223846793005 + 1442695040888963407
		return time.Hour + time.Duration((state>>33)*1676)
	}
}

func withResident(resident int, far func() time.Duration, f func()) {
	var timers []*time.Timer
	for i := scaled(resident+1) - 1; i > 0; i-- {
		timers = append(timers, time.AfterFunc(far(), func() {}))
	}
	f()
	for _, t := range timers {
		t.Stop()
	}
}

func funcTimer(resident int) func() {
	return func() {
		far := farAway()
		withResident(resident, far, func() {
			printNsPerOperation(2_000_000, func(n int) {
				for ; n > 0; n-- {
					time.AfterFunc(far(), func() {}).Stop()
				}
			})
		})
	}
}

func chanTimer(resident int) func() {
	return func() {
		far := farAway()
		withResident(resident, far, func() {
			printNsPerOperation(2_000_000, func(n int) {
				for ; n > 0; n-- {
					time.NewTimer(far()).Stop()
				}
			})
		})
	}
}

func cpuMs() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func sleepers() {
	n := scaled(100_000)
	lateUs := make([]float64, n)
	random := rand.New(rand.NewSource(1))
	cpu := cpuMs()
	var all sync.WaitGroup
	for i := 0; i < n; i++ {
		late := &lateUs[i]
		d := time.Duration(1000+random.Intn(999_001)) * time.Microsecond
		all.Add(1)
		go func() {
			start := time.Now()
			time.Sleep(d)
			*late = (nsSince(start) - float64(d.Nanoseconds())) / 1e3
			all.Done()
		}()
	}
	all.Wait()
	report("cpu_ms", cpuMs()-cpu)
	sort.Float64s(lateUs)
	report("p50_late_us", lateUs[n/2])
	report("p99_late_us", lateUs[n*99/100])
}

var timerRows = []row{
	{"timer_func_0", funcTimer(0)},
	{"timer_func_100k", funcTimer(100_000)},
	{"timer_chan_0", chanTimer(0)},
	{"timer_chan_100k", chanTimer(100_000)},
	{"sleepers", sleepers},
}
