package main

// int one(void) { return 1; }
import "C"

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if C.one() == 1 {
		fmt.Println("ready")
	}
	io.Copy(io.Discard, os.Stdin)
}
