// What a Go programmer pays for the same line, by the cheapest way to print that Go has.
package main

import "os"

func main() {
	os.Stdout.WriteString("hello\n")
}
