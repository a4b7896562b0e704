# What links.s loads in place of OTHER.s: the same function with the same type, which counts down.
globals {1w}
	word {8w}: 1000
main {13w}
type plain {12w}
export next, next, plain, 7
export fails, fails, plain, 8
init:
	ret
next:
	subw $1, {8w}(mp)
	movw {8w}(mp), 0({4w}(fp))
	ret
fails:
	ret
