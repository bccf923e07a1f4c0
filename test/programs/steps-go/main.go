// Like steps.c, in Go: `heap MIB` keeps that much more on the heap; says "done".
package main

import (
	"bufio"
	"fmt"
	"os"
)

var kept [][]byte

func main() {
	fmt.Println("done")
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		var mib int
		if _, err := fmt.Sscanf(input.Text(), "heap %d", &mib); err != nil {
			fmt.Fprintln(os.Stderr, "unknown command:", input.Text())
			os.Exit(2)
		}
		for i := 0; i < mib; i++ {
			block := make([]byte, 1<<20)
			for at := 0; at < len(block); at += 4096 {
				block[at] = 1
			}
			kept = append(kept, block)
		}
		fmt.Println("done")
	}
}
