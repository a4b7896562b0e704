# Ways through code: branches, the four kinds of tables, a recursive call, exceptions.
wordsize 8
module "Flow"
flags 0x2
entry init, main
type mp 328 pointers 112, 120, 136, 144
type main 120 pointers 104
type fib 112
data 328
	word 0: 2, 1, 3, one, 3, 10, two, other          # case: count, low, high, instruction, the rest
	word 72: 3, one, two, other                      # goto: its operand is behind the count
	word 104: 2                                      # casec
	string 112: "apple"
	word 128: one
	string 136: "pear"
	string 144: "plum"
	word 152: two, other
	word 168: 1                                      # casel
	big 184: -9000000000, 9000000000
	word 200: past
	word 216: guarded
	real 224: 1.5, -0.0, 1e300, 0x7ff8000000000001
	byte 256: 0, 255, 7
export init, init, main, 1
handlers
handler 104, guarded, past, -, 0
	catch "fail:*", two
	otherwise other
init:
	movw $3, 64(fp)
	case 64(fp), 0(mp)
one:
	goto 64(fp), 80(mp)
two:
	movp 112(mp), 104(fp)
	casec 104(fp), 104(mp)
other:
	cvtwl 64(fp), 72(fp)
	casel 72(fp), 168(mp)
guarded:
	frame fib, 80(fp)
	movw $20, 64(80(fp))
	lea 88(fp), 32(80(fp))
	call 80(fp), fibonacci
	raise 104(fp)
past:
	exit
fibonacci:
	bgtw 64(fp), $1, more
	movw 64(fp), 0(32(fp))
	ret
more:
	frame fib, 72(fp)
	subw $1, 64(fp), 64(72(fp))
	lea 80(fp), 32(72(fp))
	call 72(fp), fibonacci
	frame fib, 72(fp)
	subw $2, 64(fp), 64(72(fp))
	lea 88(fp), 32(72(fp))
	call 72(fp), fibonacci
	addw 80(fp), 88(fp), 0(32(fp))
	ret
