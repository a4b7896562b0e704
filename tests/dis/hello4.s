# Prints a line, on classic Inferno: load a module, make a frame for its function, call it.
wordsize 4
module "Hello"
stack 320
entry init, main
source "/appl/cmd/hello.b"
type mp 16 pointers 0, 4, 8
type main 44 pointers 32, 36
data 16
	string 0: "$Sys"
	string 4: "hello, \x22wörld\x22\n"
export init, init, main, 0x4244b354
imports
import
	use print, 0xac849033
init:
	load 0(mp), $0, 8(mp)
	mframe 8(mp), $0, 40(fp)
	movp 4(mp), 32(40(fp))
	lea 12(mp), 16(40(fp))
	mcall 40(fp), $0, 8(mp)
	ret
