# Procs, channels and alt; a place that an element's address names.
wordsize 4
module "Channels"
entry init, main
type mp 4
type main 100 pointers 32, 36
type worker 40 pointers 32
data 4
export init, init, main, 2
init:
	newcw 32(fp)
	newcw -, $8, 36(fp)
	frame worker, 40(fp)
	movp 32(fp), 32(40(fp))
	spawn 40(fp), work
	movw $1, 60(fp)
	movw $1, 64(fp)
	movw 36(fp), 68(fp)
	lea $7, 72(fp)
	movw 32(fp), 76(fp)
	lea 48(fp), 80(fp)
	alt 60(fp), 44(fp)
	newa $4, $0, 32(fp)
	indw 32(fp), 84(fp), $2
	movw 48(fp), 0(84(fp))
	recv 36(fp), 48(fp)
	ret
work:
	send $1, 32(fp)
	ret
