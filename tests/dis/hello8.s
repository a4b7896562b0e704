# Prints a line, on 64-bit Inferno.
wordsize 8
module "Hello"
stack 640
entry init, main
source "/appl/cmd/hello.b"
type mp 32 pointers 0, 8, 16
type main 88 pointers 64, 72
data 32
	string 0: "$Sys"
	string 8: "hello, wörld\n"
export init, init, main, 0x4244b354
imports
import
	use print, 0xac849033
init:
	load 0(mp), $0, 16(mp)
	mframe 16(mp), $0, 80(fp)
	movp 8(mp), 64(80(fp))
	lea 24(mp), 32(80(fp))
	mcall 80(fp), $0, 16(mp)
	ret
