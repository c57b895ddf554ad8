package main

import "sync"

func pingPong() {
	printNsPerOperation(1_000_000, func(n int) {
		ping := make(chan int)
		pong := make(chan int)
		go func() {
			for ball := range ping {
				pong <- ball
			}
		}()
		for ; n > 0; n-- {
			ping <- 1
			<-pong
		}
		close(ping)
	})
}

func buffered(pairs int) func() {
	return func() {
		printNsPerOperation(8_000_000, func(n int) {
			ch := make(chan int64, 128)
			var all sync.WaitGroup
			for i := 0; i < pairs; i++ {
				all.Add(2)
				go func() {
					for k := n / pairs; k > 0; k-- {
						ch <- int64(k)
					}
					all.Done()
				}()
				go func() {
					for k := n / pairs; k > 0; k-- {
						<-ch
					}
					all.Done()
				}()
			}
			all.Wait()
		})
	}
}

func select4() {
	printNsPerOperation(1_000_000, func(n int) {
		var ch [4]chan int
		for i := range ch {
			ch[i] = make(chan int)
		}
		var all sync.WaitGroup
		all.Add(1)
		go func() {
			for k := n; k > 0; k-- {
				select {
				case <-ch[0]:
				case <-ch[1]:
				case <-ch[2]:
				case <-ch[3]:
				}
			}
			all.Done()
		}()
		for k := n; k > 0; k-- {
			ch[k%4] <- 1
		}
		all.Wait()
	})
}

var channelRows = []row{
	{"ping_pong", pingPong},
	{"buffered_1p1c", buffered(1)},
	{"buffered_4p4c", buffered(4)},
	{"select_4", select4},
}
