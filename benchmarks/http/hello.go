// The other side of run_http.sh: net/http as its users write it. Argument: the address to listen on. Prints the one it listens on.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Write([]byte("Hello, World!\n"))
	})
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("hello: listening on %s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
