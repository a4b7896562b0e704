# Arithmetic on reals, and moves of their bits.
globals {40}
	real {8w}: 1.5, -0.25, 0.0, 2.0, 1e300
main {24w}
init:
	begin
	addf {8w}(mp), {8w+8}(mp), {10w}(fp)
	say f {10w}(fp)
	subf {8w}(mp), {8w+8}(mp), {10w}(fp)
	say f {10w}(fp)
	mulf {8w}(mp), {8w+8}(mp), {10w}(fp)
	say f {10w}(fp)
	divf {8w+8}(mp), {8w}(mp), {10w}(fp)
	say f {10w}(fp)
	divf {8w+16}(mp), {8w}(mp), {10w}(fp)
	say f {10w}(fp)
	mulf {8w+32}(mp), {8w+32}(mp), {12w}(fp)
	negf {12w}(fp), {10w}(fp)
	say f {10w}(fp)
	subf {12w}(fp), {12w}(fp), {12w}(fp)
	say f {12w}(fp)
	negf {8w+16}(mp), {10w}(fp)
	say f {10w}(fp)
	movf {8w}(mp), {10w}(fp)
	mulf {8w+24}(mp), {10w}(fp)
	say f {10w}(fp)
	expf $10, {8w}(mp), {10w}(fp)
	say f {10w}(fp)
	expf $-2, {8w+24}(mp), {10w}(fp)
	say f {10w}(fp)
	ret
